"""The target: sends probes with good manners and returns exchanges in which no secret is left."""

import time
from collections.abc import Callable
from contextlib import closing, nullcontext, suppress
from dataclasses import dataclass, field, replace

from contracts.core.contract import Probe
from contracts.core.errors import BrokenAnswer, CouldNotJudge, OverBudget, TooSlow, Unavailable
from contracts.core.exchange import TOO_MANY, Attempt, Exchange, Headers, Response, intermediary
from contracts.core.made_up import token_like
from contracts.core.text import counted as number_of
from contracts.masking.secrets import Secrets
from contracts.network.connection import AGENT, Asked, Connection, Ended, Field, Outgoing, authorization, build
from contracts.network.credentials import Credentials, NoCredentials, Standing, ran_out
from contracts.network.dial import Address
from contracts.network.http1 import Message
from contracts.network.lanes import Lane
from contracts.network.pace import PAUSES, Budget, Deadline, Limits, Throttle, is_worth_a_retry, pause_before
from contracts.network.wire import Wire

#: The cleartext endpoint is expected to be silent: a firewall that drops what is sent to it is not waited for long.
_CLEARTEXT_LIMIT = 3.0
#: How long bytes behind an answer to HEAD are waited for where some were seen before, in seconds.
_STRAY_LIMIT = 1.0
#: Between two attempts to reach a target that does not accept connections yet, in seconds.
_WAIT_PAUSE = 0.25
_BEHIND_HEAD = "bytes behind the answer, which has to be asked for on a connection of its own"
_DOCUMENTED = Probe("list", "the documented request")


