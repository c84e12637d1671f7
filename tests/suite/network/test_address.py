"""What a person may write as a target, and what is refused before anything is sent."""

from urllib.parse import urlsplit

import pytest
from subject import PROBES

from contracts.core.errors import UsageError
from contracts.event_categories.clauses import PATH
from contracts.network.dial import is_loopback, parse, place_of
from contracts.network.target import request_of


def test_the_cleartext_endpoint_gets_no_credentials() -> None:
    """It is asked over plain HTTP with neither the token nor the key of a gateway: whoever is on the way reads it."""
    address, key = parse("api.example", PATH), (("X-Gateway-Key", "$GATEWAY_KEY"),)
    sent = request_of(PROBES["plaintext"], address, "BEARER_TOKEN", key, "")
    assert sent.url == "http://api.example/v1/event_categories"
    assert {name for name, _ in sent.headers} == {"Accept", "Content-Type", "Accept-Encoding", "User-Agent"}
    asked = request_of(PROBES["list"], address, "BEARER_TOKEN", key, "")
    assert {name for name, _ in asked.headers} > {"Authorization", "X-Gateway-Key"}


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
        ("https://api.example/v1", "https://api.example/v1/event_categories"),
        ("api.example/v1/", "https://api.example/v1/event_categories"),
        ("https://api.example/gateway/v1", "https://api.example/gateway/v1/event_categories"),
        ("https://api.example/gateway/v1/event_categories", "https://api.example/gateway/v1/event_categories"),
        ("http://[0:0:0:0:0:0:0:1]:8000", "http://[::1]:8000/v1/event_categories"),
        ("https://my_api.example.", "https://my_api.example./v1/event_categories"),
        ("HTTPS://API.example", "https://api.example/v1/event_categories"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000/v1/event_categories"),
        ("http://localhost", "http://localhost/v1/event_categories"),
        ("http://[::1]:8000", "http://[::1]:8000/v1/event_categories"),
        ("127.0.0.1:8000", "https://127.0.0.1:8000/v1/event_categories"),
    ],
)
def test_what_is_understood(text: str, url: str) -> None:
    """A bare host means https, a prefix is kept, the path is appended once."""
    assert parse(text, PATH).url == url


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
        ("http://192.0.2.2\\.localhost", "characters that none may have"),
        ("http://192.0.2.2%2f.localhost", "characters that none may have"),
        ("https://a%62c.example", "characters that none may have"),
        ("https://-api.example", "characters that none may have"),
        ("https://api..example", "characters that none may have"),
        ("https://a;b.example", "characters that none may have"),
        (f"https://{'a' * 64}.example", "characters that none may have"),
        ("https://\u05d0a.invalid", "xn-- form"),
        ("https://127\uff0e0\uff0e0\uff0e1", "xn-- form"),
        ("http://127.1", "no plain IP address"),
        ("http://2130706433", "no plain IP address"),
        ("http://0x7f.0.0.1", "no plain IP address"),
        ("http://0177.0.0.1", "no plain IP address"),
        ("http://127.0.0.1.", "no plain IP address"),
        ("http://[fe80::1%25eth0]", "no plain IP address"),
        ("http://[::1]x", "characters that none may have|not a URL|no plain IP address"),
        ("https://api.example/a/../b", "different ways"),
        ("https://api.example/a/%2e%2e/b", "different ways"),
        ("https://api.example//b", "different ways"),
        ("https://api.example/a\\b", "different ways"),
        ("https://api.example?", "query"),
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


def test_plaintext_url() -> None:
    """Only a live https target on its default port has a plain-HTTP endpoint."""
    assert parse("api.example/p", PATH).plaintext_url == "http://api.example/p/v1/event_categories"
    assert parse("https://api.example:8443").plaintext_url is None
    assert parse("https://127.0.0.1").plaintext_url is None


def test_plain_http_in_a_private_network() -> None:
    """Only the flag admits plain HTTP to another machine; it is never a loopback address by that."""
    address = parse("http://api:3000", PATH, allow_plain_http=True)
    assert (address.url, address.loopback, address.plaintext_url) == (
        "http://api:3000/v1/event_categories",
        False,
        None,
    )
    with pytest.raises(UsageError, match="--allow-plain-http"):
        parse("http://api:3000")


@pytest.mark.parametrize(
    "text",
    ["api.example", "https://API.example.", "http://127.8.9.10", "https://[2001:DB8::1]:8443", "http://a.localhost"],
)
def test_one_idea_of_the_host(text: str) -> None:
    """The parser that opens the connection reads the same host from the URL that is sent."""
    address = parse(text)
    assert place_of(urlsplit(address.url)) == (address.host, address.port)
