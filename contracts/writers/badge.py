"""A badge: the JSON that shields.io reads from an endpoint (its documentation, section Endpoint Badge)."""

import json

from contracts.core.report import Report, Verdict

_COLOURS = {Verdict.CONFORMS: "brightgreen", Verdict.VIOLATES: "red", Verdict.INCONCLUSIVE: "yellow"}


def render(report: Report) -> str:
    """Return the verdict as an endpoint badge."""
    badge = {
        "schemaVersion": 1,
        "label": "event categories contract",
        "message": report.verdict.value,
        "color": _COLOURS[report.verdict],
    }
    return json.dumps(badge, indent=2) + "\n"
