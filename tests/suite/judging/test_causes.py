"""One cause, one breach: what is broken once is told once, and whatever meets it again follows."""

from dataclasses import replace

import pytest
from cases import A, B, error, ok, raw, run
from subject import BY_ID, BY_NAME, CONTRACT, FAULTS

from contracts.core.exchange import Response
from contracts.core.report import Outcome, Report, State
from contracts.judging.evidence import Evidence
from contracts.judging.judge import report_of
from contracts.prove import report_of as report_of_fault

LOGIN = raw("<!DOCTYPE html><form><input type='password'></form>", ("Content-Type", "text/html"))
LISTED = ("list", "repeat", "xml", "unknown-query", "anonymous", "invalid-token")
EVERYTHING = (*LISTED, "head", "unknown-path")


def everywhere(answer: Response, *probes: str) -> Report:
    """The report on a target that answers these probes alike, or all."""
    return report_of(run(dict.fromkeys(probes or EVERYTHING, answer), live=True))


def listed(answer: Response) -> Report:
    """The report on a target that answers so where the list is asked for, and otherwise as documented."""
    return report_of(
        run({**dict.fromkeys(LISTED, answer), "head": replace(answer, body=b""), "unknown-path": error(404)})
    )


def ids(outcomes: tuple[Outcome, ...]) -> list[str]:
    return [outcome.clause.id for outcome in outcomes]


OTHERS = {"http.repeatable", "http.json-only", "auth.missing", "auth.invalid"}
KINDS: dict[str, tuple[Report, str, set[str]]] = {
    "a redirect": (
        everywhere(Response(302, (("Location", "/login"),), b"")),
        "http.status",
        OTHERS | {"http.unknown-path"},
    ),
    "a redirect of another kind": (
        report_of(run({"list": raw("", status=302), "anonymous": raw("", status=307), "xml": raw("", status=303)})),
        "http.status",
        {"http.json-only", "auth.missing"},
    ),
    "a 404": (everywhere(error(404)), "http.status", OTHERS - {"http.json-only"}),
    "a page that says 404": (
        everywhere(raw("<html>", ("Content-Type", "text/html"), status=404)),
        "http.status",
        OTHERS | {"http.unknown-path", "error.body"},
    ),
    "a server error": (
        everywhere(error(500)),
        "http.status",
        OTHERS | {"http.unknown-path", "http.no-server-error"},
    ),
    "server errors of two kinds": (
        report_of(run({"list": error(500), "repeat": error(500), "xml": error(501)})),
        "http.status",
        {"http.repeatable", "http.json-only", "http.no-server-error"},
    ),
    "a page to log in": (
        everywhere(LOGIN),
        "http.content-type",
        OTHERS | {"json.well-formed", "http.unknown-path"},
    ),
    "a page that calls itself JSON": (
        everywhere(raw("<html>")),
        "json.well-formed",
        OTHERS | {"http.unknown-path"},
    ),
    "the bare list": (listed(raw("[{}]")), "envelope.object", OTHERS | {"client.go-readable"}),
    "another name of the root": (
        listed(raw('{"data": {"event_categories": []}, "status": "ok"}')),
        "envelope.event-categories",
        OTHERS | {"client.go-readable"},
    ),
    "a root in camelCase": (listed(raw('{"eventCategories": [{"id": "a"}]}')), "envelope.event-categories", OTHERS),
    "an error with status 200": (
        listed(raw('{"error": "no"}')),
        "envelope.event-categories",
        OTHERS | {"client.go-readable"},
    ),
    "members in camelCase": (
        listed(ok({"id": "a", "name": "a", "displayName": "A", "position": 1})),
        "category.required",
        set(),
    ),
    "members in PascalCase": (
        listed(ok({"Id": "a", "Name": "a", "DisplayName": "A", "Position": 1})),
        "category.required",
        {"client.go-readable"},
    ),
    "a number as id": (listed(ok(A, {**B, "id": 7})), "category.id", {"client.go-readable"}),
    "an id twice, and a number first": (
        listed(raw(ok().body.replace(b'"id": "a1"', b'"id": 7, "id": "a1"'))),
        "json.unique-names",
        {"client.go-readable"},
    ),
    "a list twice, and unreadable first": (
        listed(raw(ok().body.replace(b"{", b'{"event_categories": [{"name": 7}], ', 1))),
        "json.unique-names",
        {"client.go-readable"},
    ),
    "a byte order mark": (listed(raw(b"\xef\xbb\xbf" + ok().body)), "json.utf-8", {"client.go-readable"}),
    "another charset, as it is said": (
        listed(raw(b'{"a": "\xe9"}', ("Content-Type", "application/json; charset=iso-8859-1"))),
        "http.content-type",
        OTHERS | {"json.utf-8"},
    ),
    "XML": (
        listed(raw("<?xml version='1.0'?><a/>", ("Content-Type", "application/xml"))),
        "http.content-type",
        OTHERS | {"json.well-formed"},
    ),
}  # fmt: skip


