"""The contract: every clause of ``GET /v1/event_categories``, in the order in which a report shows them.

What holds for every resource stands in ``contracts/global_information/clauses.py``. Ids are append-only: one that was
published is never renamed, reused or given another meaning.
"""

from dataclasses import replace

from contracts.core.contract import Clause, Level, Source, must, should
from contracts.global_information.clauses import AUTH, ENVELOPE, ERROR, HTTP, JSON, SITE, TRANSPORT, of_resource

PATH = "/v1/event_categories"
KEY = "event_categories"
MEMBERS = ("id", "name", "display_name", "position")
#: JavaScript has every integer up to this one (ECMAScript, Number.MAX_SAFE_INTEGER).
EXACT_IN_JS = 2**53 - 1

PAGE = Source("Event categories", f"{SITE}/event_categories")
GO_CLIENT = Source("go-scalingo, events_types.go", "https://github.com/Scalingo/go-scalingo")
JS_CLIENT = Source("scalingo.js, src/Events/index.ts", "https://github.com/Scalingo/scalingo.js")


def _shared(clauses: tuple[Clause, ...]) -> tuple[Clause, ...]:
    return of_resource(clauses, PAGE, KEY, "categories")


def _without_credentials(clause: Clause) -> Clause:
    """Return a clause of authentication with what an official client does: it asks for this list without a token."""
    if clause.id == "auth.missing":
        clause = replace(clause, why="the documentation asks for credentials; scalingo.js sends none for this list")
    return replace(clause, sources=(*clause.sources, JS_CLIENT)) if clause.level is Level.MUST else clause


CLAUSES: tuple[Clause, ...] = (
    *_shared((*TRANSPORT, *HTTP)),
    *(_without_credentials(clause) for clause in AUTH),
    *_shared((*JSON, *ENVELOPE)),
    must(
        "envelope.event-categories",
        "the member event_categories of the root is an array",
        PAGE,
        breach='{"eventCategories": []} or {"event_categories": null}',
        why="every client reads the list under this name",
    ),
    must(
        "category.object",
        "every element is an object",
        PAGE,
        breach='{"event_categories": ["addons"]}',
        why="clients read members from it",
    ),
    must(
        "category.required",
        "every category has id, name, display_name and position",
        PAGE,
        breach='{"id": "1", "name": "addons", "position": 1}',
        why="a missing member becomes undefined, zero or an exception, depending on the client",
    ),
    must(
        "category.id",
        "id is a non-empty string",
        PAGE,
        breach='{"id": 7}',
        why="event types refer to their category by it",
    ),
    must(
        "category.name",
        "name is a non-empty string",
        PAGE,
        breach='{"name": null}',
        why="clients look categories up by name",
    ),
    must(
        "category.display-name",
        "display_name is a non-empty string",
        PAGE,
        breach='{"display_name": ""}',
        why="it is what a person reads",
    ),
    must(
        "category.position",
        "position is an integer",
        PAGE,
        detail="It is one in JSON Schema's sense: 1.0 is an integer, and true is none.",
        breach='{"position": "1"}',
        why="clients sort by it; sorted as text, 10 comes before 2",
    ),
    should(
        "category.name-style",
        "name is in snake_case or camelCase",
        PAGE,
        detail="The examples of the page have the one style, and its text names the other.",
        breach='{"name": "App Operations"}',
        why="names are used as keys in code and configuration",
    ),
    should(
        "category.display-name-printable",
        "display_name is not blank and has no control characters",
        PAGE,
        breach='{"display_name": "Add\\nons"}',
        why="it is drawn as one line of a menu",
    ),
    must(
        "list.ids-unique",
        "no two categories share an id",
        PAGE,
        breach="two elements with the id 5982f139d48c360021b1eb44",
        why="an event type would belong to both",
    ),
    must(
        "list.positions-distinct",
        "no two categories share a position",
        PAGE,
        detail="The position is an order.",
        breach="two elements with position 1",
        why="each client would show them in an order of its own",
    ),
    should(
        "list.positions-ascending",
        "the array comes in ascending position",
        PAGE,
        detail="It does in the documented example.",
        breach="position 2 before position 1",
        why="clients that show the array as it comes show the wrong order",
    ),
    should(
        "list.names-unique",
        "no two categories share a name",
        PAGE,
        breach="two elements named addons",
        why="a look-up by name finds only one of them",
    ),
    must(
        "client.go-readable",
        "the official Go client can decode the body",
        GO_CLIENT,
        detail="The root is null or an object. Every member of it is null, or a list of nulls and objects whose id and "
        "name are null or strings and whose position is null or an integer literal of 64 bits: 3.0 and 3e0 are none. "
        "The values that a repeated name replaced count as well. There is no byte order mark, and no member whose name "
        "differs from id, name or position by letter case alone.",
        breach='{"event_categories": [...], "meta": {"total": 2}} or {"position": 1.0}',
        why="the command line client stops with an error where its decoder does",
    ),
    must(
        "client.js-exact",
        "position is exact in JavaScript: within ±(2^53-1)",
        JS_CLIENT,
        breach='{"position": 9007199254740993}',
        why="JavaScript rounds larger numbers, so that two positions become one",
    ),
    *_shared(ERROR),
)
