"""The contract as data agrees with the contract as written, and with the checks and probes that serve it."""

import re
from dataclasses import replace

import generated
import pytest
from generated import CLAUSES as PAGE
from subject import BY_ID, CATALOGUE, CLAUSES, CONTRACT, OF_ANSWERS, PROBES

from contracts.core import contract as contract_module
from contracts.core.contract import ERROR, Authorization, Checks, Clause, Level
from contracts.core.errors import IncompleteError
from contracts.event_categories import checks
from contracts.event_categories.clauses import KEY, PATH
from contracts.global_information.clauses import BURST, READING, UNSAFE, needed


def test_the_clauses_are_those_that_were_published() -> None:
    """Ids and levels, in order, are those that docs/clauses.md shows."""
    shown = generated.published(PAGE.read_text("utf-8"))
    assert [(clause.id, str(clause.level)) for clause in CLAUSES] == [*shown.items()][: len(CLAUSES)]


def test_what_was_published_is_kept() -> None:
    """An id that docs/clauses.md has is never dropped, renamed or weakened: `make docs` refuses it."""
    row = "| `a.b` | MUST | x | y |"
    assert generated.weakened(row, f"{row}\n| `a.c` | SHOULD | x | y |") == []
    assert generated.weakened(row, row.replace("MUST", "SHOULD")) == ["a.b"]
    assert generated.weakened(row, row.replace("a.b", "a.c")) == ["a.b"]


def test_clauses_are_found_by_their_ids() -> None:
    """Ids are unique, and each is a section and a name in lower case."""
    assert [*BY_ID.values()] == [*CLAUSES]
    assert all(re.fullmatch(r"[a-z]+\.[a-z0-9-]+", id_) for id_ in BY_ID)
    assert all(clause.section == id_.split(".")[0] for id_, clause in BY_ID.items())


def test_every_clause_has_one_check_and_every_check_a_clause() -> None:
    """No clause is without a check, no check without a clause, and none is judged in two ways."""
    assert CONTRACT.checks.keys() == BY_ID.keys()
    with pytest.raises(IncompleteError, match=r"^the clause category\.id has two checks: len and another one$"):
        Checks(CONTRACT.checks).answer("category.id")(len)


