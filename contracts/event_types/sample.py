"""Event types for the mock to serve, and the categories that they refer to."""

from contracts.event_types.clauses import CATEGORIES_KEY, CATEGORIES_PATH
from contracts.event_types.contract import CONTRACT
from contracts.mock.sample import Elements, Sample

CATEGORIES = (
    {"id": "5982f139d48c360021b1eb44", "name": "app_operations", "display_name": "App operations", "position": 1},
    {"id": "5982f139d48c360021b1eb45", "name": "addons", "display_name": "Addons", "position": 2},
)
_NAMES = (
    "app_deployed", "app_restarted", "app_stopped", "app_scaled", "addon_provisioned", "addon_deleted",
    "addon_resumed", "domain_added", "domain_removed", "variable_added", "variable_removed", "collaborator_invited",
)  # fmt: skip


def types(count: int) -> Elements:
    """Return a conforming list of any length; the first two are the documented examples."""
    more = (f"type_{number}" for number in range(len(_NAMES) + 1, count + 1))
    return [
        {
            "id": f"{0x5982F139D48C360021B1EB4B + number:024x}",
            "category_id": CATEGORIES[name.startswith("addon")]["id"],
            "name": name,
            "display_name": name.replace("_", " ").capitalize(),
            "description": f"Tells of each event number {number}",
        }
        for number, name in enumerate([*_NAMES[:count], *more])
    ]


SAMPLE = Sample(
    CONTRACT,
    types,
    size=len(_NAMES),
    noun="EventType",
    others={CATEGORIES_PATH: {CATEGORIES_KEY: list(CATEGORIES)}},
)
