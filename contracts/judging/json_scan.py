"""Going through a JSON text without building its values: what is wrong with it, and where does a value stand?

What is too large or too deep to be decoded may be plainly broken as well, and that is a breach. One pass, a lexeme at
a time, without recursion.
"""

import json
import re
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, count, islice

from contracts.core.errors import Late, watched

#: Deeper nesting than this is not judged: no client of a flat list reads it, and recursion would not end well.
MAX_DEPTH = 200

#: More values, or more objects and arrays, are not judged: each of the latter takes some 300 bytes, and a list of
#: 200,000 categories has as many.
MAX_VALUES, MAX_CONTAINERS = 1_000_000, 200_000

#: Bytes that are taken apart at once: a body may be nothing but quotation marks.
_BLOCK = 2**16
_NOT_A_BRACKET = bytes(set(range(256)) - set(b"[]{}"))
_OPEN, _CLOSE = 1, 255  # 255 is -1 in a signed byte
_BRACKET_STEPS = bytes.maketrans(b"[{]}", bytes((_OPEN, _OPEN, _CLOSE, _CLOSE)))

_LEXEME = r"""(?x) [ \t\r\n]*+ (?:
      ( [\[\]{},:] )
    | ( " (?: [^"\\\x00-\x1f]++ | \\ (?: ["\\/bfnrt] | u [0-9a-fA-F]{4} ) )*+ " )
    | ( -?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?(?:[eE][-+]?[0-9]++)? | true | false | null )
    | \Z )"""
_BLANK = r"[ \t\r\n]*+"
#: What follows a value in an array and needs no look at what is open: nearly all of a long list of plain values.
_PLAIN_VALUES = r"""(?x) (?: [ \t\r\n]*+ , [ \t\r\n]*+
      (?: "[^"\\\x00-\x1f]*+" | -?(?:0|[1-9][0-9]*+)(?![0-9.eE]) | true | false | null | \[\] | \{\} ) )++ """

_STRING = r'"(?:[^"\\]++|\\.)*+"'
#: A value that is neither an array nor an object with another one in it.
_FLAT_VALUE = rf"""(?xs) {_STRING} | [^\s"\[\]{{}},:]++ | [\[{{] (?: [^"\[\]{{}}]++ | {_STRING} )*+ [\]}}] """
_TO_BRACKET = rf"""(?xs) (?: [^"\[\]{{}}]++ | {_STRING} )*+ ( [\[\]{{}}] ) """
#: Members of an object among which a place is looked for: nobody reads so many.
_MEMBERS = 10_000

#: A member of an object that needs no look at what is open, and what then leads to the next one, in the same object or
#: in the next of an array: nearly all of a long list of objects.
_PLAIN_MEMBER = r"""(?x) [ \t\r\n]*+ "([^"\\\x00-\x1f]*+)" [ \t\r\n]*+ : [ \t\r\n]*+
      (?: "[^"\\\x00-\x1f]*+" | -?(?:0|[1-9][0-9]*+)(?![0-9.eE]) | true | false | null | \[\] | \{\} ) """
_NEXT_MEMBER = r"""(?x) [ \t\r\n]*+ , (?= [ \t\r\n]*+ " ) """
_NEXT_OBJECT = r"""(?x) [ \t\r\n]*+ \} [ \t\r\n]*+ , [ \t\r\n]*+ \{ (?= [ \t\r\n]*+ " ) """

_VALUE, _FIRST_VALUE, _NAME, _FIRST_NAME, _COLON, _AFTER = range(6)
_EXPECTED = {
    _VALUE: "Expecting value",
    _FIRST_VALUE: "Expecting value",
    _NAME: "Expecting property name enclosed in double quotes",
    _FIRST_NAME: "Expecting property name enclosed in double quotes",
    _COLON: "Expecting ':' delimiter",
    _AFTER: "Expecting ',' delimiter",
}


@dataclass(frozen=True)
class Scan:
    """What going through a text found, each with the place of its character, counted from 0.

    ``error`` is the place and the words of the first error of grammar; ``repeated`` is the first name that its
    object holds already, ``surrogate`` the first string with a lone surrogate.
    """

    error: tuple[int, str] | None = None
    repeated: tuple[int, str] | None = None
    surrogate: tuple[int, str] | None = None


@lru_cache(maxsize=1)  # the same text is met again when a report shows its list
def scan(text: str) -> Scan:
    """Return what is plainly wrong with a text, by RFC 8259 and RFC 7493; time and memory are linear."""
    scanner = _Scanner(text)
    error = scanner.read()
    return Scan(error, scanner.repeated, scanner.surrogate)


