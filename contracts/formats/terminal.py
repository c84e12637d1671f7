"""The report for a person at a terminal: what was judged in a few lines, then the causes and the verdict together.

What a target said is escaped where a line ends, in :func:`_finished`, and so are the widths of lines kept there.
"""

import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from itertools import groupby
from typing import TYPE_CHECKING

from contracts import __version__
from contracts.core.contract import Contract
from contracts.core.finding import Finding
from contracts.core.report import Impact, Outcome, Report, RequestCounts, State, worst
from contracts.core.text import counted, plain
from contracts.formats import wording
from contracts.formats.reproduce import of_finding, rerun, token

if TYPE_CHECKING:
    from contracts.comparison.compare import Difference
    from contracts.comparison.gate import Gate
    from contracts.targets.across import Across
    from contracts.targets.target_entry import Judged

_COLUMNS = 80
#: Of a clause that is broken many times, this many findings are written out; the JSON report has more.
_SHOWN = 3
#: Of one target of several, so many causes are written out.
_OF_A_TARGET = 3

#: The colours are SGR codes (ECMA-48).
_BOLD, _RED, _GREEN, _YELLOW, _FAINT = "1", "31", "32", "33", "2"
_STATUSES = {0: _GREEN, 1: _RED, 3: _YELLOW}
_IMPACTS = {Impact.BREAKING: _RED, Impact.VISIBLE: _YELLOW, Impact.ADDITIVE: _GREEN, Impact.UNSTABLE: _FAINT}
#: The sign and the colour of each state, the worst first: a section has the first of those in it.
_MARKS = {
    State.BREACHED.value: ("✗", _RED),
    "following": ("✗", _RED),
    State.INCONCLUSIVE.value: ("?", _YELLOW),
    "warned": ("!", _YELLOW),
    State.WAIVED.value: ("w", _YELLOW),
    State.NOT_EXERCISED.value: ("·", _YELLOW),
    State.HELD.value: ("✓", _GREEN),
    State.NOT_APPLICABLE.value: ("-", _FAINT),
}
_CONCLUSIONS = {"violates": "✗", "inconclusive": "?", "partial": "~", "conforms": "✓"}


class Detail(IntEnum):
    """How much is said: the last line, a line for each cause or reason too, the usual report, or every clause."""

    SUMMARY = 0
    QUIET = 1
    USUAL = 2
    VERBOSE = 3


@dataclass(frozen=True)
class _Line:
    """One line, before it is escaped and wrapped: the text behind a label of ours.

    The colour is that of the sign that begins the label, or of the text where there is no label. What is to be
    ``pasted`` stays in one piece.
    """

    text: str = ""
    label: str = ""
    colour: str = ""
    pasted: bool = False


_BLANK = _Line()


def header(contract: Contract, target: str, requests: RequestCounts, known: Mapping[str, str]) -> str:
    """Return the lines that say what is judged, by which contract, and how many requests it may take.

    ``known`` is what else is known of the target, by the word for it.
    """
    lines = (
        _Line(f"{wording.contract_name(contract)} {__version__} · {contract.digest[:19]}"),
        _Line(target, "target  ", pasted=True),
        *(_Line(f"{word} {text}", " " * 8) for word, text in known.items()),
        _Line(f"{counted(requests.planned, 'request')} planned, {requests.limit} at most", "budget  "),
    )
    return _finished(lines)


def render(report: Report, *, colour: bool = False, detail: Detail = Detail.USUAL) -> str:
    """Return the report on a run; the last line can be quoted."""
    if detail >= Detail.USUAL:
        lines = [*_clauses(report, detail), *_notes(report), *_breaches(report, detail)]
    else:
        lines = _pasted(wording.brief(report), detail)
    return _ended(lines, wording.last_line(report), report.status, colour=colour)


