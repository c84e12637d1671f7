"""Comparing what was observed twice: two releases, two regions, two vendors. Pure code; nothing here asks a target."""

from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:  # every format asks for the comparison, also of runs without one: that loads nothing
    from contracts.comparison.gate import Gate
    from contracts.core.report import Report


def gate_of(report: "Report") -> "Gate | None":
    """Return the comparison of a run with its baseline, None when there was no baseline."""
    return cast("Gate | None", report.comparison)  # to the vocabulary it is a status
