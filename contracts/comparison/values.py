"""Decoded JSON values as texts, exactly: ``3`` and ``3.0`` are equal as JSON values, and still two literals.

Values are as strict decoding gives them when it keeps how numbers are written (``schema.written``).
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from contracts.core.text import COMMAND, counted, shorten
from contracts.judging.values import ABSENT, Written, identical

#: A name that is longer, in characters, is cut.
_NAME = 80
#: A text of a value that is longer, in characters, is cut where it is shown.
_LONGEST = 200
#: Of a container of more values nobody reads more than its size; str() refuses integers of about as many digits.
_SHOWN = 4096
#: All numbers are of one type: a ratio that is 0.5 today and 1 tomorrow has not become another thing. Who needs an
#: integer is a client, and its form says so.
_KINDS = {
    type(None): "null",
    bool: "boolean",
    str: "string",
    list: "array",
    dict: "object",
    **dict.fromkeys((int, Decimal, Written), "number"),
}


def kind(value: Any) -> str:
    """Return the JSON type of a decoded value, ``nothing`` for ABSENT."""
    return _KINDS.get(type(value), "nothing")


def content_rules(before: Any, after: Any) -> Iterator[str]:
    """Iterate over the rules that tell a change within two objects or within two arrays."""
    went, came = _loses([before], [after]), _loses([after], [before])
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
    (places, elements), (other_places, other_elements) = _within(old), _within(new)
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


def text_of(value: Any, depth: int | None = None) -> str:
    """Return a value as JSON that decodes to an identical one: members sorted, invisible characters escaped.

    The text is on one line without ``depth``, else indented as it stands that deep within a document. A lone
    surrogate comes out as its escape, so that the text can always be written as UTF-8.
    """
    below = None if depth is None else depth + 1
    if value and isinstance(value, dict):
        return _enclosed("{", [f"{_string(name)}: {text_of(value[name], below)}" for name in sorted(value)], "}", depth)
    if value and isinstance(value, list):
        return _enclosed("[", [text_of(each, below) for each in value], "]", depth)
    if isinstance(value, str):
        return _string(value)
    if isinstance(value, Written):
        return value.text
    if isinstance(value, int) and value.bit_length() > _SHOWN:  # str() of more would be refused
        value = Decimal(value)
    return str(value) if isinstance(value, Decimal) else json.dumps(value)


def _enclosed(start: str, texts: Sequence[str], end: str, depth: int | None) -> str:
    if depth is None:
        return start + ", ".join(texts) + end
    margin = "\n" + "  " * depth
    return f"{start}{margin}  {f',{margin}  '.join(texts)}{margin}{end}"


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


def named(text: str | None) -> str:
    """Return a name that anybody may have chosen, cut to what people read; nothing for none."""
    return shorten(text or "", _NAME)


def _string(text: str) -> str:
    written = COMMAND.sub(r"#\\u0023", json.dumps(text, ensure_ascii=False))  # the same JSON
    if written.isprintable():
        return written
    return "".join(each if each.isprintable() else json.dumps(each)[1:-1] for each in written)
