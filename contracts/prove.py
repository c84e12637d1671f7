"""The proof: every fault of the mock is caught by the clauses that it breaks, and by no other.

A suite that has never failed proves nothing. Here each fault is served by the mock and judged by a whole run.
"""

import multiprocessing
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from importlib import import_module

from contracts.core.contract import PER_MINUTE, Contract
from contracts.core.report import Report, State
from contracts.mock.faults import Fault, catalogue_of
from contracts.mock.faults.fault import same, variant
from contracts.mock.reply import Sample, sample_of
from contracts.mock.server import CA_PEM, MockServer
from contracts.network.credentials import BEARER
from contracts.prepare import prepare
from contracts.run import verify
from contracts.settings.table import Settings

#: A live target, as far as the suite can tell: its name is led to the mock on the loopback interface.
_HTTPS, _HTTP = 443, 80


class Expectation(StrEnum):
    """What is expected of a case: that its clauses are breached, that nothing is, or that nothing is held."""

    FAULT = "fault"
    VARIANT = "variant"
    NULL = "null responder"
    PLAIN = "plain mock"


#: The mock as it is: what is breached here is breached by the suite.
_PLAIN = variant("plain", "The mock is as it is.", same)


@dataclass(frozen=True)
class Case:
    """One case, by the package of its contract and by its name, so that another process finds it in the catalogue."""

    package: str
    expectation: Expectation
    name: str

    @property
    def contract(self) -> Contract:
        """The contract whose proof it is a part of."""
        contract: Contract = import_module(f"{self.package}.contract").CONTRACT
        return contract

    @property
    def fault(self) -> Fault:
        """The fault, variant or null responder."""
        if self.expectation is Expectation.PLAIN:
            return _PLAIN
        return catalogue_of(self.contract).by_name[self.name]


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
        if self.case.expectation is Expectation.NULL:
            return tuple(
                f"{clause} is held, and there was nothing to hold it"
                for clause, state in self.states.items()
                if state is State.HELD and clause.partition(".")[0] in self.case.contract.about_elements
            )
        missed = tuple(f"missed: {clause}" for clause in sorted(self.breaks - self.tripped))
        bystanders = tuple(f"bystander tripped: {clause}" for clause in sorted(self.tripped - self.breaks))
        silent: tuple[str, ...] = ()
        if self.case.expectation in (Expectation.VARIANT, Expectation.PLAIN):
            silent = tuple(f"could not judge: {c}" for c, state in self.states.items() if state is State.INCONCLUSIVE)
        return missed + bystanders + silent


@dataclass(frozen=True)
class Proof:
    """All results. It holds when every clause is killed by a fault and no case has a problem."""

    contract: Contract
    results: tuple[Result, ...]
    clauses: tuple[str, ...]

    @cached_property
    def killers(self) -> dict[str, tuple[str, ...]]:
        """For each clause the faults that it caught."""
        return {c: tuple(r.case.name for r in self.results if c in r.killed) for c in self.clauses}

    @cached_property
    def problems(self) -> tuple[str, ...]:
        """Everything that is not proven, in words."""
        cases = (f"{r.case.expectation} {r.case.name}: {problem}" for r in self.results for problem in r.problems)
        return (*cases, *(f"clause {c}: no fault was caught by it" for c, names in self.killers.items() if not names))

    def count(self, expectation: Expectation) -> int:
        """Return the number of cases of which this is expected."""
        return sum(result.case.expectation is expectation for result in self.results)


def cases(contract: Contract, clause: str | None = None) -> tuple[Case, ...]:
    """Return all cases; of the faults only those that break a clause, when one is given.

    What must breach nothing is always among them: a clause that is always breached is not proven.
    """
    catalogue = catalogue_of(contract)
    groups = {
        Expectation.FAULT: [fault for fault in catalogue.faults if clause is None or clause in fault.breaks],
        Expectation.VARIANT: catalogue.variants,
        Expectation.NULL: catalogue.null_responders,
        Expectation.PLAIN: (_PLAIN,),
    }
    return tuple(
        Case(contract.package, expectation, fault.name) for expectation, faults in groups.items() for fault in faults
    )


def prove(
    contract: Contract,
    chosen: Iterable[Case],
    clauses: Iterable[str],
    *,
    jobs: int = 1,
    say: Callable[[int, int], None] = lambda *_: None,
) -> Proof:
    """Judge every case and return the proof; ``say`` is told how many of how many are done."""
    chosen = tuple(chosen)
    results = []
    for result in _judged(chosen, jobs):
        results.append(result)
        say(len(results), len(chosen))
    return Proof(contract, tuple(results), tuple(clauses))


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
        report = report_of(fault, case.contract)
    except Exception as error:  # noqa: BLE001 - whatever it is, the case is not proven
        return Result(case, fault.breaks, {}, f"{type(error).__name__}: {error}")
    return Result(case, fault.breaks, {outcome.clause.id: outcome.state for outcome in report.outcomes})


def report_of(fault: Fault, contract: Contract) -> Report:
    """Return the report of a run against the mock with a fault."""
    scenario, sample = fault.scenario, sample_of(contract)
    with ExitStack() as stack:
        server = stack.enter_context(_server(fault, sample))
        settings = Settings(
            mock=not scenario.tls,
            target=f"https://{scenario.host}" if scenario.tls else None,
            auth=scenario.policy,
            probe_rate_limit=scenario.burst,
            ca_bundle=str(CA_PEM) if scenario.tls == "trusted" else None,
        )
        places = {(scenario.host, _HTTPS): ("127.0.0.1", server.port)}
        if scenario.tls:
            places[scenario.host, _HTTP] = ("127.0.0.1", stack.enter_context(_plaintext(fault, sample)))
        prepared = prepare(
            settings,
            contract,
            {BEARER: server.token},
            mock=None if scenario.tls else server,
            connect_to=places,
            sleep=lambda _: None,  # a pause between tries proves nothing
        )
        run = stack.enter_context(prepared)
        return verify(run)


def _server(fault: Fault, sample: Sample) -> MockServer:
    scenario = fault.scenario
    return MockServer(
        sample,
        auth=scenario.auth,
        faults=(fault.apply,),
        tls=bool(scenario.tls),
        rate_limit=PER_MINUTE if scenario.burst else None,
    )


@contextmanager
def _plaintext(fault: Fault, sample: Sample) -> Iterator[int]:
    """Give the port of the cleartext endpoint: without one nobody listens there, as a server that has gone."""
    change = fault.scenario.plaintext
    with MockServer(sample, auth="required", faults=(change,) if change else ()) as server:
        if change:
            yield server.port
            return
    yield server.port
