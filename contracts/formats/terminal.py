"""The report for a person at a terminal: section by section, then every breach with all that reproduces it."""

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import groupby, zip_longest
from typing import TYPE_CHECKING

from contracts import __version__
from contracts.comparison import gate_of
from contracts.comparison.rules import Impact
from contracts.core.clause import Level
from contracts.core.contract import Contract
from contracts.core.report import Outcome, Report, State, Verdict
from contracts.core.text import counted
from contracts.formats.reproduce import of_finding, rerun, token
from contracts.formats.wording import (
    brief,
    by_cause,
    called,
    comparison_last_line,
    comparison_notes,
    contract_name,
    described,
    differs_in,
    headline,
    hidden_differences,
    last_line,
    place,
    plain,
    shown_differences,
    stale,
    stale_exceptions,
    target_causes,
    target_failing,
    target_headline,
    targets_last_line,
    unjudged,
)
from contracts.targets.target_entry import Judged

if TYPE_CHECKING:
    from contracts.comparison.difference import Difference
    from contracts.comparison.gate import Gate
    from contracts.targets.across import Across

#: Of a clause that is broken many times, this many findings are written out; the JSON report has more.
_SHOWN = 3
_PROPOSED = 5
_COLUMNS = 80

_MARKS = {
    State.HELD: ("✓", "32"),
    State.BREACHED: ("✗", "31"),
    State.WAIVED: ("w", "33"),
    State.NOT_EXERCISED: ("·", "33"),
    State.NOT_APPLICABLE: ("-", "2"),
    State.INCONCLUSIVE: ("?", "33"),
}
_IMPACT_COLOURS = {Impact.BREAKING: "31", Impact.VISIBLE: "33", Impact.ADDITIVE: "32", Impact.UNSTABLE: "2"}
_STATUS_COLOURS = {0: "32", 1: "31", 3: "33"}
#: Name, verdict and failing clauses share what the two numbers and the gaps leave.
_NAME, _VERDICT, _REQUESTS, _SECONDS, _GAPS = 18, 18, 8, 7, 8
_COLOURS = {Verdict.CONFORMS: "32", Verdict.VIOLATES: "31", Verdict.INCONCLUSIVE: "33"}


def header(contract: Contract, target: str, planned: int, limit: int, known: Mapping[str, str]) -> str:
    """Return the lines that say what is judged, by which contract, and how many requests it may take.

    ``known`` is what else is known of the target, by the word for it.
    """
    told = "".join(f"        {plain(word)} {plain(text)}\n" for word, text in known.items())
    return (
        f"{contract_name(contract)} {__version__} · {contract.digest[:19]}\n"
        f"target  {plain(target)}\n{told}"
        f"budget  {counted(planned, 'request')} planned, {limit} at most\n"
    )


def render(report: Report, *, colour: bool = False) -> str:
    """Return the outcome of every clause by section, the findings and the verdict."""
    return "".join(f"{line}\n" for line in _lines(report, Paint(colour)))


class Paint:
    """Colours a text, where colours are wanted."""

    def __init__(self, colour: bool) -> None:  # noqa: FBT001
        self.colour = colour

    def __call__(self, text: str, code: str) -> str:
        """Return the text in the colour of an SGR code (ECMA-48), or as it is."""
        return f"\x1b[{code}m{text}\x1b[0m" if self.colour else text


def _lines(report: Report, paint: Paint) -> Iterator[str]:
    if report.partial:
        yield f"partial {headline(report)}"
    for section, outcomes in groupby(report.outcomes, key=lambda outcome: outcome.clause.section):
        yield ""
        yield paint(plain(section), "1")
        for outcome in outcomes:
            mark, code = _MARKS[outcome.state]
            if outcome in report.warnings:
                mark, code = "!", "33"
            name = f"{plain(outcome.clause.id):<32}{outcome.clause.level:<8}"
            yield f"  {paint(mark, code)} {name}{_said(outcome)}".rstrip()
            yield from (f"      note: {plain(note)}" for note in outcome.notes)
    for outcome in by_cause(report):
        yield from _breach(report, outcome, paint)
    yield from _unjudged(report)
    yield from _baseline(report, paint)
    yield from _retries(report)
    yield from _proposal(report)
    for word, line in (*(("note", n) for n in report.notes), *(("stale", stale(d)) for d in report.stale)):
        yield ""
        yield f"{word:<10}{plain(line)}"
    yield ""
    yield paint(last_line(report), "1;" + ("31" if report.status == 1 else _COLOURS[report.verdict]))


