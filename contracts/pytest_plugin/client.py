"""A session of requests that leads to the target and nowhere else, through the target layer of this suite.

Whoever sends with it, a test of a project or Schemathesis, knows neither the token nor the network: the target layer
adds the credentials, counts, paces, ends in time and masks what comes back.
"""

from io import BytesIO
from typing import Any, TypeVar
from urllib.parse import urlsplit

import requests
import urllib3
from requests.adapters import HTTPAdapter

from contracts.core.contract import JSON
from contracts.core.errors import CouldNotJudge, Refused, Unavailable
from contracts.core.exchange import REFUSALS, intermediary
from contracts.network.target import Target
from contracts.pytest_plugin.errors import shielded
from contracts.pytest_plugin.options import in_pytest

Leading = TypeVar("Leading", bound=requests.Session)

#: Stands where the token will: the target layer puts it in on the way out.
PLACEHOLDER = "Bearer $BEARER_TOKEN"
#: The header fields of the documented request, and those which requests puts in the place of each.
_DOCUMENTED = {"Accept": JSON, "Content-Type": JSON, "Accept-Encoding": "gzip"}
_OF_REQUESTS = ("accept", "accept-encoding", "connection", "user-agent")
#: What the target layer has undone by the time a response gets here.
_UNDONE = ("content-encoding", "content-length", "transfer-encoding")


class Gateway(HTTPAdapter):
    """Sends what a session of requests sends through the target layer. Without a target it sends nothing.

    With ``judging`` an answer that tells nothing of the API is an exception, as it is for a probe.
    """

    def __init__(self, *arguments: Any, target: Target | None = None, judging: bool = False, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.target = target
        self._judging = judging

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        """Return the masked answer.

        Raises:
            CouldNotJudge: there is no answer, or none to judge.
            requests.exceptions.InvalidURL: the request is for another origin than that of the target.
            requests.exceptions.RequestException: the request has a body.
        """
        if self.target is None:
            raise RuntimeError("a request outside of an item")
        target, method, url = self.target, str(request.method), str(request.url)
        if request.body:
            raise requests.exceptions.RequestException("this session sends no body: the contract is one of reading")
        if _origin(url) != _origin(target.address.url):
            raise requests.exceptions.InvalidURL(f"this session leads to {target.address.base} and nowhere else")
        mine = request.headers.get("Authorization") == PLACEHOLDER
        theirs = {name: str(value) for name, value in request.headers.items() if name.lower() not in _OF_REQUESTS}
        headers = tuple({**_DOCUMENTED, **theirs}.items())
        answer = shielded(lambda: target.relay(method, url, headers, authorized=mine, patient=self._judging))
        if isinstance(answer, CouldNotJudge):
            raise answer if self._judging else requests.exceptions.ConnectionError(in_pytest(str(answer)))
        if self._judging:
            what = f"{method} {url} was answered {answer.status}"
            if intermediary(answer):
                raise Unavailable(what)
            if answer.status in REFUSALS and not target.credentials.origin:
                raise Refused(f"{what}, and there are no credentials")
        kept = urllib3.HTTPHeaderDict(item for item in answer.headers if item[0].lower() not in _UNDONE)
        body = BytesIO(answer.body)
        raw = urllib3.HTTPResponse(body, kept, answer.status, reason=answer.reason, preload_content=False)
        return self.build_response(request, raw)


class TargetSession(requests.Session):
    """A session to one target: a path such as ``/v1/event_categories`` is enough, and redirects are not followed."""

    base = ""

    def request(self, method: str | bytes, url: str | bytes, *arguments: Any, **keywords: Any) -> requests.Response:
        """Send a request; see :meth:`requests.Session.request`.

        Raises:
            requests.exceptions.ConnectionError: there is no answer, in the words of the suite.
            requests.exceptions.InvalidURL: the request is for another origin than that of the target.
        """
        text = url.decode() if isinstance(url, bytes) else url
        if text.startswith("/"):
            text = self.base + text
        keywords.setdefault("allow_redirects", False)
        return super().request(method, text, *arguments, **keywords)


def session_to(target: Target) -> TargetSession:
    """Return a session to a target; with its credentials, if there are any."""
    session = through(TargetSession(), Gateway(target=target))
    session.base = target.address.base
    if target.credentials.origin:
        session.headers["Authorization"] = PLACEHOLDER
    return session


def through(session: Leading, gateway: Gateway) -> Leading:
    """Return the session, which leads nowhere but through the gateway then, and adds no field of its own."""
    session.trust_env = False  # else .netrc would take the place of the token
    session.headers.clear()
    for scheme in ("http://", "https://"):
        session.mount(scheme, gateway)
    return session


def _origin(url: str) -> tuple[str, str, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname or "", parts.port or {"http": 80, "https": 443}.get(parts.scheme)
