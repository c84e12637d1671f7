"""The lines that reproduce a finding: pasted into a shell, they send what the suite sent."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import reports
from door import contracts
from subject import BY_NAME as FAULTS
from subject import CONTRACT, SAMPLE

from contracts.core.exchange import Exchange, Request, Response
from contracts.core.report import Access, Report, Scope
from contracts.formats import annotations, junit, markdown, terminal
from contracts.formats.reproduce import curl, of_finding, rerun
from contracts.mock.server import CA_PEM, MockServer
from contracts.prepare import prepare
from contracts.run import verify
from contracts.settings.sources import resolve

_TOOLS_ARE_DUE = os.environ.get("CI") == "true"
pytestmark = pytest.mark.skipif(
    not _TOOLS_ARE_DUE and not (shutil.which("curl") and shutil.which("bash")), reason="curl or bash is missing"
)


class Recorder(ThreadingHTTPServer):
    """Remembers what it is asked: method, path and headers."""

    daemon_threads = True

    def __init__(self) -> None:
        self.seen: list[tuple[str, str, list[tuple[str, str]]]] = []
        recorder = self

        class Handler(BaseHTTPRequestHandler):
            def handle_one_request(self) -> None:
                self.raw_requestline = self.rfile.readline(65537)
                if self.raw_requestline and self.parse_request():
                    recorder.seen.append((self.command, self.path, list(self.headers.items())))
                    self.send_response(200)
                    self.send_header("Content-Length", "0")
                    self.end_headers()
                self.close_connection = True

            def log_message(self, *_: object) -> None: ...

        super().__init__(("127.0.0.1", 0), Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1/event_categories"


@pytest.fixture
def recorder() -> Iterator[Recorder]:
    with Recorder() as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def paste(line: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a line as somebody would who pasted it into bash."""
    usual = {"PATH": os.environ["PATH"], "HOME": str(folder), "LC_ALL": "C.UTF-8", "no_proxy": "*"}
    command = ["bash", "--noprofile", "--norc", "-c", line]
    environment = usual | environment
    return subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True, check=False, timeout=20)


def test_curl_sends_the_request_again(recorder: Recorder, tmp_path: Path) -> None:
    """The line sends the method, path and headers of the request, with the token from the variable."""
    request = Request("GET", recorder.url + "?a=1&b=$HOME", reports.request().headers)
    line = curl(request)
    done = paste(line, tmp_path, BEARER_TOKEN="tk-canary")
    assert done.returncode == 0, done.stderr
    [(method, path, headers)] = recorder.seen
    assert (method, path) == ("GET", "/v1/event_categories?a=1&b=$HOME")
    assert ("Authorization", "Bearer tk-canary") in headers
    assert ("Accept", "application/json") in headers
    assert "gzip" in dict(headers)["Accept-Encoding"]
    assert done.stdout.startswith("HTTP/1.0 200")
    assert "canary" not in line


@pytest.mark.parametrize("method", ["HEAD", "POST", "PUT", "PATCH", "DELETE"])
def test_curl_uses_the_method(recorder: Recorder, tmp_path: Path, method: str) -> None:
    """A line for another method sends that method and ends."""
    assert paste(curl(Request(method, recorder.url)), tmp_path).returncode == 0
    assert [seen[0] for seen in recorder.seen] == [method]


def test_curl_gets_what_the_suite_got(tmp_path: Path) -> None:
    """Every line of a run against the mock, pasted, gets the status and the body that the suite judged."""
    with (
        MockServer(SAMPLE) as server,
        prepare(resolve({"mock": True}, {}, tmp_path), CONTRACT, {}, mock=nullcontext(server)) as run,
    ):
        report = verify(run)
        assert {exchange.probe for exchange in report.exchanges} >= {"list", "head", "anonymous", "delete"}
        for exchange in report.exchanges:
            done = paste(curl(exchange.request), tmp_path, BEARER_TOKEN=server.token)
            head, _, body = done.stdout.replace("\r\n", "\n").partition("\n\n")
            response = exchange.observed()
            assert head.split()[1] == str(response.status), (exchange.probe, done.stderr)
            assert body == response.body.decode()


