"""Hostile bodies: whatever a target sends below the cap, a run costs little more than its size, all reports included.

The bounds are generous: what was quadratic passed them by a factor of five. `make cost` tells what larger bodies cost.
"""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pytest
import reports
from hostile import message, politely, raw_server
from hostile_bodies import (
    CONFORMS,
    GOOD,
    INCONCLUSIVE,
    LIST,
    ONE,
    ROWS,
    Parent,
    Row,
    answering,
    cost,
    measuring,
    numbered,
)
from subject import CONTRACT, SAMPLE

from contracts import bundle
from contracts.audit import audit
from contracts.commands import output
from contracts.core.contract import Check, Steps
from contracts.core.errors import BrokenAnswer, Late, Reason, check_time, until
from contracts.core.exchange import Exchange, Request, Response
from contracts.core.finding import Finding
from contracts.core.report import Report, Scope, State
from contracts.formats import har, result
from contracts.judging.answer import Answer
from contracts.judging.evidence import Evidence
from contracts.judging.json_scan import locate, scan
from contracts.judging.schema import list_schema
from contracts.judging.strict_json import decode
from contracts.masking.secrets import Secrets
from contracts.mock.server import MockServer
from contracts.network.observe import limit_bodies
from contracts.offline import Recording, report_of
from contracts.prepare import prepare
from contracts.resources import contract_of
from contracts.run import verify
from contracts.settings.table import Settings

SIZE = 2**19
#: Seconds of CPU, and MiB; the process alone takes 0.2 and 60.
SECONDS, MEMORY = 5, 130


@pytest.fixture(scope="module")
def parent(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Parent]:
    """The process whose children run the commands."""
    with measuring(tmp_path_factory.mktemp("parent")) as process:
        yield process


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_hostile_body_costs_little(row: Row, parent: Parent, tmp_path: Path) -> None:
    """The status is the deserved one, and time and memory stay within bounds that nothing quadratic keeps."""
    with raw_server(answering(row, row.make(SIZE))) as server:
        status, seconds, peak, said = cost(parent, server.url, tmp_path)
    assert status == row.status, said
    assert seconds < SECONDS
    assert peak < MEMORY
    longest = max(len(line) for line in (tmp_path / "junit.xml").read_text().splitlines())
    assert longest < 10_000  # no name and no value of a target fills a report


def test_a_hostile_header_costs_little(parent: Parent, tmp_path: Path) -> None:
    """A header field of 60 KB of backslashes is masked as quickly as a body."""
    answer = message(ONE.join(LIST).encode(), headers=(f"X-Echo: {chr(92) * 60_000}",))
    with raw_server(politely(answer)) as server:
        status, seconds, peak, said = cost(parent, server.url, tmp_path)
    assert (status, seconds < SECONDS, peak < MEMORY) == (CONFORMS, True, True), said


def test_bodies_are_in_the_reports_once(parent: Parent, tmp_path: Path) -> None:
    """The same answer to six requests does not make reports of six times its size."""
    answer = message(numbered(SIZE, GOOD, *LIST))
    with raw_server(politely(answer)) as server:
        cost(parent, server.url, tmp_path)
    for name in ("result.json", "exchanges.har"):
        assert (tmp_path / name).stat().st_size < 2 * SIZE, name
    assert json.loads((tmp_path / "result.json").read_text())["verdict"] == "conforms"


