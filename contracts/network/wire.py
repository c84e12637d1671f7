"""The wire: one request, one answer, and a deadline that holds whatever the peer does.

The libraries limit the time between two reads only; a peer that drips a byte a second is never late. So each exchange
runs in a thread of its own, and when its time is over the socket is shut down under it.
"""

import http.client
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress

from contracts.core.errors import ContractsError, CouldNotJudge, TooSlow, Unreachable
from contracts.core.exchange import Response
from contracts.network.certificates import authorities, context
from contracts.network.connection import Connection, Ended, Message
from contracts.network.dial import Place
from contracts.network.mapping import translate
from contracts.network.quiet import Quiet

#: What a peer that has closed a connection in the meantime looks like.
_GONE = (ConnectionError, ssl.SSLError, http.client.RemoteDisconnected)


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
        self.verify = authorities(ca_bundle)

    def trust(self) -> ssl.SSLContext:
        """Return what TLS needs; the first look takes a while, and may be taken in the background."""
        return context(self.verify, self.client)

    def prepare(self) -> None:
        """Begin to read the certificates, which takes as long as a round trip."""

        def run() -> None:
            with suppress(OSError, ValueError):  # the connection that needs them says what is wrong
                self.trust()

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
            connection.discard()

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

        A connection that is not open is opened; ``accepted`` is told when the peer has accepted it.

        Raises:
            CouldNotJudge: there is none: unreachable, broken, too large or too slow.
            UsageError: the request cannot be sent as it is.
            Ended: the connection was open before, and was ended by the peer instead of an answer.
        """
        idle, ends = connection.is_open, time.monotonic() + limit
        results: list[Response | BaseException] = []

        def run() -> None:
            results.append(self._result(connection, message, ends, accepted))

        thread = Quiet(target=run, daemon=True, name=f"{message.method} {connection.subject}")
        thread.start()
        try:
            if idle and connection.is_silent and _is_ignored(thread, connection, limit / 2):
                raise Ended
            thread.join(max(0.0, ends - time.monotonic()))
        finally:
            late = thread.is_alive()
            if late:  # also when Ctrl-C ends the wait
                connection.shut()
        if late or not results:
            raise _late(connection, f"within {limit:.3g} s ({named})")
        if isinstance(results[0], Response):
            return results[0]
        raise _meaning(results[0], connection, idle=idle) from None

    def _result(
        self, connection: Connection, message: Message, ends: float, accepted: Callable[[], None]
    ) -> Response | BaseException:
        """Return the answer, or what stands in its place: it is raised where the exchange is waited for."""
        try:
            if not connection.is_open:
                connection.open(max(0.0, ends - time.monotonic()) + 1, accepted)
            return connection.ask(message, cap=self.cap, ends=ends)
        except BaseException as error:  # noqa: BLE001 - see above
            connection.close()
            return error


def _is_ignored(thread: threading.Thread, connection: Connection, seconds: float) -> bool:
    """Whether a peer that accepted a connection does not even begin to answer: it may serve fewer than were opened."""
    thread.join(seconds)
    return thread.is_alive() and connection.is_silent


def _late(connection: Connection, when: str) -> CouldNotJudge:
    if not connection.has_socket:
        return Unreachable(f"{connection.subject}: no connection {when}")
    return TooSlow(f"{connection.subject}: the answer was not complete {when}")


def _meaning(error: BaseException, connection: Connection, *, idle: bool) -> BaseException:
    if isinstance(error, ContractsError):
        return type(error)(f"{connection.subject}: {error}")
    if idle and not connection.has_begun and isinstance(error, _GONE):
        return Ended()

    # Raised from None: a library's traceback shows the headers that were sent.
    return translate(error, connection.subject)
