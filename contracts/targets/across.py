"""What several targets differ in: each is compared with the first one of the same contract."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from contracts.comparison.compare import compare
from contracts.comparison.difference import Comparison
from contracts.comparison.observation import Observation
from contracts.comparison.snapshot import Snapshot
from contracts.comparison.subject import Subject, subject_of
from contracts.core.errors import CouldNotJudge
from contracts.core.report import Report
from contracts.targets.target_entry import Judged


@dataclass(frozen=True)
class _Observed:
    """What was observed of a target, and of what."""

    subject: Subject
    observation: Observation


@dataclass(frozen=True)
class Across:
    """A target beside the first one, ``base``: what they differ in, or why they could not be compared."""

    name: str
    base: str
    comparison: Comparison | None
    problem: str = ""


def across(targets: Iterable[Judged]) -> Iterator[Across]:
    """Yield each target but the first of its contract with what it differs in from that one; in their order."""
    bases: dict[str, tuple[str, _Observed | str]] = {}
    for judged in targets:
        observed = _observed(judged)
        if judged.entry.contract not in bases:
            bases[judged.entry.contract] = judged.entry.name, observed
            continue
        base, before = bases[judged.entry.contract]
        yield _compared(judged, base, before, observed)


def _compared(judged: Judged, base: str, before: _Observed | str, after: _Observed | str) -> Across:
    name = judged.entry.name
    if isinstance(before, str):
        return Across(name, base, None, f"{base}: {before}")
    if isinstance(after, str):
        return Across(name, base, None, f"{name}: {after}")
    try:
        return Across(name, base, compare(after.subject, before.observation, after.observation))
    except CouldNotJudge as problem:
        return Across(name, base, None, f"{base}: {problem}")


def _observed(judged: Judged) -> _Observed | str:
    """Return what was observed of a target, or why nothing was."""
    if not isinstance(judged.result, Report):
        return judged.result
    try:
        subject = subject_of(judged.result.contract)
        return _Observed(subject, Snapshot.from_report(judged.result).observation(subject))
    except CouldNotJudge as problem:
        return str(problem)
