"""The target: sends probes with good manners and returns exchanges in which no secret is left."""

import time
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass, field, replace

from contracts.core.contract import Contract
from contracts.core.errors import BrokenAnswer, CouldNotJudge, OverBudget, TooSlow, Unavailable
from contracts.core.exchange import Attempt, Exchange, Headers, Response
from contracts.core.probe import Probe
from contracts.core.statuses import GATEWAY_ERRORS, UNAVAILABLE
from contracts.masking.secrets import Secrets
from contracts.network.address import Address
from contracts.network.budget import Budget, Deadline, Limits
from contracts.network.connection import Connection, Ended
from contracts.network.credentials import Credentials, NoCredentials
from contracts.network.http1 import Message
from contracts.network.lanes import Lane
from contracts.network.request import AGENT, Asked, Field, Outgoing, authorization, build
from contracts.network.retries import PAUSES, may_pass, pause_before
from contracts.network.wire import Wire

#: The plain-HTTP endpoint is expected to be silent: a firewall that drops what is sent to it is not waited for long.
_PLAINTEXT_LIMIT = 3.0
#: How long bytes behind an answer to HEAD are waited for where some were seen before, in seconds.
_STRAY_LIMIT = 1.0
#: Between two attempts to reach a target that does not accept connections yet, in seconds.
_WAIT_PAUSE = 0.25
_BEHIND_HEAD = "bytes behind the answer, which has to be asked for on a connection of its own"


