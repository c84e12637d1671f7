"""Conforming lists that look unusual: other bytes, more members, other ids, names and positions."""

import json
from typing import Any
from uuid import UUID

from contracts.event_categories.clauses import KEY
from contracts.mock.faults.fault import Change, Fault, body, elements, literal, value, variant
from contracts.mock.server import generated

_EXACT_IN_JS = 2**53 - 1


def _pretty(content: bytes) -> bytes:
    return json.dumps(json.loads(content), indent=4).encode()


def _tabbed(content: bytes) -> bytes:
    return content.replace(b": ", b" :\t").replace(b", ", b"\r\n,  ")


def _each(**members: Any) -> Change:
    return elements(lambda items: [{**item, **members} for item in items])


def _changed(name: str, make: Any) -> Change:
    return elements(lambda items: [{**item, name: make(index, item)} for index, item in enumerate(items)])


def _camel(_: int, item: dict[str, str]) -> str:
    first, *rest = item["name"].split("_")
    return first + "".join(word.capitalize() for word in rest)


LISTS: tuple[Fault, ...] = (
    variant("as-documented", "The two documented categories.", value(lambda _: {KEY: generated(2)})),
    variant("pretty", "The body is indented.", body(_pretty)),
    variant("tabbed", "There is white space of every kind between tokens.", body(_tabbed)),
    variant("surrounded", "White space stands before and behind the body.", body(lambda b: b"\r\n\t " + b + b"\n\n")),
    variant("escaped", "Every letter of a name is escaped.", literal('"Addons"', r'"\u0041dd\u006fns"')),
    variant(
        "escaped-pair",
        "A character beyond the first plane is escaped as a pair.",
        literal('"Addons"', r'"Addons \ud83d\ude00"'),
    ),
    variant(
        "unicode",
        "Display names are in many scripts.",
        body(lambda b: b.replace(b"Addons", "Модули 模块 🧩 é".encode())),
    ),
    variant("long-display-name", "A display name is very long.", literal('"Addons"', f'"{"A" * 5000}"')),
    variant(
        "brackets-in-text",
        "A display name is made of brackets: it nests nothing.",
        literal('"Addons"', f'"{"[{" * 500}"'),
    ),
    variant(
        "json-in-text",
        "A display name says NaN, and writes an escape out.",
        literal('"Addons"', r'"NaN, \\ud800 and // more"'),
    ),
    variant(
        "bidirectional", "A display name holds marks of direction.", literal('"Addons"', r'"\u200fA\u202edd\u2066s"')
    ),
    variant(
        "names-escaped",
        "The names of members are written with escapes.",
        body(lambda b: b.replace(b'"id"', rb'"\u0069d"').replace(b'"event_categories"', rb'"event\u005fcategories"')),
    ),
    variant(
        "members-shuffled",
        "The members come in another order.",
        elements(lambda e: [dict(reversed(i.items())) for i in e]),
    ),
    variant(
        "members-added", "Categories have more members.", _each(color="#fff", icon=None, nested={"a": [1, {"b": 1.5}]})
    ),
    variant(
        "numbers-added",
        "An additional member holds numbers of every form and size.",
        literal('"name": "addons"', f'"more": [1e400, -0.0, 1E-7, 0.1, {"9" * 5000}], "name": "addons"'),
    ),
    variant(
        "nesting-added",
        "An additional member nests deeply.",
        literal('"name": "addons"', f'"more": {"[" * 150 + "]" * 150}, "name": "addons"'),
    ),
    variant("names-unusual", "Additional members have unusual names.", _each(**{"": 1, "a/b~c": 2, "Display_Name": 3})),
    variant("null-beside", "A null stands beside the list.", value(lambda root: {**root, "meta": None})),
    variant(
        "objects-beside",
        "Another list of objects stands beside the list.",
        value(lambda root: {"event_types": [{"id": "1"}], **root}),
    ),
    variant(
        "nulls-beside",
        "A list of objects stands beside the list that say nothing.",
        value(lambda root: {**root, "more": [{"id": None, "name": None, "position": None}, {}]}),
    ),
    variant("empty-beside", "An empty list stands beside the list.", value(lambda root: {**root, "errors": []})),
    variant("single", "There is one category.", value(lambda _: {KEY: generated(1)})),
    variant("two-thousand", "There are two thousand categories.", value(lambda _: {KEY: generated(2000)})),
    variant("sparse", "Positions are negative and have gaps.", _changed("position", lambda i, _: i * 10 - 5)),
    variant(
        "extreme",
        "Positions reach to what JavaScript knows exactly.",
        _changed("position", lambda i, _: _EXACT_IN_JS - 11 + i),
    ),
    variant(
        "lowest",
        "Positions begin at the lowest that JavaScript knows exactly.",
        _changed("position", lambda i, _: i - _EXACT_IN_JS),
    ),
    variant("minus-zero", "A position is written -0.", literal('"position": 1}', '"position": -0}')),
    variant("uuids", "Ids are UUIDs.", _changed("id", lambda i, _: str(UUID(int=i)))),
    variant("numeric-ids", "Ids are strings of digits.", _changed("id", lambda i, _: str(i))),
    variant(
        "ids-by-case",
        "Ids differ by letter case alone.",
        elements(lambda e: [{**i, "id": x} for i, x in zip(e, "aAbBcCdDeEfF", strict=True)]),
    ),
    variant("camel-case", "Names are in camelCase.", _changed("name", _camel)),
    variant("display-names-shared", "All display names are the same.", _each(display_name="Category")),
)
