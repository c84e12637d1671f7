"""Credentials: the exchange of the API token, its renewal, and what is refused."""

import base64
import json

import pytest
from subject import CONTRACT

from contracts.core.errors import BrokenAnswer, Refused, Unavailable, UsageError
from contracts.core.exchange import Headers, Response
from contracts.masking.secrets import Secrets
from contracts.network.credentials import EXCHANGE, Bearer, Exchanged, check
from contracts.network.dial import parse

API_TOKEN = "tk-us-0123456789-abcdef"


class Auth:
    """An authentication service that gives a new token every time."""

    def __init__(self, status: int = 200, body: bytes | None = None) -> None:
        self.status, self.body = status, body
        self.calls: list[tuple[str, dict[str, str]]] = []

    def post(self, url: str, headers: Headers) -> Response:
        self.calls.append((url, dict(headers)))
        body = json.dumps({"token": f"bearer-number-{len(self.calls)}"}).encode()
        return Response(self.status, (), body if self.body is None else self.body)


def exchanged(auth: Auth, now: list[float]) -> Exchanged:
    """Credentials at this service, with a clock that stands at now[0]."""
    return Exchanged(API_TOKEN, parse("https://auth.example", EXCHANGE), Secrets(), auth.post, lambda: now[0], CONTRACT)


def test_exchange_as_documented() -> None:
    """One POST with Basic, an empty user and the API token as password; the bearer token is used from then on."""
    auth, now = Auth(), [0.0]
    credentials = exchanged(auth, now)
    assert auth.calls == [], "nothing is exchanged before a token is needed"
    assert credentials.authorization() == "Bearer bearer-number-1"
    assert credentials.authorization() == "Bearer bearer-number-1"
    [(url, headers)] = auth.calls
    assert url == "https://auth.example/v1/tokens/exchange"
    assert headers["Authorization"] == "Basic " + base64.b64encode(f":{API_TOKEN}".encode()).decode()


def test_renewal_before_the_hour_ends() -> None:
    """A token is used for 55 minutes, and then exchanged anew; both are masked."""
    auth, now = Auth(), [0.0]
    credentials = exchanged(auth, now)
    credentials.authorization()
    now[0] = 55 * 60 - 1
    assert credentials.authorization() == "Bearer bearer-number-1"
    now[0] = 55 * 60
    assert credentials.authorization() == "Bearer bearer-number-2"
    assert credentials.secrets.mask("bearer-number-1 bearer-number-2") == "$BEARER_TOKEN $BEARER_TOKEN"


@pytest.mark.parametrize(
    ("auth", "problem", "words"),
    [
        (Auth(401), Refused, "SCALINGO_API_TOKEN"),
        (Auth(403), Refused, "revoked"),
        (Auth(500), Unavailable, "500"),
        (Auth(200, b"<html>"), BrokenAnswer, "without a usable token"),
        (Auth(200, b"[]"), BrokenAnswer, "without a usable token"),
        (Auth(200, b'{"token": "line\\nend"}'), BrokenAnswer, "without a usable token"),
        (Auth(200, b'{"token": 7}'), BrokenAnswer, "without a usable token"),
        (Auth(200, b"[" * 100_000), BrokenAnswer, "without a usable token"),
    ],
)
def test_refused_exchange(auth: Auth, problem: type[Exception], words: str) -> None:
    """When the exchange fails the run cannot judge, and says whose token it was."""
    with pytest.raises(problem, match=words) as refusal:
        exchanged(auth, [0.0]).authorization()
    assert API_TOKEN not in str(refusal.value)


@pytest.mark.parametrize("token", ["line\nend", "two words", "tab\t", "é", "\x00", ""])
def test_unusable_tokens_are_refused_unseen(token: str) -> None:
    """A token that cannot stand in a header is refused without being shown."""
    with pytest.raises(UsageError) as refusal:
        check(token, "BEARER_TOKEN", CONTRACT)
    assert token == "" or token not in str(refusal.value)


def test_secrets_do_not_show_in_a_repr() -> None:
    """The representation of credentials, as a traceback prints it, holds no secret."""
    credentials = exchanged(Auth(), [0.0])
    credentials.authorization()
    assert API_TOKEN not in repr(credentials)
    assert "bearer-number" not in repr(credentials)


def test_a_header_value_does_not_show_in_a_repr() -> None:
    """A traceback with its variables shows no Authorization header, also not inside of a tuple, a list or a dict."""
    auth = Auth()
    value = exchanged(auth, [0.0]).authorization()
    assert value == "Bearer bearer-number-1"
    [(_, basic)] = auth.calls
    for holder in ((("Authorization", value),), [value], {"Authorization": value}, basic):
        assert "Bearer bearer" not in repr(holder)
        assert base64.b64encode(f":{API_TOKEN}".encode()).decode() not in repr(holder)
    assert repr(Bearer(API_TOKEN).authorization()) == "<SecretValue>"
