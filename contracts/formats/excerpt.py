"""The part of a body around the place that a finding names, as it was received."""

import json
import re
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import count, islice

from contracts.core.errors import Late, watched

#: Characters shown on each side of a place, of a container that is shown whole, and of the place itself.
_AROUND, _WHOLE, _PLACE = 240, 800, 400

#: Members of an object among which a place is looked for.
_MEMBERS = 10_000

_BLANK = re.compile(r"[ \t\r\n]*")
_Span = tuple[int, int]

# Values are skipped, not read: no number is converted, however long it is.
_DECODER = json.JSONDecoder(parse_int=len, parse_float=len, parse_constant=len)


@dataclass(frozen=True)
class Excerpt:
    """A text in three parts, of which the middle is the place; ``cut`` tells which ends of the body are left out.

    What is indented in the body comes without the indentation that all its lines share.

    ``exact`` is false when the place does not exist and the part around it is marked instead.
    """

    before: str
    marked: str
    after: str
    cut: tuple[bool, bool] = (False, False)
    exact: bool = True


def excerpt(body: bytes, where: str) -> Excerpt:
    """Return the part of a body around a JSON Pointer (RFC 6901), a ``byte N``, or its beginning."""
    if where.startswith("byte "):
        return _around_byte(body, int(where.removeprefix("byte ")))
    if where.startswith("/"):
        places = _places(body)
        spans = places.follow(where) if places else []
        if places and spans:
            return _around(places.text, spans, exact=len(spans) > where.count("/"))
    text = body[: _WHOLE * 4].decode("utf-8", "backslashreplace")
    return Excerpt(text[:_WHOLE], "", "", (False, len(body) > _WHOLE and text[_WHOLE:] != ""))


def _around_byte(body: bytes, offset: int) -> Excerpt:
    start, end = max(0, offset - _AROUND), offset + _AROUND
    head, place, tail = body[start:offset], body[offset : offset + 1], body[offset + 1 : end]
    while tail and 0x80 <= tail[0] < 0xC0 and len(place) < 4:  # noqa: PLR2004 - the rest of one character
        place, tail = place + tail[:1], tail[1:]
    before, marked, after = (part.decode("utf-8", "backslashreplace") for part in (head, place, tail))
    return Excerpt(before, marked or "␃", after, (start > 0, end < len(body)))  # the sign for the end of a text


def _around(text: str, spans: list[_Span], *, exact: bool) -> Excerpt:
    start, end = spans[-1]
    left, right = max(0, start - _AROUND), min(len(text), end + _AROUND)
    around = spans[-2] if exact and len(spans) > 1 else spans[-1]
    if around[1] - around[0] <= _WHOLE:
        left, right = around
    line = text.rfind("\n", max(0, left - 40), left) + 1
    left = line if line and not text[line:left].strip() else left
    marked = text[start:end]
    if len(marked) > _PLACE:
        marked = f"{marked[: _PLACE // 2]}… ({len(marked):,} characters)"
    first = text[left : left + 80]
    indent = first[: len(first) - len(first.lstrip(" \t"))] if left == line else ""
    parts = (part.replace(f"\n{indent}", "\n") for part in (f"\n{text[left:start]}", marked, text[end:right]))
    before, marked, after = parts
    return Excerpt(before[1:], marked, after, (left > 0, right < len(text)), exact)


class _Places:
    """Where the values of a JSON text are; each container is gone through once, as far as it was asked for."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._elements: dict[int, tuple[array[int], array[int], Iterator[tuple[str, _Span]]]] = {}
        self._members: dict[int, dict[str, _Span]] = {}

    def follow(self, pointer: str) -> list[_Span]:
        """Return the spans of the root and of every value that the pointer leads through, as far as they exist."""
        spans = [(self._skip(0), len(self.text.rstrip(" \t\r\n")))]
        try:
            for step in pointer.split("/")[1:]:
                inside = self._inside(spans[-1][0], step.replace("~1", "/").replace("~0", "~"))
                if inside is None:
                    break
                spans.append(inside)
        except (ValueError, IndexError, RecursionError):
            return []
        return spans

    def _inside(self, start: int, step: str) -> _Span | None:
        if self.text[start] == "[":
            return self._element(start, int(step)) if step.isdecimal() else None
        if self.text[start] == "{":
            if start not in self._members:
                # Nobody reads so many members; those beyond are not shown by themselves.
                self._members[start] = dict(islice(self._scan(start), _MEMBERS))
            return self._members[start].get(step)
        return None

    def _element(self, start: int, index: int) -> _Span | None:
        """Return where an element of an array is; only the bounds of its elements are kept, as there may be many."""
        if start not in self._elements:
            self._elements[start] = array("Q"), array("Q"), self._scan(start)
        begins, ends, left = self._elements[start]
        try:
            for _, (begin, end) in left if index >= len(begins) else ():
                begins.append(begin)
                ends.append(end)
                if index < len(begins):
                    break
        except Late:
            del self._elements[start]  # what ended early looks like a shorter array
            raise
        return (begins[index], ends[index]) if index < len(begins) else None

    def _scan(self, start: int) -> Iterator[tuple[str, _Span]]:
        """Yield the name or index of each value in a container; a name that is repeated comes again."""
        is_object = self.text[start] == "{"
        index = self._skip(start + 1)
        for number in watched(count()):
            if self.text[index] in "]}":
                return
            name = str(number)
            if is_object:
                name, colon = _DECODER.raw_decode(self.text, index)
                index = self._skip(self._skip(colon) + 1)
            end = _DECODER.raw_decode(self.text, index)[1]
            yield name, (index, end)
            index = self._skip(end)
            if self.text[index] == ",":
                index = self._skip(index + 1)

    def _skip(self, index: int) -> int:
        blank = _BLANK.match(self.text, index)
        return blank.end() if blank else index


@lru_cache(maxsize=2)
def _places(body: bytes) -> _Places | None:
    try:
        return _Places(body.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return None
