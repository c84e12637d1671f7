"""HTTP/1.1, the messages: a request as it is sent, and the answer to it read from bytes, wherever these come from.

A socket and a file that somebody saved are read by the same lines, so the same bytes mean the same. h11 knows the
grammar and the framing; here stands what RFC 9112 leaves to whoever reads: limits, what is told of an answer that is
broken, and the content codings. Nothing is accepted that is cut short, and nothing guessed.
"""

import json
import re
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from http import HTTPStatus
from typing import NamedTuple
from urllib.parse import urlsplit

import h11

from contracts.core.errors import BrokenAnswer, UsageError
from contracts.core.exchange import Headers, Response

#: More than an honest head holds: so many fields, or interim answers before it, and so many bytes.
MOST_FIELDS, LARGEST_HEAD = 200, 64 * 1024
#: A length of more digits is no length: not every program reads it as the same number.
MOST_DIGITS = 15
#: The longest line that a message repeats, in bytes: whole or not at all, else half a secret would not be masked.
_SHOWN = 200

_STATUS_LINE = re.compile(rb"HTTP/1\.[0-9] [1-9][0-9]{2}(?: [^\x00-\x08\x0a-\x1f\x7f]*)?")
#: RFC 9112, section 5, with the characters of RFC 9110, section 5.5.
_FIELD_LINE = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+:[^\x00-\x08\x0a-\x1f\x7f]*")
_FRAMING = re.compile(rb"content-length|transfer-encoding", re.IGNORECASE)
#: The beginning of a chunk, behind the end of the one before (RFC 9112, section 7.1).
_CHUNK = re.compile(rb"(?:\r\n)?([0-9A-Fa-f]+)[^\n]*\n")
#: Answers of these statuses end with their header (RFC 9112, section 6.3).
_BODILESS = (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED)
_BLANK_LINE = re.compile(rb"\n\r?\n")
_GZIP, _ZLIB = 31, 15  # window bits: with a gzip header, with a zlib header

FOLDED = "a header field was folded over several lines, which RFC 9112 calls obsolete (section 5.2)"
BEHIND = "bytes came behind the complete body: they are no part of the answer"


class Message(NamedTuple):
    """A request as it is sent, its secrets included."""

    method: str
    url: str
    headers: Headers


class Answer(NamedTuple):
    """An answer, the bytes that came ``behind`` it, and whether the connection is ``kept`` for another request."""

    response: Response
    behind: bytes
    kept: bool


def request(message: Message, target: str, fields: Headers = ()) -> bytes:
    """Return the bytes of a request for a target, which RFC 9112, section 3.2, has in four forms.

    ``fields`` are those for whoever is on the way, and stand behind Host.

    Raises:
        UsageError: a method, a target or a field holds what none may.
    """
    method, url, headers = message
    own: Headers = (("Host", urlsplit(url).netloc), *fields)
    if method in ("POST", "PUT", "PATCH") and not any(name.lower() == "content-length" for name, _ in headers):
        own = (*own, ("Content-Length", "0"))  # RFC 9110, section 8.6
    try:
        head = h11.Request(method=method, target=target, headers=[*own, *headers])
        return h11.Connection(h11.CLIENT).send(head)
    except (h11.LocalProtocolError, UnicodeError):
        raise UsageError("the request cannot be sent as it is: look at its header fields") from None


def answer_of(content: bytes, method: str = "GET", *, cap: int) -> Answer:
    """Return the answer with which the bytes begin; raises what :func:`read_answer` raises."""
    pieces = (content[start : start + LARGEST_HEAD] for start in range(0, len(content), LARGEST_HEAD))
    answer = read_answer(lambda: next(pieces, b""), method, cap=cap)
    if not (left := b"".join(pieces)):
        return answer
    response = answer.response
    if not answer.behind and method != "HEAD":
        response = replace(response, notes=(*response.notes, BEHIND))
    return Answer(response, answer.behind + left, kept=False)


def read_answer(receive: Callable[[], bytes], method: str, *, cap: int) -> Answer:
    """Return the answer to a request with this method, its body without transfer and content codings.

    ``receive`` returns more bytes, and none at the end. Interim answers are passed over, also one that nobody
    expected (RFC 9110, section 15.2). At most ``cap`` bytes of a body are kept, coded or not; of the answer to CONNECT
    only the head is read.

    Raises:
        EOFError: there were no bytes at all.
        BrokenAnswer: they are no answer of HTTP/1.1, or one that is cut short or larger than the cap.
    """
    reader = _Reader(receive, method)
    interim = 0
    while not isinstance(event := reader.head(), h11.Response):
        if (interim := interim + 1) > MOST_FIELDS:
            raise BrokenAnswer(f"more than {MOST_FIELDS} interim answers came before the answer")
        if isinstance(event, h11.InformationalResponse) and event.status_code == HTTPStatus.SWITCHING_PROTOCOLS:
            # Nobody asked to switch, so HTTP goes on.
            reader = _Reader(receive, method, reader.behind)
    headers = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in event.headers.raw_items())
    response = Response(event.status_code, headers, b"", event.reason.decode("latin-1"), notes=reader.notes)
    if method == "CONNECT":  # nothing of it is judged, and a tunnel begins behind the head
        return Answer(response, reader.behind, kept=True)
    _check_framing(response)
    coding = "" if method == "HEAD" else coding_of(response)
    body = _decoded(reader.body(), coding, cap)
    behind = reader.behind
    if behind and method != "HEAD":
        response = replace(response, notes=(*response.notes, BEHIND))
    return Answer(replace(response, body=body), behind, reader.is_kept and not behind)


