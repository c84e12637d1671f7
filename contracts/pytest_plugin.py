"""The pytest door: options, the header, and fixtures that observe a target once a session.

Under xdist every worker observes the target once for itself, and the header says so.
"""

import os
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from contracts.configuration import resolve
from contracts.core.clause import Clause
from contracts.core.errors import ContractsError, CouldNotJudge, UsageError
from contracts.core.report import Outcome, Report, State, Verdict
from contracts.event_categories.evidence import Evidence
from contracts.run import Run, prepare
from contracts.settings import BY_NAME as BY_SETTING
from contracts.settings import TABLE
from contracts.target.target import Budget
from contracts.writers import terminal

_RUN = pytest.StashKey[Run]()
#: Schemathesis sends requests of its own, which the budget of the clauses does not count.
SCHEMATHESIS = 20


class ContractWarning(UserWarning):
    """A SHOULD clause is breached, and the run is not strict."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Offer every setting as an option; --strict is pytest's own, and means both."""
    group = parser.getgroup("event categories contract")
    for setting in TABLE:
        if setting.name == "strict":
            continue
        keywords = {"action": "append" if setting.many else "store", "metavar": setting.metavar}
        if setting.is_flag:
            keywords = {"action": "store_const", "const": True}  # type: ignore[dict-item]
        group.addoption(setting.option, dest=f"contract_{setting.name}", default=None, help=setting.help, **keywords)


def pytest_configure(config: pytest.Config) -> None:
    """Prepare the run before anything is collected; an embedded mock lives as long as the session."""
    # A variable that a shell happens to hold must not send the tests of this project to a live target.
    environ = {name: value for name, value in os.environ.items() if name != BY_SETTING["target"].environment}
    options = {s.name: config.getoption(f"contract_{s.name}", None) for s in TABLE if s.name != "strict"}
    # pytest turns its --strict into the ini setting of that name, which this project sets anyway.
    given = "strict=true" in (config.getoption("override_ini", None) or [])
    if not options["target"]:
        options["mock"] = True
    try:
        settings = resolve({**options, "strict": given or None}, environ, Path.cwd())
        stack = ExitStack()
        config.stash[_RUN] = stack.enter_context(prepare(settings, os.environ))
        config.add_cleanup(stack.close)
    except UsageError as error:
        raise pytest.UsageError(str(error)) from None


def pytest_report_header(config: pytest.Config) -> list[str]:
    """Say what is judged, what it may cost, and where each setting came from."""
    run = config.stash[_RUN]
    workers = getattr(config.option, "numprocesses", None) or 1
    shown = [f"{name}={value} ({origin})" for name, (value, origin) in run.shown().items() if origin != "default"]
    target = "the embedded mock" if run.embedded else run.target.address.url
    each = f" for each of {workers} workers" if workers > 1 else ""
    extra = f", and {SCHEMATHESIS} by schemathesis" if run.live else ""
    budget = f"{run.planned} requests planned, {run.target.budget.limit} at most{each}{extra}"
    return [
        f"contract target: {target}",
        f"contract budget: {budget}",
        f"contract settings: {', '.join([*shown, 'the others by default'])}",
    ]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the items of clauses that --clause does not select; note clause and level on the others."""
    selected = {clause.id for clause in config.stash[_RUN].clauses}
    kept: list[pytest.Item] = []
    left: list[pytest.Item] = []
    for item in items:
        clause = _clause_of(item)
        (left if clause and clause.id not in selected else kept).append(item)
        if clause:
            item.user_properties += [("clause", clause.id), ("level", str(clause.level))]
    if left:
        config.hook.pytest_deselected(items=left)
        items[:] = kept


def _clause_of(item: pytest.Item) -> Clause | None:
    call = getattr(item, "callspec", None)
    clause = call.params.get("clause") if call else None
    return clause if isinstance(clause, Clause) else None


@pytest.fixture(scope="session")
def contract_run(pytestconfig: pytest.Config) -> Run:
    """The run: settings, target, budget."""
    return pytestconfig.stash[_RUN]


@pytest.fixture(scope="session")
def evidence(contract_run: Run) -> Evidence:
    """What was observed of the target: fetched once a session."""
    try:
        return contract_run.evidence(contract_run.exchanges())
    except ContractsError as error:
        problem: Exception = error
    except Exception as error:  # noqa: BLE001 - its traceback could show, with --showlocals, what was sent
        problem = RuntimeError(f"a fault of the suite itself: {type(error).__name__}")
    raise problem from None


@pytest.fixture(scope="session")
def report(contract_run: Run, evidence: Evidence) -> Report:
    """The judged report of the session."""
    return contract_run.report(evidence)


@pytest.fixture
def outcome(clause: Clause, report: Report, request: pytest.FixtureRequest) -> Outcome:
    """The outcome of the clause that an item stands for: an error when it could not be judged, else maybe a skip."""
    outcome = next(outcome for outcome in report.outcomes if outcome.clause.id == clause.id)
    request.node.user_properties.append(("observations", outcome.observations))
    if outcome.state is State.INCONCLUSIVE:
        raise CouldNotJudge(outcome.reason)
    if outcome.state in (State.NOT_EXERCISED, State.NOT_APPLICABLE):
        pytest.skip(f"{outcome.state}: {outcome.reason}")
    return outcome


@pytest.fixture
def verdict(report: Report) -> Verdict:
    """The verdict of the session: an error when it is inconclusive."""
    if report.verdict is Verdict.INCONCLUSIVE:
        unjudged = "\n".join(f"{o.clause.id}: {o.state}: {o.reason}" for o in report.unjudged)
        raise CouldNotJudge(f"inconclusive, these could not be judged:\n{unjudged or 'nothing held at all'}")
    return report.verdict


@pytest.fixture(scope="session")
def breach_text(report: Report) -> "BreachText":
    """A function that tells a breach as the command line does."""
    return BreachText(report)


@dataclass(frozen=True)
class BreachText:
    """Tells a breach as the command line does."""

    report: Report

    def __call__(self, outcome: Outcome) -> str:
        """Return expected, received, where, source, and the lines that reproduce it."""
        return terminal.breach(self.report, outcome)


@dataclass(frozen=True)
class TargetAccess:
    """What a tool that sends requests of its own needs to know; ``url`` is without ``/v1/event_categories``."""

    run: Run

    @property
    def url(self) -> str:
        """The base URL."""
        return self.run.target.address.base

    @property
    def authenticated(self) -> bool:
        """Whether the run has credentials."""
        return bool(self.run.target.credentials.origin)

    @property
    def live(self) -> bool:
        """Whether the target is anything else than this machine."""
        return self.run.live

    @property
    def ca_bundle(self) -> str | None:
        """The certificates to trust, when they are not the default ones."""
        verify = self.run.target.wire.verify
        return verify if isinstance(verify, str) else None

    @property
    def budget(self) -> Budget:
        """Counts requests together with the rest of the session, at most 20 more."""
        self.run.target.budget.limit = max(self.run.target.budget.limit, self.run.planned + SCHEMATHESIS)
        return self.run.target.budget


@pytest.fixture(scope="session")
def target_access(contract_run: Run) -> TargetAccess:
    """The way to the target for a tool that sends its own requests."""
    return TargetAccess(contract_run)
