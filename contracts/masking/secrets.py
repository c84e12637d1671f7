"""Masking: a secret is replaced before anything that holds it can be stored, judged or printed.

What is masked can still be told apart: two forms of a secret are two texts, and what the target itself writes like a
mask is written differently. So values that differ stay two, and those that are equal stay one.
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache
from hashlib import blake2b
from urllib.parse import quote

from contracts.core.errors import watched
from contracts.core.exchange import Response
from contracts.masking.decodings import decodings, json_text, numbers

#: Where a secret was found, and the name of the variable that holds it.
Found = tuple[int, int, bytes]

#: A shorter secret is masked only where it stands alone: else it would be found within other words.
_SHORT = 8
#: A still shorter one is no secret, and is not masked.
MASKED_FROM = 4
#: How many readings are tried one within the other: Base64 of Base64 in an escaped string takes three.
_DEPTH = 3
#: What stands behind a mask, where it would be read as the number of another one.
_LIKE_A_NUMBER = re.compile(rb"\(|\\u0028")
#: So many masked contents are remembered: a run has a dozen.
_REMEMBERED = 64


class Secrets:
    """The secrets of a run, each with the name of the variable that is shown in its place, such as ``$BEARER_TOKEN``.

    ``shared`` holds those of the process: every run masks what any run of it holds, and adds what it is given there.

    A secret is found as it is, in any letter case, and as a server may echo it: escaped for JSON, a URL or HTML, as
    quoted-printable, in UTF-16 and UTF-32, in Base64 at any alignment and with line breaks, in hexadecimal digits, in
    lists of the numbers of its bytes, and in two of these at once. Each form but the secret itself has a number.
    """

    def __init__(self, shared: "Secrets | None" = None) -> None:
        self._shared = shared
        self._own: dict[bytes, tuple[bytes, bytes]] = {}
        self._all: dict[bytes, tuple[bytes, bytes]] = {}
        self._seen = (0, 0)
        self._numbers: dict[tuple[bytes, bytes], int] = {}
        self._known: dict[bytes, bytes] = {}

    def __repr__(self) -> str:
        return f"<{len(self._secrets)} secrets>"

    def add(self, secret: str, name: str) -> None:
        """Mask the secret, which is ASCII, from now on; ``name`` is the variable that holds it."""
        if len(secret) >= MASKED_FROM:
            self._own.setdefault(secret.lower().encode(), (secret.encode(), name.encode()))
            if self._shared:
                self._shared.add(secret, name)

    @property
    def _secrets(self) -> dict[bytes, tuple[bytes, bytes]]:
        """Every secret, those of this run first; threads of other runs add theirs at any time."""
        shared = self._shared._own if self._shared else {}  # noqa: SLF001 - of the same class
        if self._seen != (seen := (len(self._own), len(shared))):
            self._all = {**self._own, **{form: held for form, held in dict(shared).items() if form not in self._own}}
            self._seen = seen
            self._known.clear()
        return self._all

    def mask(self, text: str) -> str:
        """Return the text with every secret replaced."""
        return self.mask_bytes(text.encode("utf-8", "surrogatepass")).decode("utf-8", "surrogatepass")

    def mask_bytes(self, content: bytes) -> bytes:
        """Return the content with every secret replaced. Equal contents are one value, masked once."""
        if not self._secrets:
            return content
        key = blake2b(content).digest()
        if key not in self._known:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            self._known[key] = self._masked(content)
        return self._known[key]

    def mask_response(self, response: Response) -> Response:
        """Return the response with every secret replaced."""
        headers = tuple((self.mask(name), self.mask(value)) for name, value in response.headers)
        return replace(
            response, headers=headers, body=self.mask_bytes(response.body), reason=self.mask(response.reason)
        )

    def sweep(self, text: str) -> str:
        """Return what is to be written with the common forms of every secret replaced, one that was not met before.

        The last look: what came from a target was masked in all forms when it came.
        """
        for secret, name in self._secrets.values():
            plain = secret.decode()
            forms = (plain, plain.lower(), plain.upper(), quote(plain, safe=""), json.dumps(plain)[1:-1])
            for form in dict.fromkeys(forms):
                if form in text:
                    text = re.sub(_alone(re.escape(form), plain), f"${name.decode()}", text)
        return text

    @property
    def _shortest(self) -> int:
        return min(map(len, self._secrets))

    def _masked(self, content: bytes) -> bytes:
        content = self._distinguished(content)
        content = self._replaced(content, self._plain(content))
        content = self._replaced(content, self._within(content, _DEPTH))
        return self._mask_number_lists(content)

    def _plain(self, content: bytes) -> Iterator[Found]:
        """Iterate over the places of every secret as it is, in any letter case."""
        lowered = content.lower()
        for form, (_, name) in self._secrets.items():
            if form in lowered:
                pattern = re.compile(_alone(re.escape(form.decode()), form.decode()).encode())
                yield from ((*match.span(), name) for match in pattern.finditer(lowered))
            for sign in (b"=", b"%"):
                if sign + form[:2] in lowered and re.match(rb"[0-9a-f]{2}", form):
                    yield from ((*match.span(), name) for match in _behind(sign, form).finditer(lowered))

    def _within(self, content: bytes, depth: int) -> Iterator[Found]:
        """Iterate over the places of every secret in another reading of the content, or in one of that."""
        for decoding in decodings(content, self._shortest):
            inner = self._within(decoding.content, depth - 1) if depth > 1 else ()
            for start, end, name in dict.fromkeys((*self._plain(decoding.content), *inner)):
                yield (*decoding.locate(start, end), name)

    def _distinguished(self, content: bytes) -> bytes:
        """Return the content with ``{}`` behind each dollar sign that begins what looks like a mask."""
        if b"$" not in content and b"\\u0024" not in content:
            return content
        names = b"|".join(dict.fromkeys(name for _, name in self._secrets.values()))
        decoding = json_text(content)
        matches = re.finditer(rb"\$(?=(?:\{\})*+(?:%s))" % names, decoding.content)
        return _replace_spans(content, ((*decoding.locate(*match.span()), b"${}") for match in matches))

    def _replaced(self, content: bytes, found: Iterable[Found]) -> bytes:
        return _replace_spans(content, ((s, e, self._shown(content, s, e, name)) for s, e, name in _merged(found)))

    def _shown(self, content: bytes, start: int, end: int, name: bytes) -> bytes:
        """Return the mask of a part of the content: the same for parts that a JSON decoder reads as the same."""
        read = json_text(content[start:end]).content
        number = self._number(name, read)
        unnumbered = number == 1 and not _LIKE_A_NUMBER.match(content, end)
        return b"$%s" % name if unnumbered else b"$%s(%d)" % (name, number)

    def _number(self, name: bytes, read: bytes) -> int:
        # Of the secrets of others one may stand in a variable of the same name: it is another value.
        shared = self._secrets.values() if all(name != other for _, other in self._own.values()) else ()
        if (read, name) in self._own.values() or (read, name) in shared:
            return 1
        return self._numbers.setdefault((name, read), len(self._numbers) + 2)

    def _mask_number_lists(self, content: bytes) -> bytes:
        """Return the content with the lists of numbers that count a secret's bytes replaced by lists of zeros.

        They stay numbers, or a body would no longer be JSON; the first one tells two forms apart.
        """
        decoding = numbers(content, self._shortest)
        if decoding is None:
            return content
        lists = []
        for start, end, name in _merged(self._plain(decoding.content)):
            first, last = decoding.locate(start, end)
            number = b"%d" % self._number(name, b"numbers " + decoding.content[start:end])
            zeros = re.sub(rb"[0-9]+", b"0", content[first:last])
            lists.append((first, last, number + zeros[1:]))
        return _replace_spans(content, lists)


@cache
def _behind(sign: bytes, form: bytes) -> re.Pattern[bytes]:
    """Return what finds a secret, parts of it escaped, behind a sign that escapes nothing.

    Whoever undoes quoted-printable or percent signs takes it for the escape of the first two characters, where these
    are hexadecimal digits.
    """
    written = (rb"(?:%s|%s%02x)" % (re.escape(bytes((each,))), sign, each) for each in form[2:])
    return re.compile(rb"(?:=[ \t]*+\r?\n)*+".join((rb"(?<=%s)%s" % (sign, form[:2]), *written)))


def _alone(pattern: str, secret: str) -> str:
    return pattern if len(secret) >= _SHORT else rf"(?<![\w-]){pattern}(?![\w-])"


def _merged(found: Iterable[Found]) -> Iterator[Found]:
    """Iterate over what was found from left to right; what overlaps is one."""
    last: Found | None = None
    for start, end, name in watched(sorted(found)):
        if last and start < last[1]:
            last = last[0], max(end, last[1]), last[2]
            continue
        if last:
            yield last
        last = start, end, name
    if last:
        yield last


def _replace_spans(content: bytes, replacements: Iterable[Found]) -> bytes:
    """Return the content with each of its parts, from left to right, replaced by other bytes."""
    pieces, place = [], 0
    for start, end, text in watched(replacements):
        pieces += [content[place:start], text]
        place = end
    return b"".join((*pieces, content[place:])) if pieces else content
