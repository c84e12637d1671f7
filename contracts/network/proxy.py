"""The proxy of the environment, on the way to what is not on this machine."""

import os
import sys
from typing import NamedTuple

import urllib3
from urllib3.util import Url, parse_url

from contracts.core.errors import UsageError
from contracts.network.address import is_loopback


class Proxy(NamedTuple):
    """Where a proxy is, and the header fields that it alone gets: they may hold its password."""

    url: Url
    headers: dict[str, str]


def proxy_for(url: str) -> Proxy | None:
    """Return the proxy through which the environment wants a URL to be asked for, or None.

    Raises:
        UsageError: it is no URL, or of a kind that is not spoken here.
    """
    # What goes to this machine never takes the way over a proxy.
    if is_loopback((parse_url(url).host or "").strip("[]")) or not _may_be_set():
        return None
    from requests import utils  # a third of the time to start, where few have a proxy

    text = utils.select_proxy(url, utils.get_environ_proxies(url))
    if not text:
        return None
    try:
        text = str(utils.prepend_scheme_if_needed(text, "http"))  # type: ignore[no-untyped-call]
        parsed = parse_url(text)
    except urllib3.exceptions.LocationValueError:
        raise UsageError("the proxy of the environment is not a URL") from None
    if not parsed.host:
        raise UsageError("the proxy of the environment is not a URL")
    if parsed.scheme not in ("http", "https"):
        raise UsageError("the proxy of the environment cannot be used: http and https are understood")
    user, password = utils.get_auth_from_url(text)
    return Proxy(parsed, urllib3.make_headers(proxy_basic_auth=f"{user}:{password}") if user else {})


def _may_be_set() -> bool:
    """Whether there can be a proxy at all: macOS and Windows keep theirs elsewhere, too."""
    return sys.platform in ("darwin", "win32") or any(name.lower().endswith("_proxy") for name in os.environ)
