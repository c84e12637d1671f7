"""The pytest door: an item a clause, and a result of the right kind for each outcome."""

import json
import re
import socket
import threading
import tomllib
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import pytest
from door import ROOT, interrupted, pytest_quick
from hostile import Behaviour, always, message, raw_server
from subject import BY_NAME, CLAUSES, SAMPLE

from contracts.event_categories.clauses import PATH
from contracts.mock.reply import Received, Reply
from contracts.mock.server import MockServer
from contracts.settings.table import OF_A_RUN

ITEMS = "tests/contract/test_clauses.py"
PLUGIN = "contracts.pytest_plugin"
_SCHEMATHESIS = ("-p", "_hypothesis_pytestplugin", "-p", "schemathesis.pytest.plugin")
TOKEN = "canary-7f3a9secret"


def run(*arguments: str, token: str = "", **environment: str) -> tuple[int, str]:
    """Run pytest on the clauses in a process of its own; return its status and output."""
    secret = {"BEARER_TOKEN": token} if token else {}
    return pytest_quick(ITEMS, *arguments, **environment, **secret)


def elsewhere(folder: Path, *arguments: str, **environment: str) -> tuple[int, str]:
    """Run pytest in a folder that is no part of this project, with the plugin as an entry point loads it."""
    return pytest_quick("-p", PLUGIN, *arguments, folder=folder, **environment)


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


@pytest.mark.usefixtures("measured")
def test_a_breach_is_a_failure(tmp_path: Path) -> None:
    """A breached MUST fails its item, with the block of the command line and without the token."""
    with MockServer(SAMPLE, faults=(BY_NAME["id-number"].apply,)) as server:
        options = ("--target", server.url, "--junitxml", str(tmp_path / "junit.xml"))
        status, output = run(*options, token=server.token, CI="1")  # where summary lines are not cut to the terminal
        assert server.token not in output + (tmp_path / "junit.xml").read_text()
    assert status == 1
    failed = {name for name, case in cases(tmp_path / "junit.xml").items() if case.find("failure") is not None}
    assert failed == set(BY_NAME["id-number"].breaks)
    assert re.search(r"received\s+7\n", output)
    line = "category.id /event_categories/0/id: expected a non-empty string, received 7"
    assert f"FAILED {ITEMS}::test_clause[category.id] - {line}\n" in output
    failure = cases(tmp_path / "junit.xml")["category.id"].find("failure")
    assert failure is not None and failure.get("message") == line
    assert f"contracts verify {server.url}/v1/event_categories --clause category.id" in output


@pytest.mark.usefixtures("measured")
def test_a_should_warns_unless_strict() -> None:
    """A breached SHOULD is a warning; with --strict it fails."""
    with MockServer(SAMPLE, faults=(BY_NAME["order-reversed"].apply,)) as server:
        lenient = run("--target", server.url, token=server.token)
        strict = run("--target", server.url, "--contract-strict", token=server.token)
    assert lenient[0] == 0, lenient[1]
    assert "ContractWarning" in lenient[1]
    assert strict[0] == 1
    assert "FAILED tests/contract/test_clauses.py::test_clause[list.positions-ascending]" in strict[1]


@pytest.mark.usefixtures("measured")
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
    # One line an item, and none of the plugin's frames.
    told = output.partition("ERROR at setup of test_clause[json.utf-8] ")[2].splitlines()
    assert told[1] == f"json.utf-8: could not judge: 127.0.0.1:{port}: the connection was refused"
    assert told[2].startswith("___")
    assert "pytest_plugin.py" not in output


def busy(request: Received, reply: Reply) -> Reply:
    """Be unavailable below the collection."""
    below = request.path.startswith(f"{PATH}/")
    return replace(reply, status=503, headers=(("Retry-After", "0"),)) if below else reply


def test_a_should_that_could_not_be_judged_is_a_skip() -> None:
    """What leaves the verdict of the command line as it is fails no session either."""
    clauses = ("--contract-clause", "http.unknown-path", "--contract-clause", "json")
    with MockServer(SAMPLE, faults=(busy,)) as server:
        status, output = run("--target", server.url, *clauses, token=server.token)
    assert status == 0, output
    assert re.search(r"SKIPPED .* inconclusive: GET .* was answered 503", output)


def test_not_exercised_is_a_skip_and_no_pass() -> None:
    """An empty list skips what it leaves unexercised, says so, and the session is an error all the same."""
    with MockServer(SAMPLE, elements=[]) as server:
        status, output = run("--target", server.url, token=server.token)
        allowed, _ = run("--target", server.url, "--contract-allow-empty", token=server.token)
    assert status == 1
    assert "not exercised: the list is empty" in output
    assert "ERROR tests/contract/test_clauses.py::test_verdict" in output
    assert allowed == 0


