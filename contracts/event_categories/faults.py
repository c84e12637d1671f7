"""Faults of category.*, list.* and client.*, and everything that the mock can do to the categories."""

from typing import Any

from contracts.event_categories.contract import CONTRACT
from contracts.event_categories.variants import VARIANTS
from contracts.mock.faults import Catalogue
from contracts.mock.faults.fault import (
    MISSING,
    Scenario,
    body,
    elements,
    fault,
    in_last_of_many,
    literal,
    member,
    of_many,
    text_member,
    value,
)
from contracts.mock.reply import Change

_GO, _JS = "client.go-readable", "client.js-exact"
_LAST = -1

POSITION = (
    fault("position-missing", "A category lacks position.", ["category.required"], member("position", MISSING)),
    fault("position-null", "A category has null as position.", ["category.position"], member("position", None)),
    *(
        fault(f"position-{name}", f"A category has {sentence} as position.", ["category.position", _GO], change)
        for name, sentence, change in (
            ("text", "a number in quotes", member("position", "1")),
            ("true", "true", literal('"position": 1}', '"position": true}')),
            ("false", "false", member("position", new=False)),
            ("nearly-whole", "hardly more than 12", literal('"position": 12}', f'"position": 12.{"0" * 40}1}}')),
            ("fraction", "one and a half", member("position", 1.5)),
            ("array", "an array", member("position", [1])),
            ("object", "an object", member("position", {"value": 1})),
            ("text-in-last-of-many", "in the last of a thousand a text", in_last_of_many("position", "last")),
        )
    ),
    fault("position-1.0", "A position is written 12.0.", [_GO], literal('"position": 12}', '"position": 12.0}')),
    fault("position-exponent", "A position is written 12e0.", [_GO], literal('"position": 12}', '"position": 12e0}')),
    fault("position-2-53", "A position is 2^53.", [_JS], member("position", 2**53, _LAST)),
    fault("position-minus-2-53", "A position is -2^53.", [_JS], member("position", -(2**53))),
    fault("position-2-63-1", "A position is 2^63-1.", [_JS], member("position", 2**63 - 1, _LAST)),
    fault("position-minus-2-63", "A position is -2^63.", [_JS], member("position", -(2**63))),
    fault("position-below-minus-2-63", "A position is -2^63-1.", [_JS, _GO], member("position", -(2**63) - 1)),
    fault("position-2-63", "A position is 2^63.", [_JS, _GO], member("position", 2**63, _LAST)),
    fault(
        "position-1e400",
        "A position is written 1e400.",
        [_JS, _GO],
        literal('"position": 12}', '"position": 1e400}'),
    ),
    fault(
        "position-5000-digits",
        "A position has 5,000 digits.",
        [_JS, _GO],
        literal('"position": 12}', f'"position": {"9" * 5000}}}'),
    ),
)

ELEMENTS = (
    fault("element-string", "An element is a string.", ["category.object", _GO], elements(lambda e: [*e, "more"])),
    fault("element-null", "An element is null.", ["category.object"], elements(lambda e: [None, *e])),
    fault("element-array", "An element is an array.", ["category.object", _GO], elements(lambda e: [*e, []])),
    fault("element-number", "An element is a number.", ["category.object", _GO], elements(lambda e: [*e, 7])),
    fault(
        "elements-wrapped",
        "Every element is wrapped in an object of its own.",
        ["category.required"],
        elements(lambda e: [{"event_category": category} for category in e]),
    ),
)

STYLE = (
    *(
        fault(f"name-{shown}", f"A name is {shown.replace('-', ' ')}.", ["category.name-style"], member("name", text))
        for shown, text in (
            ("with-blanks", "app operations"),
            ("in-kebab-case", "app-operations"),
            ("in-pascal-case", "AppOperations"),
            ("in-capitals", "APP_OPERATIONS"),
            ("mixed", "app_Operations"),
            ("beginning-with-a-digit", "2nd_category"),
            ("ending-with-a-line-feed", "app_operations\n"),
            ("in-another-script", "приложение"),
        )
    ),
    *(
        fault(
            f"display-name-{shown}",
            f"A display name {sentence}.",
            ["category.display-name-printable"],
            member("display_name", text),
        )
        for shown, sentence, text in (
            ("blank", "is a blank", " "),
            ("no-break-space", "is a no-break space", "\u00a0"),
            ("line-feed", "has a line feed", "App\noperations"),
            ("escape", "has an escape character", "App \x1b[31moperations"),
            ("c1-control", "has a C1 control character", "App\u0085operations"),
        )
    ),
)


def _copied(items: list[Any], name: str, source: int, place: int) -> None:
    items[place][name] = items[source][name]


def _far_apart(name: str) -> Change:
    return of_many(lambda items: _copied(items, name, 0, _LAST))


def _swapped(items: list[Any]) -> None:
    items[3], items[4] = items[4], items[3]


