"""What is measured in turns, and what is said of it."""

import math
import os
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from statistics import median
from typing import NamedTuple

#: The seconds of each contender, a value for each round.
Samples = Mapping[str, Sequence[float]]
#: What a shell holds for another use; nothing of it reaches a contender.
_FOREIGN = ("BEARER_TOKEN", "CONTRACTS_", "SCALINGO_", "SCHEMATHESIS_", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")


class CouldNotMeasure(Exception):
    """Something else than the speed went wrong: a figure would say nothing."""


class Goal(NamedTuple):
    """A figure, and the most that it may be."""

    what: str
    most: float
    figure: float

    @property
    def is_met(self) -> bool:
        """Whether the figure as measured, and not as rounded, keeps its limit. What is no number keeps none."""
        return self.figure <= self.most

    @property
    def said(self) -> str:
        """What came of it; a missed goal stands out."""
        if math.isinf(self.most):
            return "no goal"
        return "met" if self.is_met else "**MISSED**"


def in_turns(contenders: Mapping[str, Callable[[], float]], rounds: int) -> Samples:
    """Let each contender measure once in each round; every second round goes backwards."""
    values: dict[str, list[float]] = {name: [] for name in contenders}
    for number in range(rounds):
        for name, measure in list(contenders.items())[:: -1 if number % 2 else 1]:
            values[name].append(measure())
    return values


def ratio(samples: Samples, one: str, other: str) -> float:
    """Return the median of the ratios round by round: a slow moment of the machine meets both of a pair."""
    return median(ours / theirs for ours, theirs in zip(samples[one], samples[other], strict=True))


def timed(action: Callable[[], object]) -> float:
    """Return how many seconds an action takes."""
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def run(command: Sequence[str], folder: str, given: str = "", **environment: str) -> None:
    """Run a process in a folder to its end, with what it is given on standard input.

    Raises:
        CouldNotMeasure: it failed, and what it took would say nothing.
    """
    own = {name: value for name, value in os.environ.items() if not name.startswith(_FOREIGN)} | environment
    done = subprocess.run(command, env=own, cwd=folder, input=given, text=True, capture_output=True, check=False)
    if done.returncode:
        raise CouldNotMeasure(f"{' '.join(command)}\nended with {done.returncode}:\n{done.stdout}{done.stderr}")
