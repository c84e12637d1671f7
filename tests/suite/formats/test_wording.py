"""What a run says first: a run that judged less than the whole contract is never a bare conforms, in no format."""

import json
from collections.abc import Callable
from dataclasses import replace

import pytest
import reports

from contracts.core.report import Partial, Report, StaleDeviation, State, Verdict
from contracts.formats import annotations, badge, har, html, junit, markdown, result, terminal
from contracts.formats.wording import brief, headline, last_line

WRITERS = {
    writer.__name__: writer.render for writer in (annotations, badge, har, html, junit, markdown, result, terminal)
}


def only(section: str) -> Report:
    """A conforming report of the clauses of one section."""
    report = reports.conforming()
    return replace(report, outcomes=tuple(o for o in report.outcomes if o.clause.section == section))


def of_mock() -> Report:
    report = reports.conforming()
    return replace(report, scope=replace(report.scope, embedded=True))


def waived() -> Report:
    return reports.waived(reports.conforming(), "list.names-unique", "renamed until December")


PARTIAL: dict[str, tuple[Callable[[], Report], Partial, str]] = {
    "selected": (
        lambda: only("json"),
        Partial.CLAUSES,
        "partial (only some clauses were selected): 4 of 36 clauses judged",
    ),
    "mock": (of_mock, Partial.EMBEDDED_MOCK, "partial (the embedded mock was judged)"),
    "waived": (waived, Partial.WAIVED, "partial (breaches are waived)"),
}


@pytest.mark.parametrize(("make", "reason", "words"), PARTIAL.values(), ids=PARTIAL)
def test_a_partial_run_says_so(make: Callable[[], Report], reason: Partial, words: str) -> None:
    """The headline tells what was left out, and the report knows why."""
    report = make()
    assert report.verdict is Verdict.CONFORMS
    assert report.partial == (reason,)
    assert headline(report) == words


@pytest.mark.parametrize("writer", WRITERS)
@pytest.mark.parametrize(("make", "reason", "words"), PARTIAL.values(), ids=PARTIAL)
def test_in_every_format(make: Callable[[], Report], reason: Partial, words: str, writer: str) -> None:
    """Every format holds the headline of a partial run; the first letter may be a capital."""
    assert words[1:].replace(":", "%3A" if writer.endswith("annotations") else ":") in WRITERS[writer](make())


def test_a_whole_run_says_conforms() -> None:
    """An endpoint that was judged by every clause conforms, without any more words."""
    report = reports.conforming()
    assert (report.partial, headline(report)) == ((), "conforms")
    assert last_line(report).startswith(f"CONFORMS: {report.target}: ")


@pytest.mark.parametrize(("make", "reason", "words"), PARTIAL.values(), ids=PARTIAL)
def test_no_green_badge_for_a_part(make: Callable[[], Report], reason: Partial, words: str) -> None:
    """Green is for the whole contract, kept by an endpoint."""
    shown = json.loads(badge.render(make()))
    assert (shown["message"], shown["color"]) == (words, "lightgrey")


def test_nothing_held_is_no_pass() -> None:
    """A run whose only clause is a SHOULD that is breached, or waived, is inconclusive."""
    report = reports.violating()
    style = next(o for o in report.outcomes if o.clause.id == "category.name-style")
    assert style.state is State.BREACHED
    for state in (State.BREACHED, State.WAIVED):
        alone = replace(report, outcomes=(replace(style, state=state),))
        assert alone.verdict is Verdict.INCONCLUSIVE
        assert alone.status == 3


def test_stale_deviations_fail_the_run_and_accuse_nobody() -> None:
    """A stale entry is exit 1 in words of its own; the verdict on the target stays."""
    report = reports.conforming(stale=(StaleDeviation(2, "category.id"),))
    assert (report.verdict, report.status) == (Verdict.CONFORMS, 1)
    assert last_line(report).startswith("CONFORMS, but 1 known deviation is stale: ")
    for name, render in WRITERS.items():
        assert "VIOLATES" not in render(report).replace("violates: a MUST", ""), name
    assert json.loads(badge.render(report))["color"] == "orange"


def test_an_unsteady_target_is_told_in_every_format() -> None:
    """What called for a second observation stands in every report for people, under --quiet and in the last line."""
    report = reports.conforming()
    note = "the first observation was unsteady"
    outcomes = tuple(replace(o, notes=(note,)) if o.clause.id == "http.repeatable" else o for o in report.outcomes)
    again = tuple(
        replace(exchange, observation=2) for exchange in report.exchanges if exchange.probe in ("list", "repeat")
    )
    report = replace(report, outcomes=outcomes, exchanges=(*report.exchanges, *again))
    for writer in (annotations, html, junit, markdown, terminal):
        assert note in " ".join(writer.render(report).split()), writer.__name__
    assert brief(report) == [f"http.repeatable: {note}"]
    assert last_line(report).endswith("; observed twice, for the answers did not agree")


def test_what_a_file_narrows_is_in_the_last_line() -> None:
    """Settings of a file that leave less to be judged are named where everybody looks."""
    report = reports.conforming(narrowed=("clause", "auth"))
    assert last_line(report).endswith("; a file narrowed clause, auth")


def test_brief_lines_tell_what_is_wrong() -> None:
    """Nothing where all is well; else a line for each breach, reason and stale deviation."""
    assert brief(reports.conforming()) == []
    lines = brief(reports.violating())
    assert lines[0].startswith("category.required /event_categories/")
    assert " expected " in lines[0]
    assert " received " in lines[0]
    breaches = [line for line in lines if not line.startswith("could not judge")]
    following = breaches.index("1 follows from category.position: client.go-readable")
    assert following == len(breaches) - 1  # what follows stands last
    assert breaches[following - 1].endswith("(a warning)")  # behind what does not fail the run
    assert brief(reports.inconclusive()) == ["could not judge 9 clauses: the list is empty; --allow-empty accepts that"]
    stale = reports.conforming(stale=(StaleDeviation(2, "category.id"),))
    assert brief(stale) == ["deviation entry 2 for category.id matches nothing any more: remove it"]


def test_an_inconclusive_run_always_has_a_reason() -> None:
    """Also where every clause that was selected was left without anything to judge it on."""
    report = reports.unreachable()
    nothing = replace(report, outcomes=report.outcomes[:1])
    for told in (report, nothing, replace(report, outcomes=())):
        assert told.verdict is Verdict.INCONCLUSIVE
        reason = brief(told)[0].partition(": ")[2]
        assert last_line(told).startswith("INCONCLUSIVE")
        assert f": {reason}: {told.target}: " in last_line(told)
        for name, render in WRITERS.items():
            assert "that was judged is broken" not in render(told), name
