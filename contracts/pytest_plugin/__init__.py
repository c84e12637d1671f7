"""The pytest plugin: options, the header, and fixtures that observe a target once a session.

It is loaded into every project that has this package installed. Until an option names what is judged, or an item asks
for one of its fixtures, it reads no setting, prints nothing and imports no more than the table of options.

Under xdist every worker observes the target once for itself, and the header says so. Of several targets (--targets)
each has items of its own, and those of an account stay in one worker.
"""

from collections.abc import Generator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import pytest

from contracts.core.clause import Clause
from contracts.pytest_plugin.options import RUN, add_options, in_pytest

if TYPE_CHECKING:
    from contracts.core.report import Outcome, Report, Verdict
    from contracts.judging.evidence import Evidence
    from contracts.run import Run

Result = TypeVar("Result")

#: Whether the targets of an account stay in one worker of xdist.
_BY_ACCOUNT: pytest.StashKey[bool] = pytest.StashKey()
#: What was observed, by the name of the target: each is asked once a session.
_OBSERVED: pytest.StashKey[dict[str, "Evidence"]] = pytest.StashKey()
_SUITE = Path(__file__).parent / "suite"
_VERDICT = "contract verdict"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Offer every setting as an option."""
    add_options(parser)


@pytest.hookimpl(wrapper=True)
def pytest_cmdline_main(config: pytest.Config) -> Generator[None, Result, Result]:
    """Note whether somebody chose how xdist distributes the items: it makes its own choice after this."""
    config.stash[_BY_ACCOUNT] = getattr(config.option, "dist", "") in ("no", "loadgroup")
    return (yield)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> object:
    """Keep the targets of an account in one worker, unless somebody chose another way to distribute the items."""
    if not (config.getoption("contract_targets") and config.stash[_BY_ACCOUNT]):
        return None
    from contracts.pytest_plugin.session import scheduler

    return scheduler(config, log)


def pytest_configure(config: pytest.Config) -> None:
    """Prepare the run where the command line names what is judged: a wrong option is then said before anything else."""
    if _is_named(config):
        from contracts.pytest_plugin.session import prepared

        prepared(config)


def pytest_report_header(config: pytest.Config) -> list[str]:
    """Say what is judged, what it may cost, and where each setting came from."""
    return _header(config) if _is_named(config) else []


def pytest_report_collectionfinish(config: pytest.Config) -> list[str]:
    """Say the same where it was not the command line that named what is judged."""
    return _header(config) if RUN in config.stash and not _is_named(config) else []


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Make an item of each clause of the contract that is judged, and where there are several targets, for each."""
    if "contract_run" in metafunc.fixturenames and metafunc.config.getoption("contract_targets"):
        from contracts.pytest_plugin.session import names

        metafunc.parametrize("contract_run", names(metafunc.config), indirect=True, scope="session", ids=str)
    if "contract_clause" in metafunc.fixturenames:
        from contracts.pytest_plugin.session import contract_or_default

        clauses = contract_or_default(metafunc.config).clauses
        metafunc.parametrize("contract_clause", [pytest.param(clause, id=clause.id) for clause in clauses])


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the items of clauses that were not selected; note clause and level on the others."""
    if not any("contract_run" in getattr(item, "fixturenames", ()) for item in items):
        return
    from contracts.pytest_plugin.session import prepared

    try:
        selected = {clause.id for clause in prepared(config).clauses}
    except pytest.UsageError:
        if hasattr(config, "workerinput"):  # a worker of xdist cannot end the session; its items will say it
            return
        raise
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


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Give summaries and JUnit the first line of what an item of the contract says; the section of it has all."""
    report = yield
    told = call.excinfo is not None and isinstance(call.excinfo.value, pytest.fail.Exception)
    crash = getattr(report.longrepr, "reprcrash", None)
    if told and crash and "contract_run" in getattr(item, "fixturenames", ()):
        crash.message = crash.message.removeprefix("Failed: ").partition("\n")[0]
    return report


