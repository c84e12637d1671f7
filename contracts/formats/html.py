"""A run, a comparison or several targets as one self-contained HTML page, which loads and runs nothing of others.

What a target said is text here, never markup: Jinja escapes it, invisible and bidirectional characters are spelled
out, and a Content-Security-Policy admits only the style and the script whose digests it names.
"""

import base64
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from contracts.core.contract import Contract, Level
from contracts.core.exchange import Exchange
from contracts.core.finding import Finding
from contracts.core.report import Impact, Locate, Outcome, Report, State, Verdict, worst
from contracts.core.text import bounded, counted
from contracts.formats import wording
from contracts.formats.reproduce import exchange_of, of_finding, rerun

if TYPE_CHECKING:
    from jinja2 import Template

    from contracts.comparison.compare import Difference
    from contracts.comparison.gate import Gate
    from contracts.targets.across import Across
    from contracts.targets.target_entry import Judged

#: Of a clause that is broken many times, this many findings are written out; the JSON report has more.
_SHOWN = 5
#: Header fields of a message, and characters of one text, that are shown.
_FIELDS, _TEXT = 40, 2000
#: Characters of a body shown on each side of a place, of a container that is shown whole, and of the place itself.
_AROUND, _WHOLE, _PLACE = 240, 800, 400
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


_SIGNS = {
    "breached": "✗",
    "following": "✗",
    "warned": "!",
    "waived": "w",
    "inconclusive": "?",
    "not exercised": "·",
    "not applicable": "\N{EN DASH}",
    "held": "✓",
}
_BY_LABEL = {label: Group(label.replace(" ", "-"), sign, label) for label, sign in _SIGNS.items()}
GROUPS = tuple(_BY_LABEL.values())
#: Differences, by groups whose names in the markup are those of a run: its filters and colours are meant.
_ACCEPTED = Group("waived", "w", "accepted")
_IMPACTS = {
    Impact.BREAKING: Group("breached", "✗", "breaking"),
    Impact.VISIBLE: Group("warned", "!", "visible"),
    Impact.ADDITIVE: Group("held", "+", "additive"),
    Impact.UNSTABLE: Group("inconclusive", "~", "unstable"),
}


@dataclass(frozen=True)
class Excerpt:
    """A text in three parts, of which the middle is the place; ``cut`` tells which ends of the body are left out.

    What is indented in the body comes without the indentation that all its lines share.

    ``exact`` is false when the place does not exist and the part around it is marked instead.
    """

    before: str
    marked: str
    after: str
    cut: tuple[bool, bool] = (False, False)
    exact: bool = True


@dataclass(frozen=True)
class _Row:
    """A clause as it is shown.

    ``findings`` come with the excerpts of the bodies that they are about. ``evidence`` holds the exchanges of these,
    each with its curl line and the places that are marked in it.
    """

    outcome: Outcome
    group: Group
    findings: tuple[tuple[Finding, Excerpt | None], ...]
    evidence: tuple[tuple[Exchange, str | None, set[str]], ...]
    rerun: str


@dataclass(frozen=True)
class _DifferenceRow:
    """A difference as it is shown."""

    difference: "Difference"
    group: Group
    title: str


def render(report: Report) -> str:
    """Return the page."""
    rows = [_row(report, outcome) for outcome in report.outcomes]
    gate = wording.gate_of(report)
    return _page(
        "run.html",
        _state(report),
        [row.group for row in rows],
        report=report,
        rows=rows,
        sections=_sections(rows, report.contract, "outcome.clause.section"),
        broken=_broken(report, rows),
        sentence=_sentence(report),
        stale=list(map(wording.stale, report.stale)),
        exchanges=[(exchange, _excerpt(report, exchange, "")) for exchange in report.exchanges],
        grounds=_grounds(report),
        fields=_FIELDS,
        gate=gate,
        differing=list(map(_difference_row, wording.differences(gate))) if gate else [],
    )


def render_comparison(gate: "Gate") -> str:
    """Return the page of a comparison."""
    rows = list(map(_difference_row, wording.differences(gate)))
    return _page("comparison.html", _CLASSES[gate.status], [row.group for row in rows], gate=gate, rows=rows)


def render_targets(targets: Sequence["Judged"], across: "Sequence[Across]" = (), *, linked: bool = False) -> str:
    """Return the page over several targets; ``across`` is what each differs in from the first of its contract.

    ``linked`` to the page of each target, which stands beside it in a folder of its name.
    """
    told, conforming = wording.by_verdict(targets)
    word, _, narrowed = wording.targets_headline(targets).partition(" ")
    status = worst(judged.status for judged in targets)
    return _page(
        "targets.html",
        _CLASSES[status] if status else word,
        list(map(_state, (*told, *conforming))),
        targets=targets,
        word=word,
        narrowed=narrowed and f" {narrowed}",
        linked=linked,
        told=told,
        conforming=conforming,
        reasons=[(judged.entry.name, reasons) for judged in told if (reasons := wording.target_reasons(judged))],
        matrices=list(_matrices(told, conforming)),
        across=[(each, *_across(each)) for each in across],
        suites=sorted({judged.report.suite for judged in targets if judged.report}),
    )


