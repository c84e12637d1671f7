"""http.repeatable and http.unknown-query: answers that should say the same, side by side."""

from collections.abc import Iterator

from contracts.core.check import Checks, Note, Steps
from contracts.core.clause import LIST, QUERY, REPEAT
from contracts.core.errors import CouldNotJudge, NotExercised
from contracts.core.finding import Finding
from contracts.global_information.checks.conformity import nonconformities
from contracts.judging.agreement import differences, in_words
from contracts.judging.evidence import Evidence, observed

CHECKS = Checks()


@CHECKS.run("http.repeatable")
def repeatable(evidence: Evidence) -> Steps:
    first = evidence.answer(LIST)
    evidence.exchange(REPEAT)
    _difference(evidence, REPEAT)
    if evidence.earlier is not None:
        what = evidence.earlier.unsteady
        yield Note(f"the first observation was unsteady, and the second is judged; what differed: {what}")
    clauses = 0
    for again in dict.fromkeys(answer for probe, answer in evidence.plain() if probe == REPEAT):
        found, judged = nonconformities(evidence, again, REPEAT)
        clauses = max(clauses, judged)
        yield from found
        if again.holds_list or not found:  # what is no list is told of as that
            yield from _beside(found, differences(first, again, REPEAT))
    for exchange in evidence.by_probe[REPEAT]:
        observed(exchange)
    return clauses


@CHECKS.run("http.unknown-query")
def unknown_query(evidence: Evidence) -> Steps:
    plain, queried = evidence.answer(LIST), evidence.answer(QUERY)
    evidence.response(REPEAT)
    if evidence.difference is not None and evidence.difference.probe == REPEAT:
        raise NotExercised("the answer changes from request to request, also without the parameter")
    _difference(evidence, QUERY)
    both = plain.holds_list and queried.holds_list
    found = nonconformities(evidence, queried, QUERY)[0] if both else []
    yield from found
    yield from _beside(found, differences(plain, queried, QUERY, "as without the parameter"))
    return 1


def _beside(told: list[Finding], found: Iterator[Finding | Note]) -> Iterator[Finding | Note]:
    """Leave out what was told of the same place already: what is broken there is no difference as well."""
    places = {finding.where for finding in told}
    return (step for step in found if isinstance(step, Note) or step.where not in places)


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
