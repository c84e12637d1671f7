"""A gate: a comparison, the two sources that it is of, and what of it fails; the baseline of a run is one of them."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import cached_property

from contracts.comparison import snapshot
from contracts.comparison.accepted import ACCEPT, Accepted, proposed
from contracts.comparison.compare import Comparison, Difference, compare, instability
from contracts.comparison.rules import FAIL_ON
from contracts.comparison.snapshot import CouldNotCompare, Observation, Snapshot
from contracts.comparison.subject import Subject, subject_of
from contracts.core.contract import Contract
from contracts.core.errors import CouldNotJudge, UsageError
from contracts.core.report import Impact, Report, Verdict
from contracts.core.text import counted, expiring, in_days
from contracts.exceptions.entry import Entry

#: The clocks of two machines may be so far apart.
_FORGIVEN = timedelta(minutes=5)


class Kind(StrEnum):
    """What a source is."""

    SNAPSHOT = "snapshot"
    RESULT = "result"
    BUNDLE = "bundle"
    URL = "url"


@dataclass(frozen=True)
class Source:
    """What one side was taken from, and what is known of it.

    ``name`` is how the person who compares calls it. ``snapshot`` is what was observed, None when nothing was, and
    then ``problem`` says why.
    """

    kind: Kind
    name: str
    target: str
    snapshot: Snapshot | None
    problem: str = ""

    @classmethod
    def from_report(cls, report: Report, kind: Kind, name: str) -> "Source":
        """Return what a run observed; of a target that was asked now, only if it answered at least twice."""
        try:
            snapshot = Snapshot.from_report(report)
        except CouldNotCompare as reason:
            return cls(kind, name, report.target, None, str(reason))
        if kind is Kind.URL and snapshot.times == 1:
            problem = "the list was observed only once: nobody knows what changes in it from answer to answer"
            return cls(kind, name, report.target, None, problem)
        return cls(kind, name, report.target, snapshot)

    @property
    def taken(self) -> str:
        """When it was observed, in UTC (RFC 3339), or an empty string."""
        return self.snapshot.taken if self.snapshot else ""

    @property
    def digest(self) -> str:
        """The digest of the contract that it was judged by, or an empty string."""
        return self.snapshot.digest if self.snapshot else ""

    def observation(self, contract: Contract) -> Observation:
        """Return what was observed in the form that can be compared.

        Raises:
            CouldNotCompare: nothing was observed, or elements cannot be told apart.
        """
        if self.snapshot is None:
            raise CouldNotCompare(f"{self.name}: {self.problem}")
        try:
            return self.snapshot.comparable(subject_of(contract))
        except CouldNotCompare as problem:
            raise CouldNotCompare(f"{self.name}: {problem}") from None

    def refuse_unsteady(self, contract: Contract) -> None:
        """Refuse what was kept of a list that did not repeat itself: it will never be a baseline.

        Raises:
            UsageError: documented content differs between its readings.
            CouldNotCompare: nothing was observed, or elements cannot be told apart.
        """
        if documented := instability(subject_of(contract), self.observation(contract)).documented:
            raise UsageError(f"{self.name}: no baseline: it does not repeat itself in documented content: {documented}")


@dataclass(frozen=True)
class Terms:
    """What lets a comparison fail: ``fail_on`` is the least impact that does, ``max_age`` is in seconds.

    ``entries`` are the exceptions, ``narrowed`` names the settings by which a file leaves less to fail.
    """

    fail_on: Impact = Impact.BREAKING
    max_age: float | None = None
    allow_empty: bool = False
    entries: tuple[Entry, ...] = ()
    narrowed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Gate:
    """Two sources compared at a time, and by which terms that fails.

    ``comparison`` is None when a side could not be observed, and then ``problem`` says why.
    """

    contract: Contract
    suite: str
    old: Source
    new: Source
    now: datetime
    terms: Terms
    comparison: Comparison | None
    problem: str = ""

    @property
    def _impacts(self) -> tuple[Impact, ...]:
        return FAIL_ON[: FAIL_ON.index(self.terms.fail_on) + 1]

    def fails(self, difference: Difference) -> bool:
        """Whether a difference is as bad as ``fail_on`` or worse, and not accepted."""
        return difference.impact in self._impacts and not difference.accepted

    @cached_property
    def failing(self) -> tuple[Difference, ...]:
        """The differences that fail, as far as they are listed."""
        return tuple(filter(self.fails, self.comparison.differences)) if self.comparison else ()

    @property
    def failures(self) -> int:
        """The number of differences that fail."""
        return sum(map(self.count, self._impacts))

    def count(self, impact: Impact) -> int:
        """Return how many differences of an impact there are that nobody accepted."""
        return self.comparison.counts[impact] if self.comparison else 0

    @property
    def accepted(self) -> int:
        """The number of differences that are accepted."""
        return sum(self.comparison.accepted.values()) if self.comparison else 0

    @property
    def proposal(self) -> str:
        """Exceptions for what fails, as far as it is listed, as a file for a person to complete; empty for nothing."""
        text = proposed(self.failing, self.comparison.matched, self.now.date()) if self.comparison else ""
        left = self.failures - len(self.failing)
        more = f"\n# and {counted(left, 'more difference')}: propose again once these are agreed upon\n"
        return text + more if left else text

    @property
    def _age(self) -> timedelta | None:
        """How old the old side is, None where it does not say when it was observed."""
        return self.now - datetime.fromisoformat(self.old.taken) if self.old.taken else None

    @property
    def too_old(self) -> str:
        """Why the age of the old side fails, or an empty string."""
        if self.terms.max_age is None:
            return ""
        if self._age is None:
            return "the baseline does not say when it was taken"
        if self._age < -_FORGIVEN:
            return f"the baseline was taken at {self.old.taken}, which is to come"
        most = timedelta(seconds=self.terms.max_age)
        too_old = f"the baseline is {in_days(self._age)} old, and --max-age allows {in_days(most)}"
        return too_old if self._age > most else ""

    @cached_property
    def status(self) -> int:
        """The exit status: 1 a difference fails, an exception is stale or the baseline is too old; 3 no evidence; 0.

        There is no evidence where a side could not be observed, where the new one does not repeat itself, and where
        the old list is empty, so that nothing could have been broken. What fails outranks that.
        """
        if self.failures or self.too_old or (self.comparison and self.comparison.stale):
            return 1
        return 3 if self.reason else 0

    @property
    def reason(self) -> str:
        """Why there is no evidence that nothing failed, or an empty string."""
        if self.comparison is None:
            return self.problem
        if self.comparison.unsteady:
            return f"{self.new.name}: {self.comparison.unsteady}"
        for impact in self._impacts:
            if words := self.comparison.partly.get(impact):
                return f"{self.new.name}: some of its answers show what others do not: {words}"
        if not (self.comparison.old or self.terms.allow_empty):
            return "the old list is empty, so that nothing could have been broken; --allow-empty accepts that"
        return ""

    @property
    def verdict(self) -> str:
        """What it comes to, in one or two words."""
        if self.failing:
            return self.failing[0].impact.value  # the worst stands first
        if self.status == 1:
            return "too old" if self.too_old else "stale exceptions"
        if self.comparison is None or self.reason:
            return "inconclusive"
        excused = any(self.comparison.accepted[impact] for impact in self._impacts)
        return "accepted" if excused else f"nothing {self.terms.fail_on.value}"

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
        if self.failures:
            counts = (f"{self.count(impact):,} {impact.value}" for impact in self._impacts if self.count(impact))
            return f"{' and '.join(counts)} against the baseline"
        if self.too_old:
            return "the baseline is too old"
        if self.status == 1 and self.comparison:
            return f"{counted(len(self.comparison.stale), 'exception')} to the baseline stale"
        return "not compared with the baseline" if self.status else ""

    @property
    def _kept(self) -> Snapshot | None:
        """The old side, if it was kept: of a target that was asked now everybody knows when, by whom and how."""
        return None if self.old.kind is Kind.URL else self.old.snapshot

    @property
    def baseline(self) -> str:
        """What is known of an old side that was kept: its age, what was found then, and by which suite."""
        if self._kept is None or self._age is None:
            return ""
        return f"{in_days(self._age)} old, {_FOUND[self._kept.verdict]} by suite {self._kept.suite}"

    @property
    def warnings(self) -> tuple[str, ...]:
        """What whoever reads the last line has to know beside the verdict, in a few words each."""
        return tuple(self._warnings())

    def _warnings(self) -> Iterator[str]:
        if self.too_old:
            yield self.too_old
        if self._kept and self._kept.verdict != Verdict.CONFORMS.value:
            yield f"the baseline {_FOUND[self._kept.verdict]}"
        if self._kept and self._kept.partial:
            yield f"the baseline is partial: {'; '.join(self._kept.partial)}"
        if self.comparison and self.comparison.expiring:
            yield expiring(self.comparison.expiring, "exception")
        if self.comparison and self.comparison.instability:
            yield f"changes from answer to answer: {', '.join(self.comparison.instability)}"

    @property
    def notes(self) -> tuple[str, ...]:
        """What is worth knowing beside the differences, in sentences."""
        return tuple(self._notes())

    def _notes(self) -> Iterator[str]:
        if self.too_old:
            yield self.too_old
        if self.comparison is None:
            return
        if self.comparison.unsteady:
            yield f"the new side is not steady: {self.comparison.unsteady}"
        for impact, words in self.comparison.partly.items():
            yield f"{impact}, in some answers of the new side only: {words}"
        for side in self.comparison.read_once:
            yield f"the {side} side was read once: nobody knows what changes in it from answer to answer"
        yield from (f"changes from answer to answer: {words}" for words in self.comparison.instability)
        added = self.comparison.of(Impact.ADDITIVE)
        if added and self._kept:
            yield f"{counted(added, 'addition')} since the baseline, unprotected until a new snapshot is taken"


_FOUND = {"conforms": "conforms", "violates": "violates the contract", "inconclusive": "could not be judged whole"}


def gate(contract: Contract, suite: str, sides: tuple[Source, Source], terms: Terms, now: datetime) -> Gate:
    """Compare two sources, apply the exceptions, and return the gate; a side without a list makes it inconclusive.

    So does the end of the time of a run: half a comparison is none.
    """
    comparison, problem = None, ""
    old, new = sides
    accepted = Accepted(terms.entries, now.date())
    try:
        comparison = compare(subject_of(contract), old.observation(contract), new.observation(contract), accepted)
    except CouldNotJudge as error:
        problem = str(error)
    return Gate(contract, suite, old, new, now.astimezone(UTC), terms, comparison, problem)


@dataclass(frozen=True)
class Baseline:
    """The old side of a comparison, whose new one is the run; ``accept`` is the text of the file of exceptions."""

    source: Source
    accept: str | None = None
    fail_on: Impact = Impact.BREAKING
    max_age: float | None = None

    def compared(self, report: Report) -> Report:
        """Return the report with what differs between the baseline and what the run observed."""
        entries = () if self.accept is None else ACCEPT.read(self.accept, "the exceptions")
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
    source = Source(Kind(read.source or Kind.SNAPSHOT), name, read.target, read)
    return Baseline(source, accept, Impact(fail_on), max_age)


def says_the_same(subject: Subject, one: Snapshot, other: Snapshot) -> bool:
    """Whether two snapshots differ in nothing but their times, and in what neither keeps from reading to reading.

    Raises:
        CouldNotCompare: one of them cannot be compared.
    """
    if replace(one, readings=(), taken="") != replace(other, readings=(), taken=""):
        return False
    sides = one.comparable(subject), other.comparable(subject)
    before, after = (instability(subject, side) for side in sides)
    compared = (compare(subject, *pair) for pair in (sides, sides[::-1]))
    return before.words == after.words and not any(each.counts[impact] for each in compared for impact in FAIL_ON)
