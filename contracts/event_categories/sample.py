"""Categories for the mock to serve."""

from contracts.event_categories.contract import CONTRACT
from contracts.mock.sample import Elements, Sample

_NAMES = (
    "app_operations", "addons", "collaborators", "domains", "env_variables", "deployments", "databases",
    "autoscalers", "alerts", "notifiers", "scm_integrations", "account",
)  # fmt: skip


def categories(count: int) -> Elements:
    """Return a conforming list of any length; the first two are the documented examples."""
    known = [(name, name.replace("_", " ").capitalize()) for name in _NAMES]
    more = ((f"category_{number}", f"Category {number}") for number in range(len(known) + 1, count + 1))
    return [
        {"id": f"{0x5982F139D48C360021B1EB43 + number:024x}", "name": name, "display_name": text, "position": number}
        for number, (name, text) in enumerate([*known[:count], *more], 1)
    ]


SAMPLE = Sample(CONTRACT, categories, size=len(_NAMES), noun="EventCategory")
