"""The proof: every clause can fail, and a suite with a hollow check is found out."""

import json
from pathlib import Path

import pytest
from door import ROOT
from subject import BY_NAME, CLAUSES, CONTRACT, FAULTS, NULL_RESPONDERS, VARIANTS

from contracts import prove
from contracts.cli import main
from contracts.core.contract import Check, Steps
from contracts.core.errors import UsageError
from contracts.core.finding import Finding
from contracts.prove import Case, Expectation

IDS = [clause.id for clause in CLAUSES]


def case(expectation: Expectation, name: str) -> Case:
    """A case of the event categories."""
    return Case(CONTRACT.package, expectation, name)


def test_the_whole_matrix(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every clause is killed, no fault is missed, no bystander trips, no variant raises anything."""
    file = tmp_path / "matrix.json"
    status = main(["prove", "--json", str(file)])
    assert status == 0, capsys.readouterr().out
    matrix = json.loads(file.read_text())
    assert all(matrix["killers"][clause] for clause in IDS)
    assert matrix["summary"] in (ROOT / "README.md").read_text("utf-8")
    assert len(matrix["cases"]) == len(FAULTS) + len(VARIANTS) + len(NULL_RESPONDERS) + 1


@pytest.mark.parametrize("observations", [0, 1])
@pytest.mark.parametrize("clause", IDS)
def test_a_hollow_check_is_found_out(
    clause: str, observations: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """When the body of any single check is taken out, the proof fails; its command says so with exit 1."""
    # That the proof holds while the check is whole is what the matrix shows, fault by fault.
    [fault] = [fault for fault in FAULTS if clause in fault.breaks][:1]
    monkeypatch.setattr("contracts.commands.prove.cases", lambda *_: [case(Expectation.FAULT, fault.name)])
    arguments = ["prove", "--clause", clause, "--jobs", "1"]

    def hollow(_: object) -> Steps:
        yield from ()
        return observations

    monkeypatch.setitem(CONTRACT.checks, clause, Check(hollow, CONTRACT.checks[clause].of_run))
    assert main(arguments) == 1
    assert f"missed: {clause}" in capsys.readouterr().out


def test_a_check_without_a_count_is_a_fault_of_the_suite(monkeypatch: pytest.MonkeyPatch) -> None:
    """A check that returns no number of observations ends the run, and the proof with it."""

    def careless(_: object):  # noqa: ANN202
        yield from ()

    monkeypatch.setitem(CONTRACT.checks, "json.utf-8", Check(careless, of_run=False))
    result = prove.judge(case(Expectation.FAULT, "bom"))
    assert "TypeError" in result.problems[0]


def test_a_check_that_raises_alarm_on_everything_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """A check that always finds something is a bystander in other faults, in every variant, and in the plain mock."""

    def alarmed(_: object) -> Steps:
        yield Finding("", "better", "this")
        return 1

    monkeypatch.setitem(CONTRACT.checks, "list.names-unique", Check(alarmed, of_run=False))
    innocent = {Expectation.FAULT: "bom", Expectation.VARIANT: "pretty", Expectation.PLAIN: "plain"}
    for expectation, name in innocent.items():
        result = prove.judge(case(expectation, name))
        assert result.problems == ("bystander tripped: list.names-unique",)


@pytest.mark.parametrize("name", [responder.name for responder in NULL_RESPONDERS])
def test_null_responders_earn_nothing(name: str) -> None:
    """An answer that holds nothing leaves no clause about categories or the list held."""
    result = prove.judge(case(Expectation.NULL, name))
    assert result.problems == ()
    assert not result.crash
    assert len(result.states) == len(IDS)


def test_a_clause_without_a_fault_is_not_proven() -> None:
    """A clause that nothing killed is a problem, even when nothing else went wrong."""
    proof = prove.Proof(CONTRACT, (), ("json.utf-8",))
    assert proof.problems == ("clause json.utf-8: no fault was caught by it",)


def test_the_catalogue() -> None:
    """At least 100 faults and 30 variants; names are unique, sentences whole, every clause has a fault."""
    assert len(FAULTS) >= 100
    assert len(VARIANTS) >= 30
    everything = (*FAULTS, *VARIANTS, *NULL_RESPONDERS)
    assert len(BY_NAME) == len(everything)
    assert all(fault.sentence[0].isupper() and fault.sentence.endswith(".") for fault in everything)
    assert all(fault.name == fault.name.lower() and " " not in fault.name for fault in everything)
    assert set().union(*(fault.breaks for fault in FAULTS)) == set(IDS)
    assert not any(fault.breaks for fault in (*VARIANTS, *NULL_RESPONDERS))
    assert all(fault.breaks for fault in FAULTS)


@pytest.mark.parametrize("clause", ["json.utf-8", "error.rate-limit"])
def test_the_proof_of_a_clause_holds_what_must_breach_nothing(clause: str) -> None:
    """Beside the faults of a clause it runs all variants, the null responders and the plain mock."""
    chosen = prove.cases(CONTRACT, clause)
    assert {each.name for each in chosen if each.expectation is Expectation.FAULT} == {
        fault.name for fault in FAULTS if clause in fault.breaks
    }
    others = [each.name for each in chosen if each.expectation is not Expectation.FAULT]
    assert others == [*(each.name for each in (*VARIANTS, *NULL_RESPONDERS)), "plain"]


def test_markdown_names_every_case(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """The matrix as Markdown has a row for each clause and each case."""
    few = [case(Expectation.FAULT, "bom"), case(Expectation.VARIANT, "pretty")]
    monkeypatch.setattr("contracts.commands.prove.cases", lambda *_: few)
    assert main(["prove", "--clause", "json.utf-8", "--jobs", "1", "--markdown", "-"]) == 0
    text = capsys.readouterr().out
    assert "| json.utf-8 | MUST | bom |" in text
    assert "| bom | The body begins with a byte order mark. |" in text


@pytest.mark.uncounted
def test_a_matrix_that_cannot_be_written_is_no_proof(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What was proven is said all the same, and the exit status is no pass."""

    def full(file: str, *_: object, **__: bool) -> None:
        raise UsageError(f"{file} cannot be written: No space left on device")

    monkeypatch.setattr("contracts.commands.writing.write", full)
    assert main(["prove", "--clause", "json.utf-8", "--jobs", "1", "--json", "x.json"]) == 2
    told = capsys.readouterr()
    assert "PROVEN: 1 of 1 clauses" in told.out
    assert told.err == "contracts: x.json cannot be written: No space left on device\n"
