"""An entry of a file of exceptions: what it excuses, why, who ends it, and until when.

One that matches nothing any more, or has expired, fails what it is for: a list of excuses that nobody cleans is no
contract.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from contracts.core.errors import UsageError
from contracts.core.text import counted, shorten
from contracts.reading import read_text, readable, tables

#: From so many days before its expiry on, whoever reads a report is warned of an entry.
WARNED_BEFORE = 14
_ALWAYS = ("reason", "owner", "link", "expires")


@dataclass(frozen=True)
class Kind:
    """A kind of entry: the heading of its tables, the keys that say what is excused, the first of them always there.

    ``check`` returns what an entry names as it is meant, or refuses it by a UsageError that does not say where.
    """

    heading: str
    keys: tuple[str, ...]
    noun: str
    check: Callable[[dict[str, str]], dict[str, str]]

    def load(self, path: str) -> "tuple[Entry, ...]":
        """Return the entries of a file; raises what :meth:`read` raises, and UsageError when it cannot be opened."""
        return self.read(read_text(path), path)

    def read(self, text: str, name: str) -> "tuple[Entry, ...]":
        """Return the entries that a text holds; ``name`` is that of its file.

        Raises:
            UsageError: it is malformed, or an entry is; the message names entry and key.
        """
        with readable(name):
            found = enumerate(tables(text, self.heading, name), 1)
            return tuple(_entry(table, number, f"{name}: entry {number}", self) for number, table in found)

    def prune(self, text: str, stale: Collection[int], name: str) -> str:
        """Return the text of a file without the entries of these numbers; comments above one go with it.

        Raises:
            UsageError: the file is written in a way that does not let an entry be taken out.
        """
        kept = _without(text, stale, re.compile(rf"[ \t]*\[\[[ \t]*{self.heading}[ \t]*\]\]"))
        expected = [replace(entry, number=0) for entry in self.read(text, name) if entry.number not in stale]
        if [replace(entry, number=0) for entry in self.read(kept, name)] != expected:
            raise UsageError(f"{name}: cannot be rewritten safely; remove the stale entries by hand")
        return kept


@dataclass(frozen=True)
class Entry:
    """One entry. ``names`` holds what it excuses by the keys of its kind; ``number`` counts from 1 in its file."""

    number: int
    names: dict[str, str]
    reason: str
    expires: date
    owner: str = ""
    link: str = ""

    def until(self, today: date) -> str:
        """Return in words until when it holds, why, and who ends it."""
        days = self.days_left(today)
        left = "today is the last day" if days == 0 else f"only {counted(days, 'day')} left"
        soon = f", {left}" if days <= WARNED_BEFORE else ""
        return f"until {self.expires}{soon}: {self.reason} ({self.owner or self.link})"

    def days_left(self, today: date) -> int:
        """Return the days until its expiry, on which it still holds; a negative number once it has expired."""
        return (self.expires - today).days


def _entry(table: dict[str, Any], number: int, place: str, kind: Kind) -> Entry:
    for key, value in table.items():
        if key not in (*kind.keys, *_ALWAYS):
            raise UsageError(
                f"{place}: there is no key {shorten(key)!r}; there are {', '.join((*kind.keys, *_ALWAYS))}"
            )
        if key != "expires" and not isinstance(value, str):
            raise UsageError(f"{place}: {key} must be text")
    for key in (kind.keys[0], "reason"):
        if not table.get(key, "").strip():
            raise UsageError(f"{place}: {key} is missing")
    if not (table.get("owner", "").strip() or table.get("link", "").strip()):
        raise UsageError(f"{place}: owner or link is missing: somebody has to end the {kind.noun}")
    if type(table.get("expires")) is not date:
        raise UsageError(f"{place}: expires must be a date, such as expires = 2030-01-31")
    try:
        names = kind.check({key: table[key] for key in kind.keys if key in table})
    except UsageError as problem:
        raise UsageError(f"{place}: {problem}") from None
    return Entry(number, names, **{key: table[key] for key in _ALWAYS if key in table})


#: What an entry names, as a key: entries that name the same are one to whoever looks for it.
Names = tuple[tuple[str, str], ...]


class Ledger:
    """The entries of one file on one day: those that hold, by what they name, and which of them excuse something."""

    def __init__(self, entries: Iterable[Entry], today: date) -> None:
        self.today = today
        self.entries: dict[Names, Entry] = {}
        self._valid: list[Entry] = []
        self._expired: list[Entry] = []
        self._used: set[Names] = set()
        for entry in entries:
            if entry.days_left(today) < 0:
                self._expired.append(entry)
            else:
                self._valid.append(entry)
                self.entries.setdefault(names_of(entry.names), entry)

    def use(self, entries: Iterable[Entry]) -> None:
        """Note that these excuse something, and so does whatever names the same."""
        self._used.update(names_of(entry.names) for entry in entries)

    def stale(self, needed: Callable[[Entry], bool]) -> Iterator[tuple[Entry, date | None]]:
        """Iterate over those that have expired, with the day, and those that excuse nothing, unless one is needed."""
        yield from ((entry, entry.expires) for entry in self._expired)
        yield from ((e, None) for e in self._valid if names_of(e.names) not in self._used and not needed(e))

    @property
    def expiring(self) -> tuple[date, ...]:
        """The days on which entries that excuse something expire within the time of the warning, the next first."""
        used = (entry for entry in self._valid if names_of(entry.names) in self._used)
        return tuple(sorted(e.expires for e in used if e.days_left(self.today) <= WARNED_BEFORE))


def names_of(names: Mapping[str, str | None]) -> Names:
    """Return what an entry names as a key, whatever the order; what is None is not named."""
    return tuple(sorted((key, text) for key, text in names.items() if text is not None))


def _without(text: str, stale: Collection[int], heading: re.Pattern[str]) -> str:
    blocks: list[list[str]] = [[]]
    for line in text.splitlines(keepends=True):
        if heading.match(line):
            above = blocks[-1]
            comments = next((n for n, earlier in enumerate(reversed(above)) if not earlier.startswith("#")), len(above))
            blocks.append(above[len(above) - comments :])
            del above[len(above) - comments :]
        blocks[-1].append(line)
    return "".join(line for number, block in enumerate(blocks) if number not in stale for line in block)