def test_judging_stands_under_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was not judged in time could not be judged: never held, never a breach; and an audit agrees with that."""
    now = [0.0]

    def slow(answer: Answer) -> Steps:
        now[0] += 60.0
        yield from ()
        return 1

    monkeypatch.setitem(CONTRACT.checks, "http.content-type", Check(slow, of_run=False))
    with (
        MockServer(SAMPLE) as server,
        prepare(Settings(target=server.url, deadline=30), CONTRACT, {"BEARER_TOKEN": server.token}) as run,
    ):
        run.target.deadline.clock = lambda: now[0]
        report = verify(run)
    states = {outcome.clause.id: outcome for outcome in report.outcomes}
    assert states["http.content-type"].state is State.HELD  # what was begun is judged to its end
    assert {o.state for o in states.values() if o.because is Reason.LATE} == {State.INCONCLUSIVE}
    assert states["category.id"].because is Reason.LATE
    assert report.status == INCONCLUSIVE
    monkeypatch.undo()
    assert audit(bundle.pack(report), contract_of, datetime.now(UTC)).differences == ()


def test_half_a_judgement_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """A clause during which the deadline passes was not judged, whatever was found so far; and an audit agrees."""
    now = [0.0]

    def broken_and_slow(answer: Answer) -> Steps:
        yield Finding("", "what is not there", "what is")
        now[0] += 60.0
        check_time()
        return 1

    monkeypatch.setitem(CONTRACT.checks, "http.content-type", Check(broken_and_slow, of_run=False))
    with (
        MockServer(SAMPLE) as server,
        prepare(Settings(target=server.url, deadline=30), CONTRACT, {"BEARER_TOKEN": server.token}) as run,
    ):
        run.target.deadline.clock = lambda: now[0]
        report = verify(run)
    outcome = next(outcome for outcome in report.outcomes if outcome.clause.id == "http.content-type")
    assert (outcome.state, outcome.because, outcome.findings) == (State.INCONCLUSIVE, Reason.LATE, ())
    monkeypatch.undo()
    assert audit(bundle.pack(report), contract_of, datetime.now(UTC)).differences == ()


LONG = json.dumps({"event_categories": [{"id": str(n)} for n in range(2000)], "x": "\\u0041%41" * 2000}).encode()


@pytest.mark.parametrize(
    "work",
    [
        lambda: decode(LONG),
        lambda: scan("[0,[]" * 2000),
        lambda: secrets_of("a-token-of-some-length").mask_bytes(LONG),
        lambda: list(list_schema(CONTRACT.schemas, CONTRACT.key).violations(json.loads(LONG))),
        lambda: locate(LONG, "/event_categories/1999/id"),
        lambda: result.to_json(list(range(2000))),
    ],
    ids=["decoding", "scanning", "masking", "explaining", "showing", "rendering"],
)
def test_long_loops_look_at_the_clock(work: Callable[[], object]) -> None:
    """Whatever goes through all of a body ends when the time is over, and not when it is done."""
    with until(0.0, lambda: 1.0), pytest.raises(Late):
        work()
    work()


def secrets_of(token: str) -> Secrets:
    secrets = Secrets()
    secrets.add(token, "BEARER_TOKEN")
    return secrets


def test_writing_stands_under_the_deadline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the time is over while reports are written, all of them say so, none is missing and none is of before."""
    now = [0.0]
    render = har.render

    def slow(report: Report) -> str:
        now[0] += 60.0
        return render(report)

    monkeypatch.setattr(har, "render", slow)
    with (
        MockServer(SAMPLE) as server,
        prepare(Settings(target=server.url, deadline=30), CONTRACT, {"BEARER_TOKEN": server.token}) as run,
    ):
        run.target.deadline.clock = lambda: now[0]
        report = verify(run)
        assert report.status == CONFORMS
        usual = {name: file for name, (_, file) in output.FORMATS.items()} | {output.BUNDLE: output.BUNDLE_FILE}
        outputs = output.Outputs({name: str(tmp_path / file) for name, file in usual.items()})
        written = output.written(run, report, outputs)
    assert written.status == INCONCLUSIVE
    assert {outcome.because for outcome in written.outcomes} == {Reason.LATE}
    assert {path.name for path in tmp_path.iterdir()} == set(usual.values())
    assert (tmp_path / "result.json").read_text() == result.render(written)
    assert Reason.LATE.sentence in (tmp_path / "junit.xml").read_text()
    audited = audit((tmp_path / "run.zip").read_bytes(), contract_of, datetime.now(UTC))
    assert (audited.report.status, audited.differences, audited.missing) == (INCONCLUSIVE, (), ())


def test_a_run_keeps_no_more_than_two_largest_bodies() -> None:
    """Equal bodies count once; what would be too much is not judged, and the words name limit and option."""
    bodies = (b"a" * 100, b"b" * 100, b"a" * 100, b"c", b"b" * 100)
    request = Request("GET", "http://localhost/v1/event_categories")
    *first, beyond, last = limit_bodies([Exchange("list", request, Response(200, (), body)) for body in bodies], 100)
    assert [exchange.observed().body for exchange in (*first, last)] == [b"a" * 100, b"b" * 100, b"a" * 100, b"b" * 100]
    with pytest.raises(BrokenAnswer, match=r"200 bytes.*--max-body"):
        beyond.observed()


def test_a_target_that_sends_another_large_body_each_time(parent: Parent, tmp_path: Path) -> None:
    """Of six different bodies near the cap two are judged, and the run says why the others are not."""
    cap = 2**17
    number = count()
    body = ONE.join(LIST).encode().ljust(cap - 100)

    def behave(connection: socket.socket, request: bytes, stop: threading.Event) -> None:
        politely(message(body + b" " * next(number)))(connection, request, stop)

    with raw_server(behave) as server:
        status, _, _, said = cost(parent, server.url, tmp_path, "--max-body", str(cap))
    assert status == INCONCLUSIVE, said
    document = json.loads((tmp_path / "result.json").read_text())
    assert len([digest for digest, stored in document["bodies"].items() if len(stored["content"]) > cap // 2]) == 2
    reasons = {clause["id"]: clause["reason"] for clause in document["clauses"]}
    assert "262,144 bytes" in reasons["auth.missing"]
    assert reasons["category.id"] == ""


@pytest.mark.parametrize("body", [b"\x01" * 2**17, b'["' + b"\x01" * 2**17 + b'"]', b'""' * 2**17])
def test_what_json_would_write_much_longer_is_stored_as_base64(body: bytes) -> None:
    """No stored body is much longer than its Base64, and each comes back as it was, from both formats."""
    report = of_body(body)
    for writer in (result, har):
        assert len(writer.render(report)) < len(body) * 4 / 3 + 100_000
    text = result.render(report)
    assert result.render(reports.reread(text)) == text
    _, read = har.read(reports.har_of(har.render(report)), CONTRACT.probe, lambda _: False)
    assert read[1].response == report.exchanges[0].response
    small = of_body(body[:100])
    assert '"base64"' not in result.render(small)  # a person may want to read it


def of_body(body: bytes) -> Report:
    exchange = Exchange("list", Request("GET", "http://localhost/v1/event_categories"), Response(200, (), body))
    evidence = Evidence("http://localhost/", (exchange,), Scope(offline=True), CONTRACT)
    return report_of(Recording(evidence), strict=False, allow_empty=False)
