"""``contracts verify`` as a user meets it: exit statuses, one clear line for every mistake, and no token anywhere."""

import json
import signal
import socket
import ssl
import subprocess
import sys
import threading
import zlib
from base64 import b64encode
from pathlib import Path
from urllib.parse import quote

import pytest
from door import clean_environment, contracts, contracts_in_a_process
from hostile import Behaviour, always, drip, head_of, message, politely, raw_server, silence
from subject import BY_NAME, CLAUSES, CONTRACT, SAMPLE

from contracts import bundle
from contracts.core.errors import IncompleteError, UsageError
from contracts.mock.faults.fault import instead
from contracts.mock.reply import Reply
from contracts.mock.server import CA_PEM, SERVER_PEM, MockServer
from contracts.reading import read_bytes
from contracts.settings.sources import working_directory
from contracts.settings.table import TABLE

TOKEN = {"BEARER_TOKEN": "canary-7f3a/9+secret=="}


def of(server: MockServer) -> dict[str, str]:
    """The environment with the token of a mock."""
    return {"BEARER_TOKEN": server.token}


def test_the_embedded_mock_conforms() -> None:
    """The embedded mock conforms, every clause has a line under -v, and the last line says that it is only the mock."""
    done = contracts_in_a_process("verify", "--mock", "-v")
    assert done.status == 0, done.out + done.err
    assert "(the embedded mock)" in done.out
    assert all(f" {clause.id} " in done.out for clause in CLAUSES)
    assert done.last_line.startswith("PARTIAL (the embedded mock was judged): the embedded mock: ")
    assert "\x1b" not in done.out + done.err


def test_a_conforming_server() -> None:
    """A conforming server: exit 0, every MUST held or not applicable with a reason, at most 8 requests."""
    with MockServer(SAMPLE) as server:
        done = contracts("verify", server.url, "--json", "-", environment=of(server))
        assert len(server.requests) <= 8
    assert done.status == 0, done.err
    result = json.loads(done.out)
    assert result["verdict"] == "conforms"
    assert result["requests"]["sent"] == len(server.requests)
    for clause in result["clauses"]:
        assert clause["outcome"] in ("held", "not applicable")
        assert clause["observations"] if clause["outcome"] == "held" else clause["reason"]


@pytest.mark.parametrize(
    "name",
    ["status-201", "json-nan", "root-array", "id-missing", "position-text", "ids-shared", "errors-html", "head-405"],
)
def test_a_server_that_breaks_one_clause(name: str) -> None:
    """A breach is exit 1, and the output names the clause, the place, both values, a curl line and how to rerun."""
    fault = BY_NAME[name]
    with MockServer(SAMPLE, faults=(fault.apply,)) as server:
        done = contracts("verify", server.url, "-v", environment=of(server))
        usual = contracts("verify", server.url, environment=of(server))
    assert (done.status, usual.status) == (1, 1)
    assert done.last_line.startswith("VIOLATES")
    for clause in fault.breaks:
        assert f"\n{clause} " in done.out
        assert f"contracts verify {server.url}/v1/event_categories --clause {clause}" in done.out
        assert clause in usual.out
    for word in ("where ", "expected ", "received ", "curl ", "source "):
        assert f"  {word}" in done.out
    for word in (": expected ", ", received ", " why ", " curl ", " rerun "):
        assert word in " ".join(usual.out.split())
    assert server.token not in done.out + usual.out


def test_a_should_warns_and_fails_when_strict() -> None:
    """A breached SHOULD is a warning and exit 0; under --strict it is exit 1."""
    with MockServer(SAMPLE, faults=(BY_NAME["order-reversed"].apply,)) as server:
        lenient = contracts("verify", server.url, environment=of(server))
        strict = contracts("verify", server.url, "--strict", environment=of(server))
    assert (lenient.status, strict.status) == (0, 1)
    assert "1 warned" in lenient.last_line
    assert "1 breached" in strict.last_line


