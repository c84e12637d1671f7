"""A gate: a comparison, the two sides that it is of, and what of it fails."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property

from contracts.comparison.compare import compare
from contracts.comparison.difference import Comparison, Difference
from contracts.comparison.observation import CouldNotCompare, Observation
from contracts.comparison.rules import Impact
from contracts.comparison.snapshot import Snapshot
from contracts.comparison.subject import subject_of
from contracts.comparison.verdict import exit_status, failing, fails
from contracts.core.contract import Contract
from contracts.core.errors import CouldNotJudge
from contracts.core.text import counted
from contracts.exceptions.accepted import Acceptance, accept


class Kind(StrEnum):
    """What a side was taken from."""

    SNAPSHOT = "snapshot"
    RESULT = "result"
    BUNDLE = "bundle"
    URL = "url"


@dataclass(frozen=True)
class Source:
    """One side: what it was taken from, and what is known of it.

    ``name`` is how the person who compares calls it. ``snapshot`` is what was observed, None when nothing was, and
    then ``problem`` says why.
    """

    kind: Kind
    name: str
    target: str
    snapshot: Snapshot | None
    problem: str = ""

    @property
    def taken(self) -> str:
        """When it was observed, in UTC (RFC 3339), or an empty string."""
        return self.snapshot.taken if self.snapshot else ""

    @property
    def digest(self) -> str:
        """The digest of the contract that it was judged by, or an empty string."""
        return self.snapshot.digest if self.snapshot else ""


@dataclass(frozen=True)
class Gate:
    """Two sides compared, and by which rule that fails.

    ``comparison`` is None when a side could not be observed, and then ``problem`` says why. ``fail_on`` is the least
    impact that fails. ``narrowed`` names the settings by which a file leaves less to fail.
    """

    contract: Contract
    suite: str
    old: Source
    new: Source
    comparison: Comparison | None
    problem: str = ""
    fail_on: Impact = Impact.BREAKING
    allow_empty: bool = False
    narrowed: tuple[str, ...] = ()

    @cached_property
    def failing(self) -> tuple[Difference, ...]:
        """The differences that fail."""
        return failing(self.comparison, self.fail_on) if self.comparison else ()

    def fails(self, difference: Difference) -> bool:
        """Whether a difference fails."""
        return fails(difference, self.fail_on)

    @cached_property
    def status(self) -> int:
        """The exit status: 0 nothing fails, 1 something does, 3 there is no evidence to say so."""
        return exit_status(self.comparison, self.fail_on, allow_empty=self.allow_empty)

    def count(self, impact: Impact) -> int:
        """Return how many differences of an impact there are that nobody accepted."""
        differences = self.comparison.differences if self.comparison else ()
        return sum(difference.impact is impact and not difference.accepted for difference in differences)

    @property
    def counts(self) -> str:
        """How many differences of each impact there are, how many are accepted, and what is stale, in words."""
        parts = [f"{self.count(impact):,} {impact.value}" for impact in Impact]
        if self.accepted:
            parts.append(f"{self.accepted:,} accepted")
        if self.comparison and self.comparison.stale:
            parts.append(counted(len(self.comparison.stale), "stale exception"))
        return ", ".join(parts)

    @property
    def against(self) -> str:
        """What is wrong when the old side is the baseline of a run, in a few words; an empty string for nothing."""
        if self.failing:
            return f"{len(self.failing):,} {self.failing[0].impact.value} against the baseline"
        if self.status == 1 and self.comparison:
            return f"{counted(len(self.comparison.stale), 'exception')} to the baseline stale"
        return "not compared with the baseline" if self.status else ""

    @property
    def accepted(self) -> int:
        """The number of differences that are accepted."""
        return sum(bool(difference.accepted) for difference in (self.comparison.differences if self.comparison else ()))


def gate(
    contract: Contract,
    suite: str,
    old: Source,
    new: Source,
    *,
    today: date,
    acceptances: tuple[Acceptance, ...] = (),
    fail_on: Impact = Impact.BREAKING,
    allow_empty: bool = False,
    narrowed: tuple[str, ...] = (),
) -> Gate:
    """Compare two sides, apply the exceptions, and return the gate; a side without a list makes it inconclusive.

    So does the end of the time of a run: half a comparison is none.
    """
    comparison, problem = None, ""
    try:
        subject = subject_of(contract)
        comparison = compare(subject, observed(old, contract), observed(new, contract))
        comparison = accept(comparison, acceptances, today)
    except CouldNotJudge as error:
        problem = str(error)
    return Gate(contract, suite, old, new, comparison, problem, fail_on, allow_empty, narrowed)


def observed(side: Source, contract: Contract) -> Observation:
    """Return a side in the form that can be compared.

    Raises:
        CouldNotCompare: nothing was observed, or elements cannot be told apart.
    """
    if side.snapshot is None:
        raise CouldNotCompare(f"{side.name}: {side.problem}")
    try:
        return side.snapshot.observation(subject_of(contract))
    except CouldNotCompare as problem:
        raise CouldNotCompare(f"{side.name}: {problem}") from None
