"""json.*: the body as a JSON text; what is wrong was found by strict decoding."""

from collections.abc import Iterator

from contracts.core.errors import NotExercised
from contracts.core.pointer import walk
from contracts.event_categories.checks.registry import Breach, Steps, answer_check
from contracts.event_categories.evidence import Answer
from contracts.strict_json import Rule


def _flaws(answer: Answer, rule: Rule) -> Iterator[Breach]:
    for flaw in answer.listing.flaws:
        if flaw.rule is rule:
            yield Breach(flaw.where, flaw.expected, flaw.received, times=flaw.times)


@answer_check("json.utf-8")
def utf_8(answer: Answer) -> Steps:
    yield from _flaws(answer, Rule.ENCODING)
    return 1


@answer_check("json.well-formed")
def well_formed(answer: Answer) -> Steps:
    document = answer.listing
    if document.problem:
        raise document.problem
    if not answer.is_text:
        raise NotExercised("the body is not UTF-8")
    yield from _flaws(answer, Rule.GRAMMAR)
    return 1


@answer_check("json.unique-names")
def unique_names(answer: Answer) -> Steps:
    yield from _flaws(answer, Rule.NAMES)  # before the value: a body may be beyond what is judged, and broken
    _ = answer.value
    return answer.document.objects


@answer_check("json.unicode-text")
def unicode_text(answer: Answer) -> Steps:
    yield from _flaws(answer, Rule.TEXT)
    value = answer.value
    return answer.document.members or sum(isinstance(node, str) for _, node in walk(value))
