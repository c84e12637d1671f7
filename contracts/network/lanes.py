"""Lanes: the probes that may go side by side, each lane with one connection that it keeps from probe to probe.

A server may serve one connection at a time, and then lets all others wait. So a probe is taken from the queue only by
a lane that is connected, none keeps a connection that it has no probe for, and none waits for one when no probe is
left. The lane of the caller is the exception: it connects with its probe, so that no probe is left behind.
"""

import threading
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Generic, TypeVar

from contracts.network.connection import Lane

Job = TypeVar("Job")


class Lanes(Generic[Job]):
    """The lanes of a run: ``own``, which is the caller's, and up to ``others`` beside it.

    ``perform`` sends a job over a lane, ``timeout`` is for connecting, in seconds.
    """

    def __init__(
        self, lane: Callable[[], Lane], perform: Callable[[Job, Lane], None], *, others: int, timeout: float
    ) -> None:
        self.own = lane()
        self._lane = lane
        self._perform = perform
        self._timeout = timeout
        self._others = [lane() for _ in range(others)]
        self._started = False
        self._jobs: deque[Job] = deque()
        self._begun = threading.Event()
        self._over = False
        self._changed = threading.Condition()
        self._busy = 0
        self._problems: list[BaseException] = []

    def open(self) -> None:
        """Begin to connect the other lanes; nothing is sent before there are jobs."""
        started, self._started = self._started, True
        with suppress(RuntimeError):  # no more threads: fewer lanes
            for lane in [] if started else self._others:
                threading.Thread(target=self._work, args=(lane,), daemon=True).start()

    def run(self, jobs: Iterable[Job], apart: Iterable[Job] = (), *, side_by_side: bool = True) -> None:
        """Perform the jobs, and those that need no connection to the target, and return when all are done.

        Raises:
            Exception: what a job raised.
        """
        self._jobs.extend(jobs)
        if side_by_side:
            self.open()
            for job in apart:
                with self._changed:
                    self._busy += 1
                try:
                    threading.Thread(target=self._finish, args=(job, self._lane()), daemon=True).start()
                except RuntimeError:
                    self._jobs.append(job)
                    self._done()
        else:
            self._jobs.extend(apart)
            self._stop()
        self._begun.set()
        while (own := self._next()) is not None:
            try:
                self._perform(own, self.own)
            finally:
                self._done()
            if not self._jobs:
                self.own.close()
        self.own.close()
        self._stop()
        with self._changed:
            self._changed.wait_for(lambda: not self._busy)
        for problem in self._problems:
            raise problem

    def close(self) -> None:
        """End every connection, also those over which something is sent."""
        self._stop()
        for lane in (self.own, *self._others):
            lane.abort()

    def _stop(self) -> None:
        """Let the other lanes take no more jobs, and wait for no connection."""
        self._over = True
        self._begun.set()
        for lane in self._others:
            lane.stop_opening()

    def _work(self, lane: Lane) -> None:
        while not self._is_over() and lane.connect(self._timeout):
            self._begun.wait()
            if self._is_over() or (job := self._next()) is None:
                break
            self._finish(job, lane)
        lane.close()

    def _is_over(self) -> bool:
        """Whether no job is left, or none is to be taken by another lane."""
        return self._over or (self._begun.is_set() and not self._jobs)

    def _next(self) -> Job | None:
        with self._changed:
            if not self._jobs:
                return None
            self._busy += 1
            return self._jobs.popleft()

    def _finish(self, job: Job, lane: Lane) -> None:
        try:
            self._perform(job, lane)
        except BaseException as problem:  # noqa: BLE001 - it is raised again where the lanes are waited for
            self._problems.append(problem)
        finally:
            if not self._jobs:
                lane.close()
            self._done()

    def _done(self) -> None:
        with self._changed:
            self._busy -= 1
            self._changed.notify_all()
