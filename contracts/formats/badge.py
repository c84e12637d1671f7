"""A badge: the JSON that shields.io reads from an endpoint (its documentation, section Endpoint Badge)."""

import json

from contracts.core.report import Report, Verdict
from contracts.formats.wording import contract_name, headline

_COLOURS = {Verdict.CONFORMS: "brightgreen", Verdict.VIOLATES: "red", Verdict.INCONCLUSIVE: "yellow"}
#: Green is for the whole contract kept by an endpoint, and for nothing less; orange for what fails a run beside it.
_PARTIAL, _ASIDE = "lightgrey", "orange"


def render(report: Report) -> str:
    """Return the verdict as an endpoint badge."""
    colour = _COLOURS[report.verdict]
    if report.verdict is Verdict.CONFORMS:
        colour = _ASIDE if report.status else _PARTIAL if report.partial else colour
    badge = {
        "schemaVersion": 1,
        "label": contract_name(report.contract),
        "message": headline(report),
        "color": colour,
    }
    return json.dumps(badge, indent=2) + "\n"
