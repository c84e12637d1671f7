"""Every check alone, on evidence made by hand: what it holds with, what it refuses and where, what it cannot judge."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from contracts.core.errors import CouldNotJudge, Refused, TooSlow, Unavailable, Unreachable, Unverified
from contracts.core.exchange import Attempt, Exchange, Request, Response
from contracts.core.finding import Finding
from contracts.core.report import BEYOND_FILE, EMPTY_LIST, Outcome, State
from contracts.event_categories import judge
from contracts.event_categories.checks import ANSWER_CHECKS, RUN_CHECKS
from contracts.event_categories.checks.http import canonical, parse_media_type
from contracts.event_categories.checks.registry import KEPT, Breach, Note, Steps, exhaust
from contracts.event_categories.clauses import BY_ID, CLAUSES
from contracts.event_categories.evidence import Evidence, Policy, describe
from contracts.strict_json import decode

A = {"id": "a1", "name": "app_operations", "display_name": "App operations", "position": 1}
B = {"id": "b2", "name": "addOns", "display_name": "Add-ons", "position": 2}
TYPE = ("Content-Type", "application/json")
PNG = ("Content-Type", "image/png")
XML = Response(200, (("Content-Type", "application/xml"),), b"<event-categories/>")
DEEP = Response(200, (TYPE,), b"[" * 500 + b"]" * 500)


def ok(*categories: Any, **root: Any) -> Response:
    """A 200 with a list of these categories, or of A and B."""
    return Response(200, (TYPE,), json.dumps({"event_categories": categories or (A, B), **root}).encode())


def raw(body: bytes | str, *headers: tuple[str, str], status: int = 200) -> Response:
    return Response(status, headers or (TYPE,), body if isinstance(body, bytes) else body.encode())


def error(status: int, body: Any = None, *headers: tuple[str, str], reason: str = "") -> Response:
    """An error answer; its body is the documented one if none is given."""
    return Response(status, (TYPE, *headers), json.dumps(body or {"error": "no"}).encode(), reason)


def run(
    answers: dict[str, Response | CouldNotJudge] | None = None,
    /,
    *,
    attempts: int = 0,
    seconds: float = 0.0,
    **facts: Any,
) -> Evidence:
    """Evidence of these answers by the names of their probes."""
    exchanges = []
    for probe, answer in (answers or {}).items():
        request = Request("GET", "http://127.0.0.1/v1/event_categories")
        tries = tuple(Attempt("429", 0.0) for _ in range(attempts))
        response, failure = (answer, None) if isinstance(answer, Response) else (None, answer)
        exchanges.append(Exchange(probe, request, response, failure, tries, seconds))
    return Evidence("http://127.0.0.1", tuple(exchanges), **facts)


def answered(response: Response) -> Evidence:
    """Evidence of the documented request alone."""
    return run({"list": response})


def listed(*categories: Any) -> Evidence:
    """Evidence of a list of these categories."""
    return run({"list": ok(*categories)})


@dataclass(frozen=True)
class Case:
    clause: str
    name: str
    evidence: Evidence
    state: State
    observations: int | None = None
    findings: tuple[tuple[str, ...], ...] = ()
    reason: str = ""


def held(clause: str, name: str, evidence: Evidence, observations: int) -> Case:
    return Case(clause, name, evidence, State.HELD, observations)


def breached(clause: str, name: str, evidence: Evidence, *findings: tuple[str, ...]) -> Case:
    """Findings are where, expected, received, and the probe when it is not the list's."""
    return Case(clause, name, evidence, State.BREACHED, None, findings)


def idle(clause: str, name: str, evidence: Evidence, reason: str, state: State = State.NOT_EXERCISED) -> Case:
    return Case(clause, name, evidence, state, reason=reason)


def excused(clause: str, name: str, evidence: Evidence, reason: str) -> Case:
    return idle(clause, name, evidence, reason, State.NOT_APPLICABLE)


def unknown(clause: str, name: str, evidence: Evidence, reason: str) -> Case:
    return idle(clause, name, evidence, reason, State.INCONCLUSIVE)


SLOW = TooSlow("no answer in 10 s")
UNSENT = run()


def transport() -> Iterator[Case]:
    clause = "transport.https"
    yield held(clause, "a live target", run({"list": ok()}, live=True), 1)
    yield held(
        clause,
        "refused credentials",
        Evidence(
            "https://x.example",
            (Exchange("list", Request("GET", "https://x.example"), error(401), Refused("no")),),
            live=True,
        ),
        1,
    )
    yield breached(
        clause,
        "an expired certificate",
        run({"list": Unverified("certificate has expired")}, live=True),
        ("certificate", "a certificate that verifies", "certificate has expired"),
    )
    yield excused(clause, "loopback", listed(), "the target is on the loopback interface")
    yield unknown(clause, "no answer", run({"list": SLOW}, live=True), "no answer in 10 s")
    yield idle(clause, "a file", run({"list": ok()}, live=True, offline=True), BEYOND_FILE)

    clause = "transport.no-plaintext"
    wanted = "a refusal, a redirect to https or a 4xx"

    def twin(answer: Response | CouldNotJudge) -> Evidence:
        return run({"plaintext": answer}, plaintext=True)

    yield held(clause, "refused", twin(Unreachable("refused")), 1)
    yield held(clause, "a redirect to https", twin(raw("", ("Location", "HTTPS://x.example/"), status=301)), 1)
    yield held(clause, "a 4xx", twin(raw("", status=400)), 1)
    yield held(clause, "another page", twin(raw("<html>", ("Content-Type", "text/html"))), 1)
    yield held(clause, "another object", twin(raw('{"status": "ok"}')), 1)
    yield held(clause, "a list in a 404", twin(raw(ok().body, status=404)), 1)
    yield breached(clause, "the list", twin(ok()), ("status", wanted, "200 with an object with 1 member", "plaintext"))
    yield breached(
        clause,
        "the list in a 299",
        twin(raw('{"event_categories": 1, "a": 2}', status=299)),
        ("status", wanted, "299 with an object with 2 members", "plaintext"),
    )
    redirects = "the plain-HTTP twin redirects to {}, which is not followed"
    yield unknown(
        clause,
        "a redirect elsewhere",
        twin(raw("", ("Location", "http://x.example/"), status=302)),
        redirects.format("http://x.example/"),
    )
    yield unknown(clause, "a redirect to nowhere", twin(raw("", status=308)), redirects.format("nowhere"))
    yield unknown(clause, "no answer", twin(SLOW), "no answer in 10 s")
    yield excused(clause, "not asked", listed(), "only for an https target on its default port")
    yield idle(clause, "a file", run({"list": ok()}, plaintext=True, offline=True), BEYOND_FILE)
    yield idle(clause, "not sent", run(plaintext=True), "the plaintext request was not sent")


