"""The contract of ``GET /v1/event_types`` as a value."""

from contracts.core.contract import Contract, Display, Probe, Schemas
from contracts.event_types.clauses import CATEGORIES_PATH, CLAUSES, KEY, MEMBERS, PATH
from contracts.global_information.clauses import PROBES_ON_REQUEST, READING_PROBES, SECTIONS

CATEGORIES = Probe("categories", "the categories that the types refer to", path=CATEGORIES_PATH)

CONTRACT = Contract(
    name="event-types",
    package=__package__,
    title="Event types",
    element="type",
    elements="types",
    path=PATH,
    key=KEY,
    members=MEMBERS,
    clauses=CLAUSES,
    probes=(*READING_PROBES, CATEGORIES, *PROBES_ON_REQUEST),
    schemas=Schemas(element="event_type.schema.json", envelope="event_types.schema.json"),
    display=Display(
        title="display_name",
        codes=("name", "id"),
        marks={
            "type.object": "not an object",
            "type.required": "lacks a member",
            "type.id": "no id",
            "type.category-id": "no category_id",
            "type.name": "no name",
            "type.display-name": "no display_name",
            "type.description": "no description",
            "type.name-style": "name in another style",
            "type.category-known": "no such category",
            "list.ids-unique": "same id",
            "list.names-unique": "same name",
        },
    ),
    sections={**SECTIONS, "type": "Each type", "list": "The list as a whole"},
    about_elements=("type", "list"),
)
