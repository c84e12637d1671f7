"""A comparison for a person at a terminal: grouped by impact, the worst first, within 80 columns."""

import textwrap
from collections.abc import Iterator
from itertools import groupby

from contracts.comparison.difference import Difference
from contracts.comparison.gate import Gate
from contracts.comparison.rules import Impact
from contracts.core.text import counted
from contracts.formats.comparison_wording import called, described, hidden, last_line, notes, reason, shown, stale
from contracts.formats.terminal import Paint
from contracts.formats.wording import plain

_COLUMNS = 80
_COLOURS = {Impact.BREAKING: "31", Impact.VISIBLE: "33", Impact.ADDITIVE: "32", Impact.UNSTABLE: "2"}
_STATUSES = {0: "32", 1: "31", 3: "33"}


def render(gate: Gate, *, colour: bool = False) -> str:
    """Return every difference with its values and with who notices, and the verdict."""
    return "".join(f"{line}\n" for line in _lines(gate, Paint(colour)))


def brief(gate: Gate) -> list[str]:
    """Return one line for each difference that fails, each stale exception, and the reason where there is one."""
    lines = [one_line(difference) for difference in shown(gate.failing)]
    if left := len(gate.failing) - len(lines):
        lines.append(f"and {counted(left, 'more difference')}")
    lines += map(plain, stale(gate.comparison) if gate.comparison else ())
    return lines + ([f"could not judge: {plain(reason(gate))}"] if reason(gate) else [])


def one_line(difference: Difference) -> str:
    """Return a difference in one line."""
    name = called(difference)
    at = f" {difference.place}" + (f" of {name}" if name else "")
    words = f"{difference.rule.id}{at} before {difference.before} after {difference.after}"
    return plain(f"{difference.impact.value} {words}")


def _lines(gate: Gate, paint: Paint) -> Iterator[str]:
    yield from inner(gate, paint)
    yield ""
    yield paint(last_line(gate), "1;" + _STATUSES[gate.status])


def inner(gate: Gate, paint: Paint) -> Iterator[str]:
    """Iterate over the lines in front of the last one."""
    yield from _wrapped("old", described(gate.old), indent=0)
    yield from _wrapped("new", described(gate.new), indent=0)
    if gate.comparison is None:
        return
    for impact, group in groupby(shown(gate.comparison.differences), key=lambda difference: difference.impact):
        yield ""
        total = sum(difference.impact is impact for difference in gate.comparison.differences)
        yield paint(f"{impact.value} ({total:,})", f"1;{_COLOURS[impact]}")
        for difference in group:
            yield ""
            yield from _difference(difference, paint)
    if words := hidden(gate.comparison):
        yield ""
        yield words
    for label, line in (
        *(("note", line) for line in notes(gate.comparison)),
        *(("stale", line) for line in stale(gate.comparison)),
    ):
        yield ""
        yield from _wrapped(label, line, indent=0)


def _difference(difference: Difference, paint: Paint) -> Iterator[str]:
    name = called(difference)
    title = f"{plain(name)}: " if name else ""
    lines = textwrap.wrap(f"{title}{plain(difference.says)}", _COLUMNS, initial_indent="  ", subsequent_indent="    ")
    yield paint(lines[0], "1")
    yield from lines[1:]
    yield from _wrapped("before", difference.before)
    yield from _wrapped("after", difference.after)
    yield from _wrapped("where", difference.place)
    yield from _wrapped("notices", "; ".join(difference.notices))
    if difference.accepted:
        yield from _wrapped("accepted", difference.accepted.removeprefix("accepted "))
    yield from _wrapped("rule", f"{difference.rule.id} {difference.fingerprint}")


def _wrapped(label: str, text: str, indent: int = 4) -> list[str]:
    first = " " * indent + f"{label:<10}"
    return textwrap.wrap(
        plain(text), _COLUMNS, initial_indent=first, subsequent_indent=" " * len(first), drop_whitespace=True
    ) or [first.rstrip()]
