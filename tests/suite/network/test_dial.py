"""From a name to a connection: every address of it, none that hangs for long, and nowhere that it may not lead."""

import errno
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from typing import Any
from urllib.parse import urlsplit

import pytest

from contracts.core.errors import Misdirected, Unreachable, UsageError
from contracts.network import dial as dialling
from contracts.network.dial import Place, dial, proxy_of

LOOKED_UP = socket.getaddrinfo


def address(host: str, port: int) -> Any:
    """One address as the resolver gives it."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return family, socket.SOCK_STREAM, 6, "", (host, port, 0, 0) if ":" in host else (host, port)


def resolver(monkeypatch: pytest.MonkeyPatch, *addresses: Any) -> None:
    """Let every name have these addresses, or meet this exception."""

    def getaddrinfo(host: str, port: int, **options: Any) -> Any:
        if options.get("flags"):
            return LOOKED_UP(host, port, **options)
        if isinstance(addresses[0], Exception):
            raise addresses[0]
        return list(addresses)

    monkeypatch.setattr("socket.getaddrinfo", getaddrinfo)


def connected(place: Place, seconds: float = 20.0, is_over: Any = lambda: False) -> tuple[str, int]:
    """The address to which a place leads."""
    with closing(dial(place, {}, time.monotonic() + seconds, is_over)) as sock:
        return sock.getpeername()[:2]


@pytest.fixture
def listening() -> Iterator[int]:
    """A port on which somebody accepts."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


@pytest.fixture
def hole() -> Iterator[int]:
    """A port whose queue is full: whoever connects to it waits, as behind a firewall that drops what is sent."""
    waiting = []
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        for _ in range(8):
            sock = socket.socket()
            sock.settimeout(0)
            sock.connect_ex(listener.getsockname())
            waiting.append(sock)
        yield listener.getsockname()[1]
        for sock in waiting:
            sock.close()


@pytest.fixture
def dead() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


def test_an_address_that_hangs_keeps_nobody(monkeypatch: pytest.MonkeyPatch, hole: int, listening: int) -> None:
    """While one address does not answer the next one is tried beside it (RFC 8305, section 5)."""
    resolver(monkeypatch, address("127.0.0.1", hole), address("127.0.0.1", listening))
    assert connected(("api.test", 80)) == ("127.0.0.1", listening)


def test_an_address_that_refuses_keeps_nobody(monkeypatch: pytest.MonkeyPatch, dead: int, listening: int) -> None:
    """Refused, unreachable or of a family that this machine has not: the next one is tried at once."""
    there, gone = address("127.0.0.1", listening), address("127.0.0.1", dead)
    for first in (gone, address("2001:db8::1", 9), address("::1", dead)):
        resolver(monkeypatch, first, gone, there)
        assert connected(("api.test", 80)) == ("127.0.0.1", listening)


def test_a_family_that_this_machine_has_not(monkeypatch: pytest.MonkeyPatch, listening: int) -> None:
    """Without IPv6 no socket of it can be made: the address of the other family is tried at once."""
    made = socket.socket

    def without_ipv6(family: int, *rest: int) -> socket.socket:
        if family == socket.AF_INET6:
            raise OSError(errno.EAFNOSUPPORT, "Address family not supported by protocol")
        return made(family, *rest)

    monkeypatch.setattr("socket.socket", without_ipv6)
    resolver(monkeypatch, address("2001:db8::1", 80), address("127.0.0.1", listening))
    assert connected(("api.test", 80)) == ("127.0.0.1", listening)
    resolver(monkeypatch, address("2001:db8::1", 80))
    with pytest.raises(OSError, match="not supported by protocol"):
        connected(("api.test", 80))


def test_no_address_accepts(monkeypatch: pytest.MonkeyPatch, dead: int, hole: int) -> None:
    """Where all refuse that is said; where one hangs the time of the exchange ends it, or whoever waits no more."""
    resolver(monkeypatch, address("127.0.0.1", dead), address("127.0.0.1", dead))
    with pytest.raises(ConnectionRefusedError):
        connected(("api.test", 80))
    resolver(monkeypatch, address("127.0.0.1", hole))
    with pytest.raises(TimeoutError):
        connected(("api.test", 80), seconds=0.3)
    over = iter([False, True])
    with pytest.raises(OSError, match="no address"):
        connected(("api.test", 80), is_over=lambda: next(over))