def status() -> Iterator[Case]:
    clause = "http.status"
    yield held(clause, "200", listed(), 1)
    yield breached(clause, "201", answered(raw("{}", status=201)), ("status", "200", "201"))
    yield breached(
        clause,
        "a redirect",
        answered(Response(301, (("location", "/v1/event_categories/"),), b"", "Moved Permanently")),
        ("status", "200", "301 Moved Permanently to /v1/event_categories/"),
    )
    yield unknown(clause, "no answer", run({"list": SLOW}), "no answer in 10 s")
    yield idle(clause, "not sent", UNSENT, "the list request was not sent")


def content_type() -> Iterator[Case]:
    clause = "http.content-type"

    def typed(*values: str) -> Evidence:
        return answered(Response(200, tuple(("content-type", value) for value in values), ok().body))

    for value in (
        "application/json",
        "Application/JSON",
        "application/json; charset=utf-8",
        'application/json;CHARSET="UTF-8"',
        'application/json ; charset="u\\tf-8"',
        'application/json; profile="a;charset=x\\";"; charset=utf-8',
        "application/json; version=2",
        "application/json;",
        "application/json; ; charset=utf-8 ;",
    ):
        yield held(clause, value, typed(value), 1)
    for value in (
        "text/html",
        "application/vnd.api+json",
        "application/json charset=utf-8",
        "application/json; charset",
        "application/json; charset=",
        "application/json; charset = utf-8",
        'application/json; charset="utf-8',
        "application/json, application/json",
        "",
    ):
        yield breached(clause, value or "empty", typed(value), ("header Content-Type", "application/json", value))
    for value in ("application/json; charset=iso-8859-1", "application/json; charset=utf-8; charset=utf-16"):
        yield breached(clause, value, typed(value), ("header Content-Type", "charset utf-8, or none", value))
    yield breached(clause, "none", typed(), ("header Content-Type", "application/json", "none"))
    yield breached(
        clause,
        "two",
        typed("application/json", "application/json"),
        ("header Content-Type", "application/json", "2 such headers"),
    )
    yield breached(
        clause,
        "two that differ",
        typed("application/json", "text/html"),
        ("header Content-Type", "application/json", "2 such headers"),
        ("header Content-Type", "application/json", "text/html"),
    )
    yield idle(clause, "not 200", answered(error(404)), "the answer has status 404: only a 200 promises the list")


def head() -> Iterator[Case]:
    clause = "http.head"

    def pair(response: Response, get: Response | None = None) -> Evidence:
        return run({"list": get or ok(), "head": response})

    yield held(clause, "alike", pair(raw("")), 1)
    yield held(clause, "alike but for case", pair(raw("", ("content-type", "APPLICATION/JSON"))), 1)
    yield held(clause, "alike in refusing", pair(raw("", status=404), error(404)), 1)
    yield breached(
        clause,
        "405",
        pair(Response(405, (PNG,), b"", "Method Not Allowed")),
        ("status", "200, as for GET", "405 Method Not Allowed", "head"),
    )
    yield breached(
        clause,
        "another type",
        pair(raw("", PNG)),
        ("header Content-Type", "application/json, as for GET", "image/png", "head"),
    )
    yield breached(
        clause,
        "another charset",
        pair(raw("", ("Content-Type", "application/json; charset=utf-8"))),
        ("header Content-Type", "application/json, as for GET", "application/json; charset=utf-8", "head"),
    )
    yield breached(
        clause,
        "no type",
        pair(Response(200, (), b"")),
        ("header Content-Type", "application/json, as for GET", "none", "head"),
    )
    yield breached(
        clause,
        "types where GET has none",
        pair(Response(200, (TYPE, PNG), b""), Response(200, (), b"{}")),
        ("header Content-Type", "none, as for GET", "application/json, image/png", "head"),
    )
    yield breached(
        clause,
        "a body",
        pair(Response(200, (TYPE,), b"", stray=7)),
        ("", "no byte of a body", "7 bytes or more", "head"),
    )
    yield unknown(clause, "no answer", run({"list": ok(), "head": SLOW}), "no answer in 10 s")
    yield idle(clause, "not sent", listed(), "the head request was not sent")


