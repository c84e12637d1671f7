"""What a person may write as a target, and what is refused before anything is sent."""

import pytest

from contracts.core.errors import UsageError
from contracts.target.address import is_loopback, parse


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("api.osc-fr1.scalingo.com", "https://api.osc-fr1.scalingo.com/v1/event_categories"),
        ("https://api.example", "https://api.example/v1/event_categories"),
        ("https://api.example/", "https://api.example/v1/event_categories"),
        ("https://api.example:443", "https://api.example/v1/event_categories"),
        ("https://api.example:8443/proxy/scalingo", "https://api.example:8443/proxy/scalingo/v1/event_categories"),
        ("https://api.example/p/v1/event_categories", "https://api.example/p/v1/event_categories"),
        ("https://api.example/v1/event_categories/", "https://api.example/v1/event_categories"),
        ("HTTPS://API.example", "https://api.example/v1/event_categories"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000/v1/event_categories"),
        ("http://localhost", "http://localhost/v1/event_categories"),
        ("http://[::1]:8000", "http://[::1]:8000/v1/event_categories"),
        ("127.0.0.1:8000", "https://127.0.0.1:8000/v1/event_categories"),
    ],
)
def test_what_is_understood(text: str, url: str) -> None:
    """A bare host means https, a prefix is kept, the path is appended once."""
    assert parse(text).url == url


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("http://api.example", "https://api.example"),
        ("http://127.0.0.1.example", "plain HTTP"),
        ("ftp://api.example", "ftp"),
        ("https://", "no host"),
        ("", "no host"),
        ("https://api.example:99999", "not a URL"),
        ("https://api.example:x", "not a URL"),
        ("https://api.example:0", "port 0"),
        ("https://[::1", "not a URL"),
        ("https://api.example/?page=1", "query"),
        ("https://api.example/#list", "fragment"),
        ("https://api.example/a b", "white space"),
        ("https://api.example\n", "white space"),
    ],
)
def test_what_is_refused(text: str, words: str) -> None:
    """Anything else is refused in one line that says what is wrong."""
    with pytest.raises(UsageError, match=words) as refusal:
        parse(text)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("text", ["https://user:secret@api.example", "https://secret@[::1", "secret@api.example:x"])
def test_credentials_in_a_url_are_refused_and_not_repeated(text: str) -> None:
    """A password in a URL is refused, and the message does not show it."""
    with pytest.raises(UsageError, match="environment only") as refusal:
        parse(text)
    assert "secret" not in str(refusal.value)


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("127.0.0.1", True),
        ("127.8.9.10", True),
        ("::1", True),
        ("::ffff:127.0.0.1", True),
        ("localhost", True),
        ("LOCALHOST.", True),
        ("api.localhost", True),
        ("10.0.0.1", False),
        ("0.0.0.0", False),
        ("localhost.example", False),
        ("2130706433", False),
    ],
)
def test_loopback(host: str, loopback: object) -> None:
    """Loopback is decided by the name or number alone; nothing is looked up."""
    assert is_loopback(host) is loopback


def test_plaintext_twin() -> None:
    """Only a live https target on its default port has a plain-HTTP twin."""
    assert parse("api.example/p").plaintext_twin == "http://api.example/p/v1/event_categories"
    assert parse("https://api.example:8443").plaintext_twin is None
    assert parse("https://127.0.0.1").plaintext_twin is None
