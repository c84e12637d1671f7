"""What keeps the contract and looks unusual: a suite that raises anything here raises false alarms."""

import json
from dataclasses import replace
from typing import Any

from contracts.core.clause import LIST
from contracts.core.policy import Policy
from contracts.global_information.clauses import UNSAFE
from contracts.mock.faults.fault import (
    DOCUMENTED,
    REFUSED,
    Fault,
    Scenario,
    body,
    elements,
    error,
    header,
    instead,
    listed,
    on,
    same,
    second,
    value,
    variant,
    wholly,
)
from contracts.mock.faults.lists import LISTS
from contracts.mock.reply import Change, Received, Reply, json_reply


def _every(**changes: Any) -> Change:
    return lambda _, reply: replace(reply, **changes)


def _with(name: str, text: str) -> Change:
    return lambda _, reply: reply.with_header(name, text)


def _once(failure: Reply) -> Change:
    def change(received: Received, reply: Reply) -> Reply:
        return failure if received.probe == LIST and received.times == 0 else reply

    return change


def _once_each(failure: Reply) -> Change:
    def change(received: Received, reply: Reply) -> Reply:
        return failure if received.method in ("GET", "HEAD") and received.times == 0 else reply

    return change


def _hinted(received: Received, reply: Reply) -> Reply:
    hint = b"HTTP/1.1 103 Early Hints\r\nLink: </v1>; rel=preload\r\n\r\n"
    return replace(reply, raw=hint + reply.wire(received.method))


def _signed(received: Received, reply: Reply) -> Reply:
    stamp = f"{received.probe}-{received.times}"
    signed = elements(lambda all_: [{**category, "icon": f"https://icons.example/?{stamp}"} for category in all_])
    return value(lambda root, _: {**root, "meta": [{"name": stamp}]})(received, signed(received, reply))


def _extended(received: Received, reply: Reply) -> Reply:
    head, _, _ = replace(reply, chunked=True).wire("HEAD").partition(b"\r\n\r\n")
    pieces = [reply.body[start : start + 16] for start in range(0, len(reply.body), 16)]
    chunks = b"".join(b'00%X;note="a;b"\r\n%s\r\n' % (len(piece), piece) for piece in pieces)
    content = b"" if received.method == "HEAD" else chunks + b"0\r\nExpires: 0\r\n\r\n"
    return replace(reply, raw=head + b"\r\n\r\n" + content)


def _surrounded(_: Received, reply: Reply) -> Reply:
    return replace(reply, headers=tuple((name, f" \t {text}  ") for name, text in reply.headers))


def _respelled(_: Received, reply: Reply) -> Reply:
    return replace(reply, headers=tuple((name.upper(), text) for name, text in reply.headers))


_NOT_ACCEPTABLE = error(406, {"error": "only application/json is served"})
_LATER = Reply(429, b"Retry later", (("Content-Type", "text/plain"), ("Retry-After", "0")))
_GONE = Reply(200, raw=b"")
_MORE_HEADERS = (
    ("Date", "Mon, 23 Nov 2026 14:05:37 GMT"),
    ("Server", "balancer"),
    ("Vary", "Accept"),
    ("Vary", "Origin"),
    ("Set-Cookie", "a=1"),
    ("Set-Cookie", "b=2"),
    ("X-Request-Id", "7c1f"),
)
_MOVED = Reply(301, b"", (("Location", "https://api.contracts.test/"),))
_UPGRADE = Reply(426, b"", (("Upgrade", "TLS/1.2"),))
_PAGE = Reply(200, b"<p>Hello", (("Content-Type", "text/html"),))
_DOWN = Reply(503, b"", (("Retry-After", "0"),))