@dataclass(frozen=True)
class Target:
    """A target under test. ``sleep`` waits for seconds; ``say`` is told what is being waited for."""

    contract: Contract
    address: Address
    wire: Wire
    budget: Budget
    secrets: Secrets = field(default_factory=Secrets)
    deadline: Deadline = field(default_factory=Deadline)
    credentials: Credentials = field(default_factory=NoCredentials)
    limits: Limits = field(default_factory=Limits)
    #: Additional fields of every request to the target.
    fields: tuple[Field, ...] = ()
    sleep: Callable[[float], None] = time.sleep
    say: Callable[[str], None] = lambda _: None
    _compared: dict[Response, bool] = field(default_factory=dict, repr=False)

    @property
    def clock(self) -> Callable[[], float]:
        """The clock of the run, in seconds."""
        return self.deadline.clock

    @property
    def remaining(self) -> float:
        """The seconds until the deadline of the run, which starts with the first look at it."""
        return self.deadline.remaining

    def lane(self, *, fresh: bool = False) -> Lane:
        """Return a new way to the target; with ``fresh`` one on which each request has a connection of its own."""
        return Lane(self.wire, self.address.url, fresh=fresh)

    def wait(self, seconds: float) -> None:
        """Wait until the target accepts a connection, at most so many seconds; nothing is sent, and nothing raised."""
        ends = self.clock() + seconds
        while (left := ends - self.clock()) > 0 and not self._accepts(left):
            self.say(f"{self.address.host} does not accept connections yet, {left:.0f} s are left (--wait)")
            self.sleep(min(left, _WAIT_PAUSE))

    def _accepts(self, seconds: float) -> bool:
        reached: list[bool] = []
        with suppress(CouldNotJudge, OSError), closing(self.wire.connection(self.address.url)) as connection:
            connection.open(time.monotonic() + min(seconds, self.limits.timeout), lambda: reached.append(True))
        return bool(reached)

    def fetch(self, probe: Probe) -> Exchange:
        """Send a probe over a connection of its own, and again where that may help; return what came of it."""
        lane = self.lane()
        try:
            return self.record(self.confirmed(self.ask(probe, lane), lane))
        finally:
            lane.close()

    def ask(
        self,
        probe: Probe,
        lane: Lane,
        accepted: Callable[[], None] = lambda: None,
        *,
        opening: Callable[[], None] = lambda: None,
        counted: bool = False,
    ) -> Asked:
        """Send a probe over a lane, and again after 429, 502, 503, 504 and connection faults.

        ``opening`` is told before a connection is opened, ``accepted`` when the peer has accepted it. ``counted`` says
        that the budget of the run knows of the first request.
        """
        request = build(probe, self.address, self.credentials, self.fields)
        self.say(f"{probe.name}: {request.method} {request.url}")
        attempts: list[Attempt] = []
        for pause in (*PAUSES[: self.limits.retries], None):
            started = self.clock()
            response, failure = self._try(
                probe, request, lane, accepted, opening=opening, counted=counted or bool(attempts)
            )
            if pause is None or not may_pass(probe, response, failure, len(attempts)):
                break
            wait = pause_before(response, pause)
            if wait >= self.remaining or not self._may_retry():
                break
            outcome = str(failure) if failure else str(response.status) if response else ""
            attempts.append(Attempt(outcome, wait))
            self.say(f"{probe.name}: {self.secrets.sweep(outcome)}, once more in {wait:.3g} s")
            lane.close()  # else a server that serves one connection at a time would let the others wait for this one
            self.sleep(wait)
        if response is not None and response.status in UNAVAILABLE:
            tries = f" after {len(attempts)} retries" if attempts else ""
            failure = Unavailable(f"{request.method} {request.url} was answered {response.status}{tries}")
        over = lane.last if probe.method == "HEAD" else None
        return Asked(probe, request, response, failure, tuple(attempts), self.clock() - started, over=over)

    def burst(self, probe: Probe) -> Exchange:
        """Send a probe as fast as it is answered, until the target says that these are too many.

        The exchange is the last one, its seconds the time of all, and it says how many were sent.
        """
        request = build(probe, self.address, self.credentials, self.fields)
        self.say(f"{probe.name}: up to {probe.times} requests, as asked for")
        lane, started = self.lane(), self.clock()
        try:
            for sent in range(1, probe.times + 1):  # noqa: B007 - how many they were is told below
                response, failure = self._try(probe, request, lane)
                if failure or response is None or response.status in UNAVAILABLE:
                    break
        finally:
            lane.close()
        if response is not None and response.status in GATEWAY_ERRORS:
            failure = Unavailable(f"{request.method} {request.url} was answered {response.status}")
        return self.record(Asked(probe, request, response, failure, (), self.clock() - started, sent))

    def unsent(self, probe: Probe, because: CouldNotJudge) -> Exchange:
        """Return the exchange of a probe that is pointless to send.

        Its failure is of no particular kind: nothing was refused, and nothing was unreachable.
        """
        request = build(probe, self.address, self.credentials, self.fields)
        return Exchange(probe.name, request.record, failure=CouldNotJudge(f"not sent: {because}"))

    def confirmed(self, asked: Asked, lane: Lane) -> Asked:
        """Return the answer to HEAD with the bytes that came behind it; any other as it is.

        Behind an answer over a kept connection nobody can tell whether they are a body or belong to what follows. So
        HEAD is sent again, on a new connection, before they are called a body.
        """
        if asked.over is None or asked.response is None or not asked.over.drain_stray():
            return asked
        lane.close()
        if not self._may_retry():
            return replace(asked, response=None, failure=OverBudget(f"{_BEHIND_HEAD}, and none may be sent any more"))
        self.say(f"{asked.probe.name}: {_BEHIND_HEAD}")
        again = self.ask(asked.probe, lane, counted=True)
        attempts = (*asked.attempts, Attempt(_BEHIND_HEAD, 0.0), *again.attempts)
        if again.response is None or again.over is None:
            return replace(again, attempts=attempts)
        stray = again.over.drain_stray(_STRAY_LIMIT)
        return replace(again, response=replace(again.response, stray=stray), attempts=attempts)

    def record(self, asked: Asked) -> Exchange:
        """Return the exchange, masked. The order of these calls alone decides on the numbers of masks."""
        response, failure = asked.response, asked.failure
        try:
            response = self._masked(response) if response else None
        except BrokenAnswer as error:
            response, failure = None, error
        attempts = tuple(replace(attempt, outcome=self.secrets.mask(attempt.outcome)) for attempt in asked.attempts)
        masked = failure and type(failure)(self.secrets.mask(str(failure)))
        return Exchange(asked.probe.name, asked.request.record, response, masked, attempts, asked.seconds, asked.sent)

    def admit(self, requests: int) -> None:
        """Let another tool send so many requests from now on, and take the time of a run for them."""
        self.budget.admit(requests)
        self.deadline.restart()

    def relay(self, method: str, url: str, headers: Headers, *, authorized: bool) -> Response | CouldNotJudge:
        """Return the masked answer to a request that another tool made, or why there is none.

        The request counts, waits and ends as a probe does, and goes out under the name of this suite. ``authorized``
        puts the given credentials in the place of others. The failure is returned and not raised: the frames of a
        traceback, shown with their variables, would hold the token.
        """
        try:
            self._check_deadline()
            token = (authorization(self.credentials),) if authorized and self.credentials.origin else ()
            own = Outgoing(method, url, (Field("User-Agent", AGENT), *self.fields, *token)).message().headers
            names = {name.lower() for name, _ in own}
            sent = (*(item for item in headers if item[0].lower() not in names), *own)
            self.budget.count()
            self.budget.wait(patience=self.remaining)
            return self._masked(self.wire.send(Message(method, url, sent), *self._limit(self.limits.timeout)))
        except CouldNotJudge as failure:
            return type(failure)(self.secrets.mask(str(failure)))

    def _try(
        self,
        probe: Probe,
        request: Outgoing,
        lane: Lane,
        accepted: Callable[[], None] = lambda: None,
        *,
        opening: Callable[[], None] = lambda: None,
        counted: bool = False,
    ) -> tuple[Response | None, CouldNotJudge | None]:
        try:
            self._check_deadline()
            message = request.message()
            if not counted:
                self.budget.count()
            if probe.plaintext:
                lane.close()
                lane = Lane(self.wire, request.url)
            connection = lane.take(fresh=probe.method not in ("GET", "HEAD"))
            if connection.is_open:
                try:
                    return self._over(connection, probe, message, lane), None
                except Ended:  # no fault of the target: it may end what is idle
                    self.budget.count()
                    connection = lane.take(fresh=True)
            opening()
            return self._over(connection, probe, message, lane, accepted), None
        except CouldNotJudge as failure:
            return None, failure

    def _over(
        self,
        connection: Connection,
        probe: Probe,
        message: Message,
        lane: Lane,
        accepted: Callable[[], None] = lambda: None,
    ) -> Response:
        try:
            self.budget.wait(patience=self.remaining, unpaced=probe.times > 1)
            limit, named = self._limit(
                min(self.limits.timeout, _PLAINTEXT_LIMIT) if probe.plaintext else self.limits.timeout
            )
            return self.wire.exchange(connection, message, limit, named, accepted=accepted)
        finally:
            lane.keep(connection)

    def _limit(self, limit: float) -> tuple[float, str]:
        """Return the seconds for an exchange, and the option that bounds them."""
        remaining = self.remaining
        return (remaining, "--deadline") if remaining < limit else (limit, "--timeout")

    def _check_deadline(self) -> None:
        if self.remaining <= 0:
            raise TooSlow(f"the run has used up its {self.deadline.seconds:.3g} s (--deadline)")

    def _may_retry(self) -> bool:
        try:
            self.budget.count(retry=True)
        except OverBudget:
            return False
        return True

    def _masked(self, response: Response) -> Response:
        """Return the response without a secret.

        Raises:
            BrokenAnswer: without it, something else would be judged.
        """
        masked = self.secrets.mask_response(response)
        if (masked.body, masked.all("Content-Type")) != (response.body, response.all("Content-Type")):
            self._compare(response, masked)
        return masked

    def _compare(self, response: Response, masked: Response) -> None:
        from contracts.judging.judge import said_of  # only for a target that repeats a token

        # Equal answers are compared once: a run has the same one several times.
        if (same := self._compared.get(masked)) is None:
            same = self._compared[masked] = said_of(response, self.contract) == said_of(masked, self.contract)
        if not same:
            raise BrokenAnswer(
                "the answer repeats the token where masking it changes what is judged: "
                "judge a target that does not send the token back"
            )
