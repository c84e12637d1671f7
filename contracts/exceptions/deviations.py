"""Known deviations: breaches of the contract that are accepted for a while.

An entry is narrow: a clause, and as a rule a pointer, so that a new breach of the same clause elsewhere still fails.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any

from contracts.core.contract import Contract, Level
from contracts.core.errors import UsageError
from contracts.core.finding import Finding
from contracts.core.report import Outcome, Report, StaleDeviation, State
from contracts.exceptions.entry import Entry, Kind, Ledger

#: The states in which a clause was judged, so that an entry for it that matches nothing is stale.
_JUDGED = (State.HELD, State.BREACHED, State.WAIVED)
_END = None


def kind_of(contract: Contract) -> Kind:
    """Return what reads the known deviations from a contract."""

    def check(names: dict[str, str]) -> dict[str, str]:
        if names["clause"] not in contract.clause:
            raise UsageError(f"there is no clause {names['clause'][:80]!r}; `contracts explain` lists them")
        return names

    return Kind("deviation", ("clause", "pointer"), "deviation", check)


def apply(report: Report, entries: Iterable[Entry], today: date) -> Report:
    """Return the report with the matched findings waived, and the stale entries named in ``stale``."""
    ledger = Ledger(entries, today)
    index = _Index(ledger.entries.values())
    outcomes = _with_what_they_leave(report, [_waive(outcome, index, ledger) for outcome in report.outcomes])
    unjudged = {clause.id for clause in report.contract.clauses}.difference(
        outcome.clause.id for outcome in report.outcomes if outcome.state in _JUDGED
    )
    stale = (
        StaleDeviation(each.number, each.names["clause"], each.names.get("pointer"), expired)
        for each, expired in ledger.stale(lambda each: each.names["clause"] in unjudged)
    )
    return replace(report, outcomes=outcomes, stale=tuple(stale), expiring=ledger.expiring)


def shared(report: Report) -> tuple[Report, tuple[StaleDeviation, ...]]:
    """Return the report as one of several targets that share their deviations, and those that excuse nothing here.

    Only what has expired is stale at one of them.
    """
    expired = tuple(stale for stale in report.stale if stale.expired)
    unused = tuple(stale for stale in report.stale if not stale.expired)
    return replace(report, stale=expired, shared_deviations=True), unused


class _Index:
    """Entries by what they excuse: of a clause all findings, or those at a pointer, in which ``*`` is any one step."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._whole: dict[str, Entry] = {}
        self._steps: dict[str, dict[str | None, Any]] = {}
        for each in entries:
            clause, pointer = each.names["clause"], each.names.get("pointer")
            if pointer is None:
                self._whole[clause] = each
                continue
            node = self._steps.setdefault(clause, {})
            for step in pointer.split("/"):
                node = node.setdefault(step, {})
            node[_END] = each

    def excuses(self, clause: str) -> bool:
        """Whether the whole of a clause is excused."""
        return clause in self._whole

    def matching(self, finding: Finding) -> list[Entry]:
        """Return the entries that excuse a finding: what follows from it stays a breach of its own clause."""
        nodes = [self._steps[finding.clause]] if finding.clause in self._steps else []
        for step in finding.where.split("/"):
            nodes = [node[each] for node in nodes for each in {step, "*"} if each in node]
        whole = [self._whole[finding.clause]] if finding.clause in self._whole else []
        return [*whole, *(node[_END] for node in nodes if _END in node)]


def _waive(outcome: Outcome, index: _Index, ledger: Ledger) -> Outcome:
    matches = [index.matching(finding) for finding in outcome.findings]
    excuses = {each.number: each for match in matches for each in match}
    ledger.use(excuses.values())
    if outcome.state is not State.BREACHED or not excuses:
        return outcome
    notes = (*outcome.notes, *(f"waived {each.until(ledger.today)}" for each in excuses.values()))
    left = tuple(finding for finding, match in zip(outcome.findings, matches, strict=True) if not match)
    # Of a clause that is broken very often, only the first findings are known; the others are excused only by an
    # entry for the whole clause.
    unknown = 0 if index.excuses(outcome.clause.id) else outcome.count - len(outcome.findings)
    if not left and not unknown:
        return replace(outcome, state=State.WAIVED, notes=notes)
    return replace(outcome, findings=left or outcome.findings, count=len(left) + unknown, notes=notes)


def _with_what_they_leave(report: Report, outcomes: list[Outcome]) -> tuple[Outcome, ...]:
    """Return the outcomes; as waived, too, those of MUST clauses that waived breaches alone leave nothing to judge.

    No entry could excuse these, and without one the run would stay inconclusive for as long as the breach is waived.
    """
    answered = {exchange.probe for exchange in report.exchanges if exchange.response and not exchange.failure}

    def alone(outcome: Outcome) -> list[str]:
        clause = outcome.clause
        if outcome.state is not State.NOT_EXERCISED or outcome.because or not set(clause.probes) <= answered:
            return []
        about = [o for o in outcomes if any(finding.probe in clause.probes for finding in o.findings)]
        lasting = any(o.state is State.BREACHED and o.clause.level is Level.MUST for o in about)
        return [] if lasting else [o.clause.id for o in about if o.state is State.WAIVED]

    return tuple(
        replace(o, state=State.WAIVED, notes=(*o.notes, f"waived with {', '.join(of)}: {o.reason}"))
        if o.clause.level is Level.MUST and (of := alone(o))
        else o
        for o in outcomes
    )
