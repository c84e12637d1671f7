"""A comparison as JSON, as ``schemas/comparison.schema.json`` describes it: every difference, for programs to read."""

from typing import Any

from contracts.comparison.difference import Difference
from contracts.comparison.gate import Gate, Side
from contracts.comparison.rules import Impact
from contracts.formats.comparison_wording import headline, reason, verdict
from contracts.formats.result import to_json
from contracts.judging.schema import load

SCHEMA = "comparison.schema.json"


def render(gate: Gate) -> str:
    """Return the comparison as JSON; equal comparisons give equal texts."""
    return to_json({"$schema": load(SCHEMA)["$id"], "suite": gate.suite, "name": gate.contract.name, **members(gate)})


def members(gate: Gate) -> dict[str, Any]:
    """Return what a comparison says, as a value."""
    comparison = gate.comparison
    return {
        "headline": headline(gate),
        "verdict": verdict(gate),
        "status": gate.status,
        "fail_on": gate.fail_on.value,
        "allow_empty": gate.allow_empty,
        "narrowed": list(gate.narrowed),
        "old": _side(gate.old, comparison.old if comparison else None),
        "new": _side(gate.new, comparison.new if comparison else None),
        "matched": comparison.matched if comparison else None,
        "reason": reason(gate),
        "counts": {**{impact.value: gate.count(impact) for impact in Impact}, "accepted": gate.accepted},
        "differences": [_difference(gate, each) for each in comparison.differences] if comparison else [],
        "flickering": list(comparison.flickering) if comparison else [],
        "read_once": list(comparison.read_once) if comparison else [],
        "stale": [
            {"number": stale.number, "rule": stale.rule, "words": stale.words}
            for stale in (comparison.stale if comparison else ())
        ],
    }


def _side(side: Side, elements: int | None) -> dict[str, Any]:
    return {
        "kind": side.kind.value,
        "name": side.name,
        "target": side.target,
        "taken": side.taken,
        "digest": side.digest,
        "elements": elements,
    }


def _difference(gate: Gate, difference: Difference) -> dict[str, Any]:
    element = difference.element
    return {
        "rule": difference.rule.id,
        "impact": difference.impact.value,
        "says": difference.says,
        "element": element and {"id": element.id, "name": element.name},
        "member": difference.member,
        "place": difference.place,
        "before": difference.before,
        "after": difference.after,
        "notices": list(difference.notices),
        "fingerprint": difference.fingerprint,
        "accepted": difference.accepted,
        "fails": gate.fails(difference),
    }
