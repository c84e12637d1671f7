"""From the documented answer to the list as a person would see it, within bounds."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from contracts.core.clause import LIST
from contracts.core.contract import Contract
from contracts.core.errors import ContractsError, Late
from contracts.core.finding import step
from contracts.core.listing import Item, Listing
from contracts.core.report import Outcome
from contracts.core.text import shorten
from contracts.judging.answer import Answer, Column
from contracts.judging.evidence import Evidence
from contracts.judging.values import describe

#: A long list is shown so far; of what comes later, only as many elements as are marked.
SHOWN, MARKED = 200, 50

_TEXT, _NUMBER = 120, 24

#: What findings say of elements, by the index of each.
_Marks = Mapping[int, list[str]]


def listing(evidence: Evidence, outcomes: Iterable[Outcome]) -> Listing:
    """Return the list that the documented request was answered with, marked with what the outcomes say of it.

    Raises:
        Late: the time of the run is over.
    """
    try:
        answer = evidence.answer(LIST)
        elements = answer.require_list()
        placed = _placed(answer, elements)
    except Late:
        raise
    except ContractsError as problem:
        return Listing(reason=str(problem))
    contract = evidence.contract
    marks = _marks(contract, outcomes)
    unplaced = sorted(set(range(len(elements))).difference(placed.indexes))
    in_order = [index for _, index in sorted(zip(placed.values, placed.indexes, strict=True))]
    shown, omitted = _bounded(in_order, marks)

    def item(index: int, skipped: int = 0) -> Item:
        place, title, *codes = _texts(elements[index], contract)
        return Item(index, place, title, tuple(filter(None, codes)), tuple(marks.get(index, ())), skipped)

    return Listing(
        contract.display.order,
        tuple(item(index, skipped) for index, skipped in shown),
        tuple(item(index) for index in unplaced[:MARKED]),
        len(elements),
        omitted,
        len(unplaced[MARKED:]),
        reason="",
    )


def _placed(answer: Answer, elements: list[Any]) -> Column:
    """Return the values by which the elements are ordered: where there is no such member, their indexes."""
    order = answer.contract.display.order
    if not order:
        return Column(range(len(elements)), range(len(elements)))
    return Column(range(len(elements)), elements).objects.member(order).whole_numbers


def _marks(contract: Contract, outcomes: Iterable[Outcome]) -> _Marks:
    """Return what findings about the list say of each element, by its index."""
    place = re.compile(re.escape(step(contract.key)) + r"/([0-9]+)(?:/|$)")
    marks: dict[int, list[str]] = defaultdict(list)
    for outcome in outcomes:
        for finding in outcome.findings:
            match = place.match(finding.where) if finding.probe == LIST else None
            mark = contract.display.marks.get(outcome.clause.id, outcome.clause.id)
            if match and mark not in marks[int(match[1])]:
                marks[int(match[1])].append(mark)
    return marks


def _bounded(order: list[int], marks: _Marks) -> tuple[list[tuple[int, int]], int]:
    """Return what is shown: the first indices and the first later ones that are marked.

    Each comes with the number of those left out before it; the second value is the number left out at the end.
    """
    shown = [(index, 0) for index in order[:SHOWN]]
    skipped = 0
    for index in order[SHOWN:]:
        if marks.get(index) and len(shown) < SHOWN + MARKED:
            shown.append((index, skipped))
            skipped = 0
        else:
            skipped += 1
    return shown, skipped


def _texts(element: Any, contract: Contract) -> list[str]:
    """Return the texts of an element: its place, its title, and its codes."""
    if not isinstance(element, dict):
        return ["", shorten(describe(element), _TEXT)]
    display = contract.display
    place = shorten(describe(element[display.order]), _NUMBER) if display.order in element else ""
    return [place, *(_text(element[name]) if name in element else "" for name in (display.title, *display.codes))]


def _text(value: Any) -> str:
    return shorten(value if isinstance(value, str) else describe(value), _TEXT)