def test_an_empty_list_is_no_pass() -> None:
    """An empty list leaves clauses unexercised: exit 3, and 0 with --allow-empty."""
    with MockServer(SAMPLE, elements=[]) as server:
        plain = contracts("verify", server.url, environment=of(server))
        allowed = contracts("verify", server.url, "--allow-empty", environment=of(server))
    assert (plain.status, allowed.status) == (3, 0)
    assert plain.last_line.startswith("INCONCLUSIVE: the list is empty; --allow-empty accepts that: ")


def bomb() -> bytes:
    """A response of 1 GiB, compressed to 1 MiB: a block that refers to nothing before it, again and again."""
    deflater = zlib.compressobj(9, zlib.DEFLATED, 31)
    head = deflater.compress(b"\0") + deflater.flush(zlib.Z_FULL_FLUSH)
    block = deflater.compress(b"\0" * 2**20) + deflater.flush(zlib.Z_FULL_FLUSH)
    content = head + block * 1024 + deflater.flush()
    return message(content, headers=("Content-Encoding: gzip",))


@pytest.mark.parametrize(
    ("behave", "words"),
    [
        pytest.param(silence, "not complete within", id="hanging"),
        pytest.param(drip(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n"), "not complete within", id="dripping"),
        pytest.param(drip(b"HTTP/1.1 200 OK\r\nX-Header: ", b"x"), "not complete within", id="dripping-header"),
        pytest.param(drip(b"HTTP/1.1 200 OK\r\n\r\n", b" " * 65536, 0), "larger than", id="endless"),
        pytest.param(always(bomb()), "larger than", id="bombing"),
        pytest.param(always(b""), "closed without an answer", id="closing"),
        pytest.param(politely(message(b"[" * 100_000 + b"]" * 100_000)), "nests deeper", id="nesting"),
        pytest.param(always(message(b"later", status="502 Bad Gateway")), "502", id="down"),
        pytest.param(always(message(b"Retry later", status="429 X", kind="text/plain")), "429", id="throttling"),
    ],
)
def test_could_not_judge(behave: Behaviour, words: str) -> None:
    """A target that cannot be observed is exit 3 with the reason, within the deadlines and 200 MiB."""
    with raw_server(behave) as server:
        done = contracts_in_a_process("verify", server.url, "--timeout", "1", "--deadline", "4", environment=TOKEN)
    assert done.status == 3, done.out
    assert words in done.out
    assert done.last_line.startswith("INCONCLUSIVE")
    assert done.memory < 200


def test_dead_port() -> None:
    """Nobody listens: exit 3, with the address and the reason."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    done = contracts("verify", f"http://127.0.0.1:{port}", "--deadline", "2")
    assert done.status == 3
    assert f"127.0.0.1:{port}: the connection was refused" in done.out


def test_unverified_certificate() -> None:
    """A certificate that does not verify is exit 3 on loopback; the authority given by --ca-bundle mends it."""
    with MockServer(SAMPLE, tls=True) as server:
        refused = contracts("verify", server.url, environment=of(server) | {"REQUESTS_CA_BUNDLE": ""})
        trusted = contracts("verify", server.url, "--ca-bundle", str(CA_PEM), environment=of(server))
    assert (refused.status, trusted.status) == (3, 0), refused.out + trusted.out
    assert "its certificate is not trusted" in refused.last_line


def test_tls_that_fails() -> None:
    """A server that speaks no TLS where https was asked for is exit 3."""
    with raw_server(silence) as server:
        done = contracts("verify", server.url.replace("http:", "https:"), "--timeout", "1", "--deadline", "3")
    assert done.status == 3


def test_a_firewall_is_no_api() -> None:
    """The same 403 to every request tells nothing of the API: could not judge, in those words, and no breach."""
    for kind, body in (("text/html", b"<h1>Forbidden"), ("application/json", b'{"error": "forbidden"}')):
        blocked = Reply(403, body, (("Content-Type", kind),))
        with MockServer(SAMPLE, faults=[lambda _, __, blocked=blocked: blocked]) as server:  # type: ignore[misc]
            done = contracts("verify", server.url, environment=of(server))
        assert done.status == 3, done.out
        assert "a gateway or firewall answers, and not the API" in done.out
        assert "breached" not in done.last_line


def test_a_public_target_with_a_catch_all_route() -> None:
    """Where nothing is refused, no refusal has to be judged: a framework's page for unknown paths is a warning."""
    page = Reply(404, b"<h1>Not Found", (("Content-Type", "text/html"),))
    with MockServer(SAMPLE, auth="public", faults=[instead(["unknown-path"], page)]) as server:
        done = contracts("verify", server.url, "-v", environment=of(server))
    assert done.status == 0, done.out
    assert "not applicable: no GET of the collection was refused" in " ".join(done.out.split())
    assert "note: the list is public" in done.out


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({}, "there are none: set BEARER_TOKEN or SCALINGO_API_TOKEN"),
        ({"BEARER_TOKEN": "stale-token-123456"}, "refused the token of BEARER_TOKEN"),
    ],
)
def test_refused_credentials(environment: dict[str, str], words: str) -> None:
    """A 401 to the documented request is exit 3, says whose credentials these are; what can be judged is judged."""
    with MockServer(SAMPLE, auth="required") as server:
        done = contracts("verify", server.url, "-v", environment=environment)
    assert done.status == 3
    assert words in done.last_line
    assert "✓ auth.missing" in done.out


