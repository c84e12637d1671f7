"""json.*: the body as a JSON text; what is wrong was found by strict decoding."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import islice, pairwise
from operator import eq, itemgetter
from typing import Any

from contracts.core.contract import Checks, Steps, findings_of
from contracts.core.errors import NotExercised, Reason
from contracts.core.finding import Finding, step, walk
from contracts.global_information.checks.http import media_types
from contracts.judging import shape
from contracts.judging.answer import Answer, Column
from contracts.judging.schema import ABSENT, describe
from contracts.judging.strict_json import Flaw

_SNAKE_OR_CAMEL = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*|[a-z][a-zA-Z0-9]*")


def texts(answer: Answer, name: str) -> Column:
    """Return the texts that a member of the elements holds."""
    return answer.column(name).texts


def place(answer: Answer, index: int, name: str) -> str:
    """Return the JSON Pointer of a member of an element."""
    return step(answer.contract.key) + step(index) + step(name)


def refused(answer: Answer, name: str, values: Iterable[tuple[int, Any]], expected: str) -> Iterator[Finding]:
    """Iterate over the findings about values of a member, each with the index of its element."""
    return findings_of(values, lambda pair: Finding(place(answer, pair[0], name), expected, describe(pair[1])))


def are_texts_such(answer: Answer, name: str, such: Callable[[str], object], expected: str) -> Steps:
    """Judge that every text of a member is as expected; what is empty is the schema's to report."""
    found = texts(answer, name)
    yield from refused(answer, name, (pair for pair in found if pair[1] and not such(pair[1])), expected)
    return len(found) - found.values.count("")


def name_style(answer: Answer) -> Steps:
    """Judge that every name is in snake_case or camelCase."""
    return (yield from are_texts_such(answer, "name", _SNAKE_OR_CAMEL.fullmatch, "snake_case or camelCase"))


def are_unique(answer: Answer, name: str, values: Column) -> Steps:
    """Judge that no two elements share a value of a member."""
    holders = repeated(values)

    def finding(pair: tuple[int, Any]) -> Finding:
        received = f"{describe(pair[1])}, as {place(answer, holders[pair[0]], name)} has"
        return Finding(place(answer, pair[0], name), f"a{'n' * (name[0] in 'aeiou')} {name} of its own", received)

    yield from findings_of((pair for pair in values if pair[0] in holders) if holders else (), finding)
    return len(values)


def repeated(column: Column) -> dict[int, int]:
    """Return the index of each value that another one before it equals, with the index of the first of these.

    Sorted, not hashed: a target can choose numbers whose hashes are all the same.
    """
    values = sorted(column.values)
    if not any(map(eq, values, islice(values, 1, None))):  # nearly always; to know which are equal takes longer
        return {}
    ordered = sorted(column, key=itemgetter(1))  # stable: of equal values the first comes first
    found: dict[int, int] = {}
    first = None
    for before, (index, value) in pairwise(ordered):
        if before[1] != value:
            first = None
            continue
        first = before[0] if first is None else first
        found[index] = first
    return found


CHECKS = Checks()


def _findings(answer: Answer, flaw: Flaw) -> Iterator[Finding]:
    for violation in answer.require_ok().violations:
        if violation.clause == flaw:
            repeated = ("http.content-type",) if _is_announced(answer, flaw) else ()
            hint = shape.of_answer(answer) if answer.document.value is ABSENT else ""
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
