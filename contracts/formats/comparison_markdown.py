"""A comparison as Markdown for a pull request: the verdict first, then every difference in one table."""

from collections.abc import Iterator

from contracts.comparison.difference import Difference
from contracts.comparison.gate import Gate
from contracts.formats.comparison_wording import (
    called,
    described,
    headline,
    hidden,
    last_line,
    notes,
    reason,
    shown,
    stale,
    verdict,
)
from contracts.formats.markdown import code, folded, table, text

_SIGNS = {0: "✅", 1: "❌", 3: "⚠️"}
_TITLES = ("impact", "what", "where", "before", "after", "who notices", "rule")


def render(gate: Gate) -> str:
    """Return the comparison as GitHub-flavoured Markdown."""
    return "".join(f"{line}\n" for line in _lines(gate))


def _lines(gate: Gate) -> Iterator[str]:
    words = verdict(gate) if reason(gate) else headline(gate)
    yield f"## {_SIGNS[gate.status]} {gate.contract.title}, old and new: {words}"
    yield ""
    yield code(last_line(gate), 1000)
    yield ""
    yield from inner(gate)


def inner(gate: Gate) -> Iterator[str]:
    """Iterate over the lines below the verdict."""
    yield f"- old: {code(described(gate.old), 1000)}"
    yield f"- new: {code(described(gate.new), 1000)}"
    if gate.comparison is None:
        return
    for line in stale(gate.comparison):
        yield ""
        yield f"> {code(line, 1000)}"
    differences = shown(gate.comparison.differences)
    if differences:
        yield ""
        yield from table(_TITLES, map(_row, differences))
    if words := hidden(gate.comparison):
        yield ""
        yield words
    if lines := [f"- {code(line)}" for line in notes(gate.comparison)]:
        yield from folded("Worth knowing", lines)


def _row(difference: Difference) -> tuple[str, ...]:
    accepted = f", {code(difference.accepted)}" if difference.accepted else ""
    name = called(difference)
    what = code(name) if name else f"{code(difference.member)} of the root" if difference.member else "the whole list"
    return (
        difference.impact.value + accepted,
        what,
        code(difference.place),
        code(difference.before),
        code(difference.after),
        text("; ".join(difference.notices)),
        code(difference.rule.id),
    )
