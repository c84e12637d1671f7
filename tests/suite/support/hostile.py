"""A server on the loopback interface that answers with any bytes, at any pace, or not at all."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

Behaviour = Callable[[socket.socket, bytes, threading.Event], None]


def head_of(request: bytes, name: str) -> str | None:
    """Return the value of a header field of a raw request."""
    for line in request.split(b"\r\n")[1:]:
        key, _, value = line.partition(b":")
        if key.strip().lower() == name.lower().encode():
            return value.strip().decode("latin-1")
    return None


def message(
    body: bytes, *, status: str = "200 OK", headers: tuple[str, ...] = (), kind: str = "application/json"
) -> bytes:
    """Return a whole response with its length."""
    lines = [f"HTTP/1.1 {status}", f"Content-Type: {kind}", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


def always(answer: bytes) -> Behaviour:
    """Answer every request with the same bytes."""

    def behave(connection: socket.socket, _request: bytes, _stop: threading.Event) -> None:
        connection.sendall(answer)

    return behave


def politely(answer: bytes) -> Behaviour:
    """Answer every request with the same bytes, and HEAD without the body."""

    def behave(connection: socket.socket, request: bytes, _stop: threading.Event) -> None:
        head, blank, _ = answer.partition(b"\r\n\r\n")
        connection.sendall(head + blank if request.startswith(b"HEAD") else answer)

    return behave


def drip(prefix: bytes, piece: bytes = b" ", pause: float = 0.05) -> Behaviour:
    """Send a prefix, and then a piece again and again until the peer goes away."""

    def behave(connection: socket.socket, _request: bytes, stop: threading.Event) -> None:
        connection.sendall(prefix)
        while not stop.wait(pause):
            connection.sendall(piece)

    return behave


def silence(_connection: socket.socket, _request: bytes, stop: threading.Event) -> None:
    """Never answer."""
    stop.wait()


@contextmanager
def raw_server(
    behave: Behaviour, *, host: str = "127.0.0.1", wrap: Callable[[socket.socket], socket.socket] | None = None
) -> Iterator["Raw"]:
    """Serve until the context ends."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.create_server((host, 0), family=family)
    raw = Raw(listener, behave, wrap)
    thread = threading.Thread(target=raw.accept, daemon=True)
    thread.start()
    try:
        yield raw
    finally:
        raw.stop.set()
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)


class Raw:
    """The server: ``requests`` are the raw requests that it read, in order."""

    def __init__(
        self, listener: socket.socket, behave: Behaviour, wrap: Callable[[socket.socket], socket.socket] | None
    ) -> None:
        self.listener = listener
        self.behave = behave
        self.wrap = wrap
        self.requests: list[bytes] = []
        self.stop = threading.Event()
        name = listener.getsockname()
        host = f"[{name[0]}]" if ":" in name[0] else name[0]
        self.port: int = name[1]
        self.url = f"{'https' if wrap else 'http'}://{host}:{self.port}"

    def accept(self) -> None:
        while not self.stop.is_set():
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with suppress(OSError), connection:
            if self.wrap:
                connection = self.wrap(connection)
            request = b""
            while b"\r\n\r\n" not in request:
                piece = connection.recv(65536)
                if not piece:
                    return
                request += piece
            self.requests.append(request)
            self.behave(connection, request, self.stop)
            with suppress(OSError):
                connection.shutdown(socket.SHUT_WR)
