"""A run, a comparison or several targets as one self-contained HTML page, which loads and runs nothing of others.

What a target said is text here, never markup: Jinja escapes it, invisible and bidirectional characters are spelled
out, and a Content-Security-Policy admits only the style and the script whose digests it names.
"""

import base64
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import groupby
from typing import TYPE_CHECKING

from contracts.core.contract import Clause, Contract, Level
from contracts.core.exchange import Exchange
from contracts.core.finding import Finding
from contracts.core.report import Impact, Outcome, Report, State, Verdict, worst
from contracts.core.text import counted
from contracts.formats import wording
from contracts.formats.excerpt import Excerpt, excerpt
from contracts.formats.reproduce import exchange_of, of_finding, rerun

if TYPE_CHECKING:
    from jinja2 import Template

    from contracts.comparison.difference import Difference
    from contracts.comparison.gate import Gate
    from contracts.targets.across import Across
    from contracts.targets.target_entry import Judged

#: Of a clause that is broken many times, this many findings are written out; the JSON report has more.
_SHOWN = 5
#: Header fields of a message, and characters of one text, that are shown.
_FIELDS, _TEXT = 40, 2000
#: Of what a target differs in from the first one, so much is written out; its own comparison has all.
_ACROSS = 40
#: The pages that need no script: their policy admits none.
_UNSCRIPTED = {"targets.html"}
#: The classes of the exit statuses in the style.
_CLASSES = {0: "conforms", 1: "violates", 3: "inconclusive"}


@dataclass(frozen=True)
class Group:
    """A group of outcomes that a reader filters by: its name in the markup, its sign and its words."""

    name: str
    sign: str
    label: str


BREACHED = Group("breached", "✗", "breached")
FOLLOWING = Group("following", "✗", "following")
WARNED = Group("warned", "!", "warned")
GROUPS: tuple[Group, ...] = (
    BREACHED,
    FOLLOWING,
    WARNED,
    Group("waived", "w", "waived"),
    Group("inconclusive", "?", "inconclusive"),
    Group("not-exercised", "·", "not exercised"),
    Group("not-applicable", "\N{EN DASH}", "not applicable"),
    Group("held", "✓", "held"),
)
_BY_LABEL = {group.label: group for group in GROUPS}
#: Differences, by groups whose names in the markup are those of a run: its filters and colours are meant.
_ACCEPTED = Group("waived", "w", "accepted")
_IMPACTS = {
    Impact.BREAKING: Group("breached", "✗", "breaking"),
    Impact.VISIBLE: Group("warned", "!", "visible"),
    Impact.ADDITIVE: Group("held", "+", "additive"),
    Impact.UNSTABLE: Group("inconclusive", "~", "unstable"),
}


@dataclass(frozen=True)
class _Shown:
    """A finding as it is shown: ``part`` is the excerpt of the body, None when it is not about one."""

    finding: Finding
    part: Excerpt | None


@dataclass(frozen=True)
class _Row:
    """A clause as it is shown; ``evidence`` holds the exchanges that its findings are about, with their curl lines."""

    outcome: Outcome
    group: Group
    findings: tuple[_Shown, ...]
    evidence: tuple[tuple[Exchange, str | None], ...]
    rerun: str


@dataclass(frozen=True)
class _DifferenceRow:
    """A difference as it is shown."""

    difference: "Difference"
    group: Group
    title: str


@dataclass(frozen=True)
class _Matrix:
    """The clauses of a contract by its targets: by section the clauses, each with a group a column, None unjudged.

    What conforms shares the last column.
    """

    contract: Contract
    columns: tuple[str, ...]
    sections: tuple[tuple[str, tuple[tuple[Clause, tuple[Group | None, ...]], ...]], ...]


def render(report: Report) -> str:
    """Return the page."""
    rows = [_row(report, outcome) for outcome in report.outcomes]
    counts = [(group, sum(row.group is group for row in rows)) for group in GROUPS]
    sections = [(name, list(part)) for name, part in groupby(rows, key=lambda row: row.outcome.clause.section)]
    return _page(
        "run.html",
        report=report,
        rows=rows,
        counts=counts,
        sections=[(name, report.contract.sections.get(name, name), part) for name, part in sections],
        broken=_broken(report, rows),
        unjudged=wording.unjudged(report),
        state=_state(report.conclusion, report.status),
        word=report.conclusion,
        narrowed=wording.headline(report).removeprefix(report.conclusion),
        contract=wording.contract_name(report.contract),
        sentence=_sentence(report),
        subject=wording.subject(report),
        identity=wording.identity(report.identity, report.implementation),
        stale=[wording.stale(deviation) for deviation in report.stale],
        notes=[*wording.unsteady(report), *report.notes],
        listing=report.listing,
        exchanges=[(exchange, _beginning(report, exchange)) for exchange in report.exchanges],
        certified=[(group, [row for row in rows if row.group is group]) for group in reversed(GROUPS)],
        grounds=_grounds(report),
        summary=wording.last_line(report),
        fields=_FIELDS,
        compared=_compared(compared) if (compared := wording.gate_of(report)) else None,
    )


