"""Other readings of what a target sent, in which a secret may stand: escapes undone, Base64 and digits decoded.

A decoding knows which bytes of what it was made from each of its own stands for. Every pattern is possessive, and none
begins anew within what it has gone through, so that decoding is linear.
"""

import binascii
import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from functools import cache, cached_property
from html.entities import html5
from itertools import accumulate

from contracts.core.errors import watched

Span = tuple[int, int]

#: What stands between two runs of a decoding: it is in no secret, in no alphabet and no escape.
_BETWEEN = b"\xff"
_ESCAPED = rb"""(?ix)
      (?<!\\)\\++ (?: u00([0-9a-f]{2}) | x([0-9a-f]{2}) | u\{0*+([0-9a-f]{2})\} | ([^0-9a-z\s]) | ([rnt]) )
    | % (?: (?:25)*+ ([0-9a-f]{2}) | (?:25)++ )
    | & (?: (?:amp;)*+ (?: \#x0*+([0-9a-f]{2}); | \#0*+([0-9]{2,3}); | ([a-z]{2,8}); ) | (?:amp;)++ ) """
_DECIMAL, _ENTITY, _PLAIN, _BLANK = 8, 9, 4, 5
_JSON = rb"""(?s)\\(?:u00([0-9a-fA-F]{2})|(["/\\])|.)?+"""
_QUOTED_PRINTABLE = rb"=(?:([0-9A-Fa-f]{2})|[ \t]*+\r?\n)"
_FOLDED = rb"[ \t]*+\r?\n[ \t]*+"
_NUL = rb"\0++"
_BASE64 = rb"[A-Za-z0-9+/_-]{%d,}+"
_HEXADECIMAL = rb"(?i)[0-9a-f]{2}(?:[ \t:.,;_-]{0,2}+(?:0x)?+[0-9a-f]{2}){3,}+"
_HEXADECIMAL_DIGIT = rb"(?i)(?:0x)?+([0-9a-f])"
_NUMBERS = rb"[0-9]{1,3}(?![0-9])(?:(?:[ \t\r\n]*+[,;:][ \t\r\n]*+|[ \t\r\n]++)[0-9]{1,3}){3,}+"
_NUMBER = rb"[0-9]+"
_URL_SAFE = bytes.maketrans(b"-_", b"+/")


class _Substituted:
    """Some bytes in which each match of a pattern is replaced by at most one byte."""

    def __init__(self, pattern: bytes, replace: Callable[[re.Match[bytes]], bytes], original: bytes) -> None:
        self._pattern, self._replace, self._original = re.compile(pattern), replace, original
        content, place = bytearray(), 0
        for match in watched(self._pattern.finditer(original)):  # sub would keep every piece until the end
            content += original[place : match.start()]
            content += replace(match)
            place = match.end()
        self.content = bytes(content + original[place:]) if place else original

    @cached_property
    def _edits(self) -> tuple[list[int], list[int], list[int], list[int]]:
        """Where each replacement begins and ends here, and where the original of it begins and ends."""
        edits: tuple[list[int], list[int], list[int], list[int]] = ([], [], [], [])
        shift = 0
        for match in watched(self._pattern.finditer(self._original)):
            here = match.start() + shift
            length = len(self._replace(match))
            for column, value in zip(edits, (here, here + length, *match.span()), strict=True):
                column.append(value)
            shift += length - (match.end() - match.start())
        return edits

    def locate(self, start: int, end: int) -> Span:
        """Return the span that a part of the content, which is not empty, was made from."""
        return self._place(start)[0], self._place(end - 1)[1]

    def _place(self, index: int) -> Span:
        begins, ends, original_begins, original_ends = self._edits
        number = bisect_right(begins, index) - 1
        if number < 0:
            return index, index + 1
        if index < ends[number]:
            return original_begins[number], original_ends[number]
        place = original_ends[number] + index - ends[number]
        return place, place + 1


class _Decoded:
    """The runs of one alphabet, decoded; ``places`` gives, for a run, the span of each of its bytes."""

    def __init__(
        self,
        runs: list[Span],
        original: bytes,
        decode: Callable[[bytes], bytes],
        places: Callable[[bytes], Callable[[int], Span]],
    ) -> None:
        self._runs, self._original, self._places = runs, original, places
        parts = [decode(original[start:end]) for start, end in watched(runs)]
        self.content = _BETWEEN.join(parts)
        self._starts = list(accumulate((len(part) + 1 for part in parts), initial=0))
        self._last: tuple[int, Callable[[int], Span]] = (-1, lambda _: (0, 0))

    def locate(self, start: int, end: int) -> Span:
        """Return the span that a part of the content, within one run, was made from."""
        number = bisect_right(self._starts, start) - 1
        begin, stop = self._runs[number]
        if self._last[0] != number:
            self._last = number, self._places(self._original[begin:stop])
        place = self._last[1]
        first, last = start - self._starts[number], end - 1 - self._starts[number]
        return begin + place(first)[0], begin + place(last)[1]


