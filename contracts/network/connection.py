"""A connection: opened directly or through a proxy, asked one request at a time, and kept while it can be.

Every wait is bounded by the end of its exchange, so a peer that drips is late like any other.
"""

import socket
import ssl
import time
from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import NamedTuple
from urllib.parse import urlsplit

from contracts import __version__
from contracts.core.contract import JSON, Authorization, Probe
from contracts.core.errors import BrokenAnswer, CouldNotJudge, ProxyFailed, ProxyRefused
from contracts.core.exchange import GATEWAY_ERRORS, REFUSALS, Attempt, Headers, Request, Response, intermediary
from contracts.network.certificates import count_sent
from contracts.network.credentials import BEARER, Credentials
from contracts.network.dial import Address, Place, Proxy, dial, place_of, proxy_of, seconds_left, written
from contracts.network.http1 import Message, read_answer, request

_CHUNK = 65536
#: How long bytes that must not come are waited for when the peer keeps its connection open: so many times what the
#: answer took, and within these bounds, in seconds.
_TIMES, _LEAST, _MOST = 4, 0.05, 0.5
#: How long a peer that says that it closes the connection is waited for, in seconds.
_CLOSING = 2.0


class Ended(Exception):
    """A connection that was open before was ended or ignored by the peer, or held what belongs to no answer.

    Nobody can tell then what it would have answered (RFC 9112, section 9.3.1): it is asked again on a new one.
    """


