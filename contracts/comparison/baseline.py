"""The baseline of a run: what was there before, and the exceptions to it; the clauses and both in one report."""

from dataclasses import dataclass, replace
from datetime import date

from contracts.comparison import snapshot
from contracts.comparison.gate import Kind, Source, gate
from contracts.comparison.observed import source_of
from contracts.core.report import Report
from contracts.exceptions import accepted as acceptance


@dataclass(frozen=True)
class Baseline:
    """One side of a comparison, whose other one is the run; ``accept`` is the text of the file of exceptions."""

    side: Source
    accept: str | None = None

    def compared(self, report: Report) -> Report:
        """Return the report with what differs between the baseline and what the run observed."""
        new = source_of(report, Kind.URL, report.target)
        entries = () if self.accept is None else acceptance.read(self.accept, "the exceptions")
        compared = gate(
            report.contract,
            report.suite,
            self.side,
            new,
            today=date.fromisoformat(report.started[:10]),
            acceptances=entries,
            allow_empty=report.allow_empty,
        )
        return replace(report, comparison=compared)


def kept(text: str, accept: str | None, name: str) -> Baseline:
    """Return the baseline that a bundle holds; raises UsageError where it cannot be read."""
    read = snapshot.read(text, "the baseline")
    return Baseline(Source(Kind.SNAPSHOT, name, read.target, read), accept)
