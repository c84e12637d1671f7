"""A conforming server that is not the mock, uvicorn over TLS, at the end of a link of any length.

``python -m bench.server ROUND_TRIP``, in seconds, prints its port and serves until it is ended. Standard error gets a
line for each request: method, target and the fields that a script would send, as JSON.
"""

import asyncio
import json
import socket
import sys
from contextlib import suppress
from http import HTTPStatus
from pathlib import Path
from typing import Any

import uvicorn

PATH = "/v1/event_categories"
TOKEN = "token-of-the-bench"  # made up: it opens nothing but this server
ROOT = Path(__file__).parents[1]
#: Certificate and key of a server on the loopback interface, and the authority that signed it.
CERTIFICATE, AUTHORITY = f"{ROOT}/contracts/mock/server.pem", f"{ROOT}/contracts/mock/ca.pem"
SENT = ("accept", "content-type", "authorization")


def categories(count: int) -> bytes:
    """Return a conforming body of any length, made without the package that is to judge it."""
    made = [
        {"id": f"{number:024x}", "name": f"category_{number}", "display_name": f"Category {number}", "position": number}
        for number in range(1, count + 1)
    ]
    return json.dumps({"event_categories": made}).encode()


def answer(method: str, path: str, authorization: str | None) -> tuple[HTTPStatus, dict[bytes, bytes], bytes]:
    """Return status, header fields and body of the answer that the contract asks for; of HEAD as of GET."""
    if authorization != f"Bearer {TOKEN}":
        return HTTPStatus.UNAUTHORIZED, {b"www-authenticate": b"Bearer"}, b'{"error": "unauthorized"}'
    if path != PATH:
        return HTTPStatus.NOT_FOUND, {}, b'{"error": "not found", "resource": "EventCategory"}'
    if method not in ("GET", "HEAD"):
        return HTTPStatus.METHOD_NOT_ALLOWED, {b"allow": b"GET, HEAD"}, b'{"error": "method not allowed"}'
    return HTTPStatus.OK, {}, categories(12)


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Answer a request and log it; read its body to the end, so that the connection can be used again (ASGI)."""
    while (await receive()).get("more_body"):
        pass
    fields = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    target = b"?".join(filter(None, (scope["raw_path"], scope["query_string"]))).decode("latin-1")
    sent = [scope["method"], target, {name: fields[name] for name in SENT if name in fields}]
    print(json.dumps(sent), file=sys.stderr, flush=True)
    status, told, body = answer(scope["method"], scope["path"], fields.get("authorization"))
    headers = {b"content-type": b"application/json", b"content-length": b"%d" % len(body), **told}
    await send({"type": "http.response.start", "status": status, "headers": list(headers.items())})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})


async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, delay: float, begin: float = 0) -> None:
    """Pass every byte and the end of the stream on, ``delay`` seconds after it came or, at first, after ``begin``."""
    loop = asyncio.get_running_loop()
    due = begin + delay
    with suppress(OSError):  # a reset ends the stream, too
        while piece := await reader.read(2**16):
            due = max(due + 1e-6, loop.time() + delay)  # behind what came before
            loop.call_at(due, writer.write, piece)
    loop.call_at(max(due + 1e-6, loop.time() + delay), writer.close)


async def relay(port: int, round_trip: float) -> asyncio.Server:
    """Listen as the near end of a link to a port: bytes take half a round trip each way.

    Through a real link ``connect`` returns after one round trip, on the loopback interface at once: so nothing counts
    as sent before one round trip after the connection was accepted. TLS then pays for its own round trips by itself.
    """

    async def accepted(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        begin = asyncio.get_running_loop().time() + round_trip
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", port)
        half = round_trip / 2
        await asyncio.gather(carry(reader, far_writer, half, begin), carry(far_reader, writer, half))

    return await asyncio.start_server(accepted, "127.0.0.1", 0, backlog=128)


async def serve(round_trip: float) -> None:
    """Serve, behind a relay if there is a round trip: without one it would only add the same time to everybody."""
    # asyncio turns Nagle's algorithm off only where the protocol is named: header and body would be 40 ms apart.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(128)
        near = await relay(listening.getsockname()[1], round_trip) if round_trip else None
        print((near.sockets[0] if near else listening).getsockname()[1], flush=True)
        # Schemathesis sends what is no HTTP on purpose; nothing is said of it.
        quiet = uvicorn.Config(
            application, http="h11", log_level="critical", ssl_certfile=CERTIFICATE, ssl_keyfile=CERTIFICATE
        )
        await uvicorn.Server(quiet).serve([listening])


if __name__ == "__main__":
    asyncio.run(serve(float(sys.argv[1])))
