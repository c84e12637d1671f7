"""What two readings differ in: each fact once, as the rule that it hits and the values that it is about.

One category that is inserted in front shifts the positions of all others; one that moves shifts those in between. A
line for each of them would hide the one thing that happened. So of all elements in the order of their positions, the
smallest set that moved is told one by one; the others have other numbers and the same order, which is one difference:
``positions-renumbered``. It has no line of its own beside an element whose move in the list shows the same: moving
one category of twelve, positions and all, is one line.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Any, NamedTuple

from contracts.comparison.rules import BY_ID, Rule
from contracts.comparison.snapshot import Object, Reading, shared
from contracts.comparison.subject import Subject
from contracts.comparison.values import content_rules, kind, named, shown, text_of
from contracts.judging.values import ABSENT, identical, is_whole

#: A member and its text by which an element is known.
Known = tuple[str, str]
#: What a hit is about, whatever the values: its rule, element and member.
Key = tuple[str, Known | None, str | None]
#: The rules that tell that a member came, that it went, and that it has another value of the same type.
_Rules = tuple[str, str, str]
_OF_ROOT = "top-level-member-added", "top-level-member-removed", "value-changed"


@dataclass(frozen=True)
class Element:
    """What a difference calls its element: id and name as the old side has them, or as the new one does if new."""

    id: str | None
    name: str | None


class Pair(NamedTuple):
    """The same element in two lists, or one that only one of them has: index and element are None in the other.

    ``known`` is what the element is called, and stays the same when the rest changes: by the old list, if it is there.
    """

    old_index: int | None
    new_index: int | None
    old: Object | None
    new: Object | None
    known: Known


class Hit(NamedTuple):
    """A rule that two readings hit.

    ``pair`` is None where the root or the whole list differs. ``before`` and ``after`` are values, and of what is
    about an order the words for a place. ``clients`` are those whose reading changed, ``times`` says of how many
    elements one hit tells.
    """

    rule: Rule
    pair: Pair | None
    member: str | None
    before: Any
    after: Any
    clients: tuple[str, ...] = ()
    times: int = 1

    @property
    def known(self) -> Known | None:
        """What the element is called, None where it is about none."""
        return self.pair and self.pair.known

    @property
    def element(self) -> Element | None:
        """What a difference calls the element, None where it is about none."""
        known = self.pair and (self.pair.old or self.pair.new)
        if not known:
            return None
        return Element(*(text if isinstance(text := known.get(member), str) else None for member in ("id", "name")))

    @property
    def key(self) -> Key:
        """What it is about."""
        return self.rule.id, self.known, self.member


def hits(subject: Subject, old: Reading, new: Reading) -> Iterator[list[Hit]]:
    """Iterate over what two readings differ in, all of one element or of one member of the root together."""
    for member, *values in _changes(old.top_level, new.top_level):
        yield list(_of_value(None, member, values, _OF_ROOT, subject.top_level_read_by))
    both, removed, added = match(old.elements, new.elements)
    for pair in removed:
        yield [Hit(BY_ID["element-removed"], pair, None, pair.old, ABSENT), *_of_clients(subject, pair)]
    for pair in added:
        yield [Hit(BY_ID["element-added"], pair, None, ABSENT, pair.new), *_of_clients(subject, pair)]
    yield from _of_pairs(subject, both)


def match(old: Sequence[Object], new: Sequence[Object]) -> tuple[list[Pair], ...]:
    """Return which elements are the same, by id, then by name, in the order of the old list; what went; what came.

    A name that two of one list share matches nothing.
    """
    found: dict[int, int] = {}
    left_old, left_new = dict(enumerate(old)), dict(enumerate(new))
    for member in ("id", "name"):
        unclear = shared(old, member) | shared(new, member)
        places = {text: index for index, e in left_new.items() if isinstance(text := e.get(member), str)}
        for index, element in list(left_old.items()):
            text = element.get(member)
            if isinstance(text, str) and text in places and text not in unclear:
                found[index] = places[text]
                del left_old[index], left_new[places[text]]
    return (
        [Pair(i, j, old[i], new[j], _known(old[i])) for i, j in sorted(found.items())],
        [Pair(i, None, e, None, _known(e)) for i, e in left_old.items()],
        [Pair(None, j, None, e, _known(e)) for j, e in left_new.items()],
    )


def _known(element: Object) -> Known:
    member = "id" if isinstance(element.get("id"), str) else "name"
    return member, element[member]


def _of_pairs(subject: Subject, pairs: Sequence[Pair]) -> Iterator[list[Hit]]:
    """Iterate over what differs in the elements that both lists have, in the order of the new one."""
    names = [tuple(sorted(_known(each) for each in (pair.old, pair.new) if each)) for pair in pairs]
    places = moved([pair.new_index or 0 for pair in pairs], names) if subject.ordered else set()
    follows = _renumbered(subject, pairs, names, places) if subject.position else []
    if follows:
        yield [_of_numbers([pairs[number] for number in follows], subject.position or "")]
    order = sorted(range(len(pairs)), key=lambda number: pairs[number].new_index or 0)
    in_front = dict(pairwise(reversed(order)))
    following = set(follows)
    for number in order:
        pair = pairs[number]
        found: list[Hit] = []
        if number in places:
            before = pairs[number - 1] if number else None
            after = pairs[in_front[number]] if number in in_front else None
            found.append(Hit(BY_ID["order-moved"], pair, None, _behind(before), _behind(after)))
        for member, *values in _changes(pair.old or {}, pair.new or {}):
            if member != subject.position or number not in following:
                rules = "member-added", "member-removed", _same_type(subject, member)
                found += _of_value(pair, member, values, rules, partial(subject.read_by, member))
        yield found


def _of_numbers(pairs: Sequence[Pair], member: str) -> Hit:
    values = ((element or {})[member] for element in (pairs[0].old, pairs[0].new))
    before, after = (f"{shown(value)} and {len(pairs) - 1:,} more" for value in values)
    return Hit(BY_ID["positions-renumbered"], None, None, before, after, times=len(pairs))


def _behind(pair: Pair | None) -> str:
    """Return a place in words that hold whatever is inserted or removed in front of it."""
    return f'after "{named(pair.known[1])}"' if pair else "first"


def moved(ranks: Sequence[int], names: Sequence[tuple[Known, ...]]) -> set[int]:
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


def _renumbered(
    subject: Subject, pairs: Sequence[Pair], names: Sequence[tuple[Known, ...]], places: set[int]
) -> list[int]:
    """Return those whose position changed, and whose place in the order by position did not, by their number.

    One alone is told by itself, unless an element that moved in the list as well tells it.
    """
    numbers = {number: both for number, pair in enumerate(pairs) if (both := _positions(subject, pair))}
    changed = {number for number, (old, new) in numbers.items() if not identical(old, new)}
    if not changed:
        return []
    before = sorted(numbers, key=lambda number: (*numbers[number], names[number]))
    after = sorted(numbers, key=lambda number: (*reversed(numbers[number]), names[number]))
    ranks = {number: rank for rank, number in enumerate(after)}
    alone = {before[place] for place in moved([ranks[n] for n in before], [names[n] for n in before])}
    following = sorted(changed - alone)
    return following if len(following) > 1 or places & alone & changed else []


def _positions(subject: Subject, pair: Pair) -> tuple[Any, Any] | None:
    """Return both positions where they are whole numbers, and no client reads one of them and not the other."""
    member = subject.position or ""
    old, new = (element.get(member) for element in (pair.old, pair.new) if element is not None)
    same = is_whole(old) and is_whole(new) and subject.read_by(member, old) == subject.read_by(member, new)
    return (old, new) if same else None


def _of_value(
    pair: Pair | None, member: str, values: Sequence[Any], rules: _Rules, read_by: Callable[[Any], tuple[str, ...]]
) -> Iterator[Hit]:
    """Yield what tells a change of a member, and then whose reading it changed."""
    before, after = values
    for rule in _told(rules, before, after):
        yield Hit(BY_ID[rule], pair, member, before, after)
    yield from _concerned(pair, member, values, read_by)


def _told(rules: _Rules, before: Any, after: Any) -> Iterator[str]:
    added, removed, changed = rules
    if before is ABSENT or after is ABSENT:
        yield added if before is ABSENT else removed
    elif identical(before, after):
        if text_of(before) != text_of(after):
            yield "literal-changed"
    elif before is None or after is None:
        yield "no-longer-null" if before is None else "became-null"
    elif kind(before) != kind(after):
        yield "type-changed"
    elif changed == "value-changed" and isinstance(before, (dict, list)):
        yield from content_rules(before, after)
    else:
        yield changed


def _concerned(
    pair: Pair | None, member: str, values: Sequence[Any], read_by: Callable[[Any], tuple[str, ...]]
) -> Iterator[Hit]:
    """Yield that clients cannot read a value any more, or can now."""
    could, can = map(read_by, values)
    for rule, one, other in (("client-unreadable", could, can), ("client-readable", can, could)):
        if clients := tuple(name for name in one if name not in other):
            yield Hit(BY_ID[rule], pair, member, values[0], values[1], clients)


def _of_clients(subject: Subject, pair: Pair) -> Iterator[Hit]:
    """Yield what a client cannot read of an element that came, or could not of one that went."""
    for member, *values in _changes(pair.old or {}, pair.new or {}):
        yield from _concerned(pair, member, values, partial(subject.read_by, member))


def _same_type(subject: Subject, member: str) -> str:
    """Return the rule for a member that has another value of the same type."""
    named = {"id": "id-changed", "name": "name-changed", subject.position: "position-changed"}
    named |= dict.fromkeys(subject.references, "reference-changed")
    named |= dict.fromkeys(subject.display, "display-text-changed")
    return named.get(member, "value-changed")


def _changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    """Iterate over the names of two objects, each with its values, but for most of those that have the same one."""
    for name in sorted(old.keys() | new.keys()):
        before, after = old.get(name, ABSENT), new.get(name, ABSENT)
        if type(before) is type(after) and isinstance(before, (str, int)):  # to Python, others equal what they are not
            if before != after:
                yield name, before, after
        elif before is not after:
            yield name, before, after
