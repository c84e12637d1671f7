"""Markdown for a step summary or a pull request: the verdict first, what is not held next, the rest folded away.

Everything that a target can say stands in code, where GitHub neither reads Markdown nor mentions anybody: :func:`_md`
puts it there, and whatever is written is made by it.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from contracts.core.contract import LIST, Source
from contracts.core.finding import Finding
from contracts.core.report import Outcome, Report, State, worst
from contracts.core.text import COMMAND, counted, shorten
from contracts.formats import wording
from contracts.formats.reproduce import of_finding, rerun

if TYPE_CHECKING:
    from contracts.comparison.difference import Difference
    from contracts.comparison.gate import Gate
    from contracts.targets.across import Across
    from contracts.targets.target_entry import Judged

#: Of a clause that is broken many times, this many findings are written out; the JSON report has more.
_SHOWN = 3
#: Failing clauses of a target that are named in the table; the report of the target has all.
_NAMED = 8
#: So many exceptions to paste are written out; of more, how they are written to a file.
_PASTED = 20
#: A comment on GitHub has 65,536 characters at most; one table takes no more than half of them.
_LIMIT, _TABLE = 60_000, 30_000
_LEFT_OUT = "What does not fit here stands on the page and in the JSON."

_SIGNS = {0: "✅", 1: "❌", 3: "⚠️"}
#: No tick for what conforms in less than the whole contract.
_PARTIAL = "\N{INFORMATION SOURCE}\ufe0f"
_DIFFERENCE_TITLES = ("impact", "rule", "what", "where", "before", "after", "who notices")
_SPECIAL = re.compile(r"[\\`*_\[\]~#!]|[<>&|@]")
_PUNCTUATION = re.compile(r"[!-/:-@\[-`{-~]")
_LINKED = re.compile(r"https://[\w./#?=&%:-]+")


class _Markdown(str):
    """Markdown of ours, in which everything that is somebody else's was escaped."""

    __slots__ = ()


_Block = Sequence[_Markdown]


def render(report: Report) -> str:
    """Return the report on a run as GitHub-flavoured Markdown."""
    return _finished(_of_run(report))


def render_comparison(gate: "Gate") -> str:
    """Return a comparison as GitHub-flavoured Markdown, short enough for a comment."""
    words = gate.verdict if wording.comparison_reason(gate) else wording.comparison_headline(gate)
    title = _md("## {} {}, old and new: {}", _words(_SIGNS[gate.status]), _words(gate.contract.title), _words(words))
    return _finished([[title], [_code(wording.comparison_last_line(gate), 1000)], *_compared(gate)])


def render_targets(targets: "Sequence[Judged]", across: "Sequence[Across]" = ()) -> str:
    """Return several targets as GitHub-flavoured Markdown: those that fail first, what conforms folded away."""
    return _finished(_of_targets(targets, across))


def _finished(blocks: Iterable[_Block]) -> str:
    """Return the blocks with a blank line between them, as far as they fit."""
    text = ""
    for block in blocks:
        piece = "".join(f"{line}\n" for line in block)
        if len(text) + len(piece) > _LIMIT - len(_LEFT_OUT) - 2:
            return f"{text}{_LEFT_OUT}\n"
        text += f"{piece}\n"
    return f"{text.rstrip()}\n"


def _md(template: str, *values: str | int) -> _Markdown:
    """Return a template of ours with the values in it: as code, but for numbers and what is Markdown already."""
    return _Markdown(template.format(*map(_escaped, values)))


def _escaped(value: str | int) -> str:
    if isinstance(value, int):
        return f"{value:,}"
    return value if isinstance(value, _Markdown) else _code(value)


def _code(content: str, limit: int = 200) -> _Markdown:
    """Return a text as inline code on one line that no character of it can end, also in a table."""
    flat = COMMAND.sub(r"#\\x23", shorten(content, limit))
    if not set("`|\\") & set(flat) and flat.strip():
        return _Markdown(f"`{flat}`")
    # Backticks would end the code, and a pipe the cell, however they are escaped: character references cannot.
    return _Markdown(f"<code>{_PUNCTUATION.sub(_reference, flat)}</code>")


def _words(content: str) -> _Markdown:
    """Return words of the contract as text without anything that Markdown or HTML would read."""
    safe = _SPECIAL.sub(lambda m: _reference(m) if m[0] in "<>&|@" else f"\\{m[0]}", shorten(content, 1000))
    return _Markdown(safe)


def _reference(match: re.Match[str]) -> str:
    return f"&#{ord(match[0])};"


