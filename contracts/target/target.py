"""The target: sends probes with good manners and returns exchanges in which no secret is left."""

import email.utils
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from contracts import __version__
from contracts.core.contract import Contract
from contracts.core.errors import (
    BrokenAnswer,
    CouldNotJudge,
    Misdirected,
    OverBudget,
    TooSlow,
    Unavailable,
    Unreachable,
)
from contracts.core.exchange import Attempt, Exchange, Headers, Request, Response
from contracts.core.probe import JSON, Authorization, Probe
from contracts.global_information.evidence import GATEWAY_ERRORS, UNAVAILABLE
from contracts.global_information.judge import said_of
from contracts.global_information.probes import MADE_UP_TOKEN, PER_MINUTE
from contracts.target.address import Address
from contracts.target.credentials import BEARER, Credentials, NoCredentials
from contracts.target.masking import Secrets
from contracts.target.pace import Pace
from contracts.target.wire import Wire

AGENT = f"event-categories-contracts/{__version__}"
_BACKOFF = (1.0, 2.0, 4.0, 8.0)
#: A connection that breaks or is refused is tried anew this often; what answers 503 says itself that it will come back.
_CONNECTION_RETRIES = 2
_MINUTE = 60.0
#: The plain-HTTP endpoint is expected to be silent: a firewall that drops what is sent to it is not waited for long.
_PLAINTEXT_LIMIT = 3.0


@dataclass(frozen=True)
class Limits:
    """The manners of a run: seconds for an answer and for the run, and how often a request is sent again."""

    timeout: float = 10.0
    deadline: float = 90.0
    retries: int = 4


@dataclass
class Budget:
    """Counts what is sent: never more than ``limit`` requests, never more than 60 a minute to a live target.

    A ``pace`` that targets of one account share takes the place of the own one.
    """

    limit: int
    live: bool
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    sent: int = 0
    retries: int = 0
    pace: Pace | None = None
    _recent: deque[float] = field(default_factory=deque)

    def take(self, *, patience: float = _MINUTE, unpaced: bool = False) -> None:
        """Count a request, after waiting for at most ``patience`` seconds until the pace allows it.

        Raises:
            OverBudget: the request may not be sent.
        """
        if self.sent >= self.limit:
            raise OverBudget(f"the budget of {self.limit} requests is spent (--max-requests)")
        if self.pace is not None:
            self.pace.take(patience)
            self.sent += 1
            return
        now = self.clock()
        while self._recent and now - self._recent[0] >= _MINUTE:
            self._recent.popleft()
        if self.live and not unpaced and len(self._recent) >= PER_MINUTE:
            wait = _MINUTE - (now - self._recent[0])
            if wait > patience:
                raise OverBudget(f"{PER_MINUTE} requests were sent within a minute, and the run ends before the next")
            self.sleep(wait)
            self._recent.popleft()
        self.sent += 1
        self._recent.append(self.clock())


