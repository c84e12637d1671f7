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
from contracts.network.connection import Connection
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
        self._numbers: dict[Connection, int] = {}
        self._chance = random.Random(seed)
        self._lock = threading.Lock()

    def open(self, connection: Connection, _ends: float) -> None:
        with self._lock:
            self._connections += 1
            self._numbers[connection] = self._connections
        connection.accepted()
        connection._usable = True

    def ask(self, connection: Connection, message: Message, _ends: float, _max_silence: float | None) -> Response:
        parts = urlsplit(message.url)
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        with self._lock:
            token, headers = self._understood(tuple((name, str(value)) for name, value in message.headers))
            moment = Moment(self.requests, self.second, self._numbers[connection], self._chance, token)
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


def judged(
    mock: MockServer, behaviour: Behaviour, seed: int, environment: Mapping[str, str] | None = None, /, **settings: Any
) -> Report:
    """Return the report of a run against the mock when it behaves so; nothing is left to the wall clock."""
    server = Unsteady(mock, behaviour, seed)
    given = environment or {"BEARER_TOKEN": mock.token}
    asked = Settings(target=mock.url, auth_url=mock.auth_url, seed=seed, **settings)
    with (
        patch.multiple(
            Connection,
            open=lambda *arguments: server.open(*arguments),  # noqa: PLW0108 - a method, which the connection is given
            _ask=lambda *arguments: server.ask(*arguments),  # noqa: PLW0108 - likewise
            _come_unasked=lambda *_: None,
        ),
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
