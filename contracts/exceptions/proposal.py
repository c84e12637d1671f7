"""Proposed exceptions: what fails a run or a comparison, as entries of a file that a person completes."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

import tomlkit

from contracts.core.report import Outcome, Report
from contracts.core.text import counted

if TYPE_CHECKING:
    from contracts.comparison.difference import Difference
    from contracts.comparison.gate import Gate

#: The first entry expires after so many days, and each further one so many later, up to the longest time.
FIRST, STEP, LONGEST = 30, 7, 90
_STAGGERED = "# The entries expire one after the other, so that they do not all fail a run on one day.\n"
#: The rules about a value, each of which somebody has to agree upon.
_OF_VALUES = (
    *("id-changed", "name-changed", "reference-changed"),
    *("display-text-changed", "position-changed", "value-changed"),
)
_NOTHING = "nothing"
#: What stands before an entry, and what it excuses by its keys.
_Proposed = tuple[str, dict[str, str | None]]


def deviations(report: Report, today: date) -> str:
    """Return entries for all that fails the run, ready to complete.

    Reason and owner are left for a person to fill in: until then the file is refused.
    """
    breaches = _breaches(report)
    entries = [(counted(count, "finding"), {"clause": clause, "pointer": place}) for clause, place, count in breaches]
    return _written("deviation", entries, today)


def acceptances(gate: "Gate") -> str:
    """Return entries for all differences that fail a comparison, as far as they are listed, ready to complete."""
    text = _written("accept", list(_agreements(gate)), gate.now.date())
    if left := gate.failures - len(gate.failing):
        text += f"\n# and {counted(left, 'more difference')}: propose again once these are agreed upon\n"
    return text


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


def _agreements(gate: "Gate") -> Iterator[_Proposed]:
    """Yield an entry for each difference, and one for a member in which all elements differ."""
    together: dict[tuple[str, str | None], list[Difference]] = defaultdict(list)
    for difference in gate.failing:
        together[difference.rule.id, difference.member].append(difference)
    for (rule, member), differences in together.items():
        afters = {difference.after for difference in differences}
        matched = gate.comparison.matched if gate.comparison else 0
        if member is not None and len(differences) == matched > 1 and (len(afters) == 1 or rule not in _OF_VALUES):
            after = {"after": afters.pop()} if len(afters) == 1 else {}
            yield counted(matched, "difference"), {"rule": rule, "elements": "all", "member": member, **after}
            continue
        for each in differences:
            element = {"id": each.element.id, "name": each.element.name} if each.element else {}
            after = {} if each.after == _NOTHING else {"after": each.after}
            yield each.says, {"rule": rule, **element, "member": member, **after}


def _written(heading: str, entries: Sequence[_Proposed], today: date) -> str:
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
