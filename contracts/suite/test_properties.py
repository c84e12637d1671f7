"""Properties of the observed list, as those see it who draw a menu from it; no other request is sent."""

from typing import Any

import pytest

pytest.importorskip("hypothesis", reason="needs Hypothesis: install event-categories-contracts[pytest]")

from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.core.clause import LIST
from contracts.core.errors import CouldNotJudge, NotExercised
from contracts.core.report import Report, State
from contracts.global_information.evidence import Evidence
from contracts.global_information.schema import is_whole

#: Beyond this a longer list shows nothing new, and takes long.
LARGEST = 100


@pytest.fixture(scope="session")
def categories(contract_evidence: Evidence, contract_report: Report) -> list[dict[str, Any]]:
    """The observed categories; a skip when there are none, or when a deviation excuses what they break."""
    if waived := [outcome.clause.id for outcome in contract_report.of(State.WAIVED)]:
        pytest.skip(f"waived: {', '.join(waived)}")
    try:
        return [category for _, category in contract_evidence.answer(LIST).require_objects()]
    except (NotExercised, CouldNotJudge) as problem:
        pytest.skip(f"there are no categories: {problem}")


@settings(deadline=None)
@given(st.data())
def test_positions_give_one_order_whatever_the_order_of_the_answer(
    categories: list[dict[str, Any]], data: st.DataObject
) -> None:
    """However the list is shuffled, sorted by position it is the same sequence: clients draw one and the same menu."""
    placed = [category for category in categories if is_whole(category.get("position"))][:LARGEST]

    def in_order(listing: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return sorted(listing, key=lambda category: category["position"])

    assert in_order(data.draw(st.permutations(placed))) == in_order(placed)


@settings(deadline=None)
@given(st.data())
def test_types_hold_on_every_part_of_the_list(categories: list[dict[str, Any]], data: st.DataObject) -> None:
    """Whichever categories a client reads, each has its texts, not empty, and a whole number as position."""
    for category in data.draw(st.lists(st.sampled_from(categories), max_size=min(len(categories), LARGEST))):
        for member in ("id", "name", "display_name"):
            text = category.get(member)
            assert text and isinstance(text, str), f"{member}: expected a text, not empty, received {text!r}"
        position = category.get("position")
        assert is_whole(position), f"position: expected a whole number, received {position!r}"
