"""list.*: the categories side by side. A value of the wrong type is category.*'s to report, and is passed over."""

from itertools import pairwise
from typing import Any

from contracts.core.check import Steps, findings_of
from contracts.core.finding import Finding
from contracts.event_categories.checks.registry import CHECKS
from contracts.event_categories.positions import whole_positions
from contracts.global_information.checks import elements
from contracts.judging.answer import Answer
from contracts.judging.describe import describe


@CHECKS.answer("list.ids-unique")
def ids_are_unique(answer: Answer) -> Steps:
    return (yield from elements.are_unique(answer, "id", elements.texts(answer, "id")))


@CHECKS.answer("list.positions-distinct")
def positions_are_distinct(answer: Answer) -> Steps:
    return (yield from elements.are_unique(answer, "position", whole_positions(answer)))


@CHECKS.answer("list.positions-ascending")
def positions_ascend(answer: Answer) -> Steps:
    positions = whole_positions(answer)
    lower = ((pair, before) for (_, before), pair in pairwise(positions) if pair[1] < before)

    def finding(found: tuple[tuple[int, Any], Any]) -> Finding:
        (index, position), before = found
        received = f"{describe(position)} after {describe(before)}"
        return Finding(elements.place(answer, index, "position"), "no position lower than the one before", received)

    yield from findings_of(lower, finding)
    return len(positions)


@CHECKS.answer("list.names-unique")
def names_are_unique(answer: Answer) -> Steps:
    return (yield from elements.are_unique(answer, "name", elements.texts(answer, "name")))