def _baseline(report: Report, paint: Paint) -> Iterator[str]:
    if compared := gate_of(report):
        yield ""
        yield paint("against the baseline", "1")
        yield from _compared(compared, paint)


def _said(outcome: Outcome) -> str:
    seen = counted(outcome.observations, "observation")
    if outcome.state is State.HELD:
        return seen
    if outcome.state is State.BREACHED:
        warned = "" if outcome.clause.level is Level.MUST else " (warning)"
        return f"breached {counted(outcome.count, 'time')} in {seen}{warned}"
    if outcome.state is State.INCONCLUSIVE or not outcome.reason:  # its reason, often that of many, is told below
        return str(outcome.state)
    return f"{outcome.state}: {plain(outcome.reason)}"


def breach(report: Report, outcome: Outcome) -> str:
    """Return one broken clause: where, expected, received, source, and the lines that reproduce it."""
    return "\n".join(_breach(report, outcome, Paint(False)))  # noqa: FBT003


def _breach(report: Report, outcome: Outcome, paint: Paint) -> Iterator[str]:

    clause = outcome.clause
    cause = report.follows.get(clause.id)
    yield ""
    yield paint(plain(f"{clause.id} {clause.level}"), "1") + _aside(report, outcome)
    yield from _wrapped("asks", plain(clause.asks))
    if cause:
        yield f"  follows   from {plain(cause)}"
    shown = outcome.findings[: 1 if cause else _SHOWN]
    for number, finding in enumerate(shown):
        yield from [""] * (number > 0)
        yield f"  where     {plain(place(finding))}"
        yield f"  expected  {plain(finding.expected)}"
        yield f"  received  {plain(finding.received)}"
    if outcome.count > len(shown):
        yield f"  and {outcome.count - len(shown):,} more like this"
    yield ""
    for source in clause.sources:
        yield from _wrapped("source", plain(f"{source.title}, {source.url}"))
    if line := token(report):
        yield f"  token     {line}"
    lines = dict.fromkeys(of_finding(report, finding) for finding in shown)
    yield from (f"  curl      {line or 'none: the answer comes from a file'}" for line in lines)
    yield f"  rerun     {rerun(report, clause.id)}"


def _wrapped(label: str, text: str) -> list[str]:
    """Return words of the contract within the columns of a usual terminal; what a target said stays in one piece."""
    first, rest = f"  {label:<10}", " " * 12
    whole = {"break_long_words": False, "break_on_hyphens": False}  # an address that is cut in two leads nowhere
    return textwrap.wrap(text, _COLUMNS, initial_indent=first, subsequent_indent=rest, **whole)  # type: ignore[arg-type]


def _aside(report: Report, outcome: Outcome) -> str:
    if outcome.state is State.WAIVED:
        return " (waived)"
    return "" if outcome in report.failing else " (a warning)"


def _unjudged(report: Report) -> Iterator[str]:
    for reason, clauses in unjudged(report).items():
        yield ""
        yield f"could not judge {counted(len(clauses), 'clause')}: {plain(reason)}"


def _retries(report: Report) -> Iterator[str]:
    for exchange in report.exchanges:
        if exchange.attempts:
            yield ""
            tries = ", ".join(f"{plain(a.outcome)} (waited {a.waited:.3g} s)" for a in exchange.attempts)
            yield f"retried   {exchange.probe}: {tries}"


def _proposal(report: Report) -> Iterator[str]:
    """The breaches that fail the run as entries of a deviations file."""
    if not report.failing or not report.started:
        return
    from contracts.formats.proposal import proposal  # only for a run that fails

    yield ""
    yield "to accept them for a while, add to the deviations file, with reason and owner:"
    yield ""
    text = proposal(report, date.fromisoformat(report.started[:10]), _PROPOSED)
    yield from (f"  {line}".rstrip() for line in text.splitlines())


def render_comparison(gate: "Gate", *, colour: bool = False) -> str:
    """Return every difference with its values and with who notices, and the verdict."""
    return "".join(f"{line}\n" for line in _comparison_lines(gate, Paint(colour)))


def _comparison_lines(gate: "Gate", paint: Paint) -> Iterator[str]:
    yield from _compared(gate, paint)
    yield ""
    yield paint(comparison_last_line(gate), "1;" + _STATUS_COLOURS[gate.status])


