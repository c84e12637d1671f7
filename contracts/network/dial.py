"""The address of a target, and the way there: every address of its name, a proxy, TLS."""

import errno
import ipaddress
import os
import re
import selectors
import socket
import sys
import threading
import time
from base64 import b64encode
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from itertools import zip_longest
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from contracts.core.errors import Misdirected, ProxyFailed, ProxyRefused, Unreachable, UsageError
from contracts.core.exchange import GATEWAY_ERRORS, Headers

#: The path under which every resource is (Global information).
VERSION = "/v1"
_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_NAME = re.compile(rf"{_LABEL}(?:\.{_LABEL})*\.?")
#: A host that ends in a number is an address to some programs, in forms such as 127.1 and 0x7f.1, and a name to others.
_ENDS_IN_NUMBER = re.compile(r"(?:^|\.)(?:[0-9]+|0x[0-9a-f]*)\.?\Z")
_PLAIN_PATH = re.compile(r"[A-Za-z0-9._~!$&'()*+,;=:%/-]*")
DEFAULT_PORTS = {"http": 80, "https": 443}
#: A host and port.
Place = tuple[str, int]


#: More than servers take as the line of a request, in characters.
_LONGEST = 2000


@dataclass(frozen=True)
class Address:
    """Where the list is: ``path`` is that of the list, ``prefix`` what stands before it."""

    scheme: str
    host: str
    port: int
    prefix: str = ""
    path: str = ""

    @property
    def url(self) -> str:
        """The URL of the list."""
        return self.base + self.path

    @property
    def base(self) -> str:
        """The URL without the path of the list."""
        return f"{self.scheme}://{written(self.place, DEFAULT_PORTS[self.scheme])}{self.prefix}"

    @property
    def place(self) -> Place:
        """Its host and port."""
        return self.host, self.port

    @property
    def loopback(self) -> bool:
        """Whether the host is this machine, by its name or number; nothing is looked up."""
        return is_loopback(self.host)

    @property
    def plaintext_url(self) -> str | None:
        """The plain-HTTP URL of a live https target on its default port, else None."""
        if self.loopback or self.scheme != "https" or self.port != DEFAULT_PORTS["https"]:
            return None
        return replace(self, scheme="http", port=DEFAULT_PORTS["http"]).url


def is_loopback(host: str) -> bool:
    """Whether a host name or number stands for the loopback interface (RFC 6761, section 6.3)."""
    name = host.rstrip(".").lower()
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        number = ipaddress.ip_address(name)
    except ValueError:
        return False
    mapped = getattr(number, "ipv4_mapped", None)
    return bool((mapped or number).is_loopback)


def parse(text: str, path: str = "", *, what: str = "target", allow_plain_http: bool = False) -> Address:
    """Return the address that a person wrote: a bare host means https, a path prefix is kept.

    ``/v1``, and ``path``, that of the list, at its end are understood. What is accepted has one reading only: every
    program that it is given to connects to the same host and asks for the same path.

    Raises:
        UsageError: it is no http or https URL, holds more than an address, or would send a token in clear.
    """
    if not text.isprintable() or " " in text:
        raise UsageError(f"the {what} holds white space or control characters")
    if len(text) > _LONGEST:
        raise UsageError(f"the {what} has {len(text):,} characters, and may have {_LONGEST:,}")
    if "@" in text:
        raise UsageError(f"the {what} holds a user name or password: credentials come from the environment only")
    try:
        parts = urlsplit(text if "://" in text else f"https://{text}")
        port = parts.port
    except ValueError as error:
        raise UsageError(f"the {what} {text!r} is not a URL: {error}") from None
    _check(text, parts, what)
    host = _host(parts.netloc, text, what)
    prefix = parts.path.rstrip("/").removesuffix(path).removesuffix(VERSION).rstrip("/")
    address = Address(parts.scheme, host, port if port is not None else DEFAULT_PORTS[parts.scheme], prefix, path)
    if address.scheme == "http" and not address.loopback and not allow_plain_http:
        raise UsageError(
            f"{what} {text!r}: plain HTTP is only for the loopback interface, a token would travel in clear; "
            f"use https://{host}, or --allow-plain-http within a private network"
        )
    return address


def _check(text: str, parts: SplitResult, what: str) -> None:
    if parts.scheme not in DEFAULT_PORTS:
        raise UsageError(f"the {what} {text!r} has the scheme {parts.scheme!r}; http and https are understood")
    if not parts.hostname or parts.port == 0:
        raise UsageError(f"the {what} {text!r} names no host" if not parts.hostname else f"{what} {text!r}: port 0")
    if parts.query or parts.fragment or "?" in text or "#" in text:
        raise UsageError(f"the {what} {text!r} has a query or fragment; give the address only")
    steps = unquote(parts.path).split("/")
    if not _PLAIN_PATH.fullmatch(parts.path) or {".", ".."} & set(steps) or "" in steps[1:-1]:
        raise UsageError(f"the {what} {text!r} has a path that programs read in different ways; write it plainly")


