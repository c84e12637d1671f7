"""What the libraries raise, as what this suite says: every exception of theirs becomes one of ours."""

import http.client
import ssl
from collections.abc import Iterator

import urllib3

from contracts.core.errors import (
    BrokenAnswer,
    ContractsError,
    Misdirected,
    TooSlow,
    Unreachable,
    Unverified,
    UsageError,
)

#: From the particular to the general: the first that fits decides. A chain is searched as a whole, because
#: urllib3 wraps what the socket raised.
_MEANINGS: tuple[tuple[type[BaseException], type[ContractsError], str], ...] = (
    (ssl.SSLCertVerificationError, Unverified, "its certificate does not verify, and --ca-bundle names whom to trust"),
    (urllib3.exceptions.ProxySchemeUnsupported, UsageError, "the proxy of the environment cannot be used"),
    (urllib3.exceptions.ProxyError, Unreachable, "the proxy of the environment does not let the request through"),
    (urllib3.exceptions.NameResolutionError, Misdirected, "the host name does not resolve"),
    (ConnectionRefusedError, Unreachable, "the connection was refused"),
    (urllib3.exceptions.ConnectTimeoutError, Unreachable, "no connection came about in time"),
    (urllib3.exceptions.NewConnectionError, Unreachable, "no connection came about"),
    (urllib3.exceptions.TimeoutError, TooSlow, "the answer did not come in time"),
    (TimeoutError, TooSlow, "the answer did not come in time"),
    (urllib3.exceptions.SSLError, Misdirected, "TLS failed"),
    (ssl.SSLError, Misdirected, "TLS failed"),
    (http.client.RemoteDisconnected, Unreachable, "the connection was closed without an answer"),
    (ConnectionError, Unreachable, "the connection broke"),
    (http.client.IncompleteRead, BrokenAnswer, "the answer ended before its length"),
    (urllib3.exceptions.IncompleteRead, BrokenAnswer, "the answer ended before its length"),
    (http.client.HTTPException, BrokenAnswer, "the answer is not HTTP/1.1, which this suite speaks"),
    (urllib3.exceptions.LocationValueError, UsageError, "the URL cannot be used"),
    (urllib3.exceptions.HTTPError, BrokenAnswer, "the answer is broken"),
    (UnicodeError, UsageError, "the host name cannot be looked up"),
    (OSError, Unreachable, "the connection failed"),
    (ValueError, BrokenAnswer, "the answer is broken"),  # http.client, of a chunk of negative length
)


def translate(error: BaseException, subject: str) -> ContractsError:
    """Return what an exception of urllib3, http.client, ssl or socket means for the run.

    The message is made of ``subject`` and our own words, and at most the reason that the operating system or
    OpenSSL gives: the text of a library's exception may hold the headers that were sent.
    """
    chain = list(_chain(error))
    for kind, meaning, words in _MEANINGS:
        for link in chain:
            if isinstance(link, kind):
                return meaning(f"{subject}: {words}{_reason(chain)}{_hint(chain, subject)}")
    raise error


def _chain(error: BaseException) -> Iterator[BaseException]:
    todo: list[object] = [error]
    seen: set[int] = set()
    while todo:
        link = todo.pop(0)
        if not isinstance(link, BaseException) or id(link) in seen:
            continue
        seen.add(id(link))
        yield link
        todo += [link.__cause__, link.__context__, getattr(link, "reason", None), *link.args]


def _hint(chain: list[BaseException], subject: str) -> str:
    """What a person may have meant, where the reason gives it away."""
    reasons = {getattr(link, "reason", None) for link in chain if isinstance(link, ssl.SSLError)}
    if reasons & {"WRONG_VERSION_NUMBER", "HTTP_REQUEST", "RECORD_LAYER_FAILURE"}:
        return f": this port speaks plain HTTP, as it seems: did you mean http://{subject}?"
    return ""


def _reason(chain: list[BaseException]) -> str:
    for link in chain:
        if isinstance(link, ssl.SSLCertVerificationError):
            return f" ({link.verify_message})"
        if isinstance(link, ssl.SSLError) and isinstance(reason := getattr(link, "reason", None), str):
            return f" ({reason.replace('_', ' ').lower()})"
        if isinstance(link, ConnectionRefusedError):  # our words say it already
            return ""
        if isinstance(link, OSError) and link.strerror:
            return f" ({link.strerror})"
    return ""
