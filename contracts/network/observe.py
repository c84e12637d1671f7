"""Observing: the documented request and its repetition first, the others then side by side, none that is pointless."""

import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from http import HTTPStatus

from contracts.core.clause import LIST, REPEAT
from contracts.core.errors import CouldNotJudge, Refused
from contracts.core.exchange import Exchange
from contracts.core.probe import Authorization, Probe
from contracts.network.credentials import Credentials
from contracts.network.lanes import Lane, Lanes
from contracts.network.request import Asked
from contracts.network.target import Target

#: Probes that go one after the other over the same connection.
Job = tuple[Probe, ...]


@dataclass(frozen=True)
class _Plan:
    """The probes in batches, in the order in which they are sent; those of the second batch go side by side.

    The documented request and its repetition come first, each alone: what deals its answers in turn, such as a balancer
    before two servers, gives two different ones then, whatever the number of requests that are under way later.
    """

    first: tuple[Probe, ...]
    second: tuple[Probe, ...]
    last: tuple[Probe, ...]

    @classmethod
    def of(cls, probes: Iterable[Probe]) -> "_Plan":
        first: list[Probe] = []
        second: list[Probe] = []
        last: list[Probe] = []
        for probe in probes:
            alone = probe.times > 1 or probe.method not in ("GET", "HEAD")
            (last if alone else first if probe.name in (LIST, REPEAT) else second).append(probe)
        return cls(tuple(first), tuple(second), tuple(last))


def observe(
    target: Target,
    probes: Iterable[Probe],
    meanwhile: Callable[[], None] = lambda: None,
    *,
    fresh_connections: bool = False,
) -> Iterator[Exchange]:
    """Send the probes and yield the exchange of each, in their order, whichever was answered first.

    A target that does not answer the documented request is left alone: the other probes are not sent. One that
    refuses the credentials is only asked what can be asked without them. What could change something, and what
    exceeds the rate limit, comes after everything else. ``meanwhile`` is done while the first answer is due.
    With ``fresh_connections`` no connection is used for a second request.
    """
    plan = _Plan.of(probes)
    silent: CouldNotJudge | None = None
    asked: dict[str, Asked] = {}

    def perform(job: Job, lane: Lane) -> None:
        done = [target.ask(probe, lane) for probe in job]
        asked.update({each.probe.name: target.confirmed(each, lane) for each in done})

    preparing = threading.Thread(target=meanwhile, daemon=True)

    def accepted() -> None:
        lanes.open()
        if preparing.ident is None:
            preparing.start()

    lane = partial(target.lane, fresh=fresh_connections)
    lanes = Lanes(lane, perform, others=_others(target, plan.second), timeout=target.limits.timeout)
    try:
        seconds = 0.0
        for probe in plan.first:
            if silent:
                yield target.unsent(probe, silent)
                continue
            exchange = target.record(target.ask(probe, lanes.own, accepted, opening=lanes.withdraw))
            if probe.name == LIST:
                exchange = judge_refusal(exchange, target.credentials)
                silent, seconds = exchange.failure, exchange.seconds
            yield exchange
        if target.limits.concurrency == 1:
            lanes.own.close()  # one replica behind a balancer may answer all that comes over one connection
        wanted = [probe for probe in plan.second if not _is_pointless(probe, silent)]
        lanes.run(*_jobs(wanted), side_by_side=_is_quick(target, seconds * len(wanted)))
    finally:
        lanes.close()
        if preparing.ident is not None:
            preparing.join()
    for probe in (*plan.second, *plan.last):
        yield _exchange(target, probe, asked.get(probe.name), silent)


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


def _others(target: Target, probes: tuple[Probe, ...]) -> int:
    """Return how many lanes there may be beside the first one: no more than there are jobs for."""
    jobs, apart = _jobs(probes)
    return max(0, min(target.limits.concurrency - len(apart), len(jobs)) - 1)


def _is_quick(target: Target, seconds: float) -> bool:
    """Whether the target answers side by side: one at a time, it would keep the last one waiting for so long."""
    return target.limits.concurrency > 1 and seconds < target.limits.timeout / 2


def _jobs(probes: Iterable[Probe]) -> tuple[list[Job], list[Job]]:
    """Return what is to be sent over the connections to the target, the longest first, and what is not.

    HEAD and a GET are one job: whatever stands before the status line of the answer to the one came behind that to
    the other, and nobody has to wait for bytes that must not come.
    """
    apart: list[Job] = [(probe,) for probe in probes if probe.plaintext]
    rest = [probe for probe in probes if not probe.plaintext]
    heads = [probe for probe in rest if probe.method == "HEAD"]
    others = [probe for probe in rest if probe.method != "HEAD"]
    pairs: list[Job] = [(head, *others[:1]) for head in heads[:1]]
    left = heads[1:] + (others[1:] if pairs else others)
    return [*pairs, *((probe,) for probe in left)], apart


def judge_refusal(exchange: Exchange, credentials: Credentials) -> Exchange:
    """Return the documented exchange, as a failure when its credentials were refused or are missing."""
    if exchange.failure or exchange.response is None:
        return exchange
    status = exchange.response.status
    if status not in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        return exchange
    return replace(exchange, failure=Refused(credentials.refusal(status)))
