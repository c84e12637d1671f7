"""Properties of the observed list, as those see it who draw a menu from it; no other request is sent."""

from typing import Any

import pytest

pytest.importorskip("hypothesis", reason="needs Hypothesis: install event-categories-contracts[pytest]")

from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.core.clause import LIST
from contracts.core.errors import CouldNotJudge, NotExercised
from contracts.core.report import Report, State
from contracts.judging.evidence import Evidence
from contracts.judging.numbers import is_whole

#: Beyond this a longer list shows nothing new, and takes long.
LARGEST = 100


Elements = list[dict[str, Any]]


@pytest.fixture(scope="session")
def elements(contract_evidence: Evidence, contract_report: Report) -> Elements:
    """The observed elements; a skip when there are none, or when a deviation excuses what they break."""
    if waived := [outcome.clause.id for outcome in contract_report.of(State.WAIVED)]:
        pytest.skip(f"waived: {', '.join(waived)}")
    try:
        return [element for _, element in contract_evidence.answer(LIST).require_objects()]
    except (NotExercised, CouldNotJudge) as problem:
        pytest.skip(f"there are no {contract_report.contract.elements}: {problem}")


@settings(deadline=None)
@given(st.data())
def test_one_order_whatever_the_order_of_the_answer(
    elements: Elements, contract_report: Report, data: st.DataObject
) -> None:
    """However the list is shuffled, sorted by its order it is the same sequence: clients draw one and the same menu."""
    order = contract_report.contract.drawing.order
    if not order:
        pytest.skip(f"not applicable: {contract_report.contract.elements} have no order")
    placed = [element for element in elements if is_whole(element.get(order))][:LARGEST]

    def in_order(shuffled: Elements) -> Elements:
        return sorted(shuffled, key=lambda element: element[order])

    assert in_order(data.draw(st.permutations(placed))) == in_order(placed)


@settings(deadline=None)
@given(st.data())
def test_types_hold_on_every_part_of_the_list(elements: Elements, contract_report: Report, data: st.DataObject) -> None:
    """Whichever elements a client reads, each has its texts, not empty, and a whole number where it has its order."""
    contract = contract_report.contract
    for element in data.draw(st.lists(st.sampled_from(elements), max_size=min(len(elements), LARGEST))):
        for member in contract.members:
            value = element.get(member)
            if member == contract.drawing.order:
                assert is_whole(value), f"{member}: expected a whole number, received {value!r}"
            else:
                assert value and isinstance(value, str), f"{member}: expected a text, not empty, received {value!r}"
