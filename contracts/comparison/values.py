"""Decoded JSON values as texts, exactly: ``3`` and ``3.0`` are equal as JSON values, and still two literals.

Values are as strict decoding gives them when it keeps how numbers are written (``numbers.written``).
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from contracts.core.text import COMMAND, counted
from contracts.judging.schema import ABSENT, Written, identical


def content_rules(before: Any, after: Any) -> Iterator[str]:
    """Iterate over the rules that tell a change within two objects or within two arrays."""
    went = _loses([before], [after])
    came = _loses([after], [before])
    if went:
        yield "content-removed"
    if came:
        yield "content-added"
    if not (went or came) or _values_differ(before, after):
        yield "value-changed"


def _loses(old: Sequence[Any], new: Sequence[Any]) -> bool:
    """Whether a reader of the old values misses something in the new ones: a name, or a type that it knows.

    These are the values at one place of two containers: several where the way leads through an array. Null has no
    type, and an array without elements says nothing of them.
    """
    kinds, others = ({kind(value) for value in side} - {"null"} for side in (old, new))
    if kinds and (not others or others - kinds):
        return True
    places, elements = _within(old)
    other_places, other_elements = _within(new)
    if "object" in others and places.keys() - other_places.keys():
        return True
    if elements and other_elements and _loses(elements, other_elements):
        return True
    return any(_loses(values, other_places[name]) for name, values in places.items() if name in other_places)


def _within(values: Sequence[Any]) -> tuple[dict[str, list[Any]], list[Any]]:
    """Return what the objects among some values hold, by name, and what the arrays among them hold."""
    places: dict[str, list[Any]] = defaultdict(list)
    elements: list[Any] = []
    for value in values:
        if isinstance(value, dict):
            for name, member in value.items():
                places[name].append(member)
        elif isinstance(value, list):
            elements += value
    return places, elements


def _values_differ(before: Any, after: Any) -> bool:
    """Whether something that both have has another value, or an array another number of them."""
    if isinstance(before, dict) and isinstance(after, dict):
        return any(_values_differ(before[name], after[name]) for name in before.keys() & after.keys())
    if isinstance(before, list) and isinstance(after, list):
        return len(before) != len(after) or any(map(_values_differ, before, after))
    return kind(before) == kind(after) and not identical(before, after)


_INDENT = 2
#: A text of a value that is longer, in characters, is cut where it is shown.
_LONGEST = 200
#: Of a container of more values nobody reads more than its size; str() refuses integers of about as many digits.
_SHOWN = 4096


def kind(value: Any) -> str:
    """Return the JSON type of a decoded value.

    All numbers are of one type: a ratio that is 0.5 today and 1 tomorrow has not become another thing. Who needs an
    integer is a client, and its form says so.
    """
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, (int, Decimal)):
        return "number"
    if isinstance(value, str):
        return "string"
    if isinstance(value, (list, dict)):
        return "array" if isinstance(value, list) else "object"
    return "nothing"


def text_of(value: Any, depth: int | None = None) -> str:
    """Return a value as JSON that decodes to an identical one: members sorted, invisible characters escaped.

    The text is on one line without ``depth``, else indented as it stands that deep within a document. A lone
    surrogate comes out as its escape, so that the text can always be written as UTF-8.
    """
    parts: list[str] = []
    todo: list[tuple[str, Any, int | None]] = [("", value, depth)]  # recursion would end before the nesting does
    while todo:
        before, node, depth = todo.pop()
        parts.append(before)
        if isinstance(node, (dict, list)) and node:
            start, end = "{}" if isinstance(node, dict) else "[]"
            margin = "" if depth is None else "\n" + " " * _INDENT * depth
            parts.append(start)
            todo.append((margin + end, ABSENT, None))
            todo += reversed(list(_children(node, depth)))
        elif node is not ABSENT:
            parts.append(_scalar(node))
    return "".join(parts)


def shown(value: Any) -> str:
    """Return a text on one line for a value: as JSON, or where that is long its beginning and a digest of all of it.

    Two values have one text only if they are written alike, so that an exception can pin a value by it.
    """
    if value is ABSENT:
        return "nothing"
    text = text_of(value)
    if len(text) <= _LONGEST:
        return text
    start = text[: _LONGEST // 2] + "…"
    if isinstance(value, (dict, list)) and len(value) > _SHOWN:
        start = counted(len(value), "member") if isinstance(value, dict) else f"an array of {len(value):,}"
    digest = hashlib.sha256(text.encode()).hexdigest()[:12]
    return f"{start} ({len(text):,} characters, sha256 {digest})"


def _children(node: Any, depth: int | None) -> Iterator[tuple[str, Any, int | None]]:
    """Iterate over the values in a container, each with the text in front of it, and how deep it stands."""
    below = None if depth is None else depth + 1
    margin = " " if below is None else "\n" + " " * _INDENT * below
    first = "" if below is None else margin
    names = sorted(node) if isinstance(node, dict) else range(len(node))
    for number, name in enumerate(names):
        before = f",{margin}" if number else first
        yield before + (f"{_string(name)}: " if isinstance(name, str) else ""), node[name], below


def _scalar(value: Any) -> str:
    if isinstance(value, str):
        return _string(value)
    if isinstance(value, (int, Decimal)) and not isinstance(value, bool):
        return _number(value)
    return json.dumps(value)  # null, true, false, and containers that are empty


def _string(text: str) -> str:
    written = COMMAND.sub(r"#\\u0023", json.dumps(text, ensure_ascii=False))  # the same JSON
    return written if written.isprintable() else "".join(map(_character, written))


def _character(character: str) -> str:
    return character if character.isprintable() else json.dumps(character)[1:-1]


def _number(value: int | Decimal) -> str:
    if isinstance(value, int) and value.bit_length() > _SHOWN:  # str() of more would be refused
        return str(Decimal(value))
    return value.text if isinstance(value, Written) else str(value)
