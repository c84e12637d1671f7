"""A connection: opened directly or through a proxy, watched while it is used, and kept for the next request."""

import http.client
import socket
import ssl
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from typing import Any, NamedTuple

from urllib3.util import parse_url

from contracts.core.exchange import Headers, Response
from contracts.network.dial import Place, dial
from contracts.network.reading import check_length, read
from contracts.network.stream import Stream

_CHUNK = 65536
#: How long bytes that must not come are waited for when the peer keeps its connection open: so many times what the
#: answer took, and within these bounds, in seconds.
_TIMES, _LEAST, _MOST = 4, 0.05, 0.5
#: How long a peer that says that it closes the connection is waited for, in seconds.
_CLOSING = 2.0


class Message(NamedTuple):
    """A request as it is sent, its secrets included."""

    method: str
    url: str
    headers: Headers


class Ended(Exception):
    """The peer has ended an idle connection before a byte of the answer came (RFC 9112, section 9.3.1)."""


class _Answer(http.client.HTTPResponse):
    """An answer on a stream that may hold others before and behind it."""

    def __init__(self, _socket: object, *args: Any, stream: Stream, begun: Callable[[], None], **keywords: Any) -> None:
        super().__init__(stream, *args, **keywords)  # type: ignore[arg-type]
        self._begun = begun

    def _read_status(self) -> tuple[str, int, str]:
        self._begun()
        # http.client skips one interim answer only; a client has to expect each (RFC 9110, section 15.2).
        version, status, reason = super()._read_status()  # type: ignore[misc]
        return version, 100 if 102 <= status < 200 else status, reason  # noqa: PLR2004 - 101 changes the protocol


