"""list.*: the categories side by side. A value of the wrong type is category.*'s to report, and is passed over."""

from itertools import pairwise

from contracts.core.check import Steps
from contracts.core.finding import Finding
from contracts.event_categories.checks.registry import CHECKS
from contracts.event_categories.positions import whole_positions
from contracts.global_information.answer import Answer
from contracts.global_information.checks import elements
from contracts.global_information.describe import describe


@CHECKS.answer("list.ids-unique")
def ids_are_unique(answer: Answer) -> Steps:
    return (yield from elements.are_unique(answer, "id", elements.texts(answer, "id")))


@CHECKS.answer("list.positions-distinct")
def positions_are_distinct(answer: Answer) -> Steps:
    return (yield from elements.are_unique(answer, "position", whole_positions(answer)))


@CHECKS.answer("list.positions-ascending")
def positions_ascend(answer: Answer) -> Steps:
    positions = whole_positions(answer)
    for (_, before), (index, position) in pairwise(positions):
        if position < before:
            where, received = (
                elements.place(answer, index, "position"),
                f"{describe(position)} after {describe(before)}",
            )
            yield Finding(where, "no position lower than the one before", received)
    return len(positions)


@CHECKS.answer("list.names-unique")
def names_are_unique(answer: Answer) -> Steps:
    return (yield from elements.are_unique(answer, "name", elements.texts(answer, "name")))
