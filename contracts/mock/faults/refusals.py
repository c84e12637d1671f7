"""Faults of auth.* and error.*: answers without credentials, the bodies of refusals, the rate limit."""

from collections.abc import Iterable
from dataclasses import replace
from http import HTTPStatus

from contracts.core.contract import Policy
from contracts.mock.faults.fault import (
    REFUSED,
    Fault,
    Other,
    Scenario,
    error,
    fault,
    header,
    html,
    instead,
    listed,
    on,
    same,
    wholly,
)
from contracts.mock.reply import Change, Received, Reply

_CHALLENGE = ("WWW-Authenticate", "Bearer")
_LOGIN = Reply(302, b"", (("Location", "https://auth.example/login"),))


def _refusal(content: bytes, kind: str = "application/json") -> Reply:
    return Reply(401, content, (("Content-Type", kind), _CHALLENGE))


def _challenging(value: str | None, probes: Iterable[str] = REFUSED) -> Change:
    return on(probes, header("WWW-Authenticate", value))


_WRONG_ANSWERS: tuple[tuple[str, str, list[str], Other], ...] = (
    ("403", "is forbidden, not unauthorized", [], error(403)),
    ("404", "is not found", [], error(404)),
    ("login", "is sent to a login page", [], _LOGIN),
    ("500", "ends in a server error", ["http.no-server-error"], error(500)),
    ("401-html", "is refused with a page for people", ["error.body"], _refusal(html().body, "text/html")),
    ("401-empty", "is refused without a word", ["error.body"], _refusal(b"")),
    ("lacks-names", "gets a list without names", [], listed(3, name=None)),
    ("not-json", "gets a list that is no JSON", [], Reply(200, b"{", (("Content-Type", "application/json"),))),
)

_BOTH = ("auth.missing", "auth.invalid")
#: Who gets the list, against what the policy of the run says.
_AGAINST_POLICY: tuple[tuple[str, str, tuple[str, ...], Change, Scenario], ...] = (
    ("public-although-required", "The list is public where the policy asks for credentials.",
     _BOTH, same, Scenario(Policy.REQUIRED, "public")),
    ("refused-although-public", "Credentials are asked for where the policy says that the list is public.",
     _BOTH[:1], same, Scenario(Policy.PUBLIC, "required")),
    ("anonymous-served-although-required", "Guests get the list, where the policy asks for credentials.",
     _BOTH[:1], same, Scenario(Policy.REQUIRED)),
    ("invalid-token-served-although-required", "Any token will do, where the policy asks for credentials.",
     _BOTH[1:], instead(["invalid-token"], listed(12)), Scenario(Policy.REQUIRED, "required")),
)  # fmt: skip

AUTHENTICATION = (
    *(
        fault(f"{probe}-{name}", f"A request {who} {sentence}.", [clause, *more], instead([probe], reply))
        for probe, who, clause in (
            ("anonymous", "without credentials", "auth.missing"),
            ("invalid-token", "with a made-up token", "auth.invalid"),
        )
        for name, sentence, more, reply in _WRONG_ANSWERS
    ),
    *(fault(*row) for row in _AGAINST_POLICY),
    *(
        fault(f"challenge-{name}", f"A 401 {sentence}.", ["auth.challenge"], change, Scenario(auth="required"))
        for name, sentence, change in (
            ("missing", "does not name its scheme", _challenging(None)),
            ("missing-once", "to a made-up token does not name its scheme", _challenging(None, ["invalid-token"])),
            ("empty", "names no scheme", _challenging("")),
            ("parameter", "has a parameter where its scheme should stand", _challenging('realm="api"')),
            ("parameter-spaced", "has a spaced parameter in the place of its scheme", _challenging(', realm = "api"')),
        )
    ),
)

ERROR_BODIES = tuple(
    fault(
        f"errors-{name}",
        f"The body of every refusal {sentence}.",
        ["error.body", "auth.missing", "auth.invalid", "http.unknown-path"],
        on((*REFUSED, "unknown-path"), lambda reply, content=content: replace(reply, body=content)),  # type: ignore[misc]
        Scenario(auth="required"),
    )
    for name, sentence, content in (
        ("html", "is a page for people", html().body),
        ("empty", "is empty", b""),
        ("text", "is plain text", b"no"),
        ("array", "is an array", b'["no"]'),
        ("string", "is a string", b'"no"'),
        ("message", "says it under another name", b'{"message": "no"}'),
        ("null", "has a null error", b'{"error": null}'),
        ("blank", "has an empty error", b'{"error": ""}'),
        ("object", "has an object as error", b'{"error": {"code": 7}}'),
        ("strings", "has errors as strings", b'{"errors": {"name": "blank"}}'),
        ("list", "has a list of errors", b'{"errors": ["blank"]}'),
        ("numbers", "has errors that are numbers", b'{"errors": {"name": [1]}}'),
        ("cut", "is cut short", b'{"error": "no"'),
        ("trailing-bytes", "is followed by bytes", b'{"error": "no"}}'),
        ("bom", "begins with a byte order mark", b'\xef\xbb\xbf{"error": "no"}'),
        ("latin-1", "is in ISO 8859-1", b'{"error": "refus\xe9"}'),
        ("repeated", "names the error twice", b'{"error": "no", "error": "yes"}'),
    )
)


def _limit(name: str, sentence: str, limited: Other) -> Fault:
    def change(received: Received, reply: Reply) -> Reply:
        return wholly(limited)(received, reply) if reply.status == HTTPStatus.TOO_MANY_REQUESTS else reply

    return fault(f"rate-limit-{name}", sentence, ["error.rate-limit"], change, Scenario(burst=True))


RATE_LIMIT = (
    _limit("missing", "The 61st request of a minute is answered like the first.", listed(12)),
    _limit("as-403", "Beyond the limit requests are forbidden.", error(403)),
    _limit("as-json", "The 429 is not in plain text.", error(429)),
    _limit("untyped", "The 429 has no Content-Type.", Reply(429, b"Retry later")),
)

REFUSALS = (*AUTHENTICATION, *ERROR_BODIES, *RATE_LIMIT)
