"""What several clauses ask of an answer beside the documented one: that it breaks nothing beyond that one.

One cause is one breach. What the documented answer breaks is told of that one; another answer is accused of what it
breaks beyond it. Where the documented answer is no list, there is nothing to measure by: the other one is judged by
every MUST clause, and where it is the same thing again, its findings name the clauses that they repeat.
"""

from collections.abc import Iterator
from dataclasses import replace
from http import HTTPStatus

from contracts.core.clause import LIST, Clause, Level
from contracts.core.contract import Contract
from contracts.core.errors import CouldNotJudge, NotExercised
from contracts.core.finding import Finding
from contracts.core.report import State
from contracts.core.statuses import CLIENT_ERRORS, REDIRECTS, SERVER_ERRORS
from contracts.core.text import shorten
from contracts.judging.answer import Answer
from contracts.judging.evidence import Evidence
from contracts.judging.schema import error_schema
from contracts.judging.values import ABSENT

#: What the findings about an error body expect.
ERROR_BODY = 'a documented error body, such as {"error": "text"}'
#: The bytes of an undocumented body that a finding shows.
_BEGINNING = 60


def nonconformities(evidence: Evidence, answer: Answer, probe: str) -> tuple[list[Finding], int]:
    """Return what an answer that should hold the list breaks beyond the documented one, and how many clauses it shows.

    Only MUST clauses count: an answer conforms when these hold, here as for the run as a whole.

    Raises:
        CouldNotJudge: the answer is beyond what can be judged.
    """
    first = _documented(evidence)
    known = _broken(first) if first and first.holds_list else ()
    again = repeats(evidence, answer)
    found, judged = [], 0
    for clause in _of_answers(answer.contract):
        outcome = answer.outcome(clause)
        if outcome.state is State.INCONCLUSIVE:
            raise CouldNotJudge(outcome.reason)
        judged += outcome.observations > 0
        for finding in outcome.findings if clause.id not in known else ():
            repeated = again if clause.id in again else ()
            found.append(replace(finding, probe=probe, through=clause.id, repeats=repeated))
    return found, judged


def repeats(evidence: Evidence, answer: Answer) -> tuple[str, ...]:
    """Return the clauses that an answer repeats the breach of: it is the same thing as the documented one, and no list.

    The likeliest cause comes first: the status, the media type, then the body.
    """
    first = _documented(evidence)
    if first is None or first.holds_list or not _are_alike(first, answer):
        return ()
    return _broken(first)


def _documented(evidence: Evidence) -> Answer | None:
    """Return the answer to the documented request, or None where there is none to judge."""
    try:
        return evidence.answer(LIST)
    except (CouldNotJudge, NotExercised):
        return None


def _broken(answer: Answer) -> tuple[str, ...]:
    """Return the MUST clauses that an answer breaks, in the order of the contract."""
    return tuple(clause.id for clause in _of_answers(answer.contract) if answer.outcome(clause).count)


def _of_answers(contract: Contract) -> Iterator[Clause]:
    for clause in contract.clauses:
        if clause.level is Level.MUST and not contract.checks[clause.id].of_run:
            yield clause


def _are_alike(first: Answer, other: Answer) -> bool:
    """Whether an answer is the same thing as one that is no list, whatever differs from request to request in it."""
    one, another = first.response.status, other.response.status
    if one == HTTPStatus.OK:
        same_type = first.response.media_type == other.response.media_type
        return another == one and not other.holds_list and same_type
    if one in CLIENT_ERRORS:
        return another == one and bool(undocumented_error(first)) == bool(undocumented_error(other))
    return another == one or any(one in kind and another in kind for kind in (REDIRECTS, SERVER_ERRORS))


def undocumented_error(answer: Answer) -> str:
    """Return what an error answer holds instead of a documented body, or an empty string when it is one.

    Source: Global information, section Errors.

    Raises:
        CouldNotJudge: the body is beyond what strict decoding reads.
    """
    document = answer.document
    if document.problem and not document.violations:
        raise document.problem
    if document.value is not ABSENT and not document.violations and error_schema().accepts(document.value):
        return ""
    if not answer.response.body:
        return "an empty body"
    beginning = shorten(answer.response.body[:_BEGINNING].decode("utf-8", "replace"))
    return f"{answer.response.media_type or 'a body without a media type'} that begins {beginning}"
