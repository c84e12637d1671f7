"""Faults of http.* and transport.*: status, header, HEAD, repetition, methods, and the way to the target."""

from collections.abc import Iterable
from dataclasses import replace

from contracts.mock.faults.fault import (
    DOCUMENTED,
    Fault,
    Scenario,
    error,
    fault,
    header,
    html,
    instead,
    listed,
    of_second,
    on,
    same,
    second,
    status,
    wholly,
)
from contracts.mock.reply import Change, Received, Reply, json_reply

XML = Reply(200, b'<?xml version="1.0"?>\n<event-categories/>', (("Content-Type", "application/xml"),))
#: Where the list is served, asked for as documented or as by a guest.
_LISTED = (*DOCUMENTED, "anonymous")
_LOCATION = ("Location", "/v1/event_categories/")
_TO_LOGIN = ("Location", "https://auth.example/login")


def _type(value: str | None) -> Fault:
    shown = value or "none"
    name = "content-type-" + "-".join("".join(c if c.isalnum() else " " for c in shown).split())
    sentence = f"The list comes with the Content-Type {shown}."
    return fault(name, sentence, ["http.content-type"], on(_LISTED, header("Content-Type", value)))


def _moved(probes: Iterable[str], code: int) -> Change:
    return instead(probes, Reply(code, b"", (_LOCATION,)))


def _served(received: Received, reply: Reply) -> Reply:
    return listed(3)(received) if reply.status == 401 else reply  # noqa: PLR2004


TRANSPORT = tuple(
    fault(name, sentence, [clause], same, scenario)
    for name, sentence, clause, scenario in (
        ("certificate-unknown", "The certificate is signed by an authority that nobody trusts.",
         "transport.https", Scenario(tls="untrusted")),
        ("certificate-of-another-host", "The certificate is issued for another name.",
         "transport.https", Scenario(tls="trusted", host="api.elsewhere.test")),
        ("plaintext-serves", "Port 80 answers with the list, without encryption.",
         "transport.no-plaintext", Scenario(tls="trusted", plaintext=_served)),
    )
)  # fmt: skip

#: The documented request is answered in another way, and so it is when it is sent once more.
_NO_LIST = ("http.status", "http.repeatable")

STATUS = tuple(
    fault(name, sentence, [*_NO_LIST, *more], change)
    for name, sentence, more, change in (
        *(
            (f"status-{code}", f"The documented request is answered {code}.", [], on(DOCUMENTED, status(code)))
            for code in (201, 202, 203, 206)
        ),
        *(
            (f"redirect-{code}", f"The documented request is redirected with {code}.", [], _moved(DOCUMENTED, code))
            for code in (301, 302, 307)
        ),
        ("status-204", "There is no content.", [], instead(DOCUMENTED, Reply(204))),
        ("status-404", "The list is not found.", [], instead(DOCUMENTED, error(404))),
        ("status-400", "The documented request is called bad.", [], instead(DOCUMENTED, error(400))),
        ("status-404-html", "A page for people says that the list is not found.",
         ["error.body"], instead(DOCUMENTED, html(404))),
        ("status-500", "The list ends in a server error.", ["http.no-server-error"], instead(DOCUMENTED, error(500))),
    )
)  # fmt: skip

#: Whatever is asked, the answer is the same, and no list: one cause, which every clause about another answer meets.
_OTHERS = ("http.repeatable", "auth.missing", "auth.invalid")
_ELSEWHERE = (*_OTHERS, "http.json-only", "http.unknown-path", "http.method-not-allowed")
_LOGIN = b"<!doctype html><title>Log in</title><form><input name=user><input type=password name=word></form>"
WHOLE = tuple(
    fault(f"everything-{name}", f"Everything {sentence}.", breaks, wholly(reply))
    for name, sentence, breaks, reply in (
        ("login", "is answered with a page to log in", ["http.content-type", "json.well-formed", *_ELSEWHERE],
         Reply(200, _LOGIN, (("Content-Type", "text/html"),))),
        ("redirected", "is redirected to a login", ["http.status", *_ELSEWHERE], Reply(302, b"", (_TO_LOGIN,))),
        ("failing", "ends in a server error", ["http.status", "http.no-server-error", *_ELSEWHERE], error(500)),
        ("lost", "is not found", ["http.status", *_OTHERS], error(404)),
        ("lost-html", "is not found, and a page for people says so",
         ["http.status", "error.body", *_OTHERS, "http.json-only", "http.unknown-path"], html(404)),
    )
)  # fmt: skip

