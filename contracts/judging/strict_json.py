"""Strict decoding of JSON from raw bytes (RFC 8259, RFC 7493): what ``json.loads`` lets through is a violation.

``json.loads`` accepts NaN, repeated names and lone surrogates, guesses UTF-16, drops the difference between ``3``
and ``3.0``, and gives up on integers of more than 4,300 digits. Here each of these is seen and said.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

from contracts.core.errors import BrokenAnswer, CouldNotJudge, UsageError, check_time
from contracts.core.finding import KEPT, Path, Violation, pointer, walk
from contracts.core.text import shorten
from contracts.judging.json_scan import beyond, count_members, scan
from contracts.judging.values import ABSENT

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
# Patterns are compiled where they are first needed: most bodies need none of them.
_SURROGATE_ESCAPE = r"\\u[dD][89a-fA-F]"
_SURROGATE = "[\ud800-\udfff]"
#: What a message of the standard decoder says of the text that stands there, by its beginning.
_IN_WORDS = {
    "Expecting value": "where a value is expected",
    "Expecting property name": "where a member name in double quotes is expected",
    "Expecting ':'": "where a colon is expected",
    "Expecting ','": "where a comma, or the end of an array or object, is expected",
    "Extra data": "behind the end of the JSON text",
    "Invalid control character": "a control character that is not escaped",
    "Invalid \\u": "an escape without four hexadecimal digits",
    "Invalid \\": "an escape that JSON does not have",
    "Unterminated string": "a string that does not end",
}
#: The clock is looked at when so many objects have been read.
_LOOK = 64


class Flaw(StrEnum):
    """What strict decoding refuses. A violation names one of these, and whoever judges knows the clause."""

    ENCODING = "encoding"
    GRAMMAR = "grammar"
    NAMES = "names"
    TEXT = "text"


class Replaced:
    """The values that repeated names replaced, by the object in which they stood: a decoder may still meet them."""

    def __init__(self, owners: Iterable[tuple[dict[str, Any], list[tuple[str, Any]]]] = ()) -> None:
        # The owner is kept, too: its identity would else be that of another one.
        self._owners = {id(owner): (owner, pairs) for owner, pairs in owners}

    def __bool__(self) -> bool:
        return bool(self._owners)

    def of(self, owner: dict[str, Any]) -> list[tuple[str, Any]]:
        """Return the names and values that were replaced in an object, in the order of the text."""
        return self._owners[id(owner)][1] if id(owner) in self._owners else []


NONE_REPLACED = Replaced()


@dataclass(frozen=True)
class Document:
    """What strict decoding makes of a body.

    ``value`` is ABSENT when the body is no JSON text. Integers written as integers are ``int``; every other number
    (``3.0``, ``3e0``, integers too long for CPython to convert) is an exact ``Decimal``. ``objects`` and ``members``
    count what was seen. ``replaced`` holds the values that a repeated name replaced. ``problem`` is set when the
    body could not be judged; what is plainly wrong with it is a violation all the same.
    """

    value: Any = ABSENT
    violations: tuple[Violation, ...] = ()
    objects: int = 0
    members: int = 0
    replaced: Replaced = field(default=NONE_REPLACED, compare=False)
    problem: CouldNotJudge | None = None


class _ConstantError(ValueError):
    """A number that JSON does not have: NaN, Infinity, -Infinity."""


def decode(body: bytes, number: Callable[[str], Any] = Decimal) -> Document:
    """Decode a body strictly (RFC 8259 for encoding and grammar, RFC 7493 for names and text).

    ``number`` makes a number of a literal with a fraction or an exponent: ``values.written`` keeps its form.
    """
    violations: list[Violation] = []
    skipped = 0
    if body.startswith(_BYTE_ORDER_MARK):
        skipped = len(_BYTE_ORDER_MARK)
        violations.append(
            Violation(Flaw.ENCODING, "byte 0", "no byte order mark", "EF BB BF, the byte order mark of UTF-8")
        )
        body = body.removeprefix(_BYTE_ORDER_MARK)
    encoding = json.detect_encoding(body)
    if not encoding.startswith("utf-8"):
        received = f"{encoding.upper()}: the body begins with {body[:4].hex(' ').upper()}"
        violations.append(Violation(Flaw.ENCODING, f"byte {skipped}", "UTF-8", received))
        return Document(violations=tuple(violations))
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        received = f"{body[error.start : error.start + 4].hex(' ').upper()}, which is no character in UTF-8"
        return Document(
            violations=(*violations, Violation(Flaw.ENCODING, f"byte {skipped + error.start}", "UTF-8", received))
        )
    if reason := beyond(body):
        return _unjudged(text, violations, skipped, reason)
    return _Reader(text, violations, skipped, number).read()


def value_of(
    content: bytes,
    name: str,
    number: Callable[[str], Any] = Decimal,
    *,
    may_be_odd: Callable[[str], bool] = lambda _: False,
) -> Any:
    """Return the value of a file in strict JSON; ``name`` says what it is.

    A lone surrogate, which a target may have sent, may stand where ``may_be_odd`` says so of its JSON Pointer.

    Raises:
        UsageError: it is not strict JSON, or beyond what is read; the message is one line.
    """
    problem: object = beyond(content)  # which nobody explains further: that takes a hundred times as long
    if not problem:
        document = decode(content, number)
        flaws = (f for f in document.violations if f.clause != Flaw.TEXT or not may_be_odd(f.where))
        words = (shorten(f"{flaw.expected} at {flaw.where}, not {flaw.received}") for flaw in flaws)
        problem = document.problem or next(words, "")
        if not problem:
            return document.value
    raise UsageError(f"{name} cannot be read: {problem}")


def _unjudged(text: str, violations: list[Violation], skipped: int, reason: str) -> Document:
    """Return what can be said of a text that is not decoded: it may be plainly broken as well, and that counts."""
    found = scan(text)
    if found.error:
        return Document(violations=(*violations, _malformed(text, skipped, *found.error)))
    if found.repeated:
        place, name = found.repeated
        violations.append(_repeats(_byte(text, skipped, place), name))
    if found.surrogate:
        place, content = found.surrogate
        violations.append(_lone_surrogate(_byte(text, skipped, place), content))
    return Document(violations=tuple(violations), problem=BrokenAnswer(reason))


def _byte(text: str, skipped: int, position: int) -> str:
    return f"byte {skipped + len(text[:position].encode())}"


def _malformed(text: str, skipped: int, position: int, message: str) -> Violation:
    excerpt = shorten(text[position : position + 40], 40)
    words = next((words for beginning, words in _IN_WORDS.items() if message.startswith(beginning)), message)
    received = f"{excerpt!r}, {words}" if excerpt else f"the end of the body, {words}"
    return Violation(Flaw.GRAMMAR, _byte(text, skipped, position), "exactly one JSON text", received)


def _repeats(where: str, name: str, times: int = 1) -> Violation:
    return Violation(Flaw.NAMES, where, "each name once in an object", f"{shorten(name)!r} again", times)


def _lone_surrogate(where: str, text: str, times: int = 1) -> Violation:
    return Violation(Flaw.TEXT, where, "Unicode text", f"a lone surrogate in {ascii(text[:80])[:80]}", times)


class _Reader:
    """Reads one text; keeps what the hooks of the standard decoder see on the way."""

    def __init__(
        self, text: str, violations: list[Violation], skipped: int, number: Callable[[str], Any] = Decimal
    ) -> None:
        self.text = text
        self.number = number
        self.violations = violations
        self.skipped = skipped
        self.objects = 0
        self.members = 0
        self.repeated: list[tuple[dict[str, Any], list[str]]] = []
        self.discarded: list[tuple[dict[str, Any], list[tuple[str, Any]]]] = []

    def read(self) -> Document:
        try:
            value = self._load()
        except _ConstantError as error:
            return self._malformed(*self._constant(str(error)))
        except json.JSONDecodeError as error:
            return self._malformed(*self._told(error))
        except InvalidOperation:
            reason = "the body holds a number whose exponent is too large to be judged"
            return _unjudged(self.text, self.violations, self.skipped, reason)
        self._find_repeated_names(value)
        self._find_lone_surrogates(value)
        return Document(value, tuple(self.violations), self.objects, self.members, Replaced(self.discarded))

    def _load(self) -> Any:
        value = self._parse(object_hook=self._object)
        # A colon stands in each member: as many members as colons, and no name has replaced another one. Texts hold
        # colons, too; to leave these out takes longer.
        if self.members == self.text.count(":") or self.members == count_members(self.text.encode()):
            return value
        del value  # else a large one would be there twice
        return self._parse(object_pairs_hook=self._object_of_pairs)

    def _parse(self, **hook: Any) -> Any:
        try:
            return self._parse_with(int, **hook)
        except json.JSONDecodeError:
            raise
        except _ConstantError:
            raise
        except ValueError:  # an integer longer than CPython converts by default
            return self._parse_with(self._integer, **hook)

    def _parse_with(self, parse_int: Any, **hook: Any) -> Any:
        self.objects = self.members = 0
        self.repeated.clear()
        self.discarded.clear()
        return json.loads(
            self.text, parse_constant=self._refuse_constant, parse_float=self.number, parse_int=parse_int, **hook
        )

    def _object(self, members: dict[str, Any]) -> dict[str, Any]:
        if not self.objects % _LOOK:
            check_time()
        self.objects += 1
        self.members += len(members)
        return members

    def _object_of_pairs(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        members = dict(pairs)
        check_time()
        self.objects += 1
        self.members += len(pairs)
        if len(members) != len(pairs):
            times = Counter(name for name, _ in pairs)
            self.repeated.append((members, [name for name in members if times[name] > 1]))
            last = {name: index for index, (name, _) in enumerate(pairs)}
            self.discarded.append((members, [pair for index, pair in enumerate(pairs) if last[pair[0]] != index]))
        return members

    @staticmethod
    def _integer(literal: str) -> int | Decimal:
        # 640 digits is the least that every setting of CPython's limit converts.
        return int(literal) if len(literal) <= 640 else Decimal(literal)  # noqa: PLR2004 - said above

    @staticmethod
    def _refuse_constant(name: str) -> None:
        raise _ConstantError(name)

    def _constant(self, name: str) -> tuple[int, str]:
        error = scan(self.text).error  # it is the first one, and the hook that met it was not told where it stands
        return error[0] if error else 0, f"and {name} is no JSON number"

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
        return Document(violations=(*self.violations, _malformed(self.text, self.skipped, position, message)))

    def _find_repeated_names(self, value: Any) -> None:
        if not self.repeated:
            return
        owners = {id(members): names for members, names in self.repeated}
        found: list[tuple[Path, str]] = []
        for path, node in walk(value):
            if isinstance(node, dict):
                found += [((path, name), name) for name in owners.pop(id(node), ())]
            if len(found) > KEPT:
                break
        found += [(None, name) for names in owners.values() for name in names][: KEPT + 1]  # in a replaced value
        count = sum(len(names) for _, names in self.repeated)
        self.violations += _bounded(found, count, _repeats)

    def _find_lone_surrogates(self, value: Any) -> None:
        if "\\u" not in self.text or not re.search(_SURROGATE_ESCAPE, self.text):
            return
        found: list[tuple[Path, str]] = []
        # A value that a repeated name replaced is where no pointer leads.
        count = _lone_surrogates(value, found) + sum(
            _lone_surrogates(value, found, placed=False) for _, pairs in self.discarded for _, value in pairs
        )
        self.violations += _bounded(found, count, _lone_surrogate)


def _bounded(
    found: list[tuple[Path, str]], count: int, violation: Callable[[str, str, int], Violation]
) -> Iterator[Violation]:
    """Yield the first violations one by one, and one that stands for the others."""
    for path, text in found[: min(count, KEPT)]:
        yield violation(pointer(path), text, 1)
    if count > KEPT:
        yield violation(pointer(found[KEPT][0]), found[KEPT][1], count - KEPT)


def _lone_surrogates(value: Any, found: list[tuple[Path, str]], *, placed: bool = True) -> int:
    """Return the number of texts with a lone surrogate, after noting the first of them with the way to each."""
    count = 0
    search = re.compile(_SURROGATE).search
    for path, node in walk(value):
        names = node if isinstance(node, dict) else ()
        texts: list[tuple[Path, str]] = [((path, name), name) for name in names if not name.isascii() and search(name)]
        if isinstance(node, str) and not node.isascii() and search(node):
            texts.append((path, node))
        count += len(texts)
        if texts and len(found) <= KEPT:
            found += [(place if placed else None, text) for place, text in texts]
    return count
