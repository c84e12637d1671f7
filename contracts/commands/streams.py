"""The standard streams: what a person reads, on streams that may be closed, full or gone."""

import os
import shutil
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TextIO

from contracts.core.text import plain


class StreamError(Exception):
    """Standard output could not be written; the message says why."""


def open_missing() -> None:
    """Open what was closed before the process began: else the next socket would get the number of a stream.

    Standard input stays None, so that whoever reads it can say that it is closed.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 - for good


def refuse_closed_output() -> None:
    """Refuse to write a report to standard output that was closed before the process began.

    Raises:
        StreamError: it was.
    """
    if getattr(sys.stdout, "name", "") == os.devnull:
        raise StreamError("it is closed")


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
        _lead_nowhere(stream)
    except (OSError, ValueError) as error:
        _lead_nowhere(stream)
        if stream is not sys.stderr:
            raise StreamError(getattr(error, "strerror", None) or str(error)) from None


def write_output(text: str) -> None:
    """Write a report to standard output; raises what :func:`write` raises, also where it is closed."""
    refuse_closed_output()
    write(sys.stdout, text)


def _lead_nowhere(stream: TextIO) -> None:
    """Lead a stream to nowhere: what is left in it cannot fail again at the end, which Python 3.14 ends with 120."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


class Console:
    """The terminal: the report on standard output, or on standard error when a format takes its place.

    ``mask`` has the last look at every text.
    """

    def __init__(self, *, quiet: bool, to_stderr: bool) -> None:
        self.quiet = quiet
        self.mask: Callable[[str], str] = str
        self.stream = sys.stderr if to_stderr else sys.stdout
        self.colour = _wants_colour(self.stream)
        self._shows_progress = sys.stderr.isatty() and not quiet

    def write(self, text: str, *, always: bool = False) -> None:
        """Write a text; under --quiet and --summary only what is always said."""
        if always or not self.quiet:
            write(self.stream, self.mask(text))

    def complain(self, text: str) -> None:
        """Say on standard error what went wrong."""
        self.done()
        write(sys.stderr, f"{plain(self.mask(f'contracts: {text}'))}\n")

    def progress(self, text: str) -> None:
        """Show what is being waited for, on a terminal only, in one line that the next one replaces."""
        if self._shows_progress:
            # One column is left free: a full line would go on in the next, which nothing removes.
            shown = plain(self.mask(text))[: shutil.get_terminal_size().columns - 1]
            write(sys.stderr, f"\r\x1b[K{shown}")

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
