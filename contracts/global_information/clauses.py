"""What the global information of the documentation promises of every resource, with the standards that it relies on.

A resource takes these clauses into its own contract, in the order in which a report shows them. Ids are append-only:
one that was published is never renamed, reused or given another meaning.
"""

from collections.abc import Iterable
from dataclasses import replace

from contracts.core.contract import LIST, QUERY, REPEAT, Authorization, Clause, Contract, Probe, Source, must, should

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

#: The clause that stands on the list and on the same once more: all that a comparison needs.
REPEATABLE = "http.repeatable"
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
        "the cleartext (plain-HTTP) endpoint of a live target never serves the list",
        GLOBAL,
        probes=("plaintext",),
        detail="A refusal, a redirect to https and a 4xx all hold. The request carries no credentials. It is sent "
        "only where the target is an https one on its default port.",
        breach="http:// on port 80 answers 200 with the list",
        why="a client with the wrong scheme would work, and send its token in the clear for years",
    ),
)

HTTP = (
    must(
        "http.status",
        "the documented request is answered 200, without a redirect",
        PAGE,
        breach="201 Created, or 301 to a path with a trailing slash",
        why="clients compare the status with 200, and drop the credentials when they follow a redirect",
        header=True,
    ),
    must(
        "http.content-type",
        "the media type is application/json",
        FORMAT,
        RFC_9110,
        detail="A charset, if given, is utf-8; letter case and quotes make no difference.",
        breach="Content-Type: text/html; charset=iso-8859-1",
        why="clients pick the decoder by the media type",
        header=True,
    ),
    must(
        "http.head",
        "HEAD gives the status and the media type of GET, and no byte of a body",
        VERBS,
        RFC_9110,
        detail="A Content-Type that is missing, or has other parameters, is a note: RFC 9110, section 9.3.2, makes "
        "equal header fields a SHOULD.",
        probes=("list", "head"),
        breach="HEAD is answered 405, or the body of the list follows its header",
        why="a body after HEAD is read as the next answer on the same connection",
    ),
    must(
        REPEATABLE,
        "a second GET returns the same {elements} with the same documented members",
        VERBS,
        detail="It breaks no MUST clause that the first answer keeps. Additional members that change are a note. One "
        "difference is no proof: a target that shows one is observed a second time.",
        probes=("list", "repeat"),
        breach="the second answer has other ids, or lacks display_name",
        why="an endpoint is not good because one of the three servers behind its balancer is",
    ),
    must(
        "http.json-only",
        "asked for application/xml, the target never answers XML",
        FORMAT,
        detail="It answers 4xx with a documented error body, or the JSON of the documented request: a list that breaks "
        "no MUST clause which that one keeps.",
        probes=("xml",),
        breach="200 with <event-categories> in the body",
        why="the API promises JSON only; a second format is an interface that nobody maintains",
    ),
    must(
        "http.no-server-error",
        "no request is answered 5xx",
        ERRORS,
        detail="A 501 to a method other than GET and HEAD is a refusal. What a gateway or another intermediary answers "
        "is not the API's, and leaves the request unjudged.",
        probes=READING,
        breach="500 Internal Server Error for an unknown query parameter",
        why="a server error tells the client nothing that it can act on",
    ),
    should(
        "http.unknown-path",
        "an unknown path below the collection is answered 404 with a documented error body",
        ERRORS,
        probes=("unknown-path",),
        breach="200 with the whole list",
        why="a client with a wrong URL has to find out",
    ),
    should(
        "http.unknown-query",
        "an undocumented query parameter changes nothing",
        PAGE,
        detail="It changes no status, media type or documented member; additional members that change are a note. It "
        "is blamed only where the plain answers agree among themselves.",
        probes=("list", "repeat", "unknown-query"),
        breach="400 Bad Request, or another list",
        why="caches and proxies add parameters of their own",
    ),
    should(
        "http.method-not-allowed",
        "POST, PUT, PATCH and DELETE are refused with 4xx or 501",
        VERBS,
        detail="They are sent to the embedded mock only, or with --unsafe-methods.",
        probes=UNSAFE,
        breach="DELETE is answered 204 No Content",
        why="the list is documented for reading only",
    ),
)

