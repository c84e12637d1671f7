"""What the plugin offers to tests of one's own: the list, a session to the target, marks, and a place for reports."""

import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import pytest
from door import ROOT, pytest_quick
from subject import BY_NAME, SAMPLE

from contracts.mock.reply import Received, Reply
from contracts.mock.server import MockServer

pytestmark = pytest.mark.usefixtures("measured")
TOKEN = "canary-4c1f7be2a9d0"
PLUGIN = ("-p", "contracts.pytest_plugin")
SCHEMATHESIS = ("-p", "_hypothesis_pytestplugin", "-p", "schemathesis.pytest.plugin")


def judged(folder: Path, text: str, url: str, *arguments: str, **environment: str) -> tuple[int, str]:
    """Run a file of tests in a project of its own; return the exit status and everything that was printed."""
    (folder / "test_own.py").write_text(text)
    target = ("--contract-target", url) if url else ()
    return pytest_quick(*PLUGIN, *target, *arguments, folder=folder, **({"BEARER_TOKEN": TOKEN} | environment))


def test_the_example_of_the_documentation(tmp_path: Path) -> None:
    """The file that docs/pytest.md shows passes on a target that keeps the contract."""
    example = (ROOT / "docs" / "examples" / "test_event_categories.py").read_text("utf-8")
    with MockServer(SAMPLE, token=TOKEN) as server:
        status, output = judged(tmp_path, example, server.url)
    assert status == 0, output
    assert "3 passed" in output


def test_the_verdict_compares_with_its_name(tmp_path: Path) -> None:
    """The verdict of a target that violates is no conforms, under whichever type it is compared."""
    text = 'def test_own(contract_report): assert contract_report.verdict == "violates" != "conforms"\n'
    with MockServer(SAMPLE, token=TOKEN, faults=(BY_NAME["id-number"].apply,)) as server:
        status, output = judged(tmp_path, text, server.url)
    assert status == 0, output


LISTED = """
def test_own(contract_categories):
    assert [type(category["position"]) for category in contract_categories] == [int] * len(contract_categories)
    contract_categories.clear()

def test_again(contract_categories):
    assert contract_categories
"""


def whole(request: Received, reply: Reply) -> Reply:
    """Write the positions as 1.0, which is an integer to JSON Schema."""
    return replace(reply, body=reply.body.replace(b'"position": 1,', b'"position": 1.0,'))


def test_the_list_is_plain_and_each_test_has_its_own(tmp_path: Path) -> None:
    """A whole number is an int however it was sent, and what one test does to the list is nothing to the next."""
    with MockServer(SAMPLE, token=TOKEN, faults=(whole,)) as server:
        status, output = judged(tmp_path, LISTED, server.url)
    assert status == 0, output


def test_without_a_list_the_test_is_skipped_with_the_reason(tmp_path: Path) -> None:
    """A target without a list skips what needs it, and says why."""
    with MockServer(SAMPLE, token=TOKEN, faults=(BY_NAME["root-array"].apply,)) as server:
        status, output = judged(tmp_path, LISTED, server.url, "-rs")
    assert "2 skipped" in output, output
    assert "there are no categories: " in output
    assert status == 0


SENDING = """
import pytest
import requests

def test_own(contract_session, contract_run):
    base = contract_run.target.address.base
    for url in ("/v1/event_categories", base + "/v1/event_categories"):
        response = contract_session.get(url)
        assert response.status_code == 200
    assert "TOKEN" in response.request.headers["Authorization"]
    with pytest.raises(requests.exceptions.RequestException, match="sends no body"):
        contract_session.post("/v1/event_categories", json={})

def test_guest(contract_session):
    del contract_session.headers["Authorization"]
    assert contract_session.get("/v1/event_categories").status_code == 401

def test_elsewhere(contract_session):
    for url in ("http://127.0.0.1:9/v1", "https://example.org/", "http://localhost.example/"):
        with pytest.raises(requests.exceptions.InvalidURL, match="this session leads to http://127.0.0.1"):
            contract_session.get(url)
"""


def test_a_session_to_the_target(tmp_path: Path) -> None:
    """It is authenticated, says so without the token, and sends nothing to another origin."""
    with MockServer(SAMPLE, token=TOKEN, auth="required") as server:
        status, output = judged(tmp_path, SENDING, server.url, "--contract-auth", "required")
        assert status == 0, output
        assert len(server.requests) == 3
        assert {request.first("Authorization") for request in server.requests} == {f"Bearer {TOKEN}", None}


FAILING = """
def test_own(contract_session):
    for _ in range(30):
        answer = contract_session.get("/v1/event_categories")
        text = answer.text
    assert 0
"""


def echoing(request: Received, reply: Reply) -> Reply:
    """Repeat the token."""
    return replace(reply, body=b'{"echo": "' + (request.first("Authorization") or "").encode() + b'"}')


