"""The target: sends probes with good manners and returns exchanges in which no secret is left."""

import threading
import time
from collections.abc import Callable
from contextlib import closing, nullcontext, suppress
from dataclasses import dataclass, field, replace

from contracts import __version__
from contracts.core.contract import JSON, LIST, Authorization, Probe
from contracts.core.errors import BrokenAnswer, CouldNotJudge, OverBudget, Refused, TooSlow, Unavailable
from contracts.core.exchange import REFUSALS, TOO_MANY, Attempt, Exchange, Headers, Request, Response, intermediary
from contracts.core.made_up import token_like
from contracts.core.text import counted as number_of
from contracts.masking.secrets import Secrets
from contracts.network.connection import Connection, Ended, Wire
from contracts.network.credentials import BEARER, Credentials, Field
from contracts.network.dial import Address
from contracts.network.http1 import Message
from contracts.network.pace import PAUSES, Budget, Deadline, Limits, Throttle, is_worth_a_retry, pause_before

AGENT = f"event-categories-contracts/{__version__}"
#: The cleartext endpoint is expected to be silent: a firewall that drops what is sent to it is not waited for long.
_CLEARTEXT_LIMIT = 3.0
#: How long bytes behind an answer to HEAD are waited for where some were seen before, in seconds.
_STRAY_LIMIT = 1.0
#: Between two attempts to reach a target that does not accept connections yet, in seconds.
_WAIT_PAUSE = 0.25
_DOCUMENTED = Probe(LIST, "the documented request")
_BEHIND_HEAD = "bytes behind the answer, which has to be asked for on a connection of its own"


@dataclass(frozen=True)
class Asked:
    """What came of a request, its secrets still in it; ``seconds`` are those of the last attempt.

    That ``began`` so many seconds after the run. ``authorization`` is what was sent of the given credentials.
    """

    probe: Probe
    request: Request
    response: Response | None = field(repr=False)
    failure: CouldNotJudge | None = field(repr=False)
    seconds: float
    began: float
    authorization: str | None = field(repr=False)
    attempts: tuple[Attempt, ...] = field(default=(), repr=False)
    sent: int = 1

    @property
    def is_refused(self) -> bool:
        """Whether the API refuses the credentials of the request."""
        response = None if self.failure else self.response
        return response is not None and response.status in REFUSALS and not intermediary(response)


