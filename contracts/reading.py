"""Reading a file that somebody named: one that is missing, endless or no file at all is one clear line."""

import errno
import os
import re
import stat
import sys
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

from contracts.core.errors import ContractsError, UsageError
from contracts.core.text import shorten

#: More than any file that is read whole should hold, in bytes.
CAP = 32 * 2**20
STANDARD_INPUT = "-"
#: Dots in a line of TOML: the time that tomllib takes for a key grows with the square of its parts.
_MOST_DOTS = 500
#: The time and the memory that tomllib takes for a number grow faster than its digits.
_MOST_DIGITS = 4300
#: Where a table begins that is none of a name, or a key of several parts: what nests takes a hundred times its size in
#: memory. Some of it may stand in texts of several lines.
_NESTED = r"(?m)^[ \t]*+(?:\[(?!\[[ \t]*%s[ \t]*\]\])|[\w-]++[ \t]*+\.|[\"'])"
_MOST_NESTED = 1000
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)


class UnforeseenError(UsageError):
    """A file cannot be read, for a reason that its reader did not foresee."""


def read_bytes(path: str, cap: int = CAP, *, follow: bool = True) -> bytes:
    """Return the bytes of a regular file, or of standard input for ``-``; a link is read only to ``follow`` it.

    Raises:
        UsageError: it cannot be read, is no regular file, or is larger than the cap.
    """
    try:
        if path == STANDARD_INPUT:
            if sys.stdin is None:
                raise UsageError("standard input is closed")
            content = sys.stdin.buffer.read(cap + 1)
        else:
            content = _regular(path, cap, 0 if follow else _NO_LINK)
    except (OSError, ValueError) as error:  # a NUL in a name is a ValueError
        if getattr(error, "errno", None) == errno.ELOOP and not follow:
            raise UsageError(f"{_shown(path)} cannot be read: it is a link") from None
        raise UsageError(f"{_shown(path)} cannot be read: {getattr(error, 'strerror', None) or error}") from None
    if len(content) > cap:
        raise UsageError(f"{_shown(path)} cannot be read: it is larger than {cap:,} bytes")
    return content


def read_text(path: str, cap: int = CAP) -> str:
    """Return the text of a file in UTF-8; raises what :func:`read_bytes` raises, and UsageError for other encodings."""
    try:
        return read_bytes(path, cap).decode("utf-8")
    except UnicodeDecodeError:
        raise UsageError(f"{_shown(path)} cannot be read: it is not UTF-8") from None


def _regular(path: str, cap: int, flags: int) -> bytes:
    # Without waiting: opening a FIFO would else last until somebody writes into it.
    descriptor = os.open(Path(path), os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | flags)
    with os.fdopen(descriptor, "rb") as stream:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise UsageError(f"{_shown(path)} cannot be read: it is no regular file")
        return stream.read(cap + 1)


def _shown(path: str) -> str:
    return path if len(path) <= 100 else f"{path[:100]}… ({len(path):,} characters)"  # noqa: PLR2004 - one line


@contextmanager
def readable(name: str) -> Iterator[None]:
    """Read what a file holds: whatever its reader did not foresee is a file that cannot be read.

    Raises:
        UnforeseenError: the reader raised what is none of the suite's exceptions.
    """
    try:
        yield
    except ContractsError:
        raise
    except Exception as error:  # noqa: BLE001 - whoever made the file chose it; here, and nowhere else
        raise UnforeseenError(f"{name} cannot be read: {type(error).__name__}") from None


def toml(text: str, name: str, dots: int = _MOST_DOTS) -> dict[str, Any]:
    """Return what a TOML text holds; ``name`` is that of its file, ``dots`` how many a line of it may have.

    Raises:
        UsageError: it is malformed, or nests deeper than anything that is read here.
    """
    if re.search(rf"(?m)^(?:[^.\n]*+\.){{{dots + 1}}}", text):
        raise UsageError(f"{name}: a line has more than {dots} dots")
    if re.search(rf"[0-9_]{{{_MOST_DIGITS}}}", text):
        raise UsageError(f"{name}: a number has more than {_MOST_DIGITS:,} digits")
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise UsageError(f"{name}: it nests too deep") from None
    except ValueError as error:
        raise UsageError(f"{name}: {shorten(str(error))}") from None


def tables(text: str, key: str, name: str) -> list[dict[str, Any]]:
    """Return the ``[[key]]`` tables of a TOML text, in which nothing else may stand; ``name`` is that of its file.

    Raises:
        UsageError: it is malformed, or holds something else.
    """
    nested = re.compile(_NESTED % re.escape(key)).finditer(text)
    if text.count("{") > _MOST_NESTED or next(islice(nested, _MOST_NESTED, None), None):
        raise UsageError(f"{name}: only [[{key}]] tables belong here, and in them no table")
    content = toml(text, name, dots=64)
    entries = content.pop(key, [])
    if content or not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise UsageError(f"{name}: only [[{key}]] tables belong here, not {shorten(', '.join(content)) or key}")
    return entries
