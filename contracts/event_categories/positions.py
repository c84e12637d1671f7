"""The positions of categories, as far as they are numbers to sort by."""

from contracts.judging.answer import Answer
from contracts.judging.column import Column


def whole_positions(answer: Answer) -> Column:
    """Return the positions that are whole numbers.

    Raises:
        NotExercised: no category is an object.
    """
    return answer.column("position").whole_numbers
