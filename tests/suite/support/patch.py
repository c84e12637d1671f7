"""Making the new reading of the old one and of the rules that were hit: the proof that nothing was left out."""

from collections.abc import Iterable
from typing import Any

from contracts.comparison.hits import Hit
from contracts.comparison.snapshot import Reading
from contracts.comparison.subject import Subject
from contracts.judging.values import ABSENT, identical

_WHOLE = ("element-removed", "element-added", "order-moved", "positions-renumbered")


def patch(subject: Subject, old: Reading, new: Reading, groups: Iterable[list[Hit]]) -> Reading:
    """Return the old reading after all that the hits tell; of ``new`` only what they point at is read.

    In a list whose order means nothing, what was added comes where it was, as far as that is possible.
    """
    hits = [hit for group in groups for hit in group]
    elements = [dict(element) for element in old.elements]
    root = dict(old.top_level)
    for hit in hits:
        if hit.member is not None:
            old_index = hit.pair.old_index if hit.pair else None
            if hit.pair is None:
                _set(root, hit.member, hit.after)
            elif old_index is not None and hit.pair.new_index is not None:
                _set(elements[old_index], hit.member, hit.after)
    for hit in hits:
        if hit.rule.id == "positions-renumbered":  # it names no element: what is left to tell are the positions
            _renumber(subject, elements, new, hit.times)
    placed = [hit.pair for hit in hits if hit.rule.id in _WHOLE and hit.pair]
    leaving = {pair.old_index for pair in placed}
    arriving = {
        pair.new_index: pair.new if pair.old_index is None else elements[pair.old_index]
        for pair in placed
        if pair.new_index is not None
    }
    staying = (element for index, element in enumerate(elements) if index not in leaving)
    total = len(elements) - len(leaving - {None}) + len(arriving)
    made = [arriving[index] if index in arriving else next(staying) for index in range(total)]
    return Reading([element for element in made if element is not None], root)


def _renumber(subject: Subject, elements: list[dict[str, Any]], new: Reading, times: int) -> None:
    """Give the elements the positions of the new reading, and see that so many had another one."""
    position = subject.position or ""
    positions = {_known(each): each.get(position, ABSENT) for each in new.elements}
    changed = 0
    for element in elements:
        value = positions.get(_known(element), ABSENT)
        if value is not ABSENT and not identical(element.get(position, ABSENT), value):
            element[position] = value
            changed += 1
    assert changed == times


def _set(members: dict[str, Any], member: str, value: Any) -> None:
    if value is ABSENT:
        members.pop(member, None)
    else:
        members[member] = value


def _known(element: dict[str, Any]) -> tuple[str, Any]:
    member = "id" if isinstance(element.get("id"), str) else "name"
    return member, element[member]