def _host(netloc: str, text: str, what: str) -> str:
    """Return the host in lower case, if every program reads it alike (RFC 3986, section 3.2.2; RFC 1123, 2.1)."""
    host = re.sub(r":[0-9]*\Z", "", netloc).lower()
    if not host.isascii():
        raise UsageError(f"the {what} {text!r} has a host name beyond ASCII: write it in its xn-- form")
    try:
        if host.startswith("["):
            # A zone, which only this machine knows, is no part of an address: with its sign none is read.
            return str(ipaddress.IPv6Address(host.removeprefix("[").removesuffix("]").replace("%", "%%")))
        if _ENDS_IN_NUMBER.search(host):
            return str(ipaddress.IPv4Address(host))
    except ValueError:
        raise UsageError(f"the {what} {text!r} has a host that is no plain IP address") from None
    if not _NAME.fullmatch(host) or len(host) > 253:  # noqa: PLR2004 - the longest name of the DNS
        raise UsageError(f"the {what} {text!r} has a host name with characters that none may have")
    return host


#: What getaddrinfo returns for an address: family, type, protocol, canonical name, and the address itself.
_Address = tuple[Any, Any, int, str, Any]

#: How long an address has before the next one is tried beside it, in seconds (RFC 8305, section 5).
_HEAD_START = 0.25
_UNDER_WAY = {0, errno.EINPROGRESS, errno.EWOULDBLOCK, getattr(errno, "WSAEWOULDBLOCK", 0)}


@dataclass(frozen=True)
class Proxy(Address):
    """A proxy; ``login`` is the value of Proxy-Authorization, which it alone gets, or empty."""

    login: str = field(default="", repr=False)

    @property
    def name(self) -> str:
        """Its host and port as a person writes them."""
        return written(self.place)

    @property
    def fields(self) -> Headers:
        """The header fields that it alone gets."""
        return (("Proxy-Authorization", self.login),) if self.login else ()

    def refusal(self, status: int, target: str) -> ProxyFailed:
        """Return what it means that it answered so, in the place of a target."""
        if status == HTTPStatus.PROXY_AUTHENTICATION_REQUIRED:
            does = "refuses its user name and password" if self.login else "asks for a user name and a password"
            where = "they belong into the variable that names it, as http://USER:PASSWORD@HOST:PORT"
            return ProxyRefused(f"the proxy {self.name} {does} ({status}): {where}")
        if status == HTTPStatus.FORBIDDEN:
            return ProxyRefused(f"the proxy {self.name} forbids the way to {target} ({status})")
        if status in GATEWAY_ERRORS:
            return ProxyFailed(f"the proxy {self.name} does not reach {target} ({status})")
        return ProxyRefused(f"the proxy {self.name} does not let the request through ({status})")


def place_of(url: SplitResult) -> Place:
    """Return the host and port of a URL."""
    return url.hostname or "", url.port or DEFAULT_PORTS[url.scheme]


def written(place: Place, usual: int | None = None) -> str:
    """Return a host and port as a URL has them, without the port where it is the usual one."""
    host, port = place
    host = f"[{host}]" if ":" in host else host
    return host if port == usual else f"{host}:{port}"


def dial(named: Place, connect_to: Mapping[Place, Place], ends: float, is_over: Callable[[], bool]) -> socket.socket:
    """Return a socket connected to a place, or to the one to which ``connect_to`` leads it, before ``ends``.

    All addresses of a name are tried, each a moment after the one before (RFC 8305); the first that accepts is taken.
    ``is_over`` tells that nobody waits any more.

    Raises:
        Unreachable: the name leads elsewhere than a name of this machine may, or cannot be looked up.
        TimeoutError: no address has accepted in time.
        OSError: none accepts.
    """
    addresses = _resolved(connect_to.get(named, named), ends)
    for *_, address in addresses:
        if is_loopback(named[0]) and not is_loopback(address[0]):
            raise Unreachable(f"the name leads to {address[0]}, which is not this machine")
    connected = _race(deque(_interleaved(addresses)), ends, is_over)
    connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connected


def seconds_left(ends: float) -> float:
    """Return the seconds until a time of the monotonic clock.

    Raises:
        TimeoutError: it is over.
    """
    if (left := ends - time.monotonic()) <= 0:
        raise TimeoutError
    return left


