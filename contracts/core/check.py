"""A check: the function that judges one clause, and the table in which a clause finds its own.

A check is a generator over evidence. It yields a finding for everything that is wrong and a :class:`Note` for what is
worth knowing, and returns the number of things that it looked at: a check that looked at nothing proves nothing. It
raises NotExercised, NotApplicable or CouldNotJudge when there is nothing to look at.
"""

from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, NamedTuple, TypeVar

from contracts.core.deadline import watched
from contracts.core.errors import IncompleteError
from contracts.core.finding import KEPT, Finding

_Found = TypeVar("_Found")


class Note(NamedTuple):
    """What is worth knowing and no breach."""

    text: str


Steps = Generator[Finding | Note, None, int]
#: A function of one answer, or of the evidence of a whole run; what these are is known above the vocabulary.
Judging = Callable[[Any], Steps]


@dataclass(frozen=True)
class Check:
    """How a clause is judged: by one answer to the documented request, or by the evidence of the whole run."""

    steps: Judging
    of_run: bool


class Checks(dict[str, Check]):
    """The checks of a package, by clause. Its two methods register the function that they decorate."""

    def answer(self, clause: str) -> Callable[[Judging], Judging]:
        """Register a function that judges one answer to the documented request."""
        return self._register(clause, of_run=False)

    def run(self, clause: str) -> Callable[[Judging], Judging]:
        """Register a function that judges the evidence of a whole run."""
        return self._register(clause, of_run=True)

    def _register(self, clause: str, *, of_run: bool) -> Callable[[Judging], Judging]:
        def register(steps: Judging) -> Judging:
            if clause in self:
                raise IncompleteError(f"the clause {clause} has two checks: {steps.__name__} and another one")
            self[clause] = Check(steps, of_run)
            return steps

        return register


def findings_of(found: Iterable[_Found], finding: Callable[[_Found], Finding]) -> Iterator[Finding]:
    """Iterate over the findings about what was found; one stands for all that a report does not keep.

    Words are what costs: without this a target that breaks a clause a million times has a million texts written.
    """
    rest = watched(found)
    yield from map(finding, islice(rest, KEPT))
    for other in rest:
        yield replace(finding(other), times=1 + sum(1 for _ in rest))
