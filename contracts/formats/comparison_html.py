"""A comparison as one self-contained HTML page, of the same style, script and policy as that of a run."""

from dataclasses import dataclass

from contracts.comparison.difference import Difference
from contracts.comparison.gate import Gate
from contracts.comparison.rules import Impact
from contracts.formats.comparison_wording import (
    called,
    described,
    hidden,
    last_line,
    notes,
    reason,
    shown,
    stale,
    verdict,
)
from contracts.formats.html import Group, page
from contracts.formats.wording import contract_name

#: The names in the markup are those of the page of a run: its filters and colours are meant.
ACCEPTED = Group("waived", "w", "accepted")
GROUPS = {
    Impact.BREAKING: Group("breached", "✗", "breaking"),
    Impact.VISIBLE: Group("warned", "!", "visible"),
    Impact.ADDITIVE: Group("held", "+", "additive"),
    Impact.UNSTABLE: Group("inconclusive", "~", "unstable"),
}
_CLASSES = {0: "conforms", 1: "violates", 3: "inconclusive"}


@dataclass(frozen=True)
class _Row:
    """A difference as it is shown."""

    difference: Difference
    group: Group
    title: str


def render(gate: Gate) -> str:
    """Return the page."""
    return page("comparison.html", contract=contract_name(gate.contract), state=_CLASSES[gate.status], **values(gate))


def values(gate: Gate) -> dict[str, object]:
    """Return what the templates show of a comparison."""
    differences = shown(gate.comparison.differences) if gate.comparison else ()
    rows = [_Row(each, ACCEPTED if each.accepted else GROUPS[each.impact], _title(each)) for each in differences]
    groups = (*GROUPS.values(), ACCEPTED)
    return {
        "gate": gate,
        "rows": rows,
        "counts": [(group, sum(row.group is group for row in rows)) for group in groups],
        "by_group": [(group, [row for row in rows if row.group is group]) for group in groups],
        "verdict": verdict(gate),
        "sentence": reason(gate) or gate.counts,
        "sides": [("Old", described(gate.old)), ("New", described(gate.new))],
        "summary": last_line(gate),
        "hidden": hidden(gate.comparison) if gate.comparison else "",
        "stale": list(stale(gate.comparison)) if gate.comparison else [],
        "notes": list(notes(gate.comparison)) if gate.comparison else [],
    }


def _title(difference: Difference) -> str:
    return called(difference) or difference.member or "the whole list"
