"""The generative proof: on answers that break the contract, the suite and an independent oracle agree."""

import ast
import json
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from typing import Any

import naive_json
import naive_run
import oracle
import pytest
from hypothesis import assume, event, example, given
from hypothesis import strategies as st
from naive_run import Seen
from strategies import (
    MUTATIONS,
    Mutated,
    Verbatim,
    bodies,
    conforming_lists,
    mutated_lists,
    pick,
    written,
)
from subject import BY_ID, CONTRACT, OF_ANSWERS

from contracts.core.exchange import Exchange, Request, Response
from contracts.core.report import Scope, State
from contracts.event_categories.clauses import KEY
from contracts.judging import judge
from contracts.judging.evidence import Evidence

pytestmark = pytest.mark.uncounted
JSON = ("application/json",)


@dataclass(frozen=True)
class Answer:
    """What the target says to the documented request."""

    body: bytes
    types: tuple[str, ...] = JSON
    status: int = 200


def exchange(probe: str, answer: Answer) -> Exchange:
    """The exchange of a probe."""
    headers = tuple(("Content-Type", value) for value in answer.types)
    request = Request("GET", "http://127.0.0.1/v1/event_categories")
    return Exchange(probe, request, Response(answer.status, headers, answer.body))


def suite_says(answer: Answer) -> dict[str, str]:
    """The state of every clause that looks at one answer, by the suite."""
    evidence = Evidence("http://127.0.0.1", (exchange("list", answer),), Scope(), CONTRACT)
    outcomes = judge.outcomes(evidence, (BY_ID[clause] for clause in OF_ANSWERS))
    return {outcome.clause.id: str(outcome.state) for outcome in outcomes}


def oracle_says(answer: Answer) -> dict[str, str]:
    """The same, by the oracle."""
    return oracle.opinion(answer.status, list(answer.types), answer.body)


# Violations that a list of Python values cannot express: of the text, the envelope, the bytes, the headers.


def _text(value: Any) -> str:
    return written(value, cycle([""]), cycle([False]))


def _number_literal(draw: st.DrawFn, categories: list[Any]) -> None:
    literals = ["1.0", "1e0", "10e-1", "1.5", "-0", "-0.0", "1e400", "1e-400", "9" * 25, "9" * 700, "7" * 5000, "1E2"]
    pick(draw, categories)["position"] = Verbatim(
        draw(st.sampled_from([*literals, "NaN", "-Infinity", "01", "+1", ".5"]))
    )


def _repeated_name(draw: st.DrawFn, categories: list[Any]) -> None:
    category = pick(draw, categories)
    name = draw(st.sampled_from(["id", "name", "display_name", "position", "x"]))
    value = draw(st.sampled_from(["a", "", "\ud800", 1, 1.5, None, {"a": "\udfff"}]))
    first = draw(st.booleans())
    pair = f"{_text(name)}:{_text(value)}"
    rest = ",".join(f"{_text(k)}:{_text(v)}" for k, v in category.items())
    text = ",".join(filter(None, (pair, rest) if first else (rest, pair)))
    categories[next(i for i, c in enumerate(categories) if c is category)] = Verbatim("{" + text + "}")


def _lone_surrogate(draw: st.DrawFn, categories: list[Any]) -> None:
    member = draw(st.sampled_from(["id", "name", "display_name", "x", "\ud83d"]))
    pick(draw, categories)[member] = draw(st.sampled_from(["\ud800", "a\udfff", "\ude00\ud83d"]))


def _nested(draw: st.DrawFn, categories: list[Any]) -> None:
    pick(draw, categories)["x"] = Verbatim(
        draw(st.sampled_from(["[" * 50 + "]" * 50, '{"a":{"b":1,"b":2}}', '"\\u00e9"']))
    )


_LISTS: list[Callable[[st.DrawFn, list[Any]], None]] = [
    *(mutation.mutate for mutation in MUTATIONS),
    _number_literal,
    _repeated_name,
    _lone_surrogate,
    _nested,
    lambda draw, categories: categories.clear(),
]


