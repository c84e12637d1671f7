"""The values of settings: from the text that a person writes to the value, or a ValueError that says what is wanted."""

import math
import re
from collections.abc import Callable, Mapping

from contracts.core.contract import Policy

_TRUE, _FALSE = ("1", "true", "yes", "on"), ("0", "false", "no", "off", "")
#: In what a size and an age are written, in bytes and in seconds, the largest first.
SIZES = {"GiB": 2**30, "MiB": 2**20, "KiB": 2**10, "B": 1}
AGES = {"d": 86400, "h": 3600, "m": 60}
#: What Windows takes for a device and not for a file.
_DEVICE = re.compile(r"CON|PRN|AUX|NUL|COM[0-9]|LPT[0-9]")
#: An hour is more than any run needs, in seconds.
_HOUR = 3600.0
#: The variables that a file of targets may name where nobody says anything else: those that are made for this suite.
TOKEN_VARIABLES = ("BEARER_TOKEN", "SCALINGO_API_TOKEN", "CONTRACTS_TOKEN_*")


def text(text: str) -> str:
    """Return a text that is not empty."""
    if not text:
        raise ValueError("something, not nothing")
    return text


def pause(text: str) -> float:
    """Return a number of seconds to wait, which may be none."""
    try:
        seconds = float(text)
    except ValueError:
        raise ValueError("a number of seconds") from None
    if not (math.isfinite(seconds) and 0 <= seconds <= _HOUR):
        raise ValueError("seconds, from 0 to 3600")
    return seconds


def seconds(text: str) -> float:
    """Return a number of seconds of which a run may need as many."""
    if not (seconds := pause(text)):
        raise ValueError("seconds, more than 0 and at most 3600")
    return seconds


def age(text: str) -> int:
    """Return an age in seconds; a number alone counts days."""
    if not (match := re.fullmatch(r"([1-9][0-9]{0,5})([dhm]?)", text)):
        raise ValueError("an age in days, or in minutes or hours, such as 30, 12h or 90m")
    return int(match[1]) * AGES[match[2] or "d"]


def whole(least: int, most: int) -> Callable[[str], int]:
    """Return what reads a whole number between these, both included."""

    def read(text: str) -> int:
        if not re.fullmatch(r"[0-9]{1,20}", text) or not least <= int(text) <= most:
            raise ValueError(f"a whole number from {least} to {most}")
        return int(text)

    return read


count = whole(1, 999_999)
retries = whole(0, 4)
repeat = whole(1, 20)
concurrency = whole(1, 16)
seed = whole(0, 2**64 - 1)


def size(text: str) -> int:
    """Return a number of bytes."""
    match = re.fullmatch(r"(?i)([0-9]{1,15})\s*(GiB|MiB|KiB|B)?", text)
    if not match or not int(match[1]):
        raise ValueError("a size such as 1048576, 512KiB or 32MiB")
    units = {unit.lower(): number for unit, number in SIZES.items()}
    return int(match[1]) * units[(match[2] or "B").lower()]


def in_units(value: int, units: Mapping[str, int]) -> str:
    """Return a size or an age in the largest unit of which it is a multiple."""
    unit = next(unit for unit, number in units.items() if value % number == 0)
    return f"{value // units[unit]}{unit}"


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


def impact(text: str) -> str:
    """Return how bad a difference is."""
    if text not in ("breaking", "visible", "additive"):
        raise ValueError("breaking, visible or additive")
    return text


#: The fields that the suite itself sends, that frame a message, or that carry a login.
_RESERVED = {
    *("accept", "accept-encoding", "authorization", "connection", "content-length", "content-type", "cookie", "expect"),
    *("host", "proxy-authorization", "te", "trailer", "transfer-encoding", "upgrade", "user-agent"),
}


def header(text: str) -> tuple[str, str]:
    """Return the name of a header field and of the variable that holds its value."""
    name, sign, variable = text.partition("=")
    if not (sign and re.fullmatch(r"[A-Za-z0-9_-]+", name) and re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", variable)):
        raise ValueError("NAME=VARIABLE, the name of a header field and of an environment variable")
    if name.lower() in _RESERVED:
        raise ValueError(f"another field than {name}, which the suite itself sends or which frames a message")
    return name, variable


def variables(text: str) -> str:
    """Return a pattern for the names of variables."""
    if not re.fullmatch(r"[A-Za-z_*][A-Za-z0-9_*]*", text):
        raise ValueError("the name of a variable, in which * may stand for any characters")
    return text


def name(text: str) -> str:
    """Return a name that can be that of a folder on every system, and of a suite in every dashboard."""
    stem = text.partition(".")[0].upper()
    if not re.fullmatch(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,62}[A-Za-z0-9_-])?", text) or _DEVICE.fullmatch(stem):
        raise ValueError("a name of at most 64 letters, digits, dots, dashes and underscores that can name a folder")
    return text
