"""Samples: what was measured in turns, and what is said of them."""

import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median


class CouldNotMeasure(Exception):
    """Something else than the speed went wrong: a figure would say nothing."""


@dataclass(frozen=True)
class Sample:
    """What was measured of one contender, a value for each round; times are in seconds."""

    values: tuple[float, ...]

    @property
    def median(self) -> float:
        """The middle value."""
        return median(self.values)

    @property
    def least(self) -> float:
        """The smallest value."""
        return min(self.values)

    @property
    def most(self) -> float:
        """The largest value."""
        return max(self.values)

    def to(self, other: "Sample") -> "Sample":
        """Return the ratios to another sample, round by round: a slow moment of the machine meets both of a pair."""
        return Sample(tuple(ours / theirs for ours, theirs in zip(self.values, other.values, strict=True)))


def in_turns(contenders: Mapping[str, Callable[[], float]], rounds: int) -> dict[str, Sample]:
    """Let each contender measure once in each round, and return the sample of each.

    Every second round goes backwards, so that nobody always follows the same neighbour.
    """
    values: dict[str, list[float]] = {name: [] for name in contenders}
    for number in range(rounds):
        order = list(contenders.items())
        for name, measure in order[:: -1 if number % 2 else 1]:
            values[name].append(measure())
    return {name: Sample(tuple(measured)) for name, measured in values.items()}


def seconds_of(action: Callable[[], object]) -> float:
    """Return how long an action takes by the clock on the wall."""
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def run(
    command: list[str], environment: Mapping[str, str], folder: str, given: str = ""
) -> subprocess.CompletedProcess[str]:
    """Run a process in a folder to its end, with what it is given on standard input, and return what it said.

    Raises:
        CouldNotMeasure: it failed, and what it took would say nothing.
    """
    done = subprocess.run(
        command, env=environment, cwd=folder, input=given, text=True, capture_output=True, check=False
    )
    if done.returncode:
        raise CouldNotMeasure(f"{' '.join(command)}\nended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done
