"""Cases of the clauses http.* that compare or read bodies."""

import json
from collections.abc import Iterator

from cases import (
    DEEP,
    SLOW,
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
        """Both answers, in each of two observations: one difference is no proof."""
        observed = {"list": first, "repeat": second}
        return run(observed, again=observed)

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
    )
    yield breached(
        clause,
        "another root, in Python's eyes the same",
        twice(raw("[1]"), raw("[true]")),
        ("", "an object", "an array of 1", "repeat", "envelope.object"),
        ("", "an object or null", "an array of 1", "repeat", "client.go-readable"),
    )
    yield breached(
        clause,
        "the same other root",
        twice(raw("[1]"), raw("[1]")),
        ("", "an object", "an array of 1", "repeat", "envelope.object"),
        ("", "an object or null", "an array of 1", "repeat", "client.go-readable"),
    )
    for code in (199, 404):
        first = raw("", status=code)
        yield breached(
            clause, f"{code}, then 200", twice(first, ok()), ("status", f"{code}, as before", "200", "repeat")
        )
        same = ("status", "200", str(code), "repeat", "http.status")
        yield breached(clause, f"{code} twice", twice(first, first), same)
    where = ("/event_categories", "a body that is not JSON, as before", "an array of 2", "repeat")
    yield breached(clause, "a list, but not at first", twice(raw("x"), ok()), where)
    yield breached(
        clause,
        "one of four that differs",
        run({"list": ok(), "repeat": ok(A)}, again={"list": ok(), "repeat": [ok(), ok(), ok(A), ok()]}),
        ("/event_categories", known, f"not among them: {canonical(B)}", "repeat"),
    )
    yield held(
        clause,
        "a list that has changed in between",
        run({"list": ok(), "repeat": ok(A)}, again={"list": ok(A), "repeat": [ok(A)] * 4}),
        18,
    )
    proof = "one difference is no proof, and no second observation confirms it"
    told = f"repeat: /event_categories: not among them: {canonical(B)} (expected: {known})"
    differing = {"list": ok(), "repeat": ok(A)}
    yield unknown(clause, "one fewer, observed once", run(differing), f"{proof}: the target was observed once; {told}")
    yield unknown(
        clause,
        "one fewer, and no answer later",
        run(differing, again={"list": ok(), "repeat": [ok(), SLOW]}),
        f"{proof}: {SLOW}; {told}",
    )
    yield breached(
        clause,
        "one fewer twice, and no answer then",
        run(differing, again={"list": ok(), "repeat": [ok(A), SLOW]}),
        ("/event_categories", known, f"not among them: {canonical(B)}", "repeat"),
        reason=str(SLOW),
    )
    yield held(clause, "the same breaches", twice(ok({**A, "id": 7}, {}), ok({}, {**A, "id": 7})), 17)
    wrong = ("/event_categories/0/name", "a non-empty string", "7", "repeat", "category.name")
    unread = ("/event_categories/0/name", "a string or null", "7", "repeat", "client.go-readable")
    yield breached(clause, "a breach beyond", twice(ok({**A, "id": ""}), ok({**A, "id": "", "name": 7})), wrong, unread)
    yield unknown(clause, "too deep", twice(ok(), DEEP), "the body nests deeper than the 200 levels that are judged")
    yield idle(clause, "not sent", listed(), "the repeat request was not sent")


def json_only() -> Iterator[Case]:
    clause = "http.json-only"
    expected = "a 4xx with a documented error body, or the JSON list"

    def xml(response: Response, documented: Response | None = None) -> Evidence:
        return run({"list": documented or ok(), "xml": response})

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
    key, member = "/event_categories", "a member event_categories"
    yield breached(
        clause, "another object", xml(raw("{}")), (key, member, "nothing", "xml", "envelope.event-categories")
    )
    yield breached(
        clause,
        "no list",
        xml(raw('{"event_categories": {}}')),
        (key, "an array", "an object with 0 members", "xml", "envelope.event-categories"),
        (key, "null or a list of objects", "an object with 0 members", "xml", "client.go-readable"),
    )
    broken = {**A, "id": ""}
    finding = ("/event_categories/1/id", "a non-empty string", '""', "xml", "category.id")
    yield breached(clause, "a broken list", xml(ok(B, broken)), finding)
    yield breached(clause, "a broken list beside none", xml(ok(B, broken), error(404)), finding)
    yield held(clause, "a list that breaks what the documented one breaks", xml(ok(A, broken), ok(broken, broken)), 1)
    yield breached(clause, "a broken list beside an answer that did not come", run({"xml": ok(B, broken)}), finding)
    for code in (199, 201, 399, 500):
        finding = ("status", expected, f"{code} No", "xml")
        yield breached(clause, f"the list in a {code}", xml(Response(code, (TYPE,), ok().body, "No")), finding)
    yield unknown(clause, "too deep", xml(DEEP), "the body nests deeper than the 200 levels that are judged")
    yield idle(clause, "not sent", listed(), "the xml request was not sent")
