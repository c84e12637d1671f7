"""The list as a client would show it: sorted by position, marked where something is wrong, bounded."""

from decimal import Decimal
from typing import Any

import pytest
import reports
from hypothesis import given
from hypothesis import strategies as st

from contracts.core.report import Listing, Report
from contracts.judging.evidence import Evidence
from contracts.judging.judge import MARKED, SHOWN, listing

_CATEGORIES = st.lists(
    st.fixed_dictionaries(
        {},
        optional={
            "id": st.sampled_from(["a", "b", "c"]) | st.integers(),
            "name": st.sampled_from(["a", "b"]) | st.none(),
            "display_name": st.text(max_size=3) | st.booleans(),
            "position": st.integers(-3, 3) | st.sampled_from([1.0, 2.5, "1", None, True, 10**20, [], {}]),
        },
    )
    | st.integers(),
    min_size=1,
    max_size=8,
)


def listed(report: Report) -> Listing:
    evidence = Evidence(report.target, report.exchanges, report.scope, report.contract)
    return listing(evidence, report.outcomes)


def shown_of(elements: list[Any]) -> Listing:
    return listed(reports.judged(reports.exchanges(elements)))


@given(elements=_CATEGORIES)
def test_every_element_is_shown_once_in_the_order_of_the_positions(elements: list[Any]) -> None:
    """Every element of a short list is shown once: by position, equal ones as they came, the rest behind."""
    shown = shown_of(elements)
    assert sorted(item.index for item in (*shown.items, *shown.unplaced)) == list(range(len(elements)))
    positions = [(Decimal(item.place), item.index) for item in shown.items]
    assert positions == sorted(positions)
    assert all(item.marks for item in shown.unplaced)


def test_what_stands_out_is_marked() -> None:
    """What a finding is about is marked: of two that share a value the later one, inversions, missing texts."""
    elements = [
        {"id": "a", "name": "n", "display_name": "A", "position": 2},
        {"id": "a", "name": "m", "display_name": "B", "position": 1},
        {"id": "c", "name": "n", "display_name": "C", "position": 2.0},
        {"id": "d", "name": "o", "position": 4},
        {"id": "e", "name": "p", "display_name": "E", "position": 5},
        {"id": "f", "name": "q", "display_name": "F", "position": "5"},
        {"id": "g", "name": "r", "display_name": "G", "position": "5"},
    ]
    shown = shown_of(elements)
    assert [item.marks for item in shown.unplaced] == [("no position to sort by", "the Go client fails")] * 2
    assert [(item.index, item.marks) for item in shown.items] == [
        (1, ("same id", "came after a higher position")),
        (0, ()),
        (2, ("same position", "same name", "the Go client fails")),
        (3, ("lacks a member",)),
        (4, ()),
    ]


def test_a_long_list_is_shown_within_bounds() -> None:
    """A long list is shown to a bound; of the rest, those with a finding are shown, and the others counted."""
    elements = reports.categories(2000)
    for index in (500, 501, 1999):
        elements[index]["name"] = "same"
    shown = shown_of(elements)
    assert [(item.index, item.skipped) for item in shown.items[SHOWN:]] == [(501, 301), (1999, 1497)]
    assert (shown.total, shown.omitted) == (2000, 0)
    worst = shown_of([{"position": 1}, *({"position": "x"} for _ in range(999))] * 2)
    assert (len(worst.items), len(worst.unplaced), worst.unplaced_omitted) == (2, MARKED, 1998 - MARKED)


def test_every_element_of_a_bad_list_is_counted() -> None:
    """Drawn, skipped and left out add up to the list."""
    elements = [*reports.categories(400), *reports.categories(400)]
    shown = shown_of(elements)
    assert len(shown.items) == SHOWN + MARKED
    assert len(shown.items) + sum(item.skipped for item in shown.items) + shown.omitted == 800


@pytest.mark.parametrize(
    ("body", "reason"),
    [(b"<html>", "not JSON"), (b"[]", "not an object"), (b'{"event_categories": []}', "empty"), (b"{}", "no array")],
)
def test_without_a_list_there_is_a_reason(body: bytes, reason: str) -> None:
    """What is no list is not shown, and it is said why."""
    shown = listed(reports.judged(reports.exchanges(body)))
    assert not shown.items
    assert reason in shown.reason


def test_a_run_without_the_documented_request_draws_nothing() -> None:
    """A run of clauses that need other requests has no list, nor has one without an answer."""
    assert listed(reports.judged(())).reason == "the list request was not sent"
    assert "deadline" in listed(reports.unreachable()).reason
