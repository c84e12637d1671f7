"""Files that a command writes: each whole or not at all, and none in the place of another or of an input."""

import os
import re
import tempfile
import threading
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from contracts.core.errors import UsageError
from contracts.core.text import encoded

STANDARD_OUTPUT = "-"
_PRIVATE, _PUBLIC = 0o600, 0o644
_UMASK = threading.Lock()
#: A file that is being written; a run that was killed leaves it behind, and nobody else makes such a name.
_PREFIX = ".contracts-unfinished-"
_UNFINISHED = re.compile(re.escape(_PREFIX) + r"[a-z0-9_]{8}")
#: No file is written for so long, in seconds.
_HOUR = 3600


def check_writable(file: str, option: str) -> None:
    """Refuse a file that cannot be written, before the run and not after it.

    Raises:
        UsageError: it is a folder, its folder does not exist, or there is no permission.
    """
    if file == STANDARD_OUTPUT:
        return
    path = Path(file)
    try:
        folder = path.absolute().parent
        reason = "it is a folder" if path.is_dir() else "" if folder.is_dir() else "there is no such folder"
        if not reason and not os.access(path if path.exists() else folder, os.W_OK):
            reason = "there is no permission"
        if not reason and len(os.fsencode(path.name)) > 255:  # noqa: PLR2004 - what common file systems hold
            reason = "its name is too long"
    except (OSError, ValueError) as error:
        reason = str(getattr(error, "strerror", None) or error)
    if reason:
        raise UsageError(f"{option}: {file[:100]} cannot be written: {reason}")


def check_distinct(outputs: Iterable[tuple[str, str]], inputs: Iterable[str]) -> None:
    """Refuse outputs, pairs of option and file, that are the same file, or one that is read, however it is spelled.

    Raises:
        UsageError: two share a file, or a file is read, too.
    """
    taken = [(_identity(file), "it is read, too") for file in inputs]
    for option, file in outputs:
        identity = _identity(file)
        for other, reason in taken:
            if other & identity:
                raise UsageError(f"{option}: {file} cannot be written: {reason}")
        taken.append((identity, f"{option} and another report cannot share it"))


def _identity(file: str) -> set[object]:
    """Return what tells a file from others: its real path, and where it exists its device and number."""
    if file == STANDARD_OUTPUT:
        return {file}
    found: set[object] = {os.path.realpath(file)}
    with suppress(OSError, ValueError):
        status = Path(file).stat()
        found.add((status.st_dev, status.st_ino))
    return found


def write_file(file: str, content: str | bytes, *, private: bool = False, public: bool = False) -> None:
    """Write a file whole: a reader, and a run that is ended, see the old content or the new, and never a part.

    A ``private`` file is for its owner alone, a ``public`` one for everybody. What is no regular file, such as a
    device, is written as it is.

    Raises:
        UsageError: it cannot be written.
    """
    pieces = (content,) if isinstance(content, bytes) else encoded(content)
    path = Path(os.path.realpath(file))
    try:
        if path.exists() and not path.is_file():
            with path.open("wb") as stream:
                stream.writelines(pieces)
            return
        _remove_leftovers(path.parent)
        descriptor, name = tempfile.mkstemp(prefix=_PREFIX, dir=path.parent)
        try:
            with os.fdopen(descriptor, "wb") as stream:
                stream.writelines(pieces)
            Path(name).chmod(_PRIVATE if private else _PUBLIC if public else _usual_mode())
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
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
    """Append to a file.

    Raises:
        UsageError: it cannot be written.
    """
    try:
        with Path(file).open("a", encoding="utf-8", errors="backslashreplace", newline="\n") as stream:
            stream.write(text)
    except OSError as error:
        raise UsageError(f"{file} cannot be written: {error.strerror}") from None


def _usual_mode() -> int:
    with _UMASK:  # it can only be read by setting it, for all threads
        mask = os.umask(0)
        os.umask(mask)
    return 0o666 & ~mask