#: Some bytes read in another way: the ``content``, and where a part of it was found in these bytes.
Decoding = _Substituted | _Decoded


def decodings(content: bytes, shortest: int) -> Iterator[Decoding]:
    """Iterate over the other readings of some bytes in which something of so many bytes may stand."""
    for signs, pattern, replace in (
        ((b"\\", b"%", b"&"), _ESCAPED, _character),
        ((b"=",), _QUOTED_PRINTABLE, _digits_or_nothing),
        ((b"\n",), _FOLDED, _digits_or_nothing),
        ((b"\0",), _NUL, _digits_or_nothing),
    ):
        if any(sign in content for sign in signs):
            substituted = _Substituted(pattern, replace, content)
            if substituted.content != content:
                yield substituted
    least = shortest * 4 // 3
    if runs := _runs(_BASE64 % least, content, least):
        for shift in range(4):
            shifted = [(start + shift, end) for start, end in runs if end - start - shift >= least]
            yield _Decoded(shifted, content, _from_base64, lambda _: _sextets)
    if runs := _runs(_HEXADECIMAL, content, shortest * 2):
        yield _Decoded(runs, content, _from_hexadecimal, _pairs)
        yield _Decoded([(start + 1, end) for start, end in runs], content, _from_hexadecimal, _pairs)


def numbers(content: bytes, shortest: int) -> Decoding | None:
    """Return the lists of numbers in some bytes as the bytes that they count, or None when there are none."""
    runs = _runs(_NUMBERS, content, shortest * 3 - 1)
    return _Decoded(runs, content, _from_numbers, _each_number) if runs else None


def _runs(pattern: bytes, content: bytes, least: int) -> list[Span]:
    found = watched(re.finditer(pattern, content))
    return [match.span() for match in found if match.end() - match.start() >= least]


def json_text(content: bytes) -> Decoding:
    """Return what a JSON decoder reads in the strings of some bytes, as far as that is ASCII."""
    return _Substituted(_JSON, _read_by_json, content)


def _read_by_json(match: re.Match[bytes]) -> bytes:
    if match[1]:
        return bytes.fromhex(match[1].decode())
    return match[2] or match[0]


def _character(match: re.Match[bytes]) -> bytes:
    group = match.lastindex
    if group is None:  # an escaped percent sign or ampersand that escapes nothing itself
        return match[0][:1]
    text = match[group]
    if group == _PLAIN:
        return text
    if group == _BLANK:
        return {b"r": b"\r", b"n": b"\n", b"t": b"\t"}[text.lower()]
    if group == _ENTITY:
        return _entities().get(text) or match[0]
    return bytes((int(text, 10 if group == _DECIMAL else 16) & 0xFF,))


@cache
def _entities() -> dict[bytes, bytes]:
    """The named character references of HTML for characters of ASCII."""
    ascii_only = ((name, text) for name, text in html5.items() if name.endswith(";") and text.isascii())
    return {name[:-1].encode(): text.encode() for name, text in ascii_only if len(text) == 1}


def _digits_or_nothing(match: re.Match[bytes]) -> bytes:
    return bytes.fromhex(match[1].decode()) if match.lastindex else b""


def _from_base64(run: bytes) -> bytes:
    run = run[:-1] if len(run) % 4 == 1 else run
    return binascii.a2b_base64(run.translate(_URL_SAFE) + b"=" * (-len(run) % 4))


def _from_hexadecimal(run: bytes) -> bytes:
    digits = re.sub(rb"(?i)0x", b"", run).translate(None, b" \t:.,;_-")
    return bytes.fromhex(digits[: len(digits) // 2 * 2].decode())


def _sextets(index: int) -> Span:
    """The characters of Base64 that a byte depends on."""
    return index * 8 // 6, (index * 8 + 7) // 6 + 1


def _pairs(run: bytes) -> Callable[[int], Span]:
    digits = [match.span(1) for match in re.finditer(_HEXADECIMAL_DIGIT, run)]
    return lambda index: (digits[index * 2][0], digits[index * 2 + 1][1])


def _from_numbers(run: bytes) -> bytes:
    return bytes(min(255, int(number)) for number in re.findall(_NUMBER, run))


def _each_number(run: bytes) -> Callable[[int], Span]:
    return [match.span() for match in re.finditer(_NUMBER, run)].__getitem__
