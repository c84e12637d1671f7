"""Every check alone, on evidence made by hand: what it holds with, what it refuses and where, what it cannot judge."""

import json
from collections.abc import Iterator
from dataclasses import is_dataclass, replace
from decimal import Decimal
from types import ModuleType
from typing import Any

import cases_access
import cases_body
import cases_content
import cases_http
import cases_list
import pytest
from cases import (
    PNG,
    SLOW,
    A,
    B,
    Case,
    answered,
    error,
    listed,
    ok,
    raw,
    run,
)
from subject import BY_ID, CLAUSES, CONTRACT, OF_ANSWERS

from contracts.core import contract as contract_module
from contracts.core import finding as finding_module
from contracts.core.contract import Check, Note, Policy, Steps, findings_of
from contracts.core.errors import Reason, Refused, Unavailable
from contracts.core.finding import KEPT, Finding
from contracts.core.report import Outcome, Scope, State
from contracts.global_information.checks.http import parse_media_type
from contracts.judging import evidence as evidence_module
from contracts.judging import judge
from contracts.judging.answer import Column, outcome_of
from contracts.judging.evidence import Evidence
from contracts.judging.strict_json import decode
from contracts.judging.values import canonical, describe

SECTIONS = (
    cases_access.transport,
    cases_http.status,
    cases_http.content_type,
    cases_http.head,
    cases_content.repeatable,
    cases_content.json_only,
    cases_http.no_server_error,
    cases_http.unknown_path,
    cases_http.unknown_query,
    cases_http.methods,
    cases_access.auth,
    cases_body.text,
    cases_body.envelope,
    cases_body.category,
    cases_list.listing,
    cases_list.client,
    cases_access.errors,
    cases_access.rate_limit,
)
CASES = [case for section in SECTIONS for case in section()]


def outcome(clause: str, evidence: Evidence) -> Outcome:
    return judge.outcomes(evidence, [BY_ID[clause]])[0]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.clause}: {case.name!a} is {case.state}")
def test_a_check_judges_its_clause(case: Case) -> None:
    """A check finds everything that breaks its clause, each where it stands, and counts what it looked at."""
    result = outcome(case.clause, case.evidence)
    assert result.state is case.state
    assert (result.reason, result.because) == (case.reason, case.because)
    found = [(f.where, f.expected, f.received, f.probe, f.through) for f in result.findings]
    assert found == [(*finding, *("list", None)[len(finding) - 3 :]) for finding in case.findings]
    assert result.count == len(case.findings)
    assert all(finding.clause == case.clause for finding in result.findings)
    assert result.observations > 0 or result.reason or case.state is not State.BREACHED
    if case.observations is not None:
        assert result.observations == case.observations
    if case.state not in (State.HELD, State.BREACHED):
        assert result.observations == 0


@pytest.mark.parametrize("clause", BY_ID)
def test_every_clause_is_seen_held_breached_and_unjudged(clause: str) -> None:
    """No clause goes untested in any of the three ways in which a run can end for it."""
    states = {case.state for case in CASES if case.clause == clause}
    assert {State.HELD, State.BREACHED} < states


@pytest.mark.parametrize("clause", OF_ANSWERS)
def test_no_answer_is_no_breach(clause: str) -> None:
    """A clause of the list cannot be judged when there was no answer, and says what happened."""
    for failure in (SLOW, Refused("401: renew the token"), Unavailable("503 after 4 retries")):
        result = outcome(clause, run({"list": failure}))
        assert (result.state, result.reason) == (State.INCONCLUSIVE, str(failure))


@pytest.mark.parametrize("body", [b"{}", b"[]", b'{"event_categories": []}', b"", b"null"])
def test_a_null_responder_holds_no_clause_of_the_list(body: bytes) -> None:
    """An endpoint that says nothing proves nothing about categories: none of their clauses is held."""
    evidence = run(dict.fromkeys(("list", "repeat", "head", "anonymous"), raw(body)))
    states = {o.clause.id: o.state for o in judge.outcomes(evidence)}
    assert {state for clause, state in states.items() if clause.startswith(("category.", "list."))} == {
        State.NOT_EXERCISED
    }