@dataclass
class Target:
    """A target under test. ``clock`` and ``sleep`` are seconds; ``say`` is told what is being waited for."""

    contract: Contract
    address: Address
    wire: Wire
    budget: Budget
    secrets: Secrets = field(default_factory=Secrets)
    credentials: Credentials = field(default_factory=NoCredentials)
    limits: Limits = Limits()
    #: Additional fields of every probe: name, value, and what is shown in its place.
    fields: tuple[tuple[str, str, str], ...] = ()
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    say: Callable[[str], None] = lambda _: None
    _ends: float | None = None
    _compared: dict[Response, bool] = field(default_factory=dict, repr=False)

    @property
    def remaining(self) -> float:
        """The seconds until the deadline of the run, which starts with the first look at it."""
        if self._ends is None:
            self._ends = self.clock() + self.limits.deadline
        return self._ends - self.clock()

    def fetch(self, probe: Probe) -> Exchange:
        """Send a probe, and again after 429, 502, 503, 504 and connection faults; return what came of it."""
        request = self._request(probe)
        self.say(f"{probe.name}: {request.method} {request.url}")
        attempts: list[Attempt] = []
        started = self.clock()
        for pause in (*_BACKOFF[: self.limits.retries], None):
            response, failure = self._try(probe, request)
            again = failure or (response is not None and response.status in UNAVAILABLE)
            if not again or not self._worth_retrying(probe, failure, len(attempts)):
                break
            wait = self._wait(response, pause)
            if wait is None or wait >= self.remaining or self.budget.sent >= self.budget.limit:
                break
            outcome = str(failure) if failure else str(response.status) if response else ""
            attempts.append(Attempt(outcome, wait))
            self.budget.retries += 1
            self.say(f"{probe.name}: {outcome}, once more in {wait:.3g} s")
            self.sleep(wait)
            started = self.clock()
        if response is not None and response.status in UNAVAILABLE:
            tries = f" after {len(attempts)} retries" if attempts else ""
            failure = Unavailable(f"{request.method} {request.url} was answered {response.status}{tries}")
        return Exchange(probe.name, request, response, failure, tuple(attempts), self.clock() - started)

    def burst(self, probe: Probe) -> Exchange:
        """Send a probe as fast as it is answered, until the target says that these are too many.

        The exchange is the last one; its attempts are those before it, its seconds the time of all.
        """
        request = self._request(probe)
        self.say(f"{probe.name}: up to {probe.times} requests, as asked for")
        attempts: list[Attempt] = []
        started = self.clock()
        while True:
            response, failure = self._try(probe, request)
            last = len(attempts) + 1 == probe.times
            if failure or response is None or response.status in UNAVAILABLE or last:
                break
            attempts.append(Attempt(str(response.status), 0.0))
        if response is not None and response.status in GATEWAY_ERRORS:
            failure = Unavailable(f"{request.method} {request.url} was answered {response.status}")
        return Exchange(probe.name, request, response, failure, tuple(attempts), self.clock() - started)

    def unsent(self, probe: Probe, because: CouldNotJudge) -> Exchange:
        """Return the exchange of a probe that is pointless to send.

        Its failure is of no particular kind: nothing was refused, and nothing was unreachable.
        """
        return Exchange(probe.name, self._request(probe), failure=CouldNotJudge(f"not sent: {because}"))

    def admit(self, requests: int) -> None:
        """Let another tool send so many requests from now on, and take the time of a run for them."""
        self.budget.limit = max(self.budget.limit, self.budget.sent + requests)
        self._ends = None

    def relay(self, method: str, url: str, headers: Headers, *, authorized: bool) -> Response | CouldNotJudge:
        """Return the masked answer to a request that another tool made, or why there is none.

        The request counts, waits and ends as a probe does, and goes out under the name of this suite. ``authorized``
        puts the given credentials in the place of others. The failure is returned and not raised: the frames of a
        traceback, shown with their variables, would hold the token.
        """
        try:
            self._check_deadline()
            value = self.credentials.authorization() if authorized else None
            added = tuple((name, secret) for name, secret, _ in self.fields)
            own = (("User-Agent", AGENT), *added, *((("Authorization", value),) if value else ()))
            names = {name.lower() for name, _ in own}
            sent = (*(item for item in headers if item[0].lower() not in names), *own)
            return self._masked(self._send(method, url, sent, self.limits.timeout))
        except CouldNotJudge as failure:
            return type(failure)(self.secrets.mask(str(failure)))

    def headers(self, probe: Probe) -> Headers:
        """Return the header fields of a probe as they are sent, the secret included.

        Raises:
            CouldNotJudge: there is no token to be had.
        """
        credentials = {Authorization.GIVEN: self.credentials.authorization, Authorization.MADE_UP: _made_up}
        value = credentials.get(probe.authorization, lambda: None)()
        own = () if probe.plaintext else tuple((name, secret) for name, secret, _ in self.fields)
        return (*_plain_headers(probe), *own, *((("Authorization", value),) if value else ()))

    def _try(self, probe: Probe, request: Request) -> tuple[Response | None, CouldNotJudge | None]:
        try:
            self._check_deadline()
            headers = self.headers(probe)
            limit = min(self.limits.timeout, _PLAINTEXT_LIMIT) if probe.plaintext else self.limits.timeout
            response = self._send(request.method, request.url, headers, limit, unpaced=probe.times > 1)
            return self._masked(response), None
        except CouldNotJudge as failure:
            return None, type(failure)(self.secrets.mask(str(failure)))

    def _check_deadline(self) -> None:
        if self.remaining <= 0:
            raise TooSlow(f"the run has used up its {self.limits.deadline:.3g} s (--deadline)")

    def _send(self, method: str, url: str, headers: Headers, limit: float, *, unpaced: bool = False) -> Response:
        self.budget.take(patience=self.remaining, unpaced=unpaced)
        remaining = self.remaining
        named = "--deadline" if remaining < limit else "--timeout"
        return self.wire.send(method, url, headers, min(limit, remaining), named)

    def _masked(self, response: Response) -> Response:
        """Return the response without a secret.

        Raises:
            BrokenAnswer: without it, something else would be judged.
        """
        mask = self.secrets.mask
        headers = tuple((mask(name), mask(value)) for name, value in response.headers)
        body = self.secrets.mask_bytes(response.body)
        masked = replace(response, headers=headers, body=body, reason=mask(response.reason))
        if (body, masked.all("Content-Type")) != (response.body, response.all("Content-Type")):
            self._compare(response, masked)
        return masked

    def _compare(self, response: Response, masked: Response) -> None:
        # Equal answers are compared once: a run has the same one several times.
        if (same := self._compared.get(masked)) is None:
            same = self._compared[masked] = said_of(response, self.contract) == said_of(masked, self.contract)
        if not same:
            raise BrokenAnswer(
                "the answer repeats the token where masking it changes what is judged: "
                "judge a target that does not send the token back"
            )

    @staticmethod
    def _worth_retrying(probe: Probe, failure: CouldNotJudge | None, tries: int) -> bool:
        """Whether what went wrong may pass: a status that says so, or, a few times, a connection that broke."""
        if probe.plaintext or probe.method not in ("GET", "HEAD"):
            return False
        passing = isinstance(failure, Unreachable) and not isinstance(failure, Misdirected)
        return failure is None or (passing and tries < _CONNECTION_RETRIES)

    @staticmethod
    def _wait(response: Response | None, pause: float | None) -> float | None:
        asked = response.first("Retry-After") if response else None
        seconds = _seconds(asked) if asked else None
        return pause if seconds is None or pause is None else seconds

    def _url(self, probe: Probe) -> str:
        return (self.address.base + probe.path if probe.path else self.address.url) + probe.below

    def _request(self, probe: Probe) -> Request:
        url = (self.address.plaintext_url or "") if probe.plaintext else self._url(probe)
        headers = list(_plain_headers(probe))
        headers += [] if probe.plaintext else [(name, shown) for name, _, shown in self.fields]
        if probe.authorization is Authorization.MADE_UP:
            headers.append(("Authorization", _made_up()))
        elif probe.authorization is Authorization.GIVEN and not isinstance(self.credentials, NoCredentials):
            headers.append(("Authorization", f"Bearer ${BEARER}"))
        return Request(probe.method, url + (f"?{probe.query}" if probe.query else ""), tuple(headers))


def _plain_headers(probe: Probe) -> Headers:
    return (
        ("Accept", probe.accept),
        ("Content-Type", JSON),
        ("Accept-Encoding", "gzip"),
        ("User-Agent", AGENT),
    )


def _made_up() -> str:
    return f"Bearer {MADE_UP_TOKEN}"


def _seconds(retry_after: str) -> float | None:
    """Return the seconds that a Retry-After header asks for, in either of its forms (RFC 9110, 10.2.3)."""
    if retry_after.isdecimal() and retry_after.isascii():
        return float(retry_after[:9])
    try:
        date = email.utils.parsedate_to_datetime(retry_after)
    except (ValueError, OverflowError):
        return None
    return max(0.0, (date - datetime.now(UTC)).total_seconds()) if date.tzinfo else None
