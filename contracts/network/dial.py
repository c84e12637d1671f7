"""Dialling: from a URL to a connection of the HTTP library, directly or through a proxy, TLS where the URL says so."""

import socket
import ssl
from collections.abc import Callable, Mapping
from typing import Any

from urllib3.connection import HTTPConnection, HTTPSConnection, ProxyConfig
from urllib3.exceptions import ProxyError
from urllib3.util import Url

from contracts.core.errors import Unreachable
from contracts.network.address import is_loopback
from contracts.network.proxy import proxy_for

Place = tuple[str, int]

_PORTS = {"http": 80, "https": 443}


def dial(
    url: Url,
    trust: Callable[[], ssl.SSLContext],
    connect_to: Mapping[Place, Place],
    connected: Callable[[socket.socket], None],
    timeout: float,
) -> tuple[Any, dict[str, str] | None]:
    """Return a connection, which connects when it is told to, and the fields that each request needs for a proxy.

    The fields are None where no proxy reads the requests. ``trust`` returns what TLS needs, ``connect_to`` leads a host
    and port elsewhere, and ``connected`` is given the socket before TLS.
    """
    scheme, proxy = str(url.scheme), proxy_for(url.url)
    secure = "https" in (scheme, proxy.url.scheme if proxy else "")
    options: dict[str, Any] = {"ssl_context": trust()} if secure else {}
    if proxy:
        options |= {"proxy": proxy.url, "proxy_config": _proxy_config(options.get("ssl_context"))}
    first = _place(proxy.url if proxy else url)
    connection = _KINDS["https" if secure else "http"](*first, timeout=timeout, **options)
    connection.place = lambda place: connect_to.get(place, place)
    connection.connected = connected
    if proxy and scheme == "https":
        connection.set_tunnel(*_place(url), proxy.headers, str(proxy.url.scheme))
    return connection, proxy.headers if proxy and scheme == "http" else None


def _watched(kind: Any) -> Any:
    class Watched(kind):  # type: ignore[misc]
        debuglevel = 0  # else what somebody set for all of http.client would print the header fields
        place: Callable[[Place], Place]
        connected: Callable[[socket.socket], None]

        def _new_conn(self) -> socket.socket:
            named: Place = (self._dns_host, self.port)  # type: ignore[has-type]
            self._dns_host, self.port = self.place(named)
            try:
                sock: socket.socket = super()._new_conn()
            finally:
                self._dns_host, self.port = named  # TLS verifies the name, not the place
            if is_loopback(named[0]) and not is_loopback(peer := str(sock.getpeername()[0])):
                sock.close()
                raise Unreachable(f"the name leads to {peer}, which is not this machine")
            self.connected(sock)
            return sock

        def connect(self) -> None:
            try:
                super().connect()
            except Exception as error:
                if self.proxy and not self.has_connected_to_proxy:
                    raise ProxyError("the proxy", error) from error
                raise

    return Watched


_KINDS = {"http": _watched(HTTPConnection), "https": _watched(HTTPSConnection)}


def _place(url: Url) -> Place:
    return (url.host or "").strip("[]"), url.port or _PORTS[str(url.scheme)]


def _proxy_config(context: ssl.SSLContext | None) -> ProxyConfig:
    return ProxyConfig(context, use_forwarding_for_https=False, assert_hostname=None, assert_fingerprint=None)
