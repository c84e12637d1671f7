"""What the global information of the documentation promises of every resource, with the standards that it relies on.

A resource takes these clauses into its own contract, in the order in which a report shows them. Ids are append-only:
one that was published is never renamed, reused or given another meaning.
"""

from collections.abc import Iterable
from dataclasses import replace

from contracts.core.clause import LIST, Clause, Source, must, should

SITE = "https://developers.scalingo.com"
GLOBAL = Source("Global information", f"{SITE}/")
VERBS = Source("Global information: HTTP verbs", f"{SITE}/")
AUTHENTICATION = Source("Authentication", f"{SITE}/#authentication")
FORMAT = Source("Data format", f"{SITE}/#data-format")
RATE_LIMIT = Source("Rate limit", f"{SITE}/#rate-limit")
ERRORS = Source("Errors", f"{SITE}/#errors")
RFC_9110 = Source("RFC 9110, HTTP Semantics", "https://www.rfc-editor.org/rfc/rfc9110")
RFC_8259 = Source("RFC 8259, JSON", "https://www.rfc-editor.org/rfc/rfc8259")
RFC_7493 = Source("RFC 7493, I-JSON", "https://www.rfc-editor.org/rfc/rfc7493")
#: The titles of the sections that every contract has, by the part of a clause's id before the dot.
SECTIONS = {
    "transport": "Transport",
    "http": "HTTP",
    "auth": "Authentication",
    "json": "JSON text",
    "envelope": "Envelope",
    "error": "Errors",
}

#: Stands for the page of a resource, which :func:`of_resource` puts in its place.
PAGE = Source("", "")

#: The probes whose answers are judged by the clauses that look at every answer.
READING = (LIST, "repeat", "head", "xml", "unknown-path", "unknown-query", "anonymous", "invalid-token")
UNSAFE = ("post", "put", "patch", "delete")

TRANSPORT = (
    must(
        "transport.https",
        "a target that is not loopback is reached over HTTPS with a verified certificate",
        GLOBAL,
        breach="a certificate that is self-signed, expired or issued for another host",
        why="a client that cannot verify the host gives its token to whoever answers",
    ),
    must(
        "transport.no-plaintext",
        "the plain-HTTP endpoint of a live target never serves the list: it refuses, redirects to https or answers 4xx",
        GLOBAL,
        probes=("plaintext",),
        breach="http:// on port 80 answers 200 with the list",
        why="a client with the wrong scheme would work, and send its token in clear for years",
    ),
)

HTTP = (
    must(
        "http.status",
        "the documented request is answered 200, without a redirect",
        PAGE,
        breach="201 Created, or 301 to a path with a trailing slash",
        why="clients compare the status with 200 and drop the credentials when they follow a redirect",
        header=True,
    ),
    must(
        "http.content-type",
        "the media type is application/json; a charset, if given, is utf-8",
        FORMAT,
        RFC_9110,
        breach="Content-Type: text/html; charset=iso-8859-1",
        why="clients pick the decoder by the media type",
        header=True,
    ),
    must(
        "http.head",
        "HEAD gives the status that GET gives, the same media type where it gives one, and no byte of a body",
        VERBS,
        probes=("list", "head"),
        breach="HEAD is answered 405, or with the body of the list behind its header",
        why="a body after HEAD is read as the next answer on the same connection",
    ),
    must(
        "http.repeatable",
        "a second GET returns the same {elements} with the same documented members, and conforms itself in every MUST "
        "clause",
        VERBS,
        probes=("list", "repeat"),
        breach="the second answer has other ids, or lacks display_name",
        why="one good answer of three servers behind a balancer is not a good endpoint",
    ),
    must(
        "http.json-only",
        "asked for application/xml, the answer is never XML: a 4xx with a documented error body, or the JSON list",
        FORMAT,
        probes=("xml",),
        breach="200 with <event-categories> in the body",
        why="the API promises JSON only; another format is an interface that nobody keeps",
    ),
    must(
        "http.no-server-error",
        "no probe is answered 5xx; 502, 503 and 504 leave it inconclusive, and 501 refuses a method but GET and HEAD",
        ERRORS,
        probes=READING,
        breach="500 Internal Server Error for an unknown query parameter",
        why="a server error tells the client nothing that it could act on",
    ),
    should(
        "http.unknown-path",
        "a path below the collection that does not exist is answered 404 with a documented error body",
        ERRORS,
        probes=("unknown-path",),
        breach="200 with the whole list",
        why="a client with a wrong URL has to find out",
    ),
    should(
        "http.unknown-query",
        "an undocumented query parameter changes nothing; judged where two plain GETs agree",
        PAGE,
        probes=("list", "repeat", "unknown-query"),
        breach="400 Bad Request, or another list",
        why="caches and proxies add parameters of their own",
    ),
    should(
        "http.method-not-allowed",
        "POST, PUT, PATCH and DELETE are refused with 4xx or 501",
        VERBS,
        probes=UNSAFE,
        breach="DELETE is answered 204 No Content",
        why="the list is documented for reading only",
    ),
)

