"""The moment: one difference is no proof, a second observation decides, and what only the first broke is in doubt."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from cases import SLOW, A, B, error, ok, raw, run
from cases import Answer as Given
from hypothesis import example, given
from hypothesis import strategies as st
from subject import BY_ID, CONTRACT

from contracts.core.contract import Note
from contracts.core.finding import Finding
from contracts.core.report import Outcome, State
from contracts.judging import judge
from contracts.judging.answer import Answer
from contracts.judging.evidence import Evidence, differences

NAMELESS = {name: value for name, value in A.items() if name != "name"}
NUMBERED = {**A, "id": 7}
PAGE = raw(b"<!doctype html>", ("Content-Type", "text/html"))


def outcomes(evidence: Evidence, *clauses: str) -> dict[str, Outcome]:
    chosen = [BY_ID[clause] for clause in clauses] if clauses else None
    return {outcome.clause.id: outcome for outcome in judge.outcomes(evidence, chosen)}


def states(evidence: Evidence, *clauses: str) -> list[State]:
    return [outcome.state for outcome in outcomes(evidence, *clauses).values()]


def observed(answer: Given, **others: Given) -> dict[str, Given | list[Given]]:
    """A second observation in which the list is the same five times, and what else was asked."""
    return {"list": answer, "repeat": [answer] * 4, **{name.replace("_", "-"): other for name, other in others.items()}}


def test_the_second_observation_is_judged() -> None:
    """What the first showed otherwise is told, with the words of what differed, and breaks nothing."""
    evidence = run({"list": ok(A), "repeat": ok()}, again=observed(ok()))
    found = outcomes(evidence)
    assert found["list.ids-unique"].observations == 2
    assert not [outcome for outcome in found.values() if outcome.state is State.BREACHED]
    [note] = found["http.repeatable"].notes
    assert note.startswith("the first observation was unsteady, and the second is judged; what differed: repeat: ")
    assert "Add-ons" in note


@pytest.mark.parametrize("probe", ["list", "repeat"])
def test_a_must_that_only_the_first_broke_is_in_doubt(probe: str) -> None:
    """It is inconclusive, never held and never breached, whichever of the plain answers broke it."""
    evidence = run({"list": ok(), "repeat": ok(), probe: ok(NAMELESS, B)}, again=observed(ok()))
    found = outcomes(evidence)
    assert found["category.required"].state is State.INCONCLUSIVE
    assert found["category.required"].reason == (
        f"it was broken in the first observation alone: {probe}: /event_categories/0/name: nothing "
        "(expected: a member name)"
    )
    assert found["category.id"].state is State.HELD
    assert found["http.repeatable"].state is State.HELD


def test_a_should_that_only_the_first_broke_is_judged_by_the_second() -> None:
    """A warning that has passed is none."""
    evidence = run({"list": ok({**A, "name": "a b"}), "repeat": ok(A)}, again=observed(ok(A)))
    assert states(evidence, "category.name-style") == [State.HELD]


@pytest.mark.parametrize(
    ("clause", "probe", "wrong", "right"),
    [
        ("http.head", "head", error(405), ok()),
        ("http.no-server-error", "unknown-path", error(500), error(404)),
        ("auth.missing", "anonymous", error(403), error(401)),
        ("error.body", "invalid-token", raw(b"no", status=401), error(401)),
    ],
)
def test_another_answer_of_the_first_is_in_doubt_as_well(clause: str, probe: str, wrong: Given, right: Given) -> None:
    """A clause about another answer, that only an unsteady first observation broke, could not be judged either."""
    first = {"list": ok(A), "repeat": ok(), probe: wrong}
    assert states(run(first, again=observed(ok()) | {probe: right}), clause) == [State.INCONCLUSIVE]
    assert states(run(first, again=observed(ok()) | {probe: wrong}), clause) == [State.BREACHED]


def test_what_a_clause_was_broken_through_is_in_doubt_as_well() -> None:
    """A list of the first observation that broke a clause of the list leaves that clause in doubt, whoever asked."""
    evidence = run({"list": ok(A), "repeat": ok(), "xml": ok(NUMBERED, B)}, again=observed(ok(), xml=ok()))
    assert states(evidence, "http.json-only", "category.id") == [State.INCONCLUSIVE] * 2
    assert states(evidence, "category.id") == [State.HELD]


def test_what_the_second_breaks_is_breached() -> None:
    """Both broke it, or the second alone: it is a breach with the findings of the second."""
    for first in (ok(NAMELESS), ok(A)):
        evidence = run({"list": first, "repeat": ok()}, again=observed(ok(NAMELESS, B)))
        found = outcomes(evidence, "category.required")["category.required"]
        assert [finding.where for finding in found.findings] == ["/event_categories/0/name"]


def test_what_is_not_asked_again_carries_over() -> None:
    """The cleartext endpoint, the burst and the unsafe methods were answered once, and that is what is judged."""
    refused = dict.fromkeys(("post", "put", "patch", "delete"), error(405))
    first: Mapping[str, Given] = {"list": ok(A), "repeat": ok(), "plaintext": ok(), **refused, "delete": ok()}
    evidence = run(first, again=observed(ok()), unsafe=True, live=True, plaintext=True)
    assert states(evidence, "transport.no-plaintext", "http.method-not-allowed") == [State.BREACHED] * 2


@pytest.mark.parametrize("missing", ["list", "repeat"])
def test_without_a_second_observation_the_documented_answer_stands(missing: str) -> None:
    """Its breaches stand, what another answer broke is in doubt, and what nobody broke is held."""
    second = observed(ok()) | {missing: SLOW if missing == "list" else [ok(), SLOW]}
    for again in (second, None):
        evidence = run({"list": ok(NUMBERED, B), "repeat": ok(NAMELESS, B), "head": error(405)}, again=again)
        found = outcomes(evidence)
        assert found["category.id"].state is State.BREACHED
        assert found["category.required"].state is State.INCONCLUSIVE
        assert "by one of several answers that differ: repeat: " in found["category.required"].reason
        assert found["http.repeatable"].state is State.INCONCLUSIVE
        assert found["http.head"].state is State.BREACHED
        assert found["category.display-name"].state is State.HELD


def test_a_second_observation_that_differs_needs_no_end() -> None:
    """Two answers of it that differ are proof, also where a third never came."""
    again = {"list": ok(), "repeat": [ok(A), SLOW], "unknown-query": SLOW}
    evidence = run({"list": ok(), "repeat": ok(A), "unknown-query": ok()}, again=again)
    assert states(evidence, "http.repeatable") == [State.BREACHED]


def test_a_query_is_blamed_where_the_others_agree() -> None:
    """A parameter that changes something is found in the second observation, and blamed on nothing else."""
    first = {"list": ok(), "repeat": ok(), "unknown-query": ok(A)}
    assert states(run(first), "http.repeatable", "http.unknown-query") == [State.HELD, State.INCONCLUSIVE]
    evidence = run(first, again=observed(ok(), unknown_query=ok(A)))
    assert states(evidence, "http.repeatable", "http.unknown-query") == [State.HELD, State.BREACHED]
    evidence = run(first, again=observed(ok(), unknown_query=ok()))
    assert states(evidence, "http.repeatable", "http.unknown-query") == [State.HELD, State.HELD]
    again = {"list": ok(), "repeat": [ok(), ok(B)], "unknown-query": ok(A)}
    evidence = run(first, again=again)
    assert states(evidence, "http.repeatable", "http.unknown-query") == [State.BREACHED, State.NOT_EXERCISED]


@pytest.mark.parametrize("probe", ["repeat", "unknown-query", "xml", "anonymous"])
def test_every_list_calls_for_a_second_look(probe: str) -> None:
    """Whichever answer holds another list: the target is unsteady, or shows that it is not."""
    first: dict[str, Given] = {"list": ok(), "repeat": ok(), probe: ok(A)}
    assert run(first).unsteady.startswith(f"{probe}: /event_categories: not among them: ")
    assert not run(first | {probe: ok()}).unsteady
    assert not run(first | {probe: SLOW}).unsteady


@pytest.mark.parametrize(
    "answer",
    [
        ok(B, A),
        ok(A, {**B, "color": "#fff"}, total=2),
        raw(ok().body, ("Content-Type", "application/json; charset=utf-8")),
        raw(ok().body, ("Content-Type", "Application/JSON")),
    ],
)
def test_what_is_not_documented_may_change(answer: Given) -> None:
    """Additional members, the order, and parameters of the media type are no difference."""
    assert not run({"list": ok(), "repeat": answer, "unknown-query": answer}).unsteady


@pytest.mark.parametrize("answer", [error(401), error(406), PAGE])
@pytest.mark.parametrize("probe", ["xml", "anonymous", "invalid-token"])
def test_a_refusal_is_no_difference(probe: str, answer: Given) -> None:
    """Who asks otherwise may be refused, or sent a page: that is judged, and no reason to look again."""
    assert not run({"list": ok(), "repeat": ok(), probe: answer}).unsteady


def test_errors_have_no_documented_content() -> None:
    """Two errors of one status agree, whatever number of the request or time is in them; two statuses do not."""
    numbered = [error(404, {"error": "no", "request": number}) for number in (1, 2)]
    assert not run(dict(zip(("list", "repeat"), numbered, strict=True))).unsteady
    assert run({"list": error(404), "repeat": error(410)}).unsteady == "repeat: status: 410 (expected: 404, as before)"


VALUES = st.sampled_from(["a", "b", 1, True, 1.0, 0, False, None, [1], [True], {"a": 1}, {"a": True}])
ELEMENTS = VALUES | st.fixed_dictionaries({}, optional=dict.fromkeys(("id", "name", "position", "x", "y"), VALUES))
LISTS = st.lists(ELEMENTS, max_size=4)


def told(before: list[Any], after: list[Any]) -> tuple[bool, bool]:
    """Whether two lists differ, and whether members beside the documented ones do."""
    bodies = (raw(json.dumps({"event_categories": elements})) for elements in (before, after))
    found = list(differences(*(Answer(body, CONTRACT) for body in bodies), probe="repeat"))
    return any(isinstance(step, Finding) for step in found), any(isinstance(step, Note) for step in found)


def said(element: Any, *, documented: bool) -> str:
    """One text for what is the same as JSON, in the plainest way."""
    if isinstance(element, dict) and documented:
        element = {name: value for name, value in element.items() if name in CONTRACT.members}
    return json.dumps(element, sort_keys=True).replace("1.0", "1")


NEW = {"id": "z", "name": "z", "display_name": "Z", "position": 9}
LIST_OF_TWO = "every category of the first answer"
#: Lists that differ, with where a difference is told and what was expected there.
DIFFERENT: dict[str, tuple[list[Any], list[Any], list[tuple[str, str]]]] = {
    "another in its place": ([A, B], [A, NEW], [("/1", "a category of the first answer"), ("", LIST_OF_TWO)]),
    "one more": ([A], [A, NEW], [("/1", "a category of the first answer")]),
    "one less": ([A, B], [A], [("", LIST_OF_TWO)]),
    "renamed": ([A, B], [{**B, "name": "x"}, A], [("/0/name", '"addOns", as before')]),
    "a member that is gone": ([A, B], [NAMELESS, B], [("/0/name", '"app_operations", as before')]),
    "a member that came": ([NAMELESS, B], [A, B], [("/0/name", "nothing, as before")]),
    "without an id": ([{"name": "a"}], [{"name": "b"}], [("/0", "a category of the first answer"), ("", LIST_OF_TWO)]),
    "no object": ([1], [2], [("/0", "a category of the first answer"), ("", LIST_OF_TWO)]),
}


@pytest.mark.parametrize("name", DIFFERENT)
def test_each_difference_is_told_in_its_place(name: str) -> None:
    """By the member where an id tells which element it was, else by what is gone and what is new."""
    before, after, expected = DIFFERENT[name]
    answers = (Answer(raw(json.dumps({"event_categories": elements})), CONTRACT) for elements in (before, after))
    found = [step for step in differences(*answers, probe="repeat") if isinstance(step, Finding)]
    assert [(step.where.removeprefix("/event_categories"), step.expected) for step in found] == expected


@given(LISTS, LISTS)
@example([{"id": 1}], [{"id": True}])
@example([{"id": 1, "x": 1}], [{"id": 1.0, "x": True}])
@example([{"id": "a"}, {"id": "b"}], [{"id": "b"}, {"id": "a"}])
def test_lists_differ_as_their_documented_members_do(before: list[Any], after: list[Any]) -> None:
    """In any order, and by JSON's equality: neither the quick look nor the thorough one takes true for 1."""
    differ, _ = told(before, after)
    texts = [sorted(said(element, documented=True) for element in elements) for elements in (before, after)]
    assert differ is (texts[0] != texts[1])


@given(LISTS, st.data())
def test_what_changes_beside_is_told(before: list[Any], data: st.DataObject) -> None:
    """Elements that say the same in the same order are a note where an additional member of one is another."""
    after = [
        {**element, "x": data.draw(VALUES)} if isinstance(element, dict) and "x" in element else element
        for element in before
    ]
    changed = any(said(a, documented=False) != said(b, documented=False) for a, b in zip(before, after, strict=True))
    _, noted = told(before, after)
    assert noted or not changed


def test_evidence_is_judged_alike_however_often_it_is_asked() -> None:
    """What was observed is a value: the same exchanges give the same outcomes, in whatever order they come."""
    evidence = run({"list": ok(A), "repeat": ok()}, again=observed(ok()))
    mixed = Evidence(evidence.url, evidence.exchanges[2:] + evidence.exchanges[:2], evidence.scope, evidence.contract)
    assert [o.state for o in judge.outcomes(evidence)] == [o.state for o in judge.outcomes(mixed)]
