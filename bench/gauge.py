"""Gauging a link with the bare client of the standard library: whether it is as long as it says."""

import http.client
import ssl
import time
from urllib.parse import urlsplit

from bench.links import Link
from bench.server import PATH

TIMES = 5


def gauge(link: Link) -> tuple[float, float]:
    """Return the seconds to the end of the first answer on a new connection, and of the next one on the same.

    Each is the shortest of several. The first takes two round trips, with TLS three (RFC 8446, section 2); the next
    takes one. More would be a delay that no link has, such as that of Nagle's algorithm.
    """
    pairs = [_pair(link) for _ in range(TIMES)]
    return min(first for first, _ in pairs), min(following for _, following in pairs)


def _pair(link: Link) -> tuple[float, float]:
    port = urlsplit(link.address).port
    if link.tls:
        context = ssl.create_default_context(cafile=link.authority)
        connection: http.client.HTTPConnection = http.client.HTTPSConnection("127.0.0.1", port, context=context)
    else:
        connection = http.client.HTTPConnection("127.0.0.1", port)
    times = [time.perf_counter()]
    for _ in range(2):
        connection.request("GET", PATH)
        connection.getresponse().read()
        times.append(time.perf_counter())
    connection.close()
    start, first, following = times
    return first - start, following - first
