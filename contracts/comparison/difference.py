"""A difference between two lists, and all of them together."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from contracts.comparison.rules import Rule
from contracts.comparison.subject import Subject
from contracts.core.report import Impact


@dataclass(frozen=True)
class Element:
    """What a difference calls its element: id and name as the old side has them, or as the new one does if new."""

    id: str | None
    name: str | None


@dataclass(frozen=True)
class Difference:
    """One difference.

    ``place`` is a JSON Pointer into the new body, or into the old one for what is gone. ``before`` and ``after`` are
    short texts on one line. ``notices`` names who notices. ``fingerprint`` stays the same as long as the same thing
    differs, whatever the values. ``accepted`` is why it is accepted, or empty.
    """

    rule: Rule
    impact: Impact
    says: str
    place: str
    element: Element | None
    member: str | None
    before: str
    after: str
    notices: tuple[str, ...]
    fingerprint: str
    accepted: str = ""


@dataclass(frozen=True)
class StaleAcceptance:
    """An exception that excuses nothing: ``number`` counts from 1 in its file, ``words`` say what is wrong with it."""

    number: int
    rule: str
    words: str


@dataclass(frozen=True)
class Comparison:
    """What two sides differ in.

    ``differences`` are the first of them, the worst first; ``counts`` has the number of all by impact, without those
    that are accepted, which ``accepted`` counts by impact. ``old``, ``new`` and ``matched`` count elements.
    ``partly`` says by impact what only some answers of the new side show, although the old side keeps it.
    ``instability`` says what a side does not keep from reading to reading, whether or not the sides differ in it;
    ``unsteady`` why nothing certain can be said of the new side, or is empty; ``read_once`` names the sides of which
    nobody knows what they keep. ``expiring`` is when the exceptions that end soon do.
    """

    subject: Subject
    differences: tuple[Difference, ...]
    counts: Mapping[Impact, int]
    old: int
    new: int
    matched: int
    accepted: Mapping[Impact, int] = field(default_factory=dict)
    instability: tuple[str, ...] = ()
    partly: Mapping[Impact, str] = field(default_factory=dict)
    unsteady: str = ""
    read_once: tuple[str, ...] = ()
    stale: tuple[StaleAcceptance, ...] = ()
    expiring: tuple[date, ...] = ()

    @property
    def total(self) -> int:
        """The number of all differences."""
        return sum(self.counts.values()) + sum(self.accepted.values())

    def of(self, impact: Impact) -> int:
        """Return how many differences of an impact there are, accepted or not."""
        return self.counts[impact] + self.accepted.get(impact, 0)