@pytest.mark.usefixtures("measured")
def test_header_tells_target_budget_and_origins() -> None:
    """The header says what is judged, what it costs and where each setting came from."""
    with MockServer(SAMPLE) as server:
        options = ("--target", server.url, "--contract-timeout", "3")
        _, output = run(*options, token=server.token, CONTRACTS_DEADLINE="60")
    assert f"contract target: {server.url}/v1/event_categories" in output
    assert "contract budget: 8 requests planned, 35 at most" in output
    assert "timeout=3 (option --contract-timeout)" in output
    assert "deadline=60 (environment CONTRACTS_DEADLINE)" in output


@pytest.mark.parametrize("variable", ["SCALINGO_API_URL", "CONTRACTS_TARGET"])
def test_only_an_option_leads_to_a_target(variable: str) -> None:
    """The contract alone, where a shell holds a target, is neither sent there nor judged on the mock unasked."""
    with MockServer(SAMPLE) as server:
        status, output = run("--contract-clause", "json", **{variable: server.url})
        asked, judged = run("--contract-clause", "json", "--contract-mock", **{variable: server.url})
        assert server.requests == []
    assert status == pytest.ExitCode.USAGE_ERROR
    assert f"{variable} is set" in output and "--target URL" in output and "--contract-mock" in output
    assert asked == 0
    assert "contract target: the embedded mock" in judged


@pytest.mark.usefixtures("measured")
def test_one_worker_of_xdist_observes_for_all(tmp_path: Path) -> None:
    """Whatever the number of workers, the target is asked once, by the requests that the header says."""
    with MockServer(SAMPLE, faults=(BY_NAME["id-number"].apply,)) as server:
        options = ("-p", "xdist", "-n", "4", "--target", server.url, "--contract-reports", str(tmp_path / "reports"))
        status, output = run(*options, token=server.token)
        assert len(server.requests) == 8
    assert status == 1, output
    assert "8 requests planned, 35 at most" in output
    told = re.findall(r"contract: VIOLATES: .* (\d+) requests", output)
    assert told == ["8"], output
    assert json.loads((tmp_path / "reports" / "result.json").read_text())["verdict"] == "violates"


def test_selection() -> None:
    """--clause leaves the other items out and sends only what is needed; nothing matched is a usage error."""
    with MockServer(SAMPLE) as server:
        status, output = run("--target", server.url, "--contract-clause", "json", token=server.token)
        assert len(server.requests) == 1
    assert status == 0
    assert "5 passed, 32 deselected" in output
    status, output = run("--contract-clause", "jason")
    assert status == pytest.ExitCode.USAGE_ERROR
    assert "no clause matches 'jason'" in output


@pytest.mark.usefixtures("measured")
def test_deviations(tmp_path: Path) -> None:
    """The file of the command line works here: a match is an expected failure, a stale entry fails."""
    entry = '[[deviation]]\nclause = "{}"\nreason = "known"\nowner = "team"\nexpires = 2999-01-01\n'
    known, stale = tmp_path / "known.toml", tmp_path / "stale.toml"
    known.write_text(entry.format("category.required"))
    stale.write_text(known.read_text() + entry.format("category.id"))
    with MockServer(SAMPLE, faults=(BY_NAME["position-missing"].apply,)) as server:
        good = run("--target", server.url, "--contract-deviations", str(known), token=server.token)
        bad = run("--target", server.url, "--contract-deviations", str(stale), token=server.token)
    assert good[0] == 0, good[1]
    assert "1 xfailed" in good[1]
    assert bad[0] == 1
    assert "FAILED tests/contract/test_clauses.py::test_clause[category.id]" in bad[1]


def test_html_and_annotations(tmp_path: Path) -> None:
    """pytest-html and the annotations for GitHub name the clause that failed."""
    page = tmp_path / "report.html"
    with MockServer(SAMPLE, faults=(BY_NAME["id-number"].apply,)) as server:
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


@pytest.mark.parametrize("workers", [(), ("-p", "xdist", "-n", "1")], ids=["here", "in a worker"])
def test_no_log_holds_the_token(tmp_path: Path, workers: tuple[str, ...]) -> None:
    """A header line without a colon, which urllib3 logs as it came, is neither captured nor shown, at any level."""
    echo = (f"Bearer {TOKEN}", f"X-Echo: {TOKEN}")
    with raw_server(always(message(b"{}", headers=echo))) as server:
        shown = ("--log-cli-level=DEBUG", "-o", "log_level=DEBUG", "--showlocals", "--tb=long", "-rA")
        junit = ("--junitxml", str(tmp_path / "junit.xml"), "-o", "junit_logging=all")
        status, output = run("--target", server.url, *shown, *junit, *workers, token=TOKEN)
        assert server.requests
    assert status == 1
    assert TOKEN not in output + (tmp_path / "junit.xml").read_text()


