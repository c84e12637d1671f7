"""The links: a server in a process of its own and, for every length but none, a relay before it in another."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench import subject
from bench.samples import CouldNotMeasure

ROOT = Path(__file__).parents[1]
#: In milliseconds.
ROUND_TRIPS = (0, 40, 120)


@dataclass(frozen=True)
class Link:
    """A way to the server: its round trip in milliseconds, its address, and the server's log of requests."""

    round_trip: int
    tls: bool
    address: str
    log: Path

    @property
    def name(self) -> str:
        """What it is called in tables."""
        return f"{self.round_trip} ms, {'TLS' if self.tls else 'plain'}"

    @property
    def authority(self) -> str | None:
        """The file of the authority to trust, or None without TLS."""
        return str(subject.AUTHORITY) if self.tls else None


@contextmanager
def links(folder: Path) -> Iterator[tuple[Link, ...]]:
    """Start servers and relays, give every link, and end what was started.

    Without a round trip there is no relay: it would take time of its own, the same of everybody, and so bring every
    ratio nearer to one.
    """
    with ExitStack() as stack:
        made = []
        for tls in (False, True):
            log = folder / ("tls.log" if tls else "plain.log")
            certificate = [str(subject.CERTIFICATE)] if tls else []
            server = stack.enter_context(serving("bench.server", str(log), *certificate))
            for round_trip in ROUND_TRIPS:
                port = server
                if round_trip:
                    port = stack.enter_context(serving("bench.relay", server, str(round_trip / 1000)))
                made.append(Link(round_trip, tls, f"{'https' if tls else 'http'}://127.0.0.1:{port}", log))
        yield tuple(sorted(made, key=lambda link: (link.round_trip, link.tls)))


@contextmanager
def serving(module: str, *arguments: str) -> Iterator[str]:
    """Run a module that prints its port; give the port, and end the process afterwards."""
    command = [sys.executable, "-m", module, *arguments]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            port = (process.stdout.readline() if process.stdout else "").strip()
            if not port:
                raise CouldNotMeasure(f"{module} did not start: it ended with {process.wait()}")
            yield port
        finally:
            process.terminate()
