"""The listener: sockets and HTTP messages; what is answered is somebody else's business."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import AF_INET, AF_INET6, SHUT_RDWR, create_server
from typing import Any
from urllib.parse import urlsplit

from contracts.mock.reply import Headers, Received, Reply, json_reply

#: From method, target and header to the request as it was understood and the reply to it.
Respond = Callable[[str, str, Headers], tuple[Received, Reply]]

#: The longest body of a request, and line within it, that is read, in bytes.
_LARGEST, _LINE = 2**20, 2**16


class Listener(ThreadingHTTPServer):
    """Gives each connection a thread."""

    daemon_threads = True

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._open: set[Any] = set()

    def process_request(self, request: Any, client_address: Any) -> None:
        """Serve a connection in a thread of its own, and remember it."""
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """End a connection."""
        self._open.discard(request)
        super().shutdown_request(request)

    def server_close(self) -> None:
        """Listen no longer, and end what is open: nobody is served by a server that has stopped."""
        super().server_close()
        for connection in list(self._open):
            with suppress(OSError):
                connection.shutdown(SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: a peer that goes away, or speaks no TLS, is none of the mock's business."""


def listen(respond: Respond, host: str, port: int) -> Listener:
    """Return a listener on a port, IPv4 or IPv6.

    Raises:
        OSError: the port cannot be had.
    """

    class Handler(_Handler):
        pass

    # A function of the class would be bound to the handler.
    Handler.respond = staticmethod(respond)
    listener = Listener((host, port), Handler, bind_and_activate=False)
    listener.socket.close()
    listener.address_family = AF_INET6 if ":" in host else AF_INET
    listener.socket = create_server((host, port), family=listener.address_family, backlog=128)
    listener.server_address = listener.socket.getsockname()
    return listener


class _Handler(BaseHTTPRequestHandler):
    respond: Respond
    protocol_version = "HTTP/1.1"
    timeout = 30
    # Without this a small answer waits for the acknowledgement of its header: 22 requests a second.
    disable_nagle_algorithm = True

    def __getattr__(self, name: str) -> Any:
        """Handle every method, also one that HTTP does not know: the contract refuses them all alike."""
        if name.startswith("do_"):
            return self.handle_any
        raise AttributeError(name)

    def handle_any(self) -> None:
        try:
            self._discard_body()
            urlsplit(self.path)
        except ValueError:
            return self.send_error(HTTPStatus.BAD_REQUEST)
        request, reply = self.respond(self.command, self.path, tuple(self.headers.items()))
        if self.request_version == "HTTP/1.0":
            reply = replace(reply, version="1.0")
        return self._send(request.method, reply)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Answer what is no HTTP request, in the documented form and not in the HTML of the standard library."""
        text = message or explain or "this is no HTTP request"
        self._send("", json_reply({"error": text}, code, ("Connection", "close")))

    def _discard_body(self) -> None:
        """Read the body: what is left of it would be taken for the next request (RFC 9112, section 9.3)."""
        if "Transfer-Encoding" in self.headers:
            while size := _size(self.rfile.readline(_LINE).partition(b";")[0], 16):
                self.rfile.read(size)
                self.rfile.readline(_LINE)
            while self.rfile.readline(_LINE).strip():
                pass
        else:
            self.rfile.read(_size(self.headers.get("Content-Length", "0").encode(), 10))

    def _send(self, method: str, reply: Reply) -> None:
        with suppress(OSError):
            self.wfile.write(reply.wire(method))
        self.close_connection |= reply.closes

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - so it is called in the parent
        """Keep quiet."""


def _size(digits: bytes, base: int) -> int:
    size = int(digits, base)
    if not 0 <= size <= _LARGEST:
        raise ValueError(size)
    return size