class _Reader:
    """Reads one answer by h11, and keeps the bytes of which h11 has made nothing yet: it says little of what it met."""

    def __init__(self, receive: Callable[[], bytes], method: str, begun: bytes = b"") -> None:
        self._receive = receive
        self._method = method
        self._http = h11.Connection(h11.CLIENT, max_incomplete_event_size=LARGEST_HEAD)
        # As if it proposed another protocol: h11 refuses an answer that switches to one which nobody proposed.
        fields = [("Host", "of-the-target"), ("Connection", "upgrade"), ("Upgrade", "none")]
        self._http.send(h11.Request(method=method, target="/", headers=fields))
        self._http.send(h11.EndOfMessage())
        if begun:
            self._http.receive_data(begun)
        self._unread = bytearray(begun)
        self._chunked = self._ended = False
        self.notes: tuple[str, ...] = ()

    @property
    def behind(self) -> bytes:
        """What was received and belongs to nothing that was read."""
        return bytes(self._http.trailing_data[0])

    @property
    def is_kept(self) -> bool:
        """Whether the peer keeps the connection for another request (RFC 9112, section 9.3)."""
        return self._http.their_state is h11.DONE and not self._ended

    def head(self) -> h11.Event:
        """Return the next head, a response or an interim one (RFC 9112, sections 4 and 5).

        Raises:
            EOFError: the end came instead.
            BrokenAnswer: it is none.
        """
        try:
            event = self._event()
        except h11.RemoteProtocolError:
            if not self._unread:
                raise EOFError from None
            raise BrokenAnswer(self._broken_head()) from None
        size = len(self._unread) - len(self.behind)
        lines = _lines(bytes(self._unread[:size]))
        del self._unread[:size]
        if problem := _problem(lines, size):
            raise BrokenAnswer(problem)
        if any(line[:1] in (b" ", b"\t") for line in lines):
            self.notes = (FOLDED,)
        if isinstance(event, h11.Response):
            has_body = self._method != "HEAD" and event.status_code not in _BODILESS
            self._chunked = has_body and any(name == b"transfer-encoding" for name, _ in event.headers)
        return event

    def body(self) -> Iterator[bytes]:
        """Iterate over the pieces of the body, without its transfer coding (RFC 9112, sections 6 and 7)."""
        begins = self._chunked
        try:
            while isinstance(event := self._event(), h11.Data):
                if begins:
                    self._check_size()
                del self._unread[: len(event.data)]
                begins = self._chunked and event.chunk_end
                yield event.data
        except h11.RemoteProtocolError:
            raise BrokenAnswer(self._broken_body()) from None
        if self._chunked:
            self._check_size()

    def _event(self) -> h11.Event:
        while not isinstance(event := self._http.next_event(), h11.Event):
            piece = self._receive()
            self._ended = not piece
            self._unread += piece
            self._http.receive_data(piece)
        return event

    def _check_size(self) -> None:
        """Look at the size of the chunk that has begun: h11 takes more digits than other programs do."""
        size = _CHUNK.match(self._unread)
        if size is None or len(size[1]) > MOST_DIGITS:
            raise BrokenAnswer(f"the size of a chunk has more than {MOST_DIGITS} digits")
        del self._unread[: size.end()]

    def _broken_head(self) -> str:
        received = bytes(self._unread)
        whole = _BLANK_LINE.search(received)
        lines = _lines(received[: whole.start()] if whole else received.rpartition(b"\n")[0] or received)
        if problem := _problem(lines, 0 if whole else len(received)):
            return problem
        if whole:
            framing = b"; ".join(line for line in lines if _FRAMING.match(line))
            return f"the length of its body cannot be told from {_quoted(framing)}"
        return "the answer ended within its header"

    def _broken_body(self) -> str:
        if self._ended:
            return f"the answer ended before its {'last chunk' if self._chunked else 'length'}"
        return (
            "a chunk of the body has no size, or no end where its size has it, or a field behind the last one is none"
        )