class Connection:
    """A connection to the host of a URL, which is opened by its first request, or before.

    ``trust`` returns what TLS needs. ``connect_to`` leads a host and port elsewhere. ``usable`` says whether another
    request may follow.
    """

    def __init__(self, url: str, trust: Callable[[], ssl.SSLContext], connect_to: Mapping[Place, Place]) -> None:
        self.usable = False
        self.proxy: Proxy | None = None
        self._url = urlsplit(url)
        self._trust = trust
        self._connect_to = connect_to
        self._socket: socket.socket | None = None
        self._is_open = self._aborted = self._answered = False
        #: Whether the last answer was one to HEAD, the bytes behind that, and how long to wait for more, in seconds.
        self._behind_head = False
        self._stray = 0
        self._moment = 0.0

    @property
    def subject(self) -> str:
        """The host and port, for messages."""
        return self._url.netloc

    @property
    def is_open(self) -> bool:
        """Whether a request can be sent at once."""
        return self._is_open and not self._aborted

    @property
    def has_socket(self) -> bool:
        """Whether the peer accepted, TLS or not."""
        return self._socket is not None

    def open(self, ends: float, accepted: Callable[[], None] = lambda: None) -> None:
        """Connect before ``ends``, through a proxy where there is one, and speak TLS where the URL says so.

        ``accepted`` is told when the peer has accepted the connection, and TLS is still to come.

        Raises:
            CouldNotJudge: the name or the proxy does not lead there.
            OSError: what the system says.
        """
        self._reach(ends, accepted)
        if self._url.scheme == "https":
            self._secure(self._url.hostname or "", ends)
        self._is_open = self.usable = True

    def count_certificates(self, ends: float) -> int:
        """Return how many certificates the server sends, asked over a new connection; 0 where that cannot be told."""
        other = Connection(self._url.geturl(), self._trust, self._connect_to)
        with suppress(CouldNotJudge, OSError), closing(other):
            other._reach(ends)
            other._sock.settimeout(seconds_left(ends))
            return count_sent(other._sock, self._url.hostname or "")
        return 0

    def ask(self, message: Message, *, cap: int, ends: float, max_silence: float | None = None) -> Response:
        """Send a request and return the answer, of which at most ``cap`` bytes are read, before ``ends``.

        ``max_silence`` is for a connection that was open before: so many seconds a peer has to begin that never said a
        word over it.

        Raises:
            Ended: nothing can be said of the target.
            BrokenAnswer: the answer is cut short or too large.
            OSError: what the system says.
            EOFError: the connection was closed without an answer.
        """
        began, self.usable, heard = time.monotonic(), False, False
        first = ends if self._answered or max_silence is None else min(ends, began + max_silence)

        def receive() -> bytes:
            nonlocal heard
            piece = self._receive(ends if heard else first)
            heard = heard or bool(piece)
            return piece

        try:
            self._send(message, ends)
            answer = read_answer(receive, message.method, cap=cap)
        except (BrokenAnswer, OSError, EOFError) as error:
            late = isinstance(error, TimeoutError) and (heard or first == ends)
            if late or max_silence is None or (heard and not self._answered):
                raise
            self._stray += heard  # what came may be of the answer before
            raise Ended from None
        if self._forwarding and answer.response.status == HTTPStatus.PROXY_AUTHENTICATION_REQUIRED:
            raise _refusal(self._forwarding, answer.response.status, self.subject)
        self._answered, self.usable = True, answer.kept
        self._behind_head = message.method == "HEAD"
        self._stray = len(answer.behind) if self._behind_head else 0
        moment = min(max(_LEAST, _TIMES * (time.monotonic() - began)), _MOST) if answer.kept else _CLOSING
        # The answer is complete: waiting for more must not make it late.
        self._moment = min(moment, max(0.001, (ends - time.monotonic()) / 2))
        return answer.response

    def is_reusable(self) -> bool:
        """Whether the connection can take another request, as far as can be told without waiting.

        Bytes that are there before a request is sent are no part of the answer to it.
        """
        if self.usable and self.is_open:
            came = self._come_unasked(0)
            self._stray += len(came or b"")
            self.usable = came is None
        return self.usable and self.is_open

    def drain_stray(self, max_wait: float = 0.0) -> int:
        """Return how many bytes came behind the answer to HEAD, or seem to; nothing else is sent then.

        Where none have come yet they are waited for for a moment, at least ``max_wait`` seconds. Where another answer
        followed, or the peer has closed, nothing is waited for.
        """
        if not self._behind_head:
            return 0
        if self.is_open:
            self._stray = self._stray or len(self._come_unasked(max(self._moment, max_wait)) or b"")
            self.close()
        return self._stray

    def abort(self) -> None:
        """End every read and write, whichever thread is in it; that thread closes the connection.

        Closed under a thread, its descriptor could be another connection's before the thread looks again.
        """
        self._aborted = True
        if self._socket is not None:
            with suppress(OSError):  # not the way of SSLSocket: from there on, it would send in clear
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)

    def close(self) -> None:
        """Give everything back."""
        self.usable, self._aborted = False, True
        if self._socket is not None:
            self._socket.close()

    def _secure(self, name: str, ends: float) -> None:
        sock = self._sock
        sock.settimeout(seconds_left(ends))
        # The handshake comes when everybody sees the socket: whoever aborts the connection has to reach it.
        secured = self._trust().wrap_socket(sock, server_hostname=name.rstrip("."), do_handshake_on_connect=False)
        self._socket = secured
        if self._aborted:
            raise ConnectionAbortedError
        secured.do_handshake()

    def _reach(self, ends: float, accepted: Callable[[], None] = lambda: None) -> None:
        """Connect so far that the next byte is for the target."""
        url, self.proxy = self._url, proxy_of(self._url)
        if (proxy := self.proxy) is None:
            self._socket = dial(place_of(url), self._connect_to, ends, lambda: self._aborted)
            accepted()
            return
        try:
            self._socket = dial(proxy.place, self._connect_to, ends, lambda: self._aborted)
            accepted()
            if proxy.scheme == "https":
                self._secure(proxy.host, ends)
            status = self._ask_for_tunnel(proxy, ends) if url.scheme == "https" else 200
        except (CouldNotJudge, OSError, EOFError) as error:
            raise ProxyFailed(f"the proxy {proxy.name} cannot be used") from error
        if not 200 <= status < 300:  # noqa: PLR2004
            raise _refusal(proxy, status, self.subject)

    def _ask_for_tunnel(self, proxy: Proxy, ends: float) -> int:
        target = written(place_of(self._url))
        self._sock.settimeout(seconds_left(ends))
        self._sock.sendall(request(Message("CONNECT", f"//{target}", ()), target, _fields_for(proxy)))
        return read_answer(lambda: self._receive(ends), "CONNECT", cap=0).response.status

    def _send(self, message: Message, ends: float) -> None:
        forwarded = self._forwarding
        parts = urlsplit(message.url)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        self._sock.settimeout(seconds_left(ends))
        target, fields = (message.url, _fields_for(forwarded)) if forwarded else (path, ())
        with suppress(BrokenPipeError):  # an answer may be there all the same
            self._sock.sendall(request(message, target, fields))

    def _receive(self, ends: float) -> bytes:
        self._sock.settimeout(seconds_left(ends))
        return self._sock.recv(_CHUNK)

    def _come_unasked(self, seconds: float) -> bytes | None:
        """Return what comes within so many seconds although nothing was asked: no bytes at the end, else None."""
        self._sock.settimeout(seconds)
        try:
            return self._sock.recv(_CHUNK)
        except (TimeoutError, BlockingIOError, ssl.SSLWantReadError):
            return None
        except OSError:
            return b""

    @property
    def _forwarding(self) -> Proxy | None:
        """The proxy that reads the requests and sends them on, if there is one."""
        return self.proxy if self._url.scheme == "http" else None

    @property
    def _sock(self) -> socket.socket:
        if self._socket is None:
            raise ConnectionError("the connection is closed")
        return self._socket