VARIANTS: tuple[Fault, ...] = (
    *LISTS,
    variant("with-length", "Every body comes with its length.", _every(chunked=False)),
    variant("gzipped", "Every body is compressed.", _every(gzipped=True, chunked=False)),
    variant("gzipped-and-chunked", "Every body is compressed and in chunks.", _every(gzipped=True, chunked=True)),
    variant("chunk-extensions", "Chunks are tiny, and have extensions and a trailer.", _extended),
    variant("early-hints", "An interim answer comes before the answer.", _hinted),
    variant("http-1.0", "The server speaks HTTP/1.0.", _every(version="1.0")),
    variant(
        "closed-by-the-server", "The end of a body is the end of the connection.", _every(version="1.0", framed=False)
    ),
    variant("closing", "The server closes after every answer.", _with("Connection", "close")),
    variant("no-reason-phrase", "The status line has no words.", _every(reason="")),
    variant("header-case", "Header names are in capitals.", _respelled),
    variant(
        "more-headers",
        "There are headers that nobody documented, some of them twice.",
        lambda _, reply: replace(reply, headers=(*reply.headers, *_MORE_HEADERS)),
    ),
    variant("header-blanks", "White space surrounds the values of the header.", _surrounded),
    variant(
        "head-without-length",
        "HEAD does not tell the length.",
        on(["head"], lambda r: replace(r, framed=False, chunked=False)),
    ),
    variant("head-no-type", "HEAD has no Content-Type.", on(["head"], header("Content-Type", None))),
    variant(
        "head-without-charset",
        "HEAD gives the media type without its charset.",
        on(["head"], header("Content-Type", "application/json")),
    ),
    variant(
        "head-spelled-otherwise",
        "HEAD gives the same Content-Type in other letters.",
        on(["head"], header("Content-Type", 'APPLICATION/json;charset="UTF-8"')),
    ),
    variant(
        "second-answer-formatted-otherwise",
        "Every second answer has the same members in another order and form.",
        second(body(lambda content: json.dumps(json.loads(content), sort_keys=True, indent=1).encode())),
    ),
    variant(
        "signed-urls",
        "Every answer has another signed URL in each category, and another time beside the list.",
        _signed,
    ),
    variant("methods-501", "Other methods are not implemented.", on(UNSAFE, lambda _: error(501, "no"))),
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
    variant("throttled-each", "Every first request for reading is answered 429, the next is not.", _once_each(_LATER)),
    variant("dropped-once", "Every first request for reading ends in silence, the next does not.", _once_each(_GONE)),
    variant("required", "The list asks for credentials.", same, Scenario(auth="required")),
    variant("public", "The list asks for no credentials.", same, Scenario(auth="public")),
    variant(
        "public-as-required",
        "The policy says public, and the list is.",
        same,
        Scenario(auth="public", policy=Policy.PUBLIC),
    ),
    variant(
        "public-but-for-a-wrong-token",
        "The policy says public, and a wrong token is refused all the same.",
        same,
        Scenario(auth="optional", policy=Policy.PUBLIC),
    ),
    variant(
        "refused-as-required",
        "The policy asks for credentials, and so does the list.",
        same,
        Scenario(policy=Policy.REQUIRED, auth="required"),
    ),
    variant(
        "error-with-more",
        "Errors have more members.",
        on(REFUSED, lambda r: replace(r, body=b'{"error": "no", "code": 7}')),
        Scenario(auth="required"),
    ),
    variant(
        "errors-by-field",
        "Errors name fields.",
        on(REFUSED, lambda r: replace(r, body=b'{"errors": {"token": ["is invalid"]}}')),
        Scenario(auth="required"),
    ),
    variant(
        "error-as-text-json",
        "Errors have a media type of their own.",
        on(REFUSED, header("Content-Type", "application/problem+json")),
        Scenario(auth="required"),
    ),
    variant(
        "challenge-with-realm",
        "The challenge has parameters.",
        on(REFUSED, header("WWW-Authenticate", 'Bearer realm="api"')),
    ),
    variant(
        "challenges",
        "The challenge has several schemes, one of them with parameters, and empty list elements.",
        on(REFUSED, header("WWW-Authenticate", ', Negotiate , Bearer realm="a b", error="x", Basic')),
    ),
    variant("live", "The target is a live one, whose port 80 is closed.", same, Scenario(tls="trusted")),
    variant(
        "live-redirecting",
        "Port 80 of a live target redirects to https.",
        same,
        Scenario(tls="trusted", plaintext=wholly(_MOVED)),
    ),
    variant(
        "live-refusing", "Port 80 of a live target asks for credentials.", same, Scenario(tls="trusted", plaintext=same)
    ),
    variant("live-public", "A live target asks for no credentials.", same, Scenario(tls="trusted", auth="public")),
    variant(
        "live-upgrading",
        "Port 80 of a live target asks for another protocol.",
        same,
        Scenario(tls="trusted", plaintext=wholly(_UPGRADE)),
    ),
    variant(
        "live-elsewhere",
        "Port 80 of a live target shows a page.",
        same,
        Scenario(tls="trusted", plaintext=wholly(_PAGE)),
    ),
    variant("limited", "Beyond 60 requests a minute 429 is answered in plain text.", same, Scenario(burst=True)),
)

#: Answers that hold nothing: no clause about categories may be called held by them.
NULL_RESPONDERS: tuple[Fault, ...] = tuple(
    variant(f"null-{name}", sentence, wholly(other))
    for name, sentence, other in (
        ("object", "Everything is answered {}.", json_reply({})),
        ("array", "Everything is answered [].", json_reply([])),
        ("list", "Everything is answered with an empty list.", listed(0)),
        (
            "body",
            "Everything is answered with an empty body.",
            Reply(200, b"", (("Content-Type", "application/json"),)),
        ),
        ("connection", "Every connection is accepted and closed.", Reply(200, raw=b"")),
        ("204", "Everything is answered without content.", Reply(204)),
    )
)
