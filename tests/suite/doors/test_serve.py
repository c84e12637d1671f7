"""``contracts serve``: the mock in the foreground, broken as one likes, stopped cleanly."""

import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from door import clean_environment, contracts, contracts_in_a_process
from subject import BY_NAME

#: These are about processes: what they go through counts, too.
pytestmark = pytest.mark.usefixtures("measured")


@contextmanager
def serving(*arguments: str) -> Iterator[tuple[str, dict[str, str], "subprocess.Popen[str]"]]:
    """A mock in a process of its own: its URL, and the environment with its token."""
    process = subprocess.Popen(
        [sys.executable, "-m", "contracts", "serve", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=clean_environment(),
    )
    assert process.stdout is not None
    try:
        url, bearer, api = (process.stdout.readline().strip() for _ in range(3))
        variables = dict(line.split("=", 1) for line in (bearer, api))
        yield url, {"BEARER_TOKEN": variables["BEARER_TOKEN"]}, process
    finally:
        process.kill()
        process.wait()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_and_stops(number: int) -> None:
    """It prints its URL and token, conforms, and a signal ends it with exit 0 and no traceback."""
    with serving() as (url, environment, process):
        assert contracts("verify", url, "--quiet", environment=environment).status == 0
        process.send_signal(number)
        _, err = process.communicate(timeout=20)
    assert process.returncode == 0
    assert err == f"judge it: BEARER_TOKEN={environment['BEARER_TOKEN']} contracts verify {url}\nstopped\n"


def test_faults_can_be_combined() -> None:
    """--fault breaks the contract, more than one at a time; the scene of a fault comes with it."""
    with serving("--fault", "id-number", "--fault", "head-405", "--fault", "public") as (url, environment, _):
        done = contracts("verify", url, "--json", "-", environment=environment)
    outcomes = {clause["id"]: clause["outcome"] for clause in json.loads(done.out)["clauses"]}
    assert done.status == 1
    for clause in ("category.id", "http.head"):
        assert outcomes[clause] == "breached"
    assert outcomes["auth.challenge"] == "not exercised"  # everybody is served


def test_options(tmp_path: Path) -> None:
    """The list may be public, of any length, or that of a file."""
    with serving("--auth", "public", "--categories", "3") as (url, _, _):
        done = contracts("verify", url, "--auth", "public", "-v")
        assert done.status == 0, done.out
        assert "list.ids-unique                 MUST    3 observations" in done.out
    file = tmp_path / "list.json"
    file.write_text('[{"id": "a", "name": "b", "display_name": "c", "position": 1}]')
    with serving("--categories", str(file)) as (url, environment, _):
        assert "MUST    1 observation\n" in contracts("verify", url, "-v", environment=environment).out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--fault", "zzzzzzzz"], "--list-faults"),
        (["--fault", "id-numbr"], "did you mean id-number?"),
        (["--list-faults", "category.colour"], "no clause matches"),
        (["--fault", "certificate-unknown"], "contracts prove"),
        (["--port", "99999999"], "cannot listen"),
        (["--host", "192.0.2.1"], "--expose"),
        (["--host", ""], "--expose"),
        (["--host", "0.0.0.0"], "--expose"),
        (["--host", "192.0.2.1", "--expose"], "cannot listen"),
        (["--categories", "missing.json"], "missing.json"),
        (["--categories", "99999999999"], "more than 1,000,000"),
        (["--rate-limit", "0"], "no whole number"),
    ],
)
def test_usage_errors(arguments: list[str], words: str) -> None:
    """What cannot be served is exit 2 with one line."""
    done = contracts_in_a_process("serve", *arguments)
    assert done.status == 2
    assert words in done.err
    assert len(done.err.splitlines()) == 1


def test_the_list_of_faults() -> None:
    """--list-faults names every fault with its clauses, and apart from them every variant."""
    text = contracts("serve", "--list-faults").out
    assert all(f"  {name}: {fault.sentence}" in text for name, fault in BY_NAME.items())
    faults, _, variants = text.partition("conforming variants, which break nothing")
    assert "  id-number: " in faults
    assert "breaks category.id, client.go-readable" in faults
    assert "  gzipped: " in variants


def test_the_faults_of_a_clause() -> None:
    """A clause filters the list: only what breaks it is there."""
    text = contracts("serve", "--list-faults", "http.head").out
    named = set(re.findall(r"(?m)^  ([a-z0-9-]+): ", text))
    assert named == {fault.name for fault in BY_NAME.values() if "http.head" in fault.breaks}


def test_requests_are_logged() -> None:
    """-v logs a line for each request, with the status of the answer as it went out."""
    with serving("-v", "--fault", "head-405") as (url, environment, process):
        contracts("verify", url, "--summary", environment=environment)
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=20)
    assert re.search(r"GET /v1/event_categories\?[a-z]+=[a-z]+ -> 200\n", err)
    assert "HEAD /v1/event_categories -> 405\n" in err
