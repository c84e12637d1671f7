"""What several targets differ in: each is compared with the first one of the same contract."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from contracts.comparison.compare import Comparison, compare
from contracts.comparison.snapshot import Observation, Snapshot
from contracts.comparison.subject import subject_of
from contracts.core.errors import CouldNotJudge
from contracts.targets.target_entry import Judged


@dataclass(frozen=True)
class Across:
    """A target beside the first one, ``base``: what they differ in, or why they could not be compared."""

    name: str
    base: str
    comparison: Comparison | None
    problem: str = ""


def across(targets: Iterable[Judged]) -> Iterator[Across]:
    """Yield each target but the first of its contract with what it differs in from that one; in their order."""
    firsts: dict[str, tuple[str, Observation | str]] = {}
    for judged in targets:
        name, contract = judged.entry.name, judged.entry.contract
        observed = _observed(judged)
        if contract not in firsts:
            firsts[contract] = name, observed
            continue
        base, before = firsts[contract]
        problem = f"{base}: {before}" if isinstance(before, str) else f"{name}: {observed}"
        found = None
        if judged.report and not isinstance(before, str) and not isinstance(observed, str):
            try:
                found, problem = compare(subject_of(judged.report.contract), before, observed), ""
            except CouldNotJudge as error:
                problem = f"{base}: {error}"
        yield Across(name, base, found, problem)


def _observed(judged: Judged) -> Observation | str:
    """Return what was observed of a target, or why nothing was."""
    if judged.report is None:
        return judged.missing
    try:
        return Snapshot.from_report(judged.report).comparable(subject_of(judged.report.contract))
    except CouldNotJudge as problem:
        return str(problem)
