"""The address of a target: what a person may write, and what is made of it."""

import ipaddress
import re
from dataclasses import dataclass, replace
from urllib.parse import SplitResult, unquote, urlsplit

from contracts.core.errors import UsageError

#: The path under which every resource is (Global information).
VERSION = "/v1"
_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_NAME = re.compile(rf"{_LABEL}(?:\.{_LABEL})*\.?")
#: A host that ends in a number is an address to some programs, in forms such as 127.1 and 0x7f.1, and a name to others.
_ENDS_IN_NUMBER = re.compile(r"(?:^|\.)(?:[0-9]+|0x[0-9a-f]*)\.?\Z")
_PLAIN_PATH = re.compile(r"[A-Za-z0-9._~!$&'()*+,;=:%/-]*")
DEFAULT_PORTS = {"http": 80, "https": 443}


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
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == DEFAULT_PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{host}{port}{self.prefix}"

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
