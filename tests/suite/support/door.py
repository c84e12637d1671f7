"""The command line as a user meets it: an environment, an exit status, and what it printed."""

import io
import math
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from contextlib import chdir, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

from forked import pytest_forked

from contracts.cli import main

ROOT = Path(__file__).parents[3]
_HIDDEN = ("SCALINGO_", "BEARER_", "CONTRACTS_", "GITHUB_", "CI")


#: The command as ``python -m contracts`` runs it, and at its end the most memory that it held, in KiB, in a file. What
#: the system tells of a child that has ended counts the memory of the process that started it, too.
_MEASURED = """
import atexit, os, runpy, sys
def tell():
    if os.path.exists("/proc/self/status"):
        with open("/proc/self/status") as status, open(told, "w") as file:
            file.write(next(line.split()[1] for line in status if line.startswith("VmHWM")))
told = sys.argv.pop(1)
atexit.register(tell)
end = os._exit
os._exit = lambda status: (tell(), end(status))
runpy.run_module("contracts", run_name="__main__", alter_sys=True)
"""


@dataclass(frozen=True)
class Finished:
    """What a command left: its status, its output, and the most memory that a process of its own held, in MiB."""

    status: int
    out: str
    err: str
    #: Not a number, and so within no bound, where the command ran in the process of the tests.
    memory: float = math.nan

    @property
    def last_line(self) -> str:
        """The last line of the output."""
        return self.out.strip().splitlines()[-1]


def clean_environment(**environment: str) -> dict[str, str]:
    """This environment without anything that would steer the suite, and with these variables."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_HIDDEN)}
    return {**kept, **environment}


def contracts(
    *arguments: str, environment: Mapping[str, str] | None = None, stdin: bytes = b"", folder: Path | None = None
) -> Finished:
    """Run ``contracts`` here, where all is imported already, in an empty folder unless another is given."""
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8") for _ in range(2))
    with (
        tempfile.TemporaryDirectory() as empty,
        chdir(folder or empty),
        patch.dict(os.environ, clean_environment(**(environment or {})), clear=True),
        patch.object(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), "utf-8")),
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        try:
            status = main(arguments)
        except SystemExit as stop:  # --help and --version
            status = int(stop.code or 0)
    texts = []
    for stream in (out, err):
        stream.seek(0)  # which writes what it has kept
        texts.append(stream.read())
    return Finished(status, *texts)


def contracts_in_a_process(
    *arguments: str, environment: Mapping[str, str] | None = None, stdin: bytes = b"", folder: Path | None = None
) -> Finished:
    """Run ``contracts`` in a process of its own, in an empty folder unless another is given."""
    with (
        tempfile.TemporaryDirectory() as empty,
        tempfile.TemporaryFile() as out,
        tempfile.TemporaryFile() as err,
        tempfile.NamedTemporaryFile("r") as told,
    ):
        process = subprocess.Popen(
            [sys.executable, "-c", _MEASURED, told.name, *arguments],
            cwd=folder or empty,
            env=clean_environment(**(environment or {})),
            stdin=subprocess.PIPE,
            stdout=out,
            stderr=err,
        )
        assert process.stdin is not None
        try:
            process.stdin.write(stdin)
            process.stdin.close()
        except BrokenPipeError:
            pass  # it did not read; its output says why
        process.wait()
        texts = []
        for stream in (out, err):
            stream.seek(0)
            texts.append(stream.read().decode("utf-8", "replace"))
        return Finished(process.returncode, texts[0], texts[1], int(told.read() or 0) / 1024 or math.nan)


def pytest_in_a_process(*arguments: str, folder: Path = ROOT, **environment: str) -> tuple[int, str]:
    """Run pytest in a process of its own; return its exit status and everything that it printed."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments],
        cwd=folder,
        env=clean_environment(**environment),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def pytest_quick(*arguments: str, folder: Path = ROOT, **environment: str) -> tuple[int, str]:
    """Run pytest as above, with no plugin but those that are named, and with what it needs already imported."""
    named = clean_environment(PYTEST_DISABLE_PLUGIN_AUTOLOAD="1", **environment)
    return pytest_forked(("-p", "no:cacheprovider", *arguments), folder, named)


def interrupted(asked: threading.Event, *arguments: str, **environment: str) -> tuple[int, str]:
    """Run pytest with no plugin but those that are named, and interrupt it as Ctrl-C does once the target was asked."""
    process = subprocess.Popen(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments],
        cwd=ROOT,
        env=clean_environment(PYTEST_DISABLE_PLUGIN_AUTOLOAD="1", **environment),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert asked.wait(60), "pytest sent nothing"
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=60)
    return process.returncode, output
