"""The wire: one request, one answer, and what went wrong on the way said as this suite says it."""

import ssl
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress

from contracts.core.errors import (
    ContractsError,
    CouldNotJudge,
    Misdirected,
    TooSlow,
    Unreachable,
    Unverified,
    UsageError,
)
from contracts.core.exchange import Response
from contracts.network.certificates import check_authorities, context
from contracts.network.connection import Connection, Ended
from contracts.network.dial import Place
from contracts.network.http1 import Message

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
#: What OpenSSL finds wrong with a certificate, by the codes of x509_vfy.h.
_WRONG = {
    9: "is not valid yet: it is too new, or the clock of this machine is wrong",
    10: "has expired: whoever runs the server has to renew it",
    62: "is for another name: look at the target, or at how the server chooses its certificate",
    64: "is for another address: look at the target, or at how the server chooses its certificate",
}
_SELF_SIGNED = {18, 19}
_UNKNOWN_ISSUER = _SELF_SIGNED | {2, 20, 21, 27}
#: How long to look at the certificates of a server whose issuer is unknown, in seconds.
_LOOK = 2.0


class Wire:
    """Sends requests. ``ca_bundle`` is a file of certificates, ``cap`` the largest body in bytes.

    ``client`` holds the files of the certificate and of the key by which the suite shows who it is.

    ``connect_to`` leads a host and port elsewhere, as curl's option of that name does: a test can stand on the
    loopback interface in for a live host.
    """

    def __init__(
        self,
        *,
        cap: int,
        ca_bundle: str | None = None,
        client: tuple[str, str] | None = None,
        connect_to: Mapping[Place, Place] | None = None,
    ) -> None:
        self.cap = cap
        self.client = client
        self.connect_to = connect_to or {}
        self.ca_bundle = ca_bundle
        check_authorities(ca_bundle)

    def trust(self) -> ssl.SSLContext:
        """Return what TLS needs; the first look takes a while, and may be taken in the background."""
        return context(self.ca_bundle, self.client)

    def prepare(self) -> None:
        """Begin to read the certificates, which takes as long as a round trip."""

        def run() -> None:
            with suppress(OSError, ValueError):  # the connection that needs them says what is wrong
                self.trust()

        with suppress(RuntimeError):  # no more threads
            threading.Thread(target=run, daemon=True).start()

    def connection(self, url: str) -> Connection:
        """Return a connection to the host of a URL, not open yet."""
        return Connection(url, self.trust, self.connect_to)

    def send(self, message: Message, limit: float, named: str = "--timeout") -> Response:
        """Return the answer to a request over a connection of its own; raises what :meth:`exchange` raises."""
        connection = self.connection(message.url)
        try:
            return self.exchange(connection, message, limit, named)
        finally:
            connection.close()

    def exchange(
        self,
        connection: Connection,
        message: Message,
        limit: float,
        named: str = "--timeout",
        *,
        accepted: Callable[[], None] = lambda: None,
    ) -> Response:
        """Return the answer to a request that must be complete within ``limit`` seconds, which an option ``named``.

        A connection that is not open is opened; ``accepted`` is told when the peer has accepted it. One that was open
        and silent is not waited for to the end: a peer may serve fewer connections than it accepts.

        Raises:
            CouldNotJudge: there is none: unreachable, broken, too large or too slow.
            UsageError: the request cannot be sent as it is.
            Ended: the connection was open before, and says nothing of the target.
        """
        ends, max_silence = time.monotonic() + limit, limit / 2 if connection.is_open else None
        try:
            if max_silence is None:
                connection.open(ends, accepted)
            return connection.ask(message, cap=self.cap, ends=ends, max_silence=max_silence)
        except Ended:
            connection.close()
            raise
        except BaseException as error:  # noqa: BLE001 - one of no exchange goes on as it is
            connection.close()
            # Raised from None: a traceback shows the headers that were sent.
            raise meaning(error, connection, f"within {limit:.3g} s ({named})") from None


def meaning(error: BaseException, connection: Connection, when: str) -> BaseException:
    """Return what an exception means for the run; one of no exchange as it is.

    The message is made of our own words, and at most the reason that the operating system or OpenSSL gives.
    """
    subject = connection.subject
    if isinstance(error, ContractsError):
        said: BaseException = type(error)(f"{subject}: {error}{_reason(error.__cause__)}")
        return said
    if isinstance(error, TimeoutError) and error.errno is None:
        if not connection.has_socket:
            return Unreachable(f"{subject}: no connection {when}")
        return TooSlow(f"{subject}: the answer was not complete {when}")
    if isinstance(error, ssl.SSLCertVerificationError):
        return _untrusted(error, connection)
    for kind, ours, words in _MEANINGS:
        if isinstance(error, kind):
            return ours(f"{subject}: {words}{_reason(error)}{_hint(error, subject)}")
    return error


def _untrusted(error: ssl.SSLCertVerificationError, connection: Connection) -> CouldNotJudge:
    """Return what is wrong with a certificate, and what to do."""
    code, its = getattr(error, "verify_code", 0), f"{connection.subject}: its certificate"
    if words := _WRONG.get(code):
        return Unverified(f"{its} {words}{_reason(error)}")
    if code not in _UNKNOWN_ISSUER:
        return Unverified(f"{its} does not verify{_reason(error)}")
    private = "for a private CA use --ca-bundle FILE"
    if connection.proxy:
        return Misdirected(
            f"{its}, which came through the proxy {connection.proxy.name}, is of an issuer that this machine does not "
            f"know{_reason(error)}: the proxy may have put it there; {private}"
        )
    if code not in _SELF_SIGNED and connection.count_certificates(time.monotonic() + _LOOK) == 1:
        return Unverified(
            f"{its} is not trusted{_reason(error)}, and the server sends no intermediate certificate with it: "
            f"configure it to send the whole chain; {private}"
        )
    return Unverified(f"{its} is not trusted{_reason(error)}; {private}")


def _hint(error: BaseException, subject: str) -> str:
    """Return what a person may have meant, where the reason gives it away."""
    if isinstance(error, ssl.SSLError) and getattr(error, "reason", "") in (
        "WRONG_VERSION_NUMBER",
        "HTTP_REQUEST",
        "RECORD_LAYER_FAILURE",
    ):
        return f": this port speaks plain HTTP, as it seems: did you mean http://{subject}?"
    return ""


def _reason(error: BaseException | None) -> str:
    if isinstance(error, ContractsError):
        return f" ({error})"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f" ({getattr(error, 'verify_message', '')})"
    if isinstance(error, ssl.SSLError) and (reason := getattr(error, "reason", None)):  # not every one has it
        return f" ({reason.replace('_', ' ').lower()})"
    if isinstance(error, TimeoutError) and error.errno is None:
        return " (it did not answer in time)"
    words = isinstance(error, OSError) and not isinstance(error, ConnectionRefusedError) and error.strerror
    return f" ({words})" if words else ""