def given(evidence: Evidence) -> Evidence:
    """The evidence of a run that had credentials to give."""
    first, *others = evidence.exchanges
    headers = (("authorization", "Bearer $BEARER_TOKEN"),)
    return replace(evidence, exchanges=(replace(first, request=replace(first.request, headers=headers)), *others))


NOTES = {
    "members beside the list": (
        "envelope.object",
        answered(ok(A, next=None, meta=None)),
        ("additional members beside /event_categories: 'meta', 'next'",),
    ),
    "no more than ten": (
        "envelope.object",
        answered(raw(json.dumps({f"m{n:02}": None for n in range(12)}))),
        ("additional members beside /event_categories: " + ", ".join(f"'m{n:02}'" for n in range(10)),),
    ),
    "members of categories": (
        "category.required",
        listed({**A, "é": 1}, 1, {**B, "color": 1}),
        ("additional members of categories: 'color', '\\xe9'",),
    ),
    "no more than ten of categories": (
        "category.required",
        listed({f"m{n:02}": 1 for n in range(12)}),
        ("additional members of categories: " + ", ".join(f"'m{n:02}'" for n in range(10)),),
    ),
    "a 401 without credentials": (
        "auth.missing",
        run({"anonymous": error(401)}),
        ("scalingo.js lists the event categories without credentials: it fails on this target",),
    ),
    "nothing to say of the envelope": ("envelope.object", listed(), ()),
    "nothing to say of categories": ("category.required", listed(), ()),
    "nothing to say of a public list": ("auth.missing", run({"anonymous": ok()}), ()),
    "a public list beside given credentials": (
        "auth.missing",
        given(run({"list": ok(), "anonymous": ok()})),
        ("the list is public: it is served without credentials, too",),
    ),
    "nothing to say of a page": ("auth.missing", given(run({"list": ok(), "anonymous": raw("<html>")})), ()),
    "nothing to say of a 403": ("auth.missing", run({"anonymous": error(403)}), ()),
    "nothing to say of a made-up token": ("auth.invalid", run({"invalid-token": error(401)}), ()),
}


@pytest.mark.parametrize(("clause", "evidence", "notes"), NOTES.values(), ids=NOTES)
def test_what_is_worth_knowing_is_a_note(clause: str, evidence: Evidence, notes: tuple[str, ...]) -> None:
    """Extensions, and a 401 that an official client does not expect, are notes and no breaches."""
    assert outcome(clause, evidence).notes == notes


def test_the_first_breaches_are_shown_and_all_are_counted() -> None:
    """A clause that is broken more often than a person reads is shown so many times, and counted in full."""
    result = outcome("category.id", listed(*({**A, "id": number} for number in range(207))))
    assert (len(result.findings), result.count) == (200, 207)
    assert result.findings[-1].where == "/event_categories/199/id"


def test_two_probes_of_one_answer_are_judged_once() -> None:
    """Answers of the same content share what was decoded and judged; one more byte, and they do not."""
    evidence = run({"list": ok(), "repeat": ok(), "xml": ok(A), "head": raw(ok().body, PNG)})
    assert evidence.answer("list") is evidence.answer("repeat")
    assert evidence.answer("list") is not evidence.answer("xml")
    assert evidence.answer("list") is not evidence.answer("head")
    moved = {probe: raw("", ("Location", f"/{probe}"), status=302) for probe in ("plaintext", "list")}
    redirected = run(moved, plaintext=True)
    assert redirected.answer("plaintext") is not redirected.answer("list")
    assert outcome("http.status", redirected).findings[0].received == "302 to /list"


def test_a_member_beside_the_list_is_one_observation() -> None:
    """A member of the root that is no list counts once, as a category does."""
    assert outcome("client.go-readable", answered(ok(A, B, meta={"total": 2}))).observations == 3


def test_the_first_exchange_of_a_probe_is_judged() -> None:
    """Of several exchanges of one probe, which only a file can hold, the first is the evidence."""
    first, second = (run({"list": answer}).exchanges[0] for answer in (ok(A), error(404)))
    evidence = Evidence("http://127.0.0.1", (first, second), Scope(), CONTRACT)
    assert evidence.by_probe == {"list": (first, second)}
    assert evidence.response("list") is first.response


