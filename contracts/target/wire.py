"""The wire: one request, one answer, and a deadline that holds whatever the peer does.

requests limits the time between two reads only; a peer that drips a byte a second is never late. So each exchange
runs in a thread of its own, and when its time is over the socket is shut down under it. Every exchange has a
connection of its own: a reused one that the server has just closed is the commonest reason of a flaky run.
"""

import http.client
import logging
import socket
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import requests
import urllib3
from requests.adapters import HTTPAdapter
from requests.utils import get_environ_proxies
from urllib3.connection import HTTPConnection, HTTPSConnection

from contracts.core.errors import ContractsError, TooSlow, Unreachable
from contracts.core.exchange import Headers, Response
from contracts.target.address import is_loopback
from contracts.target.certificates import authorities
from contracts.target.reading import check_length, read

Place = tuple[str, int]

_CHUNK = 65536
#: How long a byte that must not come is waited for when the peer keeps the connection open, in seconds.
_STRAY = 0.5


class _Exchange(threading.Thread):
    """The thread of one exchange."""


class _Unlogged(logging.Filter):
    """Drops what the HTTP libraries log of an exchange: header fields as they came, which may repeat the token.

    What they log of the exchanges of others, in whose process this may run, is left alone.
    """

    def filter(self, _record: logging.LogRecord) -> bool:
        return not isinstance(threading.current_thread(), _Exchange)


for _name in list(logging.root.manager.loggerDict):
    if _name.partition(".")[0] in ("urllib3", "requests", "charset_normalizer"):
        logging.getLogger(_name).addFilter(_Unlogged())


class _Answer(http.client.HTTPResponse):
    """A response to HEAD that looks, before it is closed, whether bytes follow that may not be there."""

    stray = 0
    ends = 0.0

    def _read_status(self) -> tuple[str, int, str]:
        # http.client skips one interim answer only; a client has to expect each (RFC 9110, section 15.2).
        version, status, reason = super()._read_status()  # type: ignore[misc]
        return version, 100 if 102 <= status < 200 else status, reason  # noqa: PLR2004 - 101 changes the protocol

    def _close_conn(self) -> None:
        if self._method == "HEAD":  # type: ignore[attr-defined]
            # The answer is complete: waiting for more must not make it late.
            wait = min(_STRAY, max(0.001, (self.ends - time.monotonic()) / 2))
            with suppress(OSError, ValueError, AttributeError):
                self.fp.raw._sock.settimeout(wait)  # type: ignore[attr-defined]  # noqa: SLF001 - no public way
                self.stray = len(self.fp.read1(_CHUNK))
        super()._close_conn()  # type: ignore[misc]


class _Attempt:
    """One exchange under way: what its thread shares with the one that waits for it."""

    def __init__(self, connect_to: Mapping[Place, Place], limit: float) -> None:
        self.connect_to = connect_to
        self.ends = time.monotonic() + limit
        self.socket: socket.socket | None = None
        self.result: Response | BaseException | None = None

    def connected(self, sock: socket.socket) -> None:
        # A duplicate stays valid when TLS takes the first descriptor over.
        self.socket = sock.dup()

    def shut(self) -> None:
        """Make every read and write of the exchange end."""
        if self.socket is not None:
            with suppress(OSError):
                self.socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        if self.socket is not None:
            self.socket.close()


def _watched(connection: Any, attempt: _Attempt) -> Any:
    class Answer(_Answer):
        ends = attempt.ends

    class Watched(connection):  # type: ignore[misc]
        response_class = Answer
        debuglevel = 0  # else what somebody set for all of http.client would print the header fields

        def _new_conn(self) -> socket.socket:
            named: Place = (self._dns_host, self.port)  # type: ignore[has-type]
            self._dns_host, self.port = attempt.connect_to.get(named, named)
            try:
                sock: socket.socket = super()._new_conn()
            finally:
                self._dns_host, self.port = named  # TLS verifies the name, not the place
            if is_loopback(named[0]) and not is_loopback(peer := str(sock.getpeername()[0])):
                sock.close()
                raise Unreachable(f"the name leads to {peer}, which is not this machine")
            attempt.connected(sock)
            return sock

    return Watched