def repeatable() -> Iterator[Case]:
    clause = "http.repeatable"

    def twice(first: Response, second: Response) -> Evidence:
        return run({"list": first, "repeat": second})

    yield held(clause, "the same", twice(ok(), ok()), 18)
    yield held(clause, "another order, another member beside", twice(ok(), ok(B, A, meta=None)), 18)
    reordered = raw('{"event_categories": [{"position": 1, "name": "n", "id": "i", "display_name": "d"}]}')
    yield held(
        clause,
        "members in another order",
        twice(ok({**B, **json.loads(reordered.body)["event_categories"][0]}), reordered),
        18,
    )
    yield held(
        clause, "an empty list twice", twice(raw('{"event_categories": []}'), raw('{"event_categories": []}')), 9
    )
    one, known = "a category of the first answer", "every category of the first answer"
    changed = {**B, "display_name": "b"}
    yield breached(
        clause,
        "a changed member",
        twice(ok(), ok(A, changed)),
        ("/event_categories/1", one, canonical(changed), "repeat"),
        ("/event_categories", known, f"not among them: {canonical(B)}", "repeat"),
    )
    yield breached(
        clause,
        "one fewer",
        twice(ok(), ok(A)),
        ("/event_categories", known, f"not among them: {canonical(B)}", "repeat"),
    )
    yield breached(clause, "one more", twice(ok(A), ok(A, B)), ("/event_categories/1", one, canonical(B), "repeat"))
    long = {**B, "display_name": "b" * 999}
    yield breached(
        clause,
        "long members are shortened",
        twice(ok(A, long), ok(A, {**long, "x": 1})),
        ("/event_categories/1", one, f"{canonical({**long, 'x': 1})[:100]}… (1,072 characters)", "repeat"),
        ("/event_categories", known, f"not among them: {canonical(long)[:100]}… (1,064 characters)", "repeat"),
    )
    yield breached(
        clause,
        "a second answer that does not conform",
        twice(ok(A), ok({**A, "id": 7})),
        ("/event_categories/0/id", "a non-empty string", "7", "repeat", "category.id"),
        ("/event_categories/0/id", "a string or null", "7", "repeat", "client.go-readable"),
        ("/event_categories/0", one, canonical({**A, "id": 7}), "repeat"),
        ("/event_categories", known, f"not among them: {canonical(A)}", "repeat"),
    )
    yield breached(
        clause,
        "a second status",
        twice(ok(), raw("", status=404)),
        ("status", "200", "404", "repeat", "http.status"),
    )
    yield breached(
        clause,
        "another root",
        twice(ok(A), raw("[true]")),
        ("", "an object", "an array of 1", "repeat", "envelope.object"),
        ("", "an object with 1 member, as before", "an array of 1, another one", "repeat"),
    )
    yield breached(
        clause,
        "another root, in Python's eyes the same",
        twice(raw("[1]"), raw("[true]")),
        ("", "an object", "an array of 1", "repeat", "envelope.object"),
        ("", "an array of 1, as before", "an array of 1, another one", "repeat"),
    )
    yield breached(
        clause,
        "the same other root",
        twice(raw("[1]"), raw("[1]")),
        ("", "an object", "an array of 1", "repeat", "envelope.object"),
    )
    yield idle(clause, "a first answer of 404", twice(error(404), ok()), "the first answer has status 404")
    yield idle(clause, "a first answer without JSON", twice(raw("x"), ok()), "the body is not JSON")
    yield unknown(clause, "too deep", twice(ok(), DEEP), "the body nests deeper than the 200 levels that are judged")
    yield idle(clause, "not sent", listed(), "the repeat request was not sent")


def json_only() -> Iterator[Case]:
    clause = "http.json-only"
    expected = "a 4xx with a documented error body, or the JSON list"

    def xml(response: Response) -> Evidence:
        return run({"xml": response})

    yield held(clause, "406", xml(error(406)), 1)
    yield held(clause, "the list", xml(ok()), 1)
    yield breached(clause, "XML", xml(XML), ("header Content-Type", "no XML", "application/xml", "xml"))
    for kind in ("text/xml; charset=utf-8", "application/hal+xml"):
        xml_406 = raw("", ("Content-Type", kind), status=406)
        yield breached(clause, kind, xml(xml_406), ("header Content-Type", "no XML", kind, "xml"))
    for start in (b"<?xml version='1.0'?>", b"\xef\xbb\xbf \n<?xml "):
        found = ("header Content-Type", "no XML", "a body of XML", "xml")
        yield breached(clause, f"XML in disguise, {start!r}", xml(Response(200, (), start)), found)
    yield breached(
        clause,
        "an undocumented error",
        xml(raw("no", status=406)),
        ("", expected, "406 with a body that is not JSON", "xml"),
    )
    yield breached(clause, "another object", xml(raw("{}")), ("", expected, "200 with an object with 0 members", "xml"))
    yield breached(
        clause,
        "no list",
        xml(raw('{"event_categories": {}}')),
        ("", expected, "200 with an object with 1 member", "xml"),
    )
    yield breached(
        clause,
        "the list in a 201",
        xml(Response(201, (TYPE,), ok().body, "Created")),
        ("", expected, "201 Created with an object with 1 member", "xml"),
    )
    yield unknown(clause, "too deep", xml(DEEP), "the body nests deeper than the 200 levels that are judged")
    yield idle(clause, "not sent", listed(), "the xml request was not sent")


def no_server_error() -> Iterator[Case]:
    clause = "http.no-server-error"
    yield held(clause, "none", run({"list": ok(), "xml": error(406), "plaintext": Unreachable("refused")}), 2)
    yield held(clause, "a 4xx and a 600", run({"list": error(499), "xml": error(600)}), 2)
    yield breached(
        clause,
        "500 and 599",
        run({"list": ok(), "xml": error(500, reason="Internal Server Error"), "head": raw("", status=599)}),
        ("status", "no 5xx", "500 Internal Server Error", "xml"),
        ("status", "no 5xx", "599", "head"),
    )
    yield breached(
        clause,
        "500 beside no answer",
        run({"list": SLOW, "xml": error(501)}),
        ("status", "no 5xx", "501", "xml"),
    )
    for code in (502, 503, 504):
        reason = f"the xml request was answered {code} Bad"
        yield unknown(clause, str(code), run({"list": ok(), "xml": error(code, reason="Bad")}), reason)
    yield unknown(clause, "no answer", run({"list": ok(), "xml": SLOW}), "no answer in 10 s")
    yield idle(clause, "not sent", UNSENT, "the answer holds nothing to judge it on")


