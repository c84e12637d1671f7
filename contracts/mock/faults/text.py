"""Faults of json.* and envelope.*: bytes, grammar, names, and what stands around the list."""

import json
from collections.abc import Callable
from typing import Any

from contracts.event_categories.clauses import KEY
from contracts.mock.faults.fault import MANY, Fault, body, lasting, literal, value
from contracts.mock.server import generated

#: A body without a list that can be read also fails the request that asked for XML: it promises the JSON list.
_UNLISTED = "http.json-only"


def _garbled(name: str, sentence: str, clause: str, change: Callable[[bytes], bytes]) -> Fault:
    return lasting(name, sentence, [clause, _UNLISTED], body(change))


def _accented(encoding: str) -> Callable[[bytes], bytes]:
    def changed(content: bytes) -> bytes:
        return content.decode().replace("Addons", "Modules intégrés").encode(encoding)

    return changed


ENCODING = (
    lasting("bom", "The body begins with a byte order mark.", ["json.utf-8", "client.go-readable"],
            body(lambda b: b"\xef\xbb\xbf" + b)),
    *(
        _garbled(f"encoded-{encoding}", f"The body is in {encoding}.", "json.utf-8", _accented(encoding))
        for encoding in ("utf-16", "utf-16-le", "utf-32", "latin-1")
    ),
    _garbled("utf-8-cut", "A character is cut in two.", "json.utf-8", lambda b: b.replace(b"Addons", b"Addons\xc3")),
    _garbled("utf-8-overlong", "A character is encoded longer than it has to be.", "json.utf-8",
             lambda b: b.replace(b"Addons", b"\xc1\x81ddons")),
    lasting("bom-twice", "The body begins with two byte order marks.", ["json.utf-8", "json.well-formed", _UNLISTED],
            body(lambda b: b"\xef\xbb\xbf" * 2 + b)),
    _garbled("utf-8-surrogate", "A surrogate is encoded as if it were a character.", "json.utf-8",
             lambda b: b.replace(b"Addons", b"\xed\xa0\x80")),
)  # fmt: skip