def _beside(draw: st.DrawFn, root: dict[str, Any]) -> Any:
    value = st.sampled_from(
        [None, [], {}, 1, "x", [1], [{}], [{"id": 1}], [{"ID": "a"}], [{"position": 2**63}], [None]]
    )
    return {**root, draw(st.sampled_from(["meta", "", "\ud800", "a/b~"])): draw(value)}


_ENVELOPES: list[Callable[[st.DrawFn, Any], Any]] = [
    _beside,
    lambda draw, root: root[KEY],
    lambda draw, root: {"eventCategories": root[KEY]},
    lambda draw, root: {"data": root},
    lambda draw, root: {KEY: draw(st.sampled_from([None, {}, "", 0, False]))},
    lambda draw, root: draw(st.sampled_from([None, {}, [], "", "text", 0, True, [{}], ["a"]])),
]


def _spliced(draw: st.DrawFn, body: bytes) -> bytes:
    start = draw(st.integers(0, len(body)))
    removed = draw(st.integers(0, 3))
    tokens = st.sampled_from(
        [b"", b",", b"}", b'"', b"\\", b"\x00", b"\xff", b"1", b".0", b"e9", b" ", b":null", b"\\ud800"]
    )
    return body[:start] + draw(tokens | st.binary(max_size=3)) + body[start + removed :]


_BYTES: list[Callable[[st.DrawFn, bytes], bytes]] = [
    _spliced,
    _spliced,
    lambda draw, body: body[: draw(st.integers(0, len(body)))],
    lambda draw, body: b"\xef\xbb\xbf" + body,
    lambda draw, body: body + draw(st.sampled_from([b"\n", b"x", b"{}", b"\x00", b"\xff", b"//"])),
    lambda draw, body: body.decode("utf-8", "replace").encode(
        draw(st.sampled_from(["utf-16", "utf-16-le", "utf-32-be"]))
    ),
    lambda draw, body: body.decode("utf-8", "replace").encode("latin-1", "replace"),
    lambda draw, body: draw(st.binary(max_size=8)),
]
_TYPES = st.sampled_from(
    [
        (),
        (*JSON, *JSON),
        ("text/html",),
        ("Application/JSON;charset=UTF-8",),
        ('application/json; charset="utf-8"',),
        ("application/json; charset=latin1",),
        ("application/json;",),
        ("application/json; charset",),
        ('application/json; a="\\";charset=x"; charset="\\utf-8"',),
        ('application/json; a="',),
        ("application/json; charset = utf-8",),
        ("application/json x",),
    ]
)
_STATUSES = st.sampled_from([201, 204, 206, 301, 400, 404, 500])


@st.composite
def violating_answers(draw: st.DrawFn) -> Answer:
    """A conforming answer after one to three changes, each of a random kind."""
    kinds = draw(
        st.lists(st.sampled_from(["list"] * 4 + ["envelope", "bytes", "bytes", "headers"]), min_size=1, max_size=3)
    )
    categories: list[Any] = deepcopy(draw(conforming_lists(min_size=2, max_size=4)))
    for _ in range(kinds.count("list")):
        assume(categories)
        draw(st.sampled_from(_LISTS))(draw, categories)
    if "envelope" in kinds:
        root = draw(st.sampled_from(_ENVELOPES))(draw, {KEY: categories})
        body = written(root, cycle(draw(st.sampled_from([[""], [" ", "\n"]]))), cycle([False])).encode()
    else:
        body = draw(bodies(categories))
    for _ in range(kinds.count("bytes")):
        body = draw(st.sampled_from(_BYTES))(draw, body)
    if "headers" not in kinds:
        return Answer(body)
    return Answer(body, draw(_TYPES)) if draw(st.booleans()) else Answer(body, status=draw(_STATUSES))


@st.composite
def conforming_answers(draw: st.DrawFn) -> Answer:
    """A conforming answer."""
    return Answer(draw(bodies(draw(conforming_lists()))))


