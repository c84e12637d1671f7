"""Accepted differences: what two sides may differ in for a while.

An exception is as narrow as a line of a comparison: rule, element and member all have to be the ones that it names. It
may name a member for all elements, and pin what was agreed upon by ``after``; there is no other wildcard.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date

from contracts.comparison.difference import Difference
from contracts.comparison.rules import BY_ID, FORMER, About
from contracts.core.errors import UsageError
from contracts.core.text import counted, shorten
from contracts.exceptions import entry
from contracts.exceptions.entry import Entry, Kind, Ledger, names_of

ALL = "all"
_ELEMENT = ("id", "name", "elements")
#: The rules about a value, each of which somebody has to agree upon.
_OF_VALUES = (
    *("id-changed", "name-changed", "reference-changed"),
    *("display-text-changed", "position-changed", "value-changed"),
)
_NOTHING = "nothing"


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
        self._about = {(each.names["rule"], each.names.get("member")) for each in self.entries.values()}

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
        if (rule, member) not in self._about:
            return []
        abouts: list[dict[str, str | None]] = [{}]
        if element is not None:
            id_, name = element
            abouts = [{"id": id_}, {"name": name}, {"id": id_, "name": name}, {"elements": ALL}]
        keys = (
            names_of({"rule": rule, "member": member, **about, "after": text})
            for about in abouts
            for text in (None, *_texts(after()))
            if about or element is None
        )
        found = [self.entries[key] for key in dict.fromkeys(keys) if key in self.entries]
        self.use(found)
        return found


def _texts(shown: str) -> Iterator[str]:
    """Iterate over the texts by which an exception pins what is shown: as it is, and of a text its content.

    A content that reads as JSON is taken for that, so that ``1`` and ``"1"`` stay two.
    """
    yield shown
    if shown.startswith('"'):
        try:
            content = json.loads(shown)
        except ValueError:  # it is cut short
            return
        try:
            json.loads(content)
        except (ValueError, RecursionError):
            yield content


def proposed(failing: Sequence[Difference], matched: int, today: date) -> str:
    """Return entries for differences that fail, ready to complete; ``matched`` elements are on both sides."""
    from contracts.exceptions.proposal import written  # noqa: PLC0415 - 5 ms, and few are asked for it

    return written("accept", list(_agreements(failing, matched)), today)


def _agreements(failing: Sequence[Difference], matched: int) -> Iterator[tuple[str, dict[str, str | None]]]:
    """Yield an entry for each difference, and one for a member in which all elements differ."""
    together: dict[tuple[str, str | None], list[Difference]] = defaultdict(list)
    for difference in failing:
        together[difference.rule.id, difference.member].append(difference)
    for (rule, member), differences in together.items():
        afters = {difference.after for difference in differences}
        if member is not None and len(differences) == matched > 1 and (len(afters) == 1 or rule not in _OF_VALUES):
            after = afters.pop() if len(afters) == 1 else None
            names = {"rule": rule, "elements": ALL, "member": member, "after": after}
            yield counted(matched, "difference"), names
            continue
        for each in differences:
            element = {"id": each.element.id, "name": each.element.name} if each.element else {}
            after = None if each.after == _NOTHING else each.after
            yield each.says, {"rule": rule, **element, "member": member, "after": after}