LISTS = (
    fault("ids-shared", "Two neighbours share an id.", ["list.ids-unique"],
            elements(lambda e: _copied(e, "id", 0, 1))),
    fault("ids-shared-far-apart", "First and last of a thousand share an id.", ["list.ids-unique"], _far_apart("id")),
    fault("ids-all-the-same", "All ids are the same.", ["list.ids-unique"],
            elements(lambda e: [{**category, "id": "1"} for category in e])),
    fault("positions-shared", "The last two share a position.", ["list.positions-distinct"],
            elements(lambda e: _copied(e, "position", -2, _LAST))),
    fault("positions-all-the-same", "All positions are 0.", ["list.positions-distinct"],
            elements(lambda e: [{**category, "position": 0} for category in e])),
    fault("positions-shared-far-apart", "First and last of a thousand share a position.",
            ["list.positions-distinct", "list.positions-ascending"], _far_apart("position")),
    fault("positions-shared-in-two-forms", "The last two share a position, written 11 and 11.0.",
            ["list.positions-distinct", _GO], literal('"position": 12}', '"position": 11.0}')),
    fault("positions-shared-as-zeros", "The first two share a position, written -0 and 0.",
            ["list.positions-distinct"],
            literal('"position": 1}', '"position": -0}', '"position": 2}', '"position": 0}')),
    fault("names-shared", "Two neighbours share a name.", ["list.names-unique"],
            elements(lambda e: _copied(e, "name", 0, 1))),
    fault("names-shared-far-apart", "First and last of a thousand share a name.", ["list.names-unique"],
            _far_apart("name")),
    fault("category-twice", "A category is there twice, whole.",
            ["list.ids-unique", "list.positions-distinct", "list.names-unique"], elements(lambda e: [*e, e[-1]])),
    fault("order-reversed", "The list comes in descending position.", ["list.positions-ascending"],
            elements(lambda e: e[::-1])),
    fault("order-swapped", "Two neighbours are swapped.", ["list.positions-ascending"], elements(_swapped)),
    fault("order-first-last", "The first category comes last.", ["list.positions-ascending"],
            elements(lambda e: [*e[1:], e[0]])),
    fault("order-as-text", "The list is sorted by position as text.", ["list.positions-ascending"],
            elements(lambda e: sorted(e, key=lambda category: str(category["position"])))),
)  # fmt: skip

CLIENTS = tuple(
    fault(f"member-{shown}-beside", f"A category also has a member {name}.", [_GO], member(name, new))
    for shown, name, new in (
        ("capital-id", "Id", "x"),
        ("capitals-id", "ID", "x"),
        ("capital-name", "Name", "x"),
        ("capitals-position", "POSITION", 3),
        ("long-s-position", "po\u017fition", 3),
    )
)

_REPEATED = (
    fault("name-twice-unreadable-in-root", "The list is there twice, and was an object first.",
            ["json.unique-names", _GO], body(lambda b: b'{"event_categories": {}, ' + b[1:])),
    fault("name-twice-unreadable-in-element", "A category has its id twice, and it was a number first.",
            ["json.unique-names", _GO],
            literal('"id": "5982f139d48c360021b1eb45"', '"id": 7, "id": "5982f139d48c360021b1eb45"')),
    fault("name-twice-unreadable-inside", "The list is there twice, and first had a position as text.",
            ["json.unique-names", _GO],
            body(lambda b: b'{"event_categories": [{"position": "1"}], ' + b[1:])),
)  # fmt: skip


def _with(more: dict[str, Any]) -> Change:
    return value(lambda root, _: {**root, **more})


_BESIDE = tuple(
    fault(f"{name}-beside", f"{sentence} beside the list.", [_GO], _with(more))
    for name, sentence, more in (
        ("meta", "Pagination stands", {"meta": {"total_count": 12}}),
        ("count", "A count stands", {"total": 12}),
        ("text", "A text stands", {"status": "ok"}),
        ("strings", "A list of strings stands", {"links": ["next"]}),
        ("arrays", "A list of lists stands", {"more": [[]]}),
        ("ids", "A list of objects with numeric ids stands", {"more": [{"id": 7}]}),
    )
)

_PUBLIC = fault(
    "public-and-broken",
    "The list is public, and its ids are missing for everybody.",
    ["category.required"],
    member("id", MISSING),
    Scenario(auth="public"),
)

MEMBERS = (
    *text_member("id", "category", "category.id", "category.required", (_GO,)),
    *text_member("name", "category", "category.name", "category.required", (_GO,)),
    *text_member("display_name", "category", "category.display-name", "category.required"),
    _PUBLIC,
    *_REPEATED,
    *_BESIDE,
    *POSITION,
    *ELEMENTS,
    *STYLE,
    *LISTS,
    *CLIENTS,
)

#: What also breaks a clause of the clients, of the faults that every resource has.
_UNREADABLE = ("bom", "root-array", "root-string", "root-number", "list-object", "list-string", "list-wrapped")

CATALOGUE = Catalogue(CONTRACT, MEMBERS, VARIANTS, also=dict.fromkeys(_UNREADABLE, frozenset({_GO})))
