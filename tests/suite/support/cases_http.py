"""Cases of the clauses http.*: status, headers, methods, repetition."""

import json
from collections.abc import Iterator

from cases import (
    PNG,
    SLOW,
    TYPE,
    UNSENT,
    A,
    B,
    Case,
    answered,
    breached,
    error,
    excused,
    held,
    idle,
    listed,
    ok,
    raw,
    run,
    unknown,
)
from subject import CONTRACT

from contracts.core.contract import QUERY
from contracts.core.errors import Reason, Unreachable
from contracts.core.exchange import Exchange, Request, Response
from contracts.core.report import Scope
from contracts.global_information.checks.http import ERROR_BODY
from contracts.judging.evidence import Evidence
from contracts.judging.values import canonical


def status() -> Iterator[Case]:
    clause = "http.status"
    yield held(clause, "200", listed(), 1)
    for code in (199, 201, 404):
        yield breached(clause, str(code), answered(raw("{}", status=code)), ("status", "200", str(code)))
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
        "application/json; a=b",
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
    for value in (
        "application/json; charset=iso-8859-1",
        "application/json; charset=windows-1252",
        "application/json; charset=utf-8; charset=utf-16",
    ):
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
    for status in (199, 404):
        reason = f"the answer has status {status}: only a 200 promises the list"
        yield idle(clause, f"not 200 but {status}", answered(error(status)), reason)


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
    lower = ("status", "404, as for GET", "200", "head")
    yield breached(clause, "200 where GET has 404", pair(raw(""), error(404)), lower)
    yield breached(
        clause,
        "another type",
        pair(raw("", PNG)),
        ("header Content-Type", "application/json, as for GET", "image/png", "head"),
    )
    other_charset = pair(raw("", ("Content-Type", "application/json; charset=utf-8")))
    yield held(clause, "another charset, which is a note", other_charset, 1)
    yield held(clause, "no type, which is a note", pair(Response(200, (), b"")), 1)
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


def run_of(method: str, answer: Response) -> Evidence:
    """Evidence of one answer to a method, as the probe delete."""
    request = Request(method, "http://127.0.0.1/v1/event_categories")
    return Evidence("http://127.0.0.1", (Exchange("delete", request, answer),), Scope(), CONTRACT)


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
        reason="no answer in 10 s",
    )
    yield breached(
        clause,
        "500 behind a gateway error",
        run({"list": error(502), "xml": error(500)}),
        ("status", "no 5xx", "500", "xml"),
        reason="the list request was answered 502: that is an intermediary, and not the API",
    )
    twice = run({"list": SLOW, "head": Unreachable("refused")})
    yield unknown(clause, "no answers, of which the first is told", twice, "no answer in 10 s")
    yield unknown(clause, "no answer to HEAD", run({"list": ok(), "head": SLOW}), "no answer in 10 s")
    for code in (408, 429, 502, 503, 504, 511, *range(520, 528), 530):
        reason = f"the xml request was answered {code}: that is an intermediary, and not the API"
        yield unknown(clause, str(code), run({"list": ok(), "xml": error(code, reason="Bad")}), reason)
    for name in ("cf-mitigated", "x-amzn-waf-action"):
        signed = error(403, None, (name.title(), "challenge"))
        reason = f"the xml request was answered 403, signed {name}: that is an intermediary, and not the API"
        yield unknown(clause, f"signed {name}", run({"list": ok(), "xml": signed}), reason)
    for code in (505, 510, 519, 528, 529, 531, 599):
        finding = ("status", "no 5xx", str(code), "xml")
        yield breached(clause, f"{code}, the API's own", run({"list": ok(), "xml": error(code)}), finding)
    yield held(clause, "501 to a method", run_of("DELETE", error(501)), 1)
    yield breached(clause, "501 to GET", run_of("GET", error(501)), ("status", "no 5xx", "501", "delete"))
    yield unknown(clause, "no answer", run({"list": ok(), "xml": SLOW}), "no answer in 10 s")
    yield idle(clause, "not sent", UNSENT, "the answer holds nothing to judge it on")


def unknown_path() -> Iterator[Case]:
    clause = "http.unknown-path"

    def lost(response: Response) -> Evidence:
        return run({"unknown-path": response})

    yield held(clause, "404", lost(error(404, {"error": "not found", "resource": "EventCategory"})), 1)
    for answer in (ok(), error(403), error(410)):
        finding = ("status", "404", str(answer.status), "unknown-path")
        yield breached(clause, str(answer.status), lost(answer), finding)
    yield breached(
        clause,
        "no documented body",
        lost(raw("{}", status=404)),
        ("", ERROR_BODY, "application/json that begins {}", "unknown-path"),
    )
    yield unknown(clause, "no answer", run({"unknown-path": SLOW}), "no answer in 10 s")
    yield idle(clause, "not sent", listed(), "the unknown-path request was not sent")


