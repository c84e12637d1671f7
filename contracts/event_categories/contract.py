"""The contract of ``GET /v1/event_categories`` as a value."""

from contracts.core.contract import Contract, Display, Schemas
from contracts.event_categories.clauses import CLAUSES, KEY, MEMBERS, PATH
from contracts.global_information.clauses import PROBES_ON_REQUEST, READING_PROBES, SECTIONS

CONTRACT = Contract(
    name="event-categories",
    package=__package__,
    title="Event categories",
    element="category",
    elements="categories",
    path=PATH,
    key=KEY,
    members=MEMBERS,
    clauses=CLAUSES,
    probes=(*READING_PROBES, *PROBES_ON_REQUEST),
    schemas=Schemas(element="event_category.schema.json", envelope="event_categories.schema.json"),
    display=Display(
        title="display_name",
        codes=("name", "id"),
        order="position",
        marks={
            "category.object": "not an object",
            "category.required": "lacks a member",
            "category.id": "no id",
            "category.name": "no name",
            "category.display-name": "no display_name",
            "category.position": "no position to sort by",
            "category.name-style": "name in another style",
            "category.display-name-printable": "display_name that cannot be shown",
            "list.ids-unique": "same id",
            "list.names-unique": "same name",
            "list.positions-distinct": "same position",
            "list.positions-ascending": "came after a higher position",
            "client.go-readable": "the Go client fails",
            "client.js-exact": "JavaScript rounds its position",
        },
    ),
    sections={
        **SECTIONS,
        "category": "Each category",
        "list": "The list as a whole",
        "client": "Official clients",
    },
    about_elements=("category", "list"),
    public_note="scalingo.js lists the event categories without credentials: it fails on this target",
)
