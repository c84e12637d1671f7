"""The values of settings: from the text that a person writes to the value, or a ValueError that says what is wanted."""

import math
import re

from contracts.core.policy import Policy

_TRUE, _FALSE = ("1", "true", "yes", "on"), ("0", "false", "no", "off", "")
_SIZE = r"(?i)([0-9]{1,15})\s*(B|KiB|MiB|GiB)?"
#: What Windows takes for a device and not for a file.
_DEVICE = re.compile(r"CON|PRN|AUX|NUL|COM[0-9]|LPT[0-9]")
_UNITS = {"b": 1, "kib": 2**10, "mib": 2**20, "gib": 2**30}


def seconds(text: str) -> float:
    """Return a number of seconds of which a run may need as many."""
    try:
        seconds = float(text)
    except ValueError:
        raise ValueError("a number of seconds") from None
    if not (math.isfinite(seconds) and 0 < seconds <= 3600):  # noqa: PLR2004 - an hour is more than any run needs
        raise ValueError("seconds, more than 0 and at most 3600")
    return seconds


def count(text: str) -> int:
    """Return a whole number from 1 on."""
    if not re.fullmatch(r"[0-9]{1,6}", text) or int(text) < 1:
        raise ValueError("a whole number from 1 on")
    return int(text)


def retries(text: str) -> int:
    """Return how often a request may be sent again."""
    if text not in ("0", "1", "2", "3", "4"):
        raise ValueError("a whole number from 0 to 4")
    return int(text)


def concurrency(text: str) -> int:
    """Return how many requests may be under way at once."""
    if not re.fullmatch(r"[1-9]|1[0-6]", text):
        raise ValueError("a whole number from 1 to 16")
    return int(text)


def size(text: str) -> int:
    """Return a number of bytes."""
    match = re.fullmatch(_SIZE, text)
    if not match or not int(match[1]):
        raise ValueError("a size such as 1048576, 512KiB or 32MiB")
    return int(match[1]) * _UNITS[(match[2] or "B").lower()]


def flag(text: str) -> bool:
    """Return whether something is on."""
    if text.lower() not in _TRUE + _FALSE:
        raise ValueError("true or false")
    return text.lower() in _TRUE


def policy(text: str) -> Policy:
    """Return what requests without valid credentials must meet."""
    if text not in list(Policy):
        raise ValueError("either, required or public")
    return Policy(text)


#: The fields that the suite itself sends, that frame a message, or that carry a login.
_RESERVED = {
    *("accept", "accept-encoding", "authorization", "connection", "content-length", "content-type", "cookie", "expect"),
    *("host", "proxy-authorization", "te", "trailer", "transfer-encoding", "upgrade", "user-agent"),
}


def header(text: str) -> tuple[str, str]:
    """Return the name of a header field and of the variable that holds its value."""
    name, sign, variable = text.partition("=")
    if not (sign and re.fullmatch(r"[A-Za-z0-9_-]+", name) and re.fullmatch(r"[A-Za-z_]\w*", variable)):
        raise ValueError("NAME=VARIABLE, the name of a header field and of an environment variable")
    if name.lower() in _RESERVED:
        raise ValueError(f"another field than {name}, which the suite itself sends or which frames a message")
    return name, variable


def name(text: str) -> str:
    """Return a name that can be that of a folder on every system, and of a suite in every dashboard."""
    stem = text.partition(".")[0].upper()
    if not re.fullmatch(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,62}[A-Za-z0-9_-])?", text) or _DEVICE.fullmatch(stem):
        raise ValueError("a name of at most 64 letters, digits, dots, dashes and underscores that can name a folder")
    return text


def text(text: str) -> str:
    """Return a text that is not empty."""
    if not text:
        raise ValueError("something, not nothing")
    return text
