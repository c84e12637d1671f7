"""Event types for the mock to serve, and the categories that they refer to."""

from contracts.event_types.clauses import CATEGORIES_KEY, CATEGORIES_PATH
from contracts.event_types.contract import CONTRACT
from contracts.mock.reply import Elements, Sample

#: As they were recorded of the API, in the repository Scalingo/scalingo-ruby-api (samples/, May 2020).
CATEGORIES = tuple(
    {
        "id": f"{0x5982F139D48C360021B1EB43 + position:024x}",
        "name": text.lower().replace(" ", "_"),
        "display_name": text,
        "position": position,
    }
    for position, text in enumerate(
        ("App operations", "Addons", "Collaborators", "Domains", "Notifiers", "Variables", "GitHub"), 1
    )
)
#: The index of the category of a type, by the first word of its name.
_CATEGORY = {"app": 0, "addon": 1, "collaborator": 2, "domain": 3, "notifier": 4, "variable": 5, "github": 6}
_NAMES = (
    "app_deployed", "app_restarted", "app_stopped", "addon_provisioned", "addon_deleted", "domain_added",
    "domain_removed", "variable_added", "variable_removed", "collaborator_invited", "notifier_added", "github_linked",
)  # fmt: skip


def types(count: int) -> Elements:
    """Return a conforming list of any length; the first two are the documented examples."""
    more = (f"type_{number}" for number in range(len(_NAMES) + 1, count + 1))
    return [
        {
            "id": f"{0x5982F139D48C360021B1EB4B + number:024x}",
            "category_id": CATEGORIES[_CATEGORY.get(name.partition("_")[0], 0)]["id"],
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
