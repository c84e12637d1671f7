"""json.*: the body as a JSON text; what is wrong was found by strict decoding."""

from collections.abc import Iterator
from dataclasses import replace

from contracts.core.check import Checks, Steps
from contracts.core.errors import NotExercised, Reason
from contracts.core.finding import Finding
from contracts.core.pointer import walk
from contracts.global_information.checks.http import media_types
from contracts.judging import hints
from contracts.judging.answer import Answer
from contracts.judging.strict_json import Flaw
from contracts.judging.values import ABSENT

CHECKS = Checks()


def _findings(answer: Answer, flaw: Flaw) -> Iterator[Finding]:
    for violation in answer.require_ok().violations:
        if violation.clause == flaw:
            repeated = ("http.content-type",) if _is_announced(answer, flaw) else ()
            hint = hints.of_answer(answer) if answer.document.value is ABSENT else ""
            yield replace(Finding.of(violation), repeats=repeated, hint=hint)


def _is_announced(answer: Answer, flaw: Flaw) -> bool:
    """Whether the header says already what is wrong: the body is something else than JSON, or in another charset."""
    if answer.document.value is not ABSENT:
        return False
    types = media_types(answer.response)
    if not any(kind.endswith("json") for kind, _ in types):
        return True
    charsets = {text for _, parameters in types for name, text in parameters or () if name == "charset"}
    return flaw is Flaw.ENCODING and bool(charsets - {"utf-8"})


@CHECKS.answer("json.utf-8")
def utf_8(answer: Answer) -> Steps:
    if answer.response.decoded:
        raise NotExercised(Reason.BEYOND_FILE)
    yield from _findings(answer, Flaw.ENCODING)
    return 1


@CHECKS.answer("json.well-formed")
def well_formed(answer: Answer) -> Steps:
    document = answer.require_ok()
    if document.problem:
        raise document.problem
    if not answer.is_text:
        raise NotExercised("the body is not UTF-8")
    yield from _findings(answer, Flaw.GRAMMAR)
    return 1


@CHECKS.answer("json.unique-names")
def unique_names(answer: Answer) -> Steps:
    yield from _findings(answer, Flaw.NAMES)  # before the value: a body may be beyond what is judged, and broken
    answer.require_value()
    return answer.document.objects


@CHECKS.answer("json.unicode-text")
def unicode_text(answer: Answer) -> Steps:
    yield from _findings(answer, Flaw.TEXT)
    value = answer.require_value()
    return answer.document.members or sum(isinstance(node, str) for _, node in walk(value))
