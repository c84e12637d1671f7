"""From evidence to a report: every selected clause is judged by its check, and by nothing else."""

from collections.abc import Callable, Iterable

from contracts import __version__
from contracts.core.clause import LIST, Clause
from contracts.core.contract import Contract
from contracts.core.errors import ContractsError, Late, NotExercised, Reason
from contracts.core.exchange import Response
from contracts.core.listing import Listing
from contracts.core.report import Outcome, Report
from contracts.judging.answer import Answer
from contracts.judging.evidence import Evidence
from contracts.judging.listing import listing
from contracts.judging.outcome import late, outcome_of, unjudged
from contracts.judging.schema import error_schema
from contracts.judging.values import ABSENT


def report_of(
    evidence: Evidence, clauses: Iterable[Clause] | None = None, is_late: Callable[[Clause], bool] = lambda _: False
) -> Report:
    """Judge the evidence and return the report on it, without what only whoever made the run knows.

    The arguments are those of :func:`outcomes`.
    """
    judged = outcomes(evidence, clauses, is_late)
    listed = Listing(reason=Reason.LATE.sentence)
    if not any(outcome.because is Reason.LATE for outcome in judged):
        try:
            listed = listing(evidence, judged)
        except Late:  # a report without its list is not whole: nobody could make the same one of the exchanges
            judged = tuple(late(outcome.clause) for outcome in judged)
    return Report(
        contract=evidence.contract,
        suite=__version__,
        digest=evidence.contract.digest,
        target=evidence.url,
        outcomes=judged,
        exchanges=evidence.exchanges,
        scope=evidence.scope,
        listing=listed,
    )


def outcomes(
    evidence: Evidence, clauses: Iterable[Clause] | None = None, is_late: Callable[[Clause], bool] = lambda _: False
) -> tuple[Outcome, ...]:
    """Return the outcome of each clause, by default of all, in the order given.

    ``is_late`` is asked before each whether the time of the run is over; one during which a deadline passes is not
    judged either.
    """
    chosen = evidence.contract.clauses if clauses is None else clauses
    return tuple(_judged(evidence, clause, is_late) for clause in chosen)


def _judged(evidence: Evidence, clause: Clause, is_late: Callable[[Clause], bool]) -> Outcome:
    if not _shows(evidence, clause):
        return unjudged(clause, NotExercised(Reason.BEYOND_FILE))
    if is_late(clause):
        return late(clause)
    try:
        return _checked(evidence, clause)
    except Late:  # half a judgement is none
        return late(clause)


def _checked(evidence: Evidence, clause: Clause) -> Outcome:
    check = evidence.contract.checks[clause.id]
    if check.of_run:
        return outcome_of(clause, check.steps(evidence))
    try:
        answer = evidence.answer(LIST)
    except ContractsError as problem:
        return unjudged(clause, problem)
    return answer.outcome(clause)


def _shows(evidence: Evidence, clause: Clause) -> bool:
    """Whether the evidence can show the clause at all; a file holds some exchanges, or a body alone."""
    if not evidence.scope.offline:
        return True
    if clause.any_probe:  # the check says when there is none
        return not evidence.scope.body_only
    return set(clause.probes) <= set(evidence.by_probe) and not (evidence.scope.body_only and clause.header)


def said_of(response: Response, contract: Contract) -> object:
    """Return what can be said of one answer: what each clause finds in it, and whether it is a documented error."""
    answer = Answer(response, contract)
    value = answer.document.value
    documented = value is not ABSENT and error_schema().accepts(value)
    judged = (answer.outcome(clause) for clause in contract.clauses if not contract.checks[clause.id].of_run)
    return documented, [(outcome.clause.id, outcome.state, outcome.observations, outcome.because) for outcome in judged]
