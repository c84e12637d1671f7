"""Categories for the mock to serve."""

from contracts.event_categories.contract import CONTRACT
from contracts.mock.reply import Elements, Sample

#: The first two are documented. The first seven were recorded of the API, with consecutive ids, in the repository
#: Scalingo/scalingo-ruby-api (samples/, May 2020); the others are made up.
_TEXTS = (
    "App operations", "Addons", "Collaborators", "Domains", "Notifiers", "Variables", "GitHub",
    "Deployments", "Databases", "Autoscalers", "Alerts", "Account",
)  # fmt: skip


def categories(count: int) -> Elements:
    """Return a conforming list of any length, which begins with what was recorded."""
    more = (f"Category {number}" for number in range(len(_TEXTS) + 1, count + 1))
    return [
        {
            "id": f"{0x5982F139D48C360021B1EB43 + number:024x}",
            "name": text.lower().replace(" ", "_"),
            "display_name": text,
            "position": number,
        }
        for number, text in enumerate([*_TEXTS[:count], *more], 1)
    ]


SAMPLE = Sample(CONTRACT, categories, size=len(_TEXTS), noun="EventCategory")
