"""The tests that are to notice a mutant, in a process forked from one in which all libraries are imported.

``warm.py serve SOCKET`` is that process; ``warm.py run SOCKET TESTS...`` asks it for a session of pytest, file by file
until one fails, and exits with the status of that. Importing pytest and Hypothesis takes longer than most mutants live.
"""

import gc
import os
import resource
import signal
import socket
import socketserver
import sys

_PRELOADED = ("hypothesis.strategies", "jinja2", "jsonschema", "jsonschema_rs", "pytest", "requests", "tomlkit")
#: A mutant that runs longer than this has been noticed, too: all tests take a quarter of it.
_SECONDS = 120
#: One that asks for more memory than this, in bytes, as well: all tests take a quarter of it.
_MEMORY = 4 * 2**30


class _Session(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        import pytest  # noqa: PLC0415 - whoever only asks needs none of it

        signal.alarm(_SECONDS)
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        options, status = ("-x", "-q", "-p", "no:cacheprovider"), 0
        for tests in self.rfile.readline().decode().split():
            status = status or int(pytest.main([*options, *tests.split(",")]))
        self.wfile.write(b"%d" % status)


class _Server(socketserver.ForkingMixIn, socketserver.UnixStreamServer):
    """Answers each connection in a process of its own."""


def main(command: str, address: str, *tests: str) -> int:
    """Serve sessions, or ask for one and return its exit status; a session that ended without one has failed."""
    if command == "serve":
        for module in _PRELOADED:
            __import__(module)
        gc.freeze()  # a session collects garbage many times, and none of it is in what was imported before
        with _Server(address, _Session) as server:
            server.serve_forever()
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(address)
        connection.sendall(" ".join(tests).encode() + b"\n")
        return int(connection.makefile("rb").read() or b"1")


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
