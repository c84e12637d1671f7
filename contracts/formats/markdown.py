"""Markdown for a step summary or a pull request: the verdict first, what is not held next, the rest folded away.

Everything that a target can say stands in code, where GitHub neither reads Markdown nor mentions anybody: :func:`_md`
puts it there, and whatever is written is made by it.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from contracts.core.contract import LIST
from contracts.core.finding import Finding
from contracts.core.report import Outcome, Report, State, worst
from contracts.core.text import COMMAND, counted, shorten
from contracts.formats import wording
from contracts.formats.reproduce import of_finding, rerun

if TYPE_CHECKING:
    from contracts.comparison.compare import Difference
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
_SPECIAL = re.compile(r"[\\`*_\[\]~#!]|[<>&|@]")
_PUNCTUATION = re.compile(r"[!-/:-@\[-`{-~]")
_LINKED = re.compile(r"https://[\w./#?=&%:-]+")


class _Markdown(str):
    """Markdown of ours, in which everything that is somebody else's was escaped."""

    __slots__ = ()


@dataclass(frozen=True)
class _Value:
    """A value in a template: as code of so many characters, or as ``words`` of the contract."""

    value: str | int

    def __format__(self, form: str) -> str:
        if isinstance(self.value, int):
            return f"{self.value:,}"
        if isinstance(self.value, _Markdown):
            return self.value
        return _words(self.value) if form == "words" else _code(self.value, int(form or 200))


_Block = Sequence[_Markdown]


def render(report: Report) -> str:
    """Return the report on a run as GitHub-flavoured Markdown."""
    return _finished(_of_run(report))


def render_comparison(gate: "Gate") -> str:
    """Return a comparison as GitHub-flavoured Markdown, short enough for a comment."""
    words = gate.verdict if wording.comparison_reason(gate) else wording.comparison_headline(gate)
    title = _md("## {:words} {:words}, old and new: {:words}", _SIGNS[gate.status], gate.contract.title, words)
    return _finished([[title], [_md("{:1000}", wording.comparison_last_line(gate))], *_compared(gate)])


def render_targets(targets: "Sequence[Judged]", across: "Sequence[Across]" = ()) -> str:
    """Return several targets as GitHub-flavoured Markdown: those that fail first, what conforms folded away."""
    return _finished(_of_targets(targets, across))


def _finished(blocks: Iterable[_Block]) -> str:
    """Return the blocks with a blank line between them, as far as they fit."""
    text = ""
    for block in filter(None, blocks):
        piece = "".join(f"{line}\n" for line in block)
        if len(text) + len(piece) > _LIMIT - len(_LEFT_OUT) - 2:
            return f"{text}{_LEFT_OUT}\n"
        text += f"{piece}\n"
    return f"{text.rstrip()}\n"


def _md(template: str, *values: str | int) -> _Markdown:
    """Return a template of ours with the values in it: as code, but for numbers and what is Markdown already."""
    return _Markdown(template.format(*map(_Value, values)))


def _code(content: str, limit: int) -> str:
    """Return a text as inline code on one line that no character of it can end, also in a table."""
    flat = COMMAND.sub(r"#\\x23", shorten(content, limit))
    if not set("`|\\") & set(flat) and flat.strip():
        return f"`{flat}`"
    # Backticks would end the code, and a pipe the cell, however they are escaped: character references cannot.
    return f"<code>{_PUNCTUATION.sub(_reference, flat)}</code>"


def _words(content: str) -> str:
    """Return words of the contract as text without anything that Markdown or HTML would read."""
    return _SPECIAL.sub(lambda m: _reference(m) if m[0] in "<>&|@" else f"\\{m[0]}", shorten(content, 1000))


def _reference(match: re.Match[str]) -> str:
    return f"&#{ord(match[0])};"


def _link(title: str, url: str) -> _Markdown:
    if _LINKED.fullmatch(url):
        return _md("[{:words}]({})", title, _Markdown(url))
    return _md("{:words}: {:1000}", title, url)


