"""``contracts check``: a body, a response or a HAR, judged as far as they go."""

import gzip
import json
import re
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
from door import contracts
from subject import CONTRACT, SAMPLE, categories

from contracts.core.errors import BrokenAnswer
from contracts.core.exchange import Response
from contracts.mock.server import MockServer
from contracts.offline import recording_of

REFUSAL = b'{"error": "the token has expired"}'
BODY = json.dumps({"event_categories": categories(3)}).encode()
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


def checked(content: bytes, *options: str) -> tuple[int, str]:
    """Check this content from standard input."""
    done = contracts("check", "-", "-v", *options, stdin=content)
    return done.status, done.out + done.err


def response_of(content: bytes) -> Response:
    """The answer that a file holds."""
    [exchange] = recording_of(content, "x", CONTRACT).evidence.exchanges
    return exchange.observed()


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
    assert checked(content, "--as", "body")[0] == 1


@pytest.mark.parametrize(
    "content", [b"", b"<html>", b"\xff", b"PK\x03\x04", b"* a list\n", b"$ curl -i x\nHTTP/1.1 200 OK\n"]
)
def test_a_file_of_no_known_kind(content: bytes, tmp_path: Path) -> None:
    """What begins as nothing that is judged here is exit 2 and one line; a file that is named so is a body."""
    status, text = checked(content)
    assert (status, len(text.splitlines())) == (2, 1)
    assert "say what it is with --as" in text
    (tmp_path / "body.JSON").write_bytes(content)
    assert contracts("check", str(tmp_path / "body.JSON")).status == 1


WHOLE = HEAD + b"Content-Length: %d\r\n\r\n" % len(BODY) + BODY
TEXT = json.dumps({"log": {"version": "1.2", "entries": []}})


@pytest.mark.parametrize("before", [b"", b"\xef\xbb\xbf", b"\n\r\n", b"\xef\xbb\xbf\r\n \n"])
def test_what_stands_before_a_file_hides_no_kind(before: bytes) -> None:
    """A byte order mark and blank lines stand before an answer or a HAR in no way; a body they belong to."""
    assert response_of(before + WHOLE).body == BODY
    assert "no entry of this HAR" in checked(before + TEXT.encode())[1]
    assert response_of(before + BODY).body == before + BODY


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_a_file_in_utf_16(encoding: str) -> None:
    """An answer or a HAR that a shell wrote in UTF-16 is understood, and shows no encoding; a body is as it came."""
    mark = "" if encoding == "utf-16" else "\ufeff"
    response = response_of((mark + WHOLE.decode()).encode(encoding))
    assert (response.body, response.decoded) == (BODY, True)
    status, text = checked((mark + WHOLE.decode()).encode(encoding))
    assert status == 0, text
    assert re.search(r"json\.utf-8 +MUST +not exercised", text)
    assert "no entry of this HAR" in checked((mark + TEXT).encode(encoding))[1]
    status, text = checked((mark + BODY.decode()).encode(encoding))
    assert (status, "✗ json.utf-8" in text) == (1, True)


@pytest.mark.parametrize("options", [(), ("--include",), ("--silent",), ("--compressed",)])
def test_what_curl_tells(options: tuple[str, ...], tmp_path: Path) -> None:
    """What curl --verbose writes of its answer, progress and connection beside it, is the answer."""
    if not shutil.which("curl"):
        pytest.skip("curl is missing")
    with MockServer(SAMPLE) as server, (tmp_path / "told").open("wb") as told:
        url = f"{server.url}/v1/event_categories"
        command = ["curl", "--verbose", *options, "-o", "-", "-H", f"Authorization: Bearer {server.token}", url]
        subprocess.run(command, stdout=told, stderr=subprocess.STDOUT, check=True, timeout=20)
    content = (tmp_path / "told").read_bytes()
    for each in (content, b"\xef\xbb\xbf" + content, content.decode().encode("utf-16")):
        response = response_of(each)
        assert len(json.loads(response.body)["event_categories"]) > 5
        assert response.media_type == "application/json"


def test_a_farewell_is_no_part_of_a_body() -> None:
    """Behind a body that ends in no line end curl says good-bye in the same line; a body that is cut is broken."""
    told = b"*   Trying 127.0.0.1:80...\n> GET / HTTP/1.1\r\n> \r\n< HTTP/1.1 200 OK\r\n< A: b\r\n< \r\n"
    assert response_of(told + BODY + b"* Connection #0 to host api.example left intact\n").body == BODY
    cut = told.replace(b"A: b", b"Content-Length: 999") + BODY
    assert checked(cut)[0] == 3
    assert response_of(cut.replace(b"A: b", b"Content-Encoding: gzip").replace(b"999", b"%d" % len(BODY))).body == BODY


MOVED = b"HTTP/1.1 301 Moved Permanently\r\nLocation: https://api.example/v1/event_categories\r\n%s\r\n"


@pytest.mark.parametrize(
    "before",
    [
        MOVED % b"",
        MOVED % b"Content-Length: 5\r\n" + b"<p>\r\n",
        MOVED % b"" + b"<p>moved\n",
        b"HTTP/1.0 200 Connection established\r\n\r\n",
        b"HTTP/1.1 200 Connection Established\r\nVia: x\r\n\r\n" + MOVED % b"",
    ],
)
def test_what_led_to_an_answer_is_set_aside(before: bytes) -> None:
    """What a proxy or a redirect to https answered on the way is set aside and told; another redirect is judged."""
    status, text = checked(before + WHOLE)
    assert status == 0, text
    assert "is set aside: it " in text
    assert checked(before.replace(b"https:", b"http:") + WHOLE)[0] == (1 if b"301" in before else 0)


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
    shown = recording_of(json.dumps({"log": {**har["log"], "entries": [entry]}}).encode(), "x", CONTRACT)
    assert [exchange.probe for exchange in shown.evidence.exchanges] == ["list"]
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


