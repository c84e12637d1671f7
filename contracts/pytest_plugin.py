"""The pytest plugin: options, the header, and fixtures that observe a target once a session.

It is loaded into every project that has this package installed. Until an option names what is judged, or an item asks
for one of its fixtures, it reads no setting, prints nothing and imports no more than the table of options.

Under xdist every worker observes the target once for itself, and the header says so. Of several targets (--targets)
each has items of its own, and those of an account stay in one worker.
"""

import os
import re
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import pytest

from contracts.core.clause import Clause
from contracts.core.contract import DEFAULT
from contracts.core.errors import ContractsError, UsageError
from contracts.settings import BY_NAME, SEVERAL, TABLE, Settings

if TYPE_CHECKING:
    from contracts.core.contract import Contract
    from contracts.core.report import Outcome, Report, Verdict
    from contracts.global_information.evidence import Evidence
    from contracts.pytest_several import Session
    from contracts.run import Run

Result = TypeVar("Result")

_RUN: pytest.StashKey["Run | Session"] = pytest.StashKey()
#: Whether the targets of an account stay in one worker of xdist.
_BY_ACCOUNT: pytest.StashKey[bool] = pytest.StashKey()
#: What was observed, by the name of the target: each is asked once a session.
_OBSERVED: pytest.StashKey[dict[str, "Evidence"]] = pytest.StashKey()
#: The contract of the run that was prepared last: a module that is imported is given no configuration.
_ACTIVE: list["Contract"] = []
_SUITE = Path(__file__).parent / "suite"
_VERDICT = "contract verdict"
#: The options that have a prefix here; --contract has it in itself.
_OFFERED = [setting for setting in (*TABLE, *SEVERAL) if setting.in_pytest]
_PREFIXED = [setting.option[2:] for setting in _OFFERED if setting.name != "contract"]
_OPTION = re.compile(rf"(?<![\w-])--(?=(?:{'|'.join(_PREFIXED)})(?![\w-]))")
#: How many requests Schemathesis may send beside those of the clauses; the embedded mock is asked by every method.
SCHEMATHESIS, SCHEMATHESIS_TO_THE_MOCK = 20, 100


class ContractWarning(UserWarning):
    """Something is wrong that does not fail the run: a SHOULD clause is breached, and the run is not strict."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Offer every setting as an option; the prefix keeps them apart from those of pytest and of other plugins."""
    group = parser.getgroup("event categories contract")
    for setting in _OFFERED:
        keywords = {"action": "append" if setting.many else "store", "metavar": setting.metavar}
        if setting.is_flag:
            keywords = {"action": "store_const", "const": True}  # type: ignore[dict-item]
        name, dest = in_pytest(setting.option), f"contract_{setting.name}"
        group.addoption(name, dest=dest, default=None, help=in_pytest(setting.help), **keywords)


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
    from contracts.pytest_several import Session, scheduler_by_account  # noqa: PLC0415 - only for several targets

    session = _prepare(config)
    return scheduler_by_account(config, log, session) if isinstance(session, Session) else None


def pytest_configure(config: pytest.Config) -> None:
    """Prepare the run where the command line names what is judged: a wrong option is then said before anything else."""
    if _is_named(config):
        _prepare(config)


def pytest_report_header(config: pytest.Config) -> list[str]:
    """Say what is judged, what it may cost, and where each setting came from."""
    return _header(config) if _is_named(config) else []