def render_comparison(gate: "Gate", *, colour: bool = False, detail: Detail = Detail.USUAL) -> str:
    """Return every difference with its values and with who notices, the worst first, and the verdict."""
    if detail >= Detail.USUAL:
        lines = [*_compared(gate), _BLANK]
        if gate.failing:
            lines += [_Line("to accept what was agreed upon: contracts compare --write-accept FILE"), _BLANK]
    else:
        lines = _pasted(wording.brief_comparison(gate), detail)
    return _ended(lines, wording.comparison_last_line(gate), gate.status, colour=colour)


def render_targets(
    targets: "Sequence[Judged]",
    across: "Sequence[Across]" = (),
    *,
    colour: bool = False,
    detail: Detail = Detail.USUAL,
) -> str:
    """Return the targets, those that fail first, and the last line; what conforms takes one line."""
    told, conforming = wording.by_verdict(targets)
    if detail >= Detail.USUAL:
        lines = [line for judged in told for line in _target(judged, detail)]
        lines += [*_conforming(conforming), *_across(across), _BLANK]
    else:
        lines = _pasted((line for judged in told for line in _brief(judged)), detail)
    status = worst(judged.status for judged in targets)
    return _ended(lines, wording.targets_last_line(targets), status, colour=colour)


def _pasted(lines: Iterable[str], detail: Detail) -> list[_Line]:
    return [_Line(line, pasted=True) for line in lines] if detail else []


def _ended(lines: Iterable[_Line], last: str, status: int, *, colour: bool) -> str:
    """Return the lines and the last one; green is for what conforms in the whole contract."""
    verdict = _BOLD if last.startswith("PARTIAL") else f"{_BOLD};{_STATUSES[status]}"
    return _finished([*lines, _Line(last, colour=verdict, pasted=True)], colour=colour)


def breach(report: Report, outcome: Outcome) -> str:
    """Return all of one broken clause, with the lines that reproduce it."""
    return _finished(_breach(report, outcome)).strip("\n")


def _finished(lines: Iterable[_Line], *, colour: bool = False) -> str:
    return "".join(f"{text}\n" for line in lines for text in _wrapped(line, colour=colour))


def _wrapped(line: _Line, *, colour: bool) -> Iterator[str]:
    """Yield a line in as many as it takes."""
    label, text = plain(line.label), plain(line.text)
    if line.pasted or len(label) + len(text) <= _COLUMNS:
        parts = [text]
    else:
        parts = textwrap.wrap(text, _COLUMNS - len(label), break_on_hyphens=False)
    paint = f"\x1b[{line.colour}m{{}}\x1b[0m".format if colour and line.colour else str
    for number, part in enumerate(parts):
        if not label:
            yield paint(part) if part else ""
        elif number:
            yield f"{' ' * len(label)}{part}"
        else:
            indent, sign, rest = label.partition(label.strip().partition(" ")[0] or label)
            yield f"{indent}{paint(sign)}{rest}{part}".rstrip()


# A run


def _clauses(report: Report, detail: Detail) -> Iterator[_Line]:
    """Yield a line for each section, or for each clause of it where everything was asked for."""
    if report.partial:
        yield _Line(wording.headline(report))
    yield _BLANK
    width = max((len(outcome.clause.section) for outcome in report.outcomes), default=0) + 2
    for section, group in groupby(report.outcomes, key=lambda outcome: outcome.clause.section):
        outcomes = list(group)
        if detail >= Detail.VERBOSE:
            yield _Line(section, colour=_BOLD)
        else:
            numbers = Counter(wording.group_of(report, outcome) for outcome in outcomes)
            sign, colour = next(mark for state, mark in _MARKS.items() if numbers[state])
            words = ", ".join(f"{numbers[state]} {state}" for state in _MARKS if numbers[state])
            yield _Line(words, f"{sign} {section:<{width}}", colour)
        for outcome in outcomes:
            yield from _clause(report, outcome, detail)


