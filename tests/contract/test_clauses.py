"""The contract, one item a clause: a breach fails, could-not-judge is an error, nothing to judge is a skip."""

import warnings

import pytest

from contracts.core.clause import Clause
from contracts.core.report import Outcome, Report, State, Verdict
from contracts.event_categories.clauses import CLAUSES
from contracts.pytest_plugin import BreachText, ContractWarning
from contracts.writers import wording


@pytest.mark.parametrize("clause", [pytest.param(clause, id=clause.id) for clause in CLAUSES])
def test_clause(clause: Clause, outcome: Outcome, report: Report, breach_text: BreachText) -> None:
    """The target keeps the clause; a breached SHOULD is a warning unless the run is strict."""
    if stale := [wording.stale(deviation) for deviation in report.stale if deviation.clause == clause.id]:
        pytest.fail("\n".join(stale), pytrace=False)
    if outcome.state is State.WAIVED:
        pytest.xfail("; ".join(outcome.notes))
    if outcome in report.failing:
        pytest.fail(breach_text(outcome), pytrace=False)
    if outcome in report.warnings:
        warnings.warn(breach_text(outcome), ContractWarning, stacklevel=1)


def test_verdict(verdict: Verdict, report: Report) -> None:
    """Something held, and every MUST could be judged: skips alone never make a pass."""
    assert (verdict is Verdict.VIOLATES) == bool(report.failing)
