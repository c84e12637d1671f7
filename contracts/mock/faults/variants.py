"""What keeps the contract and looks unusual: a suite that raises anything here raises false alarms."""

import json
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from contracts.core.contract import JSON, LIST, Policy
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


def _thrice(failure: Reply) -> Change:
    probes = (LIST, "xml", "anonymous")
    return lambda received, reply: failure if received.probe in probes and received.times == 0 else reply


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


def _more_headers(_: Received, reply: Reply) -> Reply:
    return replace(reply, headers=(*reply.headers, *_MORE_HEADERS))


def _unframed(reply: Reply) -> Reply:
    return replace(reply, framed=False, chunked=False)


def _sorted(content: bytes) -> bytes:
    return json.dumps(json.loads(content), sort_keys=True, indent=1).encode()


def _refusing(content: bytes) -> Change:
    return on(REFUSED, lambda reply: replace(reply, body=content))


_SPELLED = 'Application/JSON;charset="UTF-8"'
_ERRORS = {"errors": {"accept": ["is not JSON"]}}
_LATER = Reply(429, b"Retry later", (("Content-Type", "text/plain"), ("Retry-After", "0")))
_DOWN = Reply(503, b"", (("Retry-After", "0"),))
_GONE = Reply(200, raw=b"")
_MORE_HEADERS = (
    ("Date", "Mon, 23 Nov 2026 14:05:37 GMT"),
    ("Server", "balancer"),
    *(("Vary", "Accept"), ("Vary", "Origin")),
    *(("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")),
    ("X-Request-Id", "7c1f"),
)


def _typed(probes: Iterable[str], value: str | None) -> Change:
    return on(probes, header("Content-Type", value))


def _challenging(value: str) -> Change:
    return on(REFUSED, header("WWW-Authenticate", value))


def _port_80(*reply: Any) -> Scenario:
    return Scenario(tls="trusted", plaintext=wholly(Reply(*reply)))


_ON_THE_WIRE: tuple[tuple[str, str, Change], ...] = (
    ("with-length", "Every body comes with its length.", _every(chunked=False)),
    ("gzipped", "Every body is compressed.", _every(gzipped=True, chunked=False)),
    ("gzipped-and-chunked", "Every body is compressed and in chunks.", _every(gzipped=True, chunked=True)),
    ("chunk-extensions", "Chunks are tiny, and have extensions and a trailer.", _extended),
    ("early-hints", "An interim answer comes before the answer.", _hinted),
    ("http-1.0", "The server speaks HTTP/1.0.", _every(version="1.0")),
    ("closed-by-the-server", "A body ends with the connection.", _every(version="1.0", framed=False)),
    ("closing", "The server closes after every answer.", _with("Connection", "close")),
    ("no-reason-phrase", "The status line has no words.", _every(reason="")),
    ("header-case", "Header names are in capitals.", _respelled),
    ("more-headers", "There are headers that nobody documented, some of them twice.", _more_headers),
    ("header-blanks", "White space surrounds the values of the header.", _surrounded),
    ("head-without-length", "HEAD does not tell the length.", on(["head"], _unframed)),
    ("head-no-type", "HEAD has no Content-Type.", _typed(["head"], None)),
    ("head-without-charset", "HEAD gives the media type without its charset.", _typed(["head"], JSON)),
    ("head-spelled-otherwise", "HEAD has the Content-Type in other letters.", _typed(["head"], _SPELLED)),
    ("second-answer-formatted-otherwise", "Every second answer has another form.", second(body(_sorted))),
    ("signed-urls", "Every answer has another URL in each element, and another time beside the list.", _signed),
    ("methods-501", "Other methods are not implemented.", on(UNSAFE, lambda _: error(501, "no"))),
    ("no-charset", "The media type has no charset.", _with("Content-Type", JSON)),
    ("charset-quoted", "The charset is quoted and in capitals.", _with("Content-Type", _SPELLED)),
    ("charset-and-more", "The media type has another parameter.", _typed(DOCUMENTED, f"{JSON}; charset=utf-8; v=1")),
    ("xml-406", "Asked for XML, the server refuses.", instead(["xml"], error(406))),
    ("xml-415-errors", "Asked for XML, the server names the field.", instead(["xml"], error(415, _ERRORS))),
    ("throttled-once", "The first request is answered 429, the next is not.", _once(_LATER)),
    ("down-once", "The first request is answered 503, the next is not.", _once(_DOWN)),
    # After each 429 a run waits twice as long: eight of them would take longer than it may.
    ("throttled-thrice", "Three kinds of requests are answered 429 at first, and then they are not.", _thrice(_LATER)),
    ("dropped-once", "Every first request for reading ends in silence, the next does not.", _once_each(_GONE)),
    ("challenge-with-realm", "The challenge has parameters.", _challenging('Bearer realm="api"')),
    ("challenges", "The challenge has several schemes, and empty list elements.",
     _challenging(', Negotiate , Bearer realm="a b", error="x", Basic')),
)  # fmt: skip