def _compared(gate: "Gate", paint: Paint) -> Iterator[str]:
    """Iterate over the lines in front of the last one."""
    yield from _labelled("old", described(gate.old), indent=0)
    yield from _labelled("new", described(gate.new), indent=0)
    if gate.comparison is None:
        return
    for impact, group in groupby(
        shown_differences(gate.comparison.differences), key=lambda difference: difference.impact
    ):
        yield ""
        total = sum(difference.impact is impact for difference in gate.comparison.differences)
        yield paint(f"{impact.value} ({total:,})", f"1;{_IMPACT_COLOURS[impact]}")
        for difference in group:
            yield ""
            yield from _difference(difference, paint)
    if words := hidden_differences(gate.comparison):
        yield ""
        yield words
    for label, line in (
        *(("note", line) for line in comparison_notes(gate.comparison)),
        *(("stale", line) for line in stale_exceptions(gate.comparison)),
    ):
        yield ""
        yield from _labelled(label, line, indent=0)


def _difference(difference: "Difference", paint: Paint) -> Iterator[str]:
    name = called(difference)
    title = f"{plain(name)}: " if name else ""
    lines = textwrap.wrap(f"{title}{plain(difference.says)}", _COLUMNS, initial_indent="  ", subsequent_indent="    ")
    yield paint(lines[0], "1")
    yield from lines[1:]
    yield from _labelled("before", difference.before)
    yield from _labelled("after", difference.after)
    yield from _labelled("where", difference.place)
    yield from _labelled("notices", "; ".join(difference.notices))
    if difference.accepted:
        yield from _labelled("accepted", difference.accepted.removeprefix("accepted "))
    yield from _labelled("rule", f"{difference.rule.id} {difference.fingerprint}")


def _labelled(label: str, text: str, indent: int = 4) -> list[str]:
    first = " " * indent + f"{label:<10}"
    return textwrap.wrap(
        plain(text), _COLUMNS, initial_indent=first, subsequent_indent=" " * len(first), drop_whitespace=True
    ) or [first.rstrip()]


def render_targets(targets: Sequence[Judged], across: "Sequence[Across]" = (), *, colour: bool = False) -> str:
    """Return the table, the reasons of what could not be judged, and the last line."""
    lines = [*_table(targets, colour), *_reasons(targets), *_across(across), "", targets_last_line(targets)]
    return "".join(f"{line}\n" for line in lines)


def brief_targets(targets: Sequence[Judged]) -> list[str]:
    """Return one line for each breach, reason and stale deviation, each with its target: nothing when all is well."""
    lines = []
    for judged in targets:
        told = brief(judged.report) if judged.report else [f"could not judge: {plain(judged.missing)}"]
        lines += [f"{plain(judged.entry.name)}: {line}" for line in told]
    return lines


def _table(targets: Sequence[Judged], colour: bool) -> Iterator[str]:  # noqa: FBT001
    widths = (
        _width("target", (judged.entry.name for judged in targets), _NAME),
        _width("verdict", (target_headline(judged) for judged in targets), _VERDICT),
    )
    rest = _COLUMNS - sum(widths) - _REQUESTS - _SECONDS - _GAPS
    every = (*widths, rest)
    yield _line(("target", "verdict", "failing clauses"), ("requests", "seconds"), every)
    for judged in targets:
        report = judged.report
        cells = (judged.entry.name, target_headline(judged), " ".join(target_failing(judged)) or "-")
        numbers = (f"{report.requests.sent:,}", f"{report.seconds:.1f}") if report else ("-", "-")
        columns = [textwrap.wrap(plain(text), width) for text, width in zip(cells, every, strict=True)]
        for number, parts in enumerate(zip_longest(*columns, fillvalue="")):
            line = _line(parts, ("", "") if number else numbers, every)
            yield f"\x1b[{_COLOURS[judged.verdict]}m{line}\x1b[0m" if colour else line


def _width(title: str, texts: Iterator[str], most: int) -> int:
    return min(max(len(title), *map(len, texts)), most)


def _line(texts: Sequence[str], numbers: Sequence[str], widths: Sequence[int]) -> str:
    cells = (f"{text:<{width}}" for text, width in zip(texts, widths, strict=True))
    return "  ".join((*cells, f"{numbers[0]:>{_REQUESTS}}", f"{numbers[1]:>{_SECONDS}}")).rstrip()


def _reasons(targets: Sequence[Judged]) -> Iterator[str]:
    for judged in targets:
        for reason in target_causes(judged):
            yield ""
            yield from _wrapped_target(f"{plain(judged.entry.name)}: {plain(reason)}")


def _across(across: "Sequence[Across]") -> Iterator[str]:
    told = [each for each in across if each.comparison and each.comparison.differences]
    if told:
        yield ""
    for each in told:
        yield from _wrapped_target(f"{plain(each.name)} differs from {plain(each.base)}: {differs_in(each)}")


def _wrapped_target(text: str) -> list[str]:
    return textwrap.wrap(text, _COLUMNS, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)
