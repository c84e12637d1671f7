"""What moved in an order, and which positions merely follow.

One category that is inserted in front shifts the positions of all others; one that moves shifts those in between. A
line for each of them would hide the one thing that happened. So of all elements in the order of their positions, the
smallest set that moved is told one by one; the others have other numbers and the same order, which is one difference:
``positions-renumbered``. It has no line of its own beside an element whose move in the list shows the same: moving
one category of twelve, positions and all, is one line.
"""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from contracts.comparison.matching import Pair
from contracts.comparison.members import readability
from contracts.comparison.ordering import moved
from contracts.comparison.subject import Subject
from contracts.comparison.values import equal
from contracts.judging.values import is_whole


@dataclass(frozen=True)
class Moves:
    """What moved, each element by the number of its pair.

    ``places`` moved in the list. ``carried`` holds, for each of those that tells positions as well, the pairs whose
    positions it tells, itself the first; what is there for None is renumbered. Any other position that changed is
    told by itself.
    """

    places: tuple[int, ...]
    carried: dict[int | None, tuple[int, ...]]

    @property
    def told(self) -> frozenset[int]:
        """The pairs whose position another difference tells."""
        return frozenset(number for numbers in self.carried.values() for number in numbers)


def moves(subject: Subject, pairs: Sequence[Pair], flickers: Callable[[Pair], bool], *, steady: bool) -> Moves:
    """Return what moved between two lists; ``flickers`` tells it of a position, ``steady`` of the order."""
    weights = [_weight(pair) for pair in pairs]
    places = sorted(moved([pair.new_index or 0 for pair in pairs], weights)) if subject.ordered else []
    if subject.position is None:
        return Moves(tuple(places), {})
    shift = _shift(subject, pairs, flickers, weights)
    carried: dict[int | None, tuple[int, ...]] = {
        number: (number,) for number in places if steady and number in shift.alone
    }
    if carried:
        first = next(iter(carried))
        carried[first] += shift.renumbered
    elif len(shift.renumbered) > 1:
        carried[None] = shift.renumbered
    return Moves(tuple(places), carried)


@dataclass(frozen=True)
class _Shift:
    """Pairs whose position changed: those that moved in the order by position, and those that did not."""

    alone: frozenset[int]
    renumbered: tuple[int, ...]


def _shift(subject: Subject, pairs: Sequence[Pair], flickers: Callable[[Pair], bool], weights: list[int]) -> _Shift:
    member = subject.position or ""
    numbers = {
        number: (pair.old[member], pair.new[member])
        for number, pair in enumerate(pairs)
        if _is_plain(subject, member, pair) and not flickers(pair)
    }
    changed = [number for number, (old, new) in numbers.items() if not equal(old, new)]
    if not changed:
        return _Shift(frozenset(), ())
    before = sorted(numbers, key=lambda number: (*numbers[number], weights[number]))
    after = sorted(numbers, key=lambda number: (*reversed(numbers[number]), weights[number]))
    ranks = {number: rank for rank, number in enumerate(after)}
    places = moved([ranks[number] for number in before], [weights[number] for number in before])
    alone = {before[place] for place in places}
    return _Shift(frozenset(alone), tuple(number for number in changed if number not in alone))


def _is_plain(subject: Subject, member: str, pair: Pair) -> bool:
    """Whether both positions are whole numbers, and no client reads one of them and not the other."""
    if not (is_whole(pair.old.get(member)) and is_whole(pair.new.get(member))):
        return False
    return not any(readability(subject, member, pair.old[member], pair.new[member]))


def _weight(pair: Pair) -> int:
    """Return a number that is the same from either side, and of no other element: see :func:`ordering.moved`."""
    text = json.dumps(sorted(pair.known))
    return int.from_bytes(hashlib.sha256(text.encode("ascii")).digest()[:8], "big")