def test_a_file_is_judged_as_far_as_it_goes() -> None:
    """Of a file those clauses are judged whose probes it holds; of a body alone, none that look at the header."""

    def judged(evidence: Evidence) -> set[str]:
        return {o.clause.id for o in judge.outcomes(evidence) if o.because is not Reason.BEYOND_FILE}

    on_list = {clause.id for clause in CLAUSES if clause.probes == ("list",)} - {"transport.https"}
    assert judged(run({"list": ok()}, offline=True)) == on_list
    assert judged(run({"list": ok()}, offline=True, body_only=True)) == {
        c for c in on_list if not c.startswith("http.")
    }
    assert judged(run({"list": ok(), "repeat": ok()}, offline=True)) == on_list | {"http.repeatable"}
    assert judged(run({"list": ok()})) == set(BY_ID)


@pytest.mark.parametrize("fact", ["live", "plaintext", "unsafe", "burst", "offline", "body_only"])
def test_the_scope_says_what_a_judgement_depends_on(fact: str) -> None:
    """Every fact about the target that a clause depends on is in the scope, which a report keeps."""
    facts = {"policy": Policy.PUBLIC, fact: True}
    assert run(**facts).scope == replace(run(policy=Policy.PUBLIC).scope, **{fact: True})


def test_evidence_is_its_exchanges_and_facts() -> None:
    """Evidence is the same when its exchanges and facts are, whatever was judged of it; that is not shown."""
    judged, fresh = listed(), listed()
    judge.outcomes(judged)
    assert judged == fresh
    assert judged.answer("list") == fresh.answer("list")
    assert judged != run({"list": ok()}, live=True)
    assert "_outcomes" not in repr(judged.answer("list"))
    assert "_answers" not in repr(judged)


@pytest.mark.parametrize("module", [contract_module, evidence_module, finding_module])
def test_values_are_frozen(module: ModuleType) -> None:
    """What one check was given no other can change: every value of the contract and its evidence is frozen."""
    kinds = [value for value in vars(module).values() if isinstance(value, type)]
    values = [value for value in kinds if is_dataclass(value)]
    assert values or any(issubclass(value, tuple) for value in kinds)
    assert all(getattr(value, "__dataclass_params__").frozen for value in values)  # noqa: B009 - unknown to typing


def test_a_check_without_a_count_is_a_fault_of_the_suite() -> None:
    """A check that forgets to say what it looked at is no pass: it is an error of the suite, by name."""

    def forgetful() -> Steps:
        yield Note("I looked")
        return None  # type: ignore[return-value]  # that is the fault

    with pytest.raises(TypeError, match=r"the check of category\.id returned None, not a number of observations"):
        outcome_of(BY_ID["category.id"], forgetful())


def test_findings_outrank_the_problem_that_ended_a_check() -> None:
    """What a check found before it had to stop stays found."""

    def interrupted() -> Steps:
        yield Finding("/a", "b", "c")
        raise SLOW

    judged = outcome_of(BY_ID["category.id"], interrupted())
    assert judged.findings == (Finding("/a", "b", "c", clause="category.id"),)
    assert (judged.state, judged.count, judged.reason) == (State.BREACHED, 1, str(SLOW))


@pytest.mark.parametrize("check", CONTRACT.checks.values(), ids=CONTRACT.checks)
def test_a_check_is_a_generator(check: Check) -> None:
    """Calling a check sends nothing and judges nothing; only running it does."""
    subject: Any = run()
    assert isinstance(check.steps(subject), Iterator)


MEDIA_TYPES = {
    "A/B": ("a/b", []),
    " a/b ; C=D": ("a/b", [("c", "d")]),
    'a/b;c="D \\" ;";e=f': ("a/b", [("c", 'd " ;'), ("e", "f")]),
    "a/b;;c=d; ": ("a/b", [("c", "d")]),
    "a/b;c": ("a/b", None),
    "a/b;c=d e": ("a/b", None),
    "": ("", []),
}


@pytest.mark.parametrize(("value", "parsed"), MEDIA_TYPES.items(), ids=MEDIA_TYPES)
def test_media_types_are_read_as_rfc_9110_writes_them(value: str, parsed: tuple[str, Any]) -> None:
    """Type and parameters in lower case, quoted strings unquoted; parameters that break the grammar are None."""
    assert parse_media_type(value) == parsed


