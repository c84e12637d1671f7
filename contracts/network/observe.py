"""Observing: the documented request first and alone, then the others side by side, and none that is pointless.

A server may serve one connection at a time, and then lets all others wait. So a probe is taken from the queue only by
a lane that is connected, none keeps a connection that it has no probe for, and none waits for one when no probe is
left. The lane of the caller is the exception: it connects with its probe, so that no probe is left behind.
"""

import hashlib
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace

from contracts.core.contract import LIST, Authorization, Probe
from contracts.core.errors import BrokenAnswer, CouldNotJudge, Refused
from contracts.core.exchange import REFUSALS, Exchange
from contracts.core.made_up import shuffled
from contracts.network.connection import Connection
from contracts.network.credentials import Credentials
from contracts.network.target import Asked, Target

#: So many times the largest body: two answers of that size can still be compared with each other.
_TOGETHER = 2
#: The places of probes that go one after the other over the same way.
Job = tuple[int, ...]


def observe(target: Target, probes: Iterable[Probe], *, fresh_connections: bool = False) -> Iterator[Exchange]:
    """Send the probes and yield the exchange of each, in their order, whichever was answered first.

    They go in three batches. The documented request comes first and alone: a target that does not answer it is left
    alone, and one that refuses the credentials is only asked what can be asked without them. Then what reads goes side
    by side. What could change something, and what exceeds the rate limit, comes after everything else. With
    ``fresh_connections`` no connection is used for a second request.
    """
    planned = tuple(probes)
    first, second, last = ([place for place, probe in enumerate(planned) if _batch(probe) == n] for n in range(3))
    silent: CouldNotJudge | None = None
    jobs, apart = _jobs(planned, second)
    others = max(0, min(target.limits.concurrency - len(apart), len(jobs)) - 1)
    lanes = _Lanes(target, planned, others, fresh=fresh_connections)
    try:
        seconds = 0.0
        for place in first:
            exchange = judge_refusal(target.record(target.ask(planned[place], lanes.own)), target.credentials)
            silent, seconds = exchange.failure, exchange.seconds
            yield exchange
        if target.limits.concurrency == 1:
            lanes.own.close()  # one replica behind a balancer may answer all that comes over one connection
        wanted = [place for place in shuffled(second, target.seed) if not _is_pointless(planned[place], silent)]
        # One that answers one at a time would keep the last one waiting for as long as all others take.
        is_quick = seconds * len(wanted) < target.limits.timeout / 2
        lanes.run(*_jobs(planned, wanted), side_by_side=target.limits.concurrency > 1 and is_quick)
    finally:
        lanes.close()
    for place in (*second, *last):
        probe = planned[place]
        if silent and _is_pointless(probe, silent):
            yield target.unsent(probe, silent)
        elif place in lanes.asked:
            yield target.record(lanes.asked[place])
        else:
            yield target.burst(probe) if probe.times > 1 else target.fetch(probe)


def _batch(probe: Probe) -> int:
    """Return the number of the batch in which a probe goes: first, side by side with others, or last."""
    if probe.times > 1 or probe.method not in ("GET", "HEAD"):
        return 2
    return 0 if probe.name == LIST else 1


def _is_pointless(probe: Probe, silent: CouldNotJudge | None) -> bool:
    without_credentials = isinstance(silent, Refused) and probe.authorization is not Authorization.GIVEN
    return silent is not None and not without_credentials


def _jobs(probes: tuple[Probe, ...], places: list[int]) -> tuple[list[Job], list[Job]]:
    """Return what is to be sent over the connections to the target, in this order, and what is not.

    The list is asked for first: what deals its answers in turn, such as a balancer before two servers, then gives two
    different ones, whatever else is under way. HEAD and a GET are one job: whatever stands before the status line of
    the answer to the one came behind that to the other, and nobody has to wait for bytes that must not come.
    """
    apart: list[Job] = [(place,) for place in places if probes[place].plaintext]
    rest = [place for place in places if not probes[place].plaintext]
    listed = [place for place in rest if probes[place].asks_for_list]
    heads = [place for place in rest if probes[place].method == "HEAD"]
    others = [place for place in rest if place not in (*listed, *heads)]
    pairs: list[Job] = [(head, *others[:1]) for head in heads[:1]]
    left = heads[1:] + (others[1:] if pairs else others)
    return [*((place,) for place in listed), *pairs, *((place,) for place in left)], apart


