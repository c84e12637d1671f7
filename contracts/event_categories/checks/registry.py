"""What a check is, and the two tables in which every clause finds its own."""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from itertools import count as count_from_zero
from typing import NamedTuple

from contracts.core.deadline import watched
from contracts.core.errors import ContractsError, Late
from contracts.core.finding import KEPT, Finding, bounded
from contracts.event_categories.evidence import Answer, Evidence

#: A longer place or text of a finding is cut: it is for a person to read, and stands in every format.
_LONGEST = 1000


class Breach(NamedTuple):
    """What is wrong, as a check sees it; the fields are those of a :class:`Finding`.

    ``times`` is more than 1 when one breach stands for many that nobody would read one by one.
    """

    where: str
    expected: str
    received: str
    probe: str = "list"
    through: str | None = None
    times: int = 1


class Note(NamedTuple):
    """What is worth knowing and no breach."""

    text: str


Steps = Generator[Breach | Note, None, int]
AnswerCheck = Callable[[Answer], Steps]
RunCheck = Callable[[Evidence], Steps]

#: The checks that judge a single answer to the documented request, by clause, in the order of the contract.
ANSWER_CHECKS: dict[str, AnswerCheck] = {}
#: The checks that judge a whole run, by clause.
RUN_CHECKS: dict[str, RunCheck] = {}


def answer_check(clause: str) -> Callable[[AnswerCheck], AnswerCheck]:
    """Register a function that judges one answer to the documented request."""

    def register(check: AnswerCheck) -> AnswerCheck:
        ANSWER_CHECKS[clause] = check
        return check

    return register


def run_check(clause: str) -> Callable[[RunCheck], RunCheck]:
    """Register a function that judges the evidence of a whole run."""

    def register(check: RunCheck) -> RunCheck:
        RUN_CHECKS[clause] = check
        return check

    return register


@dataclass(frozen=True)
class Judged:
    """What a check said: the first findings and the number of all, the notes, the number of observations.

    ``problem`` is what ended the check early: there was nothing, or nothing more, to judge.
    """

    findings: tuple[Finding, ...] = ()
    count: int = 0
    notes: tuple[str, ...] = ()
    observations: int = 0
    problem: ContractsError | None = None


def exhaust(clause: str, steps: Steps) -> Judged:
    """Run a check to its end and return what it said.

    Raises:
        Late: the time of the run is over: what was found so far is not all.
        TypeError: the check returned no number of observations, which is a fault of the suite.
    """
    findings: list[Finding] = []
    notes: list[str] = []
    count = observations = 0
    problem = None
    try:
        for _ in watched(count_from_zero()):
            step = next(steps)
            if isinstance(step, Note):
                notes.append(bounded(step.text, _LONGEST))
                continue
            count += step.times
            if len(findings) < KEPT:
                findings.append(_finding(clause, step))
    except StopIteration as stop:
        if type(stop.value) is not int:
            raise TypeError(f"the check of {clause} returned {stop.value!r}, not a number of observations") from None
        observations = stop.value
    except Late:
        raise
    except ContractsError as error:
        problem = error
        observations = count  # what was found was looked at
    return Judged(tuple(findings), count, tuple(notes), observations, problem)


def _finding(clause: str, breach: Breach) -> Finding:
    where, expected, received = (bounded(t, _LONGEST) for t in (breach.where, breach.expected, breach.received))
    return Finding(clause, breach.probe, where, expected, received, breach.through)


def judge_answer(clause: str, answer: Answer) -> Judged:
    """Return what a clause says of one answer; the same answer is judged once."""
    if clause not in answer.judged:
        answer.judged[clause] = exhaust(clause, ANSWER_CHECKS[clause](answer))
    result: Judged = answer.judged[clause]
    return result


def judge(clause: str, evidence: Evidence) -> Judged:
    """Return what a clause says of the evidence of a run."""
    if clause in RUN_CHECKS:
        return exhaust(clause, RUN_CHECKS[clause](evidence))
    try:
        answer = evidence.answer("list")
    except ContractsError as problem:
        return Judged(problem=problem)
    return judge_answer(clause, answer)