def render_comparison(gate: "Gate") -> str:
    """Return the page of a comparison."""
    state = _CLASSES[gate.status]
    return _page("comparison.html", contract=wording.contract_name(gate.contract), state=state, **_compared(gate))


def render_targets(targets: "Sequence[Judged]", across: "Sequence[Across]" = (), *, linked: bool = False) -> str:
    """Return the page over several targets; ``across`` is what each differs in from the first of its contract.

    ``linked`` to the page of each target, which stands beside it in a folder of its name.
    """
    told, conforming = wording.by_verdict(targets)
    word, _, narrowed = wording.targets_headline(targets).partition(" ")
    return _page(
        "targets.html",
        state=_state(word, worst(judged.status for judged in targets)),
        word=word,
        narrowed=narrowed and f" {narrowed}",
        sentence=f"{wording.targets_counts(targets)}; {counted(wording.targets_requests(targets), 'request')}",
        total=counted(len(targets), "target"),
        started=wording.targets_started(targets),
        linked=linked,
        told=list(map(_target, told)),
        conforming=list(map(_target, conforming)),
        reasons=[(judged.entry.name, reasons) for judged in told if (reasons := wording.target_reasons(judged))],
        matrices=list(_matrices(told, conforming)),
        groups=GROUPS,
        across=[(each, _across(each), _hidden(each)) for each in across],
        suites=sorted({judged.report.suite for judged in targets if judged.report}),
    )


def _state(conclusion: str, status: int) -> str:
    """Return the class of a verdict in the style: a part is not green, what fails the run is red."""
    return conclusion if not status else _CLASSES[status]


def _page(template: str, **values: object) -> str:
    """Return a page of the style, the script and the policy that all pages share."""
    style, script = _source("page.css"), "" if template in _UNSCRIPTED else _source("page.js")
    return _template(template).render(style=style, script=script, policy=_policy(style, script), **values)


def _grounds(report: Report) -> list[str]:
    """Return why clauses are waived or were not judged, each reason once."""
    waived = (note for outcome in report.of(State.WAIVED) for note in outcome.notes)
    others = (o.reason for o in report.of(State.INCONCLUSIVE, State.NOT_EXERCISED, State.NOT_APPLICABLE))
    return [reason for reason in dict.fromkeys((*waived, *others)) if reason]


def _broken(report: Report, rows: list[_Row]) -> list[_Row]:
    """Return the rows that are breached, then those warned of; what follows from another stands last."""
    order = [outcome.clause.id for outcome in wording.by_cause(report)]
    chosen = [row for row in rows if row.outcome.state is State.BREACHED]
    return sorted(chosen, key=lambda row: order.index(row.outcome.clause.id))


def _group_of(report: Report, outcome: Outcome) -> Group:
    """Return the group of an outcome: its sign and its words."""
    if outcome in report.followers:
        return FOLLOWING
    return WARNED if outcome in report.warnings else _BY_LABEL[outcome.state.value]


def _row(report: Report, outcome: Outcome) -> _Row:
    group = _group_of(report, outcome)
    shown = [(finding, exchange_of(report, finding)) for finding in outcome.findings[:_SHOWN]]
    evidence = {finding.probe: (exchange, of_finding(report, finding)) for finding, exchange in shown if exchange}
    findings = tuple(_Shown(finding, _part(report, exchange, finding)) for finding, exchange in shown)
    return _Row(outcome, group, findings, tuple(evidence.values()), rerun(report, outcome.clause.id))


def _part(report: Report, exchange: Exchange | None, finding: Finding) -> Excerpt | None:
    if exchange is None or exchange.response is None or not exchange.response.body:
        return None
    if finding.where.startswith(("status", "header")):
        return None
    return excerpt(exchange.response.body, finding.where, report.locate)


def _sentence(report: Report) -> str:
    """Return why the verdict is what it is, in a sentence without its end."""
    if report.verdict is Verdict.VIOLATES:
        musts = sum(outcome.clause.level is Level.MUST for outcome in report.causes)
        words = " and ".join(_reasons(musts, len(report.causes) - musts))
        followers = len(report.followers)
        return words + (f"; {followers} {'follows' if followers == 1 else 'follow'} from that" if followers else "")
    if report.verdict is Verdict.INCONCLUSIVE:
        unjudged = counted(len(report.unjudged), "MUST clause")
        return f"{unjudged} could not be judged: {wording.main_reason(report)}"
    observations = sum(outcome.observations for outcome in report.of(State.HELD))
    held = f"No MUST clause that was judged is broken, on {counted(observations, 'observation')}"
    waived = len(list(report.of(State.WAIVED)))
    return f"{held}, apart from {counted(waived, 'clause')} whose breaches are waived" if waived else held


