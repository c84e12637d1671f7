"""``contracts check``: a body, a response or a HAR, judged as far as they go."""

import gzip
import json
import time
from pathlib import Path
from typing import Any

import pytest
from door import contracts
from subject import CONTRACT, SAMPLE, categories

from contracts.core.errors import BrokenAnswer
from contracts.mock.server import MockServer
from contracts.offline import evidence_of, response_of

BODY = json.dumps({"event_categories": categories(3)}).encode()
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


def checked(content: bytes, *options: str) -> tuple[int, str]:
    """Check this content from standard input."""
    done = contracts("check", "-", "-v", *options, stdin=content)
    return done.status, done.out + done.err


def test_a_body() -> None:
    """A body alone is judged by what it shows; status and header are not exercised."""
    status, text = checked(BODY)
    assert status == 0
    assert "✓ list.ids-unique" in text
    assert "· http.status MUST not exercised: the file does not show it" in " ".join(text.split())
    assert "contracts verify URL" in text


def test_a_body_that_violates() -> None:
    """A breach in a file is exit 1 and named."""
    status, text = checked(BODY.replace(b'"position": 2', b'"position": "2"'))
    assert status == 1
    assert "/event_categories/1/position" in text


@pytest.mark.parametrize("content", [b"", b"<html>", b"\xff", b"[]", b"NaN"])
def test_a_body_that_is_none(content: bytes) -> None:
    """What is no conforming body violates; there is no pass without evidence."""
    assert checked(content)[0] == 1


def test_an_empty_list() -> None:
    """An empty list is inconclusive here as well, unless it is allowed."""
    assert checked(b'{"event_categories": []}')[0] == 3
    assert checked(b'{"event_categories": []}', "--allow-empty")[0] == 0


def test_a_response() -> None:
    """A response as curl -i saves it is judged with its status and header."""
    status, text = checked(HEAD + b"\r\n" + BODY)
    assert status == 0
    assert "✓ http.content-type" in text
    assert checked(HEAD.replace(b"200 OK", b"201 Created") + b"\r\n" + BODY)[0] == 1


@pytest.mark.parametrize("status", ["401 Unauthorized", "403 Forbidden", "429 X", "502 X", "503 X", "504 X"])
def test_a_response_that_cannot_be_judged(status: str) -> None:
    """A stored refusal of the credentials, or an answer of a gateway or limiter, is could-not-judge here as well."""
    status_, text = checked(HEAD.replace(b"200 OK", status.encode()) + b'\r\n{"error": "no"}')
    assert status_ == 3, text
    assert "could not judge" in text


def test_a_response_that_refuses() -> None:
    """A stored 404 breaks http.status, and its body is judged as a documented error."""
    for body, broken in ((b'{"error": "no"}', False), (b"<p>no", True)):
        status, text = checked(HEAD.replace(b"200 OK", b"404 Not Found") + b"\r\n" + body)
        assert status == 1
        assert ("✗ error.body" in text) is broken
        assert ("✓ error.body" in text) is not broken


@pytest.mark.parametrize(
    "content",
    [
        HEAD + b"Content-Length: %d\r\n\r\n" % len(BODY) + BODY + b"\n",
        HEAD.replace(b"\r\n", b"\n") + b"\n" + BODY,
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n" % (len(BODY), BODY),
        HEAD + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(BODY),
        b"HTTP/2 200 \r\ncontent-type: application/json\r\n\r\n" + BODY,
        b"HTTP/1.1 100 Continue\r\n\r\n" + HEAD + b"\r\n" + BODY,
    ],
)
def test_how_responses_are_saved(content: bytes) -> None:
    """A response is read from a file as it is from a connection: framing and coding are undone."""
    response = response_of(content)
    assert (response.status, response.body) == (200, BODY)


@pytest.mark.parametrize(
    "content",
    [
        b"HTTP/1.1 200 OK",
        b"HTTP/x\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n",
        HEAD + b"no field\r\n\r\n{}",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + BODY,
        HEAD + b"Content-Encoding: gzip\r\n\r\n" + BODY,
    ],
)
def test_what_is_no_response(content: bytes) -> None:
    """What came over no wire so cannot be judged: no line says that it breaks the contract, and one how to save it."""
    status, text = checked(content)
    assert status == 3
    assert "curl saves an answer as it came with --include --raw" in text


