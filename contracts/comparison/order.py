"""What moved in an order, and which positions merely follow.

One category that is inserted in front shifts the positions of all others; one that moves shifts those in between. A
line for each of them would hide the one thing that happened. So of all elements in the order of their positions, the
smallest set that moved is told one by one; the others have other numbers and the same order, which is one difference:
``positions-renumbered``. It has no line of its own beside an element whose move in the list shows the same: moving
one category of twelve, positions and all, is one line.
"""

from bisect import bisect_left
from collections.abc import Sequence
from typing import Any, NamedTuple

from contracts.comparison.observation import Known, Pair, identity_of
from contracts.comparison.subject import Subject
from contracts.judging.schema import identical, is_whole

#: What tells elements apart where nothing else does; the same from either side.
Name = tuple[Known, ...]


class Moves(NamedTuple):
    """What moved, each pair by its number: in the list, and of those whose position changed, which only follow."""

    places: set[int]
    renumbered: list[int]


def moves(subject: Subject, pairs: Sequence[Pair]) -> Moves:
    """Return what moved between two lists; the pairs stand in the order of the first."""
    names = [_name(subject, pair) for pair in pairs]
    places = moved([pair.new_index or 0 for pair in pairs], names) if subject.ordered else set()
    return Moves(places, _renumbered(subject, pairs, names, places) if subject.position else [])


def _name(subject: Subject, pair: Pair) -> Name:
    known = (next(identity_of(subject, element)) for element in (pair.old, pair.new) if element)
    return tuple(sorted(known))


def moved(ranks: Sequence[int], names: Sequence[Name]) -> set[int]:
    """Return the fewest places of a sequence of distinct ranks without which it is ascending.

    What stays is a longest increasing subsequence. Where there are several, ``names`` decide, so that the choice is
    the same from either side. Time is that of sorting.
    """
    tails: list[int] = []  # the least rank with which a subsequence of each length can end (Fredman, 1975)
    by_length: list[list[int]] = []
    for place, rank in enumerate(ranks):
        length = bisect_left(tails, rank)
        if length == len(tails):
            tails.append(rank)
            by_length.append([])
        tails[length] = rank
        by_length[length].append(place)
    left = set(range(len(ranks)))
    end, below = len(ranks), float("inf")
    for ends in reversed(by_length):
        fitting = [place for place in ends if place < end and ranks[place] < below]
        end = min(fitting, key=lambda place: names[place])
        below = ranks[end]
        left.discard(end)
    return left


def _renumbered(subject: Subject, pairs: Sequence[Pair], names: Sequence[Name], places: set[int]) -> list[int]:
    """Return those whose position changed, and whose place in the order by position did not.

    One alone is told by itself, unless an element that moved in the list as well tells it.
    """
    numbers = {number: positions for number, pair in enumerate(pairs) if (positions := _plain(subject, pair))}
    changed = {number for number, (old, new) in numbers.items() if not identical(old, new)}
    if not changed:
        return []
    before = sorted(numbers, key=lambda number: (*numbers[number], names[number]))
    after = sorted(numbers, key=lambda number: (*reversed(numbers[number]), names[number]))
    ranks = {number: rank for rank, number in enumerate(after)}
    alone = {before[place] for place in moved([ranks[n] for n in before], [names[n] for n in before])}
    following = sorted(changed - alone)
    return following if len(following) > 1 or places & alone & changed else []


def _plain(subject: Subject, pair: Pair) -> tuple[Any, Any] | None:
    """Return both positions where they are whole numbers, and no client reads one of them and not the other."""
    member = subject.position or ""
    old, new = (element.get(member) for element in (pair.old, pair.new) if element is not None)
    same = is_whole(old) and is_whole(new) and subject.read_by(member, old) == subject.read_by(member, new)
    return (old, new) if same else None