def unknown_path() -> Iterator[Case]:
    clause = "http.unknown-path"

    def lost(response: Response) -> Evidence:
        return run({"unknown-path": response})

    yield held(clause, "404", lost(error(404, {"error": "not found", "resource": "EventCategory"})), 1)
    yield breached(clause, "the list", lost(ok()), ("status", "404", "200", "unknown-path"))
    yield breached(
        clause,
        "no documented body",
        lost(raw("{}", status=404)),
        ("", "a documented error body", "an object with 0 members", "unknown-path"),
    )
    yield unknown(clause, "no answer", run({"unknown-path": SLOW}), "no answer in 10 s")
    yield idle(clause, "not sent", listed(), "the unknown-path request was not sent")


def unknown_query() -> Iterator[Case]:
    clause = "http.unknown-query"

    def queried(response: Response, first: Response | None = None, second: Response | None = None) -> Evidence:
        return run({"list": first or ok(), "repeat": second or first or ok(), "unknown-query": response})

    yield held(clause, "the same", queried(ok()), 1)
    same = raw(
        '{"event_categories":[' + json.dumps({**A, "position": 7}).replace("7", "1e0") + "," + json.dumps(B) + "]}"
    )
    yield held(clause, "the same, written in another way", queried(same), 1)
    yield held(clause, "the same bytes that are no JSON", queried(raw("x"), raw("x"), raw("x")), 1)
    yield breached(
        clause,
        "400",
        queried(error(400, reason="Bad Request")),
        ("status", "200, as without the parameter", "400 Bad Request", "unknown-query"),
    )
    yield breached(
        clause,
        "another type",
        queried(raw(ok().body, PNG)),
        ("header Content-Type", "application/json, as without the parameter", "image/png", "unknown-query"),
    )
    yield breached(
        clause,
        "no type",
        queried(Response(200, (), ok().body)),
        ("header Content-Type", "application/json, as without the parameter", "none", "unknown-query"),
    )
    yield breached(
        clause,
        "another list",
        queried(raw('{"event_categories": [], "page": 1}')),
        (
            "",
            "an object with 1 member, as without the parameter",
            "an object with 2 members, another one",
            "unknown-query",
        ),
    )
    yield breached(
        clause,
        "another order",
        queried(ok(B, A)),
        (
            "",
            "an object with 1 member, as without the parameter",
            "an object with 1 member, another one",
            "unknown-query",
        ),
    )
    yield breached(
        clause,
        "other bytes that are no JSON",
        queried(raw("y"), raw("x"), raw("x")),
        (
            "",
            "a body that is not JSON, as without the parameter",
            "a body that is not JSON, another one",
            "unknown-query",
        ),
    )
    yield idle(
        clause,
        "never the same",
        queried(ok(A), ok(), ok(B)),
        "the answer changes from request to request, also without the parameter",
    )
    yield idle(clause, "not sent", run({"list": ok(), "repeat": ok()}), "the unknown-query request was not sent")


def methods() -> Iterator[Case]:
    clause = "http.method-not-allowed"
    refused = dict.fromkeys(("post", "put", "patch", "delete"), error(405))
    yield held(clause, "405", run(refused, unsafe=True), 4)
    yield held(clause, "400 and 499", run({**refused, "put": error(400), "delete": error(499)}, unsafe=True), 4)
    yield breached(
        clause,
        "accepted",
        run({**refused, "post": error(201, reason="Created"), "delete": raw("", status=204)}, unsafe=True),
        ("status", "4xx", "201 Created", "post"),
        ("status", "4xx", "204", "delete"),
    )
    yield unknown(clause, "no answer", run({**refused, "put": SLOW}, unsafe=True), "no answer in 10 s")
    yield excused(clause, "not asked", run(refused), "sent to the embedded mock only, or with --unsafe-methods")
    yield idle(clause, "a file", run(offline=True), BEYOND_FILE)


def auth() -> Iterator[Case]:
    promises = {
        Policy.EITHER: "401 with a documented error body, or 200 with a conforming list",
        Policy.REQUIRED: "401 with a documented error body",
        Policy.PUBLIC: "200 with a conforming list",
    }
    for clause, probe in (("auth.missing", "anonymous"), ("auth.invalid", "invalid-token")):
        refused, public = {probe: error(401, reason="Unauthorized")}, {probe: ok()}
        for policy in Policy:
            allowed = {"refused": (refused, "401 Unauthorized"), "public": (public, "200")}
            for name, (answers, received) in allowed.items():
                evidence = run(answers, policy=policy)
                if policy in (Policy.EITHER, Policy.REQUIRED if name == "refused" else Policy.PUBLIC):
                    yield held(clause, f"{name} under {policy}", evidence, 1)
                else:
                    finding = ("status", promises[policy], received, probe)
                    yield breached(clause, f"{name} under {policy}", evidence, finding)
            finding = ("status", promises[policy], "302", probe)
            yield breached(
                clause, f"a redirect under {policy}", run({probe: raw("", status=302)}, policy=policy), finding
            )
        yield breached(
            clause,
            "an empty 401",
            run({probe: raw("", status=401)}),
            ("", "a documented error body", "401 with a body that is not JSON", probe),
        )
        yield breached(
            clause,
            "a list that does not conform",
            run({probe: ok(A, A)}),
            (
                "/event_categories/1/id",
                "a id of its own",
                '"a1", as /event_categories/0/id has',
                probe,
                "list.ids-unique",
            ),
            (
                "/event_categories/1/position",
                "a position of its own",
                "1, as /event_categories/0/position has",
                probe,
                "list.positions-distinct",
            ),
        )
        yield held(clause, "a list that breaks what only should be", run({probe: ok(B, {**A, "name": "A b"})}), 1)
        yield unknown(clause, "no answer", run({probe: SLOW}), "no answer in 10 s")
        yield idle(clause, "not sent", listed(), f"the {probe} request was not sent")

    clause = "auth.challenge"
    named = error(401, None, ("www-authenticate", "Bearer"))
    finding = ("header WWW-Authenticate", "a scheme, for example Bearer", "none")
    yield held(clause, "named", run({"anonymous": named, "invalid-token": named}), 2)
    yield held(clause, "named once, public once", run({"anonymous": ok(), "invalid-token": named}), 1)
    yield breached(
        clause,
        "none",
        run({"anonymous": error(401), "invalid-token": error(401, None, ("WWW-Authenticate", " "))}),
        (*finding, "anonymous"),
        (*finding, "invalid-token"),
    )
    yield breached(
        clause,
        "none beside no answer",
        run({"anonymous": SLOW, "invalid-token": error(401)}),
        (*finding, "invalid-token"),
    )
    yield unknown(clause, "no answer", run({"anonymous": named, "invalid-token": SLOW}), "no answer in 10 s")
    yield unknown(clause, "the first is told", run({"anonymous": SLOW}), "no answer in 10 s")
    yield idle(clause, "public", run({"anonymous": ok(), "invalid-token": error(403)}), "nothing was answered 401")
    yield idle(clause, "not sent", run({"anonymous": named}), "the invalid-token request was not sent")


