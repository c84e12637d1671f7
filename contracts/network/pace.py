"""The manners of a run: how many requests it sends, how fast and for how long, and when one is sent again."""

import math
import re
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.utils import mktime_tz, parsedate_tz

from contracts.core.contract import PER_MINUTE
from contracts.core.errors import (
    CouldNotJudge,
    Misdirected,
    OverBudget,
    ProxyFailed,
    ProxyRefused,
    TooSlow,
    Unavailable,
    Unreachable,
)
from contracts.core.exchange import Response, may_pass

#: A minute and a second: two requests may take different times to arrive, and the other side counts arrivals.
_WINDOW = 61.0
#: The pauses before each retry, in seconds, where the target does not ask for another one.
PAUSES = (1.0, 2.0, 4.0, 8.0)
#: A connection that breaks or is refused is tried anew this often; what answers 503 says itself that it will come back.
_CONNECTION_RETRIES = 2
#: What may be over a moment later; of these, Unavailable is the service that exchanges tokens.
_MAY_PASS = (Unreachable, ProxyFailed, Unavailable)
#: After a 429: how long to wait where it does not say so, and then between requests, in seconds.
_AFTER_TOO_MANY, _GAP = 1.0, 1.1


@dataclass(frozen=True)
class Limits:
    """Seconds for an answer, how often a request is sent again, and how many are under way at once."""

    timeout: float = 10.0
    retries: int = 4
    concurrency: int = 4


@dataclass
class Deadline:
    """The end of a run, so many ``seconds`` after the first look at it; threads share it."""

    seconds: float = 90.0
    clock: Callable[[], float] = time.monotonic
    _began: float | None = None
    _waited: float = 0.0
    _waits_until: float = -math.inf
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    @property
    def elapsed(self) -> float:
        """The seconds since the first look."""
        if self._began is None:
            self._began = self.clock()
        return self.clock() - self._began

    @property
    def remaining(self) -> float:
        """The seconds that are left."""
        return self.seconds + self._waited - self.elapsed

    def leave_out(self, seconds: float) -> None:
        """Leave a wait that is just over out of the time of the run; waits at the same time count once."""
        with self._lock:
            now = self.clock()
            self._waited += max(0.0, now - max(now - seconds, self._waits_until))
            self._waits_until = max(now, self._waits_until)

    def restart(self) -> None:
        """Begin anew with the next look."""
        self._began, self._waited = None, 0.0


@dataclass
class Pace:
    """Lets through so many requests within so many seconds, whichever target of an account they go to.

    Threads share it. ``say`` is told the seconds of a longer wait.
    """

    requests: int = PER_MINUTE
    seconds: float = _WINDOW
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    say: Callable[[float], None] = lambda _: None
    #: The turns of the last requests, each counted from its beginning; some may still be to come.
    _turns: deque[float] = field(default_factory=deque, repr=False)
    _lock: threading.RLock = field(default_factory=threading.RLock, repr=False)

    def wait_for_capacity(self, requests: int) -> None:
        """Wait until so many requests can be sent at once, or as many as there can ever be."""
        while wait := self._until(min(requests, self.requests)):
            self.say(wait)
            self.sleep(wait)

    def take(self, max_wait: float, *, unpaced: bool = False) -> float:
        """Take a turn, and return the seconds that were waited for it; ``unpaced`` takes it at once.

        Raises:
            OverBudget: it would take longer than ``max_wait`` seconds.
        """
        with self._lock:
            wait = 0.0 if unpaced else self._until(1)
            if wait > max_wait:
                raise OverBudget(
                    f"{self.requests} requests were sent within a minute, and the run ends before the next"
                )
            self._turns.append(self.clock() + wait)
        if wait:
            self.sleep(wait)
        return wait

    def _until(self, places: int) -> float:
        """Return the seconds until so many more turns fit into the window."""
        with self._lock:
            now = self.clock()
            while self._turns and now - self._turns[0] >= self.seconds:
                self._turns.popleft()
            in_the_way = len(self._turns) + places - self.requests
            return self._turns[in_the_way - 1] + self.seconds - now if in_the_way > 0 else 0.0