def unknown_query() -> Iterator[Case]:
    clause = "http.unknown-query"

    def queried(response: Response, first: Response | None = None, second: Response | None = None) -> Evidence:
        observed = {"list": first or ok(), "repeat": second or first or ok(), "unknown-query": response}
        return run(observed, again=observed)

    yield held(clause, "the same", queried(ok()), 1)
    same = raw('{"event_categories":[' + json.dumps(A, indent=1) + "," + json.dumps(B, sort_keys=True) + "]}")
    yield held(clause, "the same, written in another way", queried(same), 1)
    yield held(clause, "another order", queried(ok(B, A)), 1)
    yield held(clause, "other members beside, which is a note", queried(ok({**A, "x": 1}, B, next=None)), 1)
    yield held(clause, "parameters of the media type", queried(raw(ok().body, ("Content-Type", f"{TYPE[1]}; a=b"))), 1)
    floating = raw(ok().body.replace(b'"position": 1', b'"position": 1e0'))
    int64 = ("/event_categories/0/position", "an integer literal of 64 bits, or null", "1", "unknown-query")
    yield breached(clause, "what breaks a MUST", queried(floating), (*int64, "client.go-readable"))
    yield held(clause, "what the plain answers break, too", queried(floating, floating), 1)
    yield held(clause, "the same bytes that are no JSON", queried(raw("x"), raw("x"), raw("x")), 1)
    renamed = (Response(200, (TYPE,), b"x", reason) for reason in ("OK", "Fine", "Good"))
    yield held(clause, "the same bytes with another reason phrase", queried(*renamed), 1)
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
        ("header Content-Type", "application/json", "image/png", "unknown-query", "http.content-type"),
    )
    yield breached(
        clause,
        "no type",
        queried(Response(200, (), ok().body)),
        ("header Content-Type", "application/json", "none", "unknown-query", "http.content-type"),
    )
    gone = ("/event_categories", "every category of the first answer", f"not among them: {canonical(B)}")
    yield breached(clause, "a shorter list", queried(ok(A)), (*gone, "unknown-query"))
    yield breached(
        clause,
        "another text",
        queried(ok(A, {**B, "display_name": "b"})),
        (
            "/event_categories/1/display_name",
            f'"{B["display_name"]}", as without the parameter',
            '"b"',
            "unknown-query",
        ),
    )
    yield breached(
        clause,
        "no list",
        queried(raw("{}")),
        ("/event_categories", "an array of 2, as without the parameter", "an object with 0 members", "unknown-query"),
    )
    yield held(clause, "another additional member, which is a note", queried(ok(A, {**B, "color": 1}, page=None)), 1)
    found = ("status", "404, as without the parameter", "200", "unknown-query")
    yield breached(clause, "found with a parameter only", queried(ok(), error(404), error(404)), found)
    yield held(clause, "another page, of which nothing is documented", queried(raw("y"), raw("x"), raw("x")), 1)
    yield breached(
        clause,
        "a list with a parameter only",
        queried(ok(), raw("x"), raw("x")),
        ("/event_categories", "a body that is not JSON, as without the parameter", "an array of 2", QUERY),
    )
    yield unknown(
        clause,
        "400, observed once",
        run({"list": ok(), "repeat": ok(), "unknown-query": error(400)}),
        "one difference is no proof, and no second observation confirms it: the target was observed once; "
        "unknown-query: status: 400 (expected: 200, as before)",
    )
    yield idle(
        clause,
        "never the same type",
        queried(ok(), ok(), raw(ok().body, PNG)),
        "the answer changes from request to request, also without the parameter",
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
    yield held(clause, "501", run({**refused, "patch": error(501)}, unsafe=True), 4)
    yield held(clause, "400 and 499", run({**refused, "put": error(400), "delete": error(499)}, unsafe=True), 4)
    yield breached(
        clause,
        "accepted",
        run({**refused, "post": error(201, reason="Created"), "put": error(500), "delete": error(399)}, unsafe=True),
        ("status", "4xx or 501", "201 Created", "post"),
        ("status", "4xx or 501", "500", "put"),
        ("status", "4xx or 501", "399", "delete"),
    )
    yield unknown(clause, "no answer", run({**refused, "put": SLOW}, unsafe=True), "no answer in 10 s")
    yield excused(clause, "not asked", run(refused), "sent to the embedded mock only, or with --unsafe-methods")
    yield idle(clause, "a file", run(offline=True), Reason.BEYOND_FILE)
