"""The positions of categories, as far as they are numbers to sort by."""

from typing import Any

from contracts.global_information.answer import Answer
from contracts.global_information.numbers import is_whole


def whole_positions(answer: Answer) -> list[tuple[int, Any]]:
    """Return the positions that are whole numbers, each with the index of its category.

    Raises:
        NotExercised: there is no category.
    """
    found = ((index, category.get("position")) for index, category in answer.require_objects())
    # Nearly every position is an int; asking that first halves the time for a long list.
    return [(index, position) for index, position in found if type(position) is int or is_whole(position)]