@given(violating_answers())
@example(Answer(b'{"a": {"b": ["\\ud800"]}, "a": 0}'))  # a lone surrogate in a value that is discarded
@example(Answer(b'["text"]'))  # text, and no member
@example(Answer(b'{"event_categories": [{"position": ' + b"7" * 5000 + b"}]}"))
@example(Answer(b'{"event_categories": [{"id": ' + b"7" * 4300 + b"}]}"))
@example(Answer(b"\x00\x00"))
@example(Answer(b"\xef\xbb\xbf"))
@example(Answer(b"\xef\xbb\xbf\xef\xbb\xbf{}"))
def test_suite_and_oracle_agree_on_every_clause(answer: Answer) -> None:
    """Whatever breaks the contract, each clause is held, breached or not exercised by both alike."""
    said = suite_says(answer)
    event(f"{sum(state == 'breached' for state in said.values())} clauses breached")
    assert said == oracle_says(answer)


@given(violating_answers() | conforming_answers(), violating_answers())
@example(Answer(b'{"event_categories": [{"id": 7}]}'), Answer(b'{"event_categories": [{"id": ""}, 1]}'))
@example(Answer(b"[{}]"), Answer(b'{"event_categories": [{"id": 7}]}'))
@example(Answer(b"<p>", ("text/html",)), Answer(b"<p>", ("text/html",)))
@example(Answer(b"", status=301), Answer(b'{"event_categories": []}'))
def test_suite_and_oracle_agree_on_what_another_answer_breaks_beyond(first: Answer, other: Answer) -> None:
    """Another answer is accused of what it breaks beyond the documented one; where that is no list, of everything."""
    probes = ("list", "xml", "anonymous")
    exchanges = (exchange(probe, answer) for probe, answer in zip(probes, (first, other, other), strict=True))
    evidence = Evidence("http://127.0.0.1", tuple(exchanges), Scope(), CONTRACT)
    clauses = ("http.json-only", "auth.missing")
    outcomes = judge.outcomes(evidence, (BY_ID[clause] for clause in clauses))
    documented, seen = (Seen(a.status, tuple(("Content-Type", v) for v in a.types), a.body) for a in (first, other))
    refused = 400 <= other.status < 500 and naive_run.is_documented_error(seen)
    beyond = bool(naive_run.beyond(documented, seen))
    event(f"the documented answer is {'a' if naive_run.is_list(documented) else 'no'} list, {beyond}")
    broken = [outcome.state is State.BREACHED for outcome in outcomes]
    assert broken == [naive_run.is_xml(seen) or (beyond and not refused), beyond]  # no answer here is a 401


@given(st.data())
def test_suite_and_oracle_agree_on_what_conforms(data: st.DataObject) -> None:
    """A conforming answer holds every clause, in both opinions."""
    answer = Answer(data.draw(bodies(data.draw(conforming_lists()))))
    assert suite_says(answer) == oracle_says(answer) == dict.fromkeys(OF_ANSWERS, "held")


@given(mutated_lists())
def test_suite_and_oracle_refuse_a_single_mutation_by_its_clause(mutated: Mutated) -> None:
    """A list with one named mutation breaches the clause that the mutation belongs to, in both opinions."""
    answer = Answer(json.dumps({KEY: mutated.categories}).encode())
    assert suite_says(answer)[mutated.clause] == oracle_says(answer)[mutated.clause] == "breached"


def test_the_oracle_knows_every_clause_of_an_answer() -> None:
    """No clause that looks at one answer is without a second opinion."""
    assert set(oracle.CLAUSES) == set(OF_ANSWERS)


def test_the_oracle_is_independent() -> None:
    """The oracle shares no code with the suite: it imports nothing from it."""
    for module in (oracle, naive_json):
        nodes = list(ast.walk(ast.parse(Path(module.__file__ or "").read_text("utf-8"))))
        named = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
        named |= {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
        assert not [name for name in named if name.startswith("contracts")]


@pytest.mark.parametrize(
    "text", ["", "{", "[1,]", "[01]", '"\\x"', '"\\u12"', "nul", "1.", "1e", "-", '"\n"', "{}x", "{1:2}"]
)
def test_the_reader_of_the_oracle_refuses_what_is_no_json(text: str) -> None:
    """The oracle's own reader is strict, too."""
    with pytest.raises(naive_json.NotJson):
        naive_json.Reader(text).read()
