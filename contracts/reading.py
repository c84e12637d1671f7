"""Reading a file that somebody named: one that is missing, endless or no file at all is one clear line."""

import errno
import os
import stat
import sys
import tomllib
from pathlib import Path
from typing import Any

from contracts.core.errors import UsageError
from contracts.core.text import shorten

#: More than any file that is read whole should hold, in bytes.
CAP = 32 * 2**20
STANDARD_INPUT = "-"
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)


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


def tables(text: str, key: str, name: str) -> list[dict[str, Any]]:
    """Return the ``[[key]]`` tables of a TOML text, in which nothing else may stand; ``name`` is that of its file.

    Raises:
        UsageError: it is malformed, or holds something else.
    """
    try:
        content = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # also of numbers of thousands of digits
        raise UsageError(f"{name}: {shorten(str(error)) or 'it nests too deep'}") from None
    entries = content.pop(key, [])
    if content or not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise UsageError(f"{name}: only [[{key}]] tables belong here, not {shorten(', '.join(content)) or key}")
    return entries