@pytest.mark.parametrize(("report", "cause", "followers"), KINDS.values(), ids=KINDS)
def test_one_cause_is_one_breach(report: Report, cause: str, followers: set[str]) -> None:
    """Exactly one clause is breached, the others follow from it, warnings included."""
    assert ids(report.causes) == [cause]
    assert set(ids(report.followers)) == followers
    assert set(report.follows.values()) <= {cause}
    assert {o.clause.id for o in report.of(State.BREACHED)} == {cause} | followers


OWN = {
    "another answer to XML": ({"list": ok(), "xml": LOGIN}, ["http.json-only"]),
    "a list that is broken in answer to XML": (
        {"list": ok(), "xml": raw('{"event_categories": [1, null, "x"]}')},
        ["http.json-only"],
    ),
    "a list beside none that is broken in its own way": (
        {"list": raw("[{}]"), "xml": ok({**A, "id": ""})},
        ["http.json-only", "envelope.object"],
    ),
    "a 404 with a page beside one as documented": (
        {"list": error(404), "xml": raw("no", status=404)},
        ["http.status", "http.json-only", "error.body"],
    ),
    "a redirect where the list is an error": (
        {"list": error(404), "anonymous": raw("", status=302)},
        ["http.status", "auth.missing"],
    ),
    "a server error where the list is a page": (
        {"list": LOGIN, "xml": error(500)},
        ["http.content-type", "http.json-only", "http.no-server-error"],
    ),
    "an error where the list is a redirect": (
        {"list": raw("", status=302), "anonymous": error(404)},
        ["http.status", "auth.missing"],
    ),
    "no JSON where the list is a page": ({"list": LOGIN, "anonymous": raw("x")}, ["http.content-type", "auth.missing"]),
    "another parameter of the media type": (
        {"list": raw(b'{"a": "\xe9"}', ("Content-Type", "application/json; version=latin1"))},
        ["json.utf-8"],
    ),
    "a 410 where the list is a 404": ({"list": error(404), "anonymous": error(410)}, ["http.status", "auth.missing"]),
    "a 404 as documented beside a page that says 404": (
        {"list": raw("<p>", status=404), "anonymous": error(404)},
        ["http.status", "auth.missing"],
    ),
    "a redirect where the list is created": (
        {"list": raw("", status=201), "anonymous": raw("", status=302)},
        ["http.status", "auth.missing"],
    ),
    "a server error where the list is a redirect": (
        {"list": raw("", status=302), "anonymous": error(500)},
        ["http.status", "http.no-server-error", "auth.missing"],
    ),
    "an answer that did not come": ({"xml": raw("", status=302)}, ["http.json-only"]),
    "a member in another letter case beside the right one": (
        {"list": ok({**A, "Id": "b"})},
        ["client.go-readable"],
    ),
    "a count beside the list": ({"list": ok(total=2)}, ["client.go-readable"]),
    "a media type that is wrong above a list": (
        {"list": raw(ok().body, ("Content-Type", "text/html"))},
        ["http.content-type"],
    ),
    "a cut text that calls itself JSON, in another charset": (
        {"list": raw('{"a"', ("Content-Type", "application/json; charset=latin1"))},
        ["http.content-type", "json.well-formed"],
    ),
}


@pytest.mark.parametrize(("answers", "causes"), OWN.values(), ids=OWN)
def test_what_is_not_the_same_thing_follows_from_nothing(answers: dict[str, Response], causes: list[str]) -> None:
    """What is broken in its own way is a breach of its own."""
    evidence = run(answers)
    chosen = [
        c for c in CONTRACT.clauses if set(c.probes) <= {*answers} or c.id in ("http.no-server-error", "error.body")
    ]
    report = report_of(evidence, chosen)
    assert ids(report.causes) == causes


def test_a_cause_that_was_not_selected_leaves_the_follower_as_the_cause() -> None:
    """Where the cause was not asked for, what meets the same thing is told in its place."""
    evidence = run({"list": raw("[{}]"), "repeat": raw("[{}]")})
    chosen = [BY_ID["client.go-readable"], BY_ID["http.repeatable"]]
    assert report_of(evidence, chosen).follows == {"http.repeatable": "client.go-readable"}
    assert report_of(evidence, chosen[1:]).follows == {}
    assert ids(report_of(evidence, chosen[1:]).causes) == ["http.repeatable"]


def test_a_waived_cause_leaves_the_follower_breached() -> None:
    """Whoever waives the cause has not waived what follows from it."""
    report = listed(ok(A, {**B, "id": 7}))
    waived = tuple(replace(o, state=State.WAIVED) if o.clause.id == "category.id" else o for o in report.outcomes)
    assert ids(replace(report, outcomes=waived).causes) == ["client.go-readable"]