def _resolved(place: Place, ends: float) -> list[_Address]:
    """Return the addresses of a host. The resolver of the system knows no end of its own: it gets a thread."""
    with suppress(socket.gaierror):  # a number has nothing to look up
        return socket.getaddrinfo(*place, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    found: list[list[_Address] | Exception] = []

    def run() -> None:
        try:
            found.append(socket.getaddrinfo(*place, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError) as error:
            found.append(error)

    thread = threading.Thread(target=run, daemon=True)
    try:
        thread.start()
        thread.join(seconds_left(ends))
    except RuntimeError:  # no more threads
        run()
    if not found:
        raise TimeoutError
    if isinstance(error := found[0], socket.gaierror):
        if error.errno == socket.EAI_AGAIN:
            raise Unreachable(f"the host name could not be looked up for the moment ({error.strerror})")
        raise Misdirected(f"the host name does not resolve ({error.strerror})")
    if isinstance(error, Exception):
        raise error
    return error


def _interleaved(addresses: list[_Address]) -> list[_Address]:
    """Return the addresses so that those of the two families alternate, else in their order (RFC 8305, section 4)."""
    first = [address for address in addresses if address[0] == addresses[0][0]]
    others = [address for address in addresses if address[0] != addresses[0][0]]
    return [address for pair in zip_longest(first, others) for address in pair if address]


def _race(waiting: deque[_Address], ends: float, is_over: Callable[[], bool]) -> socket.socket:
    problem = OSError("it has no address")
    with selectors.DefaultSelector() as tried:
        try:
            while (waiting or tried.get_map()) and not is_over():
                if waiting:
                    family, kind, protocol, _, address = waiting.popleft()
                    try:
                        sock = socket.socket(family, kind, protocol)
                    except OSError as error:  # a family that this machine has not
                        problem = error
                        continue
                    tried.register(sock, selectors.EVENT_WRITE)
                    sock.settimeout(0)
                    if (code := sock.connect_ex(address)) not in _UNDER_WAY:
                        problem = OSError(code, os.strerror(code))
                        tried.unregister(sock)
                        sock.close()
                        continue
                for key, _ in tried.select(min(_HEAD_START, seconds_left(ends))):
                    sock = key.fileobj  # type: ignore[assignment]
                    tried.unregister(sock)
                    if not (code := sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)):
                        return sock
                    problem = OSError(code, os.strerror(code))
                    sock.close()
        finally:
            for key in tried.get_map().values():
                key.fileobj.close()  # type: ignore[union-attr]
    raise problem


def proxy_of(url: SplitResult) -> Proxy | None:
    """Return the proxy through which the environment wants a URL to be asked for, or None.

    Raises:
        UsageError: it is no URL, or of a kind that is not spoken here.
    """
    host = url.hostname or ""
    # What goes to this machine never takes the way over a proxy; macOS and Windows keep theirs elsewhere, too.
    may_be_set = sys.platform in ("darwin", "win32") or any(name.lower().endswith("_proxy") for name in os.environ)
    if is_loopback(host) or not may_be_set:
        return None
    from urllib.request import getproxies, proxy_bypass  # noqa: PLC0415 - 6 ms: it brings all of http.client

    proxies = getproxies()
    text = proxies.get(url.scheme) or proxies.get("all")
    if not text or proxy_bypass(url.netloc) or _is_excepted(host, proxies.get("no", "")):
        return None
    try:
        proxy = urlsplit(text if "://" in text else f"http://{text}")
        host, port = proxy.hostname or "", proxy.port or DEFAULT_PORTS.get(proxy.scheme, 0)
    except ValueError:
        host, port = "", 0
    if not host:
        raise UsageError("the proxy of the environment is not a URL")
    if proxy.scheme not in DEFAULT_PORTS:
        raise UsageError("the proxy of the environment cannot be used: http and https are understood")
    if proxy.scheme == url.scheme == "https":
        raise UsageError(
            "the proxy of the environment is itself reached over https, and TLS within TLS is not spoken here: "
            "name its plain port with http://"
        )
    return Proxy(proxy.scheme, host, port, login=_login(proxy))


def _is_excepted(host: str, exceptions: str) -> bool:
    """Whether a host is an address in one of the networks that NO_PROXY names, such as 10.0.0.0/8."""
    for name in exceptions.split(","):
        try:
            if ipaddress.ip_address(host) in ipaddress.ip_network(name.strip(), strict=False):
                return True
        except ValueError:
            continue
    return False


def _login(proxy: SplitResult) -> str:
    if not proxy.username:
        return ""
    pair = f"{unquote(proxy.username)}:{unquote(proxy.password or '')}"
    return f"Basic {b64encode(pair.encode()).decode()}"
