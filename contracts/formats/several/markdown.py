"""Markdown over several targets, for a step summary or a pull request: the verdict, the table, and why."""

from collections.abc import Iterator, Sequence

from contracts.comparison.across import across
from contracts.core.text import counted
from contracts.formats.markdown import code, folded, text
from contracts.formats.several.wording import causes, differences, failing, headline, last_line
from contracts.targets.target_entry import Judged, worst

_SIGNS = {0: "✅", 1: "❌", 3: "⚠️"}
#: Failing clauses of a target that are named in the table; the report of the target has all.
_NAMED = 8


def render(targets: Sequence[Judged]) -> str:
    """Return the reports as GitHub-flavoured Markdown."""
    return "".join(f"{line}\n" for line in _lines(targets))


def _lines(targets: Sequence[Judged]) -> Iterator[str]:
    yield f"## {_SIGNS[worst(targets)]} Contract of {counted(len(targets), 'target')}"
    yield ""
    yield code(last_line(targets), 1000)
    yield ""
    yield "| target | verdict | failing clauses | requests | seconds |"
    yield "|---|---|---|---:|---:|"
    yield from map(_row, targets)
    for judged in targets:
        for reason in causes(judged):
            yield ""
            yield f"- {code(judged.entry.name)}: {code(reason, 1000)}"
    if compared := list(across(targets)):
        lines = (f"- {code(each.name)} beside {code(each.base)}: {code(differences(each), 1000)}" for each in compared)
        yield from folded("What the targets differ in", lines)


def _row(judged: Judged) -> str:
    report = judged.report
    broken = failing(judged)
    named = ", ".join(map(code, broken[:_NAMED])) + (f" and {len(broken) - _NAMED} more" if broken[_NAMED:] else "")
    numbers = (f"{report.requests.sent:,}", f"{report.seconds:.1f}") if report else ("", "")
    cells = (code(judged.entry.name), f"{_SIGNS[judged.status]} {text(headline(judged))}", named, *numbers)
    return f"| {' | '.join(cells)} |"
