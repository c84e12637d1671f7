"""Several targets in one session of pytest: each is prepared where its first item asks for it, and observed once."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from typing import Any

from contracts.core.clause import Clause
from contracts.core.contract import Contract
from contracts.core.errors import UsageError
from contracts.network.pace import Pace
from contracts.prepare import prepare
from contracts.run import Run
from contracts.settings.table import Settings
from contracts.targets.file import chosen, load
from contracts.targets.judging import environ_of, settings_of
from contracts.targets.target_entry import Entry


class Session:
    """The targets of a session, in the order of their file. All are judged by one contract.

    Under xdist the targets of an account belong to one worker: the 60 requests a minute are the account's, and workers
    do not know of each other.

    Raises:
        UsageError: the file cannot be used, or its targets have several contracts.
    """

    def __init__(
        self,
        settings: Settings,
        environ: Mapping[str, str],
        stack: ExitStack,
        contract_of: Callable[[str], Contract],
    ) -> None:
        several = settings.several
        self.file: str = several["targets"]
        entries = chosen(load(self.file, contract_of), several.get("tag", ()), several.get("shard"))
        self.entries: dict[str, Entry] = {entry.name: entry for entry in entries}
        contracts = sorted({entry.contract for entry in entries})
        if len(contracts) > 1:
            raise UsageError(
                f"{self.file}: a session judges one contract, and the targets have {' and '.join(contracts)}: "
                "choose among them with --tag"
            )
        self.contract: Contract = contract_of(contracts[0])
        self.clauses: tuple[Clause, ...] = self.contract.select(settings.clause)
        self._settings = settings
        self._environ = environ
        self._stack = stack
        self._runs: dict[str, Run] = {}
        self._paces: dict[str, Pace] = {}

    def run(self, name: str) -> Run:
        """Return the run of a target, prepared once; there is room for its requests in the pace of its account.

        Raises:
            UsageError: the variable of its token is not set, or the settings cannot be used.
        """
        if name not in self._runs:
            entry = self.entries[name]
            pace = self._paces.setdefault(entry.payer, Pace())
            settings = settings_of(entry, self._settings, self.file)
            environ = environ_of(entry, self._environ)
            prepared = prepare(settings, self.contract, environ, identity=entry.identity, pace=pace)
            self._runs[name] = self._stack.enter_context(prepared)
            pace.room(self._runs[name].planned)
        return self._runs[name]

    def header(self) -> Iterator[str]:
        """Yield the lines that say what is judged."""
        judged, total = len(self.clauses), len(self.contract.clauses)
        part = f", {judged} of {total} clauses" if judged < total else ""
        yield f"contract targets: {', '.join(self.entries)} of {self.file}{part}"

    def account(self, nodeid: str) -> str | None:
        """Return the account of the target that an item stands for, None for an item of no target."""
        parameters = nodeid.rpartition("[")[2].removesuffix("]")
        fitting = [name for name in self.entries if f"{parameters}-".startswith(f"{name}-")]
        return self.entries[max(fitting, key=len)].payer if fitting and nodeid.endswith("]") else None


def scheduler_by_account(config: Any, log: object, session: Session) -> object:
    """Return a scheduler of xdist that keeps the items of an account in one worker.

    Its own loadgroup marks the items by changing their ids, which pytest 9.2 does not let it do (issue 1386 of xdist).
    """
    from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]  # only there

    class ByAccount(LoadScopeScheduling):  # type: ignore[misc]
        def _split_scope(self, nodeid: str) -> str:
            return session.account(nodeid) or str(super()._split_scope(nodeid))

    return ByAccount(config, log)
