"""Comparing two sides: every difference once, the worst first."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from contracts.comparison.difference import Comparison, Difference, Edit
from contracts.comparison.flicker import flickers_of
from contracts.comparison.matching import Match, Pair, match
from contracts.comparison.members import of_element, of_root
from contracts.comparison.observation import Observation, Reading
from contracts.comparison.positions import Moves, moves
from contracts.comparison.rules import Impact
from contracts.comparison.subject import Subject
from contracts.comparison.telling import Teller, Values
from contracts.comparison.values import ABSENT, shown
from contracts.core.deadline import watched
from contracts.core.text import shorten

_WORST_FIRST = {impact: number for number, impact in enumerate(Impact)}


def compare(subject: Subject, old: Observation, new: Observation) -> Comparison:
    """Return what two sides differ in, by their first readings; what flickers within one is unstable.

    Raises:
        Late: the time of the run was over before every element was compared.
    """
    flickers = flickers_of(subject, old, "old") | flickers_of(subject, new, "new")
    matched = match(subject, old.first.elements, new.first.elements)
    tell = Teller(subject, flickers)
    differences = (*_top_level(tell, old.first, new.first), *_unmatched(tell, matched), *_Pairs(tell, matched.pairs))
    return Comparison(
        subject,
        tuple(sorted(watched(differences), key=lambda difference: _WORST_FIRST[difference.impact])),
        len(old.first.elements),
        len(new.first.elements),
        len(matched.pairs),
        flickers.words,
        tuple(name for name, side in (("old", old), ("new", new)) if side.repeat is None),
    )


def _top_level(tell: Teller, old: Reading, new: Reading) -> Iterator[Difference]:
    for member, values in _members(old.top_level, new.top_level):
        for told in of_root(tell.subject, *values):
            yield tell.top_level(told, member, values)


def _unmatched(tell: Teller, matched: Match) -> Iterator[Difference]:
    for pair in matched.removed:
        yield tell.element("element-removed", pair, (shown(pair.old), "nothing"), Edit(pair.old_index))
        yield from _readable(tell, pair, pair.old, {})
    for pair in matched.added:
        edit = Edit(None, pair.new_index, None, pair.new)
        yield tell.element("element-added", pair, ("nothing", shown(pair.new)), edit)
        yield from _readable(tell, pair, {}, pair.new)


def _readable(tell: Teller, pair: Pair, before: dict[str, Any], after: dict[str, Any]) -> Iterator[Difference]:
    """Yield what a client cannot read of an element that came, or could not of one that went."""
    for member, values in _members(before, after):
        for told in of_element(tell.subject, member, *values):
            if told[1]:
                yield tell.member(told, pair, member, values)


@dataclass(frozen=True)
class _Pairs:
    """The differences of the elements that both sides have, in the order of the new one."""

    tell: Teller
    pairs: tuple[Pair, ...]

    def __iter__(self) -> Iterator[Difference]:
        flickers, position = self.tell.flickers, self.tell.subject.position
        order = sorted(range(len(self.pairs)), key=lambda number: self.pairs[number].new_index or 0)
        moved = moves(
            self.tell.subject, self.pairs, lambda pair: flickers.touch(pair, position), steady=not flickers.order
        )
        yield from self._renumbered(moved.carried.get(None, ()))
        places = dict.fromkeys(moved.places, "first")
        places |= {here: self._behind(there) for there, here in pairwise(order) if here in places}
        told = moved.told
        for number in order:
            if number in places:
                yield self._moved(number, moved, places[number])
            yield from self._of_members(self.pairs[number], position if number in told else None)

    def _of_members(self, pair: Pair, told_elsewhere: str | None) -> Iterator[Difference]:
        for member, values in _members(pair.old, pair.new):
            if member != told_elsewhere:
                for told in of_element(self.tell.subject, member, *values):
                    edit = Edit(pair.old_index, None, member, values[1])
                    yield self.tell.member(told, pair, member, values, edit)

    def _moved(self, number: int, moved: Moves, after: str) -> Difference:
        pair, member = self.pairs[number], self.tell.subject.position or ""
        before = self._behind(number - 1) if number else "first"
        followers = moved.carried.get(number, ())
        if followers:
            before += f", {member} {shown(pair.old[member])}"
            after += f", {member} {shown(pair.new[member])}"
        if others := len(followers[1:]):
            after += f"; {others:,} other{'s' * (others != 1)} renumbered"
        edits = (Edit(pair.old_index, pair.new_index), *map(self._position, followers))
        return self.tell.element("order-moved", pair, (before, after), *edits)

    def _renumbered(self, numbers: tuple[int, ...]) -> Iterator[Difference]:
        if numbers:
            first, member = self.pairs[numbers[0]], self.tell.subject.position or ""
            texts = (
                f"{shown(value)} and {len(numbers) - 1:,} more" for value in (first.old[member], first.new[member])
            )
            before, after = texts
            yield self.tell.whole("positions-renumbered", (before, after), tuple(map(self._position, numbers)))

    def _position(self, number: int) -> Edit:
        pair, member = self.pairs[number], self.tell.subject.position or ""
        return Edit(pair.old_index, None, member, pair.new[member])

    def _behind(self, number: int) -> str:
        """Return a place in words that hold whatever is inserted or removed in front of it."""
        return f'after "{shorten(self.pairs[number].matched_by[1], 80)}"'


def _members(old: Any, new: Any) -> Iterator[tuple[str, Values]]:
    for member in sorted(old.keys() | new.keys()):
        yield member, (old.get(member, ABSENT), new.get(member, ABSENT))
