"""The contract: every clause of ``GET /v1/event_types``, in the order in which a report shows them.

What holds for every resource stands in ``contracts/global_information/clauses.py``. Ids are append-only: one that was
published is never renamed, reused or given another meaning.
"""

from contracts.core.contract import LIST, Clause, Source, must, should
from contracts.global_information.clauses import AUTH, ENVELOPE, ERROR, HTTP, JSON, SITE, TRANSPORT, of_resource

PATH = "/v1/event_types"
KEY = "event_types"
MEMBERS = ("id", "category_id", "name", "display_name", "description")

#: The resource that the types refer to.
CATEGORIES_PATH, CATEGORIES_KEY = "/v1/event_categories", "event_categories"

PAGE = Source("Event types", f"{SITE}/event_types")
CATEGORIES_PAGE = Source("Event categories", f"{SITE}/event_categories")


def _shared(*clauses: Clause) -> tuple[Clause, ...]:
    return of_resource(clauses, PAGE, KEY, "types")


CLAUSES: tuple[Clause, ...] = (
    *_shared(*TRANSPORT, *HTTP, *AUTH, *JSON, *ENVELOPE),
    must(
        "envelope.event-types",
        "the member event_types of the root is an array",
        PAGE,
        breach='{"eventTypes": []} or {"event_types": null}',
        why="every client reads the list under this name",
    ),
    must(
        "type.object",
        "every element is an object",
        PAGE,
        breach='{"event_types": ["app_deployed"]}',
        why="clients read members from it",
    ),
    must(
        "type.required",
        "every type has id, category_id, name, display_name and description",
        PAGE,
        breach='{"id": "1", "name": "app_deployed"}',
        why="a missing member becomes undefined, empty or an exception, depending on the client",
    ),
    must(
        "type.id",
        "id is a non-empty string",
        PAGE,
        breach='{"id": 7}',
        why="notifiers store it to say which events they want",
    ),
    must(
        "type.category-id",
        "category_id is a non-empty string",
        PAGE,
        breach='{"category_id": null}',
        why="clients put the type below its category by it",
    ),
    must(
        "type.name",
        "name is a non-empty string",
        PAGE,
        breach='{"name": ""}',
        why="clients look types up by name",
    ),
    must(
        "type.display-name",
        "display_name is a non-empty string",
        PAGE,
        breach='{"display_name": ""}',
        why="it is what a person reads",
    ),
    must(
        "type.description",
        "description is a non-empty string",
        PAGE,
        breach='{"description": null}',
        why="it tells a person which events to expect",
    ),
    should(
        "type.name-style",
        "name is in snake_case or camelCase",
        PAGE,
        breach='{"name": "App deployed"}',
        why="names are used as keys in code and configuration",
    ),
    must(
        "type.category-known",
        "category_id is the id of a category that GET /v1/event_categories returns",
        PAGE,
        CATEGORIES_PAGE,
        probes=(LIST, "categories"),
        breach="a category_id that no category has as its id",
        why="the type appears under no category, and cannot be chosen",
    ),
    must(
        "list.ids-unique",
        "no two types share an id",
        PAGE,
        breach="two elements with the id 5982f139d48c360021b1eb4b",
        why="a stored choice would mean both",
    ),
    should(
        "list.names-unique",
        "no two types share a name",
        PAGE,
        breach="two elements named app_deployed",
        why="a look-up by name finds only one of them",
    ),
    *_shared(*ERROR),
)
