"""Texts for people: short, on one line, numbers with their nouns, nothing that a runner of CI would obey."""

import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

#: What some runners of CI take for a command wherever it stands in a line.
COMMAND = re.compile(r"##(?=\[|vso\[|teamcity\[)", re.IGNORECASE)


_PIECE = 2**20


def encoded(text: str) -> Iterator[bytes]:
    """Iterate over a text in UTF-8, a piece at a time; a lone surrogate comes out as its escape."""
    for start in range(0, len(text), _PIECE):
        yield text[start : start + _PIECE].encode("utf-8", "backslashreplace")


def counted(number: int, noun: str, plural: str = "") -> str:
    """Return a number with its noun in the right form."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def in_days(age: timedelta) -> str:
    """Return an age in whole days, or one of less than a day in minutes."""
    if abs(age) >= timedelta(days=1):
        return counted(age.days, "day")
    return counted(round(age.total_seconds() / 60), "minute")


def plain(text: str) -> str:
    """Return the text on one line, without anything that a terminal or a runner of CI would obey.

    Control, bidirectional and invisible characters come out as their escapes, and so does the second sign of what
    Azure Pipelines, TeamCity and GitHub Actions take for a command wherever in a line it stands.
    """
    return _visible(COMMAND.sub(r"#\\x23", text))


def _visible(text: str) -> str:
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def expiring(days: Sequence[date], noun: str) -> str:
    """Return in a few words when some things expire, the next first."""
    return f"{counted(len(days), noun)} {'expires' if len(days) == 1 else 'expire, the first'} on {days[0]}"


def shorten(text: str, limit: int = 200) -> str:
    """Return the text on one line, its middle replaced by a count when it is longer than ``limit`` characters."""
    if len(text) <= limit and text.isprintable():
        return text
    flat = _visible(text[: limit * 2])
    if len(text) <= limit and len(flat) <= limit * 2:
        return flat
    half = limit // 2
    return f"{flat[:half]}… ({len(text):,} characters)"


def bounded(text: str, limit: int) -> str:
    """Return the text, its end replaced by a count when it is longer than ``limit`` characters."""
    return text if len(text) <= limit else f"{text[:limit]}… ({len(text):,} characters)"
