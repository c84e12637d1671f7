"""What a command writes: streams that may be closed, full or gone, and files, each whole or not at all.

A file is written where it was said, and none in the place of another.
"""

import os
import re
import shutil
import stat
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TextIO

from contracts.core.errors import UsageError
from contracts.core.text import encoded, plain
from contracts.reading import STANDARD_INPUT
from contracts.settings.sources import FILES

STANDARD_OUTPUT = "-"
#: Who may read a file; the mask of the process takes from it but for one that is public.
_PRIVATE, _PUBLIC, _USUAL = 0o600, 0o644, 0o666
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
#: A file that is being written; a run that was killed leaves it behind, and nobody else makes such a name.
_PREFIX = ".contracts-unfinished-"
_UNFINISHED = re.compile(re.escape(_PREFIX) + r"[a-z0-9_]{8}")
#: No file is written for so long, in seconds.
_HOUR = 3600
#: What common file systems hold, in bytes.
_LONGEST_NAME = 255


class StreamError(Exception):
    """Standard output could not be written; the message says why."""


class Ended(Exception):
    """Somebody ended a command that had reached a verdict; the message says both, and ``status`` is that of the end."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


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


def say(stream: TextIO, text: str) -> None:
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
            say(self.stream, self.mask(text))

    def complain(self, text: str) -> None:
        """Say on standard error what went wrong."""
        self.done()
        say(sys.stderr, f"{plain(self.mask(f'contracts: {text}'))}\n")

    def progress(self, text: str) -> None:
        """Show what is being waited for, on a terminal only, in one line that the next one replaces."""
        if self._shows_progress:
            # One column is left free: a full line would go on in the next, which nothing removes.
            shown = plain(self.mask(text))[: shutil.get_terminal_size().columns - 1]
            say(sys.stderr, f"\r\x1b[K{shown}")

    def done(self) -> None:
        """Remove the progress line."""
        if self._shows_progress:
            say(sys.stderr, "\r\x1b[K")


def _wants_colour(stream: TextIO) -> bool:
    """Whether to colour: NO_COLOR says no, CLICOLOR_FORCE says yes, and else a terminal that can."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("CLICOLOR_FORCE", "0") != "0":
        return True
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def claim(outputs: Mapping[str, str], inputs: Iterable[str] = (), new: Mapping[str, str] | None = None) -> None:
    """Refuse files that cannot be written, before the run and not after it; ``outputs`` has them by their option.

    ``new`` are those that a person goes on with: they must not be there yet.

    Raises:
        UsageError: there is no such folder or no permission, a link leads out of the working directory, two are the
            same file, however it is spelled, one is read, too, such as a file of settings, or a new one is there.
        StreamError: it is standard output, which was closed before the process began.
    """
    read = (file for file in (*inputs, *FILES) if file != STANDARD_INPUT)
    taken = [(_identity(file), "it is read, too") for file in read]
    new = new or {}
    for option, file in (*outputs.items(), *new.items()):
        if file == STANDARD_OUTPUT:
            refuse_closed_output()
        elif reason := _problem(file):
            raise UsageError(f"{option}: {file[:100]} cannot be written: {reason}")
        identity = _identity(file)
        for other, reason in taken:
            if other & identity:
                raise UsageError(f"{option}: {file} cannot be written: {reason}")
        taken.append((identity, f"{option} and another report cannot share it"))
        if option in new and os.path.lexists(file):
            raise UsageError(f"{option}: {file[:100]} exists already, and holds what somebody wrote: name a new file")


def write_proposal(file: str, text: str, nothing: str) -> str:
    """Write proposed entries, if there are any; return in a line what was done. Raises what :func:`write` raises."""
    if not text:
        return f"{file}: not written, {nothing}\n"
    write(file, text)
    return f"{file}: written; complete reason and owner of each entry\n"


def _problem(file: str) -> str:
    """Return in words why a file cannot be written, or nothing."""
    try:
        return next(_problems(Path(file).absolute()), "")
    except (OSError, ValueError) as error:
        return str(getattr(error, "strerror", None) or error)


def _problems(path: Path) -> Iterator[str]:
    folder, mode = path.parent, _mode(path)
    is_device = stat.S_ISCHR(mode)
    if not folder.is_dir():
        yield "there is no such folder"
    if stat.S_ISDIR(mode):
        yield "it is a folder"
    if mode and not (is_device or stat.S_ISREG(mode) or stat.S_ISLNK(mode)):
        yield "it is no file, and perhaps nobody reads from it; - is standard output"
    if _is_of_the_system(Path(os.path.realpath(folder))) and not is_device:
        yield "it belongs to the system; - is standard output"
    if not os.access(path if is_device or stat.S_ISREG(mode) else folder, os.W_OK):
        yield "there is no permission"
    if len(os.fsencode(path.name)) > _LONGEST_NAME:
        yield "its name is too long"
    if not _stays(folder):
        yield "a link on the way to it leads out of the working directory"


