"""What the tests of the contract ask of the observed answer."""

from typing import Any

import pytest

from contracts.core.contract import LIST
from contracts.core.errors import CouldNotJudge, NotExercised
from contracts.core.report import Report, State
from contracts.judging.evidence import Evidence
from contracts.pytest_plugin.session import plain


@pytest.fixture
def body(contract_evidence: Evidence, contract_report: Report) -> Any:
    """The body of the documented answer, as plain values; a skip where there is none, or a deviation excuses it."""
    if waived := [outcome.clause.id for outcome in contract_report.of(State.WAIVED)]:
        pytest.skip(f"waived: {', '.join(waived)}")
    try:
        return plain(contract_evidence.answer(LIST).require_value())
    except (NotExercised, CouldNotJudge) as problem:
        reason = f"there is no body: {problem}"
    pytest.skip(reason)


@pytest.fixture
def elements(body: Any, contract_report: Report, contract_categories: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The elements that are objects; a skip where there are none, or a deviation excuses what they break."""
    return contract_categories
