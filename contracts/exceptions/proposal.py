"""Proposed exceptions: what fails, as entries of a file that a person completes."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta

import tomlkit

from contracts.core.report import Outcome, Report
from contracts.core.text import counted

#: The first entry expires after so many days, and each further one so many later, up to the longest time.
FIRST, STEP, LONGEST = 30, 7, 90
_STAGGERED = "# The entries expire one after the other, so that they do not all fail a run on one day.\n"
#: What stands before an entry, and what it excuses by its keys.
Proposed = tuple[str, dict[str, str | None]]


def deviations(report: Report, today: date) -> str:
    """Return entries for all that fails the run, ready to complete.

    Reason and owner are left for a person to fill in: until then the file is refused.
    """
    breaches = _breaches(report)
    entries = [(counted(count, "finding"), {"clause": clause, "pointer": place}) for clause, place, count in breaches]
    return written("deviation", entries, today)


def _breaches(report: Report) -> Iterator[tuple[str, str | None, int]]:
    """Yield clause, pointer and count of each entry, the causes before what follows from them."""
    for outcome in sorted(report.failing, key=lambda outcome: outcome.clause.id in report.follows):
        yield from ((outcome.clause.id, pointer, count) for pointer, count in _places(outcome).items())


def _places(outcome: Outcome) -> Mapping[str | None, int]:
    places = Counter(_pattern(finding.where) for finding in outcome.findings)
    if outcome.count > len(outcome.findings) or None in places:  # no pointer covers all of it for certain
        return {None: outcome.count}
    return places


def _pattern(where: str) -> str | None:
    """Return a pointer with a ``*`` for each index: tomorrow the same element stands elsewhere.

    There is none for a byte, whose place is an accident.
    """
    if where.startswith("byte "):
        return None
    return "/".join("*" if step.isdecimal() else step for step in where.split("/"))


def written(heading: str, entries: Sequence[Proposed], today: date) -> str:
    """Return proposed entries as the tables of this heading; an empty text of none."""
    texts = []
    for number, (comment, names) in enumerate(entries):
        expires = today + timedelta(days=FIRST + number * STEP % (LONGEST - FIRST + STEP))
        values = {**names, "reason": "", "owner": "", "expires": expires}
        table = tomlkit.item({heading: [{key: _toml(value) for key, value in values.items() if value is not None}]})
        texts.append(_visible(f"# {comment}\n{tomlkit.dumps(table)}"))
    return (_STAGGERED + "\n" if len(texts) > 1 else "") + "\n".join(texts)


def _toml(value: object) -> object:
    return value.encode("utf-8", "backslashreplace").decode() if isinstance(value, str) else value


def _visible(text: str) -> str:
    """Return TOML in which what cannot be seen is written as an escape, as strings may have it."""
    return "".join(c if c.isprintable() or c == "\n" else f"\\U{ord(c):08x}" for c in text)