def test_an_interruption_shows_no_token() -> None:
    """Ctrl-C during a request, with all frames and variables shown, does not show the token, and nobody asks again."""
    asked = threading.Event()
    requests: list[bytes] = []

    def stall(_connection: socket.socket, request: bytes, stop: threading.Event) -> None:
        requests.append(request)
        asked.set()
        stop.wait(60)

    behave: Behaviour = stall
    with raw_server(behave) as server:
        options = ("--target", server.url, "--showlocals", "--full-trace", "-vv")
        status, output = interrupted(asked, ITEMS, *options, BEARER_TOKEN=TOKEN)
    assert status == pytest.ExitCode.INTERRUPTED, output
    assert "KeyboardInterrupt" in output
    assert TOKEN not in output
    assert len(requests) == 1


def test_a_bare_run_tests_the_project_on_the_mock() -> None:
    """Whatever a shell holds for another use, nothing of it steers the tests of this project."""
    foreign = {"CONTRACTS_TIMEOUT": "soon", "CONTRACTS_MOKC": "1", "BEARER_TOKEN": "two words"}
    with MockServer(SAMPLE) as server:
        # The project, but for the items that it takes seconds to collect, and that are left out anyhow.
        arguments = ("-k", "test_verdict", "--ignore", "tests/suite", "--ignore", "tests/contract/test_schemathesis.py")
        status, output = pytest_quick(*arguments, **foreign, SCALINGO_API_URL=server.url)
        assert server.requests == []
    assert status == 0, output
    assert "contract target: the embedded mock" in output
    assert "contract: PARTIAL (the embedded mock was judged): the embedded mock: " in output


def test_the_header_and_the_end_say_what_was_judged() -> None:
    """A part of the contract is no verdict on it, and the mock is called so."""
    status, output = run("--contract-mock", "--contract-clause", "json")
    assert status == 0
    assert "contract target: the embedded mock, 4 of 36 clauses" in output
    assert (
        "contract: PARTIAL (the embedded mock was judged, only some clauses were selected): 4 of 36 clauses judged: "
        in output
    )


def test_a_violation_fails_the_verdict() -> None:
    """The item of the verdict fails when a clause fails the run, and says what the command line says last."""
    with MockServer(SAMPLE, faults=(BY_NAME["id-number"].apply,)) as server:
        status, output = run("--target", server.url, "-k", "test_verdict", token=server.token, CI="1")
    assert status == 1
    assert f"test_verdict - VIOLATES: {server.url}/v1/event_categories: " in output


CLASHING = """
import pytest

def pytest_addoption(parser):
    for name in {names}:
        parser.addoption(f"--{{name}}", action="store_true")

@pytest.fixture
def report(): return 1
@pytest.fixture
def run(): return 1
@pytest.fixture
def clause(): return 1
"""


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--contract-token", TOKEN), "there is no option --contract-token"),
        ((f"--contract-headr-env={TOKEN}",), "did you mean --contract-header-env?"),
        ((f"--contract-{TOKEN}",), "there is no option of that name"),
    ],
)
def test_an_option_that_there_is_not_shows_no_value(arguments: tuple[str, ...], said: str, tmp_path: Path) -> None:
    """What stands behind an option of ours that there is not may be a secret: it is refused without being shown."""
    status, output = elsewhere(tmp_path, *arguments)
    assert status == pytest.ExitCode.USAGE_ERROR
    assert said in output
    assert TOKEN not in output


@pytest.mark.parametrize("workers", [(), ("-p", "xdist", "-n", "1")], ids=["alone", "xdist"])
def test_a_report_that_cannot_be_written_is_no_pass(workers: tuple[str, ...], tmp_path: Path) -> None:
    """It is one line and no traceback, and the others are written; none of an earlier run was left in their place."""
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "report.md").write_text("of an earlier run")
    (tmp_path / "test_own.py").write_text(
        "from pathlib import Path\n"
        "def test_own(contract_report):\n"
        "    assert not Path('out/report.md').exists()\n"
        "    Path('out/junit.xml').mkdir()\n"
        "    Path('out/junit.xml/x').touch()\n"
    )
    asked = ("--contract-mock", "--contract-reports", "out", "test_own.py")
    status, output = elsewhere(tmp_path, *workers, *asked)
    assert "contract: out/junit.xml cannot be written: " in output
    assert "Traceback" not in output
    assert status == pytest.ExitCode.USAGE_ERROR
    assert (tmp_path / "out" / "report.html").is_file()


def test_an_option_of_somebody_else_may_have_the_prefix(tmp_path: Path) -> None:
    """Another plugin, or the conftest of a project, may know an option that begins as ours do."""
    (tmp_path / "conftest.py").write_text("def pytest_addoption(parser): parser.addoption('--contract-colour')")
    (tmp_path / "test_own.py").write_text(
        "def test_own(pytestconfig): assert pytestconfig.getoption('contract_colour')"
    )
    assert elsewhere(tmp_path, "--contract-colour=red", "test_own.py")[0] == 0