def test_api_token_is_exchanged() -> None:
    """SCALINGO_API_TOKEN is exchanged at --auth-url, and the run is made with the bearer token."""
    with MockServer(SAMPLE) as server:
        good = {"SCALINGO_API_TOKEN": server.api_token}
        done = contracts("verify", server.url, "--auth-url", server.auth_url, environment=good)
        bad = {"SCALINGO_API_TOKEN": "tk-us-revoked-0123456789"}
        refused = contracts("verify", server.url, "--auth-url", server.auth_url, environment=bad)
    assert done.status == 0, done.out
    assert "SCALINGO_API_TOKEN was exchanged 1 time" in done.out
    assert refused.status == 3
    assert "refused the API token of SCALINGO_API_TOKEN" in refused.out


@pytest.mark.parametrize(
    ("arguments", "environment", "words"),
    [
        (["http://api.example"], {}, "plain HTTP"),
        ([], {}, "no target: give a URL or set SCALINGO_API_URL, or judge the embedded mock with --mock"),
        ([""], {}, "no target"),
        ([""], {"SCALINGO_API_URL": "https://api.example"}, "no target"),
        (["", "--mock"], {}, "no target"),
        ([], {"SCALINGO_API_URL": ""}, "no target"),
        ([], {"SCALINGO_API_UR": "https://api.example"}, "no target"),
        (["https://api.example"], {"CONTRACTS_MOCK": "1"}, "both named"),
        (["--mock"], {"SCALINGO_API_URL": "https://api.example"}, "both named"),
        ([], {"CONTRACTS_TARGETT": "https://api.example"}, "did you mean CONTRACTS_TARGET?"),
        (["--mock", "--clause", "category.colour"], {}, "no clause matches"),
        (["--timeout", "soon"], {}, "option --timeout"),
        (["https://127.0.0.1:9/v1/event_types"], {}, "did you mean --contract event-types?"),
        ([], {"SCALINGO_API_URL": "http://127.0.0.1:9/v1/event_types/"}, "did you mean --contract event-types?"),
        (["--contract", "event-types", "http://localhost:9/v1/event_categories"], {}, "--contract event-categories?"),
        (["--no-such-option"], {}, "there is no option --no-such-option; see contracts verify --help"),
        (["--auth", "perhaps"], {}, "either, required or public"),
        (["--json", "/no/such/folder/x.json"], {}, "no such folder"),
        (["--json", "x", "--html", "x"], {}, "cannot share"),
        (["--mock", "--ca-bundle", "missing.pem"], {}, "missing.pem"),
        (["--mock", "--deviations", "missing.toml"], {}, "missing.toml"),
        (["--mock", "--auth-url", "http://auth.example"], {}, "auth-url"),
        (["https://127.0.0.1:1"], {"BEARER_TOKEN": "two words"}, "BEARER_TOKEN holds white space"),
        ([], {"SCALINGO_API_URL": "ftp://api.example"}, "ftp"),
        ([], {"CONTRACTS_STRICT": "perhaps"}, "CONTRACTS_STRICT"),
    ],
)
def test_usage_errors(arguments: list[str], environment: dict[str, str], words: str) -> None:
    """A mistake of the user is exit 2 with one line on standard error, nothing on standard output, and no traceback."""
    done = contracts("verify", *arguments, environment=environment)
    assert done.status == 2, done.out + done.err
    assert words in done.err
    assert done.out == ""
    assert len(done.err.splitlines()) == 1


