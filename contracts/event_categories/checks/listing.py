"""list.*: the categories side by side. A value of the wrong type is category.*'s to report, and is passed over."""

from collections.abc import Iterator
from itertools import pairwise
from operator import itemgetter
from typing import Any

from contracts.core.finding import step
from contracts.event_categories.checks.registry import Breach, Steps, answer_check
from contracts.event_categories.clauses import KEY
from contracts.event_categories.evidence import Answer, describe


def _texts(answer: Answer, member: str) -> list[tuple[int, str]]:
    return [(i, c[member]) for i, c in answer.categories if isinstance(c.get(member), str)]


def repeated(values: list[tuple[int, Any]]) -> dict[int, int]:
    """Return the index of each value that another one before it equals, with the index of the first of these.

    Sorted, not hashed: a target can choose numbers whose hashes are all the same.
    """
    ordered = sorted(values, key=itemgetter(1))  # stable: of equal values the first comes first
    found: dict[int, int] = {}
    first = None
    for before, (index, value) in pairwise(ordered):
        if before[1] != value:
            first = None
            continue
        first = before[0] if first is None else first
        found[index] = first
    return found


def _repetitions(values: list[tuple[int, Any]], member: str) -> Iterator[Breach]:
    holders = repeated(values)
    for index, value in values if holders else ():
        if index in holders:
            received = f"{describe(value)}, as {step(KEY)}{step(holders[index])}{step(member)} has"
            yield Breach(step(KEY) + step(index) + step(member), f"a {member} of its own", received)


@answer_check("list.ids-unique")
def ids_are_unique(answer: Answer) -> Steps:
    ids = _texts(answer, "id")
    yield from _repetitions(ids, "id")
    return len(ids)


@answer_check("list.positions-distinct")
def positions_are_distinct(answer: Answer) -> Steps:
    positions = answer.positions
    yield from _repetitions(positions, "position")
    return len(positions)


@answer_check("list.positions-ascending")
def positions_ascend(answer: Answer) -> Steps:
    positions = answer.positions
    for (_, before), (index, position) in pairwise(positions):
        if position < before:
            received = f"{describe(position)} after {describe(before)}"
            yield Breach(step(KEY) + step(index) + "/position", "no position lower than the one before", received)
    return len(positions)


@answer_check("list.names-unique")
def names_are_unique(answer: Answer) -> Steps:
    names = _texts(answer, "name")
    yield from _repetitions(names, "name")
    return len(names)
