"""The bytes of one connection: read across answers, so that nothing that stands between two of them is lost."""

import io
import re
import socket
import time
from contextlib import suppress

_CHUNK = 65536
#: Where an answer begins (RFC 9112, section 4).
_STATUS_LINE = re.compile(rb"HTTP/[0-9]\.[0-9] [0-9]{3}(?=[ \r\n])")
#: So many bytes at the end of others may be the beginning of one.
_PARTIAL = len(b"HTTP/1.1 200 ") - 1


class _Reader(io.BufferedReader):
    """A reader that http.client does not close with the answer that it has read."""

    def close(self) -> None:
        """Stay open: the next answer is read from here, too."""

    def flush(self) -> None:
        """Do nothing: nothing is written here, and an answer that is forgotten may outlive the stream below."""


class Stream(io.RawIOBase):
    """What comes over a socket. ``received`` counts the bytes; what was read too far is put back."""

    def __init__(self, sock: socket.socket) -> None:
        super().__init__()
        self._sock = sock
        self._raw = sock.makefile("rb", buffering=0)  # keeps the socket open until it is closed itself
        self._pending = b""
        self._dry = False
        self.received = 0
        self.reader = _Reader(self)

    def makefile(self, _mode: str) -> io.BufferedReader:
        """Return the reader of all answers: http.client takes this stream for a socket."""
        return self.reader

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: memoryview) -> int | None:  # type: ignore[override]
        """Read what was put back, else from the socket."""
        if self._pending:
            size = min(len(buffer), len(self._pending))
            buffer[:size] = self._pending[:size]
            self._pending = self._pending[size:]
            return size
        if self._dry:
            return None
        size = self._raw.readinto(buffer) or 0
        self.received += size
        return size

    def skip(self) -> int:
        """Go on to the next status line, and return how many bytes stand before it, or before the end.

        A connection that breaks has ended: what came before is counted.
        """
        skipped, window = 0, b""
        while True:
            try:
                piece = self.reader.read1(_CHUNK)
            except ConnectionError:
                piece = b""
            window += piece
            if match := _STATUS_LINE.search(window):
                self._pending = window[match.start() :] + self._pending
                return skipped + match.start()
            if not piece:
                return skipped + len(window)
            kept = min(_PARTIAL, len(window))
            skipped += len(window) - kept
            window = window[len(window) - kept :]

    def buffered(self) -> bytes:
        """Return and forget what was read beyond the last answer."""
        self._dry = True
        try:
            return self.reader.read(_CHUNK) or b""
        finally:
            self._dry = False

    def drain(self, seconds: float) -> tuple[int, bool]:
        """Read what comes within so many seconds, without a status line; return its length, and whether it ended.

        Without time, only what is there already is read.
        """
        size, ends = len(self.buffered()), time.monotonic() + seconds
        while size < _CHUNK:
            try:
                self._sock.settimeout(max(0.0, ends - time.monotonic()))
                piece = self._sock.recv(_CHUNK)
            except (TimeoutError, BlockingIOError):
                return size, False
            except OSError as error:  # TLS says in its own words that nothing is there
                return size, not type(error).__name__.startswith("SSLWant")
            except ValueError:  # closed
                return size, True
            if not piece:
                return size, True
            size += len(piece)
        return size, True

    def close(self) -> None:
        """Give the socket back."""
        with suppress(OSError, ValueError):
            self._raw.close()
        super().close()
