"""The terminal: every clause a line, every breach with what reproduces it, one line to quote, nothing obeyed."""

import re

import pytest
import reports

from contracts.core.report import Report, State
from contracts.formats import har, result, stored, terminal
from contracts.formats.wording import brief
from contracts.resources import contract_of

MARKS = {"✓": "held", "✗": "breached", "!": "breached", "w": "waived", "·": "not exercised", "-": "not applicable"}


def lines_of(text: str) -> dict[str, str]:
    """The marks of the clauses, by id."""
    return {match[2]: match[1] for match in re.finditer(r"(?m)^  (\S) ([a-z]+\.[a-z0-9-]+) ", text)}


@pytest.mark.parametrize("make", [reports.conforming, reports.violating, reports.inconclusive, reports.unreachable])
def test_every_clause_has_a_line_that_tells_its_outcome(make: object) -> None:
    """A mark for each clause, in the order of the contract, and the counts of the last line agree with them."""
    report: Report = make()  # type: ignore[operator]
    text = terminal.render(report)
    marks = lines_of(text)
    assert list(marks) == [outcome.clause.id for outcome in report.outcomes]
    for outcome in report.outcomes:
        expected = "inconclusive" if marks[outcome.clause.id] == "?" else MARKS[marks[outcome.clause.id]]
        assert expected == outcome.state
    last = text.splitlines()[-1]
    for state in (State.HELD, State.INCONCLUSIVE, State.NOT_EXERCISED, State.NOT_APPLICABLE):
        number = sum(outcome.state is state for outcome in report.outcomes)
        assert (f" {number} {state}" in last) is (number > 0 or state is State.HELD)
    assert last == terminal.last_line(report)


def test_causes_come_before_what_follows() -> None:
    """A clause that is broken only because another is stands behind it."""
    text = terminal.render(reports.violating())
    assert text.index("\ncategory.position MUST") < text.index("\nhttp.repeatable MUST")


def test_each_reason_once() -> None:
    """What left many clauses without a judgement is said once, with their number."""
    report = reports.unreachable()
    text = terminal.render(report)
    assert text.count("the run has used up its 90 s") == 1
    number = len(list(report.of(State.INCONCLUSIVE)))
    assert f"could not judge {number} clauses: " in text


def test_entries_to_paste_are_those_of_causes() -> None:
    """The proposal has an entry for each cause and place, and none for what follows from one."""
    text = terminal.render(reports.violating())
    assert 'clause = "category.position"' in text
    assert 'clause = "http.repeatable"' not in text
    assert "[[deviation]]" not in terminal.render(reports.conforming())


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
    for said in (rendered, "\n".join(brief(report)), result.render(report), har.render(report)):
        assert not re.search(r"(?i)##(\[|vso|teamcity)", said)
    assert not [line for line in rendered.splitlines() if line.startswith(("::", "AGREES"))]
    assert result.render(stored.read(result.render(report), contract_of)) == result.render(report)