CONTENT_TYPE = (
    *map(
        _type,
        (
            None, "text/html", "text/plain; charset=utf-8", "application/vnd.api+json", "application/xml",
            "application/json; charset=iso-8859-1", "application/json; charset=utf-16",
            "application/json; charset=utf8", "application/json; charset", "application/json, application/json",
        ),
    ),
    fault("content-type-twice", "The list comes with two Content-Type headers.", ["http.content-type"],
          on(_LISTED, lambda reply: replace(reply, headers=(*reply.headers, ("Content-Type", "text/html"))))),
)  # fmt: skip

HEAD = tuple(
    fault(f"head-{name}", f"HEAD {sentence}.", ["http.head", *more], change)
    for name, sentence, more, change in (
        *((str(code), f"is answered {code}", [], instead(["head"], error(code))) for code in (401, 404, 405)),
        ("204", "is answered without content", [], instead(["head"], Reply(204))),
        ("500", "ends in a server error", ["http.no-server-error"], instead(["head"], error(500))),
        ("501", "is not implemented", ["http.no-server-error"], instead(["head"], error(501))),
        ("other-type", "has another Content-Type than GET", [], on(["head"], header("Content-Type", "text/html"))),
        ("with-body", "is followed by the body of the list", [], on(["head"], lambda r: replace(r, stray=r.body))),
    )
)


def _replaced(old: str, new: str) -> Change:
    def change(received: Received, reply: Reply) -> Reply:
        return replace(reply, body=reply.body.replace(of_second(old, received).encode(), new.encode()))

    return change


REPEATED = tuple(
    fault(f"second-answer-{name}", f"Every second answer {sentence}.", ["http.repeatable", *more], second(change))
    for name, sentence, more, change in (
        ("other-ids", "has other ids", [], _replaced('"id": "5982', '"id": "6982')),
        ("other-text", "has another display_name", [], _replaced('"{text}"', '"More"')),
        ("nameless", "has an element more without an id", [], _replaced("[{", '[{"name": "more"}, {')),
        ("shorter", "lacks an element", [], wholly(listed(11))),
        ("longer", "has one element more", [], wholly(listed(13))),
        ("empty", "has an empty list", [], wholly(listed(0))),
        ("lacks-display-name", "lacks display_name", [], _replaced('"display_name"', '"label"')),
        ("html", "is a page for people", [], wholly(html())),
        ("null", "has null for the list", [], lambda received, _: json_reply(received.sample.root(None))),
        ("bom", "begins with a byte order mark", [], lambda _, r: replace(r, body=b"\xef\xbb\xbf" + r.body)),
        ("cut", "is cut short", [], lambda _, r: replace(r, body=r.body[:-9])),
        ("404", "is not found", [], wholly(error(404))),
        ("201", "has the status 201", [], lambda _, r: status(201)(r)),
        ("text-plain", "calls itself text/plain", [], lambda _, r: header("Content-Type", "text/plain")(r)),
        ("500", "is a server error", ["http.no-server-error"], wholly(error(500))),
    )
)


def _broken_list(received: Received) -> Reply:
    return json_reply(received.sample.root([1, None, "x"]))


