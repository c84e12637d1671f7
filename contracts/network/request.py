"""Requests: each is built once and whole, and knows what is shown in the place of its secrets; what came of it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from contracts import __version__
from contracts.core.errors import CouldNotJudge
from contracts.core.exchange import Attempt, Request, Response
from contracts.core.probe import JSON, Authorization, Probe
from contracts.core.statuses import REFUSALS, intermediary
from contracts.network.address import Address
from contracts.network.connection import Connection
from contracts.network.credentials import BEARER, Credentials
from contracts.network.http1 import Message

AGENT = f"event-categories-contracts/{__version__}"


class Field(NamedTuple):
    """A header field. ``shown`` is its value, or stands for the one that ``secret`` returns when it is sent."""

    name: str
    shown: str
    secret: Callable[[], str | None] | None = None

    @property
    def value(self) -> str | None:
        """The value as it is sent, or None for a field that is left out.

        Raises:
            CouldNotJudge: there is no token to be had.
        """
        return self.secret() if self.secret else self.shown


@dataclass(frozen=True)
class Outgoing:
    """A request that is to be sent, under the ``name`` of its probe.

    ``authorized`` says that it holds the given credentials, ``cleartext`` that it goes to the cleartext endpoint.
    """

    name: str
    method: str
    url: str
    fields: tuple[Field, ...]
    authorized: bool = False
    cleartext: bool = False

    @property
    def record(self) -> Request:
        """The request as it is kept and shown."""
        return Request(self.method, self.url, tuple((each.name, each.shown) for each in self.fields))

    def message(self) -> Message:
        """Return the request as it is sent, the secrets included.

        Raises:
            CouldNotJudge: there is no token to be had.
        """
        fields = ((each.name, each.value) for each in self.fields)
        return Message(self.method, self.url, tuple((name, value) for name, value in fields if value is not None))

    def token_in(self, message: Message | None) -> str | None:
        """Return what the request was sent with of the given credentials, or None."""
        return dict(message.headers).get("Authorization") if message and self.authorized else None


@dataclass(frozen=True)
class Asked:
    """What came of a request, its secrets still in it; ``seconds`` are those of the last attempt.

    That ``began`` so many seconds after the run. ``over`` is the connection of the answer to HEAD, and
    ``authorization`` what was sent of the given credentials.
    """

    request: Outgoing
    response: Response | None = field(repr=False)
    failure: CouldNotJudge | None = field(repr=False)
    attempts: tuple[Attempt, ...] = field(default=(), repr=False)
    seconds: float = 0.0
    began: float = 0.0
    sent: int = 1
    over: Connection | None = field(default=None, repr=False)
    authorization: str | None = field(default=None, repr=False)

    @property
    def is_refused(self) -> bool:
        """Whether the API refuses the credentials of the request."""
        response = None if self.failure else self.response
        return response is not None and response.status in REFUSALS and not intermediary(response)


def build(
    probe: Probe, address: Address, credentials: Credentials, added: tuple[Field, ...], made_up: Callable[[], str]
) -> Outgoing:
    """Return the request of a probe; ``added`` are the fields that every request to the target has beside its own.

    ``made_up`` returns the token of a probe that is sent with one that nobody gave.
    """
    url = (address.plaintext_url or "") if probe.plaintext else _url(probe, address)
    fields = [
        Field("Accept", probe.accept),
        Field("Content-Type", JSON),
        Field("Accept-Encoding", "gzip"),
        Field("User-Agent", AGENT),
        *(() if probe.plaintext else added),
    ]
    authorized = probe.authorization is Authorization.GIVEN and bool(credentials.origin)
    if probe.authorization is Authorization.MADE_UP:
        fields.append(Field("Authorization", f"Bearer {made_up()}"))
    elif authorized:
        fields.append(authorization(credentials))
    query = f"?{probe.query}" if probe.query else ""
    return Outgoing(probe.name, probe.method, url + query, tuple(fields), authorized, probe.plaintext)


def _url(probe: Probe, address: Address) -> str:
    return (address.base + probe.path if probe.path else address.url) + probe.below


def authorization(credentials: Credentials) -> Field:
    """Return the field that holds the token of the run."""
    return Field("Authorization", f"Bearer ${BEARER}", credentials.authorization)
