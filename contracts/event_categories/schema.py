"""The JSON Schemas at work: a compiled validator accepts, a readable one explains what it refuses.

jsonschema-rs judges 100,000 categories in the time in which jsonschema judges 1,000. So it says what is accepted, and
of what it refuses one element of each kind is given to jsonschema, whose errors know the subschema, and with it the
clause (``x-clause``), that they come from.
"""

import json
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, NamedTuple

from contracts.core.finding import KEPT, step
from contracts.event_categories.clauses import KEY

if TYPE_CHECKING:
    from jsonschema import ValidationError
    from jsonschema.protocols import Validator

CATEGORY = "event_category.schema.json"
ENVELOPE = "event_categories.schema.json"
ERROR = "error.schema.json"

_EXPECTED = {"object": "an object", "array": "an array", "string": "a non-empty string", "integer": "an integer"}


class Departure(NamedTuple):
    """One departure of a value from a schema: the clause of the subschema, where, and what was expected.

    ``value`` is what stands there; ``missing`` is set when nothing does. ``times`` is more than 1 when one departure
    stands for many that look alike.
    """

    clause: str
    where: str
    expected: str
    value: Any = None
    missing: bool = False
    times: int = 1


@cache
def load(name: str) -> dict[str, Any]:
    """Return one of the schemas that travel with the package."""
    schema: dict[str, Any] = json.loads(files("contracts.schemas").joinpath(name).read_text("utf-8"))
    return schema


@cache
def _compiled(name: str) -> Any:
    import jsonschema_rs  # noqa: PLC0415 - a native library, which is loaded while the first answer is due

    category = load(CATEGORY)
    registry = jsonschema_rs.Registry([(category["$id"], category)])
    return jsonschema_rs.Draft202012Validator(load(name), registry=registry)


@cache
def _readable(name: str) -> "Validator":
    from jsonschema import Draft202012Validator, validators  # noqa: PLC0415 - slow to import, and rarely needed

    def is_integer(_: object, value: object) -> bool:
        return is_whole(value)

    checker = Draft202012Validator.TYPE_CHECKER.redefine("integer", is_integer)
    schema = load(name)
    if name == ENVELOPE:  # its elements are judged one by one
        members = {**schema["properties"], KEY: {k: v for k, v in schema["properties"][KEY].items() if k != "items"}}
        schema = {**schema, "properties": members}
    validator: Validator = validators.extend(Draft202012Validator, type_checker=checker)(schema)  # type: ignore[no-untyped-call]
    return validator


def is_whole(value: object) -> bool:
    """Whether a decoded number is an integer in JSON Schema's sense: 1, 1.0 and 1e400 are, 1.5 and true are not."""
    if isinstance(value, Decimal):
        digits, exponent = value.as_tuple()[1:]
        return isinstance(exponent, int) and (exponent >= 0 or not any(digits[exponent:]))
    return type(value) is int


def accepts(name: str, value: Any) -> bool:
    """Whether the schema accepts a decoded value."""
    try:
        return bool(_compiled(name).is_valid(value))
    except ValueError:  # a lone surrogate; of a text the schemas ask no more than whether it is empty
        return bool(_compiled(name).is_valid(_encodable(value)))


def _encodable(value: Any) -> Any:
    """Return the value with a question mark for each lone surrogate."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, dict):
        return {_encodable(name): _encodable(member) for name, member in value.items()}
    return [_encodable(element) for element in value] if isinstance(value, list) else value


def departures(name: str, value: Any) -> Iterator[Departure]:
    """Iterate over the departures of a decoded value from a schema, in document order.

    Of very many elements that look alike the first are told one by one; what stands for the others comes last.
    """
    if accepts(name, value):
        return
    for error in sorted(_readable(name).iter_errors(value), key=lambda error: [str(s) for s in error.absolute_path]):
        yield from _explain(error)
    elements = value.get(KEY) if name == ENVELOPE and isinstance(value, dict) else None
    yield from _of_elements(elements if isinstance(elements, list) else [])


def _of_elements(elements: list[Any]) -> Iterator[Departure]:
    """Iterate over the departures of the elements; those that look alike are explained once."""
    known: dict[object, list[Departure]] = {}
    others: dict[object, tuple[int, Any]] = {}
    counts = Counter[object]()
    for index, element in enumerate(elements):
        if accepts(CATEGORY, element):
            continue
        look = _look(element)
        if look not in known:
            known[look] = list(departures(CATEGORY, element))
        counts[look] += 1
        if counts[look] <= KEPT:
            yield from (_placed(departure, index, element) for departure in known[look])
        else:
            others.setdefault(look, (index, element))
    for look, (index, element) in others.items():
        times = counts[look] - KEPT
        yield from (_placed(departure, index, element)._replace(times=times) for departure in known[look])


def _placed(departure: Departure, index: int, element: Any) -> Departure:
    """Return what departs in one element as it stands in another one that looks alike, in the list."""
    value = element.get(departure.where[1:]) if departure.where else element
    return departure._replace(where=step(KEY) + step(index) + departure.where, value=value)


def _look(element: Any) -> object:
    """Return the same for elements that the schema of a category cannot tell apart.

    It asks for members, their types, whether a text is empty and whether a number is whole, and for nothing else.
    """
    if not isinstance(element, dict):
        return type(element)
    members = ((name, element[name]) for name in load(CATEGORY)["properties"] if name in element)
    return tuple((name, type(member), member == "", is_whole(member)) for name, member in members)


def _explain(error: "ValidationError") -> Iterator[Departure]:
    schema: Any = error.schema
    where = "".join(step(part) for part in error.absolute_path)
    if error.validator == "required":
        # jsonschema reports each missing member as an error of its own, and names it in its message only.
        absent = next(name for name in schema["required"] if error.message.startswith(repr(name)))
        yield Departure(schema["x-clause"], where + step(absent), f"a member {absent}", missing=True)
    elif error.validator == "anyOf":
        yield Departure(schema["x-clause"], where, "a member error or errors as documented", error.instance)
    else:
        kind = _EXPECTED.get(str(schema.get("type")), "as the schema says")
        yield Departure(schema["x-clause"], where, kind, error.instance)
