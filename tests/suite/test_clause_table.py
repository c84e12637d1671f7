"""The contract as data agrees with the contract as written, and with the checks and probes that serve it."""

import re
from dataclasses import replace

import pytest

from contracts.core.clause import Clause, Level
from contracts.event_categories import digest, schema
from contracts.event_categories.checks import ANSWER_CHECKS, RUN_CHECKS
from contracts.event_categories.clauses import BY_ID, CLAUSES, KEY, PATH, READING, UNSAFE
from contracts.event_categories.probes import BURST, BY_NAME, PROBES, Credentials, needed

WRITTEN = """
transport.https                 MUST
transport.no-plaintext          MUST
http.status                     MUST
http.content-type               MUST
http.head                       MUST
http.repeatable                 MUST
http.json-only                  MUST
http.no-server-error            MUST
http.unknown-path               SHOULD
http.unknown-query              SHOULD
http.method-not-allowed         SHOULD
auth.missing                    MUST
auth.invalid                    MUST
auth.challenge                  SHOULD
json.utf-8                      MUST
json.well-formed                MUST
json.unique-names               MUST
json.unicode-text               MUST
envelope.object                 MUST
envelope.event-categories       MUST
category.object                 MUST
category.required               MUST
category.id                     MUST
category.name                   MUST
category.display-name           MUST
category.position               MUST
category.name-style             SHOULD
category.display-name-printable SHOULD
list.ids-unique                 MUST
list.positions-distinct         MUST
list.positions-ascending        SHOULD
list.names-unique               SHOULD
client.go-readable              MUST
client.js-exact                 MUST
error.body                      MUST
error.rate-limit                MUST
"""


def test_the_clauses_are_those_that_were_published() -> None:
    """Ids and levels, in order, are exactly the published ones: an id is never renamed, dropped or weakened."""
    assert [(clause.id, str(clause.level)) for clause in CLAUSES] == [
        tuple(line.split()) for line in WRITTEN.strip().splitlines()
    ]


def test_clauses_are_found_by_their_ids() -> None:
    """Ids are unique, and each is a section and a name in lower case."""
    assert [*BY_ID.values()] == [*CLAUSES]
    assert all(re.fullmatch(r"[a-z]+\.[a-z0-9-]+", id_) for id_ in BY_ID)
    assert all(clause.section == id_.split(".")[0] for id_, clause in BY_ID.items())


def test_every_clause_has_one_check_and_every_check_a_clause() -> None:
    """No clause is without a check, no check without a clause, and none is judged in two ways."""
    assert ANSWER_CHECKS.keys() | RUN_CHECKS.keys() == BY_ID.keys()
    assert not ANSWER_CHECKS.keys() & RUN_CHECKS.keys()


def test_answers_are_judged_in_the_order_of_the_contract() -> None:
    """The checks of an answer run in the order of the contract but for their files: http before json and so on."""
    order = [*BY_ID]
    for section in ("http", "json", "envelope", "category", "list", "client"):
        checks = [clause for clause in ANSWER_CHECKS if clause.startswith(f"{section}.")]
        assert checks == sorted(checks, key=order.index)


@pytest.mark.parametrize("clause", ANSWER_CHECKS)
def test_a_check_of_one_answer_stands_on_the_documented_request(clause: str) -> None:
    """What judges one answer needs one probe: the documented request."""
    assert BY_ID[clause].probes == ("list",)


@pytest.mark.parametrize("clause", CLAUSES, ids=lambda clause: clause.id)
def test_a_clause_says_what_a_reader_needs(clause: Clause) -> None:
    """Each clause says in one sentence what it asks, shows a breach, says who is hurt, and names its sources."""
    for sentence in (clause.asks, clause.breach, clause.why):
        assert sentence == sentence.strip()
        assert sentence
        assert not sentence.endswith(".")
    assert clause.sources
    for source in clause.sources:
        assert source.title
        assert source.url.startswith("https://")
    assert clause.level in Level


def test_every_probe_exists_and_serves_a_clause() -> None:
    """Clauses name probes that exist, every probe is named by a clause, and names are unique."""
    named = {name for clause in CLAUSES for name in clause.probes}
    assert named == BY_NAME.keys()
    assert [*BY_NAME.values()] == [*PROBES]


