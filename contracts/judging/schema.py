"""The JSON Schemas at work: a compiled validator accepts, a readable one explains what it refuses.

jsonschema-rs judges 100,000 elements in the time in which jsonschema judges 1,000. So it says what is accepted, and
of what it refuses one element of each kind is given to jsonschema, whose errors know the subschema, and with it the
clause (``x-clause``), that they come from.
"""

from collections import Counter
from collections.abc import Iterator
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

import jsonschema_rs

from contracts.core.contract import ERROR, Schemas, load
from contracts.core.errors import watched
from contracts.core.finding import KEPT, Violation, step
from contracts.judging.values import ABSENT, NOTHING, describe, is_whole

if TYPE_CHECKING:
    from jsonschema import ValidationError
    from jsonschema.protocols import Validator

_EXPECTED = {"object": "an object", "array": "an array", "string": "a non-empty string", "integer": "an integer"}


class Schema:
    """A schema and the schemas that it refers to."""

    def __init__(self, name: str, *referred: str) -> None:
        self.content = load(name)
        self._referred = [load(other) for other in referred]

    def accepts(self, value: Any) -> bool:
        """Whether the schema accepts a decoded value."""
        try:
            return bool(self._compiled.is_valid(value))
        except ValueError:  # a lone surrogate; of a text the schemas ask no more than whether it is empty
            return bool(self._compiled.is_valid(_encodable(value)))

    def violations(self, value: Any) -> Iterator[Violation]:
        """Iterate over what the schema refuses in a decoded value, in document order."""
        if not self.accepts(value):
            errors = watched(self._readable.iter_errors(value))
            for error in sorted(errors, key=lambda error: [str(part) for part in error.absolute_path]):
                yield _explained(error)

    @cached_property
    def _compiled(self) -> Any:
        registry = jsonschema_rs.Registry([(schema["$id"], schema) for schema in self._referred])
        return jsonschema_rs.Draft202012Validator(self.content, registry=registry)

    @cached_property
    def _readable(self) -> "Validator":
        from jsonschema import Draft202012Validator, validators  # noqa: PLC0415 - 40 ms, only for breaches

        def is_integer(_: object, value: object) -> bool:
            return is_whole(value)

        checker = Draft202012Validator.TYPE_CHECKER.redefine("integer", is_integer)
        kind = validators.extend(Draft202012Validator, type_checker=checker)  # type: ignore[no-untyped-call]
        validator: Validator = kind(self._explaining)
        return validator

    @property
    def _explaining(self) -> dict[str, Any]:
        return self.content


class ListSchema(Schema):
    """The schema of a body whose member ``key`` lists elements, which are judged one by one."""

    def __init__(self, schemas: Schemas, key: str) -> None:
        super().__init__(schemas.envelope, schemas.element)
        self.key = key
        self.element = Schema(schemas.element)

    def violations(self, value: Any) -> Iterator[Violation]:
        """Iterate over what the schema refuses in a decoded value, in document order.

        Of very many elements that look alike the first are told one by one; what stands for the others comes last.
        """
        if self.accepts(value):
            return
        yield from super().violations(value)
        elements = value.get(self.key) if isinstance(value, dict) else None
        yield from self._of_elements(elements if isinstance(elements, list) else [])

    @property
    def _explaining(self) -> dict[str, Any]:
        members = self.content["properties"]
        listed = {keyword: content for keyword, content in members[self.key].items() if keyword != "items"}
        return {**self.content, "properties": {**members, self.key: listed}}

    def _of_elements(self, elements: list[Any]) -> Iterator[Violation]:
        """Iterate over the violations of the elements; those that look alike are explained once."""
        known: dict[object, list[Violation]] = {}
        others: dict[object, tuple[int, Any]] = {}
        counts = Counter[object]()
        for index, element in enumerate(watched(elements)):
            if self.element.accepts(element):
                continue
            look = self._look(element)
            if look not in known:
                known[look] = list(self.element.violations(element))
            counts[look] += 1
            if counts[look] <= KEPT:
                yield from (self._placed(violation, index, element) for violation in known[look])
            else:
                others.setdefault(look, (index, element))
        for look, (index, element) in others.items():
            times = counts[look] - KEPT
            yield from (self._placed(violation, index, element)._replace(times=times) for violation in known[look])

    def _placed(self, violation: Violation, index: int, element: Any) -> Violation:
        """Return what is wrong with one element as it stands in another one that looks alike, in the list."""
        where = step(self.key) + step(index) + violation.where
        name = violation.where[1:]
        if not name:
            return violation._replace(where=where, received=describe(element))
        return violation._replace(where=where, received=describe(element.get(name, ABSENT)))

    def _look(self, element: Any) -> object:
        """Return the same for elements that the schema of an element cannot tell apart.

        It asks for members, their types, whether a text is empty and whether a number is whole, and for nothing else.
        """
        if not isinstance(element, dict):
            return type(element)
        members = ((name, element[name]) for name in self.element.content["properties"] if name in element)
        return tuple((name, type(member), member == "", is_whole(member)) for name, member in members)


@cache
def list_schema(schemas: Schemas, key: str) -> ListSchema:
    """Return the schema of the body of a resource."""
    return ListSchema(schemas, key)


@cache
def error_schema() -> Schema:
    """Return the schema of the body of an error."""
    return Schema(ERROR)


def _encodable(value: Any) -> Any:
    """Return the value with a question mark for each lone surrogate."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, dict):
        return {_encodable(name): _encodable(member) for name, member in value.items()}
    return [_encodable(element) for element in value] if isinstance(value, list) else value


def _explained(error: "ValidationError") -> Violation:
    schema: Any = error.schema
    where = "".join(step(part) for part in error.absolute_path)
    if error.validator == "required":
        # jsonschema reports each missing member as an error of its own, and names it in its message only.
        absent = next(name for name in schema["required"] if error.message.startswith(repr(name)))
        return Violation(schema["x-clause"], where + step(absent), f"a member {absent}", NOTHING)
    if error.validator == "anyOf":
        expected = "a member error or errors as documented"
    else:
        expected = _EXPECTED.get(str(schema.get("type")), "as the schema says")
    return Violation(schema["x-clause"], where, expected, describe(error.instance))
