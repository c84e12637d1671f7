"""Properties of the observed list, as those see it who draw a menu from it; no other request is sent."""

from typing import Any

import pytest

pytest.importorskip("hypothesis", reason="needs Hypothesis: install event-categories-contracts[pytest]")

from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.core.report import Report

#: Beyond this a longer list shows nothing new, and takes long.
LARGEST = 100

Elements = list[dict[str, Any]]


def test_one_order_whatever_the_order_of_the_answer(elements: Elements, contract_report: Report) -> None:
    """However the list is shuffled, sorted by its order it is the same sequence: clients draw one and the same menu."""
    order = contract_report.contract.display.order
    if not order:
        pytest.skip(f"not applicable: {contract_report.contract.elements} have no order")
    placed = [element for element in elements if type(element.get(order)) is int][:LARGEST]

    def drawn(indexes: list[int]) -> list[int]:
        """Return the indexes of the elements in the order in which a client draws them."""
        return sorted(indexes, key=lambda index: placed[index][order])

    # Hypothesis is given indexes and no elements: it prints what it is given.
    @settings(deadline=None)
    @given(st.permutations(range(len(placed))))
    def holds(shuffled: list[int]) -> None:
        assert drawn(shuffled) == drawn(list(range(len(placed)))), (
            f"two {contract_report.contract.elements} share {order}"
        )

    holds()


def test_types_hold_on_every_part_of_the_list(elements: Elements, contract_report: Report) -> None:
    """Whichever elements a client reads, each has its texts, not empty, and a whole number where it has its order."""
    contract = contract_report.contract

    @settings(deadline=None)
    @given(st.lists(st.integers(0, len(elements) - 1), max_size=LARGEST))
    def holds(indexes: list[int]) -> None:
        for index in indexes:
            for member in contract.members:
                value, where = elements[index].get(member), f"{contract.key}[{index}].{member}"
                if member == contract.display.order:
                    assert type(value) is int, f"{where}: expected a whole number, received {str(value)[:80]!r}"
                else:
                    assert isinstance(value, str), f"{where}: expected a text, received {str(value)[:80]!r}"
                    assert value, f"{where}: expected a text that is not empty"

    holds()
