"""Strict decoding of JSON from raw bytes (RFC 8259, RFC 7493): what ``json.loads`` lets through is a flaw.

``json.loads`` accepts NaN, repeated names and lone surrogates, guesses UTF-16, drops the difference between ``3``
and ``3.0``, and gives up on integers of more than 4,300 digits. Here each of these is seen and said.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from itertools import accumulate
from typing import Any

from contracts.core.errors import BrokenAnswer, CouldNotJudge
from contracts.core.finding import shorten, step

#: Deeper nesting than this is not judged: no client of a flat list reads it, and recursion would not end well.
MAX_DEPTH = 200

#: More values than this are not judged: a list of 500,000 categories has as many, and a body of commas alone would
#: cost minutes.
MAX_VALUES = 2_000_000

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
# One that is never closed reaches to the end: a pattern that gave up there would start anew at each of its quotes.
# Patterns are compiled where they are first needed: most bodies need none of them.
_STRING = rb'(?s)"(?:[^"\\]|\\.)*+"?'
_STRING_OR_CONSTANT = r'(?s)"(?:[^"\\]|\\.)*"|(-?Infinity|NaN)'
_SURROGATE_ESCAPE = r"\\u[dD][89a-fA-F]"
_SURROGATE = "[\ud800-\udfff]"
_NOT_A_BRACKET = bytes(set(range(256)) - set(b"[]{}"))
_OPEN, _CLOSE = 1, 255  # 255 is -1 in a signed byte
_BRACKET_STEPS = bytes.maketrans(b"[{]}", bytes((_OPEN, _OPEN, _CLOSE, _CLOSE)))


class Rule(StrEnum):
    """The rule of strict decoding that a flaw breaks."""

    ENCODING = "json.utf-8"
    GRAMMAR = "json.well-formed"
    NAMES = "json.unique-names"
    TEXT = "json.unicode-text"


@dataclass(frozen=True)
class Flaw:
    """One departure from strict JSON. ``where`` is a JSON Pointer or ``byte N``, counted from 0."""

    rule: Rule
    where: str
    expected: str
    received: str


class _Absent:
    """The type of the value of a body that is not JSON."""

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT = _Absent()


class Replaced:
    """The values that repeated names replaced, by the object in which they stood: a decoder may still meet them."""

    def __init__(self, values: Iterable[tuple[dict[str, Any], str, Any]] = ()) -> None:
        self._owners: dict[int, tuple[dict[str, Any], list[tuple[str, Any]]]] = {}
        for owner, name, value in values:
            self._owners.setdefault(id(owner), (owner, []))[1].append((name, value))

    def __bool__(self) -> bool:
        return bool(self._owners)

    def of(self, owner: dict[str, Any]) -> list[tuple[str, Any]]:
        """Return the names and values that were replaced in an object, in the order of the text."""
        return self._owners[id(owner)][1] if id(owner) in self._owners else []


@dataclass(frozen=True)
class Document:
    """What strict decoding makes of a body.

    ``value`` is ABSENT when the body is no JSON text. Integers written as integers are ``int``; every other number
    (``3.0``, ``3e0``, integers too long for CPython to convert) is an exact ``Decimal``. ``objects`` and ``members``
    count what was seen. ``replaced`` holds the values that a repeated name replaced. ``problem`` is set when the
    body could not be judged.
    """

    value: Any = ABSENT
    flaws: tuple[Flaw, ...] = ()
    objects: int = 0
    members: int = 0
    replaced: Replaced = field(default=Replaced(), compare=False)
    problem: CouldNotJudge | None = None


class _ConstantError(ValueError):
    """A number that JSON does not have: NaN, Infinity, -Infinity."""


def decode(body: bytes) -> Document:
    """Decode a body strictly (RFC 8259 for encoding and grammar, RFC 7493 for names and text)."""
    flaws: list[Flaw] = []
    skipped = 0
    if body.startswith(_BYTE_ORDER_MARK):
        skipped = len(_BYTE_ORDER_MARK)
        flaws.append(Flaw(Rule.ENCODING, "byte 0", "no byte order mark", "EF BB BF, the byte order mark of UTF-8"))
        body = body.removeprefix(_BYTE_ORDER_MARK)
    encoding = json.detect_encoding(body)
    if not encoding.startswith("utf-8"):
        received = f"{encoding.upper()}: the body begins with {body[:4].hex(' ').upper()}"
        return Document(flaws=(*flaws, Flaw(Rule.ENCODING, f"byte {skipped}", "UTF-8", received)))
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        received = f"{body[error.start : error.start + 4].hex(' ').upper()}: {error.reason}"
        return Document(flaws=(*flaws, Flaw(Rule.ENCODING, f"byte {skipped + error.start}", "UTF-8", received)))
    if body.count(b",") > MAX_VALUES:
        problem = BrokenAnswer(f"the body holds more than the {MAX_VALUES:,} values that are judged")
        return Document(flaws=tuple(flaws), problem=problem)
    if _is_too_deep(body):
        problem = BrokenAnswer(f"the body nests deeper than the {MAX_DEPTH} levels that are judged")
        return Document(flaws=tuple(flaws), problem=problem)
    return _Reader(text, flaws, skipped).read()


class _Reader:
    """Reads one text; keeps what the hooks of the standard decoder see on the way."""

    def __init__(self, text: str, flaws: list[Flaw], skipped: int) -> None:
        self.text = text
        self.flaws = flaws
        self.skipped = skipped
        self.objects = 0
        self.members = 0
        self.repeated: list[tuple[dict[str, Any], list[str]]] = []
        self.discarded: list[tuple[dict[str, Any], str, Any]] = []

    def read(self) -> Document:
        try:
            value = self._load()
        except _ConstantError as error:
            return self._malformed(*self._constant(str(error)))
        except json.JSONDecodeError as error:
            return self._malformed(*self._told(error))
        except InvalidOperation:
            problem = BrokenAnswer("the body holds a number whose exponent is too large to be judged")
            return Document(flaws=tuple(self.flaws), problem=problem)
        self._find_repeated_names(value)
        self._find_lone_surrogates(value)
        return Document(value, tuple(self.flaws), self.objects, self.members, Replaced(self.discarded))

    def _load(self) -> Any:
        try:
            return self._parse(int)
        except json.JSONDecodeError:
            raise
        except _ConstantError:
            raise
        except ValueError:  # an integer longer than CPython converts by default
            self.objects = self.members = 0
            self.repeated.clear()
            self.discarded.clear()
            return self._parse(self._integer)

    def _parse(self, parse_int: Any) -> Any:
        return json.loads(
            self.text,
            object_pairs_hook=self._object,
            parse_constant=self._refuse_constant,
            parse_float=Decimal,
            parse_int=parse_int,
        )

    def _object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        members = dict(pairs)
        self.objects += 1
        self.members += len(pairs)
        if len(members) != len(pairs):
            times = Counter(name for name, _ in pairs)
            self.repeated.append((members, [name for name in members if times[name] > 1]))
            last = {name: index for index, (name, _) in enumerate(pairs)}
            self.discarded += [(members, n, value) for index, (n, value) in enumerate(pairs) if last[n] != index]
        return members

    @staticmethod
    def _integer(literal: str) -> int | Decimal:
        # 640 digits is the least that every setting of CPython's limit converts.
        return int(literal) if len(literal) <= 640 else Decimal(literal)  # noqa: PLR2004 - said above

    @staticmethod
    def _refuse_constant(name: str) -> None:
        raise _ConstantError(name)

    def _constant(self, name: str) -> tuple[int, str]:
        place = next(match for match in re.finditer(_STRING_OR_CONSTANT, self.text) if match[1])
        return place.start(), f"{name}, which is no JSON number"

    def _told(self, error: json.JSONDecodeError) -> tuple[int, str]:
        """Return place and words as every version of Python has them: 3.13 tells trailing commas in its own way."""
        if not error.msg.startswith("Illegal trailing comma"):
            return error.pos, error.msg
        place = error.pos + 1
        while self.text[place] in " \t\r\n":
            place += 1
        in_array = error.msg.endswith("array")
        return place, "Expecting value" if in_array else "Expecting property name enclosed in double quotes"

    def _malformed(self, position: int, message: str) -> Document:
        offset = self.skipped + len(self.text[:position].encode())
        excerpt = shorten(self.text[position : position + 40], 40)
        received = f"{message}: {excerpt!r}" if excerpt else f"{message}, at the end of the body"
        self.flaws.append(Flaw(Rule.GRAMMAR, f"byte {offset}", "exactly one JSON text", received))
        return Document(flaws=tuple(self.flaws))

    def _find_repeated_names(self, value: Any) -> None:
        if not self.repeated:
            return
        owners = {id(members): names for members, names in self.repeated}
        for pointer, node in walk(value):
            for name in owners.pop(id(node), ()) if isinstance(node, dict) else ():
                self._repeats(pointer + step(name), name)
        for names in owners.values():  # inside a value that a repeated name replaced
            for name in names:
                self._repeats("", name)

    def _repeats(self, where: str, name: str) -> None:
        self.flaws.append(Flaw(Rule.NAMES, where, "each name once in an object", f"{shorten(name)!r} again"))

    def _find_lone_surrogates(self, value: Any) -> None:
        if "\\u" not in self.text or not re.search(_SURROGATE_ESCAPE, self.text):
            return
        found = list(_lone_surrogates(value))
        # No pointer leads to a value that a repeated name replaced.
        found += [("", text) for _, _, replaced in self.discarded for _, text in _lone_surrogates(replaced)]
        for where, text in found:
            self.flaws.append(Flaw(Rule.TEXT, where, "Unicode text", f"a lone surrogate in {ascii(text)[:80]}"))


def _lone_surrogates(value: Any) -> Iterator[tuple[str, str]]:
    for pointer, node in walk(value):
        if isinstance(node, dict):
            yield from ((pointer + step(name), name) for name in node if re.search(_SURROGATE, name))
        elif isinstance(node, str) and re.search(_SURROGATE, node):
            yield pointer, node


def walk(value: Any, pointer: str = "") -> Iterator[tuple[str, Any]]:
    """Iterate over a decoded value and everything inside it, each with its JSON Pointer, in document order."""
    stack = [(pointer, value)]
    while stack:
        where, node = stack.pop()
        yield where, node
        if isinstance(node, dict):
            stack.extend((where + step(name), member) for name, member in reversed(node.items()))
        elif isinstance(node, list):
            stack.extend((where + step(i), node[i]) for i in reversed(range(len(node))))


def _is_too_deep(body: bytes) -> bool:
    # Brackets inside strings may exaggerate: only then the strings are taken out, which costs more.
    return _depth(body) > MAX_DEPTH and _depth(re.sub(_STRING, b"", body)) > MAX_DEPTH


def _depth(body: bytes) -> int:
    brackets = body.translate(_BRACKET_STEPS, _NOT_A_BRACKET)
    return max(accumulate(memoryview(brackets).cast("b")), default=0)
