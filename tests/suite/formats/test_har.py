"""HAR 1.2: the masked exchanges as other tools open them, and those of browsers as evidence."""

import base64
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import reports
from subject import CONTRACT

from contracts.core.errors import BrokenAnswer, CouldNotJudge, Unreachable, UsageError
from contracts.core.exchange import NOT_READ, Exchange
from contracts.core.report import Report
from contracts.formats import har

ALL = [reports.conforming, reports.violating, reports.inconclusive, reports.unreachable, reports.hostile]


def read(text: str) -> tuple[Exchange, ...]:
    """The exchanges of a HAR, over HTTP wherever to."""
    _, found = har.read(reports.har_of(text), CONTRACT.probe, lambda url: url.startswith("http"))
    return tuple(found.values())


@pytest.mark.parametrize("make", ALL)
def test_round_trip(make: Callable[[], Report]) -> None:
    """The exchanges that were written are read as the exchanges that they were, failures and bodies included."""
    report = make()
    assert read(har.render(report)) == report.exchanges


@pytest.mark.parametrize("make", ALL)
def test_has_what_har_requires(make: Callable[[], Report]) -> None:
    """Every object has the members that HAR 1.2 requires, so that viewers open the file."""
    log = json.loads(har.render(make()))["log"]
    assert log["version"] == "1.2"
    assert log["creator"].keys() == {"name", "version"}
    for entry in log["entries"]:
        assert entry.keys() >= {"startedDateTime", "time", "request", "response", "cache", "timings"}
        messages = {"httpVersion", "cookies", "headers", "headersSize", "bodySize"}
        assert entry["request"].keys() >= messages | {"method", "url", "queryString"}
        assert entry["response"].keys() >= messages | {"status", "statusText", "content", "redirectURL"}
        assert entry["response"]["content"].keys() >= {"size", "mimeType"}
        assert entry["time"] == sum(entry["timings"].values())


def test_one_entry_starts_after_another() -> None:
    """The start of an entry is the start of the run and the seconds after which its request was sent."""
    exchanges = (replace(each, began=number / 8) for number, each in enumerate(reports.exchanges()))
    entries = json.loads(har.render(reports.judged(tuple(exchanges))))["log"]["entries"]
    times = [entry["startedDateTime"] for entry in entries]
    assert times[:3] == ["2026-11-23T09:00:00.000Z", "2026-11-23T09:00:00.125Z", "2026-11-23T09:00:00.250Z"]


def test_failure_has_status_zero() -> None:
    """An exchange without an answer has the status 0 that browsers give it, and says why."""
    entries = json.loads(har.render(reports.unreachable()))["log"]["entries"]
    assert {entry["response"]["status"] for entry in entries} == {0}
    assert "deadline" in entries[0]["response"]["_error"]


def foreign(**response: Any) -> dict[str, Any]:
    """An entry as Chromium writes it, with some members of the response replaced."""
    usual = {
        "status": 200,
        "statusText": "",
        "httpVersion": "h2",
        "headers": [
            {"name": ":status", "value": "200"},
            {"name": "content-type", "value": "application/json"},
            {"name": "set-cookie", "value": "session=canary"},
        ],
        "cookies": [{"name": "session", "value": "canary"}],
        "content": {"size": 2, "mimeType": "application/json", "text": "{}"},
        "redirectURL": "",
        "headersSize": -1,
        "bodySize": -1,
        "_transferSize": 2,
        "_error": None,
    }
    return {
        "_initiator": {"type": "script"},
        "_resourceType": "fetch",
        "cache": {},
        "startedDateTime": "2026-11-23T09:00:00.000Z",
        "time": 51.5,
        "timings": {"blocked": 1.2, "send": 0.1, "wait": 50, "receive": 0.2},
        "request": {
            "method": "GET",
            "url": reports.URL,
            "httpVersion": "h2",
            "headers": [
                {"name": ":authority", "value": "api.osc-fr1.scalingo.com"},
                {"name": "accept", "value": "application/json"},
                {"name": "authorization", "value": "Bearer canary"},
                {"name": "cookie", "value": "session=canary"},
                {"name": "x-csrf-token", "value": "canary"},
            ],
            "queryString": [],
            "cookies": [],
            "headersSize": -1,
            "bodySize": 0,
        },
        "response": usual | response,
    }


def exchange_of(entry: dict[str, Any]) -> Exchange:
    [exchange] = read(json.dumps({"log": {"version": "1.2", "entries": [entry]}}))
    return exchange


def test_reads_a_browsers_entry_without_its_secrets() -> None:
    """Status, headers and content come over; credentials, cookies and other tokens do not."""
    exchange = exchange_of(foreign())
    response = exchange.observed()
    assert (response.status, response.body) == (200, b"{}")
    assert response.headers == (("content-type", "application/json"),)
    assert exchange.request.headers == (("accept", "application/json"), ("authorization", NOT_READ))
    assert "canary" not in repr(exchange)
    assert exchange.seconds == pytest.approx(0.0515)


def test_content_may_be_base64() -> None:
    """Content in Base64 is read as the bytes that it stands for."""
    content = {"size": 2, "text": base64.b64encode(b"\xff\xfe").decode(), "encoding": "base64"}
    assert exchange_of(foreign(content=content)).observed().body == b"\xff\xfe"


@pytest.mark.parametrize("content", [{"size": 512}, {"size": 512, "mimeType": "application/json"}, {}])
def test_content_that_was_not_saved_is_no_empty_body(content: dict[str, Any]) -> None:
    """An answer whose content the browser did not save cannot be judged; it is not taken for an empty one."""
    exchange = exchange_of(foreign(content=content))
    assert isinstance(exchange.failure, BrokenAnswer)
    with pytest.raises(CouldNotJudge):
        exchange.observed()


