"""Conforming lists that look unusual, whatever they list: other bytes, more members, other ids and names."""

import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

from contracts.mock.faults.fault import Fault, body, elements, literal, value, variant
from contracts.mock.reply import Change, Received, Reply


def _pretty(content: bytes) -> bytes:
    return json.dumps(json.loads(content), indent=4).encode()


def _tabbed(content: bytes) -> bytes:
    return content.replace(b": ", b" :\t").replace(b", ", b"\r\n,  ")


def each(**members: Any) -> Change:
    """Return a change by which every element has these members."""
    return elements(lambda items: [{**item, **members} for item in items])


def changed(name: str, make: Callable[[int, dict[str, Any]], Any]) -> Change:
    """Return a change of a member of every element, made of its index and the element."""
    return elements(lambda items: [{**item, name: make(index, item)} for index, item in enumerate(items)])


def of_length(count: int) -> Change:
    """Return a change by which the list has so many elements."""

    def change(received: Received, reply: Reply) -> Reply:
        return elements(lambda _: received.sample.elements(count))(received, reply)

    return change


def _camel(_: int, item: dict[str, str]) -> str:
    first, *rest = item["name"].split("_")
    return first + "".join(word.capitalize() for word in rest)


def _escaped(received: Received, reply: Reply) -> Reply:
    escapes = "".join(f"\\u{ord(character):04x}" for character in received.sample.second["display_name"])
    return literal('"{text}"', f'"{escapes}"')(received, reply)


def _names_escaped(received: Received, reply: Reply) -> Reply:
    key = received.sample.contract.key.encode()
    escaped = key.replace(b"_", rb"\u005f")
    return body(lambda b: b.replace(b'"id"', rb'"\u0069d"').replace(b'"%s"' % key, b'"%s"' % escaped))(received, reply)


LISTS: tuple[Fault, ...] = tuple(
    variant(name, sentence, change)
    for name, sentence, change in (
        ("as-documented", "The two documented elements.", of_length(2)),
        ("pretty", "The body is indented.", body(_pretty)),
        ("tabbed", "There is white space of every kind between tokens.", body(_tabbed)),
        ("surrounded", "White space stands before and behind the body.", body(lambda b: b"\r\n\t " + b + b"\n\n")),
        ("escaped", "Every letter of a name is escaped.", _escaped),
        ("escaped-pair", "A character beyond the first plane is escaped as a pair.",
         literal('"{text}"', r'"{text} \ud83d\ude00"')),
        ("unicode", "Display names are in many scripts.", literal('"{text}"', '"Модули 模块 🧩 é"')),
        ("long-display-name", "A display name is very long.", literal('"{text}"', f'"{"A" * 5000}"')),
        ("brackets-in-text", "A display name is made of brackets: it nests nothing.",
         literal('"{text}"', f'"{"[{" * 500}"')),
        ("json-in-text", "A display name says NaN, and writes an escape out.",
         literal('"{text}"', r'"NaN, \\ud800 and // more"')),
        ("bidirectional", "A display name holds marks of direction.", literal('"{text}"', r'"\u200fA\u202edd\u2066s"')),
        ("names-escaped", "The names of members are written with escapes.", _names_escaped),
        ("members-shuffled", "The members come in another order.",
         elements(lambda e: [dict(reversed(i.items())) for i in e])),
        ("members-added", "Elements have more members.", each(color="#fff", icon=None, nested={"a": [1, {"b": 1.5}]})),
        ("numbers-added", "An additional member holds numbers of every form and size.",
         literal('"name": "{name}"', '"more": [1e400, -0.0, 1E-7, 0.1, ' + "9" * 5000 + '], "name": "{name}"')),
        ("nesting-added", "An additional member nests deeply.",
         literal('"name": "{name}"', '"more": ' + "[" * 150 + "]" * 150 + ', "name": "{name}"')),
        ("names-unusual", "Additional members have unusual names.", each(**{"": 1, "a/b~c": 2, "Display_Name": 3})),
        ("null-beside", "A null stands beside the list.", value(lambda root, _: {**root, "meta": None})),
        ("empty-beside", "An empty list stands beside the list.", value(lambda root, _: {**root, "errors": []})),
        ("single", "There is one element.", of_length(1)),
        ("two-thousand", "There are two thousand elements.", of_length(2000)),
        ("uuids", "Ids are UUIDs.", changed("id", lambda i, _: str(UUID(int=i)))),
        ("numeric-ids", "Ids are strings of digits.", changed("id", lambda i, _: str(i))),
        ("ids-by-case", "Ids differ by letter case alone.", changed("id", lambda i, _: "aA"[i % 2] * (1 + i // 2))),
        ("camel-case", "Names are in camelCase.", changed("name", _camel)),
        ("display-names-shared", "All display names are the same.", each(display_name="The same")),
    )
)  # fmt: skip