class _Scanner:
    """Goes through one text; ``open`` holds for each open container the names so far, or None for an array."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.open: list[set[str] | None] = []
        self.repeated: tuple[int, str] | None = None
        self.surrogate: tuple[int, str] | None = None

    def read(self) -> tuple[int, str] | None:
        match, plain, member = (re.compile(each).match for each in (_LEXEME, _PLAIN_VALUES, _PLAIN_MEMBER))
        state, place = _VALUE, 0
        for _ in watched(count()):
            if state in (_NAME, _FIRST_NAME) and (found := member(self.text, place)):
                state, place = self._member(found)
                continue
            lexeme = match(self.text, place)
            following = self._after(state, lexeme) if lexeme else None
            if lexeme is None or following is None:
                break
            state, place = following, self._brackets(following, lexeme.end())
            if state is _AFTER and self.open and self.open[-1] is None and (values := plain(self.text, place)):
                place = values.end()
        blank = re.compile(_BLANK).match(self.text, place)
        place = blank.end() if blank else place
        if state is _AFTER and not self.open:
            return None if place == len(self.text) else (place, "Extra data")
        return place, _EXPECTED[state]

    def _after(self, state: int, lexeme: re.Match[str]) -> int | None:
        """Return what is expected after a lexeme, or None when it may not stand here."""
        kind = lexeme.lastindex
        if state in (_VALUE, _FIRST_VALUE):
            if kind == 1:
                return self._bracket(state, lexeme[1])
            return None if kind is None else self._scalar(lexeme)
        if state in (_NAME, _FIRST_NAME):
            return self._name(state, lexeme)
        if state is _COLON:
            return _VALUE if lexeme[1] == ":" else None
        return self._separator(lexeme[1])

    def _brackets(self, state: int, place: int) -> int:
        """Return the place behind the brackets of arrays that follow at once: of a body of them, each would cost."""
        if state is _FIRST_VALUE and (opening := re.compile(r"\[++").match(self.text, place)):
            self.open += [None] * len(opening[0])
            return opening.end()
        if state is _AFTER and (closing := re.compile(r"\]++").match(self.text, place)):
            while place < closing.end() and self.open and self.open[-1] is None:
                self.open.pop()
                place += 1
        return place

    def _bracket(self, state: int, bracket: str) -> int | None:
        if bracket == "[":
            self.open.append(None)
            return _FIRST_VALUE
        if bracket == "{":
            self.open.append(set())
            return _FIRST_NAME
        if bracket == "]" and state is _FIRST_VALUE:
            return self._close()
        return None

    def _close(self) -> int:
        self.open.pop()
        return _AFTER

    def _separator(self, lexeme: str | None) -> int | None:
        if not self.open or lexeme is None:
            return None
        in_array = self.open[-1] is None
        if lexeme == ",":
            return _VALUE if in_array else _NAME
        return self._close() if lexeme == ("]" if in_array else "}") else None

    def _scalar(self, lexeme: re.Match[str]) -> int:
        if lexeme.lastindex == 2:  # noqa: PLR2004 - a string
            self._string(lexeme)
        return _AFTER

    def _name(self, state: int, lexeme: re.Match[str]) -> int | None:
        if lexeme[1] == "}" and state is _FIRST_NAME:
            return self._close()
        if lexeme[2] is None:
            return None
        self._add_name(self._string(lexeme), lexeme.start(2))
        return _COLON

    def _member(self, member: re.Match[str]) -> tuple[int, int]:
        """Return what is expected behind a plain member and what surely follows it, and the place behind that."""
        self._add_name(member[1], member.start(1) - 1)
        if found := re.compile(_NEXT_MEMBER).match(self.text, member.end()):
            return _NAME, found.end()
        if self.open[-2:-1] == [None] and (found := re.compile(_NEXT_OBJECT).match(self.text, member.end())):
            self.open[-1] = set()
            return _FIRST_NAME, found.end()
        return _AFTER, member.end()

    def _add_name(self, name: str, place: int) -> None:
        names = self.open[-1]
        if names is not None:
            if name in names and self.repeated is None:
                self.repeated = place, name
            names.add(name)

    def _string(self, lexeme: re.Match[str]) -> str:
        literal = lexeme[2]
        if "\\" not in literal:
            return literal[1:-1]
        content: str = json.loads(literal)
        if self.surrogate is None and not content.isascii() and re.search("[\ud800-\udfff]", content):
            self.surrogate = lexeme.start(2), content
        return content


def locate(body: bytes, pointer: str) -> tuple[str, Sequence[tuple[int, int]]]:
    """Return the text of a body, and the places in it to which a JSON Pointer (RFC 6901) leads.

    A place is where a value begins and ends, counted in characters: first that of the root, then that of each value on
    the way, as far as they exist. There is none where the body is no text in UTF-8, or no JSON up to there.
    """
    places = _places(body)
    return (places.text, places.follow(pointer)) if places else ("", ())


@lru_cache(maxsize=2)  # many findings are about one body
def _places(body: bytes) -> "_Places | None":
    try:
        return _Places(body.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return None


class _Places:
    """Where the values of a JSON text stand; each container is gone through once, as far as it was asked for."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._blank, self._flat = re.compile(_BLANK).match, re.compile(_FLAT_VALUE).match
        self._elements: dict[int, tuple[array[int], Iterator[tuple[str, int, int]]]] = {}
        self._members: dict[int, dict[str, tuple[int, int]]] = {}

    def follow(self, pointer: str) -> list[tuple[int, int]]:
        places = [(self._skip(0), len(self.text.rstrip(" \t\r\n")))]
        try:
            for step in pointer.split("/")[1:]:
                place = self._inside(places[-1][0], step.replace("~1", "/").replace("~0", "~"))
                if place is None:
                    break
                places.append(place)
        except (ValueError, IndexError):
            return []
        return places

    def _inside(self, start: int, step: str) -> tuple[int, int] | None:
        if self.text[start] == "[":
            return self._element(start, int(step)) if step.isdecimal() else None
        if self.text[start] == "{":
            if start not in self._members:
                members = islice(self._values(start), _MEMBERS)
                self._members[start] = {name: (begin, end) for name, begin, end in members}
            return self._members[start].get(step)
        return None

    def _element(self, start: int, index: int) -> tuple[int, int] | None:
        """Return where an element of an array stands; only bounds are kept, as there may be many."""
        bounds, left = self._elements.setdefault(start, (array("Q"), self._values(start)))
        try:
            while len(bounds) <= 2 * index and (value := next(left, None)):
                bounds.extend(value[1:])
        except Late:
            del self._elements[start]  # what ended early looks like a shorter array
            raise
        return (bounds[2 * index], bounds[2 * index + 1]) if len(bounds) > 2 * index else None

    def _values(self, start: int) -> Iterator[tuple[str, int, int]]:
        """Yield name or index, beginning and end of each value in a container; a repeated name comes again."""
        is_object = self.text[start] == "{"
        place = self._skip(start + 1)
        for number in watched(count()):
            if self.text[place] in "]}":
                return
            name = str(number)
            if is_object:
                end = self._end(place)
                name = json.loads(self.text[place:end])
                place = self._skip(self._skip(end) + 1)
            end = self._end(place)
            yield name, place, end
            place = self._skip(end)
            if self.text[place] == ",":
                place = self._skip(place + 1)

    def _end(self, start: int) -> int:
        """Return where a value ends; raises ValueError where the text ends before it does."""
        if flat := self._flat(self.text, start):
            return flat.end()
        to_bracket, depth, place = re.compile(_TO_BRACKET).match, 0, start
        for _ in watched(count()):
            bracket = to_bracket(self.text, place)
            if bracket is None:
                break
            place = bracket.end()
            depth += 1 if bracket[1] in "[{" else -1
            if depth == 0:
                return place
        raise ValueError(start)

    def _skip(self, start: int) -> int:
        blank = self._blank(self.text, start)
        return blank.end() if blank else start


