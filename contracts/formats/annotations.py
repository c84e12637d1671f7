"""Workflow commands of GitHub Actions: a line in the log that becomes an annotation of the run.

Source: GitHub Actions, workflow commands. Only ten of a kind are shown for a step, so what fails comes first, and
what could not be judged is one line.
"""

from collections.abc import Iterator, Sequence

from contracts.comparison import gate_of
from contracts.core.report import Outcome, Report, State
from contracts.formats.reproduce import rerun
from contracts.formats.wording import (
    brief_comparison,
    by_cause,
    comparison_last_line,
    contract_name,
    headline,
    last_line,
    place,
    plain,
    stale,
    target_headline,
    unjudged,
)
from contracts.targets.target_entry import Judged

#: So many differences from a baseline are told in the one annotation about it.
_COMPARED = 10


def render(report: Report) -> str:
    """Return an ``::error`` for every clause that fails the run, a ``::warning`` for every other breach."""
    return "".join(f"{line}\n" for line in _commands(report))


def _commands(report: Report) -> Iterator[str]:
    if report.partial:
        yield command("notice", report, headline(report), last_line(report))
    broken = by_cause(report)
    for outcome in broken:
        if outcome in report.failing:
            yield command("error", report, _title(outcome, "breached"), _message(report, outcome))
    if report.stale:
        yield command(
            "error", report, "stale deviations", "\n".join(plain(stale(deviation)) for deviation in report.stale)
        )
    if (compared := gate_of(report)) and compared.status:
        lines = [*brief_comparison(compared)[:_COMPARED], comparison_last_line(compared)]
        yield command("error", report, compared.against, "\n".join(lines))
    if reasons := unjudged(report):
        clauses = ", ".join(clause for ids in reasons.values() for clause in ids)
        yield command("error", report, "could not be judged", "\n".join([*map(plain, reasons), clauses]))
    for outcome in broken:
        if outcome in report.warnings:
            yield command("warning", report, _title(outcome, "breached"), _message(report, outcome))
    for outcome in report.of(State.WAIVED):
        yield command("warning", report, _title(outcome, "waived"), plain("; ".join(outcome.notes) or outcome.reason))


def render_targets(targets: Sequence[Judged]) -> str:
    """Return an ``::error`` for every target that fails the run or could not be judged."""
    return "".join(map(_target_command, (judged for judged in targets if judged.status)))


def _target_command(judged: Judged) -> str:
    message = last_line(judged.report) if judged.report else plain(judged.missing)
    return entitled("error", f"{judged.entry.contract}: {judged.entry.name} {target_headline(judged)}", message) + "\n"


def command(kind: str, report: Report, title: str, message: str) -> str:
    """Return one workflow command about a report; see :func:`entitled`."""
    return entitled(kind, f"{contract_name(report.contract).removesuffix(' contract')}: {title}", message)


def entitled(kind: str, title: str, message: str) -> str:
    """Return one workflow command; nothing in the title or the message can end it or begin another one."""
    safe = _data(title).replace(":", "%3A").replace(",", "%2C")
    return f"::{kind} title={safe}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _title(outcome: Outcome, state: str) -> str:
    return f"{outcome.clause.id} {state}"


def _message(report: Report, outcome: Outcome) -> str:
    first = outcome.findings[0]
    more = f" (and {outcome.count - 1:,} more)" if outcome.count > 1 else ""
    cause = report.follows.get(outcome.clause.id)
    lines = (
        *([f"follows from {cause}"] if cause else []),
        f"where {place(first)}{more}",
        f"expected {first.expected}",
        f"received {first.received}",
        rerun(report, outcome.clause.id),
    )
    return "\n".join(map(plain, lines))