def _pasted(text: str, language: str = "sh") -> _Block:
    fence = "`" * max(3, *(len(run) + 1 for run in re.findall("`+", text)), 3)
    return [_Markdown(f"{fence}{language}"), _Markdown(COMMAND.sub(r"#\\u0023", text)), _Markdown(fence)]


def _table(titles: Sequence[str], rows: Iterable[Sequence[str | int]]) -> Iterator[_Block]:
    """Yield a table, and how many rows are left out where there are more than fit."""
    lines = [_Markdown(f"| {' | '.join(titles)} |"), _Markdown(f"|{'---|' * len(titles)}")]
    line_of = f"|{' {} |' * len(titles)}"
    size = left = 0
    for row in rows:
        line = _md(line_of, *row)
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
    inside = [line for block in filter(None, blocks) for line in (*block, blank)]
    return [_md("<details><summary>{}</summary>", summary), blank, *inside, _Markdown("</details>")]


# A run


def _of_run(report: Report) -> Iterator[_Block]:
    sign = _sign(report.conclusion, report.status)
    yield [_md("## {:words} {:words} contract: {:words}", sign, report.contract.title, wording.headline(report))]
    yield [_md("{:1000}", wording.last_line(report))]
    known = wording.identity(report.identity, report.implementation)
    ci = known.pop("CI run", "")
    yield [_md("- {:words}: {:1000}", word, text) for word, text in known.items()]
    if ci:
        yield [_link("CI run", ci)]
    for note in (*map(wording.stale, report.stale), *wording.unsteady(report), *report.notes):
        yield [_md("> {:1000}", note)]
    for reason in wording.unjudged(report).items():
        yield [_md("- {:1000}", wording.could_not_judge(*reason))]
    if compared := wording.gate_of(report):
        yield [_md("### Against the baseline: {:words}", compared.counts)]
        yield from _compared(compared)
    if broken := wording.by_cause(report):
        titles = ("clause", "level", "outcome", "where", "expected", "received")
        yield from _table(titles, [_row(report, outcome) for outcome in broken])
    for outcome in broken:
        yield _folded(_summary(report, outcome), _breach(report, outcome))
    every = [
        (o.clause.id, _md("{:words}", o.clause.level), _md("{:words}", o.state), o.observations)
        for o in report.outcomes
    ]
    yield _folded(_md("All {} clauses", len(every)), _table(("clause", "level", "outcome", "observations"), every))
    settings = [(name, value, origin) for name, (value, origin) in report.settings.items()]
    yield _folded(_Markdown("Settings"), _table(("setting", "value", "from"), settings))
    yield [_md("Suite {}, contract {}.", report.suite, report.digest)]


def _sign(conclusion: str, status: int) -> str:
    return _PARTIAL if conclusion == "partial" and not status else _SIGNS[status]


def _row(report: Report, outcome: Outcome) -> tuple[str, ...]:
    clause, first = outcome.clause, outcome.findings[0]
    cause = report.follows.get(clause.id)
    state = _md("{:words}, follows from {}", outcome.state, cause) if cause else _md("{:words}", outcome.state)
    return clause.id, _md("{:words}", clause.level), state, _place(first), first.expected, first.received


def _summary(report: Report, outcome: Outcome) -> _Markdown:
    clause = outcome.clause
    times, seen = counted(outcome.count, "time"), counted(outcome.observations, "observation")
    words = f"{clause.level}: {times} in {seen}{', waived' if outcome.state is State.WAIVED else ''}"
    cause = report.follows.get(clause.id)
    follows = _md(", follows from <code>{:words}</code>", cause) if cause else _Markdown()
    return _md("<code>{:words}</code> {:words}{}", clause.id, words, follows)