def _is_of_the_system(folder: Path) -> bool:
    """Whether the entries of a folder are no files: who may replace ``/dev/stdout`` takes it from everybody."""
    return folder == Path("/dev") or folder.is_relative_to("/proc")


def _mode(path: Path) -> int:
    try:
        return path.lstat().st_mode
    except FileNotFoundError:
        return 0


def _stays(folder: Path) -> bool:
    """Whether a folder that lies in the working directory by its name lies in it when links were followed, too.

    A checkout may be anybody's: a link in it, such as ``reports``, would lead what is written anywhere.
    """
    here = Path.cwd()
    is_below = Path(os.path.normpath(folder)).is_relative_to(here)
    return not is_below or Path(os.path.realpath(folder)).is_relative_to(os.path.realpath(here))


def _identity(file: str) -> set[object]:
    """Return what tells a file from others: its real path, and where it exists its device and number."""
    if file == STANDARD_OUTPUT:
        return {file}
    found: set[object] = set()
    with suppress(OSError, ValueError):
        found.add(os.path.realpath(file))
        status = Path(file).stat()
        found.add((status.st_dev, status.st_ino))
    return found


def make_folder(folder: str, *, owned: bool = False) -> None:
    """Make the folder of reports, if it is not there; a link in the place of one that is ``owned`` is replaced.

    Raises:
        UsageError: it cannot be made, or a link leads out of the working directory.
    """
    path = Path(folder)
    try:
        if owned and path.is_symlink():
            path.unlink()
        if not _stays(path.absolute()):
            raise UsageError(f"--reports: the folder {folder[:100]} leads out of the working directory, by a link")
        path.mkdir(parents=True, exist_ok=True)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UsageError(f"--reports: the folder {folder[:100]} cannot be made: {reason}") from None


def remove(outputs: Iterable[str]) -> None:
    """Remove what an earlier run has written there: a run that is ended must not seem to have written it."""
    for file in outputs:
        if file != STANDARD_OUTPUT and not stat.S_ISCHR(_mode(Path(file))):
            with suppress(OSError):
                Path(file).unlink()


def write(file: str, content: str | bytes, *, private: bool = False, public: bool = False) -> None:
    """Write a file whole: a reader, and a run that is ended, see the old content or the new, and never a part.

    A ``private`` file is for its owner alone, a ``public`` one for everybody. A link is replaced, and what it leads to
    is left alone; a device is written as it is.

    Raises:
        UsageError: it cannot be written.
        StreamError: it is standard output, and cannot be written.
    """
    if file == STANDARD_OUTPUT:
        refuse_closed_output()
        say(sys.stdout, content if isinstance(content, str) else content.decode("utf-8", "replace"))
        return
    pieces = (content,) if isinstance(content, bytes) else encoded(content)
    path = Path(file)
    try:
        if stat.S_ISCHR(_mode(path)):
            with path.open("wb") as stream:
                stream.writelines(pieces)
            return
        _remove_leftovers(path.parent)
        unfinished = path.parent / f"{_PREFIX}{os.urandom(4).hex()}"
        descriptor = os.open(unfinished, _NEW, _PRIVATE if private else _USUAL)
        try:
            with os.fdopen(descriptor, "wb") as stream:
                stream.writelines(pieces)
            if public:
                unfinished.chmod(_PUBLIC)
            unfinished.replace(path)
        except BaseException:
            unfinished.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise UsageError(f"{file} cannot be written: {error.strerror}") from None


def _remove_leftovers(folder: Path) -> None:
    """Remove what runs that were killed have left in a folder; one that is still at work is younger."""
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if not _UNFINISHED.fullmatch(entry.name) or not entry.is_file(follow_symlinks=False):
                continue
            if time.time() - entry.stat(follow_symlinks=False).st_mtime > _HOUR:
                with suppress(OSError):
                    Path(entry.path).unlink()


def append(file: str, text: str) -> None:
    """Append to a file; one that nobody reads from, such as a FIFO, is not waited for.

    Raises:
        UsageError: it cannot be written.
    """
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_NONBLOCK", 0)
    try:
        with os.fdopen(os.open(file, flags, _USUAL), "wb") as stream:
            stream.writelines(encoded(text))
    except OSError as error:
        raise UsageError(f"{file} cannot be written: {error.strerror}") from None