class _Adapter(HTTPAdapter):
    """Opens connections that the attempt knows, directly and through a proxy."""

    def __init__(self, attempt: _Attempt) -> None:
        class Plain(urllib3.HTTPConnectionPool):
            ConnectionCls = _watched(HTTPConnection, attempt)

        class Secure(urllib3.HTTPSConnectionPool):
            ConnectionCls = _watched(HTTPSConnection, attempt)

        self._pools = {"http": Plain, "https": Secure}
        super().__init__(pool_connections=1, pool_maxsize=1, max_retries=0)

    def init_poolmanager(self, *args: Any, **keywords: Any) -> None:
        super().init_poolmanager(*args, **keywords)
        self.poolmanager.pool_classes_by_scheme = self._pools

    def proxy_manager_for(self, *args: Any, **keywords: Any) -> Any:
        manager = super().proxy_manager_for(*args, **keywords)
        manager.pool_classes_by_scheme = self._pools
        return manager


class _Session(requests.Session):
    """Follows no redirect, and does not even look where one leads: a Location that is no URL is an answer, too."""

    def get_redirect_target(self, _response: object) -> None:
        return None


class Wire:
    """Sends requests. ``ca_bundle`` is a file of certificates, ``cap`` the largest body in bytes.

    ``client`` holds the files of the certificate and of the key by which the suite shows who it is.

    ``connect_to`` leads a host and port elsewhere, as curl's option of that name does: a test can stand on the
    loopback interface in for a live host.
    """

    def __init__(
        self,
        *,
        cap: int,
        ca_bundle: str | None = None,
        client: tuple[str, str] | None = None,
        connect_to: Mapping[Place, Place] | None = None,
    ) -> None:
        self.cap = cap
        self.client = client
        self.connect_to = connect_to or {}
        self.verify = authorities(ca_bundle)

    def send(self, method: str, url: str, headers: Headers, limit: float, named: str = "--timeout") -> Response:
        """Return the answer to a request that must be complete within ``limit`` seconds, which an option ``named``.

        Raises:
            CouldNotJudge: there is none: unreachable, broken, too large or too slow.
            UsageError: the request cannot be sent as it is.
        """
        attempt = _Attempt(self.connect_to, limit)
        subject = urllib3.util.parse_url(url).netloc or url

        def run() -> None:
            try:
                attempt.result = self._exchange(attempt, method, url, headers, limit)
            except BaseException as error:  # noqa: BLE001 - it is raised again where the exchange is waited for
                attempt.result = error
            finally:
                attempt.close()

        thread = _Exchange(target=run, daemon=True, name=f"{method} {subject}")
        thread.start()
        late = True
        try:
            thread.join(limit)
            late = thread.is_alive()
        finally:
            if late:  # also when Ctrl-C ends the wait
                attempt.shut()
        if late and attempt.socket is None:
            raise Unreachable(f"{subject}: no connection within {limit:.3g} s ({named})")
        if late or attempt.result is None:
            raise TooSlow(f"{subject}: the answer was not complete within {limit:.3g} s ({named})")
        if isinstance(attempt.result, Response):
            return attempt.result
        if isinstance(attempt.result, ContractsError):
            raise type(attempt.result)(f"{subject}: {attempt.result}") from None
        from contracts.target.mapping import translate  # noqa: PLC0415 - only for a failure

        # From None: a library's traceback shows the headers that were sent.
        raise translate(attempt.result, subject) from None

    def _exchange(self, attempt: _Attempt, method: str, url: str, headers: Headers, limit: float) -> Response:
        with _Session() as session:
            session.trust_env = False  # else .netrc would replace, or add, the Authorization header
            session.verify = self.verify
            session.cert = self.client
            session.headers.clear()
            session.mount("http://", _Adapter(attempt))
            session.mount("https://", _Adapter(attempt))
            host = urllib3.util.parse_url(url).host or ""
            # What goes to this machine never takes the way over a proxy.
            proxies = {} if is_loopback(host.strip("[]")) else get_environ_proxies(url)
            answer = session.request(
                method,
                url,
                headers={**dict(headers), "Connection": "close"},
                proxies=proxies,
                allow_redirects=False,
                stream=True,
                timeout=limit + 1,  # the deadline above is the one that holds; this one ends a forgotten thread
            )
            with answer:
                return _read(answer, self.cap)


def _read(answer: requests.Response, cap: int) -> Response:
    raw: urllib3.HTTPResponse = answer.raw
    headers = tuple((name, value) for name, value in raw.headers.iteritems())
    original: Any = raw._original_response  # noqa: SLF001 - the only way to what http.client saw
    response = Response(answer.status_code, headers, b"", answer.reason or "")
    check_length(response.all("Content-Length"))
    head = answer.request.method == "HEAD"
    codings = [] if head else response.all("Content-Encoding")
    body = read(raw.stream(_CHUNK, decode_content=False), codings, cap)
    original.close()
    return Response(answer.status_code, headers, body, answer.reason or "", original.stray)