def test_families_alternate() -> None:
    """The order of the resolver is kept, and its two families take turns (RFC 8305, section 4)."""
    six, four = ([address(f"{host}{i}", 1) for i in range(3)] for host in ("2001:db8::", "192.0.2."))
    assert dialling._interleaved([*six, *four[:1]]) == [six[0], four[0], six[1], six[2]]
    assert dialling._interleaved([*four, *six]) == [four[0], six[0], four[1], six[1], four[2], six[2]]
    assert dialling._interleaved([]) == []


@pytest.mark.parametrize("foreign", ["192.0.2.7", "2001:db8::7", "10.0.0.1"])
def test_a_name_of_this_machine_leads_nowhere_else(
    monkeypatch: pytest.MonkeyPatch, foreign: str, listening: int
) -> None:
    """Also where another address of it is on this machine: nothing is sent."""
    resolver(monkeypatch, address("127.0.0.1", listening), address(foreign, 80))
    with pytest.raises(Unreachable, match=f"{foreign}, which is not this machine"):
        connected(("api.localhost", 80))


def test_what_the_resolver_says(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that is unknown is the fault of whoever wrote it; one that cannot be looked up now may pass."""
    resolver(monkeypatch, socket.gaierror(socket.EAI_NONAME, "Name or service not known"))
    with pytest.raises(Misdirected, match=r"does not resolve \(Name or service not known\)"):
        connected(("api.test", 80))
    resolver(monkeypatch, socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution"))
    with pytest.raises(Unreachable, match="could not be looked up for the moment") as passing:
        connected(("api.test", 80))
    assert not isinstance(passing.value, Misdirected)
    resolver(monkeypatch, UnicodeError())
    with pytest.raises(UnicodeError):
        connected(("api.test", 80))


def test_a_resolver_that_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    """A resolver that never returns is waited for as long as an exchange may take."""
    stop = threading.Event()

    def getaddrinfo(host: str, port: int, **options: Any) -> Any:
        if options.get("flags"):
            raise socket.gaierror
        stop.wait()
        return []

    monkeypatch.setattr("socket.getaddrinfo", getaddrinfo)
    with pytest.raises(TimeoutError):
        connected(("api.test", 80), seconds=0.2)
    stop.set()


@pytest.mark.parametrize(
    ("excepted", "host", "expected"),
    [
        ("10.0.0.0/8", "10.1.2.3", False),
        ("10.0.0.0/8, x", "11.1.2.3", True),
        ("2001:db8::/32", "[2001:db8::1]", False),
        ("api.test:8443", "api.test:8443", False),
        ("api.test:8443", "api.test", True),
        ("", "api.test", True),
    ],
)
def test_exceptions_from_the_proxy(monkeypatch: pytest.MonkeyPatch, excepted: str, host: str, expected: object) -> None:
    """NO_PROXY names hosts, hosts with a port, and networks."""
    monkeypatch.setenv("https_proxy", "http://proxy.test:3128")
    monkeypatch.setenv("no_proxy", excepted)
    assert bool(proxy_of(urlsplit(f"https://{host}/"))) is expected


def test_what_a_proxy_may_be(monkeypatch: pytest.MonkeyPatch) -> None:
    """A bare host is one, a password goes into its login alone, and TLS within TLS is refused in one sentence."""
    monkeypatch.setenv("no_proxy", "")
    monkeypatch.setenv("https_proxy", "proxy.test:3128")
    monkeypatch.setenv("all_proxy", "https://somebody:s%3Acret@proxy.test")
    plain, secure = proxy_of(urlsplit("https://api.test/")), proxy_of(urlsplit("http://api.test/"))
    assert plain
    assert secure
    assert (plain.scheme, plain.place, plain.login) == ("http", ("proxy.test", 3128), "")
    assert (secure.scheme, secure.place) == ("https", ("proxy.test", 443))
    assert secure.login == "Basic c29tZWJvZHk6czpjcmV0"
    assert "Basic" not in repr(secure)
    monkeypatch.delenv("https_proxy")
    with pytest.raises(UsageError, match="TLS within TLS is not spoken here"):
        proxy_of(urlsplit("https://api.test/"))
