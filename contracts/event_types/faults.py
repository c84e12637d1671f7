"""Faults of type.* and list.*, and everything that the mock can do to the event types."""

from typing import Any

from contracts.event_types.clauses import CATEGORIES_KEY, CATEGORIES_PATH
from contracts.event_types.contract import CONTRACT
from contracts.event_types.sample import CATEGORIES
from contracts.mock.faults import Catalogue, Scenario
from contracts.mock.faults.fault import MISSING, elements, fault, instead, member, of_many, text_member, variant
from contracts.mock.reply import json_reply

_KNOWN = "type.category-known"


def _categories(*categories: Any) -> Any:
    return instead([CATEGORIES_PATH], json_reply({CATEGORIES_KEY: list(categories)}))


def _copied(items: list[Any], name: str, place: int) -> None:
    items[place][name] = items[0][name]


_MEMBERS = (
    *(
        each
        for name in ("id", "category_id", "name", "display_name", "description")
        for each in text_member(name, "type", f"type.{name.replace('_', '-')}", "type.required")
    ),
    fault("element-string", "An element is a string.", ["type.object"], elements(lambda e: [*e, "more"])),
    fault("element-null", "An element is null.", ["type.object"], elements(lambda e: [None, *e])),
    fault("element-array", "An element is an array.", ["type.object"], elements(lambda e: [*e, []])),
    fault(
        "elements-wrapped",
        "Every element is wrapped in an object of its own.",
        ["type.required"],
        elements(lambda e: [{"event_type": each} for each in e]),
    ),
    fault("name-with-blanks", "A name has blanks.", ["type.name-style"], member("name", "app deployed")),
    fault("name-in-kebab-case", "A name has hyphens.", ["type.name-style"], member("name", "app-deployed")),
    fault(
        "public-and-broken",
        "The list is public, and its ids are missing for everybody.",
        ["type.required"],
        member("id", MISSING),
        Scenario(auth="public"),
    ),
)

_LISTS = (
    fault("ids-shared", "Two neighbours share an id.", ["list.ids-unique"], elements(lambda e: _copied(e, "id", 1))),
    fault(
        "ids-shared-far-apart",
        "First and last of a thousand share an id.",
        ["list.ids-unique"],
        of_many(lambda e: _copied(e, "id", -1)),
    ),
    fault(
        "names-shared", "Two neighbours share a name.", ["list.names-unique"], elements(lambda e: _copied(e, "name", 1))
    ),
    fault(
        "type-twice",
        "A type is there twice, whole.",
        ["list.ids-unique", "list.names-unique"],
        elements(lambda e: [*e, e[-1]]),
    ),
)

_REFERENCES = (
    fault("category-unknown", "A type belongs to a category that there is not.", [_KNOWN], member("category_id", "1")),
    fault(
        "category-unknown-in-last-of-many",
        "The last of a thousand types belongs to a category that there is not.",
        [_KNOWN],
        of_many(lambda e: e[-1].update(category_id="1")),
    ),
    fault("category-by-name", "A type names its category.", [_KNOWN], member("category_id", "app_operations")),
    fault("category-removed", "A category was removed, and its types were not.", [_KNOWN], _categories(CATEGORIES[0])),
    fault("category-renewed", "The categories have new ids.", [_KNOWN], _categories({"id": "1"}, {"id": "2"})),
    fault("categories-empty", "There are no categories.", [_KNOWN], _categories()),
    fault(
        "categories-500",
        "The list of categories ends in a server error.",
        ["http.no-server-error"],
        instead([CATEGORIES_PATH], json_reply({"error": "no"}, 500)),
    ),
)

_VARIANTS = (
    variant(
        "category-without-types",
        "A category has no types.",
        _categories(*CATEGORIES, {"id": "3", "name": "more", "display_name": "More", "position": 3}),
    ),
    variant(
        "categories-broken", "The categories are right in their ids alone.", _categories(*map(dict, CATEGORIES), 7)
    ),
)

CATALOGUE = Catalogue(CONTRACT, (*_MEMBERS, *_LISTS, *_REFERENCES), _VARIANTS)
