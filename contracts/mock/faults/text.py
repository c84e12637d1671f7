"""Faults of json.* and envelope.*: bytes, grammar, names, and what stands around the list."""

import json
from collections.abc import Callable
from typing import Any

from contracts.mock.faults.fault import ENVELOPE_LIST, MANY, Fault, body, fault, literal, unlisted, value
from contracts.mock.reply import Change, Received, Reply


def _second(change: Callable[[bytes, bytes], bytes]) -> Change:
    """Return a change of the bytes of every list, given with the display name of the second element."""

    def changed(received: Received, reply: Reply) -> Reply:
        text = received.sample.second["display_name"].encode()
        return body(lambda content: change(content, text))(received, reply)

    return changed


def _named(change: Callable[[bytes], bytes]) -> Change:
    return _second(lambda content, text: content.replace(text, change(text)))


def _accented(encoding: str) -> Change:
    def changed(content: bytes, text: bytes) -> bytes:
        return content.decode().replace(text.decode(), "Modules intégrés").encode(encoding)

    return _second(changed)


ENCODING = (
    fault("bom", "The body begins with a byte order mark.", ["json.utf-8"],
            body(lambda b: b"\xef\xbb\xbf" + b)),
    *(
        unlisted(f"encoded-{encoding}", f"The body is in {encoding}.", ["json.utf-8"], _accented(encoding))
        for encoding in ("utf-16", "utf-16-le", "utf-32", "latin-1")
    ),
    unlisted("utf-8-cut", "A character is cut in two.", ["json.utf-8"], _named(lambda text: text + b"\xc3")),
    unlisted("utf-8-overlong", "A character is encoded longer than it has to be.", ["json.utf-8"],
             _named(lambda text: b"\xc1\x81" + text[1:])),
    unlisted("bom-twice", "The body begins with two byte order marks.", ["json.utf-8", "json.well-formed"],
            body(lambda b: b"\xef\xbb\xbf" * 2 + b)),
    unlisted("utf-8-surrogate", "A surrogate is encoded as if it were a character.", ["json.utf-8"],
             _named(lambda _: b"\xed\xa0\x80")),
)  # fmt: skip


def _number(written: str) -> Change:
    """Return a change by which an element has one member more, a number that is written so."""
    return literal('"name": "{name}"', f'"more": {written}, "name": "{{name}}"')