class Connection:
    """A connection to the host of a URL, which is opened by its first request, or before.

    ``trust`` returns what TLS needs. ``connect_to`` leads a host and port elsewhere. ``stray`` counts the bytes that
    came behind the last answer to HEAD, where none may come.
    """

    def __init__(self, url: str, trust: Callable[[], ssl.SSLContext], connect_to: Mapping[Place, Place]) -> None:
        self.stray = 0
        self.usable = False
        self.answers = 0
        self._parts = parse_url(url)
        self._trust = trust
        self._connect_to = connect_to
        self._http: Any = None
        self._stream: Stream | None = None
        self._socket: socket.socket | None = None
        #: The fields for a proxy that gets the whole URL and sends the request on.
        self._forwarded: dict[str, str] | None = None
        self._accepted: Callable[[], None] = lambda: None
        self._begun = False
        self._shut = False
        self._behind_head = False
        self._patience = 0.0

    @property
    def subject(self) -> str:
        """The host and port, for messages."""
        return self._parts.netloc or str(self._parts)

    @property
    def is_open(self) -> bool:
        """Whether a request can be sent at once."""
        return self._stream is not None and not self._shut

    @property
    def has_socket(self) -> bool:
        """Whether the peer accepted, TLS or not."""
        return self._socket is not None

    @property
    def is_silent(self) -> bool:
        """Whether no byte ever came."""
        return self._stream is None or not self._stream.received

    @property
    def has_begun(self) -> bool:
        """Whether the answer to the last request has begun."""
        return self._begun

    def open(self, timeout: float, accepted: Callable[[], None] = lambda: None) -> None:
        """Connect, through a proxy where there is one, and speak TLS where the URL says so.

        ``accepted`` is told when the peer has accepted the connection, and TLS is still to come.

        Raises:
            Unreachable: a name that stands for this machine leads elsewhere.
            Exception: whatever the libraries raise.
        """
        self._accepted = accepted
        dialled = dial(self._parts, self._trust, self._connect_to, self._connected, timeout)
        self._http, self._forwarded = connection, _ = dialled
        connection.connect()
        self._stream = Stream(connection.sock)
        self.usable = True
        connection.response_class = partial(_Answer, stream=self._stream, begun=self._begin)

    def ask(self, message: Message, *, cap: int, ends: float) -> Response:
        """Send a request and return the answer, of which at most ``cap`` bytes are read, before ``ends``.

        Raises:
            BrokenAnswer: the answer is no HTTP, cut short or too large.
            Exception: whatever the libraries raise.
        """
        started = time.monotonic()
        self.usable = self._begun = False
        # Whoever waits ends it earlier; this ends what is forgotten.
        self._http.timeout = max(0.0, ends - started) + 1
        method, url, headers = message
        target = parse_url(url).request_uri if self._forwarded is None else url
        fields = {**dict(headers), **(self._forwarded or {})}
        with suppress(BrokenPipeError):  # an answer may be there all the same
            self._http.request(method, target, headers=fields, preload_content=False, decode_content=False)
        raw = self._http.getresponse()
        received = tuple((name, value) for name, value in raw.headers.iteritems())
        response = Response(raw.status, received, b"", raw.reason or "")
        check_length(response.all("Content-Length"))
        head = method == "HEAD"
        answer = raw._original_response  # noqa: SLF001 - the only way to what http.client saw
        whole = not answer.will_close and _is_framed(response)
        chunks = () if head else raw.stream(_CHUNK, decode_content=False)
        body = read(chunks, [] if head else response.all("Content-Encoding"), cap)
        raw.close()
        self.answers += 1
        self._behind_head = head
        self.stray = 0 if head else self.stray
        moment = min(max(_LEAST, _TIMES * (time.monotonic() - started)), _MOST)
        self._patience = _patience(moment if whole else _CLOSING, ends)
        # What stands behind an answer with a body is none of the next one.
        self.usable = whole and (head or not self._stream_of().buffered())
        return Response(response.status, received, body, response.reason)

    def look(self) -> bool:
        """Whether the connection can take another request, as far as can be told without waiting.

        Bytes that are there before a request is sent are no part of the answer to it.
        """
        if not (self.usable and self.is_open):
            return False
        size, ended = self._stream_of().drain(0)
        self.stray += size if self._behind_head else 0
        self.usable = not ended and (self._behind_head or not size)
        return self.usable

    def settle(self) -> int:
        """Return how many bytes came behind the answer to HEAD; nothing else is sent over this connection.

        Where another answer followed, or the peer has closed, nothing is waited for.
        """
        if self._behind_head and self.is_open:
            self.stray += self._stream_of().drain(self._patience)[0]
            self.discard()
        return self.stray

    def shut(self) -> None:
        """End every read and write, whichever thread is in it."""
        self._shut = True
        if self._socket is not None:
            with suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)

    def discard(self) -> None:
        """Close what nobody uses; what was shut is closed by the thread that is still in it.

        Closed under a thread, its descriptor could be another connection's before the thread looks again.
        """
        if not self._shut:
            self.close()

    def close(self) -> None:
        """Give everything back."""
        self.usable, self._shut = False, True
        for part in (self._http, self._stream, self._socket):
            if part is not None:
                with suppress(OSError):
                    part.close()
        self._stream = None

    def _connected(self, sock: socket.socket) -> None:
        # A duplicate stays valid when TLS takes the first descriptor over.
        self._socket = sock.dup()
        if self._shut:
            self.shut()
        self._accepted()

    def _begin(self) -> None:
        """Note that an answer begins; on a connection that had others before, behind what belongs to none."""
        if self.answers and not self._begun:
            skipped = self._stream_of().skip()
            self.stray += skipped if self._behind_head else 0
            self._begun = bool(self._stream_of().reader.peek(1))
            self._behind_head = self._behind_head and not self._begun
        self._begun = self._begun or bool(self._stream_of().reader.peek(1))

    def _stream_of(self) -> Stream:
        if self._stream is None:
            raise ConnectionError("the connection is closed")
        return self._stream


def _is_framed(response: Response) -> bool:
    """Whether the length of the answer is said in one way only (RFC 9112, section 6.3)."""
    codings = response.all("Transfer-Encoding")
    chunked = [coding.lower() for coding in codings] == ["chunked"] and not response.all("Content-Length")
    return (chunked or not codings) and response.status >= 200  # noqa: PLR2004 - 101 changes the protocol


def _patience(seconds: float, ends: float) -> float:
    # The answer is complete: waiting for more must not make it late.
    return min(seconds, max(0.001, (ends - time.monotonic()) / 2))
