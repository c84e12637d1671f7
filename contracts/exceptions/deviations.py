"""Known deviations: a file of breaches that are accepted for a while, each with a reason and an expiry.

An entry is narrow: a clause, and as a rule a pointer, so that a new breach of the same clause elsewhere still fails.
One that matches nothing any more, or has expired, fails the run: a list of excuses that nobody cleans is no contract.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from contracts.core.contract import Contract
from contracts.core.errors import UsageError
from contracts.core.finding import Finding
from contracts.core.report import Outcome, Report, StaleDeviation, State
from contracts.exceptions.entry import check, soon
from contracts.reading import read_text, readable, tables

_HEADING = re.compile(r"[ \t]*\[\[[ \t]*deviation[ \t]*\]\]")
_TEXTS = ("clause", "pointer", "reason", "owner", "link")
#: The states in which a clause was judged, so that an entry for it that matches nothing is stale.
_JUDGED = (State.HELD, State.BREACHED, State.WAIVED)


@dataclass(frozen=True)
class Deviation:
    """One entry. ``pointer`` is matched with the place of a finding; ``*`` stands for one step. None means all."""

    clause: str
    reason: str
    expires: date
    pointer: str | None = None
    owner: str = ""
    link: str = ""
    number: int = 0

    def matches(self, finding: Finding) -> bool:
        """Whether the finding is the one that is excused, directly or as what lies underneath."""
        if self.clause not in (finding.clause, finding.through):
            return False
        if self.pointer is None or self.pointer == finding.where:
            return True
        steps, places = self.pointer.split("/"), finding.where.split("/")
        return len(steps) == len(places) and all(map(_fits, steps, places))


def _fits(step: str, place: str) -> bool:
    return step in ("*", place)


def read(text: str, name: str, contract: Contract) -> tuple[Deviation, ...]:
    """Return the entries of a deviations file.

    Raises:
        UsageError: it is malformed, or an entry names an unknown clause; the message names entry and key.
    """
    with readable(name):
        entries = enumerate(tables(text, "deviation", name), 1)
        return tuple(_entry(entry, number, name, contract) for number, entry in entries)


def load(path: str, contract: Contract) -> tuple[Deviation, ...]:
    """Return the entries of a file; raises what :func:`read` raises, and UsageError when it cannot be opened."""
    return read(read_text(path), path, contract)


def _entry(entry: dict[str, Any], number: int, name: str, contract: Contract) -> Deviation:
    place = f"{name}: entry {number}"
    check(entry, _TEXTS, "clause", place, "deviation")
    if entry["clause"] not in contract.clause:
        raise UsageError(f"{place}: there is no clause {entry['clause']!r}; `contracts explain` lists them")
    return Deviation(**entry, number=number)


def apply(report: Report, deviations: Iterable[Deviation], today: date) -> Report:
    """Return the report with the matched findings waived, and the stale entries named in ``stale``."""
    deviations = tuple(deviations)
    valid = [deviation for deviation in deviations if today <= deviation.expires]
    outcomes = tuple(_waive(outcome, valid, today) for outcome in report.outcomes)
    expired = (StaleDeviation(d.number, d.clause, d.pointer, d.expires) for d in deviations if d not in valid)
    unused = (StaleDeviation(d.number, d.clause, d.pointer) for d in valid if _is_unused(d, report))
    return replace(report, outcomes=outcomes, stale=(*expired, *unused))


def _waive(outcome: Outcome, deviations: list[Deviation], today: date) -> Outcome:
    excuses = {d.number: d for d in deviations for finding in outcome.findings if d.matches(finding)}
    if outcome.state is not State.BREACHED or not excuses:
        return outcome
    notes = tuple(
        f"waived until {d.expires}{soon(d.expires, today)}: {d.reason} ({d.owner or d.link})" for d in excuses.values()
    )
    left = tuple(finding for finding in outcome.findings if not any(d.matches(finding) for d in deviations))
    # Of a clause that is broken very often, only the first findings are known; the others are excused only by an
    # entry for the whole clause.
    unknown = outcome.count - len(outcome.findings)
    if any(d.pointer is None and d.clause == outcome.clause.id for d in deviations):
        unknown = 0
    count = len(left) + unknown
    if not count:
        return replace(outcome, state=State.WAIVED, notes=(*outcome.notes, *notes))
    return replace(outcome, findings=left or outcome.findings, count=count, notes=(*outcome.notes, *notes))


def _is_unused(deviation: Deviation, report: Report) -> bool:
    used = any(deviation.matches(finding) for outcome in report.outcomes for finding in outcome.findings)
    judged = any(outcome.clause.id == deviation.clause and outcome.state in _JUDGED for outcome in report.outcomes)
    return judged and not used


def prune(text: str, stale: Iterable[int], name: str, contract: Contract) -> str:
    """Return the text of a deviations file without the entries of these numbers; comments above one go with it.

    Raises:
        UsageError: the file is written in a way that does not let an entry be taken out.
    """
    stale = set(stale)
    blocks: list[list[str]] = [[]]
    for line in text.splitlines(keepends=True):
        if _HEADING.match(line):
            above = blocks[-1]
            comments = next((n for n, earlier in enumerate(reversed(above)) if not earlier.startswith("#")), len(above))
            blocks.append(above[len(above) - comments :])
            del above[len(above) - comments :]
        blocks[-1].append(line)
    kept = "".join(line for number, block in enumerate(blocks) if number not in stale for line in block)
    expected = [replace(d, number=0) for d in read(text, name, contract) if d.number not in stale]
    if [replace(d, number=0) for d in read(kept, name, contract)] != expected:
        raise UsageError(f"{name}: cannot be rewritten safely; remove the stale entries by hand")
    return kept
