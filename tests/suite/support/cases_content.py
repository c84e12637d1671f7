"""Cases of the clauses http.* that compare or read bodies."""

import json
from collections.abc import Iterator

from cases import (
    DEEP,
    TYPE,
    XML,
    A,
    B,
    Case,
    breached,
    error,
    held,
    idle,
    listed,
    ok,
    raw,
    run,
    unknown,
)

from contracts.core.exchange import Response
from contracts.judging.evidence import Evidence
from contracts.judging.values import canonical


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
        ("/event_categories/1/display_name", f'"{B["display_name"]}", as before', '"b"', "repeat"),
    )
    yield breached(
        clause,
        "one fewer",
        twice(ok(), ok(A)),
        ("/event_categories", known, f"not among them: {canonical(B)}", "repeat"),
    )
    yield breached(clause, "one more", twice(ok(A), ok(A, B)), ("/event_categories/1", one, canonical(B), "repeat"))
    long = "b" * 999
    yield breached(
        clause,
        "long members are shortened",
        twice(ok(A, B), ok(A, {**B, "display_name": long})),
        (
            "/event_categories/1/display_name",
            f'"{B["display_name"]}", as before',
            f'"{long[:100]}… (999 characters)"',
            "repeat",
        ),
    )
    yield breached(
        clause,
        "a member that went",
        twice(ok(A, {**B, "x": 1}), ok({k: v for k, v in B.items() if k != "name"}, A)),
        ("/event_categories/0/name", "a member name", "nothing", "repeat", "category.required"),
        ("/event_categories/0/name", f'"{B["name"]}", as before', "nothing", "repeat"),
    )
    yield held(clause, "another additional member, which is a note", twice(ok(A, B), ok(A, {**B, "x": 1})), 18)
    yield held(clause, "an additional member beside, which is a note", twice(ok(A, B), ok(B, A, at=[])), 18)
    yield breached(
        clause,
        "a second answer that does not conform",
        twice(ok(A), ok({**A, "id": 7})),
        ("/event_categories/0/id", "a non-empty string", "7", "repeat", "category.id"),
        ("/event_categories/0/id", "a string or null", "7", "repeat", "client.go-readable"),
        ("/event_categories/0", one, canonical({**A, "id": 7}), "repeat"),
        ("/event_categories", known, f"not among them: {canonical(A)}", "repeat"),
    )
    for code in (199, 404):
        finding = ("status", "200", str(code), "repeat", "http.status")
        yield breached(clause, f"a second status, {code}", twice(ok(), raw("", status=code)), finding)
    one_less = ("/event_categories", known, f"not among them: {canonical(A)}", "repeat")
    yield breached(clause, "one of two alike", twice(ok(A, A), ok(A)), one_less)
    yield breached(
        clause,
        "another root",
        twice(ok(A), raw("[true]")),
        ("", "an object", "an array of 1", "repeat", "envelope.object"),
        ("", "an object or null", "an array of 1", "repeat", "client.go-readable"),
        ("", "an object with 1 member, as before", "an array of 1, another one", "repeat"),
    )
    yield breached(
        clause,
        "another root, in Python's eyes the same",
        twice(raw("[1]"), raw("[true]")),
        ("", "an object", "an array of 1", "repeat", "envelope.object"),
        ("", "an object or null", "an array of 1", "repeat", "client.go-readable"),
        ("", "an array of 1, as before", "an array of 1, another one", "repeat"),
    )
    yield breached(
        clause,
        "the same other root",
        twice(raw("[1]"), raw("[1]")),
        ("", "an object", "an array of 1", "repeat", "envelope.object"),
        ("", "an object or null", "an array of 1", "repeat", "client.go-readable"),
    )
    yield idle(clause, "a first answer of 404", twice(error(404), ok()), "the first answer has status 404")
    yield idle(clause, "a first answer of 199", twice(raw("", status=199), ok()), "the first answer has status 199")
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
    twice = raw("", ("Content-Type", "application/json"), ("Content-Type", "application/xml"))
    both = ("header Content-Type", "no XML", "application/json, application/xml", "xml")
    yield breached(clause, "XML as the second media type", xml(twice), both)
    for start in (b"<?xml version='1.0'?>", b"\xef\xbb\xbf \n<?xml "):
        found = ("header Content-Type", "no XML", "a body of XML", "xml")
        yield breached(clause, f"XML in disguise, {start!r}", xml(Response(200, (), start)), found)
    yield breached(
        clause,
        "an undocumented error",
        xml(raw("no", status=406)),
        ("", expected, "406 with application/json that begins no", "xml"),
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
    early = ("", expected, "199 with an object with 1 member", "xml")
    yield breached(clause, "the list in a 199", xml(raw(ok().body, status=199)), early)
    for code in (399, 500):
        finding = ("", expected, f"{code} with an object with 1 member", "xml")
        yield breached(clause, str(code), xml(error(code)), finding)
    yield unknown(clause, "too deep", xml(DEEP), "the body nests deeper than the 200 levels that are judged")
    yield idle(clause, "not sent", listed(), "the xml request was not sent")
