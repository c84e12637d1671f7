"""openapi.yaml and the JSON Schemas: valid, examples included, and at one with the clauses."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from door import ROOT, clean_environment
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator, validate
from openapi_spec_validator.readers import read_from_filename
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012
from subject import CONTRACT

from contracts.core.contract import ERROR, Contract, Level, load
from contracts.core.finding import step
from contracts.event_categories.clauses import KEY
from contracts.resources import NAMES, contract_of

CONTRACTS = [contract_of(name) for name in NAMES]
CATEGORY, ENVELOPE = CONTRACT.schemas.element, CONTRACT.schemas.envelope
ENVELOPES = [contract.schemas.envelope for contract in CONTRACTS]
FILES = [*(contract.schemas.element for contract in CONTRACTS), *ENVELOPES, ERROR]
OPENAPI = ROOT / "schemas" / "openapi.yaml"
BASE = "https://event-categories-contracts.invalid/schemas/"
DOCUMENT: dict[str, Any]
DOCUMENT, OPENAPI_URL = read_from_filename(str(OPENAPI))
# Relative references, of the schemas and of openapi.yaml alike, then find their neighbours without any network.
REGISTRY: Registry[Any] = Registry().with_resources(
    [(BASE + name, Resource.from_contents(load(name))) for name in FILES]
    + [(BASE + OPENAPI.name, DRAFT202012.create_resource(DOCUMENT))]
)


def of_run(contract: Contract) -> set[str]:
    """The clauses that no schema of one answer can judge."""
    return {name for name, check in contract.checks.items() if check.of_run} - {"error.body"}


def objects(value: Any, pointer: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every object in a decoded document, with its JSON Pointer."""
    if isinstance(value, dict):
        yield pointer, value
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, member in members:
        yield from objects(member, pointer + step(name))


def schema_examples() -> Iterator[Any]:
    """Each example of each subschema, with the address of that subschema."""
    for name in FILES:
        for pointer, subschema in objects(load(name)):
            for index, example in enumerate(subschema.get("examples", [])):
                yield pytest.param(f"{BASE}{name}#{pointer}", example, id=f"{name}#{pointer}-{index}")


def openapi_examples() -> Iterator[Any]:
    """Each example of a response or a header, with the address of the schema beside it."""
    for pointer, part in objects(DOCUMENT):
        if "schema" not in part:
            continue
        named = {name: example["value"] for name, example in part.get("examples", {}).items()}
        for name, example in {**named, **({"example": part["example"]} if "example" in part else {})}.items():
            yield pytest.param(f"{BASE}{OPENAPI.name}#{pointer}/schema", example, id=f"{pointer}-{name}")


@pytest.mark.parametrize(("address", "example"), [*schema_examples(), *openapi_examples()])
def test_every_example_is_valid(address: str, example: Any) -> None:
    """What the schemas and openapi.yaml show as an example is accepted by the schema that it stands beside."""
    Draft202012Validator({"$ref": address}, registry=REGISTRY).validate(example)


def test_examples_are_found() -> None:
    """The walk over the examples is not empty by mistake: both files show the documented list."""
    documented = load(ENVELOPE)["examples"][0]
    assert [category["position"] for category in documented[KEY]] == [1, 2]
    assert any(parameter.values[1] == documented for parameter in openapi_examples())
    assert any(parameter.values[1] == documented for parameter in schema_examples())


@pytest.mark.parametrize("contract", CONTRACTS, ids=NAMES)
def test_annotations_name_the_clauses_that_stand_on_the_schema(contract: Contract) -> None:
    """Every x-clause is a clause, and every clause that the schema judges is annotated somewhere."""
    annotated = {
        part["x-clause"]
        for name in (contract.schemas.element, contract.schemas.envelope, ERROR)
        for _, part in objects(load(name))
        if "x-clause" in part
    }
    assert annotated <= contract.clause.keys()
    sections = ("envelope", contract.element)
    judged = {c.id for c in contract.clauses if c.section in sections and c.level is Level.MUST}
    assert annotated == {*judged, "error.body"} - of_run(contract)


def test_schemas_are_valid_and_say_what_they_are() -> None:
    """Each JSON Schema is one of 2020-12, is addressed by its file name, and has a title and a description."""
    for file in sorted((ROOT / "schemas").glob("*.schema.json")):
        schema = json.loads(file.read_text("utf-8"))
        Draft202012Validator.check_schema(schema)
        assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema", file.name
        assert schema["$id"] == BASE + file.name
        assert schema["title"] and schema["description"], file.name


def test_openapi_is_valid() -> None:
    """openapi-spec-validator accepts openapi.yaml with everything that it refers to."""
    validate(DOCUMENT, base_uri=OPENAPI_URL, cls=OpenAPIV31SpecValidator)


def test_shape_has_one_place() -> None:
    """openapi.yaml takes every JSON body from the schemas beside it, and repeats nothing of them."""
    files = {name: component["$ref"] for name, component in DOCUMENT["components"]["schemas"].items()}
    assert sorted(files.values()) == sorted([*ENVELOPES, ERROR])
    for pointer, part in objects(DOCUMENT):
        if "application/json" in part:
            reference = part["application/json"]["schema"]
            assert reference.keys() == {"$ref"}, pointer
            assert reference["$ref"].rpartition("/")[2] in files, pointer


def test_operations_are_those_of_the_contract() -> None:
    """GET and HEAD of each list, the same answers to both, 429 in plain text, a token or (by policy) none."""
    assert list(DOCUMENT["paths"]) == [contract.path for contract in CONTRACTS]
    for operations in DOCUMENT["paths"].values():
        assert {name for name in operations if name != "parameters"} == {"get", "head"}
        assert operations["get"]["responses"].keys() == operations["head"]["responses"].keys()
        assert {"200", "401", "404", "429", "5XX"} <= operations["get"]["responses"].keys()
        assert not any("content" in answer for answer in operations["head"]["responses"].values())
    assert list(DOCUMENT["components"]["responses"]["TooManyRequests"]["content"]) == ["text/plain"]
    assert DOCUMENT["security"] == [{"bearer": []}, {}]


def lint(node_modules: Path, file: Path) -> tuple[int, list[str]]:
    """Return the exit status of Redocly's linter, and the rules that it found broken, warnings included."""
    # Without these two it would report its use, and ask for news of itself.
    quiet = clean_environment(REDOCLY_TELEMETRY="off", REDOCLY_SUPPRESS_UPDATE_NOTICE="true", CI="true")
    command = [str(node_modules / ".bin" / "redocly"), "lint", "--format=json", str(file)]
    done = subprocess.run(command, cwd=ROOT, env=quiet, capture_output=True, text=True, check=False, timeout=60)
    problems = json.loads(done.stdout)["problems"]
    return done.returncode, [problem["ruleId"] for problem in problems]


def test_redocly_finds_nothing_to_say(node_modules: Path) -> None:
    """Redocly's linter, with every recommendation as an error, has neither an error nor a warning."""
    assert lint(node_modules, OPENAPI) == (0, [])


def test_redocly_would_find_something(node_modules: Path, tmp_path: Path) -> None:
    """The linter is really at work: an operation without an id does not pass."""
    for file in OPENAPI.parent.iterdir():
        if file.is_file():
            text = file.read_text("utf-8").replace("      operationId: headEventCategories\n", "")
            (tmp_path / file.name).write_text(text, "utf-8")
    assert lint(node_modules, tmp_path / OPENAPI.name) == (1, ["operation-operationId"])
