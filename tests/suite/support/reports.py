"""Reports to render: hand-made evidence, judged by the real checks, without any network."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from subject import CONTRACT

from contracts.core.contract import Source
from contracts.core.errors import TooSlow
from contracts.core.exchange import Attempt, Exchange, Headers, Request, Response
from contracts.core.report import Identity, Outcome, Report, RequestCounts, Scope, StaleDeviation, State
from contracts.formats import result
from contracts.judging.evidence import Evidence
from contracts.judging.judge import report_of
from contracts.judging.strict_json import value_of
from contracts.resources import contract_of

URL = "https://api.osc-fr1.scalingo.com/v1/event_categories"
CATEGORIES: list[dict[str, Any]] = [
    {"id": "5982f139d48c360021b1eb44", "name": "app_operations", "display_name": "App operations", "position": 1},
    {"id": "5982f139d48c360021b1eb45", "name": "addons", "display_name": "Addons", "position": 2},
    {"id": "5982f139d48c360021b1eb46", "name": "collaborators", "display_name": "Collaborators", "position": 3},
    {"id": "5982f139d48c360021b1eb47", "name": "domains", "display_name": "Domains", "position": 4},
]
JSON: Headers = (
    ("Date", "Mon, 23 Nov 2026 09:00:00 GMT"),
    ("Content-Type", "application/json; charset=utf-8"),
    ("Cache-Control", "max-age=0, private, must-revalidate"),
    ("X-Request-Id", "0f0c7a52-5b1e-4d8e-9a39-1e6c7d1a2f10"),
)
CHALLENGE = ("WWW-Authenticate", "Bearer")
_BODY_OF_404 = b'{"error": "not found", "resource": "EventCategory"}'
_BODY_OF_401 = b'{"error": "you are not authorized"}'


def categories(count: int) -> list[dict[str, Any]]:
    """Return a conforming list of any length."""
    return [
        {"id": f"{number:024x}", "name": f"category_{number}", "display_name": f"Category {number}", "position": number}
        for number in range(1, count + 1)
    ]


def body_of(elements: Iterable[object]) -> bytes:
    """Return the body that lists the elements."""
    return json.dumps({"event_categories": list(elements)}, indent=2).encode()


def request(method: str = "GET", *, below: str = "", authorization: str = "Bearer $BEARER_TOKEN") -> Request:
    """Return a request as the suite sends it, masked."""
    headers = [("Accept", "application/json"), ("Content-Type", "application/json"), ("Accept-Encoding", "gzip")]
    if authorization:
        headers.append(("Authorization", authorization))
    return Request(method, URL + below, tuple(headers))


def exchanges(
    elements: Iterable[object] | bytes = tuple(CATEGORIES), replaced: Mapping[str, Exchange] | None = None
) -> tuple[Exchange, ...]:
    """Return the exchanges of a run whose list holds the elements; some probes may be replaced."""
    body = elements if isinstance(elements, bytes) else body_of(elements)
    listed = Response(200, JSON, body, "OK")
    missing = Response(404, JSON, _BODY_OF_404, "Not Found")
    refused = Response(401, (*JSON, CHALLENGE), _BODY_OF_401, "Unauthorized")
    xml = (("Accept", "application/xml"), *request().headers[1:])
    usual = (
        Exchange("list", request(), listed, seconds=0.184),
        Exchange("repeat", request(), listed, seconds=0.061),
        Exchange("head", request("HEAD"), replace(listed, body=b""), seconds=0.058),
        Exchange("xml", replace(request(), headers=xml), listed, seconds=0.06, attempts=(Attempt("503", 1.0),)),
        Exchange("unknown-path", request(below="/no-such-category"), missing, seconds=0.055),
        Exchange("unknown-query", request(below="?contract_suite_parameter=1"), listed, seconds=0.059),
        Exchange("anonymous", request(authorization=""), refused, seconds=0.05),
        Exchange("invalid-token", request(authorization="Bearer made-up"), refused, seconds=0.051),
    )
    return tuple((replaced or {}).get(exchange.probe, exchange) for exchange in usual)


def judged(these: tuple[Exchange, ...], **fields: Any) -> Report:
    """Return the report on the exchanges, as a run would make it."""
    evidence = Evidence(URL, these, Scope(live=True), CONTRACT)
    usual: dict[str, Any] = {
        "suite": "0.1.0",
        "settings": {
            "target": (URL, "argument"),
            "auth": ("either", "default"),
            "timeout": ("10.0", "environment CONTRACTS_TIMEOUT"),
            "credentials": ("BEARER_TOKEN", "environment"),
        },
        "requests": RequestCounts(planned=8, sent=9, retries=1, limit=24),
        "started": "2026-11-23T09:00:00Z",
        "seconds": 1.62,
    }
    return replace(report_of(evidence), **{**usual, **fields})


def conforming(**fields: Any) -> Report:
    """Return a report in which every MUST clause held."""
    return judged(exchanges(), **fields)


#: What a real endpoint could get wrong: a position as text, two categories with one position, the order, a name.
BROKEN: list[Any] = [
    CATEGORIES[0],
    {**CATEGORIES[2], "position": 3, "name": "Collaborators Team"},
    {**CATEGORIES[1], "position": "2"},
    {**CATEGORIES[3], "position": 3},
    {"id": "5982f139d48c360021b1eb48", "name": "notifiers", "position": 2, "colour": "#00a"},
]


def violating(**fields: Any) -> Report:
    """Return a report with breaches of several clauses, warnings, and a request that got no answer."""
    html = Response(404, (("Content-Type", "text/html"),), b"<h1>Not \xff found</h1>", "Not Found")
    late = TooSlow("GET " + URL + ": the answer did not come in time")
    replaced = {
        "unknown-path": Exchange("unknown-path", request(below="/no-such-category"), html, seconds=0.05),
        "invalid-token": Exchange("invalid-token", request(authorization="Bearer made-up"), failure=late, seconds=10.0),
    }
    return judged(exchanges(BROKEN, replaced), **fields)


def reread(text: str) -> Report:
    """Return the report that a rendered text holds, read as whoever was handed it reads it."""
    return result.read(value_of(text.encode("utf-8", "surrogatepass"), "the report"), contract_of)


def har_of(text: str) -> Any:
    """Return what a HAR holds, decoded as whoever reads it does."""
    return value_of(text.encode("utf-8", "surrogatepass"), "the HAR", may_be_odd=lambda _: True)


def waived(report: Report, clause: str, reason: str) -> Report:
    """Return the report with a breached clause waived."""
    changed = tuple(
        replace(outcome, state=State.WAIVED, reason=reason) if outcome.clause.id == clause else outcome
        for outcome in report.outcomes
    )
    return replace(report, outcomes=changed)


def inconclusive(**fields: Any) -> Report:
    """Return a report on a target that lists nothing."""
    return judged(exchanges([]), **fields)


def unreachable(**fields: Any) -> Report:
    """Return a report on a target that never answered."""
    failure = TooSlow("the run has used up its 90 s (--deadline)")
    return judged(tuple(replace(e, response=None, failure=failure) for e in exchanges()), **fields)


def outcome_of(report: Report, clause: str) -> Outcome:
    """Return the outcome of a clause."""
    return next(outcome for outcome in report.outcomes if outcome.clause.id == clause)


HOSTILE = (
    "<script>alert(1)</script><img src=x onerror=alert(2)>]]> -->\u202egnp.exe\u2066 `|` @everyone \x00\x1b[31m\x07"
    " ${IFS} $(touch /tmp/x) 'quoted' \"double\" %0A::error::x\n::error::y {{ 7*7 }} {% x %} \u2028 \ud800 \ufffe"
)


#: A source whose link would run something.
CLICK = Source("click", "javascript:alert(1)")


def hostile() -> Report:
    """Return a report on a target that puts traps for every format into names, headers and errors."""
    elements: list[Any] = [
        {"id": HOSTILE, "name": HOSTILE, "display_name": HOSTILE, "position": HOSTILE, HOSTILE: HOSTILE},
        {"id": "long", "name": "n" * 200_000, "display_name": "<b>" * 70_000, "position": 2},
        {"id": "long", "name": "javascript:alert(1)", "display_name": "\u202e" * 5, "position": 2},
        HOSTILE,
    ]
    wire = HOSTILE.encode("utf-8", "replace").decode("latin-1")
    headers = (("Content-Type", f"text/html; {wire}"), (wire, wire), ("X-Long", "h" * 100_000))
    answer = Response(404, headers, wire.encode("latin-1"), wire, notes=(wire,))
    path = Exchange("unknown-path", request(below="/no-such-category"), answer, seconds=0.05, observation=2)
    broken = Exchange("anonymous", request(authorization=""), failure=TooSlow(f"no answer: {wire}"), seconds=10.0)
    return judged(exchanges(elements, {"unknown-path": path, "anonymous": broken}), notes=(HOSTILE,))


def doctored() -> Report:
    """Return a report as somebody could hand it over: traps also in what the suite itself would write."""
    report = hostile()
    traps = Source(HOSTILE, f"https://x.invalid/{HOSTILE}")
    changed = [
        replace(o.clause, asks=HOSTILE, why=HOSTILE, breach=HOSTILE, probes=(HOSTILE,), sources=(traps, CLICK))
        for o in report.outcomes
    ]
    return replace(
        report,
        suite=HOSTILE,
        digest=HOSTILE,
        target=HOSTILE,
        started=HOSTILE,
        stale=(StaleDeviation(1, HOSTILE, HOSTILE),),
        narrowed=(HOSTILE,),
        settings={HOSTILE: (HOSTILE, HOSTILE)},
        implementation=HOSTILE,
        identity=Identity(HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE, f"https://x.invalid/{HOSTILE}"),
        outcomes=tuple(
            replace(outcome, clause=clause, reason=HOSTILE, notes=(HOSTILE,))
            for outcome, clause in zip(report.outcomes, changed, strict=True)
        ),
        exchanges=tuple(replace(e, request=Request(HOSTILE, HOSTILE, ((HOSTILE, HOSTILE),))) for e in report.exchanges),
    )
