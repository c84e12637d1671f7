"""The documented object and its envelope, as JSON Schemas: what was received matches them."""

import json
from importlib.resources import files
from typing import Any

from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from contracts.core.report import Report

#: What is wrong tends to be the same in every element: so many places are enough to see it.
SHOWN = 5


def schema(name: str) -> Any:
    """Return a schema of this project."""
    return json.loads(files("contracts.schemas").joinpath(name).read_text("utf-8"))


def test_the_body_matches_its_schema(body: Any, contract_report: Report) -> None:
    """The envelope holds the list under its name, and every element has the documented members and types."""
    schemas = contract_report.contract.schemas
    element, envelope = schema(schemas.element), schema(schemas.envelope)
    registry: Registry[Any] = Registry().with_resource(element["$id"], Resource.from_contents(element))
    errors = Draft202012Validator(envelope, registry=registry).iter_errors(body)
    wrong = [f"{error.json_path}: {error.message[:200]}" for error in errors]
    assert not wrong, f"{len(wrong)} violations of {schemas.envelope}:\n" + "\n".join(wrong[:SHOWN])