XML_ASKED = tuple(
    fault(f"xml-{name}", f"Asked for XML, {sentence}.", ["http.json-only", *more], instead(["xml"], reply))
    for name, sentence, more, reply in (
        ("served", "XML is served", [], XML),
        ("as-json", "XML is served and called JSON", [], XML.with_header("Content-Type", "application/json")),
        ("atom", "a feed is served", [], Reply(200, b"<feed/>", (("Content-Type", "application/atom+xml"),))),
        ("html", "a page for people is served", [], html()),
        ("empty", "nothing is served", [], Reply(200)),
        ("redirect", "the answer is a redirect", [], Reply(302, b"", (_LOCATION,))),
        ("no-list", "the answer is JSON without the list", [], json_reply({})),
        ("broken-list", "the list holds what is no element", [], _broken_list),
        ("nameless-list", "the elements of the list have no names", [], listed(3, name=None)),
        ("406-xml", "XML refuses", ["error.body"], Reply(406, b"<error/>", (("Content-Type", "text/xml"),))),
        ("406-html", "a page for people refuses", ["error.body"], html(406)),
        ("500", "the answer is a server error", ["http.no-server-error"], error(500)),
    )
)


def _marked(received: Received, reply: Reply) -> Reply:
    return replace(reply, body=b"\xef\xbb\xbf" + reply.body) if received.probe == "unknown-query" else reply


UNKNOWN = (
    *(
        fault(f"unknown-path-{name}", f"An unknown path {sentence}.", ["http.unknown-path", *more], change)
        for name, sentence, more, change in (
            ("listed", "is answered with the list", [], instead(["unknown-path"], listed(2))),
            ("400", "is called a bad request", [], instead(["unknown-path"], error(400))),
            ("410", "is called gone", [], instead(["unknown-path"], error(410))),
            ("redirect", "is redirected", [], _moved(["unknown-path"], 302)),
            ("html", "is answered with a page for people", [], instead(["unknown-path"], html(404))),
            ("500", "ends in a server error", ["http.no-server-error"], instead(["unknown-path"], error(500))),
        )
    ),
    fault(
        "unknown-path-html-public",
        "The list is public, and an unknown path is answered with a page for people: nothing else is refused.",
        ["http.unknown-path"],
        instead(["unknown-path"], html(404)),
        Scenario(auth="public"),
    ),
    *(
        fault(f"unknown-query-{name}", f"An unknown parameter {sentence}.", ["http.unknown-query", *more], change)
        for name, sentence, more, change in (
            ("400", "is refused", [], instead(["unknown-query"], error(400))),
            ("422", "is refused by name", [], instead(["unknown-query"], error(422, {"errors": {"x": ["unknown"]}}))),
            ("empties", "empties the list", [], instead(["unknown-query"], listed(0))),
            ("bom", "puts a byte order mark in front", [], _marked),
            ("filters", "shortens the list", [], instead(["unknown-query"], listed(5))),
            ("typed", "changes the media type", [], on(["unknown-query"], header("Content-Type", "text/json"))),
            ("html", "leads to a page for people", ["error.body"], instead(["unknown-query"], html(404))),
            ("500", "ends in a server error", ["http.no-server-error"], instead(["unknown-query"], error(500))),
        )
    ),
)

METHODS = tuple(
    fault(f"{method}-{code}", f"{method.upper()} is answered {code}.", ["http.method-not-allowed", *more], change)
    for method, code, more, change in (
        *(
            (method, code, [], instead([method], Reply(code)))
            for method, code in (("post", 201), ("put", 200), ("patch", 200), ("delete", 204), ("delete", 302))
        ),
        *(
            (method, code, ["http.no-server-error"], instead([method], error(code)))
            for method, code in (("delete", 505), ("post", 500))
        ),
    )
)

HTTP = (*TRANSPORT, *STATUS, *WHOLE, *CONTENT_TYPE, *HEAD, *REPEATED, *XML_ASKED, *UNKNOWN, *METHODS)
