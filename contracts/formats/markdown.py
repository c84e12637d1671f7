"""Markdown for a step summary or a pull request: the verdict first, what is not held next, the rest folded away.

Everything that a target can say stands in code, where GitHub neither reads Markdown nor mentions anybody.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from contracts.comparison import gate_of
from contracts.core.clause import LIST, Source
from contracts.core.finding import Finding
from contracts.core.report import Outcome, Report, State, Verdict
from contracts.core.text import COMMAND, counted, shorten
from contracts.formats.reproduce import of_finding, rerun
from contracts.formats.wording import (
    by_cause,
    called,
    comparison_headline,
    comparison_last_line,
    comparison_reason,
    comparison_verdict,
    described,
    differs_in,
    headline,
    hidden_differences,
    identity,
    last_line,
    shown_differences,
    stale,
    stale_exceptions,
    target_failing,
    target_headline,
    target_reasons,
    targets_last_line,
    unjudged,
)
from contracts.targets.target_entry import Judged, worst

if TYPE_CHECKING:
    from contracts.comparison.difference import Comparison, Difference
    from contracts.comparison.gate import Gate
    from contracts.targets.across import Across

#: Of a clause that is broken many times, this many findings are written out; the JSON report has more.
_SHOWN = 3

_SIGNS = {Verdict.CONFORMS: "✅", Verdict.VIOLATES: "❌", Verdict.INCONCLUSIVE: "⚠️"}
_STATUS_SIGNS = {0: "✅", 1: "❌", 3: "⚠️"}
_DIFFERENCE_TITLES = ("impact", "what", "where", "before", "after", "who notices", "rule")
#: Failing clauses of a target that are named in the table; the report of the target has all.
_NAMED = 8
_SPECIAL = re.compile(r"[\\`*_\[\]~#!]|[<>&|@]")
_PUNCTUATION = re.compile(r"[!-/:-@\[-`{-~]")
_LINKED = re.compile(r"https://[\w./#?=&%:-]+")


def render(report: Report) -> str:
    """Return the report as GitHub-flavoured Markdown."""
    return "".join(f"{line}\n" for line in _lines(report))


def _lines(report: Report) -> Iterator[str]:
    yield f"## {_title(report)}"
    yield ""
    yield code(last_line(report), 1000)
    for word, known in identity(report.identity, report.implementation).items():
        yield ""
        yield f"{text(word)}: {code(known, 1000)}"
    for line in (*map(stale, report.stale), *report.notes):
        yield ""
        yield f"> {code(line, 1000)}"
    for reason, clauses in unjudged(report).items():
        yield ""
        yield f"- could not judge {counted(len(clauses), 'clause')}: {code(reason, 1000)}"
    if compared := gate_of(report):
        yield ""
        yield f"### Against the baseline: {compared.counts}"
        yield ""
        yield from _compared(compared)
    broken = by_cause(report)
    if broken:
        yield ""
        rows = (_row(report, outcome) for outcome in broken)
        yield from table(("clause", "level", "outcome", "where", "expected", "received"), rows)
    for outcome in broken:
        yield from folded(_summary(report, outcome), _breach(report, outcome))
    every = table(
        ("clause", "level", "outcome", "observations"),
        ((code(o.clause.id), o.clause.level, o.state, f"{o.observations:,}") for o in report.outcomes),
    )
    yield from folded(f"All {len(report.outcomes)} clauses", every)
    settings = ((code(name), code(value), code(origin)) for name, (value, origin) in report.settings.items())
    yield from folded("Settings", table(("setting", "value", "from"), settings))
    yield ""
    yield f"Suite {code(report.suite)}, contract {code(report.digest)}."


def _title(report: Report) -> str:
    sign = _SIGNS[report.verdict]
    if report.verdict is Verdict.CONFORMS:
        sign = (
            {1: "❌", 3: "⚠️"}[report.status]
            if report.status
            else "\N{INFORMATION SOURCE}\ufe0f"
            if report.partial
            else sign
        )
    return f"{sign} {report.contract.title} contract: {headline(report)}"


def _row(report: Report, outcome: Outcome) -> tuple[str, ...]:
    first = outcome.findings[0]
    return (
        code(outcome.clause.id),
        outcome.clause.level.value,
        f"{outcome.state.value}{_follows(report, outcome)}",
        _place(first),
        code(first.expected),
        code(first.received),
    )


def _follows(report: Report, outcome: Outcome) -> str:
    cause = report.follows.get(outcome.clause.id)
    return f", follows from {code(cause)}" if cause else ""


def _summary(report: Report, outcome: Outcome) -> str:
    times = counted(outcome.count, "time")
    waived = ", waived" if outcome.state is State.WAIVED else ""
    cause = report.follows.get(outcome.clause.id)
    follows = f", follows from <code>{text(cause)}</code>" if cause else ""
    observations = counted(outcome.observations, "observation")
    return f"<code>{text(outcome.clause.id)}</code> {outcome.clause.level}: {times} in {observations}{waived}{follows}"


def _breach(report: Report, outcome: Outcome) -> Iterator[str]:
    clause = outcome.clause
    yield f"It asks: {text(clause.asks)}. Why it matters: {text(clause.why)}."
    yield ""
    shown = outcome.findings[:_SHOWN]
    for finding in shown:
        yield f"- {_place(finding)}: expected {code(finding.expected)}, received {code(finding.received)}"
    if outcome.count > len(shown):
        yield f"- and {outcome.count - len(shown):,} more like this"
    yield ""
    yield f"Source: {'; '.join(map(_link, clause.sources))}. The request again, and this clause alone:"
    lines = dict.fromkeys(of_finding(report, finding) for finding in shown)
    for line in (*filter(None, lines), rerun(report, clause.id)):
        yield ""
        yield from _block(line)


def render_comparison(gate: "Gate") -> str:
    """Return the comparison as GitHub-flavoured Markdown."""
    return "".join(f"{line}\n" for line in _comparison_lines(gate))


def _comparison_lines(gate: "Gate") -> Iterator[str]:
    words = comparison_verdict(gate) if comparison_reason(gate) else comparison_headline(gate)
    yield f"## {_STATUS_SIGNS[gate.status]} {gate.contract.title}, old and new: {words}"
    yield ""
    yield code(comparison_last_line(gate), 1000)
    yield ""
    yield from _compared(gate)


def _compared(gate: "Gate") -> Iterator[str]:
    yield f"- old: {code(described(gate, gate.old), 1000)}"
    yield f"- new: {code(described(gate, gate.new), 1000)}"
    if gate.comparison:
        yield from _differences(gate.comparison)
    if lines := [f"- {code(line)}" for line in gate.notes]:
        yield from folded("Worth knowing", lines)


def _differences(comparison: "Comparison") -> Iterator[str]:
    for line in stale_exceptions(comparison):
        yield ""
        yield f"> {code(line, 1000)}"
    differences = shown_differences(comparison.differences)
    if differences:
        yield ""
        yield from table(_DIFFERENCE_TITLES, map(_difference_row, differences))
    if words := hidden_differences(comparison):
        yield ""
        yield words


def _difference_row(difference: "Difference") -> tuple[str, ...]:
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


def render_targets(targets: Sequence[Judged], across: "Sequence[Across]" = ()) -> str:
    """Return the reports as GitHub-flavoured Markdown."""
    return "".join(f"{line}\n" for line in _target_lines(targets, across))


def _target_lines(targets: Sequence[Judged], across: "Sequence[Across]") -> Iterator[str]:
    yield f"## {_STATUS_SIGNS[worst(targets)]} Contract of {counted(len(targets), 'target')}"
    yield ""
    yield code(targets_last_line(targets), 1000)
    yield ""
    yield "| target | verdict | failing clauses | requests | seconds |"
    yield "|---|---|---|---:|---:|"
    yield from map(_target_row, targets)
    for judged in targets:
        for reason in target_reasons(judged):
            yield ""
            yield f"- {code(judged.entry.name)}: {code(reason, 1000)}"
    if across:
        lines = (f"- {code(each.name)} beside {code(each.base)}: {code(differs_in(each), 1000)}" for each in across)
        yield from folded("What the targets differ in", lines)


def _target_row(judged: Judged) -> str:
    report = judged.report
    broken = target_failing(judged)
    named = ", ".join(map(code, broken[:_NAMED])) + (f" and {len(broken) - _NAMED} more" if broken[_NAMED:] else "")
    numbers = (f"{report.requests.sent:,}", f"{report.seconds:.1f}") if report else ("", "")
    cells = (
        code(judged.entry.name),
        f"{_STATUS_SIGNS[judged.status]} {text(target_headline(judged))}",
        named,
        *numbers,
    )
    return f"| {' | '.join(cells)} |"


def _place(finding: Finding) -> str:
    where = code(finding.where) if finding.where else "the whole body"
    answer = f" in the answer to {code(finding.probe)}" if finding.probe != LIST else ""
    through = f" ({code(finding.through)})" if finding.through else ""
    return where + answer + through


def _link(source: Source) -> str:
    safe = _LINKED.fullmatch(source.url)
    return f"[{text(source.title)}]({source.url})" if safe else f"{text(source.title)}, {code(source.url)}"


def _block(line: str) -> Iterator[str]:
    fence = "`" * max(3, *(len(run) + 1 for run in re.findall("`+", line)), 3)
    yield from (f"{fence}sh", line, fence)


def table(titles: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    """Iterate over the lines of a table; every cell is Markdown already."""
    for row in (titles, ("---",) * len(titles), *rows):
        yield f"| {' | '.join(row)} |"


def folded(summary: str, lines: Iterable[str]) -> Iterator[str]:
    """Iterate over lines that a reader has to unfold."""
    yield ""
    yield f"<details><summary>{summary}</summary>"
    yield ""  # the blank lines are what lets Markdown stand inside
    yield from lines
    yield ""
    yield "</details>"


def code(content: str, limit: int = 200) -> str:
    """Return a text as inline code on one line that no character of it can end, also in a table."""
    flat = COMMAND.sub(r"#\\x23", shorten(content, limit))
    if not set("`|\\") & set(flat) and flat.strip():
        return f"`{flat}`"
    # Backticks would end the code, and a pipe the cell, however they are escaped: character references cannot.
    return f"<code>{_PUNCTUATION.sub(_reference, flat)}</code>"


def text(content: str) -> str:
    """Return words of the contract without anything that Markdown or HTML would read."""
    return _SPECIAL.sub(lambda m: _reference(m) if m[0] in "<>&|@" else f"\\{m[0]}", shorten(content, 1000))


def _reference(match: re.Match[str]) -> str:
    return f"&#{ord(match[0])};"