@dataclass
class Target:
    """A target under test. ``sleep`` waits for seconds; ``say`` is told what is being waited for.

    ``documented`` is the request that shows whether the credentials are still accepted. ``judged`` returns what would
    be judged of an answer: only where that is the same may one stand for another. ``fields`` go out with every request
    to the target. The ``seed`` decides on what is made up, and on the order of what goes side by side.
    """

    address: Address
    wire: Wire
    budget: Budget
    secrets: Secrets = field(default_factory=Secrets)
    deadline: Deadline = field(default_factory=Deadline)
    credentials: Credentials = field(default_factory=Credentials)
    limits: Limits = field(default_factory=Limits)
    fields: tuple[Field, ...] = ()
    sleep: Callable[[float], None] = time.sleep
    say: Callable[[str], None] = lambda _: None
    judged: Callable[[Response], object] = field(default=lambda _: None, repr=False)
    documented: Probe = _DOCUMENTED
    seed: int = 0

    def __post_init__(self) -> None:
        self.throttle = Throttle(lambda: self.clock(), self.sleep)  # noqa: PLW0108 - a test may give it another one
        #: What the target accepted of the credentials, and that they ran out, which one thread finds out.
        self._accepted: set[str] = set()
        self._ran_out: Refused | None = None
        self._refusal = threading.Lock()
        self._same: dict[Response, bool] = {}

    @property
    def clock(self) -> Callable[[], float]:
        """The clock of the run, in seconds."""
        return self.deadline.clock

    @property
    def remaining(self) -> float:
        """The seconds until the deadline of the run, which starts with the first look at it."""
        return self.deadline.remaining

    def connection(self, *, fresh: bool = False) -> Connection:
        """Return a new connection to the target, not open yet; with ``fresh`` one for each request."""
        return Connection(self.address.url, self.wire, fresh=fresh)

    def wait(self, seconds: float) -> None:
        """Wait until the target accepts a connection, at most so many seconds; nothing is sent, and nothing raised."""
        ends = self.clock() + seconds
        while (left := ends - self.clock()) > 0:
            connection = self.connection()
            with suppress(CouldNotJudge, OSError), closing(connection):
                connection.open(time.monotonic() + min(left, self.limits.timeout))
            if connection.is_accepted:
                break
            self.say(f"{self.address.host} does not accept connections yet, {left:.0f} s are left (--wait)")
            self.sleep(min(left, _WAIT_PAUSE))

    def fetch(self, probe: Probe) -> Exchange:
        """Send a probe over a connection of its own, and again where that may help; return what came of it."""
        with closing(self.connection()) as connection:
            return self.record(self.confirmed(self.ask(probe, connection), connection))

    def ask(self, probe: Probe, connection: Connection) -> Asked:
        """Send a probe, and again where what went wrong may pass or the credentials have to be renewed."""
        request = self._request(probe)
        self.say(f"{probe.name}: {request.method} {request.url}")
        return _finished(self._persist(probe, request, connection))

    def confirmed(self, asked: Asked, connection: Connection) -> Asked:
        """Return the answer to HEAD with the bytes that came behind it; any other as it is.

        Behind an answer over a kept connection nobody can tell whether they are a body or belong to what follows. So
        HEAD is sent again, on a new connection, before they are called a body.
        """
        if asked.request.method != "HEAD" or asked.response is None or not connection.stray():
            return asked
        connection.close()
        if not self.budget.count_retry():
            return replace(asked, response=None, failure=OverBudget(f"{_BEHIND_HEAD}, and none may be sent any more"))
        self.say(f"{asked.probe.name}: {_BEHIND_HEAD}")
        again = _finished(self._persist(asked.probe, asked.request, connection, counted=True))
        again = replace(again, attempts=(*asked.attempts, Attempt(_BEHIND_HEAD, 0.0), *again.attempts))
        if again.response is None:
            return again
        return replace(again, response=replace(again.response, stray=connection.stray(_STRAY_LIMIT)))

    def burst(self, probe: Probe) -> Exchange:
        """Send a probe as fast as it is answered, until the target says that these are too many.

        The exchange is the last one, its seconds the time of all, and it says how many were sent.
        """
        request = self._request(probe)
        self.say(f"{probe.name}: up to {probe.times} requests, as asked for")
        started, began, sent = self.clock(), self.deadline.elapsed, 0
        with closing(self.connection()) as connection:
            while True:
                asked, sent = self._try(probe, request, connection, unpaced=True), sent + 1
                if sent == probe.times or asked.response is None or intermediary(asked.response):
                    break
        if asked.response is None or asked.response.status != TOO_MANY:
            asked = _finished(asked)
        return self.record(replace(asked, seconds=self.clock() - started, began=began, sent=sent))

    def unsent(self, probe: Probe, because: CouldNotJudge) -> Exchange:
        """Return the exchange of a probe that is pointless to send.

        Its failure is of no particular kind: nothing was refused, and nothing was unreachable.
        """
        request = self._request(probe, is_sent=False)
        return Exchange(probe.name, request, failure=CouldNotJudge(f"not sent: {because}"))

    def record(self, asked: Asked) -> Exchange:
        """Return the exchange, masked. The order of these calls alone decides on the numbers of masks."""
        response, failure = asked.response, asked.failure
        try:
            response = self._masked(response) if response else None
        except BrokenAnswer as error:
            response, failure = None, error
        attempts = tuple(replace(attempt, outcome=self.secrets.mask(attempt.outcome)) for attempt in asked.attempts)
        masked = failure and self._masked_failure(failure)
        name, request, began = asked.probe.name, asked.request, round(asked.began, 3)
        return Exchange(name, request, response, masked, attempts, asked.seconds, asked.sent, began=began)

    def admit(self, requests: int) -> None:
        """Let another tool send so many requests from now on, and take the time of a run for them."""
        self.budget.admit(requests)
        self.deadline.restart()

    def relay(
        self, method: str, url: str, headers: Headers, *, authorized: bool, patient: bool = False
    ) -> Response | CouldNotJudge:
        """Return the masked answer to a request that another tool made, or why there is none.

        The request counts, waits and ends as a probe does, and goes out under the name of this suite. ``authorized``
        puts the given credentials in the place of others; ``patient`` sends it again as often as a probe. The failure
        is returned and not raised: the frames of a traceback, shown with their variables, would hold the token.
        """
        probe = Probe("relayed", "", method, authorization=Authorization.GIVEN if authorized else Authorization.NONE)
        own = (("User-Agent", AGENT), *self._shown_fields, *_authorization(probe, self.credentials.origin))
        names = {name.lower() for name, _ in own}
        theirs = tuple((name, value) for name, value in headers if name.lower() not in names)
        try:
            with closing(self.connection()) as connection:
                asked = self._persist(probe, Request(method, url, (*theirs, *own)), connection, patient=patient)
            if asked.response is not None and asked.failure is None:
                return self._masked(asked.response)
            failure = asked.failure or CouldNotJudge("there is no answer")
        except CouldNotJudge as error:
            failure = error
        return self._masked_failure(failure)

    @property
    def _shown_fields(self) -> Headers:
        return tuple((each.name, f"${each.variable}") for each in self.fields)

    def _request(self, probe: Probe, *, is_sent: bool = True) -> Request:
        made_up = ""
        if probe.authorization is Authorization.MADE_UP:
            given: str | None = None
            with suppress(CouldNotJudge):  # without one, any form does
                given = self.credentials.authorization() if is_sent else None
            made_up = token_like((given or "").removeprefix("Bearer "), self.seed)
        return request_of(probe, self.address, self.credentials.origin, self._shown_fields, made_up)

    def _message(self, request: Request, token: str | None) -> Message:
        """Return the request as it is sent, the secrets included."""
        values: dict[str, str | None] = {"Authorization": token, **{each.name: each.value for each in self.fields}}
        headers = tuple((name, values.get(name) or shown) for name, shown in request.headers)
        return Message(request.method, request.url, headers)

    def _persist(
        self, probe: Probe, request: Request, connection: Connection, *, counted: bool = False, patient: bool = True
    ) -> Asked:
        """Send a request until its answer tells something, or none of its retries is left.

        Where it refuses credentials that were accepted before, they are renewed, or it is found out what that means.
        ``counted`` says that the budget knows of the first one.
        """
        asked = self._retried(probe, request, connection, counted=counted, patient=patient)
        if not asked.is_refused or asked.authorization not in self._accepted:
            return asked
        failure: CouldNotJudge | None = None
        try:
            if self.credentials.renew(asked.authorization) and self.budget.count_retry():
                status = str(asked.response.status) if asked.response else ""
                self.say(f"{probe.name}: {status}, once more with a new token")
                again = self._retried(probe, request, connection, counted=True, patient=patient)
                asked = replace(again, attempts=(*asked.attempts, Attempt(status, 0.0), *again.attempts))
            if asked.is_refused:
                failure = self._why_refused(connection)
        except CouldNotJudge as error:
            failure = error
        return replace(asked, failure=failure) if failure else asked

    def _why_refused(self, connection: Connection) -> CouldNotJudge | None:
        """Return why the credentials say nothing any more, or None where the documented request is still answered."""
        with self._refusal:
            if self._ran_out:
                return self._ran_out
            if not self.budget.count_retry():
                return OverBudget("the credentials were refused, and whether they ran out may not be asked any more")
            request = self._request(self.documented)
            asked = _finished(self._retried(self.documented, request, connection, counted=True))
            failure = asked.failure
            if asked.is_refused and asked.response:
                why = self.credentials.refusal(asked.response.status)
                failure = Refused(f"the credentials ran out while the run was under way: {why}")
            if isinstance(failure, Refused):
                self._ran_out = failure
            return failure

    def _retried(
        self, probe: Probe, request: Request, connection: Connection, *, counted: bool = False, patient: bool = True
    ) -> Asked:
        repeatable = patient and not probe.plaintext and request.method in ("GET", "HEAD")
        attempts: list[Attempt] = []
        for pause in (*(PAUSES[: self.limits.retries] if repeatable else ()), None):
            asked = self._try(probe, request, connection, counted=counted or bool(attempts))
            response, failure = asked.response, asked.failure
            if pause is None or not is_worth_a_retry(response, failure, len(attempts)):
                break
            throttled = response is not None and response.status == TOO_MANY
            wait = self.throttle.wait if throttled else pause_before(response, pause)
            if wait >= self.remaining or not self.budget.count_retry():
                break
            outcome = str(failure) if failure else str(response.status) if response else ""
            attempts.append(Attempt(outcome, wait))
            self.say(f"{probe.name}: {self.secrets.sweep(outcome)}, once more in {wait:.3g} s")
            connection.close()  # else a server that serves one at a time would let the others wait for this one
            if not throttled:
                self.sleep(wait)
        return replace(asked, attempts=tuple(attempts))

    def _try(
        self, probe: Probe, request: Request, connection: Connection, *, counted: bool = False, unpaced: bool = False
    ) -> Asked:
        """Send a request once, or twice where a kept connection was of no use; return what came of it."""
        started, began = self.clock(), self.deadline.elapsed
        response, failure, token = None, None, None
        authorized = probe.authorization is Authorization.GIVEN and bool(self.credentials.origin)
        try:
            if self.remaining <= 0:
                raise TooSlow(f"the run has used up its {self.deadline.seconds:.3g} s (--deadline)")
            if authorized and self._ran_out:
                raise self._ran_out
            token = self.credentials.authorization() if authorized else None
            message = self._message(request, token)
            if probe.plaintext or (self.throttle.is_on and not unpaced):
                connection.close()  # as before a retry
            if probe.plaintext:
                connection = Connection(request.url, self.wire, fresh=True)
            with nullcontext() if unpaced else self.throttle.turn(self.remaining):
                started, began = self.clock(), self.deadline.elapsed
                if not counted:
                    self.budget.count()
                most = min(self.limits.timeout, _CLEARTEXT_LIMIT) if probe.plaintext else self.limits.timeout
                response = self._exchange(message, connection, most, unpaced=unpaced)
            if response.status == TOO_MANY and not unpaced:
                self.throttle.slow_down(response, started)
            if token and response.status not in REFUSALS and not intermediary(response):
                self._accepted.add(token)
        except CouldNotJudge as error:
            failure = error
        return Asked(probe, request, response, failure, self.clock() - started, began, token)

    def _exchange(self, message: Message, connection: Connection, most: float, *, unpaced: bool) -> Response:
        while True:
            self.deadline.leave_out(self.budget.wait(self.remaining, unpaced=unpaced))
            left = self.remaining
            limit, named = (left, "--deadline") if left < most else (most, "--timeout")
            try:
                return connection.exchange(message, limit, named)
            except Ended:  # no fault of the target: it may end what is idle; the next connection is new
                self.budget.count()

    def _masked_failure(self, failure: CouldNotJudge) -> CouldNotJudge:
        return type(failure)(self.secrets.mask(str(failure)))

    def _masked(self, response: Response) -> Response:
        """Return the response without a secret.

        Raises:
            BrokenAnswer: without it, something else would be judged.
        """
        masked = self.secrets.mask_response(response)
        if (masked.body, masked.all("Content-Type")) == (response.body, response.all("Content-Type")):
            return masked
        # Equal answers are compared once: a run has the same one several times.
        if (same := self._same.get(masked)) is None:
            same = self._same[masked] = self.judged(response) == self.judged(masked)
        if not same:
            raise BrokenAnswer(
                "the answer repeats the token where masking it changes what is judged: "
                "judge a target that does not send the token back"
            )
        return masked


