"""A conforming server that is not the mock: uvicorn, which keeps its connections open as servers in production do.

``python -m bench.server LOG [CERTIFICATE]`` prints its port, serves until it is ended, and appends each request to
the log, a line of JSON each.
"""

import json
import socket
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TextIO

import uvicorn

from bench.categories import body

PATH = "/v1/event_categories"
TOKEN = "token-of-the-bench"  # made up: it opens nothing but the server of the bench
CATEGORIES = 12

Fields = list[tuple[bytes, bytes]]


def answer(method: str, path: str, authorization: str | None) -> tuple[int, Fields, bytes]:
    """Return status, header fields and body of the answer that the contract asks for; of HEAD as of GET."""
    if authorization != f"Bearer {TOKEN}":
        return 401, [(b"www-authenticate", b"Bearer")], b'{"error": "unauthorized"}'
    if path != PATH:
        return 404, [], b'{"error": "not found", "resource": "EventCategory"}'
    if method not in ("GET", "HEAD"):
        return 405, [(b"allow", b"GET, HEAD")], b'{"error": "method not allowed"}'
    return 200, [], body(CATEGORIES)


class Application:
    """The ASGI application (https://asgi.readthedocs.io, HTTP connection scope); it logs what it was asked."""

    def __init__(self, log: TextIO) -> None:
        self._log = log

    async def __call__(
        self,
        scope: dict[str, Any],
        receive: Callable[[], Awaitable[dict[str, Any]]],
        send: Callable[[dict[str, Any]], Awaitable[None]],
    ) -> None:
        """Answer one request. A body is read to its end first, so that the connection can be used again."""
        while (await receive()).get("more_body"):
            pass
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        target = scope["raw_path"].decode("latin-1")
        if scope["query_string"]:
            target += "?" + scope["query_string"].decode("latin-1")
        print(json.dumps([scope["method"], target, headers]), file=self._log, flush=True)
        status, fields, content = answer(scope["method"], scope["path"], headers.get("authorization"))
        fields = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(content)), *fields]
        await send({"type": "http.response.start", "status": status, "headers": fields})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else content})


def listen() -> socket.socket:
    """Return a socket that listens on a free port of the loopback interface.

    asyncio turns Nagle's algorithm off only where the protocol is named. With it, header and body, two writes, would
    be 40 ms apart on every kept connection: the script, which keeps one, would look slower than it is.
    """
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.bind(("127.0.0.1", 0))
    listening.listen(128)
    return listening


def main(log: str, certificate: str | None = None) -> None:
    """Serve on a free port of the loopback interface."""
    with Path(log).open("a", encoding="utf-8") as file, listen() as listening:
        print(listening.getsockname()[1], flush=True)
        configuration = uvicorn.Config(
            Application(file),
            loop="asyncio",
            http="h11",
            lifespan="off",
            log_level="error",  # it warns of what is no HTTP, and schemathesis sends such requests on purpose
            access_log=False,
            ssl_certfile=certificate,
            ssl_keyfile=certificate,
        )
        uvicorn.Server(configuration).run(sockets=[listening])


if __name__ == "__main__":
    main(*sys.argv[1:])