def text() -> Iterator[Case]:
    deep = "the body nests deeper than the 200 levels that are judged"
    not_200 = "the answer has status 404: only a 200 promises the list"

    clause = "json.utf-8"
    mark = ("byte 0", "no byte order mark", "EF BB BF, the byte order mark of UTF-8")
    yield held(clause, "UTF-8", answered(raw('["é"]')), 1)
    yield held(clause, "no JSON", answered(raw("x")), 1)
    yield held(clause, "too deep", answered(DEEP), 1)
    yield breached(clause, "a mark", answered(raw(b"\xef\xbb\xbf[]")), mark)
    yield breached(clause, "a mark before no JSON", answered(raw(b"\xef\xbb\xbf[")), mark)
    yield breached(
        clause, "ISO 8859-1", answered(raw(b'["\xe9"]')), ("byte 2", "UTF-8", "E9 22 5D: invalid continuation byte")
    )
    yield idle(clause, "not 200", answered(error(404)), not_200)

    clause = "json.well-formed"
    yield held(clause, "JSON", answered(raw("[]")), 1)
    yield held(clause, "a mark", answered(raw(b"\xef\xbb\xbf[]")), 1)
    yield held(clause, "repeated names", answered(raw('{"a": 1, "a": 1}')), 1)
    yield breached(
        clause,
        "empty",
        answered(raw("")),
        ("byte 0", "exactly one JSON text", "Expecting value, at the end of the body"),
    )
    yield breached(
        clause,
        "NaN behind a mark",
        answered(raw(b"\xef\xbb\xbf[NaN]")),
        ("byte 4", "exactly one JSON text", "NaN, which is no JSON number: 'NaN]'"),
    )
    yield idle(clause, "no UTF-8", answered(raw(b"\xff")), "the body is not UTF-8")
    yield unknown(clause, "too deep", answered(DEEP), deep)
    yield idle(clause, "not 200", answered(error(404)), not_200)

    clause = "json.unique-names"
    yield held(clause, "unique", answered(raw('{"a": {}, "b": {}}')), 3)
    yield breached(
        clause, "repeated", answered(raw('[{"a": 1, "a": 1}]')), ("/0/a", "each name once in an object", "'a' again")
    )
    yield idle(clause, "no object", answered(raw("[]")), "the answer holds nothing to judge it on")
    yield idle(clause, "no JSON", answered(raw("x")), "the body is not JSON")
    yield unknown(clause, "too deep", answered(DEEP), deep)
    yield idle(clause, "not 200", answered(error(404)), not_200)

    clause = "json.unicode-text"
    yield held(clause, "text", answered(raw('{"a": "\\ud83d\\ude00", "b": 1}')), 2)
    yield held(clause, "bare strings", answered(raw('["a", ["b", 1], null]')), 2)
    yield breached(
        clause,
        "a lone surrogate",
        answered(raw('["\\ud83d"]')),
        ("/0", "Unicode text", "a lone surrogate in '\\ud83d'"),
    )
    yield idle(clause, "no text", answered(raw("[{}, 1]")), "the answer holds nothing to judge it on")
    yield idle(clause, "no JSON", answered(raw("x")), "the body is not JSON")
    yield unknown(clause, "too deep", answered(DEEP), deep)
    yield idle(clause, "not 200", answered(error(404)), not_200)


def envelope() -> Iterator[Case]:
    clause = "envelope.object"
    yield held(clause, "an object", answered(raw("{}")), 1)
    for body, received in (("[]", "an array of 0"), ("null", "null"), ("1.50", "1.50"), ('"{}"', '"{}"')):
        yield breached(clause, body, answered(raw(body)), ("", "an object", received))
    yield idle(clause, "no JSON", answered(raw("x")), "the body is not JSON")

    clause = "envelope.event-categories"
    where = "/event_categories"
    yield held(clause, "an array", listed(), 1)
    yield held(clause, "an empty array", answered(raw('{"event_categories": []}')), 1)
    yield breached(
        clause,
        "another name",
        answered(raw('{"eventCategories": []}')),
        (where, "a member event_categories", "nothing"),
    )
    for value, received in (("null", "null"), ("{}", "an object with 0 members"), ("false", "false")):
        evidence = answered(raw(f'{{"event_categories": {value}}}'))
        yield breached(clause, value, evidence, (where, "an array", received))
    yield idle(clause, "an array as root", answered(raw("[]")), "the root is not an object")
    yield idle(clause, "no JSON", answered(raw("x")), "the body is not JSON")


def nothing_to_judge(clause: str) -> Iterator[Case]:
    yield idle(clause, "an empty list", answered(raw('{"event_categories": []}')), EMPTY_LIST)
    yield idle(clause, "no list", answered(raw("{}")), "there is no array event_categories")
    yield idle(clause, "no object", answered(raw("[]")), "the root is not an object")
    yield idle(clause, "no JSON", answered(raw("")), "the body is not JSON")
    yield idle(clause, "not 200", answered(error(404)), "the answer has status 404: only a 200 promises the list")
    if clause != "category.object":
        yield idle(clause, "no category", listed("addons", 1), "no element of the list is an object")