def test_a_har(tmp_path: Path) -> None:
    """A HAR of ours shows every clause; one of a browser what its entries show; one without the list is exit 2."""
    file = tmp_path / "run.har"
    with MockServer(SAMPLE) as server:
        contracts("verify", server.url, "--har", str(file), environment={"BEARER_TOKEN": server.token})
    status, text = checked(file.read_bytes())
    assert status == 0, text
    assert "✓ auth.missing" in text
    har = json.loads(file.read_text())
    entry = {key: value for key, value in har["log"]["entries"][0].items() if not key.startswith("_")}
    evidence = evidence_of(json.dumps({"log": {**har["log"], "entries": [entry]}}).encode(), "x", CONTRACT)
    assert [exchange.probe for exchange in evidence.exchanges] == ["list"]
    status, text = checked(json.dumps({"log": {"version": "1.2", "entries": []}}).encode())
    assert (status, "no entry of this HAR" in text) == (2, True)


def test_several_files(tmp_path: Path) -> None:
    """Each file has its line, and the worst of them is the exit status; a report is of one file."""
    good, bad = tmp_path / "good.json", tmp_path / "bad.json"
    good.write_bytes(BODY)
    bad.write_bytes(b"{}")
    done = contracts("check", str(good), str(bad), "--summary")
    assert done.status == 1
    first, second = done.out.splitlines()
    assert first.startswith("PARTIAL (a file was judged): 20 of 36 clauses judged: ")
    assert second.startswith("VIOLATES (a file was judged): ")
    assert contracts("check", str(good), str(bad), "--json", "-").status == 2
    assert contracts("check", str(tmp_path / "none.json")).status == 2


def test_reports_of_a_file(tmp_path: Path) -> None:
    """A file can be reported in every format of a run."""
    file = tmp_path / "body.json"
    file.write_bytes(BODY)
    done = contracts("check", str(file), "--json", "-")
    assert json.loads(done.out)["scope"]["offline"] is True
    assert done.err.startswith("partial (a file was judged)")


def browsed(status: int, body: bytes = BODY, method: str = "GET", path: str = "", **headers: str) -> dict[str, Any]:
    """An entry as a browser saves it."""
    named = [{"name": name.replace("_", "-"), "value": value} for name, value in headers.items()]
    return {
        "request": {"method": method, "url": f"https://api.example/v1/event_categories{path}", "headers": named},
        "response": {
            "status": status,
            "statusText": "",
            "headers": [{"name": "Content-Type", "value": "application/json"}],
            "content": {"size": len(body), "text": body.decode()},
        },
        "time": 1,
    }


def check_browsed(tmp_path: Path, *entries: dict[str, Any], options: tuple[str, ...] = ()) -> dict[str, str]:
    """The outcome of each clause of a browser's HAR."""
    file = tmp_path / "browser.har"
    file.write_text(json.dumps({"log": {"version": "1.2", "entries": list(entries)}}))
    done = contracts("check", str(file), "--json", "-", *options)
    assert done.out, done.err
    return {clause["id"]: clause["outcome"] for clause in json.loads(done.out)["clauses"]}


REFUSAL = b'{"error": "the token has expired"}'


def test_what_a_browser_sends_beside_is_not_the_answer(tmp_path: Path) -> None:
    """A preflight, a 304, a conditional or partial request, another page and an expired token come before the list."""
    beside = (
        browsed(204, b"", "OPTIONS"),
        browsed(304, b"", If_None_Match="x"),
        browsed(200, b"{}", If_Modified_Since="x"),
        browsed(206, b"{", Range="bytes=0-0"),
        browsed(200, b"{}", path="?page=2"),
        browsed(200, b"{}", path="/more"),
        browsed(401, REFUSAL),
    )
    outcomes = check_browsed(tmp_path, *beside, browsed(200))
    assert "breached" not in outcomes.values()
    assert outcomes["category.id"] == "held"
    assert outcomes["error.body"] == "held"
    assert outcomes["http.repeatable"] == "not exercised"


