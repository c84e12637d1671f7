"""The canonical result over several targets as JSON, as ``schemas/results.schema.json`` describes it.

It says of every target what holds in a line each; the whole of it is in the report of the target.
"""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from contracts import __version__
from contracts.comparison.across import Across, across
from contracts.core.report import Report
from contracts.formats.result import to_json
from contracts.formats.several.wording import failing, headline, last_line, reasons, started
from contracts.judging.schema import load
from contracts.targets.target_entry import Judged, worst

SCHEMA = "results.schema.json"


def render(targets: Sequence[Judged]) -> str:
    """Return the results as JSON; equal reports give equal texts."""
    return to_json(
        {
            "$schema": load(SCHEMA)["$id"],
            "headline": last_line(targets),
            "suite": __version__,
            "status": worst(targets),
            "started": started(targets),
            "targets": [_target(judged) for judged in targets],
            "across": [_across(each) for each in across(targets)],
        }
    )


def _across(each: Across) -> dict[str, Any]:
    differences = each.comparison.differences if each.comparison else ()
    return {
        "target": each.name,
        "base": each.base,
        "problem": each.problem,
        "differences": [
            {
                "rule": difference.rule.id,
                "impact": difference.impact.value,
                "element": difference.element and asdict(difference.element),
                "member": difference.member,
                "place": difference.place,
                "before": difference.before,
                "after": difference.after,
                "fingerprint": difference.fingerprint,
            }
            for difference in differences
        ],
    }


def _target(judged: Judged) -> dict[str, Any]:
    entry = judged.entry
    return {
        "name": entry.name,
        "contract": entry.contract,
        "tags": list(entry.tags),
        "account": entry.payer,
        "verdict": judged.verdict.value,
        "status": judged.status,
        "headline": headline(judged),
        "failing": failing(judged),
        "reasons": reasons(judged),
        "report": judged.report and _report(judged.report),
    }


def _report(report: Report) -> dict[str, Any]:
    return {
        "target": report.target,
        "digest": report.digest,
        "implementation": report.implementation,
        "identity": asdict(report.identity),
        "started": report.started,
        "seconds": report.seconds,
        "requests": report.requests.sent,
        "partial": [reason.value for reason in report.partial],
        "warnings": [outcome.clause.id for outcome in report.warnings],
        "clauses": {
            outcome.clause.id: {"outcome": outcome.state.value, "observations": outcome.observations}
            for outcome in report.outcomes
        },
    }
