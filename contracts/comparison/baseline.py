"""The baseline of a run: what was there before, and what of it may differ; the clauses and both in one report."""

from dataclasses import dataclass, replace
from datetime import datetime

from contracts.comparison import accepted, snapshot
from contracts.comparison.gate import Kind, Source, Terms, gate
from contracts.core.report import Impact, Report


@dataclass(frozen=True)
class Baseline:
    """The old side of a comparison, whose new one is the run; ``accept`` is the text of the file of exceptions."""

    source: Source
    accept: str | None = None
    fail_on: Impact = Impact.BREAKING
    max_age: float | None = None

    def compared(self, report: Report) -> Report:
        """Return the report with what differs between the baseline and what the run observed."""
        entries = () if self.accept is None else accepted.read(self.accept, "the exceptions")
        terms = Terms(self.fail_on, self.max_age, report.allow_empty, entries)
        new = Source.from_report(report, Kind.URL, report.target)
        now = datetime.fromisoformat(report.started)
        return replace(report, comparison=gate(report.contract, report.suite, (self.source, new), terms, now))


def kept(text: str, accept: str | None, name: str, fail_on: str, max_age: float | None) -> Baseline:
    """Return the baseline that a bundle holds; ``name`` is how its run called it.

    Raises:
        UsageError: it cannot be read.
    """
    read = snapshot.read(text, "the baseline")
    return Baseline(
        Source(Kind(read.source or Kind.SNAPSHOT), name, read.target, read), accept, Impact(fail_on), max_age
    )