def _joined(values: Iterable[str], separator: str = ", ") -> _Markdown:
    return _Markdown(separator.join(map(_escaped, values)))


def _link(title: str, url: str) -> _Markdown:
    if _LINKED.fullmatch(url):
        return _md("[{}]({})", _words(title), _Markdown(url))
    return _md("{}: {}", _words(title), _code(url, 1000))


def _pasted(text: str, language: str = "sh") -> _Block:
    fence = "`" * max(3, *(len(run) + 1 for run in re.findall("`+", text)), 3)
    return [_Markdown(f"{fence}{language}"), _Markdown(COMMAND.sub(r"#\\u0023", text)), _Markdown(fence)]


def _table(titles: Sequence[str], rows: Iterable[Sequence[str | int]]) -> Iterator[_Block]:
    """Yield a table, and how many rows are left out where there are more than fit."""
    lines = [_Markdown(f"| {' | '.join(titles)} |"), _Markdown(f"|{'---|' * len(titles)}")]
    size = left = 0
    for row in rows:
        line = _Markdown(f"| {' | '.join(map(_escaped, row))} |")
        size += len(line)
        if size > _TABLE:
            left += 1
        else:
            lines.append(line)
    yield lines
    if left:
        yield [_md("and {} more. {}", left, _Markdown(_LEFT_OUT))]


def _folded(summary: _Markdown, blocks: Iterable[_Block]) -> _Block:
    """Return blocks that a reader has to unfold; the blank lines are what lets Markdown stand inside."""
    blank = _Markdown()
    inside = [line for block in blocks for line in (*block, blank)]
    return [_md("<details><summary>{}</summary>", summary), blank, *inside, _Markdown("</details>")]


# A run


def _of_run(report: Report) -> Iterator[_Block]:
    sign = _sign(report.conclusion, report.status)
    yield [_md("## {} {} contract: {}", _words(sign), _words(report.contract.title), _words(wording.headline(report)))]
    yield [_code(wording.last_line(report), 1000)]
    known = wording.identity(report.identity, report.implementation)
    ci = known.pop("CI run", "")
    if facts := [_md("- {}: {}", _words(word), _code(text, 1000)) for word, text in known.items()]:
        yield facts
    if ci:
        yield [_link("CI run", ci)]
    yield from ([_md("> {}", _code(line, 1000))] for line in _notes(report))
    yield from (
        [_md("- {}", _code(wording.could_not_judge(*reason), 1000))] for reason in wording.unjudged(report).items()
    )
    if compared := wording.gate_of(report):
        yield [_md("### Against the baseline: {}", _words(compared.counts))]
        yield from _compared(compared)
    if broken := wording.by_cause(report):
        titles = ("clause", "level", "outcome", "where", "expected", "received")
        yield from _table(titles, [_row(report, outcome) for outcome in broken])
    for outcome in broken:
        yield _folded(_summary(report, outcome), _breach(report, outcome))
    every = [(o.clause.id, _words(o.clause.level), _words(o.state), o.observations) for o in report.outcomes]
    yield _folded(_md("All {} clauses", len(every)), _table(("clause", "level", "outcome", "observations"), every))
    settings = [(name, value, origin) for name, (value, origin) in report.settings.items()]
    yield _folded(_Markdown("Settings"), _table(("setting", "value", "from"), settings))
    yield [_md("Suite {}, contract {}.", report.suite, report.digest)]


def _notes(report: Report) -> Iterator[str]:
    yield from map(wording.stale, report.stale)
    yield from wording.unsteady(report)
    yield from report.notes


def _sign(conclusion: str, status: int) -> str:
    return _PARTIAL if conclusion == "partial" and not status else _SIGNS[status]


def _row(report: Report, outcome: Outcome) -> tuple[str, ...]:
    first = outcome.findings[0]
    cause = report.follows.get(outcome.clause.id)
    state = _words(outcome.state)
    return (
        outcome.clause.id,
        _words(outcome.clause.level),
        _md("{}, follows from {}", state, cause) if cause else state,
        _place(first),
        first.expected,
        first.received,
    )


def _summary(report: Report, outcome: Outcome) -> _Markdown:
    clause = outcome.clause
    times, seen = counted(outcome.count, "time"), counted(outcome.observations, "observation")
    words = f"{clause.level}: {times} in {seen}{', waived' if outcome.state is State.WAIVED else ''}"
    cause = report.follows.get(clause.id)
    follows = _md(", follows from <code>{}</code>", _words(cause)) if cause else _Markdown()
    return _md("<code>{}</code> {}{}", _words(clause.id), _words(words), follows)