GRAMMAR = tuple(
    unlisted(f"json-{name}", f"The body {sentence}.", ["json.well-formed"], change)
    for name, sentence, change in (
        ("empty", "is empty", body(lambda _: b"")),
        ("html", "is a page for people", body(lambda _: b"<!doctype html><title>Welcome</title>")),
        ("nan", "has NaN as a number", _number("NaN")),
        ("infinity", "has -Infinity as a number", _number("-Infinity")),
        ("trailing-comma", "has a comma too many", body(lambda b: b.replace(b"]}", b",]}"))),
        ("comment", "has a comment", body(lambda b: b"/* categories */ " + b)),
        ("trailing-bytes", "is followed by bytes", body(lambda b: b + b"\n-- 12 rows")),
        ("two-texts", "holds two JSON texts", body(lambda b: b + b"\n" + b)),
        ("nul-behind", "is followed by a NUL", body(lambda b: b + b"\0")),
        ("single-quotes", "is quoted with single quotes", body(lambda b: b.replace(b'"', b"'"))),
        ("bare-names", "has names without quotes", body(lambda b: b.replace(b'"name"', b"name"))),
        ("control-character", "has a raw line feed in a string", _named(lambda text: text[:3] + b"\n" + text[3:])),
        ("bad-escape", "has an escape that JSON lacks", _named(lambda text: text[:3] + rb"\x6f" + text[4:])),
        (
            "leading-zero",
            "has a number with a leading zero",
            _number("02"),
        ),
        ("plus-sign", "has a number with a plus sign", _number("+2")),
        ("hexadecimal", "has a hexadecimal number", _number("0x2")),
        ("fraction-cut", "has a number that ends with its point", _number("2.")),
        ("other-digits", "has a number in full-width digits", _number("\uff12")),
        ("comma-missing", "has a comma too few", body(lambda b: b.replace(b", ", b" ", 1))),
        ("tab-in-string", "has a raw tab in a string", _named(lambda text: text[:3] + b"\t" + text[3:])),
        ("signed-escape", "has a sign among the digits of an escape", _named(lambda text: rb"\u+041" + text[1:])),
        ("no-break-space", "is followed by a no-break space", body(lambda b: b + "\u00a0".encode())),
        ("form-feed", "begins with a form feed", body(lambda b: b"\f" + b)),
        ("bracket", "has a bracket too many", body(lambda b: b + b"}")),
        ("guarded", "is guarded against inclusion by a prefix", body(lambda b: b")]}',\n" + b)),
        ("cut", "is cut short", body(lambda b: b[: len(b) // 2])),
        ("callback", "is wrapped in a call", body(lambda b: b"callback(" + b + b")")),
        ("python", "has None for null", _second(lambda content, text: content.replace(b'"' + text + b'"', b"None"))),
    )
)


def _last_of_many(received: Received, reply: Reply) -> Reply:
    elements = received.sample.elements(MANY)
    text = json.dumps(received.sample.root(elements))[:-3] + f', "id": {json.dumps(elements[-1]["id"])}}}]}}'
    return body(lambda _: text.encode())(received, reply)


NAMES = (
    fault("name-twice-in-root", "The list is there twice.", ["json.unique-names"],
            body(lambda b: b[:-1] + b", " + b[1:])),
    fault("name-twice-in-element", "An element has its id twice.", ["json.unique-names"],
            literal('"name": "{name}"', '"id": "5982f139d48c360021b1eb45", "name": "{name}"')),
    fault("name-twice-escaped", "An element has its name twice, once with an escape.", ["json.unique-names"],
            literal('"name": "{name}"', r'"n\u0061me": "{name}", "name": "{name}"')),
    fault("name-twice-deep", "An additional member has a name twice, deep inside.", ["json.unique-names"],
            literal('"name": "{name}"', '"extra": [{"a": {"b": 1, "b": 2}}], "name": "{name}"')),
    fault("name-twice-in-last-of-many", "The last of a thousand elements has its id twice.", ["json.unique-names"],
            _last_of_many),
    fault("surrogate-in-value", "A string holds half a character.", ["json.unicode-text"],
            literal('"{text}"', r'"{text} \ud800"')),
    fault("surrogate-in-name", "A name of an additional member is half a character.", ["json.unicode-text"],
            literal('"name": "{name}"', r'"\udc00": 1, "name": "{name}"')),
    fault("surrogates-reversed", "The halves of a character come in the wrong order.", ["json.unicode-text"],
            literal('"{text}"', r'"{text} \ude00\ud83d"')),
)  # fmt: skip


def _root(name: str, sentence: str, breaks: list[str], change: Callable[[Any, str], Any]) -> Fault:
    return unlisted(name, sentence, breaks, value(change))


def _respelled(key: str) -> str:
    """Return a key in camelCase; one of a single word, which would stay as it is, with a capital."""
    first, *rest = key.split("_")
    return first + "".join(word.capitalize() for word in rest) if rest else key.capitalize()


_OBJECT = "envelope.object"
ENVELOPE = (
    _root("root-array", "The root is the bare list.", [_OBJECT], lambda root, key: root[key]),
    _root("root-string", "The root is a string.", [_OBJECT], lambda _, key: key),
    _root("root-null", "The root is null.", [_OBJECT], lambda *_: None),
    _root("root-number", "The root is a number.", [_OBJECT], lambda *_: 12),
    _root("key-camel-case", "The list has its name in camelCase.", [ENVELOPE_LIST],
          lambda root, key: {_respelled(key): root[key]}),
    _root("key-data", "The list is called data.", [ENVELOPE_LIST], lambda root, key: {"data": root[key]}),
    _root("key-singular", "The list has its name cut short.", [ENVELOPE_LIST], lambda root, key: {key[:-1]: root[key]}),
    _root("list-null", "The list is null.", [ENVELOPE_LIST], lambda _, key: {key: None}),
    _root("list-object", "The list is an object of elements by name.", [ENVELOPE_LIST],
          lambda root, key: {key: {element["name"]: element for element in root[key]}}),
    _root("list-string", "The list is JSON within a string.", [ENVELOPE_LIST],
          lambda root, key: {key: json.dumps(root[key])}),
    _root("list-wrapped", "The list is one level further down.", [ENVELOPE_LIST], lambda root, _: {"data": root}),
)  # fmt: skip

TEXT = (*ENCODING, *GRAMMAR, *NAMES, *ENVELOPE)
