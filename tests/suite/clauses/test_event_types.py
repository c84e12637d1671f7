"""The second resource: the event types, judged by what every resource promises and by clauses of their own."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from door import contracts, pytest_quick

from contracts.cli import main
from contracts.core.exchange import Exchange, Request, Response
from contracts.core.report import Outcome, Scope, State
from contracts.event_types.clauses import CATEGORIES_KEY, CATEGORIES_PATH, KEY, PATH
from contracts.event_types.contract import CONTRACT
from contracts.event_types.sample import CATEGORIES, SAMPLE
from contracts.judging import judge
from contracts.judging.evidence import Evidence
from contracts.mock.server import MockServer
from contracts.resources import NAMES

NAME = ("--contract", "event-types")
KNOWN = CONTRACT.clause["type.category-known"]
WRITTEN = """
transport.https           MUST
transport.no-plaintext    MUST
http.status               MUST
http.content-type         MUST
http.head                 MUST
http.repeatable           MUST
http.json-only            MUST
http.no-server-error      MUST
http.unknown-path         SHOULD
http.unknown-query        SHOULD
http.method-not-allowed   SHOULD
auth.missing              MUST
auth.invalid              MUST
auth.challenge            SHOULD
json.utf-8                MUST
json.well-formed          MUST
json.unique-names         MUST
json.unicode-text         MUST
envelope.object           MUST
envelope.event-types      MUST
type.object               MUST
type.required             MUST
type.id                   MUST
type.category-id          MUST
type.name                 MUST
type.display-name         MUST
type.description          MUST
type.name-style           SHOULD
type.category-known       MUST
list.ids-unique           MUST
list.names-unique         SHOULD
error.body                MUST
error.rate-limit          MUST
"""


def test_the_clauses_are_those_that_were_published() -> None:
    """Ids and levels, in order, are exactly the published ones: an id is never renamed, dropped or weakened."""
    published = [tuple(line.split()) for line in WRITTEN.strip().splitlines()]
    assert [(clause.id, str(clause.level)) for clause in CONTRACT.clauses] == published


@pytest.mark.uncounted
def test_every_clause_is_proven(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every clause is killed, no fault is missed, no bystander trips, no variant raises anything."""
    file = tmp_path / "matrix.json"
    assert main(["prove", *NAME, "--json", str(file)]) == 0, capsys.readouterr().out
    killers = json.loads(file.read_text())["killers"]
    assert killers.keys() == CONTRACT.clause.keys()
    assert all(killers.values())


def answer(status: int, body: bytes) -> Response:
    """A JSON answer."""
    return Response(status, (("Content-Type", "application/json"),), body)


def listed(key: str, elements: Any) -> Response:
    """A 200 with a list."""
    return answer(200, json.dumps({key: elements}).encode())


def judged(types: Response, categories: Response | None) -> Outcome:
    """What becomes of type.category-known."""
    answers = {"list": types, "categories": categories}
    exchanges = (Exchange(name, Request("GET", name), given) for name, given in answers.items() if given)
    evidence = Evidence("http://127.0.0.1", tuple(exchanges), Scope(), CONTRACT)
    return judge.outcomes(evidence, [KNOWN])[0]


TYPES = SAMPLE.elements(SAMPLE.size)
OF_TYPES, OF_CATEGORIES = listed(KEY, TYPES), listed(CATEGORIES_KEY, CATEGORIES)


def test_types_of_known_categories_hold() -> None:
    """Each type whose category there is was looked at, and there is nothing to note."""
    outcome = judged(OF_TYPES, OF_CATEGORIES)
    assert (outcome.state, outcome.observations, outcome.notes) == (State.HELD, len(TYPES), ())


@pytest.mark.parametrize("categories", [[], [{"id": "other"}], [{"name": TYPES[2]["category_id"]}, 7]])
def test_a_type_of_no_category_is_a_breach(categories: list[Any]) -> None:
    """A type whose category is not in the list is told by its pointer, with what it says."""
    outcome = judged(listed(KEY, [TYPES[2]]), listed(CATEGORIES_KEY, categories))
    [finding] = outcome.findings
    assert outcome.state is State.BREACHED
    assert (finding.where, finding.received) == (f"/{KEY}/0/category_id", f'"{TYPES[2]["category_id"]}"')
    assert CATEGORIES_PATH in finding.expected


def test_only_the_stray_type_is_named() -> None:
    """Types of known categories are no part of the breach; an id that is no text is another clause's."""
    types = [TYPES[0], {**TYPES[1], "category_id": "stray"}, {**TYPES[2], "category_id": 7}, TYPES[4]]
    outcome = judged(listed(KEY, types), OF_CATEGORIES)
    assert [finding.where for finding in outcome.findings] == [f"/{KEY}/1/category_id"]
    assert outcome.observations == 3


@pytest.mark.parametrize(
    "categories",
    [
        answer(401, b'{"error": "no"}'),
        answer(500, b'{"event_categories": []}'),
        answer(200, b"no JSON"),
        answer(200, b"[]"),
        listed(CATEGORIES_KEY, None),
        listed("categories", []),
    ],
)
def test_without_categories_it_cannot_be_judged(categories: Response) -> None:
    """Where the categories are refused or no list, the types are not accused of it."""
    outcome = judged(OF_TYPES, categories)
    assert (outcome.state, outcome.findings) == (State.INCONCLUSIVE, ())
    assert outcome.reason == f"{CATEGORIES_PATH} gave no list of categories: it was answered {categories.status}"


