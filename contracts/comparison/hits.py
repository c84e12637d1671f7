"""What two readings differ in: each fact once, as the rule that it hits and the values that it is about."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import pairwise
from typing import Any, NamedTuple

from contracts.comparison.observation import Known, Pair, Reading, match
from contracts.comparison.order import moves
from contracts.comparison.rules import BY_ID, Rule
from contracts.comparison.subject import Subject
from contracts.comparison.values import content_rules, kind, shown, text_of
from contracts.core.text import shorten
from contracts.judging.schema import ABSENT, identical

#: What a hit is about, whatever the values: its rule, element and member.
Key = tuple[str, Known | None, str | None]
#: The rules that tell that a member came, that it went, and that it has another value of the same type.
_Rules = tuple[str, str, str]
_OF_ROOT = "top-level-member-added", "top-level-member-removed", "value-changed"


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
    def key(self) -> Key:
        """What it is about."""
        return self.rule.id, self.pair and self.pair.known, self.member


def hits(subject: Subject, old: Reading, new: Reading) -> Iterator[list[Hit]]:
    """Iterate over what two readings differ in, all of one element or of one member of the root together."""
    for member, *values in _changes(old.top_level, new.top_level):
        yield list(_of_value(None, member, values, _OF_ROOT, subject.top_level_read_by))
    matched = match(subject, old.elements, new.elements)
    for pair in matched.removed:
        yield [Hit(BY_ID["element-removed"], pair, None, pair.old, ABSENT), *_of_clients(subject, pair)]
    for pair in matched.added:
        yield [Hit(BY_ID["element-added"], pair, None, ABSENT, pair.new), *_of_clients(subject, pair)]
    yield from _of_pairs(subject, matched.pairs)


def _of_pairs(subject: Subject, pairs: Sequence[Pair]) -> Iterator[list[Hit]]:
    """Iterate over what differs in the elements that both lists have, in the order of the new one."""
    places, renumbered = moves(subject, pairs)
    if renumbered:
        yield [_renumbered([pairs[number] for number in renumbered], subject.position or "")]
    follows = set(renumbered)
    order = sorted(range(len(pairs)), key=lambda number: pairs[number].new_index or 0)
    in_front = dict(pairwise(reversed(order)))
    for number in order:
        pair = pairs[number]
        found: list[Hit] = []
        if number in places:
            before = pairs[number - 1] if number else None
            after = pairs[in_front[number]] if number in in_front else None
            found.append(Hit(BY_ID["order-moved"], pair, None, _behind(before), _behind(after)))
        for member, *values in _changes(pair.old or {}, pair.new or {}):
            if member != subject.position or number not in follows:
                rules = "member-added", "member-removed", _same_type(subject, member)
                found += _of_value(pair, member, values, rules, partial(subject.read_by, member))
        yield found


def _renumbered(pairs: Sequence[Pair], member: str) -> Hit:
    values = ((element or {})[member] for element in (pairs[0].old, pairs[0].new))
    before, after = (f"{shown(value)} and {len(pairs) - 1:,} more" for value in values)
    return Hit(BY_ID["positions-renumbered"], None, None, before, after, times=len(pairs))


def _behind(pair: Pair | None) -> str:
    """Return a place in words that hold whatever is inserted or removed in front of it."""
    return f'after "{shorten(pair.known[1], 80)}"' if pair else "first"


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
    if member in (subject.id, subject.name):
        return "id-changed" if member == subject.id else "name-changed"
    if member in subject.references:
        return "reference-changed"
    if member == subject.position:
        return "position-changed"
    return "display-text-changed" if member in subject.display else "value-changed"


def _changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    """Iterate over the names of two objects, each with its values, but for most of those that have the same one."""
    for name in sorted(old.keys() | new.keys()):
        before, after = old.get(name, ABSENT), new.get(name, ABSENT)
        if type(before) is type(after) and isinstance(before, (str, int)):  # to Python, others equal what they are not
            if before != after:
                yield name, before, after
        elif before is not after:
            yield name, before, after