def pytest_terminal_summary(terminalreporter: "pytest.TerminalReporter") -> None:
    """Say what the run says of its target, and how much of the contract was judged."""
    reports = (report for reports in terminalreporter.stats.values() for report in reports)
    noted = (note for report in reports for note in getattr(report, "user_properties", ()))
    for line in dict.fromkeys(value for name, value in noted if name == _VERDICT):
        terminalreporter.write_line(f"contract: {line}")


@pytest.fixture(scope="session")
def contract_run(pytestconfig: pytest.Config, request: pytest.FixtureRequest) -> "Run":
    """The run: settings, target, budget. Of several targets it is that of the item."""
    from contracts.pytest_plugin.session import run_of

    try:
        return run_of(pytestconfig, getattr(request, "param", None))
    except pytest.UsageError as error:
        problem = str(error)
    pytest.fail(problem, pytrace=False)


@pytest.fixture(scope="session")
def contract_evidence(contract_run: "Run", pytestconfig: pytest.Config) -> "Evidence":
    """What was observed of the target: fetched once a session."""
    from contracts.pytest_plugin.session import shielded

    observed = pytestconfig.stash.setdefault(_OBSERVED, {})
    name = contract_run.identity.name
    if name not in observed:
        observed[name] = shielded(lambda: contract_run.evidence(contract_run.exchanges()))
    return observed[name]


@pytest.fixture(scope="session")
def contract_report(contract_run: "Run", contract_evidence: "Evidence") -> "Report":
    """The judged report of the session."""
    seconds = sum(exchange.seconds for exchange in contract_evidence.exchanges)
    return replace(contract_run.report(contract_evidence), seconds=round(seconds, 3))


@pytest.fixture
def contract_outcome(contract_clause: Clause, contract_report: "Report", request: pytest.FixtureRequest) -> "Outcome":
    """The outcome of the clause that an item stands for: an error when a MUST could not be judged, else maybe a skip.

    What could not be judged of a SHOULD leaves the verdict as it is.
    """
    from contracts.core.report import State

    outcome = next(outcome for outcome in contract_report.outcomes if outcome.clause.id == contract_clause.id)
    request.node.user_properties.append(("observations", outcome.observations))
    if outcome.state is State.INCONCLUSIVE and outcome in contract_report.unjudged:
        pytest.fail(in_pytest(f"{contract_clause.id}: could not judge: {outcome.reason}"), pytrace=False)
    if outcome.state in (State.INCONCLUSIVE, State.NOT_EXERCISED, State.NOT_APPLICABLE):
        pytest.skip(in_pytest(f"{outcome.state}: {outcome.reason}"))
    return outcome


@pytest.fixture
def contract_verdict(contract_report: "Report", request: pytest.FixtureRequest) -> "Verdict":
    """The verdict of the session: an error when it is inconclusive."""
    from contracts.core.report import Verdict
    from contracts.formats import wording

    name = f"{contract_report.identity.name}: " if contract_report.identity.name else ""
    request.node.user_properties.append((_VERDICT, in_pytest(name + wording.last_line(contract_report))))
    if contract_report.verdict is Verdict.INCONCLUSIVE:
        reasons = (f"could not judge {', '.join(ids)}: {why}" for why, ids in wording.unjudged(contract_report).items())
        pytest.fail(in_pytest("\n".join(reasons)), pytrace=False)
    return contract_report.verdict


def _is_named(config: pytest.Config) -> bool:
    """Whether the command line names what is judged, or at least the suite that judges."""
    if any(config.getoption(f"contract_{name}") for name in ("target", "mock", "targets")):
        return True
    places = (argument.partition("::")[0] for argument in config.args)
    return any(f"{place}.".startswith("contracts.suite.") or Path(place).resolve() == _SUITE for place in places)


def _header(config: pytest.Config) -> list[str]:
    from contracts.pytest_plugin.session import header

    return header(config)


def _clause_of(item: pytest.Item) -> Clause | None:
    call = getattr(item, "callspec", None)
    clause = call.params.get("contract_clause") if call else None
    return clause if isinstance(clause, Clause) else None