def test_a_category_without_types_is_a_note() -> None:
    """A category that no type belongs to is worth knowing, and no breach."""
    outcome = judged(OF_TYPES, listed(CATEGORIES_KEY, [*CATEGORIES, {"id": "lonely"}]))
    assert (outcome.state, outcome.notes) == (State.HELD, ("categories without types: 'lonely'",))
    many = [*CATEGORIES, *({"id": f"lonely-{number:02}"} for number in range(12))]
    [note] = judged(OF_TYPES, listed(CATEGORIES_KEY, many)).notes
    assert note.count("lonely") == 10


def test_the_categories_not_asked_for_are_no_evidence() -> None:
    """When the request for the categories was not sent, the clause was not exercised."""
    assert judged(OF_TYPES, None).state is State.NOT_EXERCISED


@contextmanager
def served() -> Iterator[tuple[MockServer, dict[str, str]]]:
    """The mock of the event types, and the environment with its token."""
    with MockServer(SAMPLE) as server:
        yield server, {"BEARER_TOKEN": server.token}


def test_a_run_asks_for_the_categories_once_more() -> None:
    """Its own eight requests, and one for the categories: nine in all."""
    with served() as (server, environment):
        done = contracts("verify", server.url, *NAME, environment=environment)
        paths = [request.path for request in server.requests]
    assert done.status == 0, done.out + done.err
    assert (len(paths), paths.count(CATEGORIES_PATH)) == (9, 1)
    assert all(path.startswith(PATH) for path in paths if path != CATEGORIES_PATH)


@pytest.mark.parametrize(
    ("arguments", "environment"), [(NAME, {}), ((), {"CONTRACTS_CONTRACT": "event-types"})], ids=["option", "variable"]
)
def test_the_contract_is_named_by_option_and_variable(arguments: tuple[str, ...], environment: dict[str, str]) -> None:
    """Both name the contract of a run, and the result says which it was."""
    done = contracts("verify", "--mock", *arguments, "--json", "-", environment=environment)
    assert done.status == 0, done.out + done.err
    result = json.loads(done.out)
    assert result["name"] == "event-types"
    assert [clause["id"] for clause in result["clauses"]] == [*CONTRACT.clause]


@pytest.mark.parametrize("command", ["verify --mock", "serve", "prove", "explain", "check body.json"])
def test_a_contract_that_there_is_not_is_refused(command: str, tmp_path: Path) -> None:
    """Every command says in one line which contracts there are."""
    (tmp_path / "body.json").write_text("{}")
    done = contracts(*command.split(), "--contract", "nonsense", folder=tmp_path)
    assert (done.status, done.out) == (2, "")
    assert done.err.splitlines() == [f"contracts: there is no contract 'nonsense'; there are {' and '.join(NAMES)}"]


def test_explain_tells_its_clauses() -> None:
    """A clause of the event types is described by its contract, and unknown to the default one."""
    done = contracts("explain", *NAME, "type.category-known")
    assert done.status == 0
    assert done.out.startswith("type.category-known (MUST)")
    assert CATEGORIES_PATH in done.out
    assert contracts("explain", "type.category-known").status == 2


def test_serve_lists_its_faults() -> None:
    """The catalogue of the mock is that of the contract."""
    done = contracts("serve", *NAME, "--list-faults", "type.category-known")
    assert "  category-unknown: " in done.out
    assert "category-unknown" not in contracts("serve", "--list-faults").out


def test_a_file_is_judged_as_far_as_it_goes(tmp_path: Path) -> None:
    """A saved body shows the clauses of one answer; which category a type belongs to needs a running endpoint."""
    body = tmp_path / "types.json"
    body.write_bytes(OF_TYPES.body)
    good = contracts("check", str(body), *NAME)
    assert good.status == 0, good.out
    body.write_bytes(listed(KEY, [TYPES[0], {**TYPES[1], "description": ""}]).body)
    bad = contracts("check", str(body), *NAME)
    assert bad.status == 1
    assert f"/{KEY}/1/description" in bad.out
    body.write_bytes(OF_TYPES.body)
    assert contracts("check", str(body)).status == 1, "it is no list of categories"


def test_a_bundle_knows_its_contract(tmp_path: Path) -> None:
    """A bundle of event types is audited without an option."""
    with served() as (server, environment):
        made = contracts("verify", server.url, *NAME, "--bundle", str(tmp_path / "run.zip"), environment=environment)
    assert made.status == 0, made.out
    audited = contracts("audit", str(tmp_path / "run.zip"))
    assert audited.status == 0, audited.out + audited.err
    assert PATH in audited.out


def test_pytest_takes_the_contract() -> None:
    """The plugin has an item for each clause of the contract that is named."""
    status, output = pytest_quick("--pyargs", "contracts.suite.test_clauses", "--contract-mock", *NAME, "-v")
    assert status == 0, output
    assert "[type.category-known] PASSED" in output
    assert "category.position" not in output
