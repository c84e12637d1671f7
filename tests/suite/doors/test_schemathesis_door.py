"""Schemathesis on targets that are not the embedded mock: it finds what is wrong, with manners, without the token."""

import json
import socket
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from door import interrupted, pytest_quick
from subject import BY_NAME, SAMPLE

from contracts.mock.reply import Received, Reply
from contracts.mock.server import CA_PEM, MockServer
from contracts.network.target import AGENT
from contracts.pytest_plugin.session import BESIDE

TOKEN = "canary-4c1f7be2a9d0"
ITEMS = "tests/contract/test_schemathesis.py"
#: The plugins that the items need.
_PLUGINS = ("-p", "_hypothesis_pytestplugin", "-p", "schemathesis.pytest.plugin")


def judge(url: str, *arguments: str) -> tuple[int, str]:
    """Run the items of Schemathesis against a target; return the exit status and everything that was printed."""
    options = (*_PLUGINS, "--target", url, *arguments)
    return pytest_quick(ITEMS, *options, BEARER_TOKEN=TOKEN, CI="1")


def test_it_reads_a_target_with_few_requests() -> None:
    """It finds nothing wrong with a conforming target, sends it GET and HEAD only, and no more than is announced."""
    with MockServer(SAMPLE, token=TOKEN, auth="required") as server:
        status, output = judge(server.url, "--contract-auth", "required")
    assert status == 0, output
    assert "3 passed, 1 skipped" in output
    sent = [request for request in server.requests if request.first("X-Schemathesis-TestCaseId")]
    assert {request.method for request in sent} == {"GET", "HEAD"}
    assert 3 < len(sent) <= BESIDE


@pytest.mark.parametrize("fault", ["as-documented", "early-hints"])
def test_every_request_goes_through_the_target_layer(fault: str) -> None:
    """All that a TLS target of an own CA sees comes from this suite, its certificates, its reader and its budget.

    Among it is what ignored_auth sends, which takes an interim answer for the answer when it sends on its own.
    """
    with MockServer(SAMPLE, token=TOKEN, auth="required", faults=(BY_NAME[fault].apply,), tls=True) as server:
        status, output = judge(server.url, "--contract-auth", "required", "--contract-ca-bundle", str(CA_PEM))
    assert status == 0, output
    assert "3 passed, 1 skipped" in output
    assert {request.first("User-Agent") for request in server.requests} == {AGENT}
    theirs = [request for request in server.requests if request.first("X-Schemathesis-TestCaseId")]
    assert len(server.requests) - len(theirs) == 8
    assert len(theirs) <= BESIDE
    tokens = {request.first("Authorization") for request in theirs}
    assert tokens == {f"Bearer {TOKEN}", None, "Bearer SCHEMATHESIS-INVALID-VALUE"}


@pytest.mark.usefixtures("measured")
def test_its_requests_keep_to_the_budget() -> None:
    """What --contract-max-requests allows is all that is sent, whoever sends it."""
    with MockServer(SAMPLE, token=TOKEN) as server:
        status, output = judge(server.url, "--contract-auth", "required", "--contract-max-requests", "10")
    assert len(server.requests) == 10
    assert status == 1
    assert "could not judge: the budget of 10 requests is spent (--contract-max-requests)" in output


def clumsy(request: Received, reply: Reply) -> Reply:
    """Fail over a media type that announces a form, and comes without one, as some frameworks do."""
    if (request.first("Content-Type") or "").startswith("multipart/"):
        return replace(reply, status=500, body=b"")
    return reply


def test_what_no_clause_asks_is_a_warning() -> None:
    """A request that the contract does not know is no reason to fail a target, and what came of it is said."""
    with MockServer(SAMPLE, token=TOKEN, faults=(clumsy,)) as server:
        status, output = judge(server.url)
    assert status == 0, output
    assert "ContractWarning: no clause asks for this: schemathesis: GET /v1/event_categories: " in output
    assert "multipart/form-data" in output


@pytest.mark.usefixtures("measured")
def test_a_number_beyond_its_reader_is_a_warning() -> None:
    """A list that is JSON by every clause does not fail because Python's own reader has no room for a number of it."""
    with MockServer(SAMPLE, token=TOKEN, faults=(BY_NAME["numbers-added"].apply,)) as server:
        status, output = judge(server.url)
    assert status == 0, output
    assert "ContractWarning: no clause asks for this: schemathesis: GET /v1/event_categories: " in output


@pytest.mark.usefixtures("measured")
def test_it_finds_what_is_wrong() -> None:
    """A check that cannot fail is a defect: an answer that departs from openapi.yaml fails its item, and no other."""
    faults = (BY_NAME["position-text"].apply, BY_NAME["head-500"].apply)
    with MockServer(SAMPLE, token=TOKEN, faults=faults) as server:
        status, output = judge(server.url)
    assert status == 1, output
    assert "2 failed, 2 skipped" in output
    told = ' - schemathesis: GET /v1/event_categories: Response violates schema: "1" is not of type "integer"'
    assert told in output
    assert "Server error" in output
    assert TOKEN not in output


