"""A connection: opened directly or through a proxy, asked one request at a time, kept while it can be.

Every wait is bounded by the end of its exchange, so a peer that drips is late like any other.
"""

import socket
import ssl
import time
from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from urllib.parse import urlsplit

from contracts.core.errors import (
    BrokenAnswer,
    ContractsError,
    CouldNotJudge,
    Misdirected,
    ProxyFailed,
    TooSlow,
    Unreachable,
    UsageError,
)
from contracts.core.exchange import Response
from contracts.network.certificates import context, count_sent, untrusted
from contracts.network.dial import Place, Proxy, dial, place_of, proxy_of, seconds_left, written
from contracts.network.http1 import Message, read_answer, request

_CHUNK = 65536
#: How long bytes that must not come are waited for when the peer keeps its connection open: so many times what the
#: answer took, and within these bounds, in seconds.
_TIMES, _LEAST, _MOST = 4, 0.05, 0.5
#: For a peer that says that it closes the connection, and for a look at certificates of an unknown issuer, in seconds.
_CLOSING = _LOOK = 2.0

#: What the system raises, from the particular to the general: the first that fits decides.
_MEANINGS: tuple[tuple[type[BaseException], type[ContractsError], str], ...] = (
    (ConnectionRefusedError, Unreachable, "the connection was refused"),
    (TimeoutError, Unreachable, "no connection came about in time"),
    (ssl.SSLError, Misdirected, "TLS failed"),
    (EOFError, Unreachable, "the connection was closed without an answer"),
    (ConnectionError, Unreachable, "the connection broke"),
    (UnicodeError, UsageError, "the host name cannot be looked up"),
    (OSError, Unreachable, "the connection failed"),
)
#: How OpenSSL says that a port answered in plain HTTP.
_PLAIN_HTTP = ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "RECORD_LAYER_FAILURE")


@dataclass(frozen=True)
class Wire:
    """What all connections of a run have in common. ``cap`` is the largest body in bytes.

    ``ca_bundle`` is a file of certificates, and ``client`` holds the files of the certificate and of the key by which
    the suite shows who it is. ``connect_to`` leads a host and port elsewhere, as curl's option of that name does: a
    test can stand on the loopback interface in for a live host.
    """

    cap: int
    ca_bundle: str | None = None
    client: tuple[str, str] | None = None
    connect_to: Mapping[Place, Place] = field(default_factory=dict)


class Ended(Exception):
    """A connection that was open before was ended or ignored by the peer, or held what belongs to no answer.

    Nobody can tell then what it would have answered (RFC 9112, section 9.3.1): it is asked again on a new one.
    """


