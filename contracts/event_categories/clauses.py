"""The contract: every clause of ``GET /v1/event_categories``, in the order in which a report shows them.

Ids are append-only: one that was published is never renamed, reused or given another meaning.
"""

from contracts.core.clause import Clause, Level, Source

PATH = "/v1/event_categories"
KEY = "event_categories"

_SITE = "https://developers.scalingo.com"
PAGE = Source("Event categories", f"{_SITE}/event_categories")
GLOBAL = Source("Global information", f"{_SITE}/")
VERBS = Source("Global information: HTTP verbs", f"{_SITE}/")
AUTHENTICATION = Source("Authentication", f"{_SITE}/#authentication")
FORMAT = Source("Data format", f"{_SITE}/#data-format")
RATE_LIMIT = Source("Rate limit", f"{_SITE}/#rate-limit")
ERRORS = Source("Errors", f"{_SITE}/#errors")
RFC_9110 = Source("RFC 9110, HTTP Semantics", "https://www.rfc-editor.org/rfc/rfc9110")
RFC_8259 = Source("RFC 8259, JSON", "https://www.rfc-editor.org/rfc/rfc8259")
RFC_7493 = Source("RFC 7493, I-JSON", "https://www.rfc-editor.org/rfc/rfc7493")
GO_CLIENT = Source("go-scalingo, events_types.go", "https://github.com/Scalingo/go-scalingo")
JS_CLIENT = Source("scalingo.js, src/Events/index.ts", "https://github.com/Scalingo/scalingo.js")

#: The probes whose answers are judged by the clauses that look at every answer.
READING = ("list", "repeat", "head", "xml", "unknown-path", "unknown-query", "anonymous", "invalid-token")
UNSAFE = ("post", "put", "patch", "delete")
_LIST = ("list",)


def _must(id_: str, asks: str, *sources: Source, breach: str, why: str, probes: tuple[str, ...] = _LIST) -> Clause:
    return Clause(id_, Level.MUST, asks, sources, probes, breach, why)


def _should(id_: str, asks: str, *sources: Source, breach: str, why: str, probes: tuple[str, ...] = _LIST) -> Clause:
    return Clause(id_, Level.SHOULD, asks, sources, probes, breach, why)