@dataclass(frozen=True)
class Target:
    """A target under test. ``sleep`` waits for seconds; ``say`` is told what is being waited for.

    ``documented`` is the request that shows whether the credentials are still accepted. ``judged`` returns what would
    be judged of an answer: only where that is the same may one stand for another.
    """

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
    judged: Callable[[Response], object] = field(default=lambda _: None, repr=False)
    documented: Probe = _DOCUMENTED
    #: What decides on what is made up, and on the order of what goes side by side.
    seed: int = 0
    throttle: Throttle = field(init=False, repr=False)
    standing: Standing = field(default_factory=Standing, repr=False)
    _compared: dict[Response, bool] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "throttle", Throttle(lambda: self.clock(), self.sleep))  # noqa: PLW0108 - a test may give it another one

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

    def ask(self, probe: Probe, lane: Lane) -> Asked:
        """Send a probe over a lane, and again where what went wrong may pass, or the credentials have to be renewed."""
        request = self._request(probe)
        self.say(f"{probe.name}: {request.method} {request.url}")
        return self._finished(self._persist(request, lane))

    def burst(self, probe: Probe) -> Exchange:
        """Send a probe as fast as it is answered, until the target says that these are too many.

        The exchange is the last one, its seconds the time of all, and it says how many were sent.
        """
        request = self._request(probe)
        self.say(f"{probe.name}: up to {probe.times} requests, as asked for")
        lane, started, began, sent = self.lane(), self.clock(), self.deadline.elapsed, 0
        try:
            while True:
                asked, sent = self._try(request, lane, unpaced=True), sent + 1
                if sent == probe.times or asked.response is None or intermediary(asked.response):
                    break
        finally:
            lane.close()
        if asked.response is None or asked.response.status != TOO_MANY:
            asked = self._finished(asked)
        return self.record(replace(asked, seconds=self.clock() - started, began=began, sent=sent))

    def unsent(self, probe: Probe, because: CouldNotJudge) -> Exchange:
        """Return the exchange of a probe that is pointless to send.

        Its failure is of no particular kind: nothing was refused, and nothing was unreachable.
        """
        request = self._request(probe, is_sent=False)
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
        self.say(f"{asked.request.name}: {_BEHIND_HEAD}")
        again = self._finished(self._persist(asked.request, lane, counted=True))
        again = replace(again, attempts=(*asked.attempts, Attempt(_BEHIND_HEAD, 0.0), *again.attempts))
        if again.response is None or again.over is None:
            return again
        return replace(again, response=replace(again.response, stray=again.over.drain_stray(_STRAY_LIMIT)))

    def record(self, asked: Asked) -> Exchange:
        """Return the exchange, masked. The order of these calls alone decides on the numbers of masks."""
        response, failure = asked.response, asked.failure
        try:
            response = self._masked(response) if response else None
        except BrokenAnswer as error:
            response, failure = None, error
        attempts = tuple(replace(attempt, outcome=self.secrets.mask(attempt.outcome)) for attempt in asked.attempts)
        masked = failure and type(failure)(self.secrets.mask(str(failure)))
        request = asked.request
        began = round(asked.began, 3)
        return Exchange(
            request.name, request.record, response, masked, attempts, asked.seconds, asked.sent, began=began
        )

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
        authorized = authorized and bool(self.credentials.origin)
        token = (authorization(self.credentials),) if authorized else ()
        own = (Field("User-Agent", AGENT), *self.fields, *token)
        names = {each.name.lower() for each in own}
        theirs = tuple(Field(name, value) for name, value in headers if name.lower() not in names)
        request = Outgoing("relayed", method, url, (*theirs, *own), authorized=authorized)
        lane = self.lane()
        try:
            asked = self._persist(request, lane, patient=patient)
            if asked.response is not None and asked.failure is None:
                return self._masked(asked.response)
            failure = asked.failure or CouldNotJudge("there is no answer")
        except CouldNotJudge as error:
            failure = error
        finally:
            lane.close()
        return type(failure)(self.secrets.mask(str(failure)))

    def _request(self, probe: Probe, *, is_sent: bool = True) -> Outgoing:
        def made_up() -> str:
            given: str | None = None
            with suppress(CouldNotJudge):  # without one, any form does
                given = self.credentials.authorization() if is_sent else None
            return token_like((given or "").removeprefix("Bearer "), self.seed)

        return build(probe, self.address, self.credentials, self.fields, made_up)

    def _finished(self, asked: Asked) -> Asked:
        """Return what came of a request; an answer that is not the API's is a failure."""
        if asked.failure or asked.response is None or not (who := intermediary(asked.response)):
            return asked
        tries = f" after {number_of(len(asked.attempts), 'retry', 'retries')}" if asked.attempts else ""
        what = f"{asked.request.method} {asked.request.url} was answered {who}{tries}"
        return replace(asked, failure=Unavailable(f"{what}, which an intermediary answers and not the API"))

    def _persist(self, request: Outgoing, lane: Lane, *, counted: bool = False, patient: bool = True) -> Asked:
        """Send a request until its answer tells something, or none of its retries is left.

        ``counted`` says that the budget knows of the first one.
        """
        asked = self._noted(self._retried(request, lane, counted=counted, patient=patient))
        if asked.is_refused and self.standing.was_accepted(asked.authorization):
            return self._refused(asked, lane, patient=patient)
        return asked

    def _refused(self, asked: Asked, lane: Lane, *, patient: bool) -> Asked:
        """Find out what a refusal means of credentials that were accepted before."""
        status = str(asked.response.status) if asked.response else ""
        failure: CouldNotJudge | None
        try:
            if self.credentials.renew(asked.authorization or "") and self._may_retry():
                self.say(f"{asked.request.name}: {status}, once more with a new token")
                again = self._retried(asked.request, lane, counted=True, patient=patient)
                asked = replace(again, attempts=(*asked.attempts, Attempt(status, 0.0), *again.attempts))
            if not asked.is_refused:
                return self._noted(asked)
            failure = self.standing.look(lambda: self._ask_documented(lane))
        except CouldNotJudge as error:
            failure = error
        return replace(asked, failure=failure) if failure else asked

    def _ask_documented(self, lane: Lane) -> CouldNotJudge | None:
        """Return why the credentials say nothing any more, or None where the documented request is still answered."""
        if not self._may_retry():
            return OverBudget("the credentials were refused, and whether they ran out may not be asked any more")
        request = self._request(self.documented)
        asked = self._finished(self._retried(request, lane, counted=True))
        if asked.is_refused and asked.response:
            return ran_out(self.credentials, asked.response.status)
        return self._noted(asked).failure

    def _noted(self, asked: Asked) -> Asked:
        """Remember that the credentials of a request were accepted, where they were."""
        told = asked.response is not None and not asked.failure and not intermediary(asked.response)
        if told and asked.authorization is not None and not asked.is_refused:
            self.standing.accept(asked.authorization)
        return asked

    def _retried(self, request: Outgoing, lane: Lane, *, counted: bool = False, patient: bool = True) -> Asked:
        repeatable = patient and not request.cleartext and request.method in ("GET", "HEAD")
        attempts: list[Attempt] = []
        for pause in (*(PAUSES[: self.limits.retries] if repeatable else ()), None):
            asked = self._try(request, lane, counted=counted or bool(attempts))
            response, failure = asked.response, asked.failure
            if pause is None or not is_worth_a_retry(response, failure, len(attempts)):
                break
            throttled = response is not None and response.status == TOO_MANY
            wait = self.throttle.wait if throttled else pause_before(response, pause)
            if wait >= self.remaining or not self._may_retry():
                break
            outcome = str(failure) if failure else str(response.status) if response else ""
            attempts.append(Attempt(outcome, wait))
            self.say(f"{request.name}: {self.secrets.sweep(outcome)}, once more in {wait:.3g} s")
            lane.close()  # else a server that serves one connection at a time would let the others wait for this one
            if not throttled:
                self.sleep(wait)
        return replace(asked, attempts=tuple(attempts))

    def _try(self, request: Outgoing, lane: Lane, *, counted: bool = False, unpaced: bool = False) -> Asked:
        """Send a request once, or twice where a kept connection was of no use; return what came of it."""
        started, began, message, response, failure = self.clock(), self.deadline.elapsed, None, None, None
        try:
            self._check_deadline()
            if request.authorized and self.standing.failure:
                raise self.standing.failure
            message = request.message()
            if self.throttle.is_on and not unpaced:
                lane.close()  # as before a retry
            with nullcontext() if unpaced else self.throttle.turn(self.remaining):
                started, began = self.clock(), self.deadline.elapsed
                if not counted:
                    self.budget.count()
                response = self._over_lane(request, message, lane, unpaced=unpaced)
            if response.status == TOO_MANY and not unpaced:
                self.throttle.slow_down(response, started)
        except CouldNotJudge as error:
            failure = error
        return Asked(
            request,
            response,
            failure,
            seconds=self.clock() - started,
            began=began,
            over=lane.last if request.method == "HEAD" else None,
            authorization=request.token_in(message),
        )

    def _over_lane(self, request: Outgoing, message: Message, lane: Lane, *, unpaced: bool) -> Response:
        if request.cleartext:
            lane.close()
            lane = Lane(self.wire, request.url, fresh=True)

        def over(connection: Connection) -> Response:
            try:
                self.deadline.leave_out(self.budget.wait(self.remaining, unpaced=unpaced))
                most = min(self.limits.timeout, _CLEARTEXT_LIMIT) if request.cleartext else self.limits.timeout
                left = self.remaining
                limit, named = (left, "--deadline") if left < most else (most, "--timeout")
                return self.wire.exchange(connection, message, limit, named, accepted=lane.accepted)
            finally:
                lane.keep(connection)

        connection = lane.take(fresh=request.method not in ("GET", "HEAD"))
        if connection.is_open:
            try:
                return over(connection)
            except Ended:  # no fault of the target: it may end what is idle
                self.budget.count()
                connection = lane.take(fresh=True)
        return over(connection)

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
        if (masked.body, masked.all("Content-Type")) == (response.body, response.all("Content-Type")):
            return masked
        # Equal answers are compared once: a run has the same one several times.
        if (same := self._compared.get(masked)) is None:
            same = self._compared[masked] = self.judged(response) == self.judged(masked)
        if not same:
            raise BrokenAnswer(
                "the answer repeats the token where masking it changes what is judged: "
                "judge a target that does not send the token back"
            )
        return masked