def _fields_for(proxy: Proxy) -> Headers:
    return (("Proxy-Authorization", proxy.login),) if proxy.login else ()


def _refusal(proxy: Proxy, status: int, target: str) -> ProxyFailed:
    if status == HTTPStatus.PROXY_AUTHENTICATION_REQUIRED:
        does = "refuses its user name and password" if proxy.login else "asks for a user name and a password"
        where = "they belong into the variable that names it, as http://USER:PASSWORD@HOST:PORT"
        return ProxyRefused(f"the proxy {proxy.name} {does} ({status}): {where}")
    if status == HTTPStatus.FORBIDDEN:
        return ProxyRefused(f"the proxy {proxy.name} forbids the way to {target} ({status})")
    if status in GATEWAY_ERRORS:
        return ProxyFailed(f"the proxy {proxy.name} does not reach {target} ({status})")
    return ProxyRefused(f"the proxy {proxy.name} does not let the request through ({status})")


AGENT = f"event-categories-contracts/{__version__}"


class Field(NamedTuple):
    """A header field. ``shown`` is its value, or stands for the one that ``secret`` returns when it is sent."""

    name: str
    shown: str
    secret: Callable[[], str | None] | None = None

    @property
    def value(self) -> str | None:
        """The value as it is sent, or None for a field that is left out.

        Raises:
            CouldNotJudge: there is no token to be had.
        """
        return self.secret() if self.secret else self.shown


@dataclass(frozen=True)
class Outgoing:
    """A request that is to be sent, under the ``name`` of its probe.

    ``authorized`` says that it holds the given credentials, ``cleartext`` that it goes to the cleartext endpoint.
    """

    name: str
    method: str
    url: str
    fields: tuple[Field, ...]
    authorized: bool = False
    cleartext: bool = False

    @property
    def record(self) -> Request:
        """The request as it is kept and shown."""
        return Request(self.method, self.url, tuple((each.name, each.shown) for each in self.fields))

    def message(self) -> Message:
        """Return the request as it is sent, the secrets included.

        Raises:
            CouldNotJudge: there is no token to be had.
        """
        fields = ((each.name, each.value) for each in self.fields)
        return Message(self.method, self.url, tuple((name, value) for name, value in fields if value is not None))

    def token_in(self, message: Message | None) -> str | None:
        """Return what the request was sent with of the given credentials, or None."""
        return dict(message.headers).get("Authorization") if message and self.authorized else None


@dataclass(frozen=True)
class Asked:
    """What came of a request, its secrets still in it; ``seconds`` are those of the last attempt.

    That ``began`` so many seconds after the run. ``over`` is the connection of the answer to HEAD, and
    ``authorization`` what was sent of the given credentials.
    """

    request: Outgoing
    response: Response | None = field(repr=False)
    failure: CouldNotJudge | None = field(repr=False)
    attempts: tuple[Attempt, ...] = field(default=(), repr=False)
    seconds: float = 0.0
    began: float = 0.0
    sent: int = 1
    over: Connection | None = field(default=None, repr=False)
    authorization: str | None = field(default=None, repr=False)

    @property
    def is_refused(self) -> bool:
        """Whether the API refuses the credentials of the request."""
        response = None if self.failure else self.response
        return response is not None and response.status in REFUSALS and not intermediary(response)


def build(
    probe: Probe, address: Address, credentials: Credentials, added: tuple[Field, ...], made_up: Callable[[], str]
) -> Outgoing:
    """Return the request of a probe; ``added`` are the fields that every request to the target has beside its own.

    ``made_up`` returns the token of a probe that is sent with one that nobody gave.
    """
    url = (address.plaintext_url or "") if probe.plaintext else _url(probe, address)
    fields = [
        Field("Accept", probe.accept),
        Field("Content-Type", JSON),
        Field("Accept-Encoding", "gzip"),
        Field("User-Agent", AGENT),
        *(() if probe.plaintext else added),
    ]
    authorized = probe.authorization is Authorization.GIVEN and bool(credentials.origin)
    if probe.authorization is Authorization.MADE_UP:
        fields.append(Field("Authorization", f"Bearer {made_up()}"))
    elif authorized:
        fields.append(authorization(credentials))
    query = f"?{probe.query}" if probe.query else ""
    return Outgoing(probe.name, probe.method, url + query, tuple(fields), authorized, probe.plaintext)


def _url(probe: Probe, address: Address) -> str:
    return (address.base + probe.path if probe.path else address.url) + probe.below


def authorization(credentials: Credentials) -> Field:
    """Return the field that holds the token of the run."""
    return Field("Authorization", f"Bearer ${BEARER}", credentials.authorization)
