"""The pytest door: an item a clause, and a result of the right kind for each outcome."""

import re
import socket
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from door import ROOT, clean_environment
from hostile import always, message, raw_server

from contracts.event_categories.clauses import CLAUSES
from contracts.mock.faults import BY_NAME
from contracts.mock.server import MockServer

ITEMS = "tests/contract/test_clauses.py"


#: Plugins that a test does not need are not loaded: importing them takes longer than the run.
_QUICK = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}


def run(*arguments: str, token: str = "", **environment: str) -> tuple[int, str]:
    """Run pytest on the clauses in a process of its own; return its status and output."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", ITEMS, "-p", "no:cacheprovider", *arguments],
        cwd=ROOT,
        env=clean_environment(**_QUICK, **environment, **({"BEARER_TOKEN": token} if token else {})),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def cases(file: Path) -> dict[str, ET.Element]:
    """The testcases of a JUnit file by clause id."""
    found = {}
    for case in ET.parse(file).iter("testcase"):
        if match := re.search(r"\[(.+)\]", case.get("name", "")):
            found[match[1]] = case
    return found


def properties(case: ET.Element) -> dict[str, str]:
    """The properties of a testcase."""
    return {p.get("name", ""): p.get("value", "") for p in case.iter("property")}


def test_one_item_a_clause(tmp_path: Path) -> None:
    """On the mock every clause is an item with its id, level and observations in the JUnit file."""
    status, output = run("--junitxml", str(tmp_path / "junit.xml"))
    assert status == 0, output
    found = cases(tmp_path / "junit.xml")
    assert list(found) == [clause.id for clause in CLAUSES]
    for clause in CLAUSES:
        noted = properties(found[clause.id])
        assert (noted["clause"], noted["level"]) == (clause.id, str(clause.level))
        skipped = found[clause.id].find("skipped")
        assert (int(noted["observations"]) > 0) is (skipped is None)
        assert skipped is None or "not applicable" in skipped.get("message", "")


def test_a_breach_is_a_failure(tmp_path: Path) -> None:
    """A breached MUST fails its item, with the block of the command line and without the token."""
    with MockServer(faults=(BY_NAME["id-number"].apply,)) as server:
        status, output = run("--target", server.url, "--junitxml", str(tmp_path / "junit.xml"), token=server.token)
        assert server.token not in output + (tmp_path / "junit.xml").read_text()
    assert status == 1
    failed = {name for name, case in cases(tmp_path / "junit.xml").items() if case.find("failure") is not None}
    assert failed == set(BY_NAME["id-number"].breaks)
    assert re.search(r"received\s+7\n", output)
    assert f"contracts verify {server.url}/v1/event_categories --clause category.id" in output


def test_a_should_warns_unless_strict() -> None:
    """A breached SHOULD is a warning; with --strict it fails."""
    with MockServer(faults=(BY_NAME["order-reversed"].apply,)) as server:
        lenient = run("--target", server.url, token=server.token)
        strict = run("--target", server.url, "--contract-strict", token=server.token)
    assert lenient[0] == 0, lenient[1]
    assert "ContractWarning" in lenient[1]
    assert strict[0] == 1
    assert "FAILED tests/contract/test_clauses.py::test_clause[list.positions-ascending]" in strict[1]


def test_could_not_judge_is_an_error(tmp_path: Path) -> None:
    """A target that cannot be reached makes errors, no failures, and never a pass."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    options = ("--target", f"http://127.0.0.1:{port}", "--contract-deadline", "1", "--showlocals")
    status, output = run(*options, "--junitxml", str(tmp_path / "junit.xml"), token="canary-7f3a9secret")
    assert status == 1
    for name, case in cases(tmp_path / "junit.xml").items():
        assert case.find("failure") is None
        assert case.find("error") is not None or case.find("skipped") is not None, name
    assert "ERROR tests/contract/test_clauses.py::test_verdict" in output
    assert "canary" not in output + (tmp_path / "junit.xml").read_text()


def test_not_exercised_is_a_skip_and_no_pass() -> None:
    """An empty list skips what it leaves unexercised, says so, and the session is an error all the same."""
    with MockServer(categories=[]) as server:
        status, output = run("--target", server.url, token=server.token)
        allowed, _ = run("--target", server.url, "--contract-allow-empty", token=server.token)
    assert status == 1
    assert "not exercised: the list is empty" in output
    assert "ERROR tests/contract/test_clauses.py::test_verdict" in output
    assert allowed == 0