def test_a_session_is_counted_and_masked(tmp_path: Path) -> None:
    """What a test may send is bounded, in the words of pytest, and a failing test with all variables shows no token."""
    with MockServer(SAMPLE, token=TOKEN, faults=(echoing,)) as server:
        status, output = judged(
            tmp_path, FAILING, server.url, "--showlocals", "--full-trace", "--contract-max-requests", "9"
        )
        assert len(server.requests) == 9
    assert status == 1
    assert "the budget of 9 requests is spent (--contract-max-requests)" in output
    assert "$BEARER_TOKEN" in output
    assert TOKEN not in output


def test_a_mark_and_the_configuration_of_the_project(tmp_path: Path) -> None:
    """A project may name its target in its configuration, and choose the items that ask for it by their mark."""
    text = "def test_own(contract_report): pass\ndef test_other(): pass\n"
    with MockServer(SAMPLE, token=TOKEN) as server:
        (tmp_path / "pytest.ini").write_text(f"[pytest]\ncontract_target = {server.url}\n")
        others = judged(tmp_path, text, "", "-m", "not contract", "--strict-markers")
        assert not server.requests
        own = judged(tmp_path, text, "", "-m", "contract", "--strict-markers")
    assert others[0] == 0 and "1 passed, 1 deselected" in others[1]
    assert own[0] == 0 and "1 passed, 1 deselected" in own[1]
    assert f"contract target: {server.url}" in own[1]


def unavailable(request: Received, reply: Reply) -> Reply:
    """Be unavailable to Schemathesis alone."""
    if not request.first("X-Schemathesis-TestCaseId"):
        return reply
    return replace(reply, status=503, headers=(("Retry-After", "0"),), body=b"")


@pytest.mark.parametrize("fault", ["id-number", "unavailable", "dead"])
def test_what_could_not_be_judged_is_an_error_at_every_item(tmp_path: Path, fault: str) -> None:
    """JUnit has failures for breaches alone; what the run could not judge is an error, in Schemathesis' items, too."""
    junit = tmp_path / "junit.xml"
    faults = {"id-number": (BY_NAME["id-number"].apply,), "unavailable": (unavailable,)}.get(fault, ())
    with MockServer(SAMPLE, token=TOKEN, faults=faults) as server:
        url = server.url
        if fault != "dead":
            run = judged(
                tmp_path, "", url, "--pyargs", "contracts.suite", *SCHEMATHESIS, "--junitxml", str(junit),
                "--contract-retries", "0",
            )  # fmt: skip
    if fault == "dead":
        arguments = ("--pyargs", "contracts.suite", *SCHEMATHESIS, "--junitxml", str(junit), "--contract-retries", "0")
        run = judged(tmp_path, "", url, *arguments)
    cases = list(ET.parse(junit).iter("testcase"))
    failed = {case.get("name") for case in cases if case.find("failure") is not None}
    errors = {case.get("name") for case in cases if case.find("error") is not None}
    assert run[0] == 1, run[1]
    assert bool(failed) is (fault == "id-number"), failed
    assert bool(errors) is (fault != "id-number"), errors
    if fault == "unavailable":
        assert {str(name).partition("[")[0] for name in errors} == {"test_get", "test_head"}
    assert len(run[1]) < 30_000


def test_a_failed_property_prints_no_list(tmp_path: Path) -> None:
    """A property that fails tells what is wrong, and does not print the report or the list."""
    arguments = ("--pyargs", "contracts.suite", "-k", "types_hold or one_order")
    with MockServer(SAMPLE, token=TOKEN, faults=(BY_NAME["position-text"].apply,)) as server:
        status, output = judged(tmp_path, "", server.url, *arguments)
    assert status == 1
    assert "position: expected a whole number, received" in output
    assert len(output) < 6_000, len(output)


def test_lines_to_paste_name_the_variable(tmp_path: Path) -> None:
    """The curl lines of a failure name the variable as a shell reads it, those of Schemathesis, too."""
    arguments = ("--pyargs", "contracts.suite", "-k", "test_get or category.position", *SCHEMATHESIS)
    with MockServer(SAMPLE, token=TOKEN, faults=(BY_NAME["position-text"].apply,)) as server:
        status, output = judged(tmp_path, "", server.url, *arguments)
    assert status == 1
    lines = [line for line in output.splitlines() if "curl" in line]
    assert len(lines) == 2
    assert all('-H "Authorization: Bearer $BEARER_TOKEN"' in line for line in lines), lines
    assert "${}BEARER_TOKEN" not in output


SOCKETS = """
import socket

class SocketBlockedError(RuntimeError):
    __module__ = "pytest_socket"

class Guarded(socket.socket):
    def __new__(cls, *args, **kwargs):
        raise SocketBlockedError("A test tried to use socket.socket.")

def pytest_runtest_setup():
    socket.socket = Guarded
"""


def test_pytest_socket_gets_one_sentence(tmp_path: Path) -> None:
    """A plugin that forbids sockets is named, with what to do, and is no fault of the suite."""
    (tmp_path / "conftest.py").write_text(SOCKETS)
    with MockServer(SAMPLE, token=TOKEN) as server:
        status, output = judged(tmp_path, "def test_own(contract_report): pass\n", server.url)
    assert status == 1
    assert "pytest-socket blocks the way to the target: mark the test with enable_socket" in output
    assert "a fault of the suite" not in output