def without(member: str) -> dict[str, Any]:
    return {name: value for name, value in A.items() if name != member}


def category() -> Iterator[Case]:
    clause = "category.object"
    yield held(clause, "objects", listed({}, {}), 2)
    yield breached(
        clause,
        "others among them",
        listed(A, "addons", [], None),
        ("/event_categories/1", "an object", '"addons"'),
        ("/event_categories/2", "an object", "an array of 0"),
        ("/event_categories/3", "an object", "null"),
    )
    yield from nothing_to_judge(clause)

    clause = "category.required"
    yield held(clause, "all there", listed(A, dict.fromkeys(A), 1), 2)
    yield breached(
        clause,
        "two missing of different ones",
        listed(without("id"), B, without("position")),
        ("/event_categories/0/id", "a member id", "nothing"),
        ("/event_categories/2/position", "a member position", "nothing"),
    )
    yield breached(
        clause,
        "all missing",
        listed({}),
        *((f"/event_categories/0/{member}", f"a member {member}", "nothing") for member in A),
    )
    yield from nothing_to_judge(clause)

    wrong: dict[str, dict[str, str]] = {
        member: {'""': '""', "null": "null", "7": "7", "true": "true", "[]": "an array of 0"}
        for member in ("id", "name", "display_name")
    }
    wrong["position"] = {'"1"': '"1"', "null": "null", "true": "true", "1.5": "1.5", "{}": "an object with 0 members"}
    for member, values in wrong.items():
        clause = f"category.{member.replace('_', '-')}"
        yield held(clause, "right", listed(A, without(member), B, 1), 2)
        kind = "an integer" if member == "position" else "a non-empty string"
        for value, received in values.items():
            body = json.dumps({"event_categories": [B, {**A, member: "?"}]}).replace('"?"', value)
            finding = (f"/event_categories/1/{member}", kind, received)
            yield breached(clause, value, answered(raw(body)), finding)
        yield idle(clause, "nowhere", listed(without(member)), "the answer holds nothing to judge it on")
        yield from nothing_to_judge(clause)
    for value in ("1.0", "1e0", "10e-1", "1e400", "-0.0", "9" * 5000):
        evidence = answered(raw(json.dumps({"event_categories": [{**A, "position": "?"}]}).replace('"?"', value)))
        yield held("category.position", f"written {value[:9]}", evidence, 1)

    clause = "category.name-style"
    good = ("addons", "app_operations", "appOperations", "a", "a1", "a_1", "a1_b2_c3", "aB1C")
    yield held(clause, "both styles", listed(*({**A, "name": name} for name in good), {**A, "name": ""}, B, {}, 1), 9)
    for name in ("App", "app-operations", "app operations", "_app", "app_", "a__b", "1a", "a_B", "é", "appé", "a\n"):
        finding = ("/event_categories/1/name", "snake_case or camelCase", describe(name))
        yield breached(clause, repr(name), listed(B, {**A, "name": name}), finding)
    yield idle(
        clause, "no text", listed({**A, "name": ""}, {**A, "name": 1}), "the answer holds nothing to judge it on"
    )
    yield from nothing_to_judge(clause)

    clause = "category.display-name-printable"
    good = ("Add-ons", "é", "😀", " a ", "a\u00a0b", "\u200b")
    yield held(clause, "visible", listed(*({**A, "display_name": name} for name in good), {**A, "display_name": ""}), 6)
    for name in (" ", "\u00a0\u2003", "a\nb", "\x00", "a\x7f", "\x80", "a\x9fb", "\x1f"):
        finding = ("/event_categories/1/display_name", "visible text without control characters", describe(name))
        yield breached(clause, repr(name), listed(1, {**A, "display_name": name}), finding)
    yield idle(clause, "no text", listed({**A, "display_name": 1}), "the answer holds nothing to judge it on")
    yield from nothing_to_judge(clause)


def listing() -> Iterator[Case]:
    for clause, member, twin in (
        ("list.ids-unique", "id", "a1"),
        ("list.names-unique", "name", "app_operations"),
        ("list.positions-distinct", "position", 1),
    ):
        yield held(clause, "distinct", listed(A, 1, B, {**A, member: None}, {}), 2)
        values = describe(twin)
        finding = (
            f"/event_categories/3/{member}",
            f"a {member} of its own",
            f"{values}, as /event_categories/0/{member} has",
        )
        yield breached(clause, "far apart", listed(A, 1, B, {**B, member: twin}), *[finding])
        yield breached(
            clause,
            "three times",
            listed(A, A, B, A),
            *(
                (
                    f"/event_categories/{i}/{member}",
                    f"a {member} of its own",
                    f"{values}, as /event_categories/0/{member} has",
                )
                for i in (1, 3)
            ),
        )
        yield idle(clause, "none of its type", listed({**A, member: None}), "the answer holds nothing to judge it on")
        yield from nothing_to_judge(clause)
    same = answered(raw('{"event_categories": [{"position": 1}, {"position": 1.0}, {"position": true}]}'))
    yield breached(
        "list.positions-distinct",
        "written in two ways",
        same,
        ("/event_categories/1/position", "a position of its own", "1.0, as /event_categories/0/position has"),
    )

    clause = "list.positions-ascending"
    expected = "no position lower than the one before"
    yield held(clause, "ascending", listed(A, 1, B, {**B, "position": "0"}, {**B, "position": 9}), 3)
    yield held(clause, "equal ones do not descend", listed(A, A), 2)
    yield held(clause, "a single one", listed(A), 1)
    yield breached(
        clause,
        "two descents",
        listed(*({**A, "position": position} for position in (5, -1, 0, "x", -2))),
        ("/event_categories/1/position", expected, "-1 after 5"),
        ("/event_categories/4/position", expected, "-2 after 0"),
    )
    yield idle(clause, "none of its type", listed({**A, "position": "1"}), "the answer holds nothing to judge it on")
    yield from nothing_to_judge(clause)


