"""``python -m bench`` prints two ratios of speed; both sides of each are measured in turns, in the same run."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from contracts.core.exchange import Exchange, Request, Response
from contracts.event_categories.checks import ANSWER_CHECKS
from subject import SAMPLE, BY_ID, CLAUSES
from contracts.event_categories.clauses import KEY, PATH
from contracts.global_information.evidence import Evidence
from contracts.global_information.judge import outcomes
from contracts.global_information.probes import MADE_UP_TOKEN, needed
from contracts.core.probe import Authorization
from contracts.mock.server import MockServer
from subject import categories

CATEGORIES = 100_000
TIMES = 15
#: A script as somebody would write it who wants nothing but the answers.
SCRIPT = """
import json, sys
import requests
session = requests.Session()
for method, url, headers in json.load(sys.stdin):
    session.request(method, url, headers=headers, allow_redirects=False).content
"""


def best(first: Callable[[], object], second: Callable[[], object]) -> tuple[float, float]:
    """Return the shortest of several times of each of two actions, in seconds, taken in turns."""
    taken: list[tuple[float, float]] = []
    for _ in range(TIMES):
        start = time.perf_counter()
        first()
        middle = time.perf_counter()
        second()
        taken.append((middle - start, time.perf_counter() - middle))
    return min(a for a, _ in taken), min(b for _, b in taken)


def run_against_script() -> tuple[float, float]:
    """Time ``contracts verify`` against a script that sends the same requests, each with its interpreter."""
    with MockServer(SAMPLE) as mock, tempfile.TemporaryDirectory() as empty:
        authorization = {Authorization.GIVEN: f"Bearer {mock.token}", Authorization.MADE_UP: f"Bearer {MADE_UP_TOKEN}"}
        wanted = []
        for probe in needed(CLAUSES, plaintext=False, unsafe=False, burst=False):
            headers = {"Accept": probe.accept, "Content-Type": "application/json"}
            if probe.credentials in authorization:
                headers["Authorization"] = authorization[probe.credentials]
            query = f"?{probe.query}" if probe.query else ""
            wanted.append((probe.method, f"{mock.url}{PATH}{probe.below}{query}", headers))
        plan = json.dumps(wanted)
        environment = {**os.environ, "BEARER_TOKEN": mock.token}

        def suite() -> None:
            command = [Path(sys.executable).with_name("contracts"), "verify", mock.url, "--quiet"]
            subprocess.run(command, cwd=empty, env=environment, check=True, stdout=subprocess.DEVNULL)

        def script() -> None:
            subprocess.run([sys.executable, "-c", SCRIPT], cwd=empty, input=plan, text=True, check=True)

        suite()
        sent = [(request.method, request.path, request.query) for request in mock.requests]
        mock.requests.clear()
        script()
        if sent != [(request.method, request.path, request.query) for request in mock.requests]:
            raise SystemExit("the two do not send the same requests: the comparison would say nothing")
        return best(suite, script)


def judging_against_reading() -> tuple[float, float]:
    """Time decoding and judging a long list against ``json.loads`` of the same bytes."""
    body = json.dumps({KEY: categories(CATEGORIES)}).encode()
    response = Response(200, (("Content-Type", "application/json"),), body)
    clauses = [BY_ID[clause] for clause in ANSWER_CHECKS]

    def judge() -> None:
        evidence = Evidence("http://127.0.0.1", (Exchange("list", Request("GET", "http://127.0.0.1"), response),))
        outcomes(evidence, clauses)

    return best(judge, lambda: json.loads(body))


def line(what: str, ours: float, theirs: float, limit: float) -> str:
    """Return a line that tells a ratio, its limit, and the two times."""
    ratio = ours / theirs
    said = "within" if ratio <= limit else "BEYOND"
    return f"{what}: {ratio:.1f}, {said} {limit:.0f} ({ours * 1000:.0f} ms to {theirs * 1000:.0f} ms)"


def main() -> None:
    """Measure and print."""
    print(line("a run to a script that sends the same requests", *run_against_script(), 2))
    print(line(f"judging {CATEGORIES:,} categories to json.loads", *judging_against_reading(), 8))


if __name__ == "__main__":
    main()
