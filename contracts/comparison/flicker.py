"""What differs between the two readings of one side: nothing that rests on it can be called a difference of sides."""

from collections.abc import Iterator
from dataclasses import dataclass

from contracts.comparison.matching import Known, Pair, match
from contracts.comparison.observation import Observation
from contracts.comparison.subject import Subject
from contracts.comparison.values import ABSENT, identical
from contracts.core.text import shorten


@dataclass(frozen=True)
class Flickers:
    """What flickers: whole ``elements``, ``members`` of others, the ``order``, members of the root.

    An element whose id or name flickers does so as a whole: nobody can say which one it is.
    """

    elements: frozenset[Known] = frozenset()
    members: frozenset[tuple[Known, str]] = frozenset()
    order: bool = False
    top_level: frozenset[str] = frozenset()
    words: tuple[str, ...] = ()

    def __or__(self, other: "Flickers") -> "Flickers":
        return Flickers(
            self.elements | other.elements,
            self.members | other.members,
            self.order or other.order,
            self.top_level | other.top_level,
            self.words + other.words,
        )

    def touch(self, pair: Pair, member: str | None = None) -> bool:
        """Whether an element flickers, or this member of it does."""
        if not self.elements.isdisjoint(pair.known):
            return True
        return member is not None and any((known, member) in self.members for known in pair.known)


def flickers_of(subject: Subject, side: Observation, name: str) -> Flickers:
    """Return what flickers within a side, which is called by a name; nothing is known of one that was read once."""
    if side.repeat is None:
        return Flickers()
    matched = match(subject, side.first.elements, side.repeat.elements)
    elements: set[Known] = set()
    members: set[tuple[Known, str]] = set()
    words: list[str] = []
    for pair in (*matched.removed, *matched.added):
        elements |= pair.known
        words.append(f"{name}: the {subject.noun} {_called(pair)} is not in both readings")
    for pair in matched.pairs:
        for member in _differing(pair):
            words.append(f"{name}: {shorten(member)} of the {subject.noun} {_called(pair)}")
            if member in (subject.id, subject.name):
                elements |= pair.known
            members |= {(known, member) for known in pair.known}
    places = [pair.new_index for pair in matched.pairs]
    order = subject.ordered and places != sorted(places, key=lambda place: place or 0)
    before, after = side.first.top_level, side.repeat.top_level
    names = before.keys() | after.keys()
    top_level = {key for key in names if not identical(before.get(key, ABSENT), after.get(key, ABSENT))}
    words += [f"{name}: the order of the list"] * order
    words += [f"{name}: the member {shorten(key)} of the root" for key in sorted(top_level)]
    return Flickers(frozenset(elements), frozenset(members), order, frozenset(top_level), tuple(words))


def _differing(pair: Pair) -> Iterator[str]:
    for member in sorted(pair.old.keys() | pair.new.keys()):
        if not identical(pair.old.get(member, ABSENT), pair.new.get(member, ABSENT)):
            yield member


def _called(pair: Pair) -> str:
    return f'"{shorten(pair.matched_by[1], 80)}"'
