"""The manners of a run: how long it waits, how often it asks, and how fast."""

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from contracts.core.errors import OverBudget
from contracts.global_information.probes import PER_MINUTE
from contracts.network.pace import Pace

_MINUTE = 60.0


@dataclass(frozen=True)
class Limits:
    """Seconds for an answer, how often a request is sent again, and how many are under way at once."""

    timeout: float = 10.0
    retries: int = 4
    concurrency: int = 4


@dataclass
class Deadline:
    """The end of a run, so many ``seconds`` after the first look at it."""

    seconds: float = 90.0
    clock: Callable[[], float] = time.monotonic
    _ends: float | None = None

    @property
    def remaining(self) -> float:
        """The seconds that are left."""
        if self._ends is None:
            self._ends = self.clock() + self.seconds
        return self._ends - self.clock()

    def restart(self) -> None:
        """Begin anew with the next look."""
        self._ends = None


@dataclass
class Budget:
    """Counts what is sent: never more than ``limit`` requests, never more than 60 a minute to a live target.

    Threads share it. What is to be sent is counted first, and then waits for its turn. The ``pace`` of an account takes
    the place of the own one.
    """

    limit: int
    live: bool
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    sent: int = 0
    retries: int = 0
    pace: Pace | None = None
    _recent: deque[float] = field(default_factory=deque)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def count(self, *, retry: bool = False) -> None:
        """Count a request that is to be sent.

        Raises:
            OverBudget: it may not be sent.
        """
        with self._lock:
            if self.sent >= self.limit:
                raise OverBudget(f"the budget of {self.limit} requests is spent (--max-requests)")
            self.sent += 1
            self.retries += retry

    def wait(self, *, patience: float = _MINUTE, unpaced: bool = False) -> None:
        """Wait for at most ``patience`` seconds until the pace allows a request that was counted.

        Raises:
            OverBudget: it would take longer; the request is not sent, and not counted any more.
        """
        if self.pace is not None:
            return self._wait_for_account(self.pace, patience, unpaced)
        with self._lock:
            now = self.clock()
            while self._recent and now - self._recent[0] >= _MINUTE:
                self._recent.popleft()
            wait = 0.0
            if self.live and not unpaced and len(self._recent) >= PER_MINUTE:
                # The request that has to be a minute old by then; those behind it have their turns already.
                wait = max(0.0, _MINUTE - (now - self._recent[-PER_MINUTE]))
            if wait > patience:
                self.sent -= 1
                raise OverBudget(f"{PER_MINUTE} requests were sent within a minute, and the run ends before the next")
            self._recent.append(now + wait)
        if wait:
            self.sleep(wait)
        return None

    def _wait_for_account(self, pace: Pace, patience: float, unpaced: bool) -> None:  # noqa: FBT001
        try:
            pace.take(patience, unpaced=unpaced)
        except OverBudget:
            with self._lock:
                self.sent -= 1
            raise

    def admit(self, requests: int) -> None:
        """Allow so many requests from now on, if not more were allowed anyway."""
        with self._lock:
            self.limit = max(self.limit, self.sent + requests)
