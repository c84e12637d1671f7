"""What every entry has that excuses something for a while: a reason, somebody who ends it, and an expiry."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from contracts.core.errors import UsageError
from contracts.core.text import counted, shorten

#: From so many days before its expiry on, whoever reads a report is warned of an entry.
WARNED_BEFORE = 14


def check(entry: Mapping[str, Any], texts: tuple[str, ...], about: str, place: str, what: str) -> None:
    """Refuse an entry that is not complete, or has other keys than ``texts`` and expires.

    ``about`` is the key that says what is excused; ``what`` is what an entry is called.

    Raises:
        UsageError: the message begins with ``place`` and names the key.
    """
    for key, value in entry.items():
        if key not in (*texts, "expires"):
            raise UsageError(f"{place}: there is no key {shorten(key)!r}")
        if key in texts and not isinstance(value, str):
            raise UsageError(f"{place}: {key} must be text")
    for key in (about, "reason"):
        if not entry.get(key, "").strip():
            raise UsageError(f"{place}: {key} is missing")
    if not (entry.get("owner", "").strip() or entry.get("link", "").strip()):
        raise UsageError(f"{place}: owner or link is missing: somebody has to end the {what}")
    if type(entry.get("expires")) is not date:
        raise UsageError(f"{place}: expires must be a date, such as expires = 2030-01-31")


def soon(expires: date, today: date) -> str:
    """Return a warning of an end that is near, else an empty text; from the day after it on, an entry fails the run."""
    days = (expires - today).days
    left = "today is the last day" if days == 0 else f"only {counted(days, 'day')} left"
    return f", {left}" if days <= WARNED_BEFORE else ""