def test_what_fails_a_run_follows_from_no_warning() -> None:
    """A cause fails the run as what follows does: else a run would fail, and nothing were breached."""
    report = listed(ok(A, {**B, "id": 7}))
    lenient = {"category.id": replace(BY_ID["category.id"], level=BY_ID["category.name-style"].level)}
    outcomes = tuple(replace(o, clause=lenient.get(o.clause.id, o.clause)) for o in report.outcomes)
    assert ids(replace(report, outcomes=outcomes).causes) == ["client.go-readable"]


def test_a_ring_of_causes_has_no_followers() -> None:
    """A result that was read back may claim that two clauses follow from each other: both are told as breaches."""
    report = listed(ok(A, {**B, "id": 7}))
    ring = {"category.id": "client.go-readable", "client.go-readable": "category.id"}
    outcomes = tuple(
        replace(o, findings=tuple(replace(f, repeats=(ring[o.clause.id],)) for f in o.findings))
        for o in report.outcomes
    )
    assert ids(replace(report, outcomes=outcomes).causes) == ["category.id", "client.go-readable"]


@pytest.mark.uncounted
@pytest.mark.parametrize(
    "name",
    [
        fault.name
        for fault in FAULTS
        if fault.unlisted or fault.name.startswith(("everything-", "status-", "redirect-"))
    ],
)
def test_a_fault_that_leaves_no_list_has_one_cause(name: str) -> None:
    """Whatever a target does to every answer, its report begins with one breach."""
    report = report_of_fault(BY_NAME[name], CONTRACT)
    twice = {"bom-twice": 2}  # the first mark breaks the encoding, and the second one the grammar
    assert len(report.causes) == twice.get(name, 1), ids(report.causes)


HINTS = {
    "a page to log in": (
        LOGIN,
        "this is an HTML page with a password field: is a login or gateway in front of the API?",
    ),
    "a page": (
        raw("<!-- x -->\n<HTML>", ("Content-Type", "text/plain")),
        "this is an HTML page: does a proxy, a gateway or a web site answer in the place of the API?",
    ),
    "a page that says 404": (
        raw("<p>", ("Content-Type", "text/html"), status=404),
        "this is an HTML page: does a proxy, a gateway or a web site answer in the place of the API?",
    ),
    "XML": (
        raw("<?xml?><a/>", ("Content-Type", "text/xml")),
        "this is XML: does the server look at the Accept header?",
    ),
    "nothing": (raw(""), "the body is empty"),
    "a server error without a word": (raw("", status=500), ""),
    "410": (error(410), ""),
    "created without a word": (raw("", status=201), ""),
    "404": (error(404), "there is nothing at this path: does the URL lead to the API, its prefix included?"),
    "a login": (
        Response(302, (("Location", "https://sso.example/realms/x?next=%2F"),), b""),
        "this redirects to a login: is a login or gateway in front of the API?",
    ),
    "a slash": (
        Response(301, (("Location", "/v1/event_categories/"),), b""),
        "this redirects to a path that ends with a slash: the documented one does not",
    ),
    "elsewhere": (
        Response(301, (("Location", "https://api.example/v2/categories"),), b""),
        "this redirects elsewhere: is the URL the one under which the API is served?",
    ),
    "nowhere": (Response(302, (), b""), ""),
    "no place": (Response(302, (("Location", "http://[/"),), b""), ""),
    "the bare list": (
        raw("[{}]"),
        "this is the bare list: the documented root is an object with the member event_categories",
    ),
    "an empty array": (raw("[]"), ""),
    "a text": (raw('"x"'), ""),
    "a root in camelCase": (
        raw('{"eventCategories": []}'),
        'the list stands under "eventCategories": are names written in another style, such as camelCase?',
    ),
    "another name": (raw('{"meta": {}, "items": []}'), 'there is a list under "items": is that the one?'),
    "a list further down": (
        raw('{"data": {"event_categories": []}}'),
        'the list stands one level further down, in "data"',
    ),
    "an error": (raw('{"error": "no"}'), "this is an error with the status of success"),
    "two lists": (raw('{"a": [], "b": []}'), ""),
    "a list that is none": (raw('{"event_categories": {}, "items": []}'), ""),
    "members in camelCase": (
        ok({"id": "a", "name": "a", "displayName": "A", "position": 1}),
        'there is "displayName": are names written in another style, such as camelCase?',
    ),
    "a member that is missing": (ok({"id": "a", "name": "a", "position": 1}), ""),
    "a list with the media type of a page": (raw(ok().body, ("Content-Type", "text/html")), ""),
}  # fmt: skip


@pytest.mark.parametrize(("answer", "hint"), HINTS.values(), ids=HINTS)
def test_a_known_kind_has_a_hint(answer: Response, hint: str) -> None:
    """The cause says what the thing is known to be, and nothing where nobody knows."""
    report = everywhere(answer, "list")
    assert report.causes[0].findings[0].hint == hint


def test_a_hint_reaches_what_follows() -> None:
    """Another answer that is such a thing is told of likewise."""
    evidence: Evidence = run({"list": ok(), "anonymous": LOGIN})
    [outcome] = report_of(evidence, [BY_ID["auth.missing"]]).outcomes
    assert "password field" in outcome.findings[0].hint
