"""A session of pytest that judges the contract: its run, prepared once, observed once, and what its header says.

It is imported where the contract is judged and nowhere else: every project with this package loads the plugin.
"""

import os
import pickle
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any, cast

import pytest

from contracts.commands import output
from contracts.core.contract import DEFAULT, Contract
from contracts.core.errors import NoTarget, UsageError
from contracts.core.exchange import Exchange
from contracts.core.report import Report, RequestCounts
from contracts.formats.wording import EMBEDDED_MOCK
from contracts.judging.evidence import Evidence
from contracts.judging.values import is_whole
from contracts.prepare import prepare
from contracts.pytest_plugin.errors import Unjudged, shielded
from contracts.pytest_plugin.options import FOLDER, OFFERED, SESSION, in_pytest, value_of
from contracts.resources import contract_of, refuse_other
from contracts.run import Run
from contracts.settings.sources import resolve
from contracts.settings.table import BY_NAME, Group, Settings, of

#: How many requests a test may send beside those of the clauses; the embedded mock is asked by every method.
BESIDE, BESIDE_TO_THE_MOCK = 20, 100
#: A worker looks so often, in seconds, whether another one has observed, and waits so long beyond the deadline.
_LOOK, _GRACE = 0.05, 10.0
#: A whole number of more digits, such as 1e400, becomes a float: infinite, and not a text of megabytes.
_DIGITS = 300

#: The contract of the run that was prepared last: a module that is imported is given no configuration.
_ACTIVE: list[Contract] = []


@dataclass(frozen=True)
class Observed:
    """What one process observed for the whole session, masked: what is judged, and what it cost."""

    exchanges: tuple[Exchange, ...]
    requests: RequestCounts
    seconds: float


@dataclass(eq=False)
class Session:
    """The run of a session; ``folder`` is where the workers of xdist share what one of them observed, if there are.

    ``reports`` maps each format that was asked for to its file; ``observed_here`` says that this process is the one
    that has the answers of the target, and no other.
    """

    run: Run
    folder: Path | None
    reports: output.Outputs
    observed_here: bool = False

    @cached_property
    def evidence(self) -> Evidence:
        """What was observed of the target: asked once a session, whichever process asks."""
        return self.run.evidence(self._observed.exchanges)

    @cached_property
    def report(self) -> Report:
        """The judged report of the session."""
        report = self.run.report(self.evidence)
        return replace(report, requests=self._observed.requests, seconds=self._observed.seconds)

    @cached_property
    def _observed(self) -> Observed:
        if self.folder is None:
            return self._observe()
        shared = self.folder / "observed"
        try:
            (self.folder / "claim").mkdir()
        except FileExistsError:
            return self._read(shared)
        observed = self._observe()
        unfinished = self.folder / "unfinished"
        unfinished.write_bytes(pickle.dumps(observed))
        unfinished.replace(shared)
        return observed

    def _observe(self) -> Observed:
        self.reports.clear()
        self.run.target.wait(self.run.settings.wait)
        exchanges = tuple(shielded(lambda: self.run.evidence(self.run.exchanges()).exchanges))
        self.observed_here = True  # not before: whoever was interrupted has nothing to report, and asks nobody again
        seconds = round(sum(exchange.seconds for exchange in exchanges), 3)
        return Observed(exchanges, self.run.counts, seconds)

    def _read(self, shared: Path) -> Observed:
        ends = time.monotonic() + self.run.settings.wait + self.run.settings.deadline + _GRACE
        while not shared.exists():
            if time.monotonic() > ends:
                raise Unjudged("the worker that asks the target has given no answers", pytrace=False)
            time.sleep(_LOOK)
        # Written by another worker of this session, in a folder that only the user who runs it can reach.
        observed: Observed = pickle.loads(shared.read_bytes())  # noqa: S301
        return observed

    @property
    def allowance(self) -> int:
        """How many requests a test may send beyond those of the run: none where somebody set the limit."""
        if self.run.settings.max_requests:
            return 0
        return BESIDE_TO_THE_MOCK if self.run.settings.mock else BESIDE

    def write_reports(self) -> list[str]:
        """Write the reports that were asked for; return in words which could not be written."""
        output.written(self.run, self.report, self.reports)
        return [in_pytest(problem) for problem in self.reports.problems]

    def header(self) -> Iterator[str]:
        """Yield the lines that say what is judged, what it may cost, and where each setting came from."""
        run = self.run
        judged, total = len(run.clauses), len(run.contract.clauses)
        part = f", {judged} of {total} clauses" if judged < total else ""
        yield f"contract target: {EMBEDDED_MOCK if run.settings.mock else run.target.address.url}{part}"
        beside = f", and {self.allowance} by each test that sends its own" if self.allowance else ""
        yield f"contract budget: {run.requests} requests planned, {run.target.budget.limit} at most{beside}"
        shown = [f"{name}={value} ({origin})" for name, (value, origin) in run.shown().items() if origin != "default"]
        yield in_pytest(f"contract settings: {', '.join([*shown, 'the others by default'])}")


def session_of(config: pytest.Config) -> Session:
    """Return the session, its run prepared once; an embedded mock lives as long as it.

    Raises:
        Unjudged: the settings cannot be used.
    """
    if SESSION not in config.stash:
        config.stash[SESSION] = shielded(lambda: _prepare(config))
    return cast("Session", config.stash[SESSION])


def contract_or_default(config: pytest.Config) -> Contract:
    """Return the contract of the session; the default one where the run cannot be prepared, which its items say."""
    try:
        return session_of(config).run.contract
    except Unjudged:
        return contract_of(DEFAULT)


def active_contract() -> Contract:
    """Return the contract that this session judges: for what is made of it when a module is imported."""
    return _ACTIVE[-1] if _ACTIVE else contract_of(DEFAULT)


def plain(value: Any) -> Any:
    """Return a decoded value as Python's own reader gives it: a copy, with int and float in the place of Decimal."""
    if isinstance(value, dict):
        return {name: plain(member) for name, member in value.items()}
    if isinstance(value, list):
        return [plain(member) for member in value]
    if isinstance(value, Decimal):
        return int(value) if is_whole(value) and value.adjusted() < _DIGITS else float(value)
    return value


def _prepare(config: pytest.Config) -> Session:
    # A variable that a shell happens to hold must not lead the tests of a project to a live target.
    led = [name for name in BY_NAME["target"].variables if os.environ.get(name)]
    unfollowed = {*led, *(name for setting in of(Group.TARGETS) for name in setting.variables)}
    environ = {name: value for name, value in os.environ.items() if name not in unfollowed}
    options = {setting.name: value_of(config, setting.name) for setting in OFFERED}
    stack = ExitStack()
    try:
        settings = resolve(options, environ, Path.cwd())
        refuse_other(settings.target, settings.contract)
        _refuse_baseline(settings)
        reports = output.outputs_of(settings) if options["reports"] else output.Outputs()
        run = stack.enter_context(prepare(settings, contract_of(settings.contract), os.environ))
    except NoTarget:
        why = f"; pytest does not follow {led[0]}, which a shell may happen to hold" if led else ""
        raise UsageError(f"no target: say --target URL, or --mock to judge the embedded mock{why}") from None
    config.add_cleanup(stack.close)
    _ACTIVE[:] = [run.contract]
    folder = getattr(config, "workerinput", {}).get(FOLDER)
    return Session(run, Path(folder) if folder else None, reports)


def _refuse_baseline(settings: Settings) -> None:
    if settings.baseline:
        raise UsageError(
            f"{settings.origins['baseline']}: pytest compares nothing with a baseline: take it away here, and use "
            "contracts verify or contracts compare"
        )
