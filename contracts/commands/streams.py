"""The standard streams: what a person reads, on streams that may be closed, full or gone."""

import os
import shutil
import sys
from contextlib import suppress
from typing import TextIO


class StreamError(Exception):
    """Standard output could not be written; the message says why."""


def open_missing() -> None:
    """Open what was closed before the process began: else the next socket would get the number of a stream."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
    for name, number, mode in (("stdin", 0, "r"), ("stdout", 1, "w"), ("stderr", 2, "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(number, mode, encoding="utf-8", closefd=False))  # noqa: SIM115 - for good


def close_output() -> None:
    """Lead standard output to nowhere, so that what is left in it cannot fail once more at the end."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def write(stream: TextIO, text: str) -> None:
    """Write a text to a stream whose encoding may lack some of its characters.

    A reader that has gone, such as ``head -1``, had what it wanted: what is left is written to nowhere.

    Raises:
        StreamError: standard output cannot be written. Standard error that cannot be written is left alone.
    """
    encoding = stream.encoding or "utf-8"
    try:
        stream.write(text.encode(encoding, "backslashreplace").decode(encoding))
        stream.flush()
    except BrokenPipeError:
        if stream is sys.stdout:
            close_output()
    except (OSError, ValueError) as error:
        if stream is not sys.stderr:
            raise StreamError(getattr(error, "strerror", None) or str(error)) from None


class Console:
    """The terminal: the report on standard output, or on standard error when a format takes its place."""

    def __init__(self, *, quiet: bool, to_stderr: bool) -> None:
        self.quiet = quiet
        self.stream = sys.stderr if to_stderr else sys.stdout
        self.colour = _wants_colour(self.stream)
        self._shows_progress = sys.stderr.isatty() and not quiet

    def write(self, text: str, *, always: bool = False) -> None:
        """Write a text; under --quiet and --summary only what is always said."""
        if always or not self.quiet:
            write(self.stream, text)

    def progress(self, text: str) -> None:
        """Show what is being waited for, on a terminal only, in one line that the next one replaces."""
        if self._shows_progress:
            # One column is left free: a full line would go on in the next, which nothing removes.
            write(sys.stderr, f"\r\x1b[K{text[: shutil.get_terminal_size().columns - 1]}")

    def done(self) -> None:
        """Remove the progress line."""
        if self._shows_progress:
            write(sys.stderr, "\r\x1b[K")


def _wants_colour(stream: TextIO) -> bool:
    """Whether to colour: NO_COLOR says no, CLICOLOR_FORCE says yes, and else a terminal that can."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("CLICOLOR_FORCE", "0") != "0":
        return True
    return stream.isatty() and os.environ.get("TERM") != "dumb"
