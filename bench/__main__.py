"""``python -m bench [ROUNDS]`` measures, and writes RESULTS.md: 1 if a goal is missed, 3 if nothing was measured."""

import argparse
import json
import math
import os
import platform
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from bench.samples import CouldNotMeasure, Goal, Samples, in_turns, ratio, run, timed
from bench.server import AUTHORITY, PATH, ROOT, TOKEN, categories
from contracts.core.contract import LIST
from contracts.core.exchange import Exchange, Request, Response
from contracts.core.report import Scope, State
from contracts.event_categories.contract import CONTRACT
from contracts.judging.evidence import Evidence
from contracts.judging.judge import outcomes

RESULTS = ROOT / "bench" / "RESULTS.md"
OURS, SCRIPT, SCHEMATHESIS, JUDGING, LOADS = "contracts verify", "the script", "Schemathesis", "judging", "json.loads"
#: Round trips in milliseconds, and how many times the script with the same requests a run may take.
LINKS = {0: 1.6, 40: 0.8, 120: 0.65}
#: A run to Schemathesis, judging to json.loads, and seconds from an empty folder to the verdict with uv.
TO_SCHEMATHESIS, TO_LOADS, FROM_EMPTY = 1 / 3, 5.0, 3.0
LONG = 100_000
Line = Sequence[object]
TEXT = """\
`make bench` writes this page. A ratio is the median of the ratios of the rounds, in each of which all are measured in
turn. Whole processes, from start to exit, ask uvicorn over TLS on this machine, and a relay makes the round trip. The
script sends the requests that the server saw of the suite, with `requests` on one session. From an empty folder means:
an environment, what is to be installed, without a cache, and a run."""


def commands(programs: str, address: str) -> dict[str, list[str]]:
    """Return the commands of the suite, of the script, and of Schemathesis on the same resource."""
    judged = ["--url", address, "--include-path", PATH, "--tls-verify", AUTHORITY, "--seed", "1"]
    token = ["--header", f"Authorization: Bearer {TOKEN}"]
    return {
        OURS: [f"{programs}/contracts", "verify", address, "--ca-bundle", AUTHORITY],
        SCRIPT: [f"{programs}/python", f"{ROOT}/bench/script.py", address, AUTHORITY],
        SCHEMATHESIS: [f"{programs}/schemathesis", "run", f"{ROOT}/schemas/openapi.yaml", *judged, *token],
    }


@contextmanager
def serving(round_trip: float) -> Iterator[tuple[str, Path]]:
    """Run the server at the end of a link of as many seconds; give its address and the log of its requests."""
    command = [sys.executable, "-m", "bench.server", str(round_trip)]
    with (
        TemporaryDirectory() as folder,
        Path(folder, "log").open("ab") as log,
        subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=log) as process,
    ):
        try:
            port = process.stdout.readline().decode().strip() if process.stdout else ""
            yield f"https://127.0.0.1:{port}", Path(folder, "log")
        finally:
            process.terminate()


def whole_runs(address: str, log: Path, rounds: int) -> tuple[Samples, dict[str, int]]:
    """Measure whole runs on a link; return the samples, and how many requests each contender sends.

    Raises:
        CouldNotMeasure: the suite and the script do not send the same requests: a comparison would say nothing.
    """
    sent: dict[str, list[str]] = {}
    with TemporaryDirectory() as folder:

        def waiting(command: list[str]) -> Callable[[], float]:
            plan = f"[{','.join(sent.get(OURS, ()))}]"
            return lambda: timed(lambda: run(command, folder, plan, BEARER_TOKEN=TOKEN))

        contenders = {}
        for name, command in commands(str(Path(sys.executable).parent), address).items():
            contenders[name] = waiting(command)
            log.write_text("")
            contenders[name]()  # to see what is sent, and to warm what is read from disk
            sent[name] = log.read_text("utf-8").splitlines()
        if sorted(sent[OURS]) != sorted(sent[SCRIPT]):
            raise CouldNotMeasure("the suite and the script do not send the same requests")
        samples = in_turns(contenders, rounds)
    return samples, {name: len(requests) for name, requests in sent.items()}


def from_empty(address: str, rounds: int) -> Samples:
    """Measure from an empty folder to the verdict, ours and that of Schemathesis, with uv and with pip."""
    python, uv = sys.executable, f"{Path(sys.executable).parent}/uv"
    theirs = f"schemathesis=={version('schemathesis')}"
    install = {
        (OURS, "uv"): f"UV={uv} PYTHON={python} sh {ROOT}/requirements/install.sh . runtime",
        (OURS, "pip"): f"UV= PYTHON={python} sh {ROOT}/requirements/install.sh . runtime",
        (SCHEMATHESIS, "uv"): f"{uv} venv -q --python {python} . && {uv} pip install -q --python bin/python {theirs}",
        (SCHEMATHESIS, "pip"): f"{python} -m venv . && bin/python -m pip install -q --no-compile {theirs}",
    }
    runs = commands("bin", address)

    def waiting(name: str, installing: str) -> Callable[[], float]:
        def whole() -> None:
            with TemporaryDirectory() as folder:
                shell = ["sh", "-ec", f"{installing} && {shlex.join(runs[name])}"]
                run(shell, folder, BEARER_TOKEN=TOKEN, UV_NO_CACHE="1", PIP_NO_CACHE_DIR="1")

        return lambda: timed(whole)

    return in_turns({f"{name}, {tool}": waiting(name, text) for (name, tool), text in install.items()}, rounds)