def test_bad_configuration_file(tmp_path: Path) -> None:
    """A setting that does not exist is exit 2, with the one that was probably meant."""
    (tmp_path / "contracts.toml").write_text("timeouts = 3\n")
    done = contracts("verify", folder=tmp_path)
    assert done.status == 2
    assert "did you mean timeout?" in done.err


@pytest.mark.parametrize("arguments", [[], ["--help"], ["verify", "--help"], ["frobnicate"]])
def test_help_and_its_absence(arguments: list[str]) -> None:
    """Help is exit 0 and tells the exit statuses; a missing or unknown command is exit 2."""
    done = contracts(*arguments)
    assert done.status == (0 if "--help" in arguments else 2)
    assert ("exit status: 0 conforms" in done.out) is (arguments != ["frobnicate"])


def test_help_and_settings_agree() -> None:
    """--help names every setting's option and variable."""
    text = contracts("verify", "--help").out
    for setting in TABLE:
        assert setting.environment in text
        assert setting.name == "target" or setting.option in text


def test_show_config_tells_origins_and_no_secret() -> None:
    """--show-config prints the effective values with their origins, sends nothing, and shows no token."""
    with MockServer(SAMPLE) as server:
        environment = {"SCALINGO_API_URL": server.url, "CONTRACTS_TIMEOUT": "3", **TOKEN}
        done = contracts("verify", "--strict", "--show-config", environment=environment)
        assert server.requests == []
    assert done.status == 0
    lines = {line.split()[0]: line for line in done.out.splitlines()}
    assert "(environment SCALINGO_API_URL)" in lines["target"]
    assert "3  (environment CONTRACTS_TIMEOUT)" in lines["timeout"]
    assert "true  (option --strict)" in lines["strict"]
    assert "BEARER_TOKEN  (environment)" in lines["credentials"]
    assert TOKEN["BEARER_TOKEN"] not in done.out


def test_selected_clauses_send_only_what_they_need() -> None:
    """--clause judges an id or a prefix, and sends no request that these do not need."""
    with MockServer(SAMPLE) as server:
        done = contracts("verify", server.url, "--clause", "list", "--clause", "json.utf-8", environment=of(server))
        assert len(server.requests) == 1
    assert done.status == 0
    assert "4 held" not in done.last_line
    assert "5 held" in done.last_line


def test_an_id_selects_one_clause() -> None:
    """The id of a clause selects it alone, also when it begins the id of another: a rerun runs what it says."""
    assert [clause.id for clause in CONTRACT.select(("category.name", "category.display-name"))] == [
        "category.name",
        "category.display-name",
    ]
    assert {"category.name", "category.name-style"} == {clause.id for clause in CONTRACT.select(("category.na",))}


def test_a_selection_without_evidence_is_no_pass() -> None:
    """A run in which nothing held is inconclusive, also when nothing that was selected applies."""
    assert contracts("verify", "--mock", "--clause", "error.rate-limit").status == 3


def test_rate_limit_probe() -> None:
    """--probe-rate-limit exceeds the limit and stops at the first 429; a server without one breaks the clause."""
    with MockServer(SAMPLE, rate_limit=60) as limited, MockServer(SAMPLE) as unlimited:
        good = contracts("verify", limited.url, "--probe-rate-limit", environment=of(limited))
        bad = contracts("verify", unlimited.url, "--probe-rate-limit", environment=of(unlimited))
    assert (good.status, bad.status) == (0, 1), good.out
    assert "error.rate-limit" in bad.out


