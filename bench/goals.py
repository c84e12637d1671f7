"""The goals: what a ratio has to keep, and whether it does."""

from dataclasses import dataclass
from enum import StrEnum


class Bound(StrEnum):
    """Whether the limit is the largest or the smallest value that is allowed."""

    AT_MOST = "at most"
    AT_LEAST = "at least"


@dataclass(frozen=True)
class Goal:
    """A ratio with its limit; ``ratio`` is the median of the rounds."""

    what: str
    bound: Bound
    limit: float
    ratio: float

    @property
    def is_met(self) -> bool:
        """Whether the ratio, as measured and not as rounded, keeps its limit. What is no number keeps none."""
        return self.ratio <= self.limit if self.bound is Bound.AT_MOST else self.ratio >= self.limit

    @property
    def asked(self) -> str:
        """The limit in words."""
        return f"{self.bound} {self.limit:g}"

    @property
    def said(self) -> str:
        """What came of it; a missed goal stands out."""
        return "met" if self.is_met else "**MISSED**"


def at_most(what: str, limit: float, ratio: float) -> Goal:
    """Return the goal that a ratio does not exceed a limit."""
    return Goal(what, Bound.AT_MOST, limit, ratio)


def at_least(what: str, limit: float, ratio: float) -> Goal:
    """Return the goal that a ratio reaches a limit."""
    return Goal(what, Bound.AT_LEAST, limit, ratio)
