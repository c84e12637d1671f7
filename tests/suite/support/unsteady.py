"""Servers whose answers depend on the moment, in the process of the tests and on a clock of their own.

Nothing waits and nothing is sent: a pause of a run moves the clock, and so does each answer.
"""

import json
import random
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from unittest.mock import patch
from urllib.parse import urlsplit

from subject import CONTRACT

from contracts.core.exchange import Headers, Response
from contracts.core.report import Report
from contracts.mock.reply import Received, Reply, json_reply
from contracts.mock.server import MockServer
from contracts.network.connection import Connection, Wire
from contracts.network.http1 import Message
from contracts.prepare import prepare
from contracts.run import verify
from contracts.settings.table import Settings

#: What an answer takes, in seconds of the clock.
ANSWER = 0.05


@dataclass(frozen=True)
class Moment:
    """When a request came: how many came before it, at what second, over which connection, and a chance of its own.

    ``token`` is the number, from 1, of the token that it bears, as they were exchanged; 1 is also one that was given.
    """

    number: int
    second: float
    connection: int
    chance: random.Random
    token: int


#: What a server makes of the mock's reply.
Behaviour = Callable[[Received, Reply, Moment], Reply]


class Unsteady:
    """A server, and the connections that lead to it."""

    def __init__(self, mock: MockServer, behaviour: Behaviour, seed: int) -> None:
        self.mock, self.behaviour = mock, behaviour
        self.second = 0.0
        self.requests = 0
        self.exchanged = 0
        self._connections = 0
        self._chance = random.Random(seed)
        self._lock = threading.Lock()

    def connection(self, url: str, wire: Wire, accepted: Callable[[], None]) -> Connection:
        with self._lock:
            self._connections += 1
            return Kept(url, wire, accepted, self, self._connections)

    def answer(self, message: Message, connection: int) -> Response:
        parts = urlsplit(message.url)
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        with self._lock:
            token, headers = self._understood(tuple((name, str(value)) for name, value in message.headers))
            moment = Moment(self.requests, self.second, connection, self._chance, token)
            received, reply = self.mock.answer(message.method, target, headers)
            if received.probe == "exchange":
                self.exchanged += 1
                reply = json_reply({"token": f"exchanged-{self.exchanged}-4f7b9c"})
            else:
                self.requests += 1
                self.second += ANSWER
                reply = self.behaviour(received, reply, moment)
        body = b"" if message.method == "HEAD" else reply.body
        return Response(reply.status, reply.headers, body, stray=len(reply.stray))

    def _understood(self, headers: Headers) -> tuple[int, Headers]:
        """Return the number of the token, and the header with that of the mock in the place of an exchanged one."""
        bearer = dict(headers).get("Authorization", "").removeprefix("Bearer exchanged-").partition("-")[0]
        if not bearer.isdecimal():
            return 1, headers
        others = tuple(field for field in headers if field[0] != "Authorization")
        return int(bearer), (*others, ("Authorization", f"Bearer {self.mock.token}"))

    def sleep(self, seconds: float) -> None:
        with self._lock:
            self.second += seconds


class Kept(Connection):
    """A connection to such a server, which is kept until it is closed."""

    def __init__(self, url: str, wire: Wire, accepted: Callable[[], None], server: Unsteady, number: int) -> None:
        super().__init__(url, wire, accepted)
        self.server, self.number = server, number

    def open(self, ends: float) -> None:
        self._accepted()
        self._is_open = self.usable = True

    def ask(self, message: Message, ends: float, max_silence: float | None = None) -> Response:
        return self.server.answer(message, self.number)

    def is_reusable(self) -> bool:
        return self.usable and self.is_open

    def drain_stray(self, max_wait: float = 0.0) -> int:
        return 0


def judged(
    mock: MockServer, behaviour: Behaviour, seed: int, environment: Mapping[str, str] | None = None, /, **settings: Any
) -> Report:
    """Return the report of a run against the mock when it behaves so; nothing is left to the wall clock."""
    server = Unsteady(mock, behaviour, seed)
    given = environment or {"BEARER_TOKEN": mock.token}
    asked = Settings(target=mock.url, auth_url=mock.auth_url, seed=seed, **settings)
    with (
        patch("contracts.network.connection.Connection", server.connection),
        prepare(asked, CONTRACT, given, sleep=server.sleep) as run,
    ):
        return verify(run)


def elements(reply: Reply, change: Callable[[list[Any]], list[Any]]) -> Reply:
    """Return the reply with other elements in its list, if it has one."""
    try:
        root = json.loads(reply.body)
        listed = root[CONTRACT.key]
    except (ValueError, TypeError, KeyError):
        return reply
    return replace(reply, body=json.dumps({**root, CONTRACT.key: change(listed)}).encode())


def shorter(reply: Reply) -> Reply:
    """Return the reply without its last category."""
    return elements(reply, lambda listed: listed[:-1])
