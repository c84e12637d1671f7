"""Accepted differences: a file of exceptions, each for one difference, with a reason and an expiry.

An exception is as narrow as a line of a comparison: rule, element and member all have to be the ones that it names,
and there is no wildcard. One that matches nothing, or has expired, fails the comparison.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from contracts.comparison.difference import Comparison, Difference, StaleAcceptance
from contracts.comparison.rules import BY_ID, About
from contracts.core.errors import UsageError
from contracts.core.text import shorten
from contracts.exceptions.entry import check, soon
from contracts.reading import read_text, readable, tables

_TEXTS = ("rule", "id", "name", "member", "reason", "owner", "link")


@dataclass(frozen=True)
class Acceptance:
    """One exception. ``id`` and ``name`` are the element's as a comparison shows it; None stands for no element."""

    rule: str
    reason: str
    expires: date
    id: str | None = None
    name: str | None = None
    member: str | None = None
    owner: str = ""
    link: str = ""
    number: int = 0

    def matches(self, difference: Difference) -> bool:
        """Whether the difference is the one that is accepted."""
        if (self.rule, self.member) != (difference.rule.id, difference.member):
            return False
        element = difference.element
        if element is None or (self.id is None and self.name is None):
            return element is None and self.id is None and self.name is None
        return self.id in (None, element.id) and self.name in (None, element.name)


def read(text: str, name: str) -> tuple[Acceptance, ...]:
    """Return the exceptions of a file.

    Raises:
        UsageError: it is malformed, or an exception names an unknown rule, or not what its rule is about; the
            message names entry and key.
    """
    with readable(name):
        entries = enumerate(tables(text, "accept", name), 1)
        return tuple(_entry(entry, number, f"{name}: entry {number}") for number, entry in entries)


def load(path: str) -> tuple[Acceptance, ...]:
    """Return the exceptions of a file; raises what :func:`read` raises, and UsageError when it cannot be opened."""
    return read(read_text(path), path)


def _entry(entry: dict[str, Any], number: int, place: str) -> Acceptance:
    check(entry, _TEXTS, "rule", place, "exception")
    if entry["rule"] not in BY_ID:
        raise UsageError(f"{place}: there is no rule {shorten(entry['rule'])!r}; there are {', '.join(BY_ID)}")
    _refuse_what_never_matches(entry, place)
    return Acceptance(**entry, number=number)


def _refuse_what_never_matches(entry: dict[str, Any], place: str) -> None:
    """Hold what an exception names against what its rule is about: one that could match nothing helps nobody."""
    about = BY_ID[entry["rule"]].about
    of_member = About.MEMBER in about or About.TOP_LEVEL in about
    if of_member != ("member" in entry):
        words = "member is missing" if of_member else "member does not belong here"
        raise UsageError(f"{place}: {words}: the rule {entry['rule']} is about {' or '.join(about)}")
    has_element = "id" in entry or "name" in entry
    if has_element and not {About.ELEMENT, About.MEMBER} & set(about):
        raise UsageError(f"{place}: id and name do not belong here: the rule {entry['rule']} is about {about[0]}")
    if not has_element and not {About.TOP_LEVEL, About.LIST} & set(about):
        raise UsageError(f"{place}: id or name is missing: the rule {entry['rule']} is about {about[0]}")


def accept(comparison: Comparison, acceptances: Iterable[Acceptance], today: date) -> Comparison:
    """Return the comparison with what is accepted marked so, and the exceptions that excuse nothing in ``stale``.

    An exception is valid on the day of its expiry, and stale from the next one on.
    """
    acceptances = tuple(acceptances)
    valid = [acceptance for acceptance in acceptances if today <= acceptance.expires]
    by_rule: dict[tuple[str, str | None], list[Acceptance]] = {}
    for acceptance in valid:
        by_rule.setdefault((acceptance.rule, acceptance.member), []).append(acceptance)
    used: set[int] = set()
    differences = []
    for difference in comparison.differences:
        candidates = by_rule.get((difference.rule.id, difference.member), ())
        matching = [acceptance for acceptance in candidates if acceptance.matches(difference)]
        used |= {acceptance.number for acceptance in matching}
        words = "; ".join(_words(acceptance, today) for acceptance in matching)
        differences.append(replace(difference, accepted=words))
    expired = (_stale(a, f"expired on {a.expires}") for a in acceptances if a not in valid)
    unused = (_stale(a, "matches nothing any more") for a in valid if a.number not in used)
    return replace(comparison, differences=tuple(differences), stale=(*expired, *unused))


def _words(acceptance: Acceptance, today: date) -> str:
    until = f"{acceptance.expires}{soon(acceptance.expires, today)}"
    return f"accepted until {until}: {acceptance.reason} ({acceptance.owner or acceptance.link})"


def _stale(acceptance: Acceptance, words: str) -> StaleAcceptance:
    return StaleAcceptance(acceptance.number, acceptance.rule, words)
