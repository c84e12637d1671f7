"""The list as a client would show it: in its order, with the elements marked that a finding is about."""

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from contracts.core.clause import LIST
from contracts.core.contract import Contract
from contracts.core.deadline import check
from contracts.core.errors import ContractsError, Late
from contracts.core.exchange import Exchange
from contracts.core.finding import step
from contracts.core.report import Report
from contracts.core.text import shorten
from contracts.judging.answer import Answer
from contracts.judging.column import Column
from contracts.judging.describe import describe

#: A long list is drawn so far; of what comes later, only as many elements as are marked.
DRAWN, MARKED = 200, 50

_TEXT, _NUMBER = 120, 24

#: What findings say of elements, by the index of each.
Marks = tuple[tuple[int, tuple[str, ...]], ...]


@dataclass(frozen=True)
class Item:
    """An element of the list: its ``index`` in the answer, its texts, and what is wrong with it.

    ``place`` is the value that gives the order, ``title`` what a person reads, ``codes`` what a program does.
    ``skipped`` is the number of elements that are left out before it.
    """

    index: int
    place: str
    title: str
    codes: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    skipped: int = 0


@dataclass(frozen=True)
class Drawing:
    """What is drawn of a list of ``total`` elements, in the order of a member, or as they came when there is none.

    ``unplaced`` are those without a value to sort by, ``omitted`` the number of those left out at the end. Without a
    list, ``reason`` says why there is none.
    """

    order: str = ""
    items: tuple[Item, ...] = ()
    unplaced: tuple[Item, ...] = ()
    total: int = 0
    omitted: int = 0
    unplaced_omitted: int = 0
    reason: str = ""


def drawing(report: Report) -> Drawing:
    """Return the list that the documented request was answered with, drawn within bounds."""
    exchange = next((exchange for exchange in report.exchanges if exchange.probe == LIST), None)
    if exchange is None:
        return Drawing(reason="the documented request was not sent")
    return _drawing(exchange, report.contract, _marks(report))


@lru_cache(maxsize=1)  # the page is rendered by itself and into the bundle
def _drawing(exchange: Exchange, contract: Contract, marked: Marks) -> Drawing:
    try:
        elements = Answer(exchange.observed(), contract).require_list()
    except Late:
        raise
    except ContractsError as problem:
        return Drawing(reason=str(problem))
    order = contract.drawing.order
    marks = dict(marked)
    everything = Column(range(len(elements)), elements)
    placed = everything.objects.member(order).whole_numbers if order else Column(everything.indexes, everything.indexes)
    check()
    unplaced = sorted(set(everything.indexes).difference(placed.indexes))
    in_order = [index for _, index in sorted(zip(placed.values, placed.indexes, strict=True))]
    drawn, omitted = _bounded(in_order, marks)

    def item(index: int, skipped: int = 0) -> Item:
        place, title, *codes = _texts(elements[index], contract)
        return Item(index, place, title, tuple(filter(None, codes)), marks.get(index, ()), skipped)

    return Drawing(
        order,
        tuple(item(index, skipped) for index, skipped in drawn),
        tuple(item(index) for index in unplaced[:MARKED]),
        len(elements),
        omitted,
        len(unplaced[MARKED:]),
    )


def _marks(report: Report) -> Marks:
    """Return what findings about the list say of each element, by its index."""
    place = re.compile(re.escape(step(report.contract.key)) + r"/([0-9]+)(?:/|$)")
    marks: dict[int, list[str]] = defaultdict(list)
    for outcome in report.outcomes:
        for finding in outcome.findings:
            match = place.match(finding.where) if finding.probe == LIST else None
            mark = report.contract.drawing.marks.get(outcome.clause.id, outcome.clause.id)
            if match and mark not in marks[int(match[1])]:
                marks[int(match[1])].append(mark)
    return tuple((index, tuple(of_element)) for index, of_element in marks.items())


def _bounded(order: list[int], marks: Mapping[int, tuple[str, ...]]) -> tuple[list[tuple[int, int]], int]:
    """Return what is drawn: the first indices and the first later ones that are marked.

    Each comes with the number of those left out before it; the second value is the number left out at the end.
    """
    drawn = [(index, 0) for index in order[:DRAWN]]
    skipped = 0
    for index in order[DRAWN:]:
        if marks.get(index) and len(drawn) < DRAWN + MARKED:
            drawn.append((index, skipped))
            skipped = 0
        else:
            skipped += 1
    return drawn, skipped


def _texts(element: Any, contract: Contract) -> list[str]:
    """Return the texts of an element: its place, its title, and its codes."""
    if not isinstance(element, dict):
        return ["", shorten(describe(element), _TEXT)]
    drawn = contract.drawing
    place = shorten(describe(element[drawn.order]), _NUMBER) if drawn.order in element else ""
    return [place, *(_text(element[name]) if name in element else "" for name in (drawn.title, *drawn.codes))]


def _text(value: Any) -> str:
    return shorten(value if isinstance(value, str) else describe(value), _TEXT)
