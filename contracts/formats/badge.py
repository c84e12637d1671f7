"""A badge: the JSON that shields.io reads from an endpoint (its documentation, section Endpoint Badge)."""

import json

from contracts.core.report import Report, Verdict
from contracts.formats.wording import contract_name, headline

#: Green is for the whole contract kept by an endpoint, and for nothing less.
_COLOURS = {"conforms": "brightgreen", "partial": "lightgrey", "violates": "red", "inconclusive": "blue"}
#: The colour of what fails a run beside its verdict.
_ASIDE = "orange"


def render(report: Report) -> str:
    """Return the verdict as an endpoint badge."""
    aside = report.verdict is Verdict.CONFORMS and report.status
    badge = {
        "schemaVersion": 1,
        "label": contract_name(report.contract),
        "message": headline(report),
        "color": _ASIDE if aside else _COLOURS[report.conclusion],
    }
    return json.dumps(badge, indent=2) + "\n"