def client() -> Iterator[Case]:
    clause = "client.go-readable"
    int64 = "an integer literal of 64 bits, or null"
    yield held(clause, "a list", listed(), 2)
    yield held(clause, "nulls", listed(dict.fromkeys(A)), 1)
    yield held(clause, "extra members", listed({**A, "ids": 1, "description": {}}, {}), 2)
    yield held(
        clause, "null, empty and full members beside", answered(ok(A, B, meta=None, more=[], other=[{}, {}, B])), 7
    )
    yield held(clause, "the edges", listed({"position": 2**63 - 1}, {"position": -(2**63)}, {"position": 0}), 3)
    for value, received in ((2, "2"), ({"total": 2}, "an object with 1 member"), ("x", '"x"'), (False, "false")):
        evidence = answered(ok(A, meta=value))
        yield breached(clause, f"{received} beside", evidence, ("/meta", "null or a list of objects", received))
    yield breached(
        clause,
        "a name that a pointer escapes",
        answered(raw('{"a/~\\ud800": 0}')),
        ("/a~1~0\\ud800", "null or a list of objects", "0"),
    )
    yield breached(
        clause,
        "lists of others beside",
        answered(ok(A, ids=["a", None, {"id": 1}])),
        ("/ids/0", "an object", '"a"'),
        ("/ids/1", "an object", "null"),
        ("/ids/2/id", "a string or null", "1"),
    )
    yield breached(
        clause,
        "texts that are none",
        listed({"id": 1, "name": []}),
        ("/event_categories/0/id", "a string or null", "1"),
        ("/event_categories/0/name", "a string or null", "an array of 0"),
    )
    for literal in ("1.0", "1e0", str(2**63), str(-(2**63) - 1), "true", '"1"', "1.5"):
        evidence = answered(raw(f'{{"event_categories": [{{}}, {{"position": {literal}}}]}}'))
        received = {"1e0": "1"}.get(literal, literal)
        yield breached(clause, literal, evidence, ("/event_categories/1/position", int64, received))
    yield breached(
        clause,
        "letter case",
        listed({**A, "Position": 1}, B, {"NAME": "a", "Id": "b"}, {"po\u017fition": 1}),
        *(
            (
                f"/event_categories/{name}",
                "no member that differs from id, name or position by letter case alone",
                f'"{shown}"',
            )
            for name, shown in (
                ("0/Position", "Position"),
                ("2/Id", "Id"),
                ("2/NAME", "NAME"),
                ("3/po\u017fition", "po\u017fition"),
            )
        ),
    )
    yield idle(clause, "an empty object", answered(raw("{}")), "the answer holds nothing to judge it on")
    yield idle(clause, "another root", answered(raw("[]")), "the root is not an object")
    yield idle(clause, "no JSON", answered(raw("")), "the body is not JSON")

    clause = "client.js-exact"
    exact = "between -(2^53-1) and 2^53-1"
    edges = listed({"position": 2**53 - 1}, {"position": 1 - 2**53}, {"position": "1"}, {"position": 0.5}, {})
    yield held(clause, "the edges", edges, 2)
    for literal in (str(2**53), str(-(2**53)), "9007199254740992.0", "1e400"):
        evidence = answered(raw(f'{{"event_categories": [1, {{"position": {literal}}}]}}'))
        received = {"1e400": "1E+400"}.get(literal, literal)
        yield breached(clause, literal, evidence, ("/event_categories/1/position", exact, received))
    yield breached(
        clause,
        "thousands of digits",
        answered(raw('{"event_categories": [{"position": ' + "9" * 4000 + "}]}")),
        ("/event_categories/0/position", exact, "an integer of 13,288 bits"),
    )
    yield idle(clause, "no integer", listed({"position": "1"}), "the answer holds nothing to judge it on")
    yield from nothing_to_judge(clause)


