"""Workflow commands of GitHub Actions: a line in the log that becomes an annotation of the run.

Source: GitHub Actions, workflow commands. Only ten of a kind are shown for a step, so what fails comes first, and
what could not be judged is one line.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from contracts.core.report import Outcome, Report, State
from contracts.core.text import plain
from contracts.formats import wording
from contracts.formats.reproduce import rerun

if TYPE_CHECKING:
    from contracts.comparison.gate import Gate
    from contracts.targets.target_entry import Judged

#: So many differences from a baseline are told in the one annotation about it.
_COMPARED = 10


def render(report: Report) -> str:
    """Return an ``::error`` for every clause that fails the run, a ``::warning`` for every other breach."""
    name = wording.contract_name(report.contract).removesuffix(" contract")
    return "".join(_command(kind, f"{name}: {title}", lines) for kind, title, lines in _told(report))


def render_targets(targets: "Sequence[Judged]") -> str:
    """Return an ``::error`` for every target that fails the run or could not be judged."""
    return "".join(
        _command(
            "error",
            f"{judged.entry.contract}: {judged.entry.name} {wording.target_headline(judged)}",
            [wording.last_line(judged.report) if judged.report else judged.missing],
        )
        for judged in targets
        if judged.status
    )


def _command(kind: str, title: str, lines: Iterable[str]) -> str:
    """Return one workflow command; nothing in its title or its lines can end it or begin another one."""
    safe = _data(plain(title)).replace(":", "%3A").replace(",", "%2C")
    message = _data("\n".join(map(plain, lines)))
    return f"::{kind} title={safe}::{message}\n"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _told(report: Report) -> Iterator[tuple[str, str, list[str]]]:
    """Iterate over kind, title and lines of each command."""
    if report.partial:
        yield "notice", wording.headline(report), [wording.last_line(report)]
    if unsteady := wording.unsteady(report):
        yield "notice", "the answers did not agree", unsteady
    broken = wording.by_cause(report)
    yield from (("error", f"{o.clause.id} breached", _breach(report, o)) for o in broken if o in report.failing)
    if report.stale:
        yield "error", "stale deviations", [*map(wording.stale, report.stale)]
    if (compared := wording.gate_of(report)) and compared.status:
        yield "error", compared.against, _compared(compared)
    if reasons := wording.unjudged(report):
        yield "error", "could not be judged", [*reasons, ", ".join(id_ for ids in reasons.values() for id_ in ids)]
    yield from (("warning", f"{o.clause.id} breached", _breach(report, o)) for o in broken if o in report.warnings)
    for outcome in report.of(State.WAIVED):
        yield "warning", f"{outcome.clause.id} waived", ["; ".join(outcome.notes) or outcome.reason]


def _compared(gate: "Gate") -> list[str]:
    return [*wording.brief_comparison(gate)[:_COMPARED], wording.comparison_last_line(gate)]


def _breach(report: Report, outcome: Outcome) -> list[str]:
    first = outcome.findings[0]
    more = f" (and {outcome.count - 1:,} more)" if outcome.count > 1 else ""
    cause = report.follows.get(outcome.clause.id)
    return [
        *([f"follows from {cause}"] if cause else []),
        f"where {wording.place(first)}{more}",
        f"expected {first.expected}",
        f"received {first.received}",
        *filter(None, [rerun(report, outcome.clause.id)]),
    ]
