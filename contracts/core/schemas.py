"""The JSON Schemas that travel with the package."""

import json
from functools import cache
from importlib.resources import files
from typing import Any

#: That of the body of an error, which every resource has.
ERROR = "error.schema.json"


@cache
def load(name: str) -> dict[str, Any]:
    """Return a schema by the name of its file."""
    schema: dict[str, Any] = json.loads(files("contracts.schemas").joinpath(name).read_text("utf-8"))
    return schema