EQUAL = [
    ("1", "1.0", "1e0", "10e-1", "0.1e1"),
    ("0", "-0", "0.0", "-0e9"),
    ("-1", "-1.0"),
    ("0.5", "5e-1", "50e-2"),
    ("5", "5.0"),
    ("0.05",),
    ("1200", "1.2e3", "12e2"),
    ("1e700", "10e699"),
    ("-1e700",),
    ("1e598", "1" + "0" * 598),
    ("9" * 5000, "9" * 5000 + ".0"),
    ('"1"',),
    ("true",),
    ("null",),
    ("[]", "[ ]"),
    ('{"a": 1, "b": 2}', '{"b": 2.0, "a": 1}'),
    ('"\\ud800"',),
]


def test_equal_json_values_have_one_canonical_text() -> None:
    """Two texts of one value are the same canonically, of different values never."""
    groups = [{canonical(decode(text.encode()).value) for text in texts} for texts in EQUAL]
    assert all(len(group) == 1 for group in groups)
    assert len(set().union(*groups)) == len(groups)


def test_a_number_that_is_short_with_an_exponent_stays_short() -> None:
    """A number of 600 digits or more is not written out: a small body cannot ask for a large text."""
    assert canonical(Decimal("1e598")) == "1" + "0" * 598
    assert canonical(Decimal("12e597")) == "12" + "0" * 597
    assert canonical([Decimal("1e599"), Decimal("-12e598")]) == '["1e599", "-12e598"]'


DESCRIBED = {
    "null": "null",
    "true": "true",
    "false": "false",
    "{}": "an object with 0 members",
    '{"a": 1}': "an object with 1 member",
    "[" + "0," * 1233 + "0]": "an array of 1,234",
    '"a\\u0000\\ud800\\n"': '"a\\x00\\ud800\\n"',
    '"' + "x" * 999 + '"': '"' + "x" * 100 + '… (999 characters)"',
    "1.50": "1.50",
    str(2**4095): f"{str(2**4095)[:100]}… (1,233 characters)",
    str(2**4096): "an integer of 4,097 bits",
    "9" * 5000: "9" * 100 + "… (5,000 characters)",
}


@pytest.mark.parametrize(("text", "shown"), DESCRIBED.items(), ids=[text[:20] for text in DESCRIBED])
def test_values_are_shown_short(text: str, shown: str) -> None:
    """A finding shows scalars as JSON writes them and containers by their size, on one short line."""
    assert describe(decode(text.encode()).value) == shown


def test_outcomes_come_in_the_order_of_the_contract() -> None:
    """Every clause has one outcome, in the order in which the contract lists them."""
    assert [o.clause for o in judge.outcomes(listed())] == list(CLAUSES)
    assert [o.clause.id for o in judge.outcomes(listed(), [BY_ID["json.utf-8"]])] == ["json.utf-8"]


@pytest.mark.parametrize("many", [1, KEPT - 1, KEPT, KEPT + 1, KEPT + 1000])
def test_what_a_report_does_not_keep_is_counted_and_not_written(many: int) -> None:
    """The first findings are written one by one; one more stands for all the others, and words are made for no more."""
    written = []

    def finding(number: int) -> Finding:
        written.append(number)
        return Finding(f"/{number}", "a", "b")

    found = list(findings_of(range(many), finding))
    assert sum(one.times for one in found) == many
    assert (
        [one.where for one in found]
        == [f"/{number}" for number in written]
        == [f"/{number}" for number in range(min(many, KEPT + 1))]
    )


def test_a_column_is_what_its_elements_hold() -> None:
    """Of a list of anything a column has the values of a member, of one kind, each with the index of its element."""
    elements = [{"a": "x"}, 5, {"b": 1}, {"a": 7}, {"a": True}, None, {"a": Decimal("3.0")}, {"a": Decimal("0.5")}]
    objects = Column(range(len(elements)), elements).objects
    assert list(objects) == [(index, element) for index, element in enumerate(elements) if isinstance(element, dict)]
    column = objects.member("a")
    assert list(column) == [(0, "x"), (3, 7), (4, True), (6, Decimal("3.0")), (7, Decimal("0.5"))]
    assert list(column.texts) == [(0, "x")]
    assert list(column.whole_numbers) == [(3, 7), (6, Decimal("3.0"))]
    assert list(objects.member("nowhere")) == []
