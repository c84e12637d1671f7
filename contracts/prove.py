"""The proof: every fault of the mock is caught by the clauses that it breaks, and by no other.

A suite that has never failed proves nothing. Here each fault is served by the mock and judged by a whole run.
"""

import multiprocessing
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from contracts.core.report import Report, State
from contracts.event_categories.clauses import CLAUSES
from contracts.event_categories.policy import Policy
from contracts.event_categories.probes import PER_MINUTE
from contracts.mock.faults import FAULTS, NULL_RESPONDERS, VARIANTS, Fault
from contracts.mock.server import CA_PEM, MockServer
from contracts.run import prepare, verify
from contracts.settings import Settings
from contracts.target.credentials import BEARER

#: A live target, as far as the suite can tell: its name is led to the mock on the loopback interface.
_HTTPS, _HTTP = 443, 80


class Kind(StrEnum):
    """What is expected of a case."""

    FAULT = "fault"
    VARIANT = "variant"
    NULL = "null responder"


@dataclass(frozen=True)
class Case:
    """One case, by name, so that another process finds it in the catalogue."""

    kind: Kind
    name: str

    @property
    def fault(self) -> Fault:
        """The fault, variant or null responder."""
        catalogue = {Kind.FAULT: FAULTS, Kind.VARIANT: VARIANTS, Kind.NULL: NULL_RESPONDERS}[self.kind]
        return next(fault for fault in catalogue if fault.name == self.name)


@dataclass(frozen=True)
class Result:
    """What a run made of a case: the state of every clause, or the fault of the suite that ended it."""

    case: Case
    breaks: frozenset[str]
    states: Mapping[str, State]
    crash: str = ""

    @cached_property
    def tripped(self) -> frozenset[str]:
        """The clauses that were breached."""
        return frozenset(clause for clause, state in self.states.items() if state is State.BREACHED)

    @property
    def killed(self) -> frozenset[str]:
        """The clauses that were to be breached, and were."""
        return self.breaks & self.tripped

    @property
    def problems(self) -> tuple[str, ...]:
        """Everything that was not as expected, in words; nothing when the case is proven."""
        if self.crash:
            return (f"the suite itself failed: {self.crash}",)
        if self.case.kind is Kind.NULL:
            return tuple(
                f"{clause} is held, and there was nothing to hold it"
                for clause, state in self.states.items()
                if state is State.HELD and clause.startswith(("category.", "list."))
            )
        missed = tuple(f"missed: {clause}" for clause in sorted(self.breaks - self.tripped))
        bystanders = tuple(f"bystander tripped: {clause}" for clause in sorted(self.tripped - self.breaks))
        silent: tuple[str, ...] = ()
        if self.case.kind is Kind.VARIANT:
            silent = tuple(f"could not judge: {c}" for c, state in self.states.items() if state is State.INCONCLUSIVE)
        return missed + bystanders + silent


@dataclass(frozen=True)
class Proof:
    """All results. It holds when every clause is killed by a fault and no case has a problem."""

    results: tuple[Result, ...]
    clauses: tuple[str, ...]

    @cached_property
    def killers(self) -> dict[str, tuple[str, ...]]:
        """For each clause the faults that it caught."""
        return {c: tuple(r.case.name for r in self.results if c in r.killed) for c in self.clauses}

    @cached_property
    def problems(self) -> tuple[str, ...]:
        """Everything that is not proven, in words."""
        cases = (f"{r.case.kind} {r.case.name}: {problem}" for r in self.results for problem in r.problems)
        return (*cases, *(f"clause {c}: no fault was caught by it" for c, names in self.killers.items() if not names))

    def count(self, kind: Kind) -> int:
        """Return the number of cases of a kind."""
        return sum(result.case.kind is kind for result in self.results)


def cases(clause: str | None = None) -> tuple[Case, ...]:
    """Return all cases, or the faults that break one clause."""
    if clause:
        return tuple(Case(Kind.FAULT, fault.name) for fault in FAULTS if clause in fault.breaks)
    everything = ((Kind.FAULT, FAULTS), (Kind.VARIANT, VARIANTS), (Kind.NULL, NULL_RESPONDERS))
    return tuple(Case(kind, fault.name) for kind, catalogue in everything for fault in catalogue)


def prove(
    chosen: Iterable[Case], clauses: Iterable[str], *, jobs: int = 1, say: Callable[[int, int], None] = lambda *_: None
) -> Proof:
    """Judge every case and return the proof; ``say`` is told how many of how many are done."""
    chosen = tuple(chosen)
    results = []
    for result in _judged(chosen, jobs):
        results.append(result)
        say(len(results), len(chosen))
    return Proof(tuple(results), tuple(clauses))


def _judged(chosen: tuple[Case, ...], jobs: int) -> Iterator[Result]:
    if jobs == 1:
        yield from map(judge, chosen)
        return
    # Spawned, not forked: a server's threads do not survive a fork.
    with ProcessPoolExecutor(jobs, multiprocessing.get_context("spawn")) as pool:
        yield from pool.map(judge, chosen, chunksize=4)


def judge(case: Case) -> Result:
    """Serve a case with the mock, make a whole run against it, and return what came out."""
    fault = case.fault
    try:
        report = _run(fault)
    except Exception as error:  # noqa: BLE001 - whatever it is, the case is not proven
        return Result(case, fault.breaks, {}, f"{type(error).__name__}: {error}")
    return Result(case, fault.breaks, {outcome.clause.id: outcome.state for outcome in report.outcomes})


def _run(fault: Fault) -> Report:
    scene = fault.scene
    auth = "public" if scene.public else "required"
    with ExitStack() as stack:
        server = stack.enter_context(
            MockServer(
                auth=auth,
                faults=(fault.apply,),
                tls=bool(scene.tls),
                rate_limit=PER_MINUTE if scene.burst else None,
                categories=scene.categories,
            )
        )
        settings = Settings(
            mock=not scene.tls,
            target=f"https://{scene.host}" if scene.tls else None,
            auth=Policy(scene.policy),
            probe_rate_limit=scene.burst,
            ca_bundle=str(CA_PEM) if scene.tls == "trusted" else None,
        )
        places = {(scene.host, _HTTPS): ("127.0.0.1", server.port)}
        if scene.tls:
            twin = stack.enter_context(MockServer(faults=(scene.twin,))) if scene.twin else None
            # Without a twin nobody listens: the port of a server that has gone.
            places[scene.host, _HTTP] = ("127.0.0.1", twin.port if twin else _closed_port())
        run = stack.enter_context(
            prepare(
                settings,
                {BEARER: server.token},
                mock=None if scene.tls else server,
                connect_to=places,
                sleep=lambda _: None,  # a pause between tries proves nothing
            )
        )
        return verify(run)


def _closed_port() -> int:
    with MockServer() as server:
        return server.port


def all_clauses() -> tuple[str, ...]:
    """Return the ids of all clauses."""
    return tuple(clause.id for clause in CLAUSES)
