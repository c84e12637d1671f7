"""The canonical result: described by its schema, and read back as the report that it was."""

import json
from collections.abc import Callable
from typing import Any

import jsonschema
import pytest
import reports

from contracts.core.contract import load
from contracts.core.errors import FAILURES, UsageError
from contracts.core.report import Report, State, Verdict
from contracts.formats import result

ALL = [reports.conforming, reports.violating, reports.inconclusive, reports.unreachable]


@pytest.mark.parametrize("make", [*ALL, reports.hostile])
def test_follows_its_schema(make: Callable[[], Report]) -> None:
    """What is written is what the schema describes."""
    jsonschema.validate(json.loads(result.render(make())), load(result.SCHEMA))


@pytest.mark.parametrize("make", ALL)
def test_round_trip(make: Callable[[], Report]) -> None:
    """A report that was written and read is the same report, times included."""
    report = make()
    back = reports.reread(result.render(report))
    assert back == report
    assert (back.started, back.seconds) == (report.started, report.seconds)
    assert [exchange.seconds for exchange in back.exchanges] == [exchange.seconds for exchange in report.exchanges]


def test_hostile_text_comes_back() -> None:
    """What a target can put into a report survives the way through UTF-8, bytes and bodies included."""
    report = reports.hostile()
    text = result.render(report)
    back = reports.reread(text.encode().decode())
    assert (back.outcomes, back.exchanges) == (report.outcomes, report.exchanges)
    assert result.render(back) == text


def test_deterministic() -> None:
    """Equal reports give equal bytes."""
    assert result.render(reports.violating()) == result.render(reports.violating())


def test_says_what_follows_from_the_outcomes() -> None:
    """Verdict, status and counts in the file are those of the report."""
    report = reports.violating()
    document = json.loads(result.render(report))
    assert (document["verdict"], document["status"]) == (Verdict.VIOLATES.value, 1)
    assert document["counts"] == {state.value: len(list(report.of(state))) for state in State}
    assert sum(document["counts"].values()) == len(report.outcomes) == len(document["clauses"])
    assert document["failing"] == [outcome.clause.id for outcome in report.failing]


def test_body_that_is_no_text_is_base64() -> None:
    """A body is text when it is UTF-8, and Base64 when it is not."""
    document = json.loads(result.render(reports.violating()))
    bodies = document["bodies"]
    encodings = {e["probe"]: bodies[e["response"]["body"]]["encoding"] for e in document["exchanges"][:5]}
    assert encodings == dict.fromkeys(("list", "repeat", "head", "xml"), "utf-8") | {"unknown-path": "base64"}


def test_equal_bodies_are_stored_once() -> None:
    """Most requests have the same answer: it stands in the document once, under its digest."""
    report = reports.conforming()
    document = json.loads(result.render(report))
    responses = [exchange.response for exchange in report.exchanges if exchange.response]
    assert len(document["bodies"]) == len({response.body for response in responses}) < len(responses)
    assert reports.reread(result.render(report)) == report


def test_a_body_that_is_missing_is_told() -> None:
    """An exchange whose body is not among the bodies is one clear line."""
    document = json.loads(result.render(reports.conforming()))
    document["bodies"] = {}
    with pytest.raises(UsageError, match="not among the bodies"):
        reports.reread(json.dumps(document))


def test_schema_knows_every_state_and_failure() -> None:
    """The names that the schema lists are those that the code has."""
    schema = load(result.SCHEMA)
    definitions = schema["$defs"]
    assert definitions["outcome"]["properties"]["outcome"]["enum"] == list(State)
    assert list(schema["properties"]["counts"]["properties"]) == list(State)
    assert schema["properties"]["verdict"]["enum"] == ["conforms", "partial", "violates", "inconclusive"]
    kinds = definitions["exchange"]["properties"]["failure"]["anyOf"][0]["properties"]["kind"]["enum"]
    assert kinds == list(FAILURES)


def test_an_edit_shows() -> None:
    """A verdict that was written over does not survive reading."""
    text = result.render(reports.violating())
    edited = text.replace('"verdict": "violates"', '"verdict": "conforms"')
    assert edited != text
    assert result.render(reports.reread(edited)) == text


_OF_NO_TEXT = json.loads(result.render(reports.violating()))["exchanges"][4]["response"]["body"]


def _changed(path: tuple[Any, ...], value: object) -> str:
    document = json.loads(result.render(reports.violating()))
    place = document
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return json.dumps(document)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no JSON",
        "[]",
        "null",
        "{}",
        "[" * 100_000,
        '{"seconds": NaN}',
        '{"suite": "1", "suite": "2"}',
        '{"suite": "\\ud800"}',
        '{"suite": "\ud800"}',
        '{"seconds": 1' + "0" * 5000 + "}",
        '{"seconds": 1e9999999999999999999}',
        result.render(reports.violating()).replace('"strict": false', '"strict": true, "strict": false'),
        _changed(("verdict",), "fine"),
        _changed(("started",), "yesterday"),
        _changed(("started",), "2026-13-01T00:00:00Z"),
        _changed(("seconds",), "1"),
        _changed(("seconds",), -1),
        _changed(("seconds",), 10**400),
        _changed(("requests", "sent"), 1.5),
        _changed(("requests", "more"), 1),
        _changed(("settings", "auth"), "either"),
        _changed(("clauses", 0, "outcome"), "great\n\x1b[31m" + "x" * 10_000),
        _changed(("clauses", 0, "level"), "MAY"),
        _changed(("clauses", 0, "count"), None),
        _changed(("clauses", 0, "id"), "../../etc"),
        _changed(("exchanges", 0, "response"), []),
        _changed(("exchanges", 0, "request", "headers"), {"Accept": "x"}),
        _changed(("exchanges", 0, "failure"), {"kind": "KeyboardInterrupt", "message": ""}),
        _changed(("exchanges", 4, "response", "body"), "*"),
        _changed(("bodies", _OF_NO_TEXT, "content"), "*"),
        _changed(("bodies", _OF_NO_TEXT, "content"), "ü"),
    ],
    ids=range(32),
)
def test_malformed_is_one_clear_line(text: str) -> None:
    """A file from anywhere is refused in one short line; nothing else is raised."""
    with pytest.raises(UsageError) as raised:
        reports.reread(text)
    assert str(raised.value).isprintable()
    assert 20 < len(str(raised.value)) < 600