@pytest.mark.usefixtures("measured")
def test_it_respects_known_deviations(tmp_path: Path) -> None:
    """What the deviations file waives is no failure here either: the items are skipped, and say why."""
    fault = BY_NAME["position-text"]
    entry = '[[deviation]]\nclause = "{}"\nreason = "known"\nowner = "me"\nexpires = 2999-12-31\n'
    (tmp_path / "known.toml").write_text("".join(entry.format(clause) for clause in sorted(fault.breaks)))
    with MockServer(SAMPLE, token=TOKEN, faults=(fault.apply,)) as server:
        status, output = judge(server.url, "--contract-deviations", str(tmp_path / "known.toml"))
    assert status == 0, output
    assert "waived: " in output and "category.position" in output
    assert not [request for request in server.requests if request.first("X-Schemathesis-TestCaseId")]


@pytest.mark.usefixtures("measured")
def test_it_finds_a_list_that_needs_no_token() -> None:
    """Under --auth required, a target that gives the list to everybody fails."""
    with MockServer(SAMPLE, token=TOKEN, auth="public") as server:
        status, output = judge(server.url, "--contract-auth", "required")
    assert status == 1
    assert "API accepts requests without authentication" in output


def echoing(request: Received, reply: Reply) -> Reply:
    """Repeat the request headers in the header and in the body, which then departs from openapi.yaml."""
    headers = {name: value for name, value in request.headers if name != "Host"}
    echo = (("X-Echo", headers.get("Authorization", "")), ("Content-Type", "application/json"))
    return replace(reply, headers=echo, body=json.dumps([headers]).encode())


def fading(request: Received, reply: Reply) -> Reply:
    """Repeat the token to Schemathesis, where there is no answer, or one that is no list, to judge."""
    if not request.first("X-Schemathesis-TestCaseId"):
        return reply
    echo = request.first("Authorization") or ""
    if request.method == "HEAD":
        return Reply(200, raw=f"HTTP/1.1 {echo}\r\n\r\n".encode())
    return replace(reply, status=503, reason=echo, headers=(("X-Echo", echo),), body=echo.encode())


@pytest.mark.usefixtures("measured")
def test_no_failure_to_judge_holds_the_token() -> None:
    """An answer that is broken or 503 is an error, whose traceback with all variables does not hold the token."""
    with MockServer(SAMPLE, token=TOKEN, faults=(fading,)) as server:
        status, output = judge(
            server.url, "--contract-retries=0", "--showlocals", "--full-trace", "--show-capture=all", "-vv"
        )
    assert status == 1
    assert "was answered 503" in output and "the answer is not HTTP" in output
    assert TOKEN not in output


def test_no_output_holds_the_token() -> None:
    """A target may echo what it is sent, and pytest may show every variable: the token is not there."""
    with MockServer(SAMPLE, token=TOKEN, faults=(echoing,)) as server:
        status, output = judge(server.url, "--showlocals", "--full-trace", "--show-capture=all")
    assert status == 1
    assert "Response violates schema" in output
    assert "$BEARER_TOKEN" in output
    assert TOKEN not in output


def muttering(request: Received, reply: Reply) -> Reply:
    """Repeat the token to Schemathesis in a header field, and in a body that is no list."""
    if not request.first("X-Schemathesis-TestCaseId"):
        return reply
    echo = (request.first("Authorization") or "").encode()
    return Reply(200, raw=b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX: " + echo + b"\r\n\r\n[]")


@pytest.mark.parametrize("workers", [(), ("-p", "xdist", "-n", "1")], ids=["here", "in a worker"])
def test_no_log_holds_the_token(tmp_path: Path, workers: tuple[str, ...]) -> None:
    """Neither what is logged at any level nor what JUnit keeps of it shows the token."""
    junit = tmp_path / "junit.xml"
    with MockServer(SAMPLE, token=TOKEN, faults=(muttering,)) as server:
        shown = ("--log-cli-level=DEBUG", "-o", "log_level=DEBUG", "--showlocals", "--tb=long", "-rA")
        kept = ("--junitxml", str(junit), "-o", "junit_logging=all")
        status, output = judge(server.url, *shown, *kept, *workers)
    assert status == 1
    assert "Response violates schema" in output
    assert TOKEN not in output + junit.read_text()


def test_an_interruption_shows_no_token() -> None:
    """Ctrl-C during a request, with all frames and variables shown, does not show the token."""
    asked, go_on = threading.Event(), threading.Event()

    def stalling(request: Received, reply: Reply) -> Reply:
        if request.first("X-Schemathesis-TestCaseId"):
            asked.set()
            go_on.wait(60)
        return reply

    with MockServer(SAMPLE, token=TOKEN, faults=(stalling,)) as server:
        options = (*_PLUGINS, "--target", server.url, "--showlocals", "--full-trace", "-vv")
        status, output = interrupted(asked, ITEMS, *options, BEARER_TOKEN=TOKEN)
        go_on.set()
    assert status == pytest.ExitCode.INTERRUPTED, output
    assert "KeyboardInterrupt" in output
    assert TOKEN not in output


@pytest.mark.usefixtures("measured")
def test_a_dead_target_is_an_error() -> None:
    """What could not be judged is an error, not a failure, and shows no token."""
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    status, output = judge(f"http://127.0.0.1:{port}", "--showlocals", "--full-trace", "--contract-deadline", "2")
    assert status == 1
    assert "2 errors" in output and "failed" not in output.splitlines()[-1]
    assert TOKEN not in output
