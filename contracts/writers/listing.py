"""The list as a client would show it: in the order of the positions, with what stands out marked."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from contracts.core.deadline import watched
from contracts.core.errors import ContractsError, Late
from contracts.core.exchange import Exchange
from contracts.core.finding import shorten
from contracts.core.report import Report
from contracts.event_categories.checks.listing import repeated
from contracts.event_categories.evidence import Answer, describe
from contracts.event_categories.schema import is_whole

#: A long list is drawn so far; of what comes later, only as many elements as stand out.
DRAWN, OFFENDERS = 200, 50

_TEXT, _NUMBER = 120, 24


@dataclass(frozen=True)
class Item:
    """An element of the list: its ``index`` in the answer, its texts, and what is wrong with it.

    ``skipped`` is the number of elements that are left out before it.
    """

    index: int
    position: str
    display_name: str
    name: str = ""
    id: str = ""
    marks: tuple[str, ...] = ()
    skipped: int = 0


@dataclass(frozen=True)
class Listing:
    """What is drawn of a list of ``total`` elements.

    ``unplaced`` are those without a position to sort by, ``omitted`` the number of those left out at the end.
    Without a list, ``reason`` says why there is none.
    """

    items: tuple[Item, ...] = ()
    unplaced: tuple[Item, ...] = ()
    total: int = 0
    omitted: int = 0
    unplaced_omitted: int = 0
    reason: str = ""


def listing(report: Report) -> Listing:
    """Return the list that the documented request was answered with, in position order, drawn within bounds."""
    exchange = next((exchange for exchange in report.exchanges if exchange.probe == "list"), None)
    if exchange is None:
        return Listing(reason="the documented request was not sent")
    return _listing(exchange)


@lru_cache(maxsize=1)  # the page is rendered by itself and into the bundle
def _listing(exchange: Exchange) -> Listing:
    try:
        elements = Answer(exchange.observed()).elements
    except Late:
        raise
    except ContractsError as problem:
        return Listing(reason=str(problem))
    marks = list(_marks(elements))
    order = [index for _, index in sorted((e["position"], i) for i, e in enumerate(elements) if _has_place(e))]
    unplaced = [index for index, element in enumerate(elements) if not _has_place(element)]
    drawn, omitted = _bounded(order, marks)
    return Listing(
        tuple(_item(index, elements[index], marks[index], skipped) for index, skipped in drawn),
        tuple(_item(index, elements[index], marks[index]) for index in unplaced[:OFFENDERS]),
        len(elements),
        omitted,
        len(unplaced[OFFENDERS:]),
    )


def _has_place(element: Any) -> bool:
    return isinstance(element, dict) and is_whole(element.get("position"))


def _marks(elements: list[Any]) -> Iterator[tuple[str, ...]]:
    """Yield what stands out about each element, in the order of the answer."""
    shared = {member: _repeated(elements, member) for member in ("id", "name", "position")}
    before = None
    for index, element in enumerate(watched(elements)):
        if not isinstance(element, dict):
            yield ("not an object",)
            continue
        marks = [f"same {member}" for member, indices in shared.items() if index in indices]
        position = element.get("position")
        if not _has_place(element):
            marks.append("no position to sort by")
        elif before is not None and position < before:
            marks.append("came after a higher position")
        before = position if _has_place(element) else before
        if not isinstance(element.get("display_name"), str):
            marks.append("no display_name")
        yield tuple(marks)


def _item(index: int, element: Any, marks: tuple[str, ...], skipped: int = 0) -> Item:
    if not isinstance(element, dict):
        return Item(index, "", _text(element), marks=marks)
    display_name, name, id_ = (
        _text(element[member]) if member in element else "" for member in ("display_name", "name", "id")
    )
    position = shorten(describe(element["position"]), _NUMBER) if "position" in element else ""
    return Item(index, position, display_name, name, id_, marks, skipped)


def _repeated(elements: list[Any], member: str) -> set[int]:
    """Return the indices of the elements that share a member with another one."""
    keys = ((i, _key(element, member)) for i, element in enumerate(elements) if isinstance(element, dict))
    holders = repeated([(index, key) for index, key in keys if key is not None])
    return {*holders, *holders.values()}


def _key(element: dict[str, Any], member: str) -> Any:
    """Return the value that must be unique, or None when it is of another kind than it should be."""
    value = element.get(member)
    return value if (is_whole(value) if member == "position" else isinstance(value, str)) else None


def _bounded(order: list[int], marks: list[tuple[str, ...]]) -> tuple[list[tuple[int, int]], int]:
    """Return what is drawn: the first indices and the first later ones that stand out.

    Each comes with the number of those left out before it; the second value is the number left out at the end.
    """
    drawn = [(index, 0) for index in order[:DRAWN]]
    skipped = 0
    for index in order[DRAWN:]:
        if marks[index] and len(drawn) < DRAWN + OFFENDERS:
            drawn.append((index, skipped))
            skipped = 0
        else:
            skipped += 1
    return drawn, skipped


def _text(value: Any) -> str:
    return shorten(value, _TEXT) if isinstance(value, str) else describe(value)
