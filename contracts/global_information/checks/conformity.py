"""What several clauses ask in passing: that an answer conforms, that an error has a documented body."""

from collections.abc import Generator

from contracts.core.clause import Level
from contracts.core.errors import CouldNotJudge
from contracts.core.finding import Finding
from contracts.core.report import State
from contracts.core.text import shorten
from contracts.judging.answer import Answer
from contracts.judging.schema import error_schema
from contracts.judging.values import ABSENT

#: What the findings about an error body expect.
ERROR_BODY = 'a documented error body, such as {"error": "text"}'
#: The bytes of an undocumented body that a finding shows.
_BEGINNING = 60


def nonconformities(answer: Answer, probe: str) -> Generator[Finding, None, int]:
    """Yield every breach of a MUST clause by an answer that should conform; return how many could be judged.

    Only MUST clauses count: an answer conforms when these hold, here as for the run as a whole.

    Raises:
        CouldNotJudge: the answer is beyond what can be judged.
    """
    judged = 0
    for clause in answer.contract.clauses:
        if clause.level is not Level.MUST or answer.contract.checks[clause.id].of_run:
            continue
        outcome = answer.outcome(clause)
        if outcome.state is State.INCONCLUSIVE:
            raise CouldNotJudge(outcome.reason)
        judged += outcome.observations > 0
        for finding in outcome.findings:
            yield Finding(finding.where, finding.expected, finding.received, probe, through=clause.id)
    return judged


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
