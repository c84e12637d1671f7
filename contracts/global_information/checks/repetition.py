"""http.repeatable and http.unknown-query: answers that should say the same, side by side."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from contracts.core.check import Checks, Note, Steps
from contracts.core.clause import LIST
from contracts.core.contract import Contract
from contracts.core.deadline import watched
from contracts.core.errors import NotExercised
from contracts.core.finding import Finding, step
from contracts.core.text import shorten
from contracts.global_information.checks.conformity import nonconformities
from contracts.global_information.checks.http import media_types, status_of
from contracts.judging.answer import Answer, text_of
from contracts.judging.evidence import Evidence
from contracts.judging.values import ABSENT, canonical, describe, identical

CHECKS = Checks()


@CHECKS.run("http.repeatable")
def repeatable(evidence: Evidence) -> Steps:
    first, second = evidence.answer(LIST), evidence.answer("repeat")
    if first.response.status != HTTPStatus.OK:
        raise NotExercised(f"the first answer has status {first.response.status}")
    clauses = yield from nonconformities(second, "repeat")
    if second.response.status == HTTPStatus.OK and not identical(first.require_value(), second.require_value()):
        yield from _differences(first, second)
    return clauses


def _differences(first: Answer, second: Answer) -> Iterator[Finding | Note]:
    before, after, contract = first.require_value(), second.require_value(), first.contract
    if first.elements is None or second.elements is None:
        yield Finding("", f"{describe(before)}, as before", f"{describe(after)}, another one", "repeat")
        return
    known: dict[str, list[Any]] = {}
    for element in watched(first.elements):
        known.setdefault(canonical(_documented(element, contract)), []).append(element)
    changing = {name for name in before.keys() | after.keys() if name != contract.key and _differ(before, after, name)}
    new: list[tuple[int, Any]] = []
    for index, element in enumerate(watched(second.elements)):
        if same := known.get(canonical(_documented(element, contract))):
            changing |= _changing(same.pop(), element, contract)
        else:
            new.append((index, element))
    yield from _changed([element for rest in known.values() for element in rest], new, contract)
    if changing:
        yield Note(f"additional members change from answer to answer: {', '.join(map(ascii, sorted(changing)[:10]))}")


def _changed(gone: list[Any], new: list[tuple[int, Any]], contract: Contract) -> Iterator[Finding]:
    """Yield what is new in the second answer, by its members where the id tells which element it was."""
    by_id = {element["id"]: number for number, element in enumerate(gone) if _has_id(element)}
    missing = dict(enumerate(gone))
    for index, element in new:
        before = missing.pop(by_id.pop(element["id"], -1), None) if _has_id(element) else None
        where = step(contract.key) + step(index)
        if before is None:
            yield Finding(where, f"a {contract.element} of the first answer", shorten(canonical(element)), "repeat")
            continue
        for name in sorted(contract.members):
            if _differ(before, element, name):
                expected = f"{describe(before.get(name, ABSENT))}, as before"
                yield Finding(where + step(name), expected, describe(element.get(name, ABSENT)), "repeat")
    for element in missing.values():
        received = f"not among them: {shorten(canonical(element))}"
        yield Finding(step(contract.key), f"every {contract.element} of the first answer", received, "repeat")


def _has_id(element: Any) -> bool:
    return isinstance(element, dict) and isinstance(element.get("id"), str)


def _documented(element: Any, contract: Contract) -> Any:
    if not isinstance(element, dict):
        return element
    return {name: value for name, value in element.items() if name in contract.members}


def _changing(before: Any, after: Any, contract: Contract) -> set[str]:
    """Return the names of the additional members that differ between two answers."""
    if before is after or not (isinstance(before, dict) and isinstance(after, dict)):
        return set()
    additional = (before.keys() | after.keys()) - set(contract.members)
    return {name for name in additional if _differ(before, after, name)}


def _differ(before: dict[str, Any], after: dict[str, Any], name: str) -> bool:
    return not identical(before.get(name, ABSENT), after.get(name, ABSENT))


@CHECKS.run("http.unknown-query")
def unknown_query(evidence: Evidence) -> Steps:
    plain, queried = evidence.answer(LIST), evidence.answer("unknown-query")
    again = evidence.answer("repeat")
    if not _same_content(plain, again) or media_types(plain.response) != media_types(again.response):
        raise NotExercised("the answer changes from request to request, also without the parameter")
    if queried.response.status != plain.response.status:
        expected = f"{plain.response.status}, as without the parameter"
        yield Finding("status", expected, status_of(queried.response), "unknown-query")
    elif media_types(queried.response) != media_types(plain.response):
        expected = f"{plain.response.first('Content-Type')}, as without the parameter"
        yield Finding(
            "header Content-Type", expected, queried.response.first("Content-Type") or "none", "unknown-query"
        )
    elif not _same_content(plain, queried):
        expected = f"{text_of(plain.document)}, as without the parameter"
        yield Finding("", expected, f"{text_of(queried.document)}, another one", "unknown-query")
    return 1


def _same_content(one: Answer, other: Answer) -> bool:
    if one is other:
        return True
    if ABSENT in (one.document.value, other.document.value):
        return one.response.body == other.response.body
    return identical(one.document.value, other.document.value)
