"""The baseline of a run: what was there before, and the exceptions to it; the clauses and both in one report."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

from contracts.bundle import CAP
from contracts.comparison import snapshot
from contracts.comparison.gate import Kind, Side, gate, observed
from contracts.comparison.source import side_of, side_of_file
from contracts.core.contract import Contract
from contracts.core.errors import CouldNotJudge, UsageError
from contracts.core.report import Report
from contracts.exceptions import accepted as acceptance
from contracts.reading import read_bytes, read_text


@dataclass(frozen=True)
class Baseline:
    """One side of a comparison, whose other one is the run; ``accept`` is the text of the file of exceptions."""

    side: Side
    accept: str | None = None

    def compared(self, report: Report) -> Report:
        """Return the report with what differs between the baseline and what the run observed."""
        new = side_of(report, Kind.URL, report.target)
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


def load(path: str, accept: str | None, contract: Contract) -> Baseline:
    """Return the baseline of a file: a snapshot, a result or a bundle.

    Raises:
        UsageError: the file is none of these, is about another contract, or holds no list that could be compared.
    """
    side, _ = side_of_file(read_bytes(path, CAP), path, _only(contract, path))
    try:
        observed(side, contract)
    except CouldNotJudge as problem:
        raise UsageError(f"no baseline: {problem}") from None
    if not side.taken:
        raise UsageError(f"{path}: no baseline: it does not say when it was observed")
    text = read_text(accept) if accept else None
    if text is not None and accept:
        acceptance.read(text, accept)
    return Baseline(replace(side, kind=Kind.SNAPSHOT), text)  # of whatever it was taken, a snapshot of it is kept


def kept(text: str, accept: str | None, name: str) -> Baseline:
    """Return the baseline that a bundle holds; raises UsageError where it cannot be read."""
    read = snapshot.read(text, "the baseline")
    return Baseline(Side(Kind.SNAPSHOT, name, read.target, read), accept)


def _only(contract: Contract, path: str) -> Callable[[str], Contract]:
    def contract_of(name: str) -> Contract:
        if name != contract.name:
            raise UsageError(f"{path} is about {name[:80]}, and the run about {contract.name}")
        return contract

    return contract_of
