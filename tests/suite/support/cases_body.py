"""Cases of the clauses json.*, envelope.* and category.*: the body, from its bytes to each category."""

import json
from collections.abc import Iterator
from typing import Any

from cases import (
    DEEP,
    A,
    B,
    Case,
    answered,
    breached,
    error,
    held,
    idle,
    listed,
    raw,
    unknown,
)

from contracts.core.errors import Reason
from contracts.judging.values import describe


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
        clause,
        "ISO 8859-1",
        answered(raw(b'["\xe9"]')),
        ("byte 2", "UTF-8", "E9 22 5D, which is no character in UTF-8"),
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
        ("byte 0", "exactly one JSON text", "the end of the body, where a value is expected"),
    )
    yield breached(
        clause,
        "NaN behind a mark",
        answered(raw(b"\xef\xbb\xbf[NaN]")),
        ("byte 4", "exactly one JSON text", "'NaN]', and NaN is no JSON number"),
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
    yield idle(clause, "an empty list", answered(raw('{"event_categories": []}')), Reason.EMPTY_LIST)
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
