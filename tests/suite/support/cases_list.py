"""Cases of the clauses list.* and client.*: the categories side by side, and what the clients need."""

from collections.abc import Iterator

from cases import (
    TYPE,
    A,
    B,
    Case,
    answered,
    breached,
    held,
    idle,
    listed,
    ok,
    raw,
)
from cases_body import nothing_to_judge

from contracts.core.exchange import Response
from contracts.judging.values import describe


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
            f"a{'n' * (member == 'id')} {member} of its own",
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
                    f"a{'n' * (member == 'id')} {member} of its own",
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
        ("/ids/0", "an object or null", '"a"'),
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
                ("2/NAME", "NAME"),
                ("2/Id", "Id"),
                ("3/po\u017fition", "po\u017fition"),
            )
        ),
    )
    yield idle(clause, "an empty object", answered(raw("{}")), "the answer holds nothing to judge it on")
    yield held(clause, "null as the root", answered(raw("null")), 1)
    for root, shown in (("[]", "an array of 0"), ('"x"', '"x"'), ("7", "7"), ("true", "true")):
        yield breached(clause, f"{root} as the root", answered(raw(root)), ("", "an object or null", shown))
    yield breached(
        clause,
        "a byte order mark",
        answered(Response(200, (TYPE,), b'\xef\xbb\xbf{"event_categories": [{}]}')),
        ("byte 0", "no byte order mark", "EF BB BF, the byte order mark of UTF-8"),
    )
    for text, where, expected, shown in (
        (
            '{"event_categories": {}, "event_categories": [{}]}',
            "",
            "null or a list of objects",
            "an object with 0 members",
        ),
        ('{"event_categories": [{"id": 7, "id": "a"}]}', "/0/id", "a string or null", "7"),
        ('{"event_categories": [{"position": 1.0, "position": 1}]}', "/0/position", int64, "1.0"),
        (
            '{"event_categories": [{"name": []}], "event_categories": [{}]}',
            "/0/name",
            "a string or null",
            "an array of 0",
        ),
        ('{"event_categories": [{"a": 1, "id": true, "id": null}]}', "/0/id", "a string or null", "true"),
    ):
        yield breached(clause, text, answered(raw(text)), (f"/event_categories{where}", expected, shown))
    replaced = '{"event_categories": [{"id": "a", "id": null}], "x": [], "x": null, "event_categories": null}'
    yield held(clause, "replaced values that can be read", answered(raw(replaced)), 4)
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
