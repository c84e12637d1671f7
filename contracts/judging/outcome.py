"""From the steps of a check to the outcome of its clause."""

from dataclasses import replace
from itertools import count as endless

from contracts.core.check import Note, Steps
from contracts.core.clause import Clause
from contracts.core.deadline import watched
from contracts.core.errors import ContractsError, CouldNotJudge, Late, NotApplicable, NotExercised, Reason
from contracts.core.finding import KEPT, Finding
from contracts.core.report import Outcome, State
from contracts.core.text import bounded

#: A longer place or text of a finding is cut: it is for a person to read, and stands in every format.
_LONGEST = 1000


def outcome_of(clause: Clause, steps: Steps) -> Outcome:
    """Run a check to its end and return what became of its clause: the first findings, and the number of all.

    Raises:
        Late: the time of the run is over: what was found so far is not all.
        TypeError: the check returned no number of observations, which is a fault of the suite.
    """
    findings: list[Finding] = []
    notes: list[str] = []
    count = observations = 0
    problem: ContractsError | None = None
    try:
        for _ in watched(endless()):
            step = next(steps)
            if isinstance(step, Note):
                notes.append(bounded(step.text, _LONGEST))
                continue
            count += step.times
            if len(findings) < KEPT:
                findings.append(_finding(clause, step))
    except StopIteration as stop:
        if type(stop.value) is not int:
            raise TypeError(f"the check of {clause.id} returned {stop.value!r}, not a number of observations") from None
        observations = stop.value
    except Late:
        raise
    except ContractsError as error:
        problem = error
        observations = count  # what was found was looked at
    return _ended(Outcome(clause, State.HELD, observations, tuple(findings), count, notes=tuple(notes)), problem)


def _finding(clause: Clause, found: Finding) -> Finding:
    where, expected, received = (bounded(text, _LONGEST) for text in (found.where, found.expected, found.received))
    return replace(found, where=where, expected=expected, received=received, clause=clause.id, times=1)


def late(clause: Clause) -> Outcome:
    """Return the outcome of a clause for which no time was left."""
    return Outcome(clause, State.INCONCLUSIVE, reason=Reason.LATE.sentence, because=Reason.LATE)


def unjudged(clause: Clause, problem: ContractsError) -> Outcome:
    """Return the outcome of a clause whose check was not run, and why not."""
    return _ended(Outcome(clause, State.NOT_EXERCISED), problem)


def _ended(judged: Outcome, problem: ContractsError | None) -> Outcome:
    """Return what was judged with the state that it gives, when a problem, or none, ended the check."""
    reason = str(problem or "")
    if judged.count:
        state = State.BREACHED
    elif isinstance(problem, NotApplicable):
        state = State.NOT_APPLICABLE
    elif isinstance(problem, CouldNotJudge):
        state = State.INCONCLUSIVE
    elif problem or not judged.observations:
        state, reason = State.NOT_EXERCISED, reason or "the answer holds nothing to judge it on"
    else:
        state = State.HELD
    because = problem.because if isinstance(problem, NotExercised) else None
    return replace(judged, state=state, reason=reason, because=because)
