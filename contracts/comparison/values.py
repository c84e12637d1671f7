"""Decoded JSON values, exactly: ``3`` and ``3.0`` are equal as JSON values, and still two literals.

Values are as strict decoding gives them: an integer written as one is ``int``, any other number ``Decimal``.
"""

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from contracts.core.text import COMMAND, shorten

#: More digits than these may be a Decimal although they were written as an integer (see strict decoding).
_DIGITS = 640
_INDENT = 2
#: The largest value that is written out to be shown: of a larger one nobody reads more than its size.
_SHOWN = 4096


class _Absent:
    """The type of ABSENT."""

    def __repr__(self) -> str:
        return "ABSENT"


#: Stands for a member that is not there: None is JSON's null, which is a value.
ABSENT = _Absent()


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


def equal(one: Any, other: Any) -> bool:
    """Whether two decoded values are equal as JSON values: numbers by value, objects whatever their order."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(equal(value, other[name]) for name, value in one.items())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(equal, one, other))
    if isinstance(one, bool) or isinstance(other, bool):  # to Python, true is 1
        return one is other
    return bool(one == other)


def identical(one: Any, other: Any) -> bool:
    """Whether two decoded values are equal, and every number of them is written in the same form."""
    if one is other or (type(one) is type(other) and isinstance(one, (str, int))):
        return bool(one == other)
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(identical(value, other[name]) for name, value in one.items())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(identical, one, other))
    if isinstance(one, (int, Decimal)) and isinstance(other, (int, Decimal)):
        return equal(one, other) and _number(one) == _number(other)
    return equal(one, other)


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
    """Return a short text on one line for a value: exact where that is short, and the size of what is long."""
    if value is ABSENT:
        return "nothing"
    if isinstance(value, (dict, list)) and len(value) > _SHOWN:
        what = "an object with {:,} members" if isinstance(value, dict) else "an array of {:,}"
        return what.format(len(value))
    if isinstance(value, int) and value.bit_length() > _SHOWN:
        return f"an integer of {value.bit_length():,} bits"
    if isinstance(value, str):
        return f'"{shorten(value)}"'
    return shorten(text_of(value))


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
    if isinstance(value, int):
        return str(value) if value.bit_length() <= _SHOWN else str(Decimal(value))
    written = str(value)
    is_integer = written.lstrip("-").isdecimal() and len(written) <= _DIGITS
    return f"{written}E+0" if is_integer else written  # 3e0 is no literal of an integer: some decoders refuse it