def test_header_tells_target_budget_and_origins() -> None:
    """The header says what is judged, what it costs and where each setting came from."""
    with MockServer() as server:
        options = ("--target", server.url, "--contract-timeout", "3")
        _, output = run(*options, token=server.token, CONTRACTS_DEADLINE="60")
    assert f"contract target: {server.url}/v1/event_categories" in output
    assert "contract budget: 8 requests planned, 24 at most" in output
    assert "timeout=3 (option --contract-timeout)" in output
    assert "deadline=60 (environment CONTRACTS_DEADLINE)" in output


@pytest.mark.parametrize("variable", ["SCALINGO_API_URL", "CONTRACTS_TARGET"])
def test_only_an_option_leads_to_a_target(variable: str) -> None:
    """The contract alone, where a shell holds a target, is neither sent there nor judged on the mock unasked."""
    with MockServer() as server:
        status, output = run("--contract-clause", "json", **{variable: server.url})
        asked, judged = run("--contract-clause", "json", "--contract-mock", **{variable: server.url})
        assert server.requests == []
    assert status == pytest.ExitCode.USAGE_ERROR
    assert f"{variable} is set" in output and "--target URL" in output and "--contract-mock" in output
    assert asked == 0
    assert "contract target: the embedded mock" in judged


def test_xdist_fetches_once_a_worker() -> None:
    """With two workers each observes the target once, and the header says so."""
    with MockServer() as server:
        status, output = run("-p", "xdist", "-n", "2", "--target", server.url, token=server.token)
        assert len(server.requests) in (8, 16)
    assert status == 0, output
    assert "8 requests planned, 24 at most for each of 2 workers" in output


def test_selection() -> None:
    """--clause leaves the other items out and sends only what is needed; nothing matched is a usage error."""
    with MockServer() as server:
        status, output = run("--target", server.url, "--contract-clause", "json", token=server.token)
        assert len(server.requests) == 1
    assert status == 0
    assert "5 passed, 32 deselected" in output
    status, output = run("--contract-clause", "jason")
    assert status == pytest.ExitCode.USAGE_ERROR
    assert "no clause matches 'jason'" in output


def test_deviations(tmp_path: Path) -> None:
    """The file of the command line works here: a match is an expected failure, a stale entry fails."""
    entry = '[[deviation]]\nclause = "{}"\nreason = "known"\nowner = "team"\nexpires = 2999-01-01\n'
    known, stale = tmp_path / "known.toml", tmp_path / "stale.toml"
    known.write_text(entry.format("category.required"))
    stale.write_text(known.read_text() + entry.format("category.id"))
    with MockServer(faults=(BY_NAME["position-missing"].apply,)) as server:
        good = run("--target", server.url, "--contract-deviations", str(known), token=server.token)
        bad = run("--target", server.url, "--contract-deviations", str(stale), token=server.token)
    assert good[0] == 0, good[1]
    assert "2 xfailed" in good[1]
    assert bad[0] == 1
    assert "FAILED tests/contract/test_clauses.py::test_clause[category.id]" in bad[1]


def test_html_and_annotations(tmp_path: Path) -> None:
    """pytest-html and the annotations for GitHub name the clause that failed."""
    page = tmp_path / "report.html"
    with MockServer(faults=(BY_NAME["id-number"].apply,)) as server:
        plugins = (
            "-p",
            "pytest_html.plugin",
            "-p",
            "pytest_github_actions_annotate_failures.plugin",
            "-p",
            "pytest_metadata.plugin",
        )
        arguments = (*plugins, "--target", server.url, "--html", str(page), "--self-contained-html")
        _, output = run(*arguments, token=server.token, GITHUB_ACTIONS="true")
    assert "test_clause[category.id]" in page.read_text()
    assert re.search(r"::error .*test_clause\[category\.id\]", output)


def test_a_target_that_echoes_leaks_nothing(tmp_path: Path) -> None:
    """Not even --showlocals shows the token, whatever the target sends back."""
    body = b'{"event_categories": [{"id": "canary-7f3a9secret"}]}'
    with raw_server(always(message(body))) as server:
        options = ("--target", server.url, "--showlocals", "--full-trace", "-vv")
        _, output = run(*options, "--junitxml", str(tmp_path / "junit.xml"), token="canary-7f3a9secret")
    assert "canary" not in output + (tmp_path / "junit.xml").read_text()
