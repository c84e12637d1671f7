"""From evidence to outcomes: every selected clause is judged by its check, and by nothing else."""

from collections.abc import Callable, Iterable

from contracts.core.clause import Clause
from contracts.core.errors import CouldNotJudge, NotApplicable
from contracts.core.exchange import Response
from contracts.core.report import BEYOND_FILE, Outcome, State
from contracts.event_categories import schema
from contracts.event_categories.checks import ANSWER_CHECKS, Judged, judge
from contracts.event_categories.checks.registry import judge_answer
from contracts.event_categories.clauses import CLAUSES
from contracts.event_categories.evidence import Answer, Evidence
from contracts.strict_json import ABSENT

#: The reason of a clause for which no time was left.
LATE = "the time of the run was over before this clause was judged (--deadline)"


def outcomes(
    evidence: Evidence, clauses: Iterable[Clause] = CLAUSES, is_late: Callable[[Clause], bool] = lambda _: False
) -> tuple[Outcome, ...]:
    """Return the outcome of each clause, in the order given; ``is_late`` is asked before each for the time left."""
    return tuple(_judged(evidence, clause, is_late) for clause in clauses)


def _judged(evidence: Evidence, clause: Clause, is_late: Callable[[Clause], bool]) -> Outcome:
    if not _shows(evidence, clause):
        return Outcome(clause, State.NOT_EXERCISED, reason=BEYOND_FILE)
    if is_late(clause):
        return Outcome(clause, State.INCONCLUSIVE, reason=LATE)
    return _outcome(clause, judge(clause.id, evidence))


def _shows(evidence: Evidence, clause: Clause) -> bool:
    """Whether the evidence can show the clause at all; a file holds some exchanges, or a body alone."""
    if not evidence.offline:
        return True
    if clause.id == "error.body":  # about each refusal by itself: the check says when there is none
        return not evidence.headless
    return set(clause.probes) <= set(evidence.by_probe) and not (evidence.headless and clause.section == "http")


def _outcome(clause: Clause, said: Judged) -> Outcome:
    reason = str(said.problem or "")
    if said.count:
        state = State.BREACHED
    elif isinstance(said.problem, NotApplicable):
        state = State.NOT_APPLICABLE
    elif isinstance(said.problem, CouldNotJudge):
        state = State.INCONCLUSIVE
    elif said.problem or not said.observations:
        state, reason = State.NOT_EXERCISED, reason or "the answer holds nothing to judge it on"
    else:
        state = State.HELD
    return Outcome(clause, state, said.observations, said.findings, said.count, reason, said.notes)


def said_of(response: Response) -> dict[str, object]:
    """Return what the contract says of one answer: for each clause whether it is broken, or why it was not judged."""
    answer = Answer(response)
    documented = answer.decoded is not ABSENT and schema.accepts(schema.ERROR, answer.decoded)
    judged = {clause: judge_answer(clause, answer) for clause in ANSWER_CHECKS}
    said: dict[str, object] = {c: (j.count > 0, j.observations, type(j.problem)) for c, j in judged.items()}
    return {**said, "error.body": documented}