@dataclass
class Budget:
    """Counts what is sent: never more than ``limit`` requests, and none faster than a pace, where there is one.

    Threads share it. What is to be sent is counted first, and then waits for its turn. A pace that is ``shared`` with
    other runs is waited for as long as it takes.
    """

    limit: int
    pace: Pace | None = None
    shared: bool = False
    sent: int = 0
    retries: int = 0
    _lock: threading.RLock = field(default_factory=threading.RLock, repr=False)

    def count(self) -> None:
        """Count a request that is to be sent.

        Raises:
            OverBudget: it may not be sent.
        """
        with self._lock:
            if self.sent >= self.limit:
                raise OverBudget(f"the budget of {self.limit} requests is spent (--max-requests)")
            self.sent += 1

    def count_retry(self) -> bool:
        """Count a request that is to be sent again, and return whether it may be."""
        with self._lock, suppress(OverBudget):
            self.count()
            self.retries += 1
            return True
        return False

    def wait(self, max_wait: float, *, unpaced: bool = False) -> float:
        """Wait for at most ``max_wait`` seconds until the pace allows a request that was counted.

        Returns the seconds that were waited for other runs.

        Raises:
            OverBudget: it would take longer; the request is not sent, and not counted any more.
        """
        if self.pace is None:
            return 0.0
        try:
            waited = self.pace.take(math.inf if self.shared else max_wait, unpaced=unpaced)
        except OverBudget:
            with self._lock:
                self.sent -= 1
            raise
        return waited if self.shared else 0.0

    def admit(self, requests: int) -> None:
        """Allow so many requests from now on, if not more were allowed anyway."""
        with self._lock:
            self.limit = max(self.limit, self.sent + requests)


@dataclass
class Throttle:
    """What becomes of a run after a 429: one request at a time, and a gap between two, doubled at each further 429."""

    clock: Callable[[], float]
    sleep: Callable[[float], None]
    _gap: float = 0.0
    _since: float = 0.0
    _next: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)
    _turn: threading.Lock = field(default_factory=threading.Lock, repr=False)

    @property
    def is_on(self) -> bool:
        """Whether there was a 429."""
        return self._gap > 0

    @property
    def wait(self) -> float:
        """The seconds until the next request may be sent."""
        return max(0.0, self._next - self.clock())

    @contextmanager
    def turn(self, max_wait: float) -> Iterator[None]:
        """Let nobody else send while the context lasts, and begin it no sooner than may be; without a 429 at once.

        Raises:
            TooSlow: that would take more than ``max_wait`` seconds.
        """
        if not self.is_on:
            yield
            return
        with self._turn:
            if (wait := self._next - self.clock()) > max_wait:
                raise TooSlow(f"after a 429 the target is to be left alone for {wait:.3g} s, and the run ends before")
            if wait > 0:
                self.sleep(wait)
            try:
                yield
            finally:
                with self._lock:
                    self._next = max(self._next, self.clock() + self._gap)

    def slow_down(self, response: Response, sent: float) -> None:
        """Take a 429 to heart, the answer to what was sent at a time of the clock.

        What was under way together with the first one is no further 429.
        """
        with self._lock:
            now, wait = self.clock(), pause_before(response, _AFTER_TOO_MANY)
            if not self._gap:
                self._gap, self._since = _GAP, now
            elif sent >= self._since:
                self._gap, self._since = self._gap * 2, now
                wait = max(wait, self._gap)
            self._next = max(self._next, now + wait)


def is_worth_a_retry(response: Response | None, failure: CouldNotJudge | None, tries: int) -> bool:
    """Whether what went wrong may pass: a status that says so, or, a few times, a connection that broke."""
    if failure is None:
        return response is not None and may_pass(response)
    is_lasting = isinstance(failure, Misdirected | ProxyRefused)
    return tries < _CONNECTION_RETRIES and isinstance(failure, _MAY_PASS) and not is_lasting


def pause_before(response: Response | None, pause: float) -> float:
    """Return the seconds that the target asks for (RFC 9110, section 10.2.3), or the pause where it does not."""
    asked = (response.first("Retry-After") or "") if response else ""
    if not asked or re.fullmatch("[0-9]{1,15}", asked):
        return float(asked) if asked else pause
    try:
        date = parsedate_tz(asked)
        return pause if date is None else max(0.0, mktime_tz(date) - time.time())
    except (ValueError, OverflowError):  # a date of no calendar
        return pause
