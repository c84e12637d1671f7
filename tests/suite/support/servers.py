"""Servers of several kinds: each answers as the mock does, and treats its connections in its own way."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace

from contracts.mock.reply import Received, Reply
from contracts.mock.server import SERVER_PEM, MockServer

#: What a server makes of a reply: the pieces that it sends; an empty one is a moment in which it sends nothing.
Wire = Callable[[Received, Reply], Iterable[bytes]]


@dataclass(frozen=True)
class Kind:
    """How a server treats connections.

    ``at_once`` is how many it serves at a time, ``answers`` how many it gives before it closes, ``patience`` how long
    it waits for the next request once it has answered one, in seconds. ``ignores`` is the number, from 1, of a
    connection that it never answers. ``closes`` is how many connections behind the first it closes, unasked, before it
    answers anything.
    """

    at_once: int = 100
    answers: int = 1000
    announces: bool = False
    version: str = "1.1"
    patience: float | None = None
    ignores: int = 0
    closes: int = 0
    tls: bool = False


KINDS = {
    "threads-keep-alive": Kind(),
    "threads-http-1.0": Kind(version="1.0", answers=1),
    "threads-closing": Kind(answers=1, announces=True),
    "threads-closing-silently": Kind(answers=1),
    "threads-closing-idle": Kind(patience=0.02),
    "threads-closing-what-is-spare": Kind(closes=3),
    "threads-two-answers": Kind(answers=2),
    "threads-ignoring-the-second": Kind(ignores=2),
    "single-keep-alive": Kind(at_once=1),
    "single-closing": Kind(at_once=1, answers=1, announces=True),
    "single-closing-silently": Kind(at_once=1, answers=1),
    "single-http-1.0": Kind(at_once=1, answers=1, version="1.0"),
    "tls-keep-alive": Kind(tls=True),
    "tls-single-keep-alive": Kind(tls=True, at_once=1),
    "tls-ignoring-the-second": Kind(tls=True, ignores=2),
}


class Server:
    """The server: ``requests`` are the lines that it read, ``used`` the number of the connection of each.

    ``most`` is how many connections were open at the same time.
    """

    def __init__(self, listener: socket.socket, mock: MockServer, kind: Kind, wire: Wire) -> None:
        self.kind, self.wire = kind, wire
        self.token = mock.token
        self.requests: list[str] = []
        self.used: list[int] = []
        self.most = 0
        self.stop = threading.Event()
        self._listener, self._mock = listener, mock
        self._turns = threading.Semaphore(kind.at_once)
        self._spare = threading.Semaphore(0)
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._accepted = 0
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(SERVER_PEM)
        name = "https://localhost" if kind.tls else "http://127.0.0.1"
        self.url = f"{name}:{listener.getsockname()[1]}"

    def accept(self) -> None:
        while not self.stop.is_set():
            self._turns.acquire()
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with self._lock:
                self._accepted += 1
                number = self._accepted
                self._open.add(connection)
                self.most = max(self.most, len(self._open))
            threading.Thread(target=self._serve, args=(connection, number), daemon=True).start()

    def end(self) -> None:
        self.stop.set()
        self._turns.release()
        for connection in (self._listener, *self._open):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def _serve(self, accepted: socket.socket, number: int) -> None:
        try:
            with suppress(OSError), accepted, self._secured(accepted) as connection:
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                if number == self.kind.ignores:
                    self.stop.wait()
                if 1 < number <= 1 + self.kind.closes:
                    connection.shutdown(socket.SHUT_RDWR)
                    self._spare.release()
                    return
                for _ in range(self.kind.closes if number == 1 else 0):
                    self._spare.acquire(timeout=5)
                for _ in range(self.kind.answers):
                    if not self._answer(connection, number):
                        break
                    # Not before: whoever has just connected is no idler, however slow the machine is.
                    connection.settimeout(self.kind.patience)
        finally:
            with self._lock:
                self._open.discard(accepted)
            self._turns.release()

    def _secured(self, connection: socket.socket) -> socket.socket:
        return self._context.wrap_socket(connection, server_side=True) if self.kind.tls else connection

    def _answer(self, connection: socket.socket, number: int) -> bool:
        request = b""
        while b"\r\n\r\n" not in request:
            piece = connection.recv(65536)
            if not piece:
                return False
            request += piece
        lines = request.decode("latin-1").split("\r\n\r\n")[0].split("\r\n")
        with self._lock:
            self.requests.append(lines[0])
            self.used.append(number)
        method, target, _ = lines[0].split(" ")
        headers = tuple((name, value.strip()) for name, _, value in (line.partition(":") for line in lines[1:]))
        asked, reply = self._mock.answer(method, target, headers)
        reply = replace(reply, version=self.kind.version)
        if self.kind.announces:
            reply = reply.with_header("Connection", "close")
        for piece in self.wire(asked, reply):
            connection.sendall(piece)
            if not piece:
                self.stop.wait(0.02)
        return True


def plainly(request: Received, reply: Reply) -> Iterator[bytes]:
    """Send a reply as it is."""
    yield reply.wire(request.method)


@contextmanager
def serving(kind: Kind, mock: MockServer, wire: Wire = plainly) -> Iterator[Server]:
    """Serve what the mock answers until the context ends."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=32)
    server = Server(listener, mock, kind, wire)
    thread = threading.Thread(target=server.accept, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.end()
        listener.close()
        thread.join(5)
