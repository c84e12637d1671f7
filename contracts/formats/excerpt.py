"""The part of a body around the place that a finding names, as it was received."""

from collections.abc import Sequence
from dataclasses import dataclass

from contracts.core.report import Locate

#: Characters shown on each side of a place, of a container that is shown whole, and of the place itself.
_AROUND, _WHOLE, _PLACE = 240, 800, 400


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


def excerpt(body: bytes, where: str, locate: Locate) -> Excerpt:
    """Return the part of a body around a JSON Pointer (RFC 6901), a ``byte N``, or its beginning.

    ``locate`` is that of the report.
    """
    if where.startswith("byte "):
        return _around_byte(body, int(where.removeprefix("byte ")))
    if where.startswith("/"):
        text, places = locate(body, where)
        if places:
            return _around(text, places, exact=len(places) > where.count("/"))
    text = body[: _WHOLE * 4].decode("utf-8", "backslashreplace")
    return Excerpt(text[:_WHOLE], "", "", (False, len(body) > _WHOLE and text[_WHOLE:] != ""))


def _around_byte(body: bytes, offset: int) -> Excerpt:
    start, end = max(0, offset - _AROUND), offset + _AROUND
    head, place, tail = body[start:offset], body[offset : offset + 1], body[offset + 1 : end]
    while tail and 0x80 <= tail[0] < 0xC0 and len(place) < 4:  # noqa: PLR2004 - the rest of one character
        place, tail = place + tail[:1], tail[1:]
    before, marked, after = (part.decode("utf-8", "backslashreplace") for part in (head, place, tail))
    return Excerpt(before, marked or "␃", after, (start > 0, end < len(body)))  # the sign for the end of a text


def _around(text: str, places: Sequence[tuple[int, int]], *, exact: bool) -> Excerpt:
    start, end = places[-1]
    left, right = max(0, start - _AROUND), min(len(text), end + _AROUND)
    around = places[-2] if exact and len(places) > 1 else places[-1]
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
