"""Proposed deviations: what fails a run, as entries of a deviations file that a person completes."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta

import tomlkit

from contracts.core.report import Outcome, Report
from contracts.core.text import counted

#: The first entry expires after so many days, and each further one so many later, up to the longest time: ends on
#: one day would fail every run at once.
FIRST, STEP, LONGEST = 30, 7, 90


def proposal(report: Report, today: date) -> str:
    """Return entries for all that fails the run, ready to complete.

    Reason and owner are left for a person to fill in: until then the file is refused.
    """
    return "\n".join(
        _entry(clause, pointer, count, _expiry(number, today))
        for number, (clause, pointer, count) in enumerate(_entries(report))
    )


def _entries(report: Report) -> Iterator[tuple[str, str | None, int]]:
    """Yield clause, pointer and count of each entry; a breach that shows through another clause is that one's."""
    covered: set[tuple[str, str | None]] = set()
    for outcome in sorted(report.failing, key=lambda outcome: outcome.clause.id in report.follows):
        for (clause, pointer), count in _places(outcome).items():
            if not {(clause, pointer), (clause, None)} & covered:
                covered.add((clause, pointer))
                yield clause, pointer, count


def _places(outcome: Outcome) -> dict[tuple[str, str | None], int]:
    if outcome.count > len(outcome.findings):  # only the first are known: no pointer covers the others for certain
        clauses = {finding.through or finding.clause for finding in outcome.findings}
        return {(clause, None): outcome.count for clause in sorted(clauses)}
    return Counter((f.through or f.clause, _pattern(f.where)) for f in outcome.findings)


def _pattern(where: str) -> str:
    """Return a pointer with a ``*`` for each index: tomorrow the same element stands elsewhere."""
    return "/".join("*" if step.isdecimal() else step for step in where.split("/"))


def _expiry(number: int, today: date) -> date:
    return today + timedelta(days=FIRST + number * STEP % (LONGEST - FIRST + STEP))


def _entry(clause: str, pointer: str | None, count: int, expires: date) -> str:
    entry = {"clause": clause, "pointer": pointer, "reason": "", "owner": "", "expires": expires}
    table = tomlkit.item({"deviation": [{key: _toml(value) for key, value in entry.items() if value is not None}]})
    return f"# {counted(count, 'finding')}\n{_visible(tomlkit.dumps(table))}"


def _toml(value: object) -> object:
    return value.encode("utf-8", "backslashreplace").decode() if isinstance(value, str) else value


def _visible(text: str) -> str:
    """Return TOML in which what cannot be seen is written as an escape, as strings may have it."""
    return "".join(c if c.isprintable() or c == "\n" else f"\\U{ord(c):08x}" for c in text)