def test_curl_reads_no_pattern_into_the_url(recorder: Recorder, tmp_path: Path) -> None:
    """Braces and brackets in a URL are sent as they are, once."""
    assert paste(curl(Request("GET", recorder.url + "/{a,b}[1-2]")), tmp_path).returncode == 0
    assert [seen[1] for seen in recorder.seen] == ["/v1/event_categories/{a,b}[1-2]"]


def test_curl_without_credentials_sends_none(recorder: Recorder, tmp_path: Path) -> None:
    """A probe that is sent without credentials is reproduced without them."""
    paste(curl(Request("GET", recorder.url, (("Accept", "application/json"),))), tmp_path, BEARER_TOKEN="tk-canary")
    assert "Authorization" not in dict(recorder.seen[0][2])


TRAPS = [
    "'$(touch owned)'",
    "`touch owned`",
    '"; touch owned; "',
    "$BEARER_TOKEN",
    "\\",
    "-o owned",
    "!!",
    "é",
    "{a,b}",
]


@pytest.mark.parametrize("trap", TRAPS)
def test_nothing_but_the_token_is_expanded(recorder: Recorder, tmp_path: Path, trap: str) -> None:
    """Headers reach the server as they are written, whatever they hold: they may come from a file."""
    headers = (("X-Trap", trap), ("X-Empty", ""), ("Authorization", f"Bearer {trap}$BEARER_TOKEN"))
    done = paste(curl(Request("GET", recorder.url, headers)), tmp_path, BEARER_TOKEN="expanded")
    assert done.returncode == 0, done.stderr
    received = dict(recorder.seen[0][2])
    assert received["X-Trap"].encode("latin-1").decode() == trap
    assert received["X-Empty"] == ""
    assert "expanded" not in str(received)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "request_",
    [
        Request("GET; touch owned", "http://127.0.0.1:9/"),
        Request("GET", "http://127.0.0.1:9/ -oowned"),
        Request("GET", "http://127.0.0.1:9/;touch owned"),
        Request("GET", "http://127.0.0.1:9/\ntouch owned"),
        Request("GET", "http://127.0.0.1:9/'\x1b]0;owned\x07"),
        Request("GET", "http://127.0.0.1:9/", (("Authorization$(touch owned)", "Bearer $BEARER_TOKEN"),)),
        Request("GET", "http://127.0.0.1:9/", (("X", "a\r\n'; touch owned; '"),)),
    ],
    ids=range(7),
)
def test_a_hostile_request_is_one_harmless_line(tmp_path: Path, request_: Request) -> None:
    """Method, URL and header names from a file run nothing, write nothing and stay on one line."""
    line = curl(request_)
    paste(line, tmp_path)
    assert line.isprintable()
    assert list(tmp_path.iterdir()) == []


def test_rerun_is_quoted() -> None:
    """The command that judges a clause alone can be pasted, whatever the target is called."""
    assert again(reports.URL, "category.id") == f"contracts verify {reports.URL} --clause category.id"
    assert again("http://[::1]:80/$(x)", "a.b") == "contracts verify 'http://[::1]:80/$(x)' --clause a.b"


def again(target: str, clause: str, **facts: Any) -> str:
    """The command for a report on this target."""
    return rerun(Report(CONTRACT, "0", "", target, (), (), **facts), clause)


def test_rerun_repeats_what_the_clause_depends_on() -> None:
    """The policy, what was only asked for, strictness, and the way to the target; nothing else."""
    asked = Scope(policy="required", live=True, unsafe=True, burst=True)
    start = "contracts verify https://h --clause"
    assert again("https://h", "auth.missing", scope=asked) == f"{start} auth.missing --auth required"
    assert again("https://h", "error.rate-limit", scope=asked) == f"{start} error.rate-limit --probe-rate-limit"
    assert again("https://h", "http.method-not-allowed", scope=asked).endswith(" --unsafe-methods")
    assert again("https://h", "json.utf-8", scope=asked) == again("https://h", "json.utf-8")
    assert again("https://h", "list.names-unique", strict=True).endswith(" --strict")
    access = Access("my ca.pem", "c.pem", "k.pem", "https://auth.h", (("X-Key", "KEY"),))
    assert again("https://h", "a.b", access=access) == (
        f"{start} a.b --ca-bundle 'my ca.pem' --client-cert c.pem --client-key k.pem --auth-url https://auth.h "
        "--header-env X-Key=KEY"
    )
    assert again("http://h", "a.b", access=Access(allow_plain_http=True)).endswith(" --allow-plain-http")
    assert again("http://127.0.0.1:1", "a.b", scope=Scope(embedded=True)) == "contracts verify --mock --clause a.b"
    assert again("saved answer.json", "a.b", scope=Scope(offline=True)) == "contracts check 'saved answer.json'"
    assert again("standard input", "a.b", scope=Scope(offline=True)) == "contracts check -"


