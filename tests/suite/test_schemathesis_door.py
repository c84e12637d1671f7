"""Schemathesis on targets that are not the embedded mock: it finds what is wrong, with manners, without the token."""

import json
import socket
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from door import ROOT, clean_environment

from contracts.mock.faults import BY_NAME
from contracts.mock.reply import Reply, Request
from contracts.mock.server import MockServer
from contracts.pytest_plugin import SCHEMATHESIS

TOKEN = "canary-4c1f7be2a9d0"


def judge(url: str, *arguments: str) -> tuple[int, str]:
    """Run the items of Schemathesis against a target; return the exit status and everything that was printed."""
    items = "tests/contract/test_schemathesis.py"
    done = subprocess.run(
        [sys.executable, "-m", "pytest", items, "-p", "no:cacheprovider", "--target", url, *arguments],
        cwd=ROOT,
        env=clean_environment(BEARER_TOKEN=TOKEN),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def test_it_reads_a_target_with_few_requests() -> None:
    """It finds nothing wrong with a conforming target, sends it GET and HEAD only, and no more than is announced."""
    with MockServer(token=TOKEN) as server:
        status, output = judge(server.url, "--contract-auth", "required")
    assert status == 0, output
    assert "3 passed, 1 skipped" in output
    sent = [request for request in server.requests if request.first("X-Schemathesis-TestCaseId")]
    assert {request.method for request in sent} == {"GET", "HEAD"}
    assert 3 < len(sent) <= SCHEMATHESIS


def test_it_finds_what_is_wrong() -> None:
    """A check that cannot fail is a defect: an answer that departs from openapi.yaml fails its item, and no other."""
    faults = (BY_NAME["position-text"].apply, BY_NAME["head-500"].apply)
    with MockServer(token=TOKEN, faults=faults) as server:
        status, output = judge(server.url)
    assert status == 1, output
    assert "2 failed, 2 skipped" in output
    assert "Response violates schema" in output and '"1" is not of type "integer"' in output
    assert "Server error" in output
    assert TOKEN not in output


def test_it_respects_known_deviations(tmp_path: Path) -> None:
    """What the deviations file waives is no failure here either: the items are skipped, and say why."""
    fault = BY_NAME["position-text"]
    entry = '[[deviation]]\nclause = "{}"\nreason = "known"\nowner = "me"\nexpires = 2999-12-31\n'
    (tmp_path / "known.toml").write_text("".join(entry.format(clause) for clause in sorted(fault.breaks)))
    with MockServer(token=TOKEN, faults=(fault.apply,)) as server:
        status, output = judge(server.url, "--contract-deviations", str(tmp_path / "known.toml"))
    assert status == 0, output
    assert "waived: " in output and "category.position" in output
    assert not [request for request in server.requests if request.first("X-Schemathesis-TestCaseId")]


def test_it_finds_a_list_that_needs_no_token() -> None:
    """Under --auth required, a target that gives the list to everybody fails."""
    with MockServer(token=TOKEN, auth="public") as server:
        status, output = judge(server.url, "--contract-auth", "required")
    assert status == 1
    assert "API accepts requests without authentication" in output


def echoing(request: Request, reply: Reply) -> Reply:
    """Repeat the request headers in the header and in the body, which then departs from openapi.yaml."""
    headers = {name: value for name, value in request.headers if name != "Host"}
    echo = (("X-Echo", headers.get("Authorization", "")), ("Content-Type", "application/json"))
    return replace(reply, headers=echo, body=json.dumps([headers]).encode())


def fading(request: Request, reply: Reply) -> Reply:
    """Repeat the token to Schemathesis, where there is no answer, or one that is no list, to judge."""
    if not request.first("X-Schemathesis-TestCaseId"):
        return reply
    echo = request.first("Authorization") or ""
    if request.method == "HEAD":
        return Reply(200, raw=f"HTTP/1.1 {echo}\r\n\r\n".encode())
    return replace(reply, status=503, reason=echo, headers=(("X-Echo", echo),), body=echo.encode())


def test_no_failure_to_judge_holds_the_token() -> None:
    """An answer that is broken or 503 is an error, whose traceback with all variables does not hold the token."""
    with MockServer(token=TOKEN, faults=(fading,)) as server:
        status, output = judge(server.url, "--showlocals", "--full-trace", "--show-capture=all", "-vv")
    assert status == 1
    assert "was answered 503" in output and "the answer is not HTTP" in output
    assert TOKEN not in output


def test_no_output_holds_the_token() -> None:
    """A target may echo what it is sent, and pytest may show every variable: the token is not there."""
    with MockServer(token=TOKEN, faults=(echoing,)) as server:
        status, output = judge(server.url, "--showlocals", "--full-trace", "--show-capture=all")
    assert status == 1
    assert "Response violates schema" in output
    assert "$BEARER_TOKEN" in output
    assert TOKEN not in output


def test_a_dead_target_is_an_error() -> None:
    """What could not be judged is an error, not a failure, and shows no token."""
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    status, output = judge(f"http://127.0.0.1:{port}", "--showlocals", "--full-trace", "--contract-deadline", "2")
    assert status == 1
    assert "2 errors" in output and "failed" not in output.splitlines()[-1]
    assert TOKEN not in output
