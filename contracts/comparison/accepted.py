"""Accepted differences: what two sides may differ in for a while.

An exception is as narrow as a line of a comparison: rule, element and member all have to be the ones that it names. It
may name a member for all elements, and pin what was agreed upon by ``after``; there is no other wildcard.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

from contracts.comparison.rules import BY_ID, FORMER, About
from contracts.comparison.values import named
from contracts.core.errors import UsageError
from contracts.core.text import counted
from contracts.exceptions.entry import Entry, Kind, Ledger, names_of

if TYPE_CHECKING:
    from contracts.comparison.compare import Difference

ALL = "all"
_ONE = ({"id"}, {"name"}, {"id", "name"})
#: The keys that name what a rule may be about, rule and after aside.
_KEYS: dict[About, tuple[set[str], ...]] = {
    About.ELEMENT: _ONE,
    About.MEMBER: tuple(element | {"member"} for element in (*_ONE, {"elements"})),
    About.TOP_LEVEL: ({"member"},),
    About.LIST: (set(),),
}
#: The rules about a value, each of which somebody has to agree upon.
_OF_VALUES = (
    *("id-changed", "name-changed", "reference-changed"),
    *("display-text-changed", "position-changed", "value-changed"),
)


def _check(names: dict[str, str]) -> dict[str, str]:
    """Hold what an exception names against what its rule is about: one that could match nothing helps nobody."""
    rule = BY_ID.get(FORMER.get(names["rule"], names["rule"]))
    if rule is None:
        raise UsageError(f"there is no rule {named(names['rule'])!r}; there are {', '.join(BY_ID)}")
    given = names.keys() - {"rule", "after"}
    if not any(given in _KEYS[about] for about in rule.about):
        raise UsageError(f"the keys of the rule {rule.id} are, beside after: {rule.keys}")
    if names.get("elements", ALL) != ALL:
        raise UsageError(f'elements is "{ALL}", or left out for one element with id or name')
    return {**names, "rule": rule.id}


#: The tables of a file of exceptions.
ACCEPT = Kind("accept", ("rule", "id", "name", "elements", "member", "after"), "exception", _check)


class Accepted(Ledger):
    """The exceptions of a comparison on one day, by what they excuse."""

    def __init__(self, entries: Iterable[Entry] = (), today: date = date.min) -> None:
        super().__init__(entries, today)
        self._about = {(each.names["rule"], each.names.get("member")) for each in self.entries.values()}

    def matching(
        self,
        rule: str,
        member: str | None,
        element: Mapping[str, str | None] | None,
        after: Callable[[], str],
    ) -> list[Entry]:
        """Return the exceptions that excuse a difference, and note that they do.

        ``element`` has its id and name, None where it is about none. ``after`` gives the text of what is there now.
        """
        member = _as_written(member)
        if (rule, member) not in self._about:
            return []
        abouts: list[dict[str, str | None]] = [{}]
        if element is not None:
            named = {key: _as_written(text) for key, text in element.items() if text is not None}
            abouts = [*({key: text} for key, text in named.items()), named, {"elements": ALL}]
        texts = (None, *_texts(after()))
        keys = (names_of({"rule": rule, "member": member, **each, "after": text}) for each in abouts for text in texts)
        found = [self.entries[key] for key in dict.fromkeys(keys) if key in self.entries]
        self.use(found)
        return found


def _as_written(text: str | None) -> str | None:
    """Return a text as a file of exceptions can hold it: TOML has no lone surrogates."""
    return text and text.encode("utf-8", "backslashreplace").decode()


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


def proposed(failing: Sequence["Difference"], matched: int, today: date) -> str:
    """Return entries for differences that fail, ready to complete; ``matched`` elements are on both sides."""
    from contracts.exceptions.proposal import written  # noqa: PLC0415 - 5 ms, and few are asked for it

    return written("accept", list(_agreements(failing, matched)), today)


def _agreements(failing: Sequence["Difference"], matched: int) -> Iterator[tuple[str, dict[str, str | None]]]:
    """Yield an entry for each difference, and one for a member in which all elements differ."""
    together: dict[tuple[str, str | None], list[Difference]] = defaultdict(list)
    for difference in failing:
        together[difference.rule.id, difference.member].append(difference)
    for (rule, member), differences in together.items():
        after, *others = {difference.after for difference in differences}
        if member is not None and len(differences) == matched > 1 and (not others or rule not in _OF_VALUES):
            pinned = None if others else after
            yield counted(matched, "difference"), {"rule": rule, "elements": ALL, "member": member, "after": pinned}
            continue
        for each in differences:
            element = {"id": each.element.id, "name": each.element.name} if each.element else {}
            pinned = None if each.after == "nothing" else each.after
            yield each.says, {"rule": rule, **element, "member": member, "after": pinned}
