"""The terminal: the causes and the verdict together, one line to quote, within 80 columns, and nothing obeyed."""

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
import reports

from contracts.core.report import Report, State
from contracts.formats import har, result, terminal
from contracts.formats.terminal import Detail
from contracts.formats.wording import could_not_judge, last_line, unjudged

MARKS = {"✓": "held", "✗": "breached", "!": "breached", "w": "waived", "·": "not exercised", "-": "not applicable"}


def lines_of(text: str) -> dict[str, str]:
    """The marks of the clauses, by id."""
    return {match[2]: match[1] for match in re.finditer(r"(?m)^  (\S) ([a-z]+\.[a-z0-9-]+) ", text)}


@pytest.mark.parametrize("make", [reports.conforming, reports.violating, reports.inconclusive, reports.unreachable])
def test_every_clause_has_a_line_that_tells_its_outcome(make: object) -> None:
    """Under -v a mark for each clause, in the order of the contract; the counts of the last line agree with them."""
    report: Report = make()  # type: ignore[operator]
    text = terminal.render(report, detail=Detail.VERBOSE)
    marks = lines_of(text)
    assert list(marks) == [outcome.clause.id for outcome in report.outcomes]
    for outcome in report.outcomes:
        expected = "inconclusive" if marks[outcome.clause.id] == "?" else MARKS[marks[outcome.clause.id]]
        assert expected == outcome.state
    last = text.splitlines()[-1]
    for state in (State.HELD, State.INCONCLUSIVE, State.NOT_EXERCISED, State.NOT_APPLICABLE):
        number = sum(outcome.state is state for outcome in report.outcomes)
        assert (f" {number} {state}" in last) is (number > 0 or state is State.HELD)
    assert last == last_line(report)


@pytest.mark.parametrize("make", [reports.conforming, reports.violating, reports.inconclusive, reports.hostile])
def test_what_held_is_a_line_a_section(make: Callable[[], Report]) -> None:
    """Without -v each section is one line that counts its clauses, and the whole fits 80 columns but what is pasted."""
    report = make()
    lines = terminal.render(report).splitlines()
    sections = dict.fromkeys(outcome.clause.section for outcome in report.outcomes)
    counted = [line.split(maxsplit=2) for line in lines if line[:1] in "✓✗?!w·-" and line.split()[1:2]]
    told = {name: words for _, name, words in counted if name in sections}
    assert list(told) == list(sections)
    for section, words in told.items():
        own = [outcome for outcome in report.outcomes if outcome.clause.section == section]
        assert sum(map(int, re.findall(r"\d+", words))) == len(own)
    pasted = ("  curl ", "  rerun ", "  token ")
    assert max(len(line) for line in lines[:-1] if not line.startswith(pasted)) <= 80


def test_causes_and_verdict_stand_together() -> None:
    """At the end: each cause in a line with why it matters, then what follows from which, how to ask again, verdict."""
    report = reports.violating()
    text = " ".join(terminal.render(report).split())
    places = [
        text.index(words)
        for words in (
            '✗ category.position MUST /event_categories/2/position: expected an integer, received "2" why clients sort',
            "! category.name-style SHOULD /event_categories/1/name: expected ",
            "1 follows from category.position: client.go-readable",
            "curl curl -sS -i ",
            "rerun contracts verify https://",
            "to accept what fails for a while: contracts verify --write-deviations FILE",
            f"VIOLATES: {report.target}: 3 breached, 1 follows, 3 warned, ",
        )
    ]
    assert places == sorted(places)
    assert "[[deviation]]" not in text
    assert "--write-deviations" not in terminal.render(reports.conforming())


def test_each_reason_once() -> None:
    """What left many clauses without a judgement is said once with their number, and begins the last line."""
    report = reports.unreachable()
    *lines, last = terminal.render(report).splitlines()
    number = len(list(report.of(State.INCONCLUSIVE)))
    reason = "the run has used up its 90 s (--deadline)"
    assert [line for line in lines if reason in line] == [f"? could not judge {number} clauses: {reason}"]
    assert last.startswith(f"INCONCLUSIVE: {reason}: ")


def test_what_was_not_sent_has_the_reason_for_it() -> None:
    """A probe that was not sent for a reason, and one that met that reason, could not be judged for one reason."""
    report = reports.unreachable()
    unsent = [replace(o, reason=f"not sent: {o.reason}") for o in report.outcomes if o.state is State.INCONCLUSIVE]
    mixed = replace(report, outcomes=(*(o for o in report.outcomes if o not in unsent[9:]), *unsent[9:]))
    assert len(unjudged(mixed)) == len(unjudged(report)) == 1


def test_quiet_begins_with_the_reason() -> None:
    """--quiet and --summary of an inconclusive run begin with its reason, not with all the clauses that it concerns."""
    report = reports.unreachable()
    quiet, last = terminal.render(report, detail=Detail.QUIET).splitlines()
    assert quiet == "could not judge 33 clauses: the run has used up its 90 s (--deadline)"
    assert terminal.render(report, detail=Detail.SUMMARY) == f"{last}\n"
    assert could_not_judge("why", ["a.b", "c.d"]) == "could not judge a.b, c.d: why"


def test_hostile_text_is_not_obeyed() -> None:
    """No control character, no bidirectional mark and no lone surrogate of a target reaches the terminal."""
    text = terminal.render(reports.hostile())
    assert all(character.isprintable() or character == "\n" for character in text)
    text.encode("utf-8")
    assert len(max(text.splitlines(), key=len)) < 5000


def test_colour_only_when_asked_for() -> None:
    """Colour adds escape sequences and changes nothing else."""
    report = reports.violating()
    plain, coloured = terminal.render(report), terminal.render(report, colour=True)
    assert "\x1b[31m" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == plain


def test_retries_are_shown() -> None:
    """An exchange that needed more than one try says what came before, and how long it waited."""
    assert "retried   xml: 503 (waited 1 s)" in terminal.render(reports.conforming())


@pytest.mark.parametrize("text", ["##[error]x", "##vso[task.setvariable]x", "##TeamCity[buildStop]", "a ##[group]"])
def test_no_command_of_a_runner_comes_from_a_target(text: str) -> None:
    """What runners of CI obey anywhere in a line is broken, in the report, in a brief line and in the JSON."""
    elements = [{"id": text, "name": text, "display_name": text, "position": text}]
    report = reports.judged(reports.exchanges(elements), notes=(text, "::error::x", "AGREES: all is well"))
    rendered = terminal.render(report)
    quiet, verbose = (terminal.render(report, detail=detail) for detail in (Detail.QUIET, Detail.VERBOSE))
    for said in (rendered, quiet, verbose, result.render(report), har.render(report)):
        assert not re.search(r"(?i)##(\[|vso|teamcity)", said)
    assert not [line for line in rendered.splitlines() if line.startswith(("::", "AGREES"))]
    assert result.render(reports.reread(result.render(report))) == result.render(report)
