"""The mock: a conforming endpoint on real sockets, whose answers faults may change on their way out."""

import base64
import json
import ssl
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socket import AF_INET, AF_INET6, SHUT_RDWR, create_server
from typing import Any, Self
from urllib.parse import urlsplit

from contracts.core.contract import LIST
from contracts.core.errors import UsageError
from contracts.mock.reply import Change, Elements, Headers, Received, Reply, Sample, json_reply, list_reply
from contracts.reading import read_text

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


TOKEN = "mock-bearer-token-6f1c9a52e7"  # noqa: S105 - the mock's own, made to be shown
API_TOKEN = "tk-us-mock-api-token-6f1c9a52e7"  # noqa: S105 - likewise
EXCHANGE = "/v1/tokens/exchange"
#: What the request for a token is called among those of the probes.
EXCHANGED = "exchange"
SERVER_PEM = Path(__file__).with_name("server.pem")
CA_PEM = Path(__file__).with_name("ca.pem")

_MINUTE = 60.0
#: Requests that the log keeps: the last ones, however long the mock serves.
_REMEMBERED = 10_000


def elements_from(file: str, key: str) -> Elements:
    """Return the elements of a JSON file: the list itself, or a body as the endpoint gives it under ``key``.

    Raises:
        UsageError: the file cannot be read, or holds no list of objects.
    """
    try:
        value = json.loads(read_text(file))
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{file} cannot be read as JSON: {error}") from None
    elements = value.get(key) if isinstance(value, dict) else value
    if not isinstance(elements, list) or not all(isinstance(element, dict) for element in elements):
        raise UsageError(f"{file} holds no list of objects")
    return elements


class MockServer:
    """A conforming endpoint of a sample, serving until :meth:`close` or the end of its context.

    ``auth`` says who gets the list: with ``optional``, as was recorded of the API, also who has no token, but nobody
    with a wrong one (our choice: that was not recorded); with ``required`` only who has the token, with ``public``
    everybody. ``rate_limit`` is the number of requests a minute before 429, ``faults`` change each reply in order, and
    ``tls`` serves with the embedded certificate. ``requests`` is the log.

    Raises:
        OSError: the port cannot be had.
    """

    def __init__(
        self,
        sample: Sample,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        auth: str = "optional",
        token: str = TOKEN,
        api_token: str = API_TOKEN,
        elements: Elements | None = None,
        rate_limit: int | None = None,
        faults: Sequence[Change] = (),
        tls: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.sample = sample
        self.auth = auth
        self.token = token
        self.api_token = api_token
        self.rate_limit = rate_limit
        self.faults = tuple(faults)
        self.requests: list[Received] = []
        self._list = list_reply(sample.root(sample.elements(sample.size) if elements is None else elements))
        self._clock = clock
        self._recent: deque[float] = deque()
        self._times: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._server = listen(self.answer, host, port)
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(SERVER_PEM)
            self._server.socket = context.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )
        self.port: int = self._server.server_address[1]
        self.url = f"{'https' if tls else 'http'}://{f'[{host}]' if ':' in host else host}:{self.port}"
        self.auth_url = self.url
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True, name="mock")
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Stop serving, end the connections that clients keep open, and give the port back."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def answer(self, method: str, target: str, headers: tuple[tuple[str, str], ...]) -> tuple[Received, Reply]:
        """Return the request as it was understood, and the reply to it, changed by the faults."""
        parts = urlsplit(target)
        received = Received(method, parts.path, parts.query, headers, self.sample)
        probe = self._probe(received)
        with self._lock:
            received = replace(received, probe=probe, times=self._times[probe])
            self._times[probe] += 1
            if probe != EXCHANGED:
                self.requests.append(received)
                del self.requests[:-_REMEMBERED]
            limited = self._is_limited()
        reply = Reply(429, b"Retry later", (("Content-Type", "text/plain"),)) if limited else self._reply(received)
        for fault in self.faults:
            reply = fault(received, reply)
        return received, reply

    def _probe(self, received: Received) -> str:
        """Name the probe that a request looks like, from nothing but what is on the wire."""
        authorization = received.first("Authorization")
        probes = (
            (received.path == EXCHANGE, EXCHANGED),
            (received.path in self.sample.others, received.path),
            (received.method not in ("GET", "HEAD"), received.method.lower()),
            (received.path != self.sample.contract.path, "unknown-path"),
            (received.method == "HEAD", "head"),
            ("xml" in (received.first("Accept") or ""), "xml"),
            (bool(received.query), "unknown-query"),
            (authorization is None, "anonymous"),
            (authorization != f"Bearer {self.token}", "invalid-token"),
        )
        return next((probe for holds, probe in probes if holds), LIST)

    def _is_limited(self) -> bool:
        if self.rate_limit is None:
            return False
        now = self._clock()
        while self._recent and now - self._recent[0] >= _MINUTE:
            self._recent.popleft()
        if len(self._recent) >= self.rate_limit:
            return True
        self._recent.append(now)
        return False

    def _reply(self, request: Received) -> Reply:
        if request.probe == EXCHANGED:
            return self._exchange(request)
        if not self._is_admitted(request.first("Authorization")):
            error = {"error": "the token is missing, invalid or has expired"}
            return json_reply(error, 401, ("WWW-Authenticate", "Bearer"))
        others = self.sample.others
        if request.path != self.sample.contract.path and request.path not in others:
            return json_reply({"error": "not found", "resource": self.sample.noun}, 404)
        if request.method not in ("GET", "HEAD"):
            return json_reply({"error": "method not allowed"}, 405, ("Allow", "GET, HEAD"))
        return list_reply(others[request.path]) if request.path in others else self._list

    def _is_admitted(self, authorization: str | None) -> bool:
        if authorization is None:
            return self.auth != "required"
        return self.auth == "public" or authorization == f"Bearer {self.token}"

    def _exchange(self, request: Received) -> Reply:
        basic = base64.b64encode(f":{self.api_token}".encode()).decode()
        if request.method != "POST":
            return json_reply({"error": "method not allowed"}, 405, ("Allow", "POST"))
        if request.first("Authorization") != f"Basic {basic}":
            return json_reply({"error": "the API token is not known"}, 401, ("WWW-Authenticate", "Basic"))
        return json_reply({"token": self.token})
