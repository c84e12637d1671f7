"""What keeps the contract and looks unusual: a suite that raises anything here raises false alarms."""

import json
from dataclasses import replace
from typing import Any
from uuid import UUID

from contracts.event_categories.clauses import KEY
from contracts.mock.faults.fault import (
    DOCUMENTED,
    REFUSED,
    Change,
    Fault,
    Scene,
    body,
    elements,
    error,
    fault,
    header,
    instead,
    literal,
    on,
    same,
    value,
)
from contracts.mock.reply import Reply, Request, json_reply
from contracts.mock.server import generated


def _every(**changes: Any) -> Change:
    return lambda _, reply: replace(reply, **changes)


def _with(name: str, text: str) -> Change:
    return lambda _, reply: reply.with_header(name, text)


def _once(failure: Reply) -> Change:
    def change(request: Request, reply: Reply) -> Reply:
        return failure if request.kind == "list" and request.times == 0 else reply

    return change


def _respelled(_: Request, reply: Reply) -> Reply:
    return replace(reply, headers=tuple((name.upper(), text) for name, text in reply.headers))


def _pretty(content: bytes) -> bytes:
    return json.dumps(json.loads(content), indent=4).encode()


def _tabbed(content: bytes) -> bytes:
    return content.replace(b": ", b" :\t").replace(b", ", b"\r\n,  ")


def _each(**members: Any) -> Change:
    return elements(lambda items: [{**item, **members} for item in items])


def _changed(name: str, make: Any) -> Change:
    return elements(lambda items: [{**item, name: make(index, item)} for index, item in enumerate(items)])


def _camel(_: int, item: dict[str, str]) -> str:
    first, *rest = item["name"].split("_")
    return first + "".join(word.capitalize() for word in rest)


_NOT_ACCEPTABLE = error(406, {"error": "only application/json is served"})
_LATER = Reply(429, b"Retry later", (("Content-Type", "text/plain"), ("Retry-After", "0")))
_DOWN = Reply(503, b"", (("Retry-After", "0"),))