def _breach(report: Report, outcome: Outcome) -> Iterator[_Block]:
    clause = outcome.clause
    yield [_md("It asks: {:words}. Why it matters: {:words}.", clause.asks, clause.why)]
    shown = outcome.findings[:_SHOWN]
    found = [_md("- {}: expected {}, received {}", _place(f), f.expected, f.received) for f in shown]
    found += [_md("- {:words}", hint) for hint in dict.fromkeys(finding.hint for finding in shown) if hint]
    if outcome.count > len(shown):
        found.append(_md("- and {} more like this", outcome.count - len(shown)))
    yield found
    lines = dict.fromkeys(of_finding(report, finding) for finding in shown)
    pasted = [line for line in (*lines, rerun(report, clause.id)) if line]
    sources = _Markdown("; ".join(_link(source.title, source.url) for source in clause.sources))
    yield [_md("Source: {}.{}", sources, _Markdown(" The request again, and this clause alone:" * bool(pasted)))]
    yield from map(_pasted, pasted)


def _place(finding: Finding) -> _Markdown:
    where = _md("{}", finding.where) if finding.where else _Markdown("the whole body")
    answer = _md(" in the answer to {}", finding.probe) if finding.probe != LIST else _Markdown()
    through = _md(" ({})", finding.through) if finding.through else _Markdown()
    return _md("{}{}{}", where, answer, through)


# A comparison


def _compared(gate: "Gate") -> Iterator[_Block]:
    yield [_md("- {:words}: {:1000}", word, text) for word, text in wording.sides(gate)]
    yield [_md("> - {:1000}", note) for note in gate.notes]
    for line in wording.stale_exceptions(gate):
        yield [_md("> {:1000}", line)]
    if differences := wording.differences(gate):
        titles = ("impact", "rule", "what", "where", "before", "after", "who notices")
        yield from _table(titles, map(_difference, differences))
    if words := wording.hidden_differences(gate):
        yield [_md("{:words}", words)]
    if len(gate.failing) > _PASTED:
        yield [_md("{} writes an exception for each, to be completed.", "--write-accept FILE")]
    elif gate.failing:
        summary = _Markdown("To accept what was agreed upon, complete these exceptions")
        yield _folded(summary, [_pasted(gate.proposal.rstrip(), "toml")])


def _difference(difference: "Difference") -> tuple[str, ...]:
    impact = _md("{:words}", difference.impact)
    root = _md("{} of the root", difference.member) if difference.member else _Markdown("the whole list")
    return (
        _md("{}, {}", impact, difference.accepted) if difference.accepted else impact,
        difference.rule.id,
        wording.called(difference) or root,
        difference.place,
        difference.before,
        difference.after,
        _md("{:words}", "; ".join(difference.notices)),
    )


# Several targets


def _of_targets(targets: "Sequence[Judged]", across: "Sequence[Across]") -> Iterator[_Block]:
    partial = "partial" if any(judged.conclusion == "partial" for judged in targets) else ""
    sign = _sign(partial, worst(judged.status for judged in targets))
    yield [_md("## {:words} Contract of {:words}", sign, counted(len(targets), "target"))]
    yield [_md("{:1000}", wording.targets_last_line(targets))]
    told, conforming = wording.by_verdict(targets)
    titles = ("target", "verdict", "failing clauses", "requests", "seconds")
    if told:
        yield from _table(titles, map(_target, told))
    for judged in told:
        yield [_md("- {}: {:1000}", judged.entry.name, reason) for reason in wording.target_reasons(judged)]
    if conforming:
        summary = _md("{:words}", counted(len(conforming), "target conforms", "targets conform"))
        yield _folded(summary, _table(titles, map(_target, conforming)))
    if across:
        compared = [_md("- {} beside {}: {:1000}", each.name, each.base, wording.differs_in(each)) for each in across]
        yield _folded(_Markdown("What the targets differ in"), [compared])


def _target(judged: "Judged") -> tuple[str | int, ...]:
    report, broken = judged.report, wording.target_causes(judged)
    named = _Markdown(", ".join(_md("{}", clause) for clause in broken[:_NAMED]))
    if broken[_NAMED:]:
        named = _md("{} and {} more", named, len(broken) - _NAMED)
    sign = _sign(judged.conclusion, judged.status)
    verdict = _md("{:words} {:words}", sign, wording.target_headline(judged))
    seconds = _Markdown(f"{report.seconds:.1f}") if report else _Markdown()
    return judged.entry.name, verdict, named, report.requests.sent if report else _Markdown(), seconds