def _state(judged: "Report | Judged") -> str:
    """Return the class of a verdict in the style: a part is not green, what fails the run is red."""
    return _CLASSES[judged.status] if judged.status else judged.conclusion


def _page(template: str, state: str, strip: "Sequence[Group | str]", **values: object) -> str:
    """Return a page of the style, the script and the policy that all pages share."""
    style, script = _source("page.css"), "" if template in _UNSCRIPTED else _source("page.js")
    names = [part if isinstance(part, str) else part.name for part in strip]
    page = _template(template)
    return page.render(style=style, script=script, policy=_policy(style, script), state=state, strip=names, **values)


def _sections(items: Iterable[Any], contract: Contract, path: str) -> list[tuple[str, str, list[Any]]]:
    """Return what is about clauses by their sections: the name and the title of each, and what belongs to it."""
    parts = groupby(items, key=attrgetter(path))
    return [(name, contract.sections.get(name, name), list(part)) for name, part in parts]


def _of(rows: Iterable[_Row | _DifferenceRow], group: Group) -> list[_Row | _DifferenceRow]:
    return [row for row in rows if row.group is group]


def _grounds(report: Report) -> list[str]:
    """Return why clauses are waived or were not judged, each reason once."""
    waived = (note for outcome in report.of(State.WAIVED) for note in outcome.notes)
    others = (o.reason for o in report.of(State.INCONCLUSIVE, State.NOT_EXERCISED, State.NOT_APPLICABLE))
    return [reason for reason in dict.fromkeys((*waived, *others)) if reason]


def _broken(report: Report, rows: list[_Row]) -> list[_Row]:
    """Return the rows that are breached, then those warned of; what follows from another stands last."""
    by_id = {row.outcome.clause.id: row for row in rows}
    return [by_id[outcome.clause.id] for outcome in wording.by_cause(report) if outcome.state is State.BREACHED]


def _row(report: Report, outcome: Outcome) -> _Row:
    findings, evidence = [], dict[str, tuple[Exchange, str | None, set[str]]]()
    for finding in outcome.findings[:_SHOWN]:
        exchange = exchange_of(report, finding)
        findings.append((finding, _excerpt(report, exchange, finding.where)))
        if exchange:
            places = evidence[finding.probe][2] if finding.probe in evidence else set()
            evidence[finding.probe] = exchange, of_finding(report, finding), places | {finding.where.lower()}
    again = rerun(report, outcome.clause.id)
    return _Row(outcome, _BY_LABEL[wording.group_of(report, outcome)], tuple(findings), tuple(evidence.values()), again)


def _excerpt(report: Report, exchange: Exchange | None, where: str) -> Excerpt | None:
    """Return the part of a body around a place; None where there is none, or the place is not in it."""
    if exchange is None or exchange.response is None or not exchange.response.body:
        return None
    return None if where.startswith(("status", "header")) else excerpt(exchange.response.body, where, report.locate)


def excerpt(body: bytes, where: str, locate: Locate) -> Excerpt:
    """Return the part of a body around a JSON Pointer (RFC 6901), a ``byte N``, or its beginning.

    ``locate`` is that of the report.
    """
    if where.startswith("byte "):
        return _around_byte(body, int(where.removeprefix("byte ")))
    if where.startswith("/"):
        text, places = locate(body, where)
        if places:
            return _around(text, places, exact=len(places) > where.count("/"))
    text = body[: _WHOLE * 4].decode("utf-8", "backslashreplace")
    return Excerpt(text[:_WHOLE], "", "", (False, len(body) > _WHOLE and text[_WHOLE:] != ""))


def _around_byte(body: bytes, offset: int) -> Excerpt:
    start, end = max(0, offset - _AROUND), offset + _AROUND
    head, place, tail = body[start:offset], body[offset : offset + 1], body[offset + 1 : end]
    while tail and 0x80 <= tail[0] < 0xC0 and len(place) < 4:  # noqa: PLR2004 - the rest of one character
        place, tail = place + tail[:1], tail[1:]
    before, marked, after = (part.decode("utf-8", "backslashreplace") for part in (head, place, tail))
    return Excerpt(before, marked or "␃", after, (start > 0, end < len(body)))  # the sign for the end of a text