@pytest.mark.parametrize(
    ("third", "words"),
    [
        ({"status": 500, "body": b"<p>"}, "entries 1, 2, 3 are judged"),
        ({"status": 200, "body": b'{"event_categories": []}'}, "entries 1, 2, 3 are judged"),
        ({"status": 200, "body": BODY.replace(b"Addons", b"Add-ons")}, "entries 1, 2, 3 are judged"),
    ],
)
def test_a_recording_whose_answers_differ(third: dict[str, Any], words: str, tmp_path: Path) -> None:
    """Every answer to the documented request is judged: where they differ nobody can say that the list conforms."""
    file = tmp_path / "x.har"
    entries = [browsed(200), browsed(200), browsed(**third)]
    for order in (entries, entries[::-1]):
        file.write_text(json.dumps({"log": {"entries": order}}))
        done = contracts("check", str(file))
        assert done.status != 0, done.out
        assert words in done.out
    file.write_text(json.dumps({"log": {"entries": entries}}))
    assert contracts("check", str(file)).status == 3


def test_a_har_is_accounted_for(tmp_path: Path) -> None:
    """Each entry is judged, set aside for a reason that is told, or about something else."""
    http = browsed(301)
    http["request"]["url"] = http["request"]["url"].replace("https", "http")
    http["response"]["headers"] = [{"name": "Location", "value": "https://api.example/v1/event_categories"}]
    other = browsed(200)
    other["request"]["url"] = "https://other.example/v1/event_categories"
    unsaved = browsed(200) | {"response": {"status": 200, "content": {"size": 9}}}
    beside = [http, browsed(204, b"", "OPTIONS"), browsed(204, b"", "OPTIONS"), browsed(502, b"x"), unsaved]
    beside += [browsed(0, b""), browsed(200, path="?page=2"), browsed(200, path="/more"), {"request": 1}]
    file = tmp_path / "x.har"
    judged = [browsed(200), browsed(401, REFUSAL), browsed(200)]
    file.write_text(json.dumps({"log": {"entries": [*beside, *judged, other]}}))
    done = contracts("check", str(file))
    assert done.status == 0, done.out + done.err
    assert [line.split("  ", 1)[1].strip() for line in done.out.splitlines() if "entr" in line] == [
        "entries 10, 11, 12 are judged",
        "entry 1 is set aside: it leads to https",
        "entries 2, 3 are set aside: OPTIONS does not ask for the list",
        "entry 4 is set aside: 502 is no answer of the API",
        "entry 5 is set aside: it was saved without its content",
        "entry 6 is set aside: it has no answer",
        "entry 7 is set aside: it asks with a query",
        "entry 13 is set aside: it is of another target",
        "2 entries are not about the list",
    ]


@pytest.mark.parametrize(
    "entry", [{"status": 502, "body": b"x"}, {"status": 0, "body": b""}, {"status": 403, "body": REFUSAL}]
)
def test_a_har_without_an_answer_of_the_api(entry: dict[str, Any], tmp_path: Path) -> None:
    """Where nothing else is there, what was no answer leaves everything unjudged."""
    outcomes = check_browsed(tmp_path, browsed(**entry), browsed(**entry))
    assert outcomes["category.id"] == "inconclusive"
    assert "breached" not in outcomes.values()


def test_a_cut_text_leaves_the_recording_open(tmp_path: Path) -> None:
    """A text shorter than its size is an answer that cannot be judged, whatever stands beside it."""
    cut = browsed(200)
    cut["response"]["content"]["size"] += 1
    assert check_browsed(tmp_path, browsed(200), cut)["http.repeatable"] == "inconclusive"
    assert check_browsed(tmp_path, cut)["category.id"] == "inconclusive"


def test_decoded_text_shows_no_encoding(tmp_path: Path) -> None:
    """What a browser has decoded is not judged for its encoding."""
    assert check_browsed(tmp_path, browsed(200))["json.utf-8"] == "not exercised"


def test_our_har_is_judged_whole(tmp_path: Path) -> None:
    """An entry that another program has put beside ours is judged, too, and one of ours that is there twice refused."""
    file = tmp_path / "run.har"
    with MockServer(SAMPLE) as server:
        contracts("verify", server.url, "--har", str(file), environment={"BEARER_TOKEN": server.token})
    har = json.loads(file.read_text())
    entries = har["log"]["entries"]
    listed = {key: value for key, value in entries[0].items() if not key.startswith("_")}
    broken = json.loads(json.dumps(listed).replace('"status": 200', '"status": 500'))
    file.write_text(json.dumps({"log": {**har["log"], "entries": [*entries, broken]}}))
    assert contracts("check", str(file)).status == 1
    for twice in (entries[0], entries[3]):
        file.write_text(json.dumps({"log": {**har["log"], "entries": [*entries, twice]}}))
        done = contracts("check", str(file))
        assert done.status == 2
        assert "and a run has one" in done.err


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


@pytest.mark.uncounted
def test_large_framing_is_read_in_one_pass() -> None:
    """A body in chunks of one byte, and a header of half a million fields, end at once."""
    chunked = HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + b"1\r\nx\r\n" * 200_000 + b"0\r\n\r\n"
    before = time.process_time()
    assert response_of(chunked).body == b"x" * 200_000
    with pytest.raises(BrokenAnswer, match="more than 200 header fields"):
        response_of(HEAD + b"a:\r\n" * 500_000 + b"\r\n{}")
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