AUTH = (
    must(
        "auth.missing",
        "without credentials: 401 with a documented error body, or (as the policy has it) a 200 that conforms",
        AUTHENTICATION,
        probes=("anonymous",),
        breach="302 to a login page, or 401 with an empty body",
        why="a list that is not for everybody has to say so",
    ),
    must(
        "auth.invalid",
        "with a made-up token: 401 with a documented error body, or (as the policy has it) a 200 that conforms",
        AUTHENTICATION,
        probes=("invalid-token",),
        breach="403 with an HTML page",
        why="clients renew their token when they see a 401, and only then",
    ),
    should(
        "auth.challenge",
        "a 401 names its scheme in WWW-Authenticate: a parameter alone names none",
        RFC_9110,
        probes=("anonymous", "invalid-token"),
        breach="401 without WWW-Authenticate",
        why="generic HTTP clients learn from it how to authenticate",
    ),
)

JSON = (
    must(
        "json.utf-8",
        "the body is UTF-8 without a byte order mark",
        RFC_8259,
        breach="a body in ISO 8859-1 or UTF-16, or one that begins with EF BB BF",
        why="most decoders stop at the first such byte",
    ),
    must(
        "json.well-formed",
        "the body is exactly one JSON text by RFC 8259: no NaN, no comment, no trailing bytes",
        RFC_8259,
        breach='{"{key}": [],}',
        why="lenient decoders hide it until a strict one fails",
    ),
    must(
        "json.unique-names",
        "no object, at any depth, repeats a member name",
        RFC_7493,
        breach='{"id": "1", "id": "2"}',
        why="decoders disagree on which of them counts",
    ),
    must(
        "json.unicode-text",
        "no lone surrogate in any string or name",
        RFC_7493,
        breach=r'{"name": "\ud800"}',
        why="such a string cannot be stored, printed or sent on as UTF-8",
    ),
)

ENVELOPE = (
    must(
        "envelope.object",
        "the root is an object",
        FORMAT,
        breach="[] as the whole body",
        why="a root object can be extended, an array cannot",
    ),
)

ERROR = (
    must(
        "error.body",
        "every 4xx answer to a GET of the collection, 429 aside, is a JSON object with error, a non-empty string, or "
        "errors, an object of lists of strings",
        ERRORS,
        probes=("list", "repeat", "xml", "unknown-query", "anonymous", "invalid-token"),
        any_probe=True,
        breach="401 with an HTML page",
        why="clients show the text to the person who has to act on it",
    ),
    must(
        "error.rate-limit",
        "beyond 60 requests in a minute, 429 in plain text",
        RATE_LIMIT,
        probes=("burst",),
        breach="the 61st request of a minute is answered 200, or 403",
        why="clients slow down when they see a 429, and only then",
    ),
)


def of_resource(clauses: Iterable[Clause], page: Source, key: str, elements: str) -> tuple[Clause, ...]:
    """Return the clauses in the words of a resource: described on a page, a list of ``elements`` under a ``key``."""

    def told(text: str) -> str:
        return text.replace("{key}", key).replace("{elements}", elements)

    return tuple(
        replace(
            clause,
            asks=told(clause.asks),
            breach=told(clause.breach),
            sources=tuple(page if source is PAGE else source for source in clause.sources),
        )
        for clause in clauses
    )