_AROUND: tuple[tuple[str, str, Scenario], ...] = (
    ("required", "The list asks for credentials.", Scenario(auth="required")),
    ("public", "The list asks for no credentials.", Scenario(auth="public")),
    ("public-as-required", "The policy says public, and so is the list.", Scenario(Policy.PUBLIC, "public")),
    ("public-but-for-a-wrong-token", "The policy says public, and a wrong token is refused all the same.",
     Scenario(Policy.PUBLIC)),
    ("refused-as-required", "The policy asks for credentials, and so does the list.",
     Scenario(Policy.REQUIRED, "required")),
    ("live", "The target is a live one, whose port 80 is closed.", Scenario(tls="trusted")),
    ("live-public", "A live target asks for no credentials.", Scenario(tls="trusted", auth="public")),
    ("live-refusing", "Port 80 of a live target asks for credentials.", Scenario(tls="trusted", plaintext=same)),
    ("live-redirecting", "Port 80 of a live target redirects to https.",
     _port_80(301, b"", (("Location", "https://api.contracts.test/"),))),
    ("live-upgrading", "Port 80 of a live target asks for another protocol.",
     _port_80(426, b"", (("Upgrade", "TLS/1.2"),))),
    ("live-elsewhere", "Port 80 of a live target shows a page.",
     _port_80(200, b"<p>Hello", (("Content-Type", "text/html"),))),
    ("limited", "Beyond 60 requests a minute 429 is answered in plain text.", Scenario(burst=True)),
)  # fmt: skip

_REFUSING: tuple[tuple[str, str, Change], ...] = (
    ("error-with-more", "Errors have more members.", _refusing(b'{"error": "no", "code": 7}')),
    ("errors-by-field", "Errors name fields.", _refusing(b'{"errors": {"token": ["is invalid"]}}')),
    ("error-as-text-json", "Errors have a media type of their own.", _typed(REFUSED, "application/problem+json")),
)

VARIANTS: tuple[Fault, ...] = (
    *LISTS,
    *(variant(name, sentence, change) for name, sentence, change in _ON_THE_WIRE),
    *(variant(name, sentence, same, scenario) for name, sentence, scenario in _AROUND),
    *(variant(name, sentence, change, Scenario(auth="required")) for name, sentence, change in _REFUSING),
)

#: Answers that hold nothing: no clause about categories may be called held by them.
NULL_RESPONDERS: tuple[Fault, ...] = tuple(
    variant(f"null-{name}", f"Everything is answered {sentence}.", wholly(other))
    for name, sentence, other in (
        ("object", "{}", json_reply({})),
        ("array", "[]", json_reply([])),
        ("list", "with an empty list", listed(0)),
        ("body", "with an empty body", Reply(200, b"", (("Content-Type", JSON),))),
        ("connection", "by the end of the connection", Reply(200, raw=b"")),
        ("204", "without content", Reply(204)),
    )
)