def test_unsafe_methods_only_when_asked() -> None:
    """POST, PUT, PATCH and DELETE go to a target that is not ours only with --unsafe-methods."""
    with MockServer(SAMPLE) as server:
        contracts("verify", server.url, environment=of(server))
        assert {request.method for request in server.requests} == {"GET", "HEAD"}
        contracts("verify", server.url, "--unsafe-methods", environment=of(server))
        assert {"POST", "PUT", "PATCH", "DELETE"} < {request.method for request in server.requests}


def test_quiet_prints_one_line() -> None:
    """--quiet prints the last line and nothing else where nothing is wrong."""
    done = contracts("verify", "--mock", "--quiet")
    assert done.out.startswith("PARTIAL (the embedded mock was judged): ")
    assert len(done.out.splitlines()) == 1
    assert done.err == ""


def test_the_same_target_gives_the_same_result() -> None:
    """Two runs with one seed against the same state differ in nothing but times."""
    with MockServer(SAMPLE) as server:
        results = [
            json.loads(contracts("verify", server.url, "--seed", "7", "--json", "-", environment=of(server)).out)
            for _ in range(2)
        ]
    for result in results:
        result.pop("started"), result.pop("seconds")
        for exchange in result["exchanges"]:
            exchange.pop("seconds"), exchange.pop("began")
    assert results[0] == results[1]


def echo(connection: socket.socket, request: bytes, _stop: threading.Event) -> None:
    """Answer with everything that was sent, in the header, the reason and the body, as an error and as a list."""
    sent = head_of(request, "Authorization") or "nothing"
    item = {"id": sent, "name": sent, "display_name": request.decode("latin-1"), "position": sent}
    body = json.dumps({"event_categories": [item], "error": sent}).encode()
    status = f"404 {sent}" if b"event_categories/" in request else f"200 {sent}"
    connection.sendall(message(body, status=status, headers=(f"X-Echo: {sent}", f"Location: https://x/?t={sent}")))


def test_no_token_in_any_output(tmp_path: Path) -> None:
    """Against a server that echoes what it is sent, no output and no file holds the token in any form."""
    names = ("json", "junit", "html", "markdown", "badge", "har")
    files = [argument for name in names for argument in (f"--{name}", str(tmp_path / name))]
    with raw_server(echo) as server:
        environment = {**TOKEN, "GITHUB_STEP_SUMMARY": str(tmp_path / "summary"), "GITHUB_ACTIONS": "true"}
        options = (*files, "--bundle", str(tmp_path / "zip"))
        done = contracts_in_a_process("verify", server.url, *options, environment=environment)
    assert done.status == 1, done.err
    for name, content in bundle.unpack((tmp_path / "zip").read_bytes()).items():
        (tmp_path / f"bundled {name}").write_bytes(content)
    (tmp_path / "zip").unlink()
    token = TOKEN["BEARER_TOKEN"]
    forms = [token, quote(token, safe=""), quote(token), json.dumps(token)[1:-1].replace("/", "\\/")]
    forms += [b64encode(prefix + token.encode()).decode()[4:-6] for prefix in (b"", b":", b"Bearer ")]
    texts = {path.name: path.read_text() for path in tmp_path.iterdir()} | {"out": done.out, "err": done.err}
    assert set(texts) >= {*names, "summary", "out", "err", "bundled result.json", "bundled exchanges.har"}
    for name, text in texts.items():
        assert "secret" not in text, name
        for form in forms:
            assert form not in text, name
    assert "$BEARER_TOKEN" in texts["json"]
    assert "the target repeats the token in its answer to list" in done.out


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted(number: int) -> None:
    """Ctrl-C ends a run at once with one line, and so does SIGTERM, by which a runner of CI ends a job."""
    with raw_server(silence) as server:
        process = subprocess.Popen(
            [sys.executable, "-m", "contracts", "verify", server.url],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=clean_environment(),
        )
        try:
            while not server.requests:
                assert process.poll() is None
            process.send_signal(number)
            _, err = process.communicate(timeout=20)
        finally:
            process.kill()
    assert process.returncode == 3
    assert err.splitlines() == ["contracts: interrupted: nothing was judged"]


