"""Observing: the documented request first and alone, then the others side by side, and none that is pointless."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import partial

from contracts.core.contract import LIST, Authorization, Probe
from contracts.core.errors import BrokenAnswer, CouldNotJudge, Refused
from contracts.core.exchange import REFUSALS, Exchange
from contracts.core.made_up import shuffled
from contracts.network.connection import Lane
from contracts.network.credentials import Credentials
from contracts.network.lanes import Lanes
from contracts.network.target import Asked, Target

#: So many times the largest body: two answers of that size can still be compared with each other.
_TOGETHER = 2
#: The places of probes that go one after the other over the same way.
Job = tuple[int, ...]


def observe(
    target: Target,
    probes: Iterable[Probe],
    *,
    fresh_connections: bool = False,
) -> Iterator[Exchange]:
    """Send the probes and yield the exchange of each, in their order, whichever was answered first.

    They go in three batches. The documented request comes first and alone: a target that does not answer it is left
    alone, and one that refuses the credentials is only asked what can be asked without them. Then what reads goes side
    by side. What could change something, and what exceeds the rate limit, comes after everything else. With
    ``fresh_connections`` no connection is used for a second request.
    """
    planned = tuple(probes)
    first, second, last = _batches(planned)
    silent: CouldNotJudge | None = None
    asked: dict[int, Asked] = {}

    def perform(job: Job, lane: Lane) -> None:
        done = [(place, target.ask(planned[place], lane)) for place in job]
        asked.update({place: target.confirmed(each, lane) for place, each in done})

    lane = partial(target.lane, fresh=fresh_connections)
    lanes = Lanes(lane, perform, others=_others(target, planned, second), timeout=target.limits.timeout)
    try:
        seconds = 0.0
        lanes.own.accepted = lanes.open
        for place in first:
            exchange = judge_refusal(target.record(target.ask(planned[place], lanes.own)), target.credentials)
            silent, seconds = exchange.failure, exchange.seconds
            yield exchange
        lanes.own.accepted = lambda: None
        if target.limits.concurrency == 1:
            lanes.own.close()  # one replica behind a balancer may answer all that comes over one connection
        wanted = [place for place in shuffled(second, target.seed) if not _is_pointless(planned[place], silent)]
        lanes.run(*_jobs(planned, wanted), side_by_side=_is_quick(target, seconds * len(wanted)))
    finally:
        lanes.close()
    for place in (*second, *last):
        yield _exchange(target, planned[place], asked.get(place), silent)


def _batches(probes: tuple[Probe, ...]) -> tuple[list[int], list[int], list[int]]:
    """Return the places of the probes that go first, side by side, and last."""
    first: list[int] = []
    second: list[int] = []
    last: list[int] = []
    for place, probe in enumerate(probes):
        alone = probe.times > 1 or probe.method not in ("GET", "HEAD")
        (last if alone else first if probe.name == LIST else second).append(place)
    return first, second, last


def _exchange(target: Target, probe: Probe, asked: Asked | None, silent: CouldNotJudge | None) -> Exchange:
    """Return what came of a probe that was asked side by side with others, or is asked now by itself."""
    if silent and _is_pointless(probe, silent):
        return target.unsent(probe, silent)
    if asked:
        return target.record(asked)
    return target.burst(probe) if probe.times > 1 else target.fetch(probe)


def _is_pointless(probe: Probe, silent: CouldNotJudge | None) -> bool:
    without_credentials = isinstance(silent, Refused) and probe.authorization is not Authorization.GIVEN
    return silent is not None and not without_credentials


def _others(target: Target, probes: tuple[Probe, ...], places: list[int]) -> int:
    """Return how many lanes there may be beside the first one: no more than there are jobs for."""
    jobs, apart = _jobs(probes, places)
    return max(0, min(target.limits.concurrency - len(apart), len(jobs)) - 1)


def _is_quick(target: Target, seconds: float) -> bool:
    """Whether the target answers side by side: one at a time, it would keep the last one waiting for so long."""
    return target.limits.concurrency > 1 and seconds < target.limits.timeout / 2


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
