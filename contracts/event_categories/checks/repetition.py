"""http.repeatable and http.unknown-query: answers that should say the same, side by side."""

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from contracts.core.deadline import watched
from contracts.core.errors import NotExercised
from contracts.core.finding import shorten, step
from contracts.event_categories.checks.category import DOCUMENTED
from contracts.event_categories.checks.conformity import nonconformities
from contracts.event_categories.checks.http import media_types, status_of
from contracts.event_categories.checks.registry import Breach, Note, Steps, run_check
from contracts.event_categories.clauses import KEY
from contracts.event_categories.evidence import OK, Answer, Evidence, describe, list_of, text_of
from contracts.strict_json import ABSENT


@run_check("http.repeatable")
def repeatable(evidence: Evidence) -> Steps:
    first, second = evidence.answer("list"), evidence.answer("repeat")
    if first.response.status != OK:
        raise NotExercised(f"the first answer has status {first.response.status}")
    clauses = yield from nonconformities(second, "repeat")
    if second.response.status == OK and not _identical(first.value, second.value):
        yield from _differences(first.value, second.value)
    return clauses


def _differences(first: Any, second: Any) -> Iterator[Breach | Note]:
    before, after = list_of(first), list_of(second)
    if before is None or after is None:
        yield Breach("", f"{describe(first)}, as before", f"{describe(second)}, another one", "repeat")
        return
    known: dict[str, list[Any]] = {}
    for element in watched(before):
        known.setdefault(canonical(_documented(element)), []).append(element)
    changing = {name for name in first.keys() | second.keys() if name != KEY and _differ(first, second, name)}
    new: list[tuple[int, Any]] = []
    for index, element in enumerate(watched(after)):
        if same := known.get(canonical(_documented(element))):
            changing |= _changing(same.pop(), element)
        else:
            new.append((index, element))
    yield from _changed([element for rest in known.values() for element in rest], new)
    if changing:
        yield Note(f"additional members change from answer to answer: {', '.join(map(ascii, sorted(changing)[:10]))}")


def _changed(gone: list[Any], new: list[tuple[int, Any]]) -> Iterator[Breach]:
    """Yield what is new in the second answer, by its members where the id tells which category it was."""
    by_id = {element["id"]: number for number, element in enumerate(gone) if _has_id(element)}
    missing = dict(enumerate(gone))
    for index, element in new:
        before = missing.pop(by_id.pop(element["id"], -1), None) if _has_id(element) else None
        where = step(KEY) + step(index)
        if before is None:
            yield Breach(where, "a category of the first answer", shorten(canonical(element)), "repeat")
            continue
        for name in sorted(DOCUMENTED):
            if _differ(before, element, name):
                expected = f"{_member(before, name)}, as before"
                yield Breach(where + step(name), expected, _member(element, name), "repeat")
    for element in missing.values():
        received = f"not among them: {shorten(canonical(element))}"
        yield Breach(step(KEY), "every category of the first answer", received, "repeat")


def _has_id(element: Any) -> bool:
    return isinstance(element, dict) and isinstance(element.get("id"), str)


def _documented(element: Any) -> Any:
    if not isinstance(element, dict):
        return element
    return {name: value for name, value in element.items() if name in DOCUMENTED}


def _changing(before: Any, after: Any) -> set[str]:
    """Return the names of the additional members that differ between two answers."""
    if before is after or not (isinstance(before, dict) and isinstance(after, dict)):
        return set()
    return {name for name in before.keys() | after.keys() if name not in DOCUMENTED and _differ(before, after, name)}


def _differ(before: dict[str, Any], after: dict[str, Any], name: str) -> bool:
    return not _identical(before.get(name, ABSENT), after.get(name, ABSENT))


def _member(category: dict[str, Any], name: str) -> str:
    return describe(category[name]) if name in category else "nothing"


def _identical(before: Any, after: Any) -> bool:
    if ABSENT in (before, after):
        return before is after
    return before is after or canonical(before) == canonical(after)


def canonical(value: Any) -> str:
    """Return a text that is the same for equal JSON values, whatever the order of members and the literals.

    A number of 600 digits or more, which no client reads, may have two texts: as an integer and with an exponent.
    """
    return json.dumps(value, sort_keys=True, default=_number)


def _number(value: Decimal) -> int | str:
    sign, digits, exponent = value.as_tuple()
    text = "".join(map(str, digits)).lstrip("0")
    significant = text.rstrip("0")
    if not significant:
        return 0
    power = int(exponent) + len(text) - len(significant)
    if 0 <= power < 600 - len(significant):  # short enough to be written out as an integer
        return int(f"{'-' * sign}{significant}{'0' * power}")
    return f"{'-' * sign}{significant}e{power}"


@run_check("http.unknown-query")
def unknown_query(evidence: Evidence) -> Steps:
    plain, queried = evidence.answer("list"), evidence.answer("unknown-query")
    again = evidence.answer("repeat")
    if not _same_content(plain, again) or media_types(plain.response) != media_types(again.response):
        raise NotExercised("the answer changes from request to request, also without the parameter")
    if queried.response.status != plain.response.status:
        expected = f"{plain.response.status}, as without the parameter"
        yield Breach("status", expected, status_of(queried.response), "unknown-query")
    elif media_types(queried.response) != media_types(plain.response):
        expected = f"{plain.response.first('Content-Type')}, as without the parameter"
        yield Breach("header Content-Type", expected, queried.response.first("Content-Type") or "none", "unknown-query")
    elif not _same_content(plain, queried):
        expected = f"{text_of(plain.document)}, as without the parameter"
        yield Breach("", expected, f"{text_of(queried.document)}, another one", "unknown-query")
    return 1


def _same_content(one: Answer, other: Answer) -> bool:
    if one is other:
        return True
    if ABSENT in (one.decoded, other.decoded):
        return one.response.body == other.response.body
    return _identical(one.document.value, other.document.value)