def test_a_default_run_against_a_live_target_is_short_and_reads_only() -> None:
    """Without an option a run reads, at most eight times from the resource, and once from its plain-HTTP twin."""
    default = needed(CLAUSES, plaintext=True, unsafe=False, burst=False)
    assert tuple(probe.name for probe in default) == (*READING, "plaintext")
    assert sum(probe.times for probe in default if not probe.twin) <= 8
    assert {probe.method for probe in default} == {"GET", "HEAD"}


def test_the_probes_that_could_hurt_are_asked_for() -> None:
    """Methods that could change something, the burst and the twin are sent when they are admitted, and only then."""
    assert {probe.method.lower() for probe in PROBES} - {"get", "head"} == set(UNSAFE)
    quiet = {probe.name for probe in needed(CLAUSES, plaintext=False, unsafe=False, burst=False)}
    assert quiet == set(READING)
    for option, names in (("unsafe", set(UNSAFE)), ("burst", {"burst"}), ("plaintext", {"plaintext"})):
        options = {"plaintext": False, "unsafe": False, "burst": False, option: True}
        assert {probe.name for probe in needed(CLAUSES, **options)} - quiet == names


def test_a_selection_sends_what_it_stands_on() -> None:
    """A selected clause needs its own probes, in the order of the contract, and no others."""
    chosen = [BY_ID["http.unknown-query"], BY_ID["http.head"]]
    probes = needed(chosen, plaintext=True, unsafe=True, burst=True)
    assert [probe.name for probe in probes] == ["list", "repeat", "head", "unknown-query"]


def test_the_burst_is_longer_than_two_minutes_worth() -> None:
    """A limit by fixed minutes lets the rest of one minute and all of the next pass: the burst exceeds both."""
    assert BURST == 2 * 60 + 1
    assert BY_NAME["burst"].times == BURST


def test_what_the_probes_send() -> None:
    """The documented request and its variations: path, method, Accept and credentials as the clauses have them."""
    assert (PATH, KEY) == ("/v1/event_categories", "event_categories")
    plain = BY_NAME["list"]
    assert (plain.method, plain.below, plain.query, plain.accept) == ("GET", "", "", "application/json")
    assert (plain.credentials, plain.twin, plain.times) == (Credentials.GIVEN, False, 1)
    varied = {
        "repeat": {},
        "head": {"method": "HEAD"},
        "xml": {"accept": "application/xml"},
        "unknown-path": {"below": "/no-such-category-of-the-contract-suite"},
        "unknown-query": {"query": "contract_suite_parameter=1"},
        "anonymous": {"credentials": Credentials.NONE},
        "invalid-token": {"credentials": Credentials.MADE_UP},
        "plaintext": {"credentials": Credentials.NONE, "twin": True},
        **{method: {"method": method.upper()} for method in UNSAFE},
        "burst": {"times": BURST},
    }
    for name, variation in varied.items():
        probe = BY_NAME[name]
        assert probe == replace(plain, name=name, purpose=probe.purpose, **variation)


def test_the_digest_is_of_every_clause_and_every_schema(monkeypatch: pytest.MonkeyPatch) -> None:
    """The digest is stable, and another one when any word of a clause or of a schema is another."""
    assert re.fullmatch(r"sha256:[0-9a-f]{64}", digest.digest())
    digests = {digest.digest()}
    for field, value in (("asks", "x"), ("level", Level.SHOULD), ("probes", ("head",)), ("why", "x")):
        monkeypatch.setattr(digest, "CLAUSES", (*CLAUSES[:-1], replace(CLAUSES[-1], **{field: value})))
        digests.add(digest.digest.__wrapped__())
    monkeypatch.undo()
    for name in (schema.CATEGORY, schema.ENVELOPE, schema.ERROR):
        monkeypatch.setattr(schema, "load", lambda other, name=name: {} if other == name else {"other": other})
        digests.add(digest.digest.__wrapped__())
    monkeypatch.undo()
    assert digest.digest.__wrapped__() == digest.digest()
    assert len(digests) == 8