def beyond(body: bytes) -> str:
    """Return why a body is not decoded, or an empty string."""
    # What stands in strings may exaggerate: only then the strings are taken out, which costs more.
    return _limit_of(body) and _limit_of(_without_strings(body))


def count_members(body: bytes) -> int:
    """Return how many members the objects of a JSON text have, one that another replaces included."""
    return _without_strings(body).count(b":")


def _without_strings(body: bytes) -> bytes:
    """Return what stands outside strings; one that is never closed reaches to the end."""
    body = body.replace(rb"\\", b"").replace(rb"\"", b"")
    kept, inside = bytearray(), 0
    for start in range(0, len(body), _BLOCK):
        parts = body[start : start + _BLOCK].split(b'"')
        kept += b"".join(parts[inside::2])
        inside = (inside + len(parts) - 1) % 2
    return bytes(kept)


def _limit_of(body: bytes) -> str:
    containers = body.count(b"{") + body.count(b"[")
    if containers + body.count(b",") >= MAX_VALUES:  # a value stands behind each of these
        return f"the body holds more than the {MAX_VALUES:,} values that are judged"
    if containers > MAX_CONTAINERS:
        return f"the body holds more than the {MAX_CONTAINERS:,} objects and arrays that are judged"
    return f"the body nests deeper than the {MAX_DEPTH} levels that are judged" if _depth(body) > MAX_DEPTH else ""


def _depth(body: bytes) -> int:
    brackets = body.translate(_BRACKET_STEPS, _NOT_A_BRACKET)
    return max(accumulate(memoryview(brackets).cast("b")), default=0)
