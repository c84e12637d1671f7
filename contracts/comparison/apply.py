"""Making the new side of the old one and of what was reported: the proof that nothing was left out."""

from collections.abc import Iterable
from typing import Any

from contracts.comparison.difference import Difference, Edit
from contracts.comparison.observation import Reading
from contracts.comparison.values import ABSENT


def apply(old: Reading, differences: Iterable[Difference]) -> Reading:
    """Return the old reading after every edit of these differences.

    Where all differences of a comparison are given, it is the first reading of the new side: the same values in the
    same order. In a list whose order means nothing, what was added comes where it was, as far as that is possible.
    """
    edits = [edit for difference in differences for edit in difference.edits]
    elements = [dict(element) for element in old.elements]
    root = dict(old.top_level)
    for edit in edits:
        if edit.member is not None:
            _set(root if edit.old_index is None else elements[edit.old_index], edit.member, edit.value)
    return Reading(tuple(_placed(elements, [edit for edit in edits if edit.member is None])), root)


def _set(members: dict[str, Any], member: str, value: Any) -> None:
    if value is ABSENT:
        members.pop(member, None)
    else:
        members[member] = value


def _placed(elements: list[dict[str, Any]], edits: list[Edit]) -> list[dict[str, Any]]:
    """Return the elements after those that move, come or go: what stays fills the places in between."""
    leaving = {edit.old_index for edit in edits}
    arriving = {
        edit.new_index: edit.value if edit.old_index is None else elements[edit.old_index]
        for edit in edits
        if edit.new_index is not None
    }
    staying = (element for index, element in enumerate(elements) if index not in leaving)
    total = len(elements) - len(leaving - {None}) + len(arriving)
    return [arriving[index] if index in arriving else next(staying) for index in range(total)]
