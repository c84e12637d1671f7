"""Judging: what it costs beside json.loads of the same bytes, in time and in memory, and whether it grows linearly."""

import json
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from itertools import pairwise
from pathlib import Path

from bench import subject
from bench.categories import body
from bench.contenders import environment
from bench.goals import Goal, at_most
from bench.links import ROOT
from bench.samples import CouldNotMeasure, Sample, in_turns, run
from bench.tables import Part, seconds, table

#: How many categories, and how often each is judged in a turn: a turn should be long enough to be timed.
SIZES = {10: 200, 1_000: 10, 100_000: 1}
LONGEST = max(SIZES)
TIMES, MEMORY = 5.0, 3.0
#: How many times as much a category may cost in the longer of two lists, beside the same number of json.loads. That
#: is linear itself, and suffers likewise where caches overflow and the collector of garbage has more to look at.
GROWTH = 1.25
_OURS, _LOADS = "judging", "json.loads"
_MEBI = 2**20

#: Samples by size and contender.
Times = Mapping[int, Mapping[str, Sample]]


def measure(rounds: int) -> Part:
    """Measure judging of every size, in turns with json.loads, in this process; memory in processes of their own."""
    times = {size: _times(size, rounds) for size in SIZES}
    memory = _memory(rounds)
    tables = (times_table(times), growth_table(times), memory_table(memory))
    return Part("Judging", _INTRODUCTION, tables, goals(times, memory))


_INTRODUCTION = """\
Judging is decoding a body and judging it by every clause about an answer. A short list pays for fixed costs. Growth is
linear where a category of a longer list takes no longer than one of a shorter. Memory is what a new process holds
beyond the body itself: at the peak of judging, and what is left when json.loads has returned."""


def _times(size: int, rounds: int) -> dict[str, Sample]:
    print(f"judging, {size:,} categories", flush=True)
    content = body(size)
    held = subject.judge(content)
    if held.get("category.id") != size:
        raise CouldNotMeasure(f"of {size} categories judging saw {held.get('category.id')}: its time would say nothing")

    def timed(action: Callable[[bytes], object]) -> float:
        start = time.perf_counter()
        for _ in range(SIZES[size]):
            action(content)
        return (time.perf_counter() - start) / SIZES[size]

    return in_turns({_OURS: lambda: timed(subject.judge), _LOADS: lambda: timed(json.loads)}, rounds)


def _memory(rounds: int) -> dict[str, Sample]:
    print(f"memory, {LONGEST:,} categories", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "body.json"
        file.write_bytes(body(LONGEST))

        def held(what: str) -> float:
            command = [sys.executable, "-m", "bench.memory", what, str(file)]
            return float(run(command, environment(), str(ROOT)).stdout)

        return in_turns({_OURS: lambda: held("judging"), _LOADS: lambda: held("reading")}, rounds)


def times_table(times: Times) -> str:
    """Return the table of times by size."""
    rows = []
    for size, samples in times.items():
        ours, loads = samples[_OURS], samples[_LOADS]
        spread = f"{seconds(ours.least)} to {seconds(ours.most)}"
        ratio = f"{ours.to(loads).median:.2f}"
        rows.append((f"{size:,}", seconds(ours.median), spread, seconds(loads.median), ratio))
    return table(("categories", "judging, median", "in the rounds", "json.loads, median", "ratio"), rows)


def growth_table(times: Times) -> str:
    """Return the table of growth from size to size."""
    rows = [
        (f"{fewer:,} to {more:,}", *(f"{_growth(times, what, fewer, more):.2f}" for what in (_OURS, _LOADS)))
        for fewer, more in pairwise(times)
    ]
    return table(("time of a category, from", _OURS, _LOADS), rows)


def _growth(times: Times, what: str, fewer: int, more: int) -> float:
    """Return how many times as long a category of the longer list takes as one of the shorter."""
    return (times[more][what].median / more) / (times[fewer][what].median / fewer)


def memory_table(memory: Mapping[str, Sample]) -> str:
    """Return the table of memory."""
    rows = [
        (name, *(f"{value / _MEBI:.1f} MiB" for value in (sample.median, sample.least, sample.most)))
        for name, sample in memory.items()
    ]
    return table((f"{LONGEST:,} categories", "median", "minimum", "maximum"), rows)


def goals(times: Times, memory: Mapping[str, Sample]) -> tuple[Goal, ...]:
    """Return the goals of judging."""
    longest = times[LONGEST]
    return (
        at_most(f"judging {LONGEST:,} categories to json.loads", TIMES, longest[_OURS].to(longest[_LOADS]).median),
        *(
            at_most(
                f"growth from {fewer:,} to {more:,} categories to that of json.loads",
                GROWTH,
                _growth(times, _OURS, fewer, more) / _growth(times, _LOADS, fewer, more),
            )
            for fewer, more in pairwise(times)
        ),
        at_most("peak memory of judging to what json.loads leaves", MEMORY, memory[_OURS].to(memory[_LOADS]).median),
    )
