"""The JSON Schemas that travel with the package."""

import json
from functools import cache
from importlib.resources import files
from typing import Any

from contracts.core.text import shorten

#: That of the body of an error, which every resource has.
ERROR = "error.schema.json"


@cache
def load(name: str) -> dict[str, Any]:
    """Return a schema by the name of its file."""
    schema: dict[str, Any] = json.loads(files("contracts.schemas").joinpath(name).read_text("utf-8"))
    return schema


def unlike(value: Any, name: str) -> str:
    """Return in words what the schema of this name first refuses in what a file holds, or nothing.

    What stands there is not repeated: it may be of any size.
    """
    import jsonschema_rs  # noqa: PLC0415 - 17 ms: only for what is read back

    try:
        error = next(jsonschema_rs.Draft202012Validator(load(name), mask="it").iter_errors(value), None)
    except ValueError:
        return "it holds a number or a text that is too odd to be one of these"
    where = "".join(f"/{part}" for part in error.instance_path) or "the whole" if error else ""
    return f"{shorten(where)}: {shorten(error.message)}" if error else ""
