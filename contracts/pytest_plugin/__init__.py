"""The pytest plugin: options, the header, and fixtures that observe a target once a session.

It is loaded into every project that has this package installed. Until an option names what is judged, or an item asks
for one of its fixtures, it reads no setting, prints nothing and imports no more than the table of options.

Under xdist one worker observes the target, and the others read its evidence.
"""

import tempfile
from collections.abc import Generator
from typing import TYPE_CHECKING, Any

import pytest

from contracts.core.contract import LIST, Clause
from contracts.core.errors import CouldNotJudge, NotExercised
from contracts.pytest_plugin.errors import Unjudged
from contracts.pytest_plugin.options import FOLDER, SESSION, add_options, in_pytest, refuse_unknown

if TYPE_CHECKING:
    from contracts.core.report import Outcome, Report, Verdict
    from contracts.judging.evidence import Evidence
    from contracts.pytest_plugin.client import TargetSession
    from contracts.pytest_plugin.session import Session
    from contracts.run import Run

_VERDICT = "contract verdict"
_MARKER = "contract"
#: The reports that could not be written, and where a worker of xdist says it.
_PROBLEMS: pytest.StashKey[list[str]] = pytest.StashKey()
_REPORTS = "contract_reports"
#: The folder that the workers of xdist share.
_SHARED: pytest.StashKey[str] = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Offer every setting as an option."""
    add_options(parser)


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(parser: pytest.Parser, args: list[str]) -> Generator[None, None, None]:
    """Refuse an option of ours that there is not, before pytest itself does: it would show what may be a secret."""
    yield  # a conftest may have options of that prefix
    refuse_unknown(parser, args)


def pytest_configure(config: pytest.Config) -> None:
    """Prepare the run where the command line names what is judged: a wrong option is then said before anything else."""
    config.addinivalue_line("markers", f"{_MARKER}: asks for the target of the contract; every such item has the mark")
    if not _is_named(config):
        return
    try:
        _session(config)
    except Unjudged as problem:
        raise pytest.UsageError(str(problem)) from None


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Give the workers of xdist a folder in which one shares with the others what it observed."""
    stash = node.config.stash
    if _SHARED not in stash:
        folder = tempfile.TemporaryDirectory(prefix="contracts-")
        node.config.add_cleanup(folder.cleanup)
        stash[_SHARED] = folder.name
    node.workerinput[FOLDER] = stash[_SHARED]


def pytest_report_header(config: pytest.Config) -> list[str]:
    """Say what is judged, what it may cost, and where each setting came from."""
    return list(_session(config).header()) if _is_named(config) else []


def pytest_report_collectionfinish(config: pytest.Config) -> list[str]:
    """Say the same where it was not the command line that named what is judged."""
    session = config.stash.get(SESSION, None)
    return list(session.header()) if session and not _is_named(config) else []


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Make an item of each clause of the contract that is judged."""
    if "contract_clause" in metafunc.fixturenames:
        clauses = _loaded().contract_or_default(metafunc.config).clauses
        metafunc.parametrize("contract_clause", [pytest.param(clause, id=clause.id) for clause in clauses])


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark the items of the contract, note clause and level on them, and leave out the clauses not selected."""
    own = [item for item in items if _is_own(item)]
    if not own:
        return
    try:
        selected = {clause.id for clause in _session(config).run.clauses}
    except Unjudged:  # the items will say it, and leave those of others alone
        return
    left = []
    for item in own:
        if clause := _clause_of(item):
            item.user_properties += [("clause", clause.id), ("level", str(clause.level))]
            if clause.id not in selected:
                left.append(item)
    if left:
        config.hook.pytest_deselected(items=left)
        items[:] = [item for item in items if item not in left]