VARIANTS: tuple[Fault, ...] = tuple(
    fault(name, sentence, (), change, scene)
    for name, sentence, change, scene in (
        ("as-documented", "The two documented categories.", value(lambda _: {KEY: generated(2)}), Scene()),
        ("chunked", "Every body comes in chunks.", _every(chunked=True), Scene()),
        ("gzipped", "Every body is compressed.", _every(gzipped=True), Scene()),
        ("gzipped-and-chunked", "Every body is compressed and in chunks.", _every(gzipped=True, chunked=True), Scene()),
        ("http-1.0", "The server speaks HTTP/1.0.", _every(version="1.0"), Scene()),
        ("closed-by-the-server", "The end of a body is the end of the connection.", _every(version="1.0", framed=False), Scene()),
        ("closing", "The server closes after every answer.", _with("Connection", "close"), Scene()),
        ("no-reason-phrase", "The status line has no words.", _every(reason=""), Scene()),
        ("header-case", "Header names are in capitals.", _respelled, Scene()),
        ("more-headers", "There are headers that nobody documented.", _with("X-Request-Id", "7c1f"), Scene()),
        ("no-charset", "The media type has no charset.", _with("Content-Type", "application/json"), Scene()),
        ("charset-quoted", "The charset is quoted and in capitals.", _with("Content-Type", 'Application/JSON;charset="UTF-8"'), Scene()),
        ("charset-and-more", "The media type has another parameter.", on(DOCUMENTED, header("Content-Type", "application/json; charset=utf-8; version=1")), Scene()),
        ("xml-406", "Asked for XML, the server refuses.", instead(["xml"], _NOT_ACCEPTABLE), Scene()),
        ("xml-415-errors", "Asked for XML, the server names the field.", instead(["xml"], error(415, {"errors": {"accept": ["is not JSON"]}})), Scene()),
        ("throttled-once", "The first request is answered 429, the next is not.", _once(_LATER), Scene()),
        ("down-once", "The first request is answered 503, the next is not.", _once(_DOWN), Scene()),
        ("public", "The list asks for no credentials.", same, Scene(public=True)),
        ("public-as-required", "The policy says public, and the list is.", same, Scene(public=True, policy="public")),
        ("refused-as-required", "The policy asks for credentials, and so does the list.", same, Scene(policy="required")),
        ("error-with-more", "Errors have more members.", on(REFUSED, lambda r: replace(r, body=b'{"error": "no", "code": 7}')), Scene()),
        ("errors-by-field", "Errors name fields.", on(REFUSED, lambda r: replace(r, body=b'{"errors": {"token": ["is invalid"]}}')), Scene()),
        ("error-as-text-json", "Errors have a media type of their own.", on(REFUSED, header("Content-Type", "application/problem+json")), Scene()),
        ("challenge-with-realm", "The challenge has parameters.", on(REFUSED, header("WWW-Authenticate", 'Bearer realm="api"')), Scene()),
        ("pretty", "The body is indented.", body(_pretty), Scene()),
        ("tabbed", "There is white space of every kind between tokens.", body(_tabbed), Scene()),
        ("surrounded", "White space stands before and behind the body.", body(lambda b: b"\r\n\t " + b + b"\n\n"), Scene()),
        ("escaped", "Every letter of a name is escaped.", literal('"Addons"', r'"\u0041dd\u006fns"'), Scene()),
        ("escaped-pair", "A character beyond the first plane is escaped as a pair.", literal('"Addons"', r'"Addons \ud83d\ude00"'), Scene()),
        ("unicode", "Display names are in many scripts.", body(lambda b: b.replace(b"Addons", "Модули 模块 🧩 é".encode())), Scene()),
        ("long-display-name", "A display name is very long.", literal('"Addons"', f'"{"A" * 5000}"'), Scene()),
        ("members-shuffled", "The members come in another order.", elements(lambda e: [dict(reversed(i.items())) for i in e]), Scene()),
        ("members-added", "Categories have more members.", _each(color="#fff", icon=None, nested={"a": [1, {"b": 1.5}]}), Scene()),
        ("null-beside", "A null stands beside the list.", value(lambda root: {**root, "meta": None}), Scene()),
        ("objects-beside", "Another list of objects stands beside the list.", value(lambda root: {"event_types": [{"id": "1"}], **root}), Scene()),
        ("empty-beside", "An empty list stands beside the list.", value(lambda root: {**root, "errors": []}), Scene()),
        ("single", "There is one category.", value(lambda _: {KEY: generated(1)}), Scene()),
        ("two-thousand", "There are two thousand categories.", value(lambda _: {KEY: generated(2000)}), Scene()),
        ("sparse", "Positions are negative and have gaps.", _changed("position", lambda i, _: i * 10 - 5), Scene()),
        ("extreme", "Positions reach to what JavaScript knows exactly.", _changed("position", lambda i, _: (i - 11) * 10 if i < 11 else 2**53 - 1), Scene()),
        ("lowest", "The first position is the lowest that JavaScript knows exactly.", _changed("position", lambda i, _: i if i else -(2**53) + 1), Scene()),
        ("uuids", "Ids are UUIDs.", _changed("id", lambda i, _: str(UUID(int=i))), Scene()),
        ("numeric-ids", "Ids are strings of digits.", _changed("id", lambda i, _: str(i)), Scene()),
        ("ids-by-case", "Ids differ by letter case alone.", elements(lambda e: [{**i, "id": x} for i, x in zip(e, "aAbBcCdDeEfF", strict=True)]), Scene()),
        ("camel-case", "Names are in camelCase.", _changed("name", _camel), Scene()),
        ("display-names-shared", "All display names are the same.", _each(display_name="Category"), Scene()),
        ("live", "The target is a live one, whose port 80 is closed.", same, Scene(tls="trusted")),
        ("live-redirecting", "Port 80 of a live target redirects to https.", same, Scene(tls="trusted", twin=lambda _, __: Reply(301, b"", (("Location", "https://api.contracts.test/"),)))),
        ("live-refusing", "Port 80 of a live target asks for credentials.", same, Scene(tls="trusted", twin=same)),
        ("live-elsewhere", "Port 80 of a live target shows a page.", same, Scene(tls="trusted", twin=lambda _, __: Reply(200, b"<p>Hello", (("Content-Type", "text/html"),)))),
        ("limited", "Beyond 60 requests a minute 429 is answered in plain text.", same, Scene(burst=True)),
    )
)  # fmt: skip

#: Answers that hold nothing: no clause about categories may be called held by them.
NULL_RESPONDERS: tuple[Fault, ...] = tuple(
    fault(f"null-{name}", sentence, (), lambda _, __, reply=reply: reply)  # type: ignore[misc]
    for name, sentence, reply in (
        ("object", "Everything is answered {}.", json_reply({})),
        ("array", "Everything is answered [].", json_reply([])),
        ("list", "Everything is answered with an empty list.", json_reply({KEY: []})),
        (
            "body",
            "Everything is answered with an empty body.",
            Reply(200, b"", (("Content-Type", "application/json"),)),
        ),
        ("connection", "Every connection is accepted and closed.", Reply(200, raw=b"")),
        ("204", "Everything is answered without content.", Reply(204)),
    )
)