CLAUSES: tuple[Clause, ...] = (
    _must(
        "transport.https",
        "a target that is not loopback is reached over HTTPS with a verified certificate",
        GLOBAL,
        breach="a certificate that is self-signed, expired or issued for another host",
        why="a client that cannot verify the host gives its token to whoever answers",
    ),
    _must(
        "transport.no-plaintext",
        "the plain-HTTP endpoint of a live target never serves the list: it refuses, redirects to https or answers 4xx",
        GLOBAL,
        probes=("plaintext",),
        breach="http:// on port 80 answers 200 with the list",
        why="a client with the wrong scheme would work, and send its token in clear for years",
    ),
    _must(
        "http.status",
        "the documented request is answered 200, without a redirect",
        PAGE,
        breach="201 Created, or 301 to a path with a trailing slash",
        why="clients compare the status with 200 and drop the credentials when they follow a redirect",
    ),
    _must(
        "http.content-type",
        "the media type is application/json; a charset, if given, is utf-8",
        FORMAT,
        RFC_9110,
        breach="Content-Type: text/html; charset=iso-8859-1",
        why="clients pick the decoder by the media type",
    ),
    _must(
        "http.head",
        "HEAD gives the status that GET gives, the same media type where it gives one, and no byte of a body",
        VERBS,
        probes=("list", "head"),
        breach="HEAD is answered 405, or with the body of the list behind its header",
        why="a body after HEAD is read as the next answer on the same connection",
    ),
    _must(
        "http.repeatable",
        "a second GET returns the same categories with the same documented members, and conforms itself in every MUST "
        "clause",
        VERBS,
        probes=("list", "repeat"),
        breach="the second answer has other ids, or lacks display_name",
        why="one good answer of three servers behind a balancer is not a good endpoint",
    ),
    _must(
        "http.json-only",
        "asked for application/xml, the answer is never XML: a 4xx with a documented error body, or the JSON list",
        FORMAT,
        probes=("xml",),
        breach="200 with <event-categories> in the body",
        why="the API promises JSON only; another format is an interface that nobody keeps",
    ),
    _must(
        "http.no-server-error",
        "no probe is answered 5xx; 502, 503 and 504 leave it inconclusive, and 501 refuses a method but GET and HEAD",
        ERRORS,
        probes=READING,
        breach="500 Internal Server Error for an unknown query parameter",
        why="a server error tells the client nothing that it could act on",
    ),
    _should(
        "http.unknown-path",
        "a path below the collection that does not exist is answered 404 with a documented error body",
        ERRORS,
        probes=("unknown-path",),
        breach="200 with the whole list",
        why="a client with a wrong URL has to find out",
    ),
    _should(
        "http.unknown-query",
        "an undocumented query parameter changes nothing; judged where two plain GETs agree",
        PAGE,
        probes=("list", "repeat", "unknown-query"),
        breach="400 Bad Request, or another list",
        why="caches and proxies add parameters of their own",
    ),
    _should(
        "http.method-not-allowed",
        "POST, PUT, PATCH and DELETE are refused with 4xx or 501",
        VERBS,
        probes=UNSAFE,
        breach="DELETE is answered 204 No Content",
        why="the list is documented for reading only",
    ),
    _must(
        "auth.missing",
        "without credentials: 401 with a documented error body, or (as the policy has it) a 200 that conforms",
        AUTHENTICATION,
        JS_CLIENT,
        probes=("anonymous",),
        breach="302 to a login page, or 401 with an empty body",
        why="the documentation asks for credentials; scalingo.js sends none for this list",
    ),
    _must(
        "auth.invalid",
        "with a made-up token: 401 with a documented error body, or (as the policy has it) a 200 that conforms",
        AUTHENTICATION,
        JS_CLIENT,
        probes=("invalid-token",),
        breach="403 with an HTML page",
        why="clients renew their token when they see a 401, and only then",
    ),
    _should(
        "auth.challenge",
        "a 401 names its scheme in WWW-Authenticate: a parameter alone names none",
        RFC_9110,
        probes=("anonymous", "invalid-token"),
        breach="401 without WWW-Authenticate",
        why="generic HTTP clients learn from it how to authenticate",
    ),
    _must(
        "json.utf-8",
        "the body is UTF-8 without a byte order mark",
        RFC_8259,
        breach="a body in ISO 8859-1 or UTF-16, or one that begins with EF BB BF",
        why="most decoders stop at the first such byte",
    ),
    _must(
        "json.well-formed",
        "the body is exactly one JSON text by RFC 8259: no NaN, no comment, no trailing bytes",
        RFC_8259,
        breach='{"event_categories": [],}',
        why="lenient decoders hide it until a strict one fails",
    ),
    _must(
        "json.unique-names",
        "no object, at any depth, repeats a member name",
        RFC_7493,
        breach='{"id": "1", "id": "2"}',
        why="decoders disagree on which of them counts",
    ),
    _must(
        "json.unicode-text",
        "no lone surrogate in any string or name",
        RFC_7493,
        breach=r'{"name": "\ud800"}',
        why="such a string cannot be stored, printed or sent on as UTF-8",
    ),
    _must(
        "envelope.object",
        "the root is an object",
        FORMAT,
        breach="[] as the whole body",
        why="a root object can be extended, an array cannot",
    ),
    _must(
        "envelope.event-categories",
        "its member event_categories is an array",
        PAGE,
        breach='{"eventCategories": []} or {"event_categories": null}',
        why="every client reads the list under this name",
    ),
    _must(
        "category.object",
        "every element is an object",
        PAGE,
        breach='{"event_categories": ["addons"]}',
        why="clients read members from it",
    ),
    _must(
        "category.required",
        "id, name, display_name and position are all there",
        PAGE,
        breach='{"id": "1", "name": "addons", "position": 1}',
        why="a missing member becomes undefined, zero or an exception, depending on the client",
    ),
    _must(
        "category.id",
        "id is a non-empty string",
        PAGE,
        breach='{"id": 7}',
        why="event types refer to their category by it",
    ),
    _must(
        "category.name",
        "name is a non-empty string",
        PAGE,
        breach='{"name": null}',
        why="clients look categories up by name",
    ),
    _must(
        "category.display-name",
        "display_name is a non-empty string",
        PAGE,
        breach='{"display_name": ""}',
        why="it is what a person reads",
    ),
    _must(
        "category.position",
        "position is an integer, in JSON Schema's sense, and never a boolean",
        PAGE,
        breach='{"position": "1"}',
        why="clients sort by it; sorted as text, 10 comes before 2",
    ),
    _should(
        "category.name-style",
        "name is snake_case or camelCase, as the examples and the text of the page have it",
        PAGE,
        breach='{"name": "App Operations"}',
        why="names are used as keys in code and configuration",
    ),
    _should(
        "category.display-name-printable",
        "display_name is not blank and has no control characters",
        PAGE,
        breach='{"display_name": "Add\\nons"}',
        why="it is drawn as one line of a menu",
    ),
    _must(
        "list.ids-unique",
        "no two categories share an id",
        PAGE,
        breach="two elements with the id 5982f139d48c360021b1eb44",
        why="an event type would belong to both",
    ),
    _must(
        "list.positions-distinct",
        "no two categories share a position: it is an order",
        PAGE,
        breach="two elements with position 1",
        why="clients would draw them in an order of their own",
    ),
    _should(
        "list.positions-ascending",
        "the array comes in ascending position, as in the example",
        PAGE,
        breach="position 2 before position 1",
        why="clients that show the array as it comes show the wrong order",
    ),
    _should(
        "list.names-unique",
        "no two categories share a name",
        PAGE,
        breach="two elements named addons",
        why="a look-up by name finds one of them only",
    ),
    _must(
        "client.go-readable",
        "the body decodes in the official Go client: the root is null or an object; every top-level member is null or "
        "a list of nulls and objects whose id and name are null or strings and whose position is null or an integer "
        "literal of 64 bits, the values that a repeated name replaced included; no byte order mark; no member differs "
        "from id, name or position by letter case alone",
        GO_CLIENT,
        breach='{"event_categories": [...], "meta": {"total": 2}} or {"position": 1.0}',
        why="the command line client stops with an error where Go's decoder does",
    ),
    _must(
        "client.js-exact",
        "position is within ±(2^53-1)",
        JS_CLIENT,
        breach='{"position": 9007199254740993}',
        why="JavaScript rounds larger numbers, so that two positions become one",
    ),
    _must(
        "error.body",
        "every 4xx answer to a GET of the collection, 429 aside, is a JSON object with error, a non-empty string, or "
        "errors, an object of lists of strings",
        ERRORS,
        probes=("list", "repeat", "xml", "unknown-query", "anonymous", "invalid-token"),
        breach="401 with an HTML page",
        why="clients show the text to the person who has to act on it",
    ),
    _must(
        "error.rate-limit",
        "beyond 60 requests in a minute, 429 in plain text",
        RATE_LIMIT,
        probes=("burst",),
        breach="the 61st request of a minute is answered 200, or 403",
        why="clients slow down when they see a 429, and only then",
    ),
)

BY_ID: dict[str, Clause] = {clause.id: clause for clause in CLAUSES}
