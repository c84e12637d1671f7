"""What a report says of a baseline. It is asked by every writer, also of runs without one: it loads nothing."""

from typing import TYPE_CHECKING, cast

from contracts.core.report import Report

if TYPE_CHECKING:
    from contracts.comparison.gate import Gate


def gate_of(report: Report) -> "Gate | None":
    """Return the comparison of a run with its baseline, None when there was no baseline."""
    return cast("Gate | None", report.comparison)  # to the vocabulary it is a status
