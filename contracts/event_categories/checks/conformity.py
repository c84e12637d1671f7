"""What several clauses ask in passing: that an answer conforms, that an error has a documented body."""

from collections.abc import Generator

from contracts.core.clause import Level
from contracts.core.errors import CouldNotJudge
from contracts.event_categories.checks.registry import ANSWER_CHECKS, Breach, judge_answer
from contracts.event_categories.clauses import BY_ID
from contracts.event_categories.evidence import Answer, text_of
from contracts.event_categories.schema import ERROR, accepts
from contracts.strict_json import ABSENT


def nonconformities(answer: Answer, probe: str) -> Generator[Breach, None, int]:
    """Yield every breach of a MUST clause by an answer that should conform; return how many could be judged.

    Only MUST clauses count: an answer conforms when these hold, here as for the run as a whole.

    Raises:
        CouldNotJudge: the answer is beyond what can be judged.
    """
    judged = 0
    for clause in ANSWER_CHECKS:
        if BY_ID[clause].level is not Level.MUST:
            continue
        result = judge_answer(clause, answer)
        if isinstance(result.problem, CouldNotJudge):
            raise result.problem
        judged += result.observations > 0
        for finding in result.findings:
            yield Breach(finding.where, finding.expected, finding.received, probe, through=clause)
    return judged


def undocumented_error(answer: Answer) -> str:
    """Return what an error answer holds instead of a documented body, or an empty string when it is one.

    Source: Global information, section Errors.
    """
    value = answer.decoded
    if value is not ABSENT and not answer.document.flaws and accepts(ERROR, value):
        return ""
    return text_of(answer.document)