def pytest_report_collectionfinish(config: pytest.Config) -> list[str]:
    """Say the same where it was not the command line that named what is judged."""
    return _header(config) if _RUN in config.stash and not _is_named(config) else []


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Make an item of each clause of the contract that is judged, and where there are several targets, for each."""
    if "contract_run" in metafunc.fixturenames and metafunc.config.getoption("contract_targets"):
        _parametrize(metafunc)
    if "contract_clause" in metafunc.fixturenames:
        clauses = _contract(metafunc.config).clauses
        metafunc.parametrize("contract_clause", [pytest.param(clause, id=clause.id) for clause in clauses])


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the items of clauses that were not selected; note clause and level on the others."""
    if not any("contract_run" in getattr(item, "fixturenames", ()) for item in items):
        return
    try:
        selected = {clause.id for clause in _prepare(config).clauses}
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
    from contracts.run import Run  # noqa: PLC0415 - only where the contract is judged

    try:
        prepared = _prepare(pytestconfig)
        return prepared if isinstance(prepared, Run) else shielded(lambda: prepared.run(request.param))
    except pytest.UsageError as error:
        problem = str(error)
    pytest.fail(problem, pytrace=False)


@pytest.fixture(scope="session")
def contract_evidence(contract_run: "Run", pytestconfig: pytest.Config) -> "Evidence":
    """What was observed of the target: fetched once a session."""
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
    from contracts.core.report import State  # noqa: PLC0415 - only where the contract is judged

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
    from contracts.core.report import Verdict  # noqa: PLC0415 - likewise
    from contracts.writers import wording  # noqa: PLC0415 - likewise

    name = f"{contract_report.identity.name}: " if contract_report.identity.name else ""
    request.node.user_properties.append((_VERDICT, in_pytest(name + wording.last_line(contract_report))))
    if contract_report.verdict is Verdict.INCONCLUSIVE:
        reasons = (f"could not judge {', '.join(ids)}: {why}" for why, ids in wording.unjudged(contract_report).items())
        pytest.fail(in_pytest("\n".join(reasons)), pytrace=False)
    return contract_report.verdict


def in_pytest(text: str) -> str:
    """Return the text with the options of the command line as pytest names them."""
    return _OPTION.sub("--contract-", text)


def active_contract() -> "Contract":
    """Return the contract that this session judges: for what is made of it when a module is imported."""
    from contracts.resources import contract_of  # noqa: PLC0415 - only where the contract is judged

    return _ACTIVE[-1] if _ACTIVE else contract_of(DEFAULT)


def allowance(run: "Run") -> int:
    """Return how many requests Schemathesis may send beyond those of the run: none where somebody set the limit."""
    if run.settings.max_requests:
        return 0
    return SCHEMATHESIS_TO_THE_MOCK if run.embedded else SCHEMATHESIS


def shielded(function: Callable[[], Result]) -> Result:
    """Return what the function returns. What it raises is raised anew, without the frames that could show a secret.

    An exception that says why the target could not be judged, or what to change, becomes its one line.
    """
    try:
        return function()
    except ContractsError as error:
        problem: BaseException = pytest.fail.Exception(in_pytest(str(error)), pytrace=False)
    except Exception as error:  # noqa: BLE001 - whatever it is, its traceback may show what was sent
        problem = RuntimeError(f"a fault of the suite itself: {type(error).__name__}")
    except BaseException as error:  # noqa: BLE001 - Ctrl-C, or how another plugin ends a test
        problem = error.with_traceback(None)
    raise problem from None


def _is_named(config: pytest.Config) -> bool:
    """Whether the command line names what is judged, or at least the suite that judges."""
    if any(config.getoption(f"contract_{name}") for name in ("target", "mock", "targets")):
        return True
    places = (argument.partition("::")[0] for argument in config.args)
    return any(f"{place}.".startswith("contracts.suite.") or Path(place).resolve() == _SUITE for place in places)


def _contract(config: pytest.Config) -> "Contract":
    """Return the contract of the session; the default one where the run cannot be prepared, which its items say."""
    from contracts.resources import contract_of  # noqa: PLC0415 - only where the contract is judged

    try:
        return _prepare(config).contract
    except pytest.UsageError:
        return contract_of(DEFAULT)


def _parametrize(metafunc: pytest.Metafunc) -> None:
    """Give an item to each target."""
    from contracts.pytest_several import Session  # noqa: PLC0415 - only where there are several targets

    session = _prepare(metafunc.config)
    if isinstance(session, Session):
        names = list(session.entries)
        metafunc.parametrize("contract_run", names, indirect=True, scope="session", ids=names)