GRAMMAR = tuple(
    _garbled(f"json-{name}", f"The body {sentence}.", "json.well-formed", change)
    for name, sentence, change in (
        ("empty", "is empty", lambda _: b""),
        ("html", "is a page for people", lambda _: b"<!doctype html><title>Welcome</title>"),
        ("nan", "has NaN as a position", lambda b: b.replace(b'"position": 2}', b'"position": NaN}')),
        ("infinity", "has -Infinity as a position", lambda b: b.replace(b'"position": 2}', b'"position": -Infinity}')),
        ("trailing-comma", "has a comma too many", lambda b: b.replace(b"]}", b",]}")),
        ("comment", "has a comment", lambda b: b"/* categories */ " + b),
        ("trailing-bytes", "is followed by bytes", lambda b: b + b"\n-- 12 rows"),
        ("two-texts", "holds two JSON texts", lambda b: b + b"\n" + b),
        ("nul-behind", "is followed by a NUL", lambda b: b + b"\0"),
        ("single-quotes", "is quoted with single quotes", lambda b: b.replace(b'"', b"'")),
        ("bare-names", "has names without quotes", lambda b: b.replace(b'"position"', b"position")),
        ("control-character", "has a raw line feed in a string", lambda b: b.replace(b"Addons", b"Add\nons")),
        ("bad-escape", "has an escape that JSON lacks", lambda b: b.replace(b"Addons", rb"Add\x6fns")),
        (
            "leading-zero",
            "has a number with a leading zero",
            lambda b: b.replace(b'"position": 2}', b'"position": 02}'),
        ),
        ("plus-sign", "has a number with a plus sign", lambda b: b.replace(b'"position": 2}', b'"position": +2}')),
        ("hexadecimal", "has a hexadecimal number", lambda b: b.replace(b'"position": 2}', b'"position": 0x2}')),
        ("fraction-cut", "has a number that ends with its point", lambda b: b.replace(b": 2}", b": 2.}")),
        ("other-digits", "has a number in full-width digits", lambda b: b.replace(b": 2}", ": \uff12}".encode())),
        ("comma-missing", "has a comma too few", lambda b: b.replace(b", ", b" ", 1)),
        ("tab-in-string", "has a raw tab in a string", lambda b: b.replace(b"Addons", b"Add\tons")),
        ("signed-escape", "has a sign among the digits of an escape", lambda b: b.replace(b"Addons", rb"\u+041ddons")),
        ("no-break-space", "is followed by a no-break space", lambda b: b + "\u00a0".encode()),
        ("form-feed", "begins with a form feed", lambda b: b"\f" + b),
        ("bracket", "has a bracket too many", lambda b: b + b"}"),
        ("guarded", "is guarded against inclusion by a prefix", lambda b: b")]}',\n" + b),
        ("cut", "is cut short", lambda b: b[: len(b) // 2]),
        ("callback", "is wrapped in a call", lambda b: b"callback(" + b + b")"),
        ("python", "has None for null", lambda b: b.replace(b'"Addons"', b"None")),
    )
)

NAMES = (
    lasting("name-twice-in-root", "The list is there twice.", ["json.unique-names"],
            body(lambda b: b[:-1] + b", " + b[1:])),
    lasting("name-twice-in-element", "A category has its id twice.", ["json.unique-names"],
            literal('"name": "addons"', '"id": "5982f139d48c360021b1eb45", "name": "addons"')),
    lasting("name-twice-escaped", "A category has its name twice, once with an escape.", ["json.unique-names"],
            literal('"name": "addons"', r'"n\u0061me": "addons", "name": "addons"')),
    lasting("name-twice-deep", "An additional member has a name twice, deep inside.", ["json.unique-names"],
            literal('"name": "addons"', '"extra": [{"a": {"b": 1, "b": 2}}], "name": "addons"')),
    lasting("name-twice-in-last-of-many", "The last of a thousand categories has its position twice.",
            ["json.unique-names"],
            body(lambda _: json.dumps({KEY: generated(MANY)}).encode()[:-3] + b', "position": 1000}]}')),
    lasting("name-twice-unreadable-in-root", "The list is there twice, and was an object first.",
            ["json.unique-names", "client.go-readable"], body(lambda b: b'{"event_categories": {}, ' + b[1:])),
    lasting("name-twice-unreadable-in-element", "A category has its id twice, and it was a number first.",
            ["json.unique-names", "client.go-readable"],
            literal('"id": "5982f139d48c360021b1eb45"', '"id": 7, "id": "5982f139d48c360021b1eb45"')),
    lasting("name-twice-unreadable-inside", "The list is there twice, and first had a position as text.",
            ["json.unique-names", "client.go-readable"],
            body(lambda b: b'{"event_categories": [{"position": "1"}], ' + b[1:])),
    lasting("surrogate-in-value", "A string holds half a character.", ["json.unicode-text"],
            literal('"Addons"', r'"Addons \ud800"')),
    lasting("surrogate-in-name", "A name of an additional member is half a character.", ["json.unicode-text"],
            literal('"name": "addons"', r'"\udc00": 1, "name": "addons"')),
    lasting("surrogates-reversed", "The halves of a character come in the wrong order.", ["json.unicode-text"],
            literal('"Addons"', r'"Addons \ude00\ud83d"')),
)  # fmt: skip


def _root(name: str, sentence: str, breaks: list[str], change: Callable[[Any], Any]) -> Fault:
    return lasting(name, sentence, breaks, value(change))


_OBJECT, _LIST, _GO = "envelope.object", "envelope.event-categories", "client.go-readable"
ENVELOPE = (
    _root("root-array", "The root is the bare list.", [_OBJECT, _UNLISTED, _GO], lambda root: root[KEY]),
    _root("root-string", "The root is a string.", [_OBJECT, _UNLISTED, _GO], lambda _: "categories"),
    _root("root-null", "The root is null.", [_OBJECT, _UNLISTED], lambda _: None),
    _root("root-number", "The root is a number.", [_OBJECT, _UNLISTED, _GO], lambda _: 12),
    _root("key-camel-case", "The list is called eventCategories.", [_LIST, _UNLISTED],
          lambda root: {"eventCategories": root[KEY]}),
    _root("key-data", "The list is called data.", [_LIST, _UNLISTED], lambda root: {"data": root[KEY]}),
    _root("key-singular", "The list is called event_category.", [_LIST, _UNLISTED],
          lambda root: {"event_category": root[KEY]}),
    _root("list-null", "The list is null.", [_LIST, _UNLISTED], lambda _: {KEY: None}),
    _root("list-object", "The list is an object of categories by name.", [_LIST, _UNLISTED, _GO],
          lambda root: {KEY: {category["name"]: category for category in root[KEY]}}),
    _root("list-string", "The list is JSON within a string.", [_LIST, _UNLISTED, _GO],
          lambda root: {KEY: json.dumps(root[KEY])}),
    _root("list-wrapped", "The list is one level further down.", [_LIST, _UNLISTED, _GO], lambda root: {"data": root}),
    _root("meta-beside", "Pagination stands beside the list.", [_GO], lambda r: {**r, "meta": {"total_count": 12}}),
    _root("count-beside", "A count stands beside the list.", [_GO], lambda root: {**root, "total": 12}),
    _root("text-beside", "A text stands beside the list.", [_GO], lambda root: {**root, "status": "ok"}),
    _root("strings-beside", "A list of strings stands beside the list.", [_GO], lambda r: {**r, "links": ["next"]}),
    _root("arrays-beside", "A list of lists stands beside the list.", [_GO], lambda root: {**root, "more": [[]]}),
    _root("ids-beside", "A list of objects with numeric ids stands beside the list.", [_GO],
          lambda root: {**root, "more": [{"id": 7}]}),
)  # fmt: skip

TEXT = (*ENCODING, *GRAMMAR, *NAMES, *ENVELOPE)