class _Lanes:
    """The lanes of an observation: ``own``, which is the caller's, and others, each with a thread.

    ``asked`` holds what came of the probes, by their places.
    """

    def __init__(self, target: Target, probes: tuple[Probe, ...], others: int, *, fresh: bool) -> None:
        self.asked: dict[int, Asked] = {}
        self.own = target.connection(fresh=fresh)
        self.own.accepted = self._open
        self._others = [target.connection(fresh=fresh) for _ in range(others)]
        self._target = target
        self._probes = probes
        self._jobs: deque[Job] = deque()
        self._is_open = self._begun = self._over = False
        self._busy = 0
        self._problems: list[BaseException] = []
        self._changed = threading.Condition()

    def run(self, jobs: list[Job], apart: list[Job], *, side_by_side: bool) -> None:
        """Perform the jobs, and those that need no connection to the target, and return when all are done.

        Raises:
            Exception: what a job raised.
        """
        self._jobs.extend(jobs)
        if side_by_side:
            self._open()
            for job in apart:
                self._busy_by(1)
                try:
                    threading.Thread(
                        target=self._perform_beside, args=(job, self._target.connection()), daemon=True
                    ).start()
                except RuntimeError:  # no more threads
                    self._busy_by(-1)
                    self._jobs.append(job)
        else:
            self._jobs.extend(apart)
            self._stop()
        self._begin()
        while (own := self._next()) is not None:
            self._perform(own, self.own)
        self.own.close()
        self._stop()
        with self._changed:
            self._changed.wait_for(lambda: not self._busy)
        for problem in self._problems:
            raise problem

    def close(self) -> None:
        """End every connection, also those over which something is sent."""
        self._stop()
        self.own.close()
        for lane in self._others:
            lane.abort()

    def _open(self) -> None:
        """Begin to connect the other lanes, once; nothing is sent before there are jobs."""
        others, self._is_open = [] if self._is_open or self._over else self._others, True
        with suppress(RuntimeError):  # no more threads: fewer lanes
            for lane in others:
                threading.Thread(target=self._work, args=(lane,), daemon=True).start()

    def _begin(self) -> None:
        with self._changed:
            self._begun = True
            self._changed.notify_all()

    def _stop(self) -> None:
        """Let the other lanes take no more jobs, and wait for no connection."""
        self._over = True
        self._begin()
        for lane in self._others:
            lane.stop_opening()

    def _work(self, lane: Connection) -> None:
        while not (self._begun and not self._jobs) and lane.connect(self._target.limits.timeout):
            with self._changed:
                self._changed.wait_for(lambda: self._begun)
            job = None if self._over else self._next()
            if job is None:
                break
            self._perform_beside(job, lane)
        lane.close()

    def _next(self) -> Job | None:
        with self._changed:
            if not self._jobs:
                return None
            self._busy += 1
            return self._jobs.popleft()

    def _perform_beside(self, job: Job, lane: Connection) -> None:
        with suppress(BaseException):  # it is raised again where the lanes are waited for
            self._perform(job, lane)

    def _perform(self, job: Job, lane: Connection) -> None:
        try:
            done = [(place, self._target.ask(self._probes[place], lane)) for place in job]
            self.asked.update({place: self._target.confirmed(each, lane) for place, each in done})
        except BaseException as problem:
            self._problems.append(problem)
            raise
        finally:
            if not self._jobs:
                lane.close()
            self._busy_by(-1)

    def _busy_by(self, jobs: int) -> None:
        with self._changed:
            self._busy += jobs
            self._changed.notify_all()


def limit_bodies(exchanges: Iterable[Exchange], cap: int) -> Iterator[Exchange]:
    """Yield the exchanges; ``cap`` is the largest body in bytes, and all different ones together hold twice as many.

    A target that answers each request with another large body would else cost a multiple of what one costs. What is
    beyond is given up, with a BrokenAnswer in its place.
    """
    left, known = _TOGETHER * cap, set[bytes]()
    for exchange in exchanges:
        body = exchange.response.body if exchange.response else b""
        digest = hashlib.sha256(body).digest()
        if digest not in known and len(body) > left:
            failure = BrokenAnswer(
                f"the different bodies of this run hold more than {_TOGETHER * cap:,} bytes, which is twice the "
                "largest body (--max-body): they are too many to be judged together"
            )
            yield replace(exchange, response=None, failure=failure)
            continue
        if digest not in known:
            left -= len(body)
            known.add(digest)
        yield exchange


def judge_refusal(exchange: Exchange, credentials: Credentials) -> Exchange:
    """Return the documented exchange, as a failure when its credentials were refused or are missing."""
    if exchange.failure or exchange.response is None:
        return exchange
    status = exchange.response.status
    if status not in REFUSALS:
        return exchange
    return replace(exchange, failure=Refused(credentials.refusal(status)))
