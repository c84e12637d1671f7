"""Accepted differences: what two sides may differ in for a while.

An exception is as narrow as a line of a comparison: rule, element and member all have to be the ones that it names. It
may name a member for all elements, and pin what was agreed upon by ``after``; there is no other wildcard.
"""

import json
from collections.abc import Callable, Iterable
from datetime import date

from contracts.comparison.rules import BY_ID, FORMER, About
from contracts.comparison.values import text_of
from contracts.core.errors import UsageError
from contracts.core.text import shorten
from contracts.exceptions import entry
from contracts.exceptions.entry import Entry, Kind, Ledger

ALL = "all"
_ELEMENT = ("id", "name", "elements")


def _check(names: dict[str, str]) -> dict[str, str]:
    """Hold what an exception names against what its rule is about: one that could match nothing helps nobody."""
    rule = BY_ID.get(FORMER.get(names["rule"], names["rule"]))
    if rule is None:
        raise UsageError(f"there is no rule {shorten(names['rule'], 80)!r}; there are {', '.join(BY_ID)}")
    given = {key for key in names if key not in ("rule", "after")}
    if not any(_names(about, given) for about in rule.about):
        raise UsageError(f"the keys of the rule {rule.id} are, beside after: {rule.keys}")
    if names.get("elements", ALL) != ALL:
        raise UsageError(f'elements is "{ALL}", or left out for one element with id or name')
    return {**names, "rule": rule.id}


def _names(about: About, given: set[str]) -> bool:
    """Whether the keys that are given, rule and after aside, name what a rule may be about."""
    element = given.intersection(_ELEMENT)
    if about in (About.TOP_LEVEL, About.LIST):
        return given == ({"member"} if about is About.TOP_LEVEL else set())
    if about is About.ELEMENT:
        return bool(given) and given <= {"id", "name"}
    return "member" in given and bool(element) and (element == {"elements"} or "elements" not in element)


KIND = Kind("accept", ("rule", *_ELEMENT, "member", "after"), "exception", _check)


def read(text: str, name: str) -> tuple[Entry, ...]:
    """Return the exceptions of a file.

    Raises:
        UsageError: it is malformed, or an exception names an unknown rule, or not what its rule is about; the
            message names entry and key.
    """
    return entry.read(text, name, KIND)


def load(path: str) -> tuple[Entry, ...]:
    """Return the exceptions of a file; raises what :func:`read` raises, and UsageError when it cannot be opened."""
    return entry.load(path, KIND)


class Accepted(Ledger):
    """The exceptions of a comparison on one day, by what they excuse."""

    def __init__(self, entries: Iterable[Entry] = (), today: date = date.min) -> None:
        super().__init__(entries, today)
        self._by_names: dict[tuple[str | None, ...], list[Entry]] = {}
        for each in self.valid:
            about = next(((key, each.names[key]) for key in _ELEMENT if key in each.names), (None, None))
            self._by_names.setdefault((each.names["rule"], each.names.get("member"), *about), []).append(each)

    def matching(
        self,
        rule: str,
        member: str | None,
        element: tuple[str | None, str | None] | None,
        after: Callable[[], str],
    ) -> list[Entry]:
        """Return the exceptions that excuse a difference, and note that they do.

        ``element`` is its id and name as a comparison shows it, None where it is about none. ``after`` gives the text
        of what is there now.
        """
        if not self._by_names:
            return []
        abouts: list[tuple[str | None, str | None]] = [(None, None)]
        if element is not None:
            abouts = [("id", element[0]), ("name", element[1]), ("elements", ALL)]
        found = [
            each
            for about in abouts
            for each in self._by_names.get((rule, member, *about), ())
            if (element is None or each.names.get("name") in (None, element[1]))
            and ("after" not in each.names or _is(each.names["after"], after()))
        ]
        self.use(found)
        return found


def _is(given: str, shown: str) -> bool:
    """Whether an exception pins this text: as it is shown, or of a string its plain content, unless that is JSON."""
    if given == shown:
        return True
    try:
        json.loads(given)
    except (ValueError, RecursionError):
        return text_of(given) == shown
    return False
