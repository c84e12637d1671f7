"""Whole runs: how long a user waits for each contender on each link, and the goals for it."""

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.contenders import OURS, SCHEMATHESIS, SCRIPT, contenders
from bench.gauge import gauge
from bench.goals import Goal, at_least, at_most
from bench.links import Link, links
from bench.samples import Sample, in_turns
from bench.tables import Part, seconds, table

#: By round trip in milliseconds and TLS: how many times the script with the same requests a run may take at most.
TO_SCRIPT = {(0, False): 1.6, (0, True): 1.6, (40, True): 0.8, (120, True): 0.6}
#: How many times a run has to be faster than schemathesis, at least, on every link.
FASTER = 3.0


@dataclass(frozen=True)
class Race:
    """What was measured on one link: its gauge, and samples and numbers of requests by contender."""

    link: Link
    gauged: tuple[float, float]
    samples: Mapping[str, Sample]
    requests: Mapping[str, int]


def measure(rounds: int) -> Part:
    """Measure every contender on every link, in turns."""
    with tempfile.TemporaryDirectory() as folder, links(Path(folder)) as ways:
        races = [_race(link, rounds) for link in ways]
    return Part("Whole runs", _INTRODUCTION, (runs(races), gauges(races)), goals(races))


_INTRODUCTION = """\
Whole processes, from start to exit, as users wait for them, against uvicorn on this machine. A round trip is made by a
relay (`bench/relay.py`), which holds back every byte; 0 ms is without one. The script sends the requests that the
server saw of the suite, with `requests`, one after the other on one session. Requests are those that the server could
read. The last columns are ratios of `contracts verify` to the contender of the line, round by round."""


def _race(link: Link, rounds: int) -> Race:
    print(f"whole runs, {link.name}", flush=True)
    runners, requests = contenders(link)
    return Race(link, gauge(link), in_turns({runner.name: runner.seconds for runner in runners}, rounds), requests)


def runs(races: Sequence[Race]) -> str:
    """Return the table of all runs."""
    rows = []
    for race in races:
        for name, sample in race.samples.items():
            ratio = race.samples[OURS].to(sample)
            spread = "" if name == OURS else f"{ratio.least:.2f} to {ratio.most:.2f}"
            times = (seconds(sample.median), seconds(sample.least), seconds(sample.most))
            rows.append((race.link.name, name, race.requests[name], *times, f"{ratio.median:.2f}", spread))
    header = ("link", "contender", "requests", "median", "minimum", "maximum", "ratio", "in the rounds")
    return table(header, rows)


def gauges(races: Sequence[Race]) -> str:
    """Return the table of the links themselves, as a bare client meets them."""
    rows = [(race.link.name, *map(seconds, race.gauged)) for race in races]
    return table(("link, gauged with http.client", "first answer", "next on the same connection"), rows)


def goals(races: Sequence[Race]) -> tuple[Goal, ...]:
    """Return the goals of all links."""
    made = []
    for race in races:
        ours, where = race.samples[OURS], (race.link.round_trip, race.link.tls)
        if where in TO_SCRIPT:
            ratio = ours.to(race.samples[SCRIPT]).median
            made.append(at_most(f"a run to {SCRIPT}, {race.link.name}", TO_SCRIPT[where], ratio))
        faster = race.samples[SCHEMATHESIS].to(ours).median
        made.append(at_least(f"{SCHEMATHESIS} to a run, {race.link.name}", FASTER, faster))
    return tuple(made)
