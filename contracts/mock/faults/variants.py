"""What keeps the contract and looks unusual: a suite that raises anything here raises false alarms."""

from dataclasses import replace
from typing import Any

from contracts.event_categories.clauses import KEY
from contracts.mock.faults.fault import (
    DOCUMENTED,
    REFUSED,
    Change,
    Fault,
    Scene,
    error,
    header,
    instead,
    on,
    same,
    variant,
)
from contracts.mock.faults.lists import LISTS
from contracts.mock.reply import Reply, Request, json_reply


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


_NOT_ACCEPTABLE = error(406, {"error": "only application/json is served"})
_LATER = Reply(429, b"Retry later", (("Content-Type", "text/plain"), ("Retry-After", "0")))
_DOWN = Reply(503, b"", (("Retry-After", "0"),))

VARIANTS: tuple[Fault, ...] = (
    *LISTS,
    variant("chunked", "Every body comes in chunks.", _every(chunked=True)),
    variant("gzipped", "Every body is compressed.", _every(gzipped=True)),
    variant("gzipped-and-chunked", "Every body is compressed and in chunks.", _every(gzipped=True, chunked=True)),
    variant("http-1.0", "The server speaks HTTP/1.0.", _every(version="1.0")),
    variant(
        "closed-by-the-server", "The end of a body is the end of the connection.", _every(version="1.0", framed=False)
    ),
    variant("closing", "The server closes after every answer.", _with("Connection", "close")),
    variant("no-reason-phrase", "The status line has no words.", _every(reason="")),
    variant("header-case", "Header names are in capitals.", _respelled),
    variant("more-headers", "There are headers that nobody documented.", _with("X-Request-Id", "7c1f")),
    variant("no-charset", "The media type has no charset.", _with("Content-Type", "application/json")),
    variant(
        "charset-quoted",
        "The charset is quoted and in capitals.",
        _with("Content-Type", 'Application/JSON;charset="UTF-8"'),
    ),
    variant(
        "charset-and-more",
        "The media type has another parameter.",
        on(DOCUMENTED, header("Content-Type", "application/json; charset=utf-8; version=1")),
    ),
    variant("xml-406", "Asked for XML, the server refuses.", instead(["xml"], _NOT_ACCEPTABLE)),
    variant(
        "xml-415-errors",
        "Asked for XML, the server names the field.",
        instead(["xml"], error(415, {"errors": {"accept": ["is not JSON"]}})),
    ),
    variant("throttled-once", "The first request is answered 429, the next is not.", _once(_LATER)),
    variant("down-once", "The first request is answered 503, the next is not.", _once(_DOWN)),
    variant("public", "The list asks for no credentials.", same, Scene(public=True)),
    variant(
        "public-as-required", "The policy says public, and the list is.", same, Scene(public=True, policy="public")
    ),
    variant(
        "refused-as-required", "The policy asks for credentials, and so does the list.", same, Scene(policy="required")
    ),
    variant(
        "error-with-more",
        "Errors have more members.",
        on(REFUSED, lambda r: replace(r, body=b'{"error": "no", "code": 7}')),
    ),
    variant(
        "errors-by-field",
        "Errors name fields.",
        on(REFUSED, lambda r: replace(r, body=b'{"errors": {"token": ["is invalid"]}}')),
    ),
    variant(
        "error-as-text-json",
        "Errors have a media type of their own.",
        on(REFUSED, header("Content-Type", "application/problem+json")),
    ),
    variant(
        "challenge-with-realm",
        "The challenge has parameters.",
        on(REFUSED, header("WWW-Authenticate", 'Bearer realm="api"')),
    ),
    variant("live", "The target is a live one, whose port 80 is closed.", same, Scene(tls="trusted")),
    variant(
        "live-redirecting",
        "Port 80 of a live target redirects to https.",
        same,
        Scene(tls="trusted", twin=lambda _, __: Reply(301, b"", (("Location", "https://api.contracts.test/"),))),
    ),
    variant("live-refusing", "Port 80 of a live target asks for credentials.", same, Scene(tls="trusted", twin=same)),
    variant(
        "live-elsewhere",
        "Port 80 of a live target shows a page.",
        same,
        Scene(tls="trusted", twin=lambda _, __: Reply(200, b"<p>Hello", (("Content-Type", "text/html"),))),
    ),
    variant("limited", "Beyond 60 requests a minute 429 is answered in plain text.", same, Scene(burst=True)),
)

#: Answers that hold nothing: no clause about categories may be called held by them.
NULL_RESPONDERS: tuple[Fault, ...] = tuple(
    variant(f"null-{name}", sentence, lambda _, __, reply=reply: reply)  # type: ignore[misc]
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