def _clause(report: Report, outcome: Outcome, detail: Detail) -> Iterator[_Line]:
    if detail >= Detail.VERBOSE:
        sign, colour = _MARKS[wording.group_of(report, outcome)]
        yield _Line(_said(outcome), f"  {sign} {outcome.clause.id:<32}{outcome.clause.level:<8}", colour)
    name = "note" if detail >= Detail.VERBOSE else outcome.clause.id
    notes = outcome.notes or ((f"waived: {outcome.reason}",) if outcome.state is State.WAIVED else ())
    yield from (_Line(f"{name}: {note}", "      ") for note in notes)


def _said(outcome: Outcome) -> str:
    seen = counted(outcome.observations, "observation")
    if outcome.state is State.HELD:
        return seen
    if outcome.state is State.BREACHED:
        return f"breached {counted(outcome.count, 'time')} in {seen}"
    if outcome.state is State.INCONCLUSIVE or not outcome.reason:  # its reason, often that of many, is told below
        return str(outcome.state)
    return f"{outcome.state}: {outcome.reason}"


def _notes(report: Report) -> Iterator[_Line]:
    for exchange in report.exchanges:
        if exchange.attempts:
            tries = ", ".join(f"{attempt.outcome} (waited {attempt.waited:.3g} s)" for attempt in exchange.attempts)
            yield from (_BLANK, _Line(f"{exchange.probe}: {tries}", "retried   "))
    yield from _labelled("note      ", report.notes)
    yield from _labelled("stale     ", map(wording.stale, report.stale))
    if compared := wording.gate_of(report):
        yield from (_BLANK, _Line("against the baseline", colour=_BOLD), *_compared(compared))


def _labelled(label: str, lines: Iterable[str]) -> Iterator[_Line]:
    for line in lines:
        yield from (_BLANK, _Line(line, label))


def _breaches(report: Report, detail: Detail) -> Iterator[_Line]:
    """Yield what could not be judged, the causes, what follows from them, and how to ask again."""
    for reason, ids in wording.unjudged(report).items():
        yield from (_BLANK, _Line(f"could not judge {counted(len(ids), 'clause')}: {reason}", "? ", _YELLOW))
    if detail >= Detail.VERBOSE:
        for outcome in wording.by_cause(report):
            yield from _breach(report, outcome)
    else:
        for outcome in wording.causes(report):
            yield from _cause(report, outcome)
    lines = list(wording.following(report))
    yield from [_BLANK] * bool(lines)
    yield from (_Line(line, "  ") for line in lines)
    told = wording.causes(report)
    if told and detail < Detail.VERBOSE:
        yield _BLANK
        yield from _again(report, (each.findings[0] for each in told), *(each.clause.id for each in told))
    yield _BLANK
    if report.failing and report.started and not report.foreign:
        yield _Line("to accept what fails for a while: contracts verify --write-deviations FILE")
        yield _BLANK


def _cause(report: Report, outcome: Outcome) -> Iterator[_Line]:
    sign, colour = _MARKS[wording.group_of(report, outcome)]
    clause = outcome.clause
    yield _BLANK
    yield _Line(f"{clause.id} {clause.level} {wording.first_finding(outcome)}", f"{sign} ", colour)
    yield from _facts(why=clause.why, hint=outcome.findings[0].hint)


def _again(report: Report, findings: Iterable[Finding], *clauses: str) -> Iterator[_Line]:
    """Yield the requests whose answers show the findings, each once, and the command that judges the clauses alone."""
    requests = dict.fromkeys(of_finding(report, finding) for finding in findings)
    yield from _facts(pasted=True, token=token(report))
    for line in requests:
        yield from _facts(pasted=True, curl=line)
    yield from _facts(pasted=True, rerun=rerun(report, *clauses))


def _facts(indent: str = "  ", *, pasted: bool = False, **facts: str | None) -> Iterator[_Line]:
    """Yield a line for each of the facts that there are, with its name as the label."""
    yield from (_Line(text, f"{indent}{name:<10}", pasted=pasted) for name, text in facts.items() if text)


