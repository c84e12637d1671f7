"""http.repeatable and http.unknown-query: answers that should say the same, side by side."""

from collections.abc import Generator
from http import HTTPStatus

from contracts.core.check import Checks, Note, Steps
from contracts.core.clause import LIST, QUERY, REPEAT
from contracts.core.errors import CouldNotJudge, NotExercised
from contracts.core.finding import Finding
from contracts.global_information.checks.conformity import nonconformities
from contracts.judging.agreement import differences, in_words
from contracts.judging.evidence import Evidence

CHECKS = Checks()


@CHECKS.run("http.repeatable")
def repeatable(evidence: Evidence) -> Steps:
    first = evidence.answer(LIST)
    evidence.exchange(REPEAT)
    found = _difference(evidence, REPEAT)
    if first.response.status != HTTPStatus.OK and found is None:
        raise NotExercised(f"the first answer has status {first.response.status}")
    if evidence.earlier is not None:
        what = evidence.earlier.unsteady
        yield Note(f"the first observation was unsteady, and the second is judged; what differed: {what}")
    clauses = 0
    for again in dict.fromkeys(answer for probe, answer in evidence.plain() if probe == REPEAT):
        told: set[str] = set()
        clauses = max(clauses, (yield from _noting(nonconformities(again, REPEAT), told)))
        yield from (
            each for each in differences(first, again, REPEAT) if isinstance(each, Note) or each.where not in told
        )
    for exchange in evidence.by_probe[REPEAT]:
        exchange.observed()
    return clauses


def _noting(findings: Generator[Finding, None, int], places: set[str]) -> Steps:
    """Yield the findings, and note the place of each: what is broken there need not be told as a difference as well."""
    while True:
        try:
            finding = next(findings)
        except StopIteration as stop:
            return int(stop.value)
        places.add(finding.where)
        yield finding


@CHECKS.run("http.unknown-query")
def unknown_query(evidence: Evidence) -> Steps:
    plain, queried = evidence.answer(LIST), evidence.answer(QUERY)
    evidence.response(REPEAT)
    if evidence.difference is not None and evidence.difference.probe == REPEAT:
        raise NotExercised("the answer changes from request to request, also without the parameter")
    _difference(evidence, QUERY)
    yield from differences(plain, queried, QUERY, "as without the parameter")
    return 1


def _difference(evidence: Evidence, probe: str) -> Finding | None:
    """Return what differs first in the answers to a probe, if that is what differs first at all.

    Raises:
        CouldNotJudge: there was one observation, so that the list may only have changed meanwhile.
    """
    found = evidence.difference
    if found is None or found.probe != probe:
        return None
    if evidence.earlier is None:
        why = evidence.abandoned or "the target was observed once"
        raise CouldNotJudge(
            f"one difference is no proof, and no second observation confirms it: {why}; {in_words(found)}"
        )
    return found