def _prepare(config: pytest.Config) -> "Run | Session":
    """Return the run of the session, or the several ones; an embedded mock lives as long as it."""
    if _RUN not in config.stash:
        try:
            config.stash[_RUN] = shielded(lambda: _prepared(config))
        except pytest.fail.Exception as error:
            raise pytest.UsageError(str(error)) from None
    return config.stash[_RUN]


def _prepared(config: pytest.Config) -> "Run | Session":
    from contracts.configuration import NO_TARGET, resolve  # noqa: PLC0415 - only where the contract is judged
    from contracts.preparing import prepare  # noqa: PLC0415 - likewise
    from contracts.resources import contract_of  # noqa: PLC0415 - likewise

    # A variable that a shell happens to hold must not lead the tests of a project to a live target.
    led = [name for name in BY_NAME["target"].variables if os.environ.get(name)]
    unfollowed = (*led, *(name for setting in SEVERAL for name in setting.variables))
    environ = {name: value for name, value in os.environ.items() if name not in unfollowed}
    options = {setting.name: config.getoption(f"contract_{setting.name}") for setting in _OFFERED}
    stack = ExitStack()
    try:
        settings = resolve(options, environ, Path.cwd())
        _refuse_baseline(settings)
        run = _several(settings, stack) or stack.enter_context(
            prepare(settings, contract_of(settings.contract), os.environ)
        )
    except UsageError as error:
        if str(error) != NO_TARGET:
            raise
        why = f"; pytest does not follow {led[0]}, which a shell may happen to hold" if led else ""
        raise UsageError(f"no target: say --target URL, or --mock to judge the embedded mock{why}") from None
    config.add_cleanup(stack.close)
    _ACTIVE[:] = [run.contract]
    return run


def _several(settings: Settings, stack: ExitStack) -> "Session | None":
    if not settings.several:
        return None
    from contracts.pytest_several import Session  # noqa: PLC0415 - only where there are several targets
    from contracts.resources import contract_of  # noqa: PLC0415 - likewise

    return Session(settings, os.environ, stack, contract_of)


def _refuse_baseline(settings: Settings) -> None:
    if settings.baseline:
        raise UsageError(
            f"{settings.origins['baseline']}: pytest compares nothing with a baseline: take it away here, and use "
            "contracts verify or contracts compare"
        )


def _header(config: pytest.Config) -> list[str]:
    from contracts.run import Run  # noqa: PLC0415 - only where the contract is judged

    prepared = config.stash[_RUN]
    if not isinstance(prepared, Run):
        return [in_pytest(line) for line in prepared.header()]
    return list(_header_lines(prepared, getattr(config.option, "numprocesses", None) or 1))


def _header_lines(run: "Run", workers: int) -> Iterator[str]:
    from contracts.writers.wording import EMBEDDED_MOCK  # noqa: PLC0415 - likewise

    judged, total = len(run.clauses), len(run.contract.clauses)
    part = f", {judged} of {total} clauses" if judged < total else ""
    yield f"contract target: {EMBEDDED_MOCK if run.embedded else run.target.address.url}{part}"
    each = f" for each of {workers} workers" if workers > 1 else ""
    beside = f", and {allowance(run)} by schemathesis" if allowance(run) else ""
    yield f"contract budget: {run.planned} requests planned, {run.target.budget.limit} at most{each}{beside}"
    shown = [f"{name}={value} ({origin})" for name, (value, origin) in run.shown().items() if origin != "default"]
    yield in_pytest(f"contract settings: {', '.join([*shown, 'the others by default'])}")


def _clause_of(item: pytest.Item) -> Clause | None:
    call = getattr(item, "callspec", None)
    clause = call.params.get("contract_clause") if call else None
    return clause if isinstance(clause, Clause) else None