def _breach(report: Report, outcome: Outcome) -> Iterator[_Line]:
    clause = outcome.clause
    cause = report.follows.get(clause.id)
    aside = " (waived)" if outcome.state is State.WAIVED else "" if outcome in report.failing else " (a warning)"
    yield _BLANK
    yield _Line(f"{clause.id} {clause.level}{aside}", colour=_BOLD)
    yield from _facts(asks=clause.asks, why=clause.why, follows=f"from {cause}" if cause else "")
    shown = outcome.findings[: 1 if cause else _SHOWN]
    for number, finding in enumerate(shown):
        yield from [_BLANK] * (number > 0)
        where = wording.place(finding)
        yield from _facts(where=where, expected=finding.expected, received=finding.received, hint=finding.hint)
    if outcome.count > len(shown):
        yield _Line(f"and {outcome.count - len(shown):,} more like this", "  ")
    yield _BLANK
    for source in clause.sources:
        yield from _facts(pasted=True, source=f"{source.title}, {source.url}")
    yield from _again(report, shown, clause.id)


# A comparison


def _compared(gate: "Gate") -> Iterator[_Line]:
    yield from (_Line(text, f"{word:<10}") for word, text in wording.sides(gate))
    for impact, group in groupby(wording.differences(gate), key=lambda each: each.impact):
        number = gate.comparison.of(impact) if gate.comparison else 0
        yield from (_BLANK, _Line(f"{impact.value} ({number:,})", colour=f"{_BOLD};{_IMPACTS[impact]}"))
        for difference in group:
            yield from (_BLANK, *_difference(difference))
    if words := wording.hidden_differences(gate):
        yield from (_BLANK, _Line(words))
    yield from _labelled("note      ", gate.notes)
    yield from _labelled("stale     ", wording.stale_exceptions(gate))


def _difference(difference: "Difference") -> Iterator[_Line]:
    name = wording.called(difference)
    yield _Line(f"{name}: {difference.says}" if name else difference.says, "  ")
    yield from _facts(
        "    ",
        before=difference.before,
        after=difference.after,
        where=difference.place,
        notices="; ".join(difference.notices),
        accepted=difference.accepted.removeprefix("accepted "),
        rule=f"{difference.rule.id} {difference.fingerprint}",
    )


# Several targets


def _target(judged: "Judged", detail: Detail) -> Iterator[_Line]:
    """Yield what is wrong with a target, or that it was judged in part."""
    sign = f"{_CONCLUSIONS[judged.conclusion]} "
    yield _Line(f"{judged.entry.name}: {wording.target_headline(judged)}", sign, _STATUSES[judged.status])
    lines = _causes(judged)
    most = _OF_A_TARGET if detail is Detail.USUAL else len(lines)
    yield from (_Line(line, "    ") for line in lines[:most])
    if left := len(lines[most:]):
        yield _Line(f"and {counted(left, 'more line')}; the report of the target has all", "    ")


def _causes(judged: "Judged") -> list[str]:
    return wording.brief(judged.report) if judged.report else [wording.could_not_judge(judged.missing, ())]


def _brief(judged: "Judged") -> Iterator[str]:
    lines = _causes(judged)
    more = f" (and {len(lines) - 1} more)" if lines[1:] else ""
    yield from (f"{judged.entry.name}: {line}{more}" for line in lines[:1])


def _conforming(targets: "Sequence[Judged]") -> Iterator[_Line]:
    if targets:
        words = counted(len(targets), "target conforms", "targets conform")
        yield _Line(f"{words}: {', '.join(judged.entry.name for judged in targets)}", "✓ ", _GREEN)


def _across(across: "Sequence[Across]") -> Iterator[_Line]:
    told = [each for each in across if each.comparison and each.comparison.differences]
    yield from [_BLANK] * bool(told)
    yield from (_Line(f"{each.name} differs from {each.base}: {wording.differs_in(each)}") for each in told)