def _breach(report: Report, outcome: Outcome) -> Iterator[_Block]:
    clause = outcome.clause
    yield [_md("It asks: {}. Why it matters: {}.", _words(clause.asks), _words(clause.why))]
    shown = outcome.findings[:_SHOWN]
    found = [_md("- {}: expected {}, received {}", _place(f), f.expected, f.received) for f in shown]
    found += [_md("- {}", _words(hint)) for hint in dict.fromkeys(finding.hint for finding in shown) if hint]
    if outcome.count > len(shown):
        found.append(_md("- and {} more like this", outcome.count - len(shown)))
    yield found
    lines = dict.fromkeys(of_finding(report, finding) for finding in shown)
    pasted = [line for line in (*lines, rerun(report, clause.id)) if line]
    sources = _joined(map(_source, clause.sources), "; ")
    yield [_md("Source: {}.{}", sources, _Markdown(" The request again, and this clause alone:" * bool(pasted)))]
    yield from map(_pasted, pasted)


def _source(source: Source) -> _Markdown:
    return _link(source.title, source.url)


def _place(finding: Finding) -> _Markdown:
    where = _code(finding.where) if finding.where else _Markdown("the whole body")
    answer = _md(" in the answer to {}", finding.probe) if finding.probe != LIST else _Markdown()
    through = _md(" ({})", finding.through) if finding.through else _Markdown()
    return _md("{}{}{}", where, answer, through)


# A comparison


def _compared(gate: "Gate") -> Iterator[_Block]:
    yield [_md("- {}: {}", _words(word), _code(text, 1000)) for word, text in wording.sides(gate)]
    if notes := [_md("> - {}", _code(note, 1000)) for note in gate.notes]:
        yield notes
    yield from ([_md("> {}", _code(line, 1000))] for line in wording.stale_exceptions(gate))
    if differences := wording.differences(gate):
        yield from _table(_DIFFERENCE_TITLES, map(_difference, differences))
    if words := wording.hidden_differences(gate):
        yield [_words(words)]
    if len(gate.failing) > _PASTED:
        yield [_md("{} writes an exception for each, to be completed.", "--write-accept FILE")]
    elif gate.failing:
        summary = _Markdown("To accept what was agreed upon, complete these exceptions")
        yield _folded(summary, [_pasted(gate.proposal.rstrip(), "toml")])


def _difference(difference: "Difference") -> tuple[str, ...]:
    impact = _words(difference.impact.value)
    name = wording.called(difference)
    root = _md("{} of the root", difference.member) if difference.member else _Markdown("the whole list")
    return (
        _md("{}, {}", impact, difference.accepted) if difference.accepted else impact,
        difference.rule.id,
        name or root,
        difference.place,
        difference.before,
        difference.after,
        _words("; ".join(difference.notices)),
    )


# Several targets


def _of_targets(targets: "Sequence[Judged]", across: "Sequence[Across]") -> Iterator[_Block]:
    partial = "partial" if any(judged.conclusion == "partial" for judged in targets) else ""
    sign = _words(_sign(partial, worst(judged.status for judged in targets)))
    yield [_md("## {} Contract of {}", sign, _words(counted(len(targets), "target")))]
    yield [_code(wording.targets_last_line(targets), 1000)]
    told, conforming = wording.by_verdict(targets)
    titles = ("target", "verdict", "failing clauses", "requests", "seconds")
    if told:
        yield from _table(titles, map(_target, told))
    for judged in told:
        if reasons := [
            _md("- {}: {}", judged.entry.name, _code(reason, 1000)) for reason in wording.target_reasons(judged)
        ]:
            yield reasons
    if conforming:
        summary = _words(counted(len(conforming), "target conforms", "targets conform"))
        yield _folded(summary, _table(titles, map(_target, conforming)))
    if compared := [
        _md("- {} beside {}: {}", each.name, each.base, _code(wording.differs_in(each), 1000)) for each in across
    ]:
        yield _folded(_Markdown("What the targets differ in"), [compared])


def _target(judged: "Judged") -> tuple[str | int, ...]:
    report = judged.report
    broken = wording.target_causes(judged)
    more = f" and {len(broken) - _NAMED} more" if broken[_NAMED:] else ""
    named = _md("{}{}", _joined(broken[:_NAMED]), _Markdown(more))
    sign = _words(_sign(judged.conclusion, judged.status))
    verdict = _md("{} {}", sign, _words(wording.target_headline(judged)))
    seconds = _Markdown(f"{report.seconds:.1f}") if report else _Markdown()
    return (judged.entry.name, verdict, named, report.requests.sent if report else _Markdown(), seconds)