def test_refusals_of_a_browser_are_judged_as_errors(tmp_path: Path) -> None:
    """Every refusal of the collection is an error body; HEAD and a second GET are what they are."""
    outcomes = check_browsed(
        tmp_path, browsed(401, REFUSAL), browsed(403, b"<p>no"), browsed(200), browsed(200), browsed(200, b"", "HEAD")
    )
    assert outcomes["error.body"] == "breached"
    assert outcomes["http.repeatable"] == "held"
    assert outcomes["http.head"] == "held"


def test_a_har_of_refusals_alone(tmp_path: Path) -> None:
    """Where the list was never served, nothing can be judged of it."""
    outcomes = check_browsed(tmp_path, browsed(401, REFUSAL))
    assert outcomes["category.id"] == "inconclusive"
    assert "breached" not in outcomes.values()


def test_the_policy_of_a_file(tmp_path: Path) -> None:
    """Check --auth judges the answers without credentials by a policy."""
    file = tmp_path / "run.har"
    with MockServer(SAMPLE, auth="required") as server:
        contracts("verify", server.url, "--har", str(file), environment={"BEARER_TOKEN": server.token})
    assert contracts("check", str(file), "--auth", "required").status == 0
    assert contracts("check", str(file), "--auth", "public").status == 1
    assert contracts("check", str(file), "--auth", "perhaps").status == 2


@pytest.mark.parametrize("probe", ["list", "foreign"])
def test_no_line_of_a_har_sends_a_token(probe: str, tmp_path: Path) -> None:
    """The host is one that the file names, also where it says that the file is ours: no curl line holds a variable."""
    file = tmp_path / "x.har"
    entry = browsed(200, b"{}", Authorization="Bearer $BEARER_TOKEN", X_Key="$SCALINGO_API_TOKEN") | {"_probe": probe}
    file.write_text(json.dumps({"log": {"version": "1.2", "entries": [entry]}}))
    done = contracts("check", str(file))
    assert done.status == 1
    assert "curl -sS" in done.out
    assert "$BEARER_TOKEN" not in done.out
    assert "$SCALINGO" not in done.out


def test_large_framing_is_read_in_one_pass() -> None:
    """A body in chunks of one byte, and a header of a million fields, end at once."""
    chunked = HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + b"1\r\nx\r\n" * 300_000 + b"0\r\n\r\n"
    before = time.process_time()
    assert response_of(chunked).body == b"x" * 300_000
    with pytest.raises(BrokenAnswer, match="more than 200 header fields"):
        response_of(HEAD + b"a:\r\n" * 1_000_000 + b"\r\n{}")
    assert time.process_time() - before < 20  # quadratic, it would take minutes


def test_masking_changes_no_verdict_on_a_file(tmp_path: Path) -> None:
    """A file in which something else would be judged without the token is not judged, and every report says so."""
    body = b'{"event_categories":[{"id":"1","name":"a","display_name":"A","position":1}]}'
    (tmp_path / "file").write_bytes(b"HTTP/1.1 200 OK\r\nContent-Type: application/json;charset=utf-8\r\n\r\n" + body)
    options = ("check", "--quiet", "--junit", "junit.xml", "file")
    assert contracts(*options, folder=tmp_path).status == 0
    token = {"BEARER_TOKEN": "json;charset=utf-8"}
    done = contracts(*options, environment=token, folder=tmp_path)
    assert done.status == 3, done.out
    assert "where masking it changes what is judged" in done.out.splitlines()[0]
    assert "where masking it changes what is judged" in (tmp_path / "junit.xml").read_text()
    harmless = {"BEARER_TOKEN": "a-token-elsewhere"}
    (tmp_path / "file").write_bytes(body.replace(b'"A"', b'"a-token-elsewhere"'))
    assert contracts(*options, environment=harmless, folder=tmp_path).status == 0