def _reasons(musts: int, shoulds: int) -> Iterator[str]:
    if musts:
        yield f"{counted(musts, 'MUST clause')} {'is' if musts == 1 else 'are'} broken"
    if shoulds:
        yield f"{counted(shoulds, 'SHOULD clause')} {'is' if shoulds == 1 else 'are'} broken in a strict run"


def _compared(gate: "Gate") -> dict[str, object]:
    """Return what the templates show of a comparison."""
    rows = [
        _DifferenceRow(each, _ACCEPTED if each.accepted else _IMPACTS[each.impact], _title(each))
        for each in wording.differences(gate)
    ]
    groups = (*_IMPACTS.values(), _ACCEPTED)
    return {
        "gate": gate,
        "rows": rows,
        "counts": [(group, sum(row.group is group for row in rows)) for group in groups],
        "by_group": [(group, [row for row in rows if row.group is group]) for group in groups],
        "verdict": gate.verdict,
        "sentence": wording.comparison_reason(gate) or gate.counts,
        "sides": wording.sides(gate),
        "summary": wording.comparison_last_line(gate),
        "hidden": wording.hidden_differences(gate),
        "stale": wording.stale_exceptions(gate),
        "notes": list(gate.notes),
    }


def _title(difference: "Difference") -> str:
    return wording.called(difference) or difference.member or "the whole list"


def _target(judged: "Judged") -> "tuple[Judged, str, str, list[str]]":
    """Return a target with its class, its verdict in words, and the causes for which it fails."""
    state = _state(judged.conclusion, judged.status)
    return judged, state, wording.target_headline(judged), wording.target_causes(judged)


def _matrices(told: "Sequence[Judged]", conforming: "Sequence[Judged]") -> Iterator[_Matrix]:
    for name in sorted({judged.entry.contract for judged in (*told, *conforming)}):
        own, others = ([each for each in part if each.entry.contract == name] for part in (told, conforming))
        contract = next((judged.report.contract for judged in (*own, *others) if judged.report), None)
        if contract is not None:
            names = [judged.entry.name for judged in own]
            columns = [_column(judged, contract) for judged in own]
            if others:
                names.append(f"{len(others):,} that conform" if len(others) > 1 else others[0].entry.name)
                columns.append(_merged([_column(judged, contract) for judged in others]))
            parts = groupby(contract.clauses, key=lambda clause: clause.section)
            sections = tuple(
                (
                    contract.sections.get(section, section),
                    tuple((clause, tuple(column.get(clause.id) for column in columns)) for clause in clauses),
                )
                for section, clauses in parts
            )
            yield _Matrix(contract, tuple(names), sections)


def _column(judged: "Judged", contract: Contract) -> dict[str, Group]:
    if judged.report is None:
        return dict.fromkeys(contract.clause, _BY_LABEL["inconclusive"])
    return {outcome.clause.id: _group_of(judged.report, outcome) for outcome in judged.report.outcomes}


def _merged(columns: Sequence[dict[str, Group]]) -> dict[str, Group]:
    """Return the column of targets that conform: of each clause a warning, that it was held, or what else it is."""
    order = [WARNED, _BY_LABEL["held"], *GROUPS]
    return {clause: min((column[clause] for column in columns), key=order.index) for clause in columns[0]}


def _across(each: "Across") -> "list[tuple[Group, str, Difference]]":
    differences = each.comparison.differences[:_ACROSS] if each.comparison else ()
    return [(_IMPACTS[d.impact], _title(d), d) for d in differences]


def _hidden(each: "Across") -> str:
    left = each.comparison.total - _ACROSS if each.comparison else 0
    return f"and {counted(left, 'more difference')}" if left > 0 else ""


def _beginning(report: Report, exchange: Exchange) -> Excerpt | None:
    return excerpt(exchange.response.body, "", report.locate) if exchange.response and exchange.response.body else None


@cache
def _template(name: str) -> "Template":
    from jinja2 import Environment, FunctionLoader, StrictUndefined  # noqa: PLC0415 - 15 ms, and few pages are written

    environment = Environment(
        loader=FunctionLoader(_source),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_visible,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["number"] = counted
    return environment.get_template(name)


@cache
def _source(name: str) -> str:
    return files("contracts.formats").joinpath("templates", name).read_text("utf-8")


def _policy(style: str, script: str) -> str:
    """Return a policy that admits this style and script by their digests, and nothing else (CSP Level 3)."""
    admitted = "".join(
        f"{kind}-src 'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'; "
        for kind, text in (("style", style), ("script", script))
        if text
    )
    return f"default-src 'none'; {admitted}base-uri 'none'; form-action 'none'"


def _visible(value: object) -> object:
    """Return a text bounded, and with everything that cannot be seen spelled out; line ends and tabs stay.

    Applied to whatever the template inserts. Markup of our own (a subclass of str) and numbers pass unchanged.
    """
    if type(value) is not str:
        return value
    text = value if len(value) <= _TEXT else f"{value[:_TEXT]}… ({len(value):,} characters)"
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c in "\n\t" else c.encode("unicode_escape").decode() for c in text)