def _lines(head: bytes) -> list[bytes]:
    """Return the lines of a head without their ends, of which one LF is enough (RFC 9112, section 2.2)."""
    return [line.removesuffix(b"\r") for line in head.rstrip(b"\r\n").split(b"\n")]


def _problem(lines: list[bytes], size: int) -> str | None:
    """Return what is wrong with the lines of a head of so many bytes, beside what they say of the body."""
    if not _STATUS_LINE.fullmatch(lines[0]):
        return f"the answer is not HTTP/1.1, which this suite speaks: it begins with {_quoted(lines[0])}"
    fields = 0
    for line in lines[1:]:
        folded = fields > 0 and line[:1] in (b" ", b"\t")
        fields += not folded
        if not _FIELD_LINE.fullmatch(b"folded:" + line if folded else line):
            return f"{_quoted(line)} is no header field (RFC 9112, section 5)"
    if fields > MOST_FIELDS:
        return f"the answer has more than {MOST_FIELDS} header fields"
    return f"the header of the answer is larger than {LARGEST_HEAD // 1024} KiB" if size > LARGEST_HEAD else None


def _check_framing(response: Response) -> None:
    """Refuse a body whose length is said in two ways (RFC 9112, section 6.3), or in a way that programs read apart."""
    lengths = response.all("Content-Length")
    if lengths and response.all("Transfer-Encoding"):
        raise BrokenAnswer("the answer has a Content-Length beside its Transfer-Encoding")
    if any(len(length) > MOST_DIGITS for length in lengths):
        raise BrokenAnswer(f"its Content-Length has more than {MOST_DIGITS} digits")


def coding_of(response: Response) -> str:
    """Return the content coding of a body (RFC 9110, section 8.4), or nothing.

    Raises:
        BrokenAnswer: it is one that was not asked for.
    """
    codings = response.all("Content-Encoding")
    names = [name.strip().lower() for value in codings for name in value.split(",") if name.strip()]
    coding = ", ".join(name for name in names if name != "identity")
    if coding not in ("", "gzip", "x-gzip", "deflate"):
        given = _quoted(", ".join(codings).encode("latin-1", "replace"))
        raise BrokenAnswer(f"the body has the content coding {given}, and gzip was asked for")
    return coding


def read_again(response: Response, method: str) -> None:
    """Read the head of an answer that was kept as it would be read from the wire.

    Raises:
        BrokenAnswer: no such answer can have been read.
    """
    lines = (f"HTTP/1.1 {response.status} {response.reason}", *(f"{name}: {value}" for name, value in response.headers))
    try:
        head = "".join(f"{line}\r\n" for line in (*lines, "")).encode("latin-1")
        is_masked = any("$" in name for name, _ in response.headers)
        if len(head) <= LARGEST_HEAD and not is_masked:  # it may be longer than it was, and a name no token
            read = answer_of(head, "HEAD", cap=0).response
            if (read.status, read.headers) != (response.status, response.headers):
                raise BrokenAnswer("its head reads as another one")
    except (EOFError, UnicodeError):
        raise BrokenAnswer("its head is none of HTTP/1.1") from None
    if method != "HEAD":
        coding_of(response)


def _decoded(chunks: Iterable[bytes], coding: str, cap: int) -> bytes:
    """Return the body that the chunks hold, its content coding removed.

    At most ``cap`` bytes are kept, coded or not: what would be more is not unpacked.
    """
    pieces = _inflated(chunks, coding, cap) if coding else chunks
    body = bytearray()
    for piece in pieces:
        body += piece
        if len(body) > cap:
            raise _too_large(cap)
    return bytes(body)


def _inflated(chunks: Iterable[bytes], coding: str, cap: int) -> Iterator[bytes]:
    inflater = zlib.decompressobj(_ZLIB if coding == "deflate" else _GZIP)
    raw = 0
    for chunk in chunks:
        raw, data = raw + len(chunk), chunk
        while data:
            if inflater.eof and coding != "deflate":  # a gzip file may have several members (RFC 1952, section 2.2)
                inflater = zlib.decompressobj(_GZIP)
            try:
                piece = inflater.decompress(data, cap + 1)
            except zlib.error:
                raise BrokenAnswer("the body is not what its content coding says") from None
            yield piece
            data = inflater.unused_data if inflater.eof else inflater.unconsumed_tail
            if data and inflater.eof and coding == "deflate":
                raise BrokenAnswer("the body is not what its content coding says")
        if raw > cap:
            raise _too_large(cap)
    if raw and not inflater.eof:
        raise BrokenAnswer("the compressed body is cut short")


def _too_large(cap: int) -> BrokenAnswer:
    return BrokenAnswer(f"the body is larger than {cap:,} bytes (--max-body)")


def _quoted(line: bytes) -> str:
    return json.dumps(line.decode("latin-1")) if len(line) <= _SHOWN else f"a line of {len(line):,} bytes"
