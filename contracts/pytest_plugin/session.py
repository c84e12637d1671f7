"""A session of pytest that judges the contract: its run, prepared once, and what its header says.

It is imported where the contract is judged and nowhere else: every project with this package loads the plugin.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TypeVar

import pytest

from contracts.core.contract import DEFAULT, Contract
from contracts.core.errors import ContractsError, NoTarget, UsageError
from contracts.formats.wording import EMBEDDED_MOCK
from contracts.prepare import prepare
from contracts.pytest_plugin.options import OFFERED, RUN, in_pytest
from contracts.pytest_plugin.several import Session, scheduler_by_account
from contracts.resources import contract_of
from contracts.run import Run
from contracts.settings.sources import resolve
from contracts.settings.table import BY_NAME, SEVERAL, Settings

Result = TypeVar("Result")

#: The contract of the run that was prepared last: a module that is imported is given no configuration.
_ACTIVE: list[Contract] = []
#: How many requests Schemathesis may send beside those of the clauses; the embedded mock is asked by every method.
SCHEMATHESIS, SCHEMATHESIS_TO_THE_MOCK = 20, 100


def prepared(config: pytest.Config) -> Run | Session:
    """Return the run of the session, or the several ones; an embedded mock lives as long as it.

    Raises:
        pytest.UsageError: the settings cannot be used.
    """
    if RUN not in config.stash:
        try:
            config.stash[RUN] = shielded(lambda: _prepare(config))
        except pytest.fail.Exception as error:
            raise pytest.UsageError(str(error)) from None
    return config.stash[RUN]


def run_of(config: pytest.Config, name: str | None) -> Run:
    """Return the run of the session, of several targets that of this name.

    Raises:
        pytest.UsageError: the settings cannot be used.
    """
    run = prepared(config)
    return run if isinstance(run, Run) else shielded(lambda: run.run(name or ""))


def names(config: pytest.Config) -> list[str]:
    """Return the names of the targets of a session that has several."""
    session = prepared(config)
    return list(session.entries) if isinstance(session, Session) else []


def scheduler(config: pytest.Config, log: object) -> object:
    """Return the scheduler of xdist that keeps the targets of an account in one worker; None for a single target."""
    session = prepared(config)
    return scheduler_by_account(config, log, session) if isinstance(session, Session) else None


def contract_or_default(config: pytest.Config) -> Contract:
    """Return the contract of the session; the default one where the run cannot be prepared, which its items say."""
    try:
        return prepared(config).contract
    except pytest.UsageError:
        return contract_of(DEFAULT)


def active_contract() -> Contract:
    """Return the contract that this session judges: for what is made of it when a module is imported."""
    return _ACTIVE[-1] if _ACTIVE else contract_of(DEFAULT)


def allowance(run: Run) -> int:
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


def header(config: pytest.Config) -> list[str]:
    """Return the lines that say what is judged, what it may cost, and where each setting came from."""
    run = config.stash[RUN]
    if not isinstance(run, Run):
        return [in_pytest(line) for line in run.header()]
    return list(_header_lines(run, getattr(config.option, "numprocesses", None) or 1))


def _prepare(config: pytest.Config) -> Run | Session:
    # A variable that a shell happens to hold must not lead the tests of a project to a live target.
    led = [name for name in BY_NAME["target"].variables if os.environ.get(name)]
    unfollowed = (*led, *(name for setting in SEVERAL for name in setting.variables))
    environ = {name: value for name, value in os.environ.items() if name not in unfollowed}
    options = {setting.name: config.getoption(f"contract_{setting.name}") for setting in OFFERED}
    stack = ExitStack()
    try:
        settings = resolve(options, environ, Path.cwd())
        _refuse_baseline(settings)
        run: Run | Session
        if settings.several:
            run = Session(settings, os.environ, stack, contract_of)
        else:
            run = stack.enter_context(prepare(settings, contract_of(settings.contract), os.environ))
    except NoTarget:
        why = f"; pytest does not follow {led[0]}, which a shell may happen to hold" if led else ""
        raise UsageError(f"no target: say --target URL, or --mock to judge the embedded mock{why}") from None
    config.add_cleanup(stack.close)
    _ACTIVE[:] = [run.contract]
    return run


def _refuse_baseline(settings: Settings) -> None:
    if settings.baseline:
        raise UsageError(
            f"{settings.origins['baseline']}: pytest compares nothing with a baseline: take it away here, and use "
            "contracts verify or contracts compare"
        )


def _header_lines(run: Run, workers: int) -> Iterator[str]:
    judged, total = len(run.clauses), len(run.contract.clauses)
    part = f", {judged} of {total} clauses" if judged < total else ""
    yield f"contract target: {EMBEDDED_MOCK if run.embedded else run.target.address.url}{part}"
    each = f" for each of {workers} workers" if workers > 1 else ""
    beside = f", and {allowance(run)} by schemathesis" if allowance(run) else ""
    yield f"contract budget: {run.planned} requests planned, {run.target.budget.limit} at most{each}{beside}"
    shown = [f"{name}={value} ({origin})" for name, (value, origin) in run.shown().items() if origin != "default"]
    yield in_pytest(f"contract settings: {', '.join([*shown, 'the others by default'])}")