def test_an_empty_body_is_one() -> None:
    """An answer that had no content is judged as such."""
    assert exchange_of(foreign(content={"size": 0})).observed().body == b""


@pytest.mark.parametrize("error", [None, "net::ERR_CONNECTION_REFUSED"])
def test_no_answer_is_a_failure(error: str | None) -> None:
    """An entry with status 0 is a request that was not answered."""
    exchange = exchange_of(foreign(status=0, _error=error))
    assert exchange.response is None
    assert isinstance(exchange.failure, Unreachable)
    assert not error or error in str(exchange.failure)


def test_an_odd_entry_of_another_url_hinders_nobody() -> None:
    """Of what nobody asks for nothing is read, however odd it is; all entries are counted."""
    odd: list[Any] = [None, {}, {"request": 1}, foreign(status="x") | {"request": {"url": "data:text/plain,x"}}]
    odd += [
        {"request": {"url": "https://[x/"}},
        {"request": {"url": None}},
        {"request": {"url": "ws://x/"}, "_probe": 3},
    ]
    text = json.dumps({"log": {"entries": [*odd, foreign()]}})
    total, found = har.read(reports.har_of(text), (), reports.URL.__eq__)
    assert (total, [(number, each.request.url) for number, each in found.items()]) == (8, [(8, reports.URL)])


def test_decoded_text_shows_no_encoding() -> None:
    """What a browser has decoded says nothing of its bytes, unless it saved these; ours are those that came."""
    content = {"size": 2, "text": base64.b64encode(b"{}").decode(), "encoding": "base64"}
    assert exchange_of(foreign()).observed().decoded
    assert not exchange_of(foreign(content=content)).observed().decoded
    assert not exchange_of(foreign() | {"_probe": "list"}).observed().decoded


@pytest.mark.parametrize("size", [3, 4.0, 1e300])
@pytest.mark.parametrize("content", [{"text": "{}"}, {"text": "e30=", "encoding": "base64"}])
def test_text_shorter_than_its_size_is_broken(content: dict[str, Any], size: float) -> None:
    """Content that was cut when it was saved is not judged."""
    exchange = exchange_of(foreign(content={**content, "size": size}))
    assert str(exchange.failure) == "entry 1: the HAR has 2 bytes of its content, which had more"
    assert exchange_of(foreign(content={**content, "size": -1})).failure is None


def _with(path: tuple[Any, ...], value: object) -> str:
    document: dict[str, Any] = {"log": {"version": "1.2", "entries": [foreign()]}}
    place: Any = document
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return json.dumps(document)


_ENTRY = ("log", "entries", 0)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        "{}",
        '{"log": []}',
        "[" * 100_000,
        _with(("log", "entries"), {}),
        _with((*_ENTRY, "response"), None),
        _with((*_ENTRY, "request", "method"), 1),
        _with((*_ENTRY, "request", "headers"), {"a": "b"}),
        _with((*_ENTRY, "request", "headers"), [{"name": "a"}]),
        _with((*_ENTRY, "request", "headers"), ["a"]),
        _with((*_ENTRY, "response", "status"), "200"),
        _with((*_ENTRY, "response"), foreign(status=True)["response"]),
        _with((*_ENTRY, "response", "content"), []),
        _with((*_ENTRY, "response", "content", "text"), 1),
        _with((*_ENTRY, "response", "content"), {"text": "*", "encoding": "base64"}),
        _with((*_ENTRY, "_attempts"), [1]),
        _with((*_ENTRY, "time"), "1"),
        _with((*_ENTRY, "time"), 1).replace('"time": 1', '"time": NaN'),
        _with((*_ENTRY, "time"), 1).replace('"time": 1', '"time": 1, "time": 1'),
    ],
    ids=range(22),
)
def test_malformed_is_one_clear_line(text: str) -> None:
    """A file that is no HAR is refused in one line that says where; nothing else is raised."""
    with pytest.raises(UsageError, match=r"\Athe HAR cannot be read: \S[^\n]{5,150}\Z"):
        read(text)


@pytest.mark.parametrize("started", ["", "yesterday", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00"])
def test_any_time_can_be_written(started: str) -> None:
    """A report from a file may name any time; its exchanges are written all the same."""
    slow = tuple(Exchange(e.probe, e.request, e.response, seconds=1e300) for e in reports.exchanges())
    assert len(read(har.render(reports.judged(slow, started=started)))) == len(slow)


@pytest.mark.parametrize("time", ["1e400", "1" + "0" * 400, "-1"])
def test_a_time_that_is_none_counts_as_zero(time: str) -> None:
    """How long a foreign request took is of no consequence: nonsense is not refused."""
    text = json.dumps({"log": {"entries": [foreign()]}}).replace('"time": 51.5', f'"time": {time}')
    assert [exchange.seconds for exchange in read(text)] == [0.0]


def test_a_large_body_that_entries_share_stands_once() -> None:
    """A large text stands in the first entry that has it; the others say where, and are read as they were."""
    report = reports.conforming()
    exchanges = tuple(
        replace(e, response=e.response and replace(e.response, body=b'{"a": "' + b"x" * 100_000 + b'"}'))
        for e in report.exchanges
    )
    text = har.render(replace(report, exchanges=exchanges))
    assert text.count("x" * 100_000) == 1
    assert read(text) == exchanges
    contents = [entry["response"]["content"] for entry in json.loads(text)["log"]["entries"]]
    assert contents[1]["comment"] == "the text is that of entry 0, counted from 0"
    for foreign in (-1, 1, 99, True, "0", None):  # a file may say anything
        contents[1]["_same"] = foreign
        document = json.loads(text)
        document["log"]["entries"][1]["response"]["content"]["_same"] = foreign
        read(json.dumps(document))
