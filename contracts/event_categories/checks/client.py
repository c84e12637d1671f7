"""client.*: what the official clients need beyond the documentation."""

from collections.abc import Iterator
from typing import Any

from contracts.core.finding import step
from contracts.event_categories.checks.registry import Breach, Steps, answer_check
from contracts.event_categories.clauses import KEY
from contracts.event_categories.evidence import Answer, describe

_GO_MEMBERS = ("id", "name", "position")
_TEXT_OR_NULL = (str, type(None))
_INT64 = range(-(2**63), 2**63)
_EXACT_IN_JS = 2**53 - 1


@answer_check("client.go-readable")
def go_readable(answer: Answer) -> Steps:
    seen = 0
    for name, value in answer.members.items():
        if value is None:
            seen += 1
        elif not isinstance(value, list):
            seen += 1
            yield Breach(step(name), "null or a list of objects", describe(value))
        else:
            seen += max(1, len(value))
            names = answer.member_names if name == KEY and any(isinstance(e, dict) for e in value) else _names(value)
            yield from _unreadable(step(name), value, _confusable(names))
    return seen


def _unreadable(where: str, elements: list[Any], confusable: set[str]) -> Iterator[Breach]:
    for index, element in enumerate(elements):
        if not isinstance(element, dict):
            yield Breach(where + step(index), "an object", describe(element))
            continue
        get = element.get
        if not (get("id").__class__ in _TEXT_OR_NULL and get("name").__class__ in _TEXT_OR_NULL):
            for member in ("id", "name"):
                if get(member).__class__ not in _TEXT_OR_NULL:
                    yield Breach(where + step(index) + step(member), "a string or null", describe(get(member)))
        position = get("position")
        if position is not None and not (type(position) is int and position in _INT64):
            expected = "an integer literal of 64 bits, or null"
            yield Breach(where + step(index) + "/position", expected, describe(position))
        for member in sorted(confusable.intersection(element)) if confusable else ():
            expected = "no member that differs from id, name or position by letter case alone"
            yield Breach(where + step(index) + step(member), expected, describe(member))


def _names(elements: list[Any]) -> set[str]:
    return set().union(*(element for element in elements if isinstance(element, dict)))


def _confusable(names: set[str]) -> set[str]:
    """Return the member names that Go's decoder takes for one that it knows (encoding/json, Unmarshal)."""
    return {name for name in names.difference(_GO_MEMBERS) if name.casefold() in _GO_MEMBERS}


@answer_check("client.js-exact")
def js_exact(answer: Answer) -> Steps:
    for index, position in answer.positions:
        if not -_EXACT_IN_JS <= position <= _EXACT_IN_JS:
            where = f"{step(KEY)}{step(index)}/position"
            yield Breach(where, "between -(2^53-1) and 2^53-1", describe(position))
    return len(answer.positions)
