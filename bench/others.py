"""The rest of what users wait for: the proof, and how long a command takes to start."""

import re
import sys
import tempfile
from collections.abc import Callable

from bench import subject
from bench.contenders import environment
from bench.samples import CouldNotMeasure, in_turns, run, seconds_of
from bench.tables import Part, seconds, table

_MICRO = 1e6
_INTRODUCTION = """\
Whole processes, from start to exit; the import is the sum that `python -X importtime` tells for the module of the
command line, without the start of the interpreter. An empty process is shown for comparison."""


def measure(rounds: int) -> Part:
    """Measure start-up and the proof, in turns."""
    print("start-up and proof", flush=True)
    commands = {
        "python -c pass": [sys.executable, "-c", "pass"],
        "contracts --version": [subject.COMMAND, "--version"],
        "contracts verify --help": [subject.COMMAND, "verify", "--help"],
        "contracts prove": [subject.COMMAND, "prove"],
    }
    with tempfile.TemporaryDirectory() as folder:

        def waiting(command: list[str]) -> Callable[[], float]:
            return lambda: seconds_of(lambda: run(command, environment(), folder))

        contenders = {name: waiting(command) for name, command in commands.items()}
        contenders[f"import {subject.COMMAND_MODULE}"] = lambda: _import(folder)
        samples = in_turns(contenders, rounds)
    rows = [(name, *map(seconds, (taken.median, taken.least, taken.most))) for name, taken in samples.items()]
    return Part("Start-up and proof", _INTRODUCTION, (table(("what", "median", "minimum", "maximum"), rows),))


def _import(folder: str) -> float:
    command = [sys.executable, "-X", "importtime", "-c", f"import {subject.COMMAND_MODULE}"]
    return imported(run(command, environment(), folder).stderr, subject.COMMAND_MODULE)


def imported(told: str, module: str) -> float:
    """Return the cumulative time of a module and of its parents, in seconds, from what -X importtime told.

    Raises:
        CouldNotMeasure: the module is not in it.
    """
    top = module.partition(".")[0]
    # Not indented: a module that the command itself imports; a parent stands in a line of its own.
    lines = re.findall(r"^import time: +\d+ \| +(\d+) \| (\S+)$", told, re.MULTILINE)
    times = [int(time) for time, name in lines if name in (top, module)]
    if not times or module not in {name for _, name in lines}:
        raise CouldNotMeasure(f"-X importtime says nothing of {module}")
    return sum(times) / _MICRO