def _around(text: str, places: Sequence[tuple[int, int]], *, exact: bool) -> Excerpt:
    start, end = places[-1]
    left, right = max(0, start - _AROUND), min(len(text), end + _AROUND)
    around = places[-2] if exact and len(places) > 1 else places[-1]
    if around[1] - around[0] <= _WHOLE:
        left, right = around
    line = text.rfind("\n", max(0, left - 40), left) + 1
    left = line if line and not text[line:left].strip() else left
    marked = text[start:end]
    if len(marked) > _PLACE:
        marked = f"{marked[: _PLACE // 2]}… ({len(marked):,} characters)"
    first = text[left : left + 80]
    indent = first[: len(first) - len(first.lstrip(" \t"))] if left == line else ""
    parts = (part.replace(f"\n{indent}", "\n") for part in (f"\n{text[left:start]}", marked, text[end:right]))
    before, marked, after = parts
    return Excerpt(before[1:], marked, after, (left > 0, right < len(text)), exact)


def _sentence(report: Report) -> str:
    """Return why the verdict is what it is, in a sentence without its end."""
    if report.verdict is Verdict.VIOLATES:
        musts = sum(outcome.clause.level is Level.MUST for outcome in report.causes)
        shoulds, followers = len(report.causes) - musts, len(report.followers)
        parts = (
            (musts, f"{counted(musts, 'MUST clause is', 'MUST clauses are')} broken"),
            (shoulds, f"{counted(shoulds, 'SHOULD clause is', 'SHOULD clauses are')} broken in a strict run"),
        )
        follow = f"; {counted(followers, 'follows', 'follow')} from that" if followers else ""
        return " and ".join(words for number, words in parts if number) + follow
    if report.verdict is Verdict.INCONCLUSIVE:
        unjudged = counted(len(report.unjudged), "MUST clause")
        return f"{unjudged} could not be judged: {wording.main_reason(report)}"
    observations = sum(outcome.observations for outcome in report.of(State.HELD))
    held = f"No MUST clause that was judged is broken, on {counted(observations, 'observation')}"
    waived = len(list(report.of(State.WAIVED)))
    return f"{held}, apart from {counted(waived, 'clause')} whose breaches are waived" if waived else held


def _difference_row(difference: "Difference") -> _DifferenceRow:
    group = _ACCEPTED if difference.accepted else _IMPACTS[difference.impact]
    return _DifferenceRow(difference, group, wording.called(difference) or difference.member or "the whole list")


def _across(each: "Across") -> tuple[list[_DifferenceRow], str]:
    """Return the first differences of a target, and how many more there are."""
    if each.comparison is None:
        return [], ""
    left = each.comparison.total - _ACROSS
    shown = each.comparison.differences[:_ACROSS]
    return list(map(_difference_row, shown)), f"and {counted(left, 'more difference')}" if left > 0 else ""


def _matrices(
    told: "Sequence[Judged]", conforming: "Sequence[Judged]"
) -> Iterator[tuple[Contract, dict[str, dict[str, Group]]]]:
    """Yield each contract with a column a target, by its name: the groups of the clauses. What conforms shares one."""
    for name in sorted({judged.entry.contract for judged in (*told, *conforming)}):
        own, others = ([each for each in part if each.entry.contract == name] for part in (told, conforming))
        contract = next((judged.report.contract for judged in (*own, *others) if judged.report), None)
        if contract is not None:
            columns = {judged.entry.name: _column(judged, contract) for judged in own}
            if others:
                title = f"{len(others):,} that conform" if len(others) > 1 else others[0].entry.name
                columns[title] = _merged([_column(judged, contract) for judged in others])
            yield contract, columns


def _column(judged: "Judged", contract: Contract) -> dict[str, Group]:
    if judged.report is None:
        return dict.fromkeys(contract.clause, _BY_LABEL["inconclusive"])
    return {
        outcome.clause.id: _BY_LABEL[wording.group_of(judged.report, outcome)] for outcome in judged.report.outcomes
    }


def _merged(columns: Sequence[dict[str, Group]]) -> dict[str, Group]:
    """Return the column of targets that conform: of each clause a warning, that it was held, or what else it is."""
    order = [_BY_LABEL["warned"], _BY_LABEL["held"], *GROUPS]
    return {clause: min((column[clause] for column in columns), key=order.index) for clause in columns[0]}


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
    environment.filters.update(number=counted, of=_of, sections=_sections, state=_state)
    environment.globals.update(wording=wording, groups=GROUPS, difference_groups=(*_IMPACTS.values(), _ACCEPTED))
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
    text = bounded(value, _TEXT)
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c in "\n\t" else c.encode("unicode_escape").decode() for c in text)