@pytest.mark.parametrize(("fault", "status"), [(None, 0), ("position-text", 1)])
def test_a_pipe_that_closes(fault: str | None, status: int) -> None:
    """When the reader of the output goes away, as head does, the process ends quietly and with its verdict."""
    with MockServer(SAMPLE, faults=(BY_NAME[fault].apply,) if fault else ()) as server:
        process = subprocess.Popen(
            [sys.executable, "-m", "contracts", "verify", server.url],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=clean_environment(**of(server)),
        )
        assert process.stdout is not None
        process.stdout.close()
        assert process.stderr is not None
        err = process.stderr.read()
        assert process.wait(20) == status
    assert err == b""


def test_tls_context_of_the_mock() -> None:
    """The certificate of the mock is signed by its authority, and by nobody else."""
    context = ssl.create_default_context(cafile=str(CA_PEM))
    assert len(context.get_ca_certs()) == 1
    assert SERVER_PEM.read_text().count("BEGIN CERTIFICATE") == 1


def let_explain_raise(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give the command a fault of its own."""

    def broken(_: object) -> int:
        raise error

    monkeypatch.setattr("contracts.commands.explain.run", broken)


def test_a_fault_of_the_suite_is_told_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """An exception that nobody expects is exit 4 in one line, for its traceback may show what was sent; on demand."""
    let_explain_raise(LookupError("the secret"), monkeypatch)
    done = contracts("explain")
    assert (done.status, done.out) == (4, "")
    assert done.err == "contracts: a fault of the suite itself: LookupError; CONTRACTS_TRACEBACK=1 shows where\n"
    done = contracts("explain", environment={"CONTRACTS_TRACEBACK": "1"})
    assert done.status == 4
    assert "LookupError: the secret" in done.err


def test_a_contract_that_is_not_complete_is_told_in_its_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever writes a clause without a check reads what to write where."""
    let_explain_raise(IncompleteError("the clause list.new has no check"), monkeypatch)
    done = contracts("explain")
    assert (done.status, done.err) == (4, "contracts: a fault of the suite itself: the clause list.new has no check\n")


def test_standard_input_that_is_closed_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """A command that reads standard input says so when there is none."""
    monkeypatch.setattr("contracts.reading.sys.stdin", None)
    with pytest.raises(UsageError, match="standard input is closed"):
        read_bytes("-")


def test_a_file_larger_than_the_cap_is_one_line() -> None:
    """The words name the cap."""
    with pytest.raises(UsageError, match="it is larger than 100 bytes"):
        read_bytes(__file__, 100)


def test_a_working_directory_that_is_gone_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """The words say what to do."""

    def gone() -> Path:
        raise FileNotFoundError

    monkeypatch.setattr("contracts.settings.sources.Path.cwd", gone)
    with pytest.raises(UsageError, match="change to another one"):
        working_directory()


@pytest.mark.parametrize("command", ["snapshot {} -o x.json", "compare old.json {}", "verify --targets t.toml"])
def test_the_list_of_another_resource_is_told_at_every_door(command: str, tmp_path: Path) -> None:
    """Whoever names the list of the event types is asked whether that contract is meant, before anything is sent."""
    url = "http://127.0.0.1:9/v1/event_types"
    (tmp_path / "t.toml").write_text(f'[[target]]\nname = "a"\nurl = "{url}"\n')
    assert contracts("snapshot", "--mock", "-o", "old.json", folder=tmp_path).status == 0
    done = contracts(*command.format(url).split(), folder=tmp_path)
    assert (done.status, done.out) == (2, "")
    assert "is that of event-types, and the contract event-categories: did you mean --contract event-types?" in done.err