def request_of(probe: Probe, address: Address, origin: str, added: Headers, made_up: str) -> Request:
    """Return the request of a probe as it is shown, with the names of variables in the place of their secrets.

    ``origin`` is the variable that holds the credentials, or empty; ``added`` are the fields that every request to the
    target has beside its own, and ``made_up`` is the token of a probe that is sent with one that nobody gave.
    """
    url = (address.base + probe.path if probe.path else address.url) + probe.below
    url = (address.plaintext_url or "") if probe.plaintext else url
    headers = (
        ("Accept", probe.accept),
        ("Content-Type", JSON),
        ("Accept-Encoding", "gzip"),
        ("User-Agent", AGENT),
        *(() if probe.plaintext else added),
        *_authorization(probe, origin, made_up),
    )
    return Request(probe.method, url + (f"?{probe.query}" if probe.query else ""), headers)


def _authorization(probe: Probe, origin: str, made_up: str = "") -> Headers:
    if probe.authorization is Authorization.MADE_UP:
        return (("Authorization", f"Bearer {made_up}"),)
    authorized = probe.authorization is Authorization.GIVEN and origin
    return (("Authorization", f"Bearer ${BEARER}"),) if authorized else ()


def _finished(asked: Asked) -> Asked:
    """Return what came of a request; an answer that is not the API's is a failure."""
    if asked.failure or asked.response is None or not (who := intermediary(asked.response)):
        return asked
    tries = f" after {number_of(len(asked.attempts), 'retry', 'retries')}" if asked.attempts else ""
    what = f"{asked.request.method} {asked.request.url} was answered {who}{tries}"
    return replace(asked, failure=Unavailable(f"{what}, which an intermediary answers and not the API"))
