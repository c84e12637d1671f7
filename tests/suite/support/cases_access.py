"""Cases of the clauses transport.*, auth.* and error.*: who may come in, and what is said at the door."""

import json
from collections.abc import Iterator

from cases import (
    DEEP,
    SLOW,
    TYPE,
    A,
    B,
    Case,
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

from contracts.core.contract import Policy
from contracts.core.errors import CouldNotJudge, Reason, Refused, Unavailable, Unreachable, Unverified
from contracts.core.exchange import Exchange, Request, Response
from contracts.core.report import Scope
from contracts.global_information.checks.http import ERROR_BODY
from contracts.judging.evidence import Evidence


def transport() -> Iterator[Case]:
    clause = "transport.https"
    yield held(clause, "a live target", run({"list": ok()}, live=True), 1)
    yield held(
        clause,
        "refused credentials",
        Evidence(
            "https://x.example",
            (Exchange("list", Request("GET", "https://x.example"), error(401), Refused("no")),),
            Scope(live=True),
            CONTRACT,
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
    yield idle(clause, "a file", run({"list": ok()}, live=True, offline=True), Reason.BEYOND_FILE)

    clause = "transport.no-plaintext"
    wanted = "a refusal, a redirect to https or a 4xx"

    def endpoint(answer: Response | CouldNotJudge) -> Evidence:
        return run({"plaintext": answer}, plaintext=True)

    yield held(clause, "refused", endpoint(Unreachable("refused")), 1)
    yield held(clause, "a redirect to https", endpoint(raw("", ("Location", "HTTPS://x.example/"), status=301)), 1)
    yield held(clause, "a 4xx", endpoint(raw("", status=400)), 1)
    yield held(clause, "another page", endpoint(raw("<html>", ("Content-Type", "text/html"))), 1)
    yield held(clause, "another object", endpoint(raw('{"status": "ok"}')), 1)
    yield held(clause, "a list in a 404", endpoint(raw(ok().body, status=404)), 1)
    yield breached(
        clause, "the list", endpoint(ok()), ("status", wanted, "200 with an object with 1 member", "plaintext")
    )
    yield breached(
        clause,
        "the list in a 299",
        endpoint(raw('{"event_categories": 1, "a": 2}', status=299)),
        ("status", wanted, "299 with an object with 2 members", "plaintext"),
    )
    redirects = "the cleartext endpoint redirects to {}, which is not followed"
    yield unknown(
        clause,
        "a redirect elsewhere",
        endpoint(raw("", ("Location", "http://x.example/"), status=302)),
        redirects.format("http://x.example/"),
    )
    yield held(clause, "a 300 to https", endpoint(raw(ok().body, ("Location", "https://x.example/"), status=300)), 1)
    yield held(clause, "the list in a 199", endpoint(raw(ok().body, status=199)), 1)
    yield unknown(clause, "a 300 to nowhere", endpoint(raw(ok().body, status=300)), redirects.format("nowhere"))
    for code in (308, 399):
        yield unknown(clause, f"a {code} to nowhere", endpoint(raw("", status=code)), redirects.format("nowhere"))
    yield unknown(clause, "no answer", endpoint(SLOW), "no answer in 10 s")
    yield excused(clause, "not asked", listed(), "only for an https target on its default port")
    yield idle(clause, "a file", run({"list": ok()}, plaintext=True, offline=True), Reason.BEYOND_FILE)
    yield idle(clause, "not sent", run(plaintext=True), "the plaintext request was not sent")


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
                lenient = policy is Policy.PUBLIC and probe == "invalid-token"
                if lenient or policy in (Policy.EITHER, Policy.REQUIRED if name == "refused" else Policy.PUBLIC):
                    yield held(clause, f"{name} under {policy}", evidence, 1)
                else:
                    finding = ("status", promises[policy], received, probe)
                    yield breached(clause, f"{name} under {policy}", evidence, finding)
            for status in (199, 302, 403):
                lenient = policy is Policy.PUBLIC and probe == "invalid-token"
                finding = ("status", promises[Policy.EITHER if lenient else policy], str(status), probe)
                evidence = run({probe: error(status)}, policy=policy)
                yield breached(clause, f"{status} under {policy}", evidence, finding)
        yield breached(
            clause,
            "an empty 401",
            run({probe: raw("", status=401)}),
            ("", ERROR_BODY, "401 with an empty body", probe),
        )
        yield breached(
            clause,
            "a list that does not conform",
            run({probe: ok(A, A)}),
            (
                "/event_categories/1/id",
                "an id of its own",
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
        twice = run({"list": ok(A, A), probe: ok(A, A)})
        yield held(clause, "a list that breaks what the documented one breaks", twice, 1)
        empty = run({probe: raw('{"event_categories": []}')})
        yield idle(clause, "an empty list", empty, Reason.EMPTY_LIST)
        yield held(clause, "a list that breaks what only should be", run({probe: ok(B, {**A, "name": "A b"})}), 1)
        yield unknown(clause, "no answer", run({probe: SLOW}), "no answer in 10 s")
        yield idle(clause, "not sent", listed(), f"the {probe} request was not sent")

    clause = "auth.challenge"
    named = error(401, None, ("www-authenticate", "Bearer"))
    finding = ("header WWW-Authenticate", "a scheme, for example Bearer", "none")
    yield held(clause, "named", run({"anonymous": named, "invalid-token": named}), 2)
    for value in ("Bearer realm=x", ", Basic dGVzdA==", "Negotiate,Bearer", "A", "Digest  qop=auth"):
        answer = error(401, None, ("WWW-Authenticate", value))
        yield held(clause, value, run({"anonymous": answer, "invalid-token": answer}), 2)
    for value in ('realm="api"', "realm = x", ", realm=x", "a=", '"Bearer"', ",", "Bearer =x"):
        answer = error(401, None, ("WWW-Authenticate", value))
        parameter = (finding[0], finding[1], value, "anonymous")
        yield breached(clause, value, run({"anonymous": answer, "invalid-token": named}), parameter)
    both = error(401, None, ("WWW-Authenticate", "realm=x"), ("WWW-Authenticate", "Bearer"))
    yield held(clause, "a scheme in the second field", run({"anonymous": both, "invalid-token": both}), 2)
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
        reason="no answer in 10 s",
    )
    yield unknown(clause, "no answer", run({"anonymous": named, "invalid-token": SLOW}), "no answer in 10 s")
    yield unknown(clause, "the first is told", run({"anonymous": SLOW}), "no answer in 10 s")
    yield idle(clause, "public", run({"anonymous": ok(), "invalid-token": error(403)}), "nothing was answered 401")
    yield idle(clause, "not sent", run({"anonymous": named}), "the invalid-token request was not sent")


def errors() -> Iterator[Case]:
    clause = "error.body"
    expected = ERROR_BODY
    documented = (
        {"error": "no"},
        {"error": "no", "resource": "x"},
        {"errors": {"name": ["can't be blank", "is short"], "id": []}},
        {"errors": {}},
        {"errors": {}, "error": 0},
    )
    for body in documented:
        yield held(clause, json.dumps(body), run({"list": ok(), "xml": error(422, body)}), 1)
    probes = ("list", "repeat", "xml", "unknown-query", "anonymous", "invalid-token")
    yield held(clause, "all probes", run(dict.fromkeys(probes, error(400))), 6)
    yield held(
        clause, "others aside", run({"xml": error(404), "head": raw("", status=404), "post": raw("", status=405)}), 1
    )
    undocumented = (
        "[]",
        '"no"',
        "{}",
        '{"error": ""}',
        '{"error": null}',
        '{"error": {"message": "no"}}',
        '{"errors": []}',
        '{"errors": {"name": "no"}}',
        '{"errors": {"name": [1]}}',
        '{"error": "no", "error": "no"}',
    )
    for body in undocumented:
        finding = ("", expected, f"404 with application/json that begins {body}", "xml")
        yield breached(clause, body, run({"xml": raw(body, status=404)}), finding)
    page = Response(404, (("Content-Type", "text/html; charset=utf-8"),), b"<!doctype html>" + b"x" * 99)
    shown = "404 with text/html that begins <!doctype html>" + "x" * 45
    yield breached(clause, "a page", run({"xml": page}), ("", expected, shown, "xml"))
    untyped = ("", expected, "404 with a body without a media type that begins no", "xml")
    yield breached(clause, "untyped", run({"xml": Response(404, (), b"no")}), untyped)
    yield excused(clause, "an unknown path alone", run({"unknown-path": page}), "no GET of the collection was refused")
    for probe in probes:
        finding = ("", expected, "499 with an empty body", probe)
        yield breached(clause, f"of {probe}", run({probe: raw("", status=499)}), finding)
    yield unknown(
        clause, "no answer", run({"list": SLOW, "xml": Unavailable("503"), "repeat": error(404)}), "no answer in 10 s"
    )
    yield breached(
        clause,
        "an empty body behind no answer",
        run({"list": SLOW, "xml": raw("", status=404)}),
        ("", expected, "404 with an empty body", "xml"),
        reason="no answer in 10 s",
    )
    too_deep = run({"xml": Response(404, (TYPE,), DEEP.body)})
    yield unknown(clause, "too deep", too_deep, "the body nests deeper than the 200 levels that are judged")
    others = run({"list": ok(), "repeat": raw("", status=500), "anonymous": raw("", status=399)})
    yield excused(clause, "200, 399 and 500", others, "no GET of the collection was refused")
    for code in (408, 429):
        later = run({"list": ok(), "xml": raw("Retry later", status=code)})
        reason = f"the xml request was answered {code}: that is an intermediary, and not the API"
        yield unknown(clause, str(code), later, reason)
    yield idle(clause, "a file without a refusal", run({"list": ok()}, offline=True), Reason.BEYOND_FILE)


def rate_limit() -> Iterator[Case]:
    clause = "error.rate-limit"
    burst = "burst"
    plain = raw("Retry later", ("Content-Type", "Text/Plain; charset=utf-8"), status=429)
    yield held(clause, "429 in plain text", run({burst: plain}, burst=True, sent=61, seconds=2.0), 61)
    yield held(clause, "429 sooner", run({burst: plain}, burst=True, sent=4), 4)
    yield breached(
        clause,
        "429 in JSON",
        run({burst: error(429)}, burst=True, sent=61),
        ("header Content-Type", "text/plain", "application/json", burst),
    )
    yield breached(
        clause,
        "429 without a type",
        run({burst: Response(429, (), b"")}, burst=True, sent=61),
        ("header Content-Type", "text/plain", "none", burst),
    )
    never = ("status", "429 beyond 60 requests in a minute", "200 to request 61", burst)
    yield breached(clause, "no limit", run({burst: ok()}, burst=True, sent=61, seconds=60.0), never)
    yield breached(clause, "no limit within seconds", run({burst: ok()}, burst=True, sent=61, seconds=5.0), never)
    yield breached(
        clause,
        "429 in XML",
        run({burst: raw("", ("Content-Type", "text/xml"), status=429)}, burst=True),
        ("header Content-Type", "text/plain", "text/xml", burst),
    )
    failed = ("status", "429 beyond 60 requests in a minute", "500 to request 61", burst)
    yield breached(clause, "a server error", run({burst: error(500)}, burst=True, sent=61, seconds=5.0), failed)
    few = "only 60 requests in 5 s: the limit was not reached"
    yield unknown(clause, "too few", run({burst: ok()}, burst=True, sent=60, seconds=5.0), few)
    fewer = "only 11 requests in 5 s: the limit was not reached"
    yield unknown(clause, "far too few", run({burst: ok()}, burst=True, sent=11, seconds=5.0), fewer)
    slow = "only 121 requests in 61 s: the limit was not reached"
    yield unknown(clause, "too slow", run({burst: ok()}, burst=True, sent=121, seconds=61.0), slow)
    yield unknown(clause, "no answer", run({burst: SLOW}, burst=True), "no answer in 10 s")
    yield excused(clause, "not asked", listed(), "not asked for: --probe-rate-limit")
    yield idle(clause, "a file", run({burst: ok()}, burst=True, offline=True), Reason.BEYOND_FILE)
    yield idle(clause, "not sent", run(burst=True), "the burst request was not sent")
