"""Faults of auth.* and error.*: answers without credentials, the bodies of refusals, the rate limit."""

from dataclasses import replace
from http import HTTPStatus

from contracts.core.policy import Policy
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
from contracts.mock.reply import Received, Reply

_CHALLENGE = ("WWW-Authenticate", "Bearer")
_LOGIN = Reply(302, b"", (("Location", "https://auth.example/login"),))


def _refusal(content: bytes, kind: str = "application/json") -> Reply:
    return Reply(401, content, (("Content-Type", kind), _CHALLENGE))


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

AUTHENTICATION = (
    *(
        fault(f"anonymous-{name}", f"A request without credentials {sentence}.", ["auth.missing", *more], change)
        for name, sentence, more, change in (
            (name, sentence, more, instead(["anonymous"], reply)) for name, sentence, more, reply in _WRONG_ANSWERS
        )
    ),
    *(
        fault(f"invalid-token-{name}", f"A request with a made-up token {sentence}.", ["auth.invalid", *more], change)
        for name, sentence, more, change in (
            (name, sentence, more, instead(["invalid-token"], reply)) for name, sentence, more, reply in _WRONG_ANSWERS
        )
    ),
    fault(
        "public-although-required",
        "The list is public where the policy asks for credentials.",
        ["auth.missing", "auth.invalid"],
        same,
        Scenario(policy=Policy.REQUIRED, auth="public"),
    ),
    fault(
        "refused-although-public",
        "Credentials are asked for where the policy says that the list is public.",
        ["auth.missing"],
        same,
        Scenario(policy=Policy.PUBLIC, auth="required"),
    ),
    fault(
        "anonymous-served-although-required",
        "The list is public for who has no token, where the policy asks for credentials.",
        ["auth.missing"],
        same,
        Scenario(policy=Policy.REQUIRED),
    ),
    fault(
        "invalid-token-served-although-required",
        "Any token will do, where the policy asks for credentials.",
        ["auth.invalid"],
        instead(["invalid-token"], listed(12)),
        Scenario(policy=Policy.REQUIRED, auth="required"),
    ),
    fault(
        "challenge-missing",
        "A 401 does not name its scheme.",
        ["auth.challenge"],
        on(REFUSED, header("WWW-Authenticate", None)),
    ),
    fault(
        "challenge-parameter",
        "A 401 has a parameter where its scheme should stand.",
        ["auth.challenge"],
        on(REFUSED, header("WWW-Authenticate", 'realm="api"')),
    ),
    fault(
        "challenge-parameter-spaced",
        "A 401 has a parameter, with white space around its sign, where its scheme should stand.",
        ["auth.challenge"],
        on(REFUSED, header("WWW-Authenticate", ', realm = "api"')),
    ),
    fault("challenge-empty", "A 401 names no scheme.", ["auth.challenge"], on(REFUSED, header("WWW-Authenticate", ""))),
    fault(
        "challenge-missing-once",
        "Only the 401 to a made-up token does not name its scheme.",
        ["auth.challenge"],
        on(["invalid-token"], header("WWW-Authenticate", None)),
        Scenario(auth="required"),
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