def test_no_option_or_fixture_clashes_with_those_of_others(tmp_path: Path) -> None:
    """Another plugin may have options such as --timeout, as pytest-timeout has, and fixtures such as report."""
    # --contract is the prefix of all of ours, and so no name of anybody else.
    names = [setting.option[2:] for setting in OF_A_RUN if setting.name not in ("contract", "strict", "target")]
    (tmp_path / "clashing.py").write_text(CLASHING.format(names=names))
    status, output = run("-p", "clashing", "--timeout", "--contract-timeout", "3", PYTHONPATH=str(tmp_path))
    assert status == 0, output
    assert "timeout=3 (option --contract-timeout)" in output


def test_an_installed_package_offers_the_plugin() -> None:
    """The entry point of pytest leads to the plugin, under the name by which a project may also load it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["entry-points"]["pytest11"] == {PLUGIN: PLUGIN}


def test_a_project_that_does_not_use_it_is_left_alone(tmp_path: Path) -> None:
    """No line, no request and no complaint about settings, where no item asks for a fixture of the plugin."""
    (tmp_path / "test_own.py").write_text("def test_own(): pass\n")
    (tmp_path / "contracts.toml").write_text("nonsense = 1\n")
    with MockServer(SAMPLE) as server:
        wrong = {"CONTRACTS_TIMEOUT": "soon", "CONTRACTS_MOKC": "1", "SCALINGO_API_URL": server.url}
        status, output = elsewhere(tmp_path, **wrong)
        assert server.requests == []
    assert status == 0, output
    said = [line for line in output.lower().splitlines() if not line.startswith(("rootdir: ", "plugins: "))]
    assert not [line for line in said if "contract" in line]


OWN = """
def test_own(contract_report, contract_run, contract_evidence):
    assert contract_report.verdict == "conforms"
    assert contract_evidence.url == contract_run.target.address.url

def test_other(): pass
"""


@pytest.mark.usefixtures("measured")
def test_items_of_another_project(tmp_path: Path) -> None:
    """Items elsewhere may ask for the report; without a target these are errors, and all others of the project run."""
    (tmp_path / "test_own.py").write_text(OWN)
    with MockServer(SAMPLE) as server:
        judged = elsewhere(tmp_path, "--contract-target", server.url, BEARER_TOKEN=server.token)
        refused = elsewhere(tmp_path, SCALINGO_API_URL=server.url)
        assert len(server.requests) == 8
        spread = elsewhere(tmp_path, "-p", "xdist", "-n", "1", SCALINGO_API_URL=server.url)
        unused = elsewhere(tmp_path, "-k", "test_other")
        assert len(server.requests) == 8
    assert judged[0] == 0, judged[1]
    line = "no target: say --contract-target URL, or --contract-mock to judge the embedded mock"
    for status, output in (refused, spread):
        assert status == 1, output
        assert f"{line}; pytest does not follow SCALINGO_API_URL" in output and "1 passed, 1 error" in output
    assert unused[0] == 0, unused[1]


@pytest.mark.parametrize("workers", [(), ("-p", "xdist", "-n", "1")], ids=["here", "in a worker"])
def test_the_items_of_the_package_ask_for_a_target(tmp_path: Path, workers: tuple[str, ...]) -> None:
    """Without a target and without the mock each item of the package says so; the tests of the project run."""
    (tmp_path / "test_own.py").write_text("def test_own(): pass\n")
    status, output = elsewhere(tmp_path, ".", "--pyargs", "contracts.suite", *_SCHEMATHESIS, *workers)
    assert status == 1
    assert "1 passed" in output and " failed" not in output
    assert "no target: say --contract-target URL, or --contract-mock to judge the embedded mock" in output


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--contract-target", "http://example.org"), "plain HTTP is only for the loopback interface"),
        (("--contract-mock", "--contract-timeout", "soon"), "option --contract-timeout: timeout is 'soon'"),
        (("--contract-mock", "--contract-target", "localhost"), "(option --contract-mock) and a target"),
        (("--contract-mock", "--contract-deviations", "none.toml"), "none.toml"),
    ],
)
@pytest.mark.usefixtures("measured")
def test_usage_errors_are_one_line(tmp_path: Path, arguments: tuple[str, ...], words: str) -> None:
    """A wrong option is said as pytest says such things, by the name that it has there, without a traceback."""
    status, output = elsewhere(tmp_path, "--pyargs", "contracts.suite", *arguments)
    assert status == pytest.ExitCode.USAGE_ERROR
    [line] = output.strip().splitlines()
    assert line.startswith("ERROR: ")
    assert words in line