def judge(body: bytes) -> dict[str, int]:
    """Judge a body by every clause about an answer; return the observations behind each clause that held."""
    exchange = Exchange(LIST, Request("GET", PATH), Response(200, (("Content-Type", "application/json"),), body))
    evidence = Evidence("http://127.0.0.1", (exchange,), Scope(), CONTRACT)
    judged = outcomes(evidence, [clause for clause in CONTRACT.clauses if not CONTRACT.checks[clause.id].of_run])
    return {outcome.clause.id: outcome.observations for outcome in judged if outcome.state is State.HELD}


def judging(rounds: int) -> Samples:
    """Measure judging of a long list in turns with json.loads of the same bytes."""
    body = categories(LONG)
    if judge(body).get("category.id") != LONG:
        raise CouldNotMeasure("judging did not see every category: its time would say nothing")
    return in_turns(
        {JUDGING: lambda: timed(lambda: judge(body)), LOADS: lambda: timed(lambda: json.loads(body))}, rounds
    )


def measure(rounds: int) -> tuple[list[Goal], list[Line]]:
    """Measure everything; return the goals, and the lines of the table."""
    goals: list[Goal] = []
    lines: list[Line] = []

    def keep(where: str, samples: Samples, sent: dict[str, int], most: dict[tuple[str, str], float]) -> None:
        print(where, flush=True)
        for name, values in samples.items():
            times = (f"{1000 * value:,.0f} ms" for value in (median(values), min(values), max(values)))
            lines.append((where, name, sent.get(name, ""), *times))
        goals.extend(Goal(f"{where}: {a} to {b}", limit, ratio(samples, a, b)) for (a, b), limit in most.items())

    for round_trip, to_script in LINKS.items():
        with serving(round_trip / 1000) as (address, log):
            samples, sent = whole_runs(address, log, rounds)
        most = {(OURS, SCRIPT): to_script, (OURS, SCHEMATHESIS): TO_SCHEMATHESIS}
        keep(f"round trip of {round_trip} ms", samples, sent, most)
    with serving(0) as (address, _):
        samples = from_empty(address, rounds)
    # With pip both wait for pip: a figure, and no goal.
    limits = {"uv": 1.0, "pip": math.inf}
    most = {(f"{OURS}, {tool}", f"{SCHEMATHESIS}, {tool}"): limit for tool, limit in limits.items()}
    keep("from an empty folder", samples, {}, most)
    goals.append(Goal(f"from an empty folder: {OURS}, uv, in seconds", FROM_EMPTY, median(samples[f"{OURS}, uv"])))
    keep(f"{LONG:,} categories", judging(rounds), {}, {(JUDGING, LOADS): TO_LOADS})
    return goals, lines


def table(header: Line, lines: Iterable[Line]) -> str:
    """Return a table in Markdown."""
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in (header, ["---"] * len(header), *lines))


def page(goals: list[Goal], lines: list[Line], rounds: int) -> str:
    """Return the page: the goals first, for they are what is looked up."""
    load = " ".join(f"{value:.1f}" for value in os.getloadavg())
    libraries = ", ".join(f"{name} {version(name)}" for name in ("requests", "schemathesis", "uvicorn", "uv"))
    where = f"{os.cpu_count()} cores, load at the end {load}, {platform.platform()}, Python {platform.python_version()}"
    said = [(goal.what, f"{goal.most:.3g}", f"{goal.figure:.2f}", goal.said) for goal in goals]
    texts = (
        "# What the bench measured",
        TEXT,
        table(("goal", "at most", "measured", ""), said),
        table(("where", "who", "requests", "median", "least", "most"), lines),
        f"Measured {datetime.now(UTC):%Y-%m-%d %H:%M} UTC in {rounds} rounds on {where}, {libraries}.\n",
    )
    return "\n\n".join(texts)


def main(arguments: list[str]) -> int:
    """Measure, write the page, and return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure, and write bench/RESULTS.md.")
    parser.add_argument("rounds", nargs="?", type=int, default=5)
    rounds = parser.parse_args(arguments).rounds
    if rounds < 1:
        parser.error("rounds must be 1 or more")
    try:
        goals, lines = measure(rounds)
    except CouldNotMeasure as reason:
        print(f"could not measure: {reason}", file=sys.stderr)
        return 3
    text = page(goals, lines, rounds)
    RESULTS.write_text(text, encoding="utf-8")
    print(text)
    return 0 if all(goal.is_met for goal in goals) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