class Connection:
    """A connection to the host of a URL: opened when a request needs it, kept while it can be, and then opened anew.

    With ``fresh`` it is kept for no second request. One thread uses it; any may abort it.
    """

    def __init__(self, url: str, wire: Wire, *, fresh: bool = False) -> None:
        #: What is told when the peer has accepted, and TLS is still to come; and whether it has.
        self.accepted: Callable[[], None] = lambda: None
        self.is_accepted = False
        self._url, self._wire, self._fresh = urlsplit(url), wire, fresh
        self._proxy: Proxy | None = None
        self._socket: socket.socket | None = None
        #: Whether another request may follow over the socket, and whether one was answered.
        self._usable = self._answered = False
        self._is_opening = self._opens_no_more = self._aborted = False
        #: The bytes behind the last answer to HEAD, and how long to wait for some, in seconds: 0 when others followed.
        self._stray, self._moment = 0, 0.0

    def open(self, ends: float) -> None:
        """Connect before ``ends``, through a proxy where there is one, and speak TLS where the URL says so.

        Raises:
            CouldNotJudge: the name or the proxy does not lead there.
            OSError: what the system says.
        """
        self._answered = self.is_accepted = False
        self._reach(ends)
        if self._url.scheme == "https":
            self._secure(self._url.hostname or "", ends)
        self._usable = True

    def exchange(self, message: Message, limit: float, named: str = "--timeout") -> Response:
        """Return the answer to a request that must be complete within ``limit`` seconds, which an option ``named``.

        A connection that was open and silent is not waited for to the end: a peer may serve fewer connections than it
        accepts.

        Raises:
            CouldNotJudge: there is none: unreachable, broken, too large or too slow.
            UsageError: the request cannot be sent as it is.
            Ended: the connection was open before, and says nothing of the target: the next one is new.
        """
        ends = time.monotonic() + limit
        try:
            kept = self._is_reusable(message)
            if not kept:
                self.open(ends)
            return self._ask(message, ends, limit / 2 if kept else None)
        except Ended:
            self.close()
            raise
        except BaseException as error:  # noqa: BLE001 - one of no exchange goes on as it is
            self.close()
            # Raised from None: a traceback shows the headers that were sent.
            raise self.meaning(error, f"within {limit:.3g} s ({named})") from None
        finally:
            if self._fresh or not self._usable:
                self._retire()

    def connect(self, seconds: float) -> bool:
        """Be open before there is a request, and return whether that came about; not when it is not wanted any more."""
        self._is_opening = True
        try:
            if not self._opens_no_more and not self._is_reusable():
                self.open(time.monotonic() + seconds)
        except Exception:  # noqa: BLE001 - whatever it is: another connection will meet it, or does without this one
            self.close()
        finally:
            self._is_opening = False
        return self._usable and not self._aborted

    def stray(self, max_wait: float = 0.0) -> int:
        """Return how many bytes came behind the last answer to HEAD, or seem to; nothing else is sent then.

        Where none have come yet they are waited for for a moment, at least ``max_wait`` seconds. Where another answer
        followed, or the peer has closed, nothing is waited for.
        """
        if self._moment:
            self._stray = self._stray or len(self._come_unasked(max(self._moment, max_wait)) or b"")
            self.close()
        return self._stray

    def stop_opening(self) -> None:
        """Open nothing more before there is a request, and wait no longer for what is being opened so."""
        self._opens_no_more = True
        if self._is_opening:
            self.abort()

    def abort(self) -> None:
        """End every read and write for good, whichever thread is in it; that thread closes the connection.

        Closed under a thread, its descriptor could be another connection's before the thread looks again.
        """
        self._opens_no_more = self._aborted = True
        if (sock := self._socket) is not None:
            with suppress(OSError):  # not the way of SSLSocket: from there on, it would send in clear
                socket.socket.shutdown(sock, socket.SHUT_RDWR)

    def close(self) -> None:
        """Give everything back; the next request opens it anew."""
        sock, self._socket = self._socket, None
        self._usable, self._moment = False, 0.0
        if sock is not None:
            sock.close()

    def meaning(self, error: BaseException, when: str) -> BaseException:
        """Return what an exception means for the run; one of no exchange as it is.

        The message is made of our own words, and at most the reason that the operating system or OpenSSL gives.
        """
        subject = self._url.netloc
        if isinstance(error, ContractsError):
            said: BaseException = type(error)(f"{subject}: {error}{_reason(error.__cause__)}")
            return said
        if isinstance(error, TimeoutError) and error.errno is None:
            if not self.is_accepted:
                return Unreachable(f"{subject}: no connection {when}")
            return TooSlow(f"{subject}: the answer was not complete {when}")
        if isinstance(error, ssl.SSLCertVerificationError):
            proxy = self._proxy.name if self._proxy else ""
            return untrusted(error, f"{subject}: its certificate", proxy, self._count_certificates)
        is_plain = isinstance(error, ssl.SSLError) and getattr(error, "reason", "") in _PLAIN_HTTP
        hint = f": this port speaks plain HTTP, as it seems: did you mean http://{subject}?" if is_plain else ""
        for kind, ours, words in _MEANINGS:
            if isinstance(error, kind):
                return ours(f"{subject}: {words}{_reason(error)}{hint}")
        return error

    def _is_reusable(self, message: Message | None = None) -> bool:
        """Whether another request may follow, as far as can be told without waiting; where none may, close.

        Bytes that are there before a request is sent are no part of the answer to it.
        """
        if self._usable:
            came = self._come_unasked(0)
            self._stray += len(came or b"") if self._moment else 0
            self._usable = came is None and not self._aborted
        if not self._usable or (message and message.method not in ("GET", "HEAD")):
            self._retire()
        return self._usable

    def _retire(self) -> None:
        """Close, after a look at what came behind an answer to HEAD."""
        self.stray()
        self.close()

    def _reach(self, ends: float) -> None:
        """Connect so far that the next byte is for the target."""
        url, self._proxy = self._url, proxy_of(self._url)
        if (proxy := self._proxy) is None:
            self._dial(place_of(url), ends)
            return
        try:
            self._dial(proxy.place, ends)
            if proxy.scheme == "https":
                self._secure(proxy.host, ends)
            status = self._ask_for_tunnel(proxy, ends) if url.scheme == "https" else 200
        except (CouldNotJudge, OSError, EOFError) as error:
            raise ProxyFailed(f"the proxy {proxy.name} cannot be used") from error
        if not 200 <= status < 300:  # noqa: PLR2004
            raise proxy.refusal(status, url.netloc)

    def _dial(self, place: Place, ends: float) -> None:
        self._socket = dial(place, self._wire.connect_to, ends, lambda: self._aborted)
        self.is_accepted = True
        self.accepted()

    def _secure(self, name: str, ends: float) -> None:
        trusted = context(self._wire.ca_bundle, self._wire.client)
        self._sock.settimeout(seconds_left(ends))
        # The handshake comes when everybody sees the socket: whoever aborts the connection has to reach it.
        secured = trusted.wrap_socket(self._sock, server_hostname=name.rstrip("."), do_handshake_on_connect=False)
        self._socket = secured
        if self._aborted:
            raise ConnectionAbortedError
        secured.do_handshake()

    def _ask_for_tunnel(self, proxy: Proxy, ends: float) -> int:
        target = written(place_of(self._url))
        self._sock.settimeout(seconds_left(ends))
        self._sock.sendall(request(Message("CONNECT", f"//{target}", ()), target, proxy.fields))
        return read_answer(lambda: self._receive(ends), "CONNECT", cap=0).response.status

    def _count_certificates(self) -> int:
        """Return how many certificates the server sends, asked over a new connection; 0 where that cannot be told."""
        ends, other = time.monotonic() + _LOOK, Connection(self._url.geturl(), self._wire)
        with suppress(CouldNotJudge, OSError), closing(other):
            other._reach(ends)
            other._sock.settimeout(seconds_left(ends))
            return count_sent(other._sock, self._url.hostname or "")
        return 0

    def _ask(self, message: Message, ends: float, max_silence: float | None) -> Response:
        """Send a request and return the answer, complete before ``ends``.

        ``max_silence`` is for a connection that was open before: so many seconds a peer has to begin that never said a
        word over it.

        Raises:
            Ended: nothing can be said of the target.
            BrokenAnswer: the answer is cut short or too large.
            OSError: what the system says.
            EOFError: the connection was closed without an answer.
        """
        began, self._usable, heard = time.monotonic(), False, False
        first = ends if self._answered or max_silence is None else min(ends, began + max_silence)
        forwarding = self._proxy if self._url.scheme == "http" else None

        def receive() -> bytes:
            nonlocal heard
            piece = self._receive(ends if heard else first)
            heard = heard or bool(piece)
            return piece

        try:
            self._send(message, forwarding, ends)
            answer = read_answer(receive, message.method, cap=self._wire.cap)
        except (BrokenAnswer, OSError, EOFError) as error:
            late = isinstance(error, TimeoutError) and (heard or first == ends)
            if late or max_silence is None or (heard and not self._answered):
                raise
            self._stray += heard and self._moment > 0  # what came may be of the answer before
            raise Ended from None
        if forwarding and answer.response.status == HTTPStatus.PROXY_AUTHENTICATION_REQUIRED:
            raise forwarding.refusal(answer.response.status, self._url.netloc)
        self._answered, self._usable, self._moment = True, answer.kept, 0.0
        if message.method == "HEAD":
            self._stray = len(answer.behind)
            moment = min(max(_LEAST, _TIMES * (time.monotonic() - began)), _MOST) if answer.kept else _CLOSING
            # The answer is complete: waiting for more must not make it late.
            self._moment = min(moment, max(0.001, (ends - time.monotonic()) / 2))
        return answer.response

    def _send(self, message: Message, forwarding: Proxy | None, ends: float) -> None:
        """Send a request; a proxy that sends it on is told the whole URL (RFC 9112, section 3.2.2)."""
        parts = urlsplit(message.url)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        target, fields = (message.url, forwarding.fields) if forwarding else (path, ())
        self._sock.settimeout(seconds_left(ends))
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
    def _sock(self) -> socket.socket:
        if self._socket is None:
            raise ConnectionError("the connection is closed")
        return self._socket


def _reason(error: BaseException | None) -> str:
    """Return the reason of an exception in brackets, or nothing: not every one has it."""
    reason: object = ""
    if isinstance(error, ContractsError):
        reason = error
    elif isinstance(error, ssl.SSLCertVerificationError):
        reason = getattr(error, "verify_message", "")
    elif isinstance(error, ssl.SSLError) and getattr(error, "reason", None):
        reason = error.reason.replace("_", " ").lower()
    elif isinstance(error, TimeoutError) and error.errno is None:
        reason = "it did not answer in time"
    elif isinstance(error, OSError) and not isinstance(error, ConnectionRefusedError):
        reason = error.strerror
    return f" ({reason})" if reason else ""