AUTH = (
    must(
        "auth.missing",
        "without credentials, the answer is 401 with a documented error body, or the list",
        AUTHENTICATION,
        detail="Which of the two is allowed is the policy of the run (--auth): either, which is the default, required "
        "or public. The list breaks no MUST clause that the documented answer keeps.",
        probes=("anonymous",),
        breach="302 to a login page, or 401 with an empty body",
        why="a list that is not public has to say so",
    ),
    must(
        "auth.invalid",
        "with a made-up token, the answer is 401 with a documented error body, or the list",
        AUTHENTICATION,
        detail="The policy of the run decides, as for auth.missing; under the policy public a 401 is allowed as well.",
        probes=("invalid-token",),
        breach="403 with an HTML page",
        why="clients renew their token when they see a 401, and only then",
    ),
    should(
        "auth.challenge",
        "a 401 names its scheme in WWW-Authenticate",
        RFC_9110,
        detail='The value begins with an auth-scheme; a parameter alone, such as realm="api", names none.',
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
        "the body is exactly one JSON text",
        RFC_8259,
        detail="RFC 8259 has no NaN, no comments and no bytes behind the text.",
        breach='{"{key}": [],}',
        why="lenient decoders hide it until a strict one fails",
    ),
    must(
        "json.unique-names",
        "no object repeats a member name, at any depth",
        RFC_7493,
        breach='{"id": "1", "id": "2"}',
        why="decoders disagree on which of the two counts",
    ),
    must(
        "json.unicode-text",
        "no string or name holds a lone surrogate",
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
        "every 4xx answer to a GET of the collection has a documented error body",
        ERRORS,
        detail="It is a JSON object with error, a non-empty string, or errors, an object of lists of strings. A path "
        "that does not exist is judged by http.unknown-path alone, and what intermediaries answer is not judged.",
        probes=("list", "repeat", "xml", "unknown-query", "anonymous", "invalid-token"),
        any_probe=True,
        breach="401 with an HTML page",
        why="clients show the text to the person who has to act on it",
    ),
    must(
        "error.rate-limit",
        "more than 60 requests in a minute are answered 429 in plain text",
        RATE_LIMIT,
        detail="It is judged with --probe-rate-limit only.",
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
            detail=told(clause.detail),
            breach=told(clause.breach),
            sources=tuple(page if source is PAGE else source for source in clause.sources),
        )
        for clause in clauses
    )


XML = "application/xml"
#: These stand for what each run makes up from its seed.
NO_SUCH_PATH = "/no-such-element-of-the-contract-suite"
NO_SUCH_PARAMETER = "contract_suite_parameter=1"

#: A burst of twice as many puts more than 60 into one minute even
#: when the server counts by fixed minutes and one of them ends within the burst.
BURST = 121

#: What every run may read.
READING_PROBES: tuple[Probe, ...] = (
    Probe(LIST, "the documented request"),
    Probe(REPEAT, "the same once more"),
    Probe("head", "its HEAD", method="HEAD"),
    Probe("xml", "asks for XML", accept=XML),
    Probe("unknown-path", "a path that does not exist", below=NO_SUCH_PATH),
    Probe(QUERY, "a parameter that does not exist", query=NO_SUCH_PARAMETER),
    Probe("anonymous", "without credentials", authorization=Authorization.NONE),
    Probe("invalid-token", "with a made-up token", authorization=Authorization.MADE_UP),
    Probe("plaintext", "the cleartext endpoint", authorization=Authorization.NONE, plaintext=True),
)

#: What is sent only where it was asked for, and after everything else.
PROBES_ON_REQUEST: tuple[Probe, ...] = (
    *(Probe(method, f"{method.upper()} instead of GET", method=method.upper()) for method in UNSAFE),
    Probe("burst", "more than 60 requests in a minute", times=BURST),
)


def needed(
    contract: Contract, clauses: Iterable[Clause], *, plaintext: bool, unsafe: bool, burst: bool, repeat: int = 1
) -> tuple[Probe, ...]:
    """Return the probes that the clauses stand on, in the order in which they are sent.

    The three flags admit the cleartext endpoint, the methods that could change something, and the burst. ``repeat`` is
    how often the list is asked for again.
    """
    names = {name for clause in clauses for name in clause.probes}
    admitted = {"plaintext": plaintext, "burst": burst, **dict.fromkeys(UNSAFE, unsafe)}
    chosen = (probe for probe in contract.probes if probe.name in names and admitted.get(probe.name, True))
    return tuple(probe for probe in chosen for _ in range(repeat if probe.name == REPEAT else 1))
