"""The contract, one item a clause: a breach fails, could-not-judge is an error, nothing to judge is a skip."""

import warnings

import pytest

from contracts.core.contract import Clause
from contracts.core.report import Outcome, Report, State, Verdict
from contracts.formats import terminal, wording
from contracts.pytest_plugin.errors import ContractWarning
from contracts.pytest_plugin.options import in_pytest
from contracts.run import Run


def test_clause(contract_clause: Clause, contract_outcome: Outcome, contract_report: Report, contract_run: Run) -> None:
    """The target keeps the clause; a breached SHOULD is a warning unless the run is strict."""
    if stale := [wording.stale(entry) for entry in contract_report.stale if entry.clause == contract_clause.id]:
        pytest.fail(in_pytest("\n".join(stale)), pytrace=False)
    if contract_outcome.state is State.WAIVED:
        pytest.xfail(in_pytest("; ".join(contract_outcome.notes)))
    if contract_outcome.state is State.BREACHED:
        # One line, which summaries and JUnit show, and then what the command line says.
        line = in_pytest(wording.breach(contract_report, contract_outcome))
        block = terminal.breach(contract_report, contract_outcome)
        told = contract_run.target.secrets.sweep(f"{line}\n{block}")
        if contract_outcome in contract_report.failing:
            pytest.fail(told, pytrace=False)
        warnings.warn(told, ContractWarning, stacklevel=1)


def test_verdict(contract_verdict: Verdict, contract_report: Report) -> None:
    """Something held, every MUST could be judged, and nothing fails the run: skips alone never make a pass."""
    if contract_report.status:
        pytest.fail(in_pytest(wording.last_line(contract_report)), pytrace=False)
    assert contract_verdict == "conforms"
