"""What several clauses ask in passing: that an answer conforms, that an error has a documented body."""

from collections.abc import Generator

from contracts.core.clause import Level
from contracts.core.errors import CouldNotJudge
from contracts.core.finding import shorten
from contracts.event_categories.checks.registry import ANSWER_CHECKS, Breach, judge_answer
from contracts.event_categories.clauses import CLAUSES
from contracts.event_categories.evidence import Answer
from contracts.event_categories.schema import ERROR, accepts
from contracts.strict_json import ABSENT

#: What the findings about an error body expect.
ERROR_BODY = 'a documented error body, such as {"error": "text"}'
#: The bytes of an undocumented body that a finding shows.
_BEGINNING = 60


def nonconformities(answer: Answer, probe: str) -> Generator[Breach, None, int]:
    """Yield every breach of a MUST clause by an answer that should conform; return how many could be judged.

    Only MUST clauses count: an answer conforms when these hold, here as for the run as a whole.

    Raises:
        CouldNotJudge: the answer is beyond what can be judged.
    """
    judged = 0
    for clause in CLAUSES:
        if clause.level is not Level.MUST or clause.id not in ANSWER_CHECKS:
            continue
        result = judge_answer(clause.id, answer)
        if isinstance(result.problem, CouldNotJudge):
            raise result.problem
        judged += result.observations > 0
        for finding in result.findings:
            yield Breach(finding.where, finding.expected, finding.received, probe, through=clause.id)
    return judged


def undocumented_error(answer: Answer) -> str:
    """Return what an error answer holds instead of a documented body, or an empty string when it is one.

    Source: Global information, section Errors.

    Raises:
        CouldNotJudge: the body is beyond what strict decoding reads.
    """
    document = answer.document
    if document.problem and not document.flaws:
        raise document.problem
    if document.value is not ABSENT and not document.flaws and accepts(ERROR, document.value):
        return ""
    if not answer.response.body:
        return "an empty body"
    beginning = shorten(answer.response.body[:_BEGINNING].decode("utf-8", "replace"))
    return f"{answer.response.media_type or 'a body without a media type'} that begins {beginning}"