def pytest_itemcollected(item: pytest.Item) -> None:
    """Mark every item that asks for the target: ``-m contract`` and ``-m "not contract"`` tell them apart."""
    if _is_own(item):
        item.add_marker(_MARKER)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Give summaries and JUnit the first line of what an item of the contract says; the section of it has all.

    What could not be judged is an error, also where it came to light within the test.
    """
    report = yield
    told = call.excinfo is not None and isinstance(call.excinfo.value, pytest.fail.Exception)
    crash = getattr(report.longrepr, "reprcrash", None)
    if told and crash and _is_own(item):
        crash.message = crash.message.removeprefix("Failed: ").partition("\n")[0]
    if call.excinfo is not None and isinstance(call.excinfo.value, Unjudged) and report.when == "call":
        report.when = "setup"
    return report


def pytest_terminal_summary(terminalreporter: "pytest.TerminalReporter") -> None:
    """Say what the run says of its target, and how much of the contract was judged."""
    reports = (report for reports in terminalreporter.stats.values() for report in reports)
    noted = (note for report in reports for note in getattr(report, "user_properties", ()))
    for line in dict.fromkeys(value for name, value in noted if name == _VERDICT):
        terminalreporter.write_line(f"contract: {line}")
    for problem in terminalreporter.config.stash.get(_PROBLEMS, ()):
        terminalreporter.write_line(f"contract: {problem}", red=True)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write the reports, in the process that asked the target; a pass that nobody can read is none."""
    config = session.config
    judged = config.stash.get(SESSION, None)
    problems = config.stash.setdefault(_PROBLEMS, [])
    if judged is not None and judged.observed_here:
        problems += judged.write_reports()
    if hasattr(config, "workeroutput"):
        config.workeroutput[_REPORTS] = problems
    elif problems and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.USAGE_ERROR


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take over from a worker of xdist what it could not write."""
    node.config.stash.setdefault(_PROBLEMS, []).extend(getattr(node, "workeroutput", {}).get(_REPORTS, ()))


@pytest.fixture(scope="session")
def contract_run(pytestconfig: pytest.Config) -> "Run":
    """The run: settings, target, budget."""
    return _session(pytestconfig).run


@pytest.fixture(scope="session")
def contract_evidence(contract_run: "Run", pytestconfig: pytest.Config) -> "Evidence":
    """What was observed of the target of the run: fetched once a session."""
    return _session(pytestconfig).evidence


@pytest.fixture(scope="session")
def contract_report(contract_evidence: "Evidence", pytestconfig: pytest.Config) -> "Report":
    """The judged report of the session: ``contract_report.verdict == "conforms"``."""
    return _session(pytestconfig).report


@pytest.fixture
def contract_categories(contract_evidence: "Evidence") -> list[dict[str, Any]]:
    """The list as plain dicts, new ones for each test; a skip with the reason where there is none."""
    try:
        return [_loaded().plain(element) for _, element in contract_evidence.answer(LIST).require_objects()]
    except (NotExercised, CouldNotJudge) as problem:
        reason = in_pytest(f"there are no {contract_evidence.contract.elements}: {problem}")
    pytest.skip(reason)


@pytest.fixture
def contract_session(contract_run: "Run", pytestconfig: pytest.Config) -> Generator["TargetSession", None, None]:
    """A ``requests.Session`` to the target: authenticated, masked, paced and counted; another origin is refused."""
    from contracts.pytest_plugin.client import session_to  # noqa: PLC0415 - 60 ms: it brings requests

    contract_run.target.admit(_session(pytestconfig).allowance)
    with session_to(contract_run.target) as session:
        yield session


@pytest.fixture
def contract_outcome(contract_clause: Clause, contract_report: "Report", request: pytest.FixtureRequest) -> "Outcome":
    """The outcome of the clause that an item stands for: an error when a MUST could not be judged, else maybe a skip.

    What could not be judged of a SHOULD leaves the verdict as it is.
    """
    from contracts.core.report import State  # noqa: PLC0415 - 8 ms, in every project that has the package

    outcome = next(outcome for outcome in contract_report.outcomes if outcome.clause.id == contract_clause.id)
    request.node.user_properties.append(("observations", outcome.observations))
    if outcome.state is State.INCONCLUSIVE and outcome in contract_report.unjudged:
        raise Unjudged(in_pytest(f"{contract_clause.id}: could not judge: {outcome.reason}"), pytrace=False)
    if outcome.state in (State.INCONCLUSIVE, State.NOT_EXERCISED, State.NOT_APPLICABLE):
        pytest.skip(in_pytest(f"{outcome.state}: {outcome.reason}"))
    return outcome


@pytest.fixture
def contract_verdict(contract_report: "Report", request: pytest.FixtureRequest) -> "Verdict":
    """The verdict of the session: an error when it is inconclusive."""
    from contracts.core.report import Verdict  # noqa: PLC0415 - 8 ms, in every project that has the package
    from contracts.formats import wording  # noqa: PLC0415 - 6 ms, likewise

    name = f"{contract_report.identity.name}: " if contract_report.identity.name else ""
    request.node.user_properties.append((_VERDICT, in_pytest(name + wording.last_line(contract_report))))
    if contract_report.verdict is Verdict.INCONCLUSIVE:
        reasons = (f"could not judge {', '.join(ids)}: {why}" for why, ids in wording.unjudged(contract_report).items())
        raise Unjudged(in_pytest("\n".join(reasons)), pytrace=False)
    return contract_report.verdict


def _is_named(config: pytest.Config) -> bool:
    """Whether the command line names what is judged."""
    return any(config.getoption(f"contract_{name}") for name in ("target", "mock"))


def _is_own(item: pytest.Item) -> bool:
    """Whether an item asks for the target."""
    return "contract_run" in getattr(item, "fixturenames", ())


def _session(config: pytest.Config) -> "Session":
    session: Session = _loaded().session_of(config)
    return session


def _loaded() -> Any:
    """Return the module of the session, which only a project that uses it has to load."""
    from contracts.pytest_plugin import session  # noqa: PLC0415 - 78 ms, in every project that has the package

    return session


def _clause_of(item: pytest.Item) -> Clause | None:
    call = getattr(item, "callspec", None)
    clause = call.params.get("contract_clause") if call else None
    return clause if isinstance(clause, Clause) else None