def errors() -> Iterator[Case]:
    clause = "error.body"
    expected = "a JSON object with error or errors as documented"
    documented = (
        {"error": "no"},
        {"error": "no", "resource": "x"},
        {"errors": {"name": ["can't be blank", "is short"], "id": []}},
        {"errors": {}},
        {"errors": {}, "error": 0},
    )
    for body in documented:
        yield held(clause, json.dumps(body), run({"list": ok(), "xml": error(422, body)}), 1)
    probes = ("list", "repeat", "xml", "unknown-path", "unknown-query", "anonymous", "invalid-token")
    yield held(clause, "all probes", run(dict.fromkeys(probes, error(400))), 7)
    yield held(
        clause, "others aside", run({"xml": error(404), "head": raw("", status=404), "post": raw("", status=405)}), 1
    )
    undocumented = {
        "": "a body that is not JSON",
        "[]": "an array of 0",
        '"no"': '"no"',
        "{}": "an object with 0 members",
        '{"error": ""}': "an object with 1 member",
        '{"error": null}': "an object with 1 member",
        '{"error": {"message": "no"}}': "an object with 1 member",
        '{"errors": []}': "an object with 1 member",
        '{"errors": {"name": "no"}}': "an object with 1 member",
        '{"errors": {"name": [1]}}': "an object with 1 member",
        '{"error": "no", "error": "no"}': "an object with 1 member",
    }
    for body, received in undocumented.items():
        finding = ("", expected, f"404 with {received}", "unknown-path")
        yield breached(clause, body or "empty", run({"unknown-path": raw(body, status=404)}), finding)
    for probe in probes:
        finding = ("", expected, "499 with a body that is not JSON", probe)
        yield breached(clause, f"of {probe}", run({probe: raw("", status=499)}), finding)
    yield unknown(
        clause, "no answer", run({"list": SLOW, "xml": Unavailable("503"), "repeat": error(404)}), "no answer in 10 s"
    )
    too_deep = run({"xml": Response(404, (TYPE,), DEEP.body)})
    yield unknown(clause, "too deep", too_deep, "the body nests deeper than the 200 levels that are judged")
    others = run({"list": ok(), "repeat": raw("", status=500), "xml": raw("Retry later", status=429)})
    yield idle(clause, "200, 500 and 429", others, "nothing was answered 4xx")

    clause = "error.rate-limit"
    burst = "burst"
    plain = raw("Retry later", ("Content-Type", "Text/Plain; charset=utf-8"), status=429)
    yield held(clause, "429 in plain text", run({burst: plain}, burst=True, attempts=60, seconds=2.0), 61)
    yield held(clause, "429 sooner", run({burst: plain}, burst=True, attempts=3), 4)
    yield breached(
        clause,
        "429 in JSON",
        run({burst: error(429)}, burst=True, attempts=60),
        ("header Content-Type", "text/plain", "application/json", burst),
    )
    yield breached(
        clause,
        "429 without a type",
        run({burst: Response(429, (), b"")}, burst=True, attempts=60),
        ("header Content-Type", "text/plain", "none", burst),
    )
    never = ("status", "429 beyond 60 requests in a minute", "200 to request 61", burst)
    yield breached(clause, "no limit", run({burst: ok()}, burst=True, attempts=60, seconds=60.0), never)
    few = "only 60 requests in 5 s: the limit was not reached"
    yield unknown(clause, "too few", run({burst: ok()}, burst=True, attempts=59, seconds=5.0), few)
    slow = "only 121 requests in 61 s: the limit was not reached"
    yield unknown(clause, "too slow", run({burst: ok()}, burst=True, attempts=120, seconds=61.0), slow)
    yield unknown(clause, "no answer", run({burst: SLOW}, burst=True), "no answer in 10 s")
    yield excused(clause, "not asked", listed(), "not asked for: --probe-rate-limit")
    yield idle(clause, "a file", run({burst: ok()}, burst=True, offline=True), BEYOND_FILE)
    yield idle(clause, "not sent", run(burst=True), "the burst request was not sent")


SECTIONS = (
    transport,
    status,
    content_type,
    head,
    repeatable,
    json_only,
    no_server_error,
    unknown_path,
    unknown_query,
    methods,
    auth,
    text,
    envelope,
    category,
    listing,
    client,
    errors,
)
CASES = [case for section in SECTIONS for case in section()]


def outcome(clause: str, evidence: Evidence) -> Outcome:
    return judge.outcomes(evidence, [BY_ID[clause]])[0]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.clause}: {case.name!a} is {case.state}")
def test_a_check_judges_its_clause(case: Case) -> None:
    """A check finds everything that breaks its clause, each where it stands, and counts what it looked at."""
    result = outcome(case.clause, case.evidence)
    assert result.state is case.state
    assert result.reason == case.reason or case.findings
    found = [(f.where, f.expected, f.received, f.probe, f.through) for f in result.findings]
    assert found == [(*finding, *("list", None)[len(finding) - 3 :]) for finding in case.findings]
    assert result.count == len(case.findings)
    assert all(finding.clause == case.clause for finding in result.findings)
    if case.observations is not None:
        assert result.observations == case.observations


@pytest.mark.parametrize("clause", BY_ID)
def test_every_clause_is_seen_held_breached_and_unjudged(clause: str) -> None:
    """No clause goes untested in any of the three ways in which a run can end for it."""
    states = {case.state for case in CASES if case.clause == clause}
    assert {State.HELD, State.BREACHED} < states


@pytest.mark.parametrize("clause", ANSWER_CHECKS)
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
    "nothing to say of a 403": ("auth.missing", run({"anonymous": error(403)}), ()),
    "nothing to say of a made-up token": ("auth.invalid", run({"invalid-token": error(401)}), ()),
}


@pytest.mark.parametrize(("clause", "evidence", "notes"), NOTES.values(), ids=NOTES)
def test_what_is_worth_knowing_is_a_note(clause: str, evidence: Evidence, notes: tuple[str, ...]) -> None:
    """Extensions, and a 401 that an official client does not expect, are notes and no breaches."""
    assert outcome(clause, evidence).notes == notes


def test_the_first_breaches_are_shown_and_all_are_counted() -> None:
    """A clause that is broken more often than a person reads is shown so many times, and counted in full."""
    result = outcome("category.id", listed(*({**A, "id": number} for number in range(KEPT + 7))))
    assert (len(result.findings), result.count) == (KEPT, KEPT + 7)
    assert result.findings[-1].where == f"/event_categories/{KEPT - 1}/id"


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


def test_a_check_without_a_count_is_a_fault_of_the_suite() -> None:
    """A check that forgets to say what it looked at is no pass: it is an error of the suite, by name."""

    def forgetful() -> Steps:
        yield Note("I looked")
        return None  # type: ignore[return-value]  # that is the fault

    with pytest.raises(TypeError, match=r"the check of category\.id returned None, not a number of observations"):
        exhaust("category.id", forgetful())


def test_findings_outrank_the_problem_that_ended_a_check() -> None:
    """What a check found before it had to stop stays found."""

    def interrupted() -> Steps:
        yield Breach("/a", "b", "c")
        raise SLOW

    judged = exhaust("category.id", interrupted())
    assert judged.findings == (Finding("category.id", "list", "/a", "b", "c"),)
    assert (judged.count, judged.problem) == (1, SLOW)


@pytest.mark.parametrize("check", [*ANSWER_CHECKS.values(), *RUN_CHECKS.values()])
def test_a_check_is_a_generator(check: Any) -> None:
    """Calling a check sends nothing and judges nothing; only running it does."""
    subject: Any = run()
    assert isinstance(check(subject), Iterator)


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
