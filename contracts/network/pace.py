"""The pace of an account: all that is sent for it shares 60 requests a minute, whichever target they go to."""

import threading
import time
from collections import deque
from collections.abc import Callable

from contracts.core.errors import OverBudget
from contracts.global_information.probes import PER_MINUTE

#: A minute and a second: two requests may take different times to arrive, and the other side counts arrivals.
_WINDOW = 61.0


class Pace:
    """Lets through so many requests within so many seconds. Threads share it.

    ``say`` is told the seconds of a longer wait.
    """

    def __init__(
        self,
        requests: int = PER_MINUTE,
        seconds: float = _WINDOW,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        say: Callable[[float], None] = lambda _: None,
    ) -> None:
        self.requests = requests
        self.seconds = seconds
        self._clock = clock
        self._sleep = sleep
        self._say = say
        #: The turns of the last requests, each counted from its beginning; some may still be to come.
        self._turns: deque[float] = deque()
        self._lock = threading.Lock()

    def room(self, requests: int) -> None:
        """Wait until so many requests can be sent at once, or as many as there can ever be."""
        places = min(requests, self.requests)
        while wait := self._until(places):
            self._say(wait)
            self._sleep(wait)

    def take(self, patience: float, *, unpaced: bool = False) -> None:
        """Take a turn, after waiting for at most ``patience`` seconds for it; ``unpaced`` takes it at once.

        Raises:
            OverBudget: it would take longer.
        """
        with self._lock:
            wait = 0.0 if unpaced else self._wait(1)
            if wait > patience:
                raise OverBudget(
                    f"{self.requests} requests were sent for this account within a minute, and the run ends before "
                    "the next"
                )
            self._turns.append(self._clock() + wait)
        if wait:
            self._sleep(wait)

    def _until(self, places: int) -> float:
        with self._lock:
            return self._wait(places)

    def _wait(self, places: int) -> float:
        """Return the seconds until so many more turns fit into the window."""
        now = self._clock()
        while self._turns and now - self._turns[0] >= self.seconds:
            self._turns.popleft()
        in_the_way = len(self._turns) + places - self.requests
        return self._turns[in_the_way - 1] + self.seconds - now if in_the_way > 0 else 0.0