def test_a_clause_without_a_check_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A contract with a clause and no check for it does not come about; one sentence says what to write where."""
    rest = {name: check for name, check in CONTRACT.checks.items() if name != "category.id"}
    monkeypatch.setattr(checks, "CHECKS", rest)
    told = (
        "the clause category.id has no check: write a function in the checks of event-categories and register it "
        'with @CHECKS.answer("category.id") or @CHECKS.run("category.id")'
    )
    with pytest.raises(IncompleteError, match=f"^{re.escape(told)}$"):
        _ = replace(CONTRACT).checks


def test_a_check_without_a_clause_is_refused() -> None:
    """A check whose clause was taken out or misspelt would judge nothing."""
    clauses = tuple(clause for clause in CLAUSES if clause.id != "category.id")
    told = r"^the check of category\.id judges no clause of event-categories: write the clause in its clauses\.py$"
    with pytest.raises(IncompleteError, match=told):
        _ = replace(CONTRACT, clauses=clauses).checks


def test_a_clause_of_a_probe_that_there_is_not_is_refused() -> None:
    """A clause stands on probes that the contract has."""
    clauses = (*CLAUSES[:-1], replace(CLAUSES[-1], probes=("lost",)))
    with pytest.raises(
        IncompleteError, match=r"^the clause error\.rate-limit stands on lost, which is no probe of event-ca"
    ):
        replace(CONTRACT, clauses=clauses)


def test_a_clause_without_a_fault_is_refused() -> None:
    """A catalogue in which no fault breaks a clause does not come about; one sentence says what to write where."""
    faults = tuple(fault for fault in CATALOGUE.own_faults if "category.id" not in fault.breaks)
    told = (
        "the clause category.id has no fault: add one that breaks it to the faults of event-categories, with the "
        "exact set of clauses that it breaks"
    )
    with pytest.raises(IncompleteError, match=f"^{re.escape(told)}$"):
        replace(CATALOGUE, own_faults=faults)


def test_a_fault_of_no_clause_is_refused() -> None:
    """What a fault breaks is a clause of its contract."""
    [first, *others] = CATALOGUE.own_faults
    stray = replace(first, name="stray", breaks=frozenset({"category.colour"}), unlisted=False)
    with pytest.raises(
        IncompleteError, match=r"^the fault stray breaks category\.colour, and there is no such clause$"
    ):
        replace(CATALOGUE, own_faults=(first, *others, stray))


def test_answers_are_judged_in_the_order_of_the_contract() -> None:
    """The checks of an answer run in the order of the contract but for their files: http before json and so on."""
    order = [*BY_ID]
    for section in ("http", "json", "envelope", "category", "list", "client"):
        checks = [clause for clause in CONTRACT.checks if clause in OF_ANSWERS and clause.startswith(f"{section}.")]
        assert checks == sorted(checks, key=order.index)


@pytest.mark.parametrize("clause", OF_ANSWERS)
def test_a_check_of_one_answer_stands_on_the_documented_request(clause: str) -> None:
    """What judges one answer needs one probe: the documented request."""
    assert BY_ID[clause].probes == ("list",)


@pytest.mark.parametrize("clause", CLAUSES, ids=lambda clause: clause.id)
def test_a_clause_says_what_a_reader_needs(clause: Clause) -> None:
    """Each clause says in one short sentence what it asks, shows a breach, says who is hurt, and names its sources."""
    for sentence in (clause.asks, clause.breach, clause.why):
        assert sentence == sentence.strip()
        assert sentence
        assert not sentence.endswith(".")
    assert len(clause.asks) <= 100
    assert ";" not in clause.asks
    assert ". " not in clause.asks
    assert clause.detail == "" or clause.detail.endswith(".")
    assert clause.sources
    for source in clause.sources:
        assert source.title
        assert source.url.startswith("https://")
    assert clause.level in Level


def test_every_probe_exists_and_serves_a_clause() -> None:
    """Clauses name probes that exist, every probe is named by a clause, and names are unique."""
    named = {name for clause in CLAUSES for name in clause.probes}
    assert named == PROBES.keys()
    assert [*PROBES.values()] == [*CONTRACT.probes]


def test_a_default_run_against_a_live_target_is_short_and_reads_only() -> None:
    """Without an option a run reads, at most eight times from the resource, and once from its plain-HTTP endpoint."""
    default = needed(CONTRACT, CLAUSES, plaintext=True, unsafe=False, burst=False)
    assert tuple(probe.name for probe in default) == (*READING, "plaintext")
    assert sum(probe.times for probe in default if not probe.plaintext) <= 8
    assert {probe.method for probe in default} == {"GET", "HEAD"}


def test_the_probes_that_could_hurt_are_asked_for() -> None:
    """What could change something, the burst and the request in plain HTTP are sent when admitted, and only then."""
    assert {probe.method.lower() for probe in CONTRACT.probes} - {"get", "head"} == set(UNSAFE)
    quiet = {probe.name for probe in needed(CONTRACT, CLAUSES, plaintext=False, unsafe=False, burst=False)}
    assert quiet == set(READING)
    for option, names in (("unsafe", set(UNSAFE)), ("burst", {"burst"}), ("plaintext", {"plaintext"})):
        options = {"plaintext": False, "unsafe": False, "burst": False, option: True}
        assert {probe.name for probe in needed(CONTRACT, CLAUSES, **options)} - quiet == names


def test_a_selection_sends_what_it_stands_on() -> None:
    """A selected clause needs its own probes, in the order of the contract, and no others."""
    chosen = [BY_ID["http.unknown-query"], BY_ID["http.head"]]
    probes = needed(CONTRACT, chosen, plaintext=True, unsafe=True, burst=True)
    assert [probe.name for probe in probes] == ["list", "repeat", "head", "unknown-query"]


def test_the_burst_is_longer_than_two_minutes_worth() -> None:
    """A limit by fixed minutes lets the rest of one minute and all of the next pass: the burst exceeds both."""
    assert BURST == 2 * 60 + 1
    assert PROBES["burst"].times == BURST


def test_what_the_probes_send() -> None:
    """The documented request and its variations: path, method, Accept and credentials as the clauses have them."""
    assert (PATH, KEY) == ("/v1/event_categories", "event_categories")
    plain = PROBES["list"]
    assert (plain.method, plain.below, plain.query, plain.accept) == ("GET", "", "", "application/json")
    assert (plain.authorization, plain.plaintext, plain.times) == (Authorization.GIVEN, False, 1)
    varied = {
        "repeat": {},
        "head": {"method": "HEAD"},
        "xml": {"accept": "application/xml"},
        "unknown-path": {"below": "/no-such-element-of-the-contract-suite"},
        "unknown-query": {"query": "contract_suite_parameter=1"},
        "anonymous": {"authorization": Authorization.NONE},
        "invalid-token": {"authorization": Authorization.MADE_UP},
        "plaintext": {"authorization": Authorization.NONE, "plaintext": True},
        **{method: {"method": method.upper()} for method in UNSAFE},
        "burst": {"times": BURST},
    }
    for name, variation in varied.items():
        probe = PROBES[name]
        assert probe == replace(plain, name=name, purpose=probe.purpose, **variation)


def test_the_digest_is_of_every_clause_and_every_schema(monkeypatch: pytest.MonkeyPatch) -> None:
    """The digest is stable, and another one when any word of a clause or of a schema is another."""
    assert re.fullmatch(r"sha256:[0-9a-f]{64}", CONTRACT.digest)
    digests = {CONTRACT.digest}
    for field, value in (("asks", "x"), ("level", Level.SHOULD), ("probes", ("head",)), ("why", "x")):
        changed = replace(CONTRACT, clauses=(*CLAUSES[:-1], replace(CLAUSES[-1], **{field: value})))
        digests.add(changed.digest)
    for name in (CONTRACT.schemas.element, CONTRACT.schemas.envelope, ERROR):
        monkeypatch.setattr(contract_module, "load", lambda other, name=name: {} if other == name else {"other": other})
        digests.add(replace(CONTRACT).digest)
    monkeypatch.undo()
    assert replace(CONTRACT).digest == CONTRACT.digest
    assert len(digests) == 8