def test_every_line_of_a_tls_target_works(tmp_path: Path) -> None:
    """Pasted into a shell, each line of a violating target with a CA of its own shows the same finding.

    The token is exchanged, and the gateway in front wants a header of its own.
    """
    seen: list[str | None] = []

    def gate(request: Any, reply: Any) -> Any:
        seen.append(request.first("X-Gateway-Key"))
        return reply

    with MockServer(SAMPLE, tls=True, faults=[FAULTS["position-text"].apply, gate]) as server:
        variables = {
            "SCALINGO_API_TOKEN": server.api_token,
            "GATEWAY_KEY": "gateway-secret-1",
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        }
        options = ("--ca-bundle", str(CA_PEM), "--auth-url", server.url, "--header-env", "X-Gateway-Key=GATEWAY_KEY")
        done = contracts("verify", server.url, *options, environment=variables)
        assert done.status == 1, done.out + done.err
        assert "gateway-secret" not in done.out
        lines = dict.fromkeys(re.findall(r"(?m)^  (token|curl|rerun) +(.+)$", done.out))
        assert {kind for kind, _ in lines} == {"token", "curl", "rerun"}
        [export] = [line for kind, line in lines if kind == "token"]
        for kind, line in lines:
            if kind == "curl":
                pasted = paste(f"{export}; {line}", tmp_path, **variables)
                assert '"position": "1"' in pasted.stdout, (line, pasted.stderr)
            elif kind == "rerun":
                pasted = paste(line, tmp_path, **variables)
                assert pasted.returncode == 1, (line, pasted.stderr)
                assert "/event_categories/0/position" in pasted.stdout
    assert set(seen) <= {"gateway-secret-1", None}
    assert "gateway-secret-1" in seen


LEAKS = Access("ca.pem", "c.pem", "k.pem", "https://evil.example", (("X-Log", "AWS_SECRET_ACCESS_KEY"),))


def of_somebody_else(url: str) -> Report:
    """A violating report as a bundle may claim it: its requests name variables of whoever reads it."""
    own = reports.violating(access=LEAKS, foreign=True, target=f"{url}/$HOME")
    asked = Request("GET", f"{url}?$HOME", (("X-Log", "$AWS_SECRET_ACCESS_KEY"), *reports.request().headers))
    return replace(own, exchanges=tuple(replace(exchange, request=asked) for exchange in own.exchanges))


def test_foreign_evidence_takes_no_variable(recorder: Recorder, tmp_path: Path) -> None:
    """What a bundle of somebody else says is literal text in every line to paste, and no command sends a token."""
    report = of_somebody_else(recorder.url)
    lines = {
        line for outcome in report.outcomes for finding in outcome.findings if (line := of_finding(report, finding))
    }
    assert lines
    for line in lines:
        assert not re.search(r"\$\w|--key|--cert|--cacert", line.replace("?$HOME", ""))
        paste(line, tmp_path, AWS_SECRET_ACCESS_KEY="canary-1", BEARER_TOKEN="canary-2")
    assert [path for _, path, _ in recorder.seen] == ["/v1/event_categories?$HOME"] * len(lines)
    assert "canary" not in str(recorder.seen)
    told = "".join(render(report) for render in (annotations.render, junit.render, markdown.render, terminal.render))
    for words in ("AWS_SECRET", "$BEARER_TOKEN", "API_TOKEN", "contracts verify", "--header-env", "--auth-url"):
        assert words not in told


def test_a_file_has_no_request() -> None:
    """What was read from a file has no request to send again."""
    exchange = Exchange("list", Request("GET", "saved answer.json"), Response(200, (), b"[]"))
    report = reports.judged((exchange,))
    [finding] = reports.outcome_of(report, "envelope.object").findings
    assert of_finding(report, finding) is None
    assert of_finding(reports.judged(()), finding) is None
