"""The schemas: two validators agree on them, every subschema knows its clause, every violation its place."""

import json
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from strategies import VALUES, Mutated, conforming_lists, mutated_lists
from subject import BY_ID, CONTRACT

from contracts.core.finding import KEPT, Violation
from contracts.event_categories.clauses import KEY, MEMBERS
from contracts.judging import schema
from contracts.judging.schema import ERROR, Schema, error_schema, list_schema
from contracts.judging.strict_json import decode
from contracts.judging.values import NOTHING, is_whole

CATEGORY, ENVELOPE = CONTRACT.schemas.element, CONTRACT.schemas.envelope
LIST = list_schema(CONTRACT.schemas, KEY)
SCHEMAS: dict[str, Schema] = {CATEGORY: LIST.element, ENVELOPE: LIST, ERROR: error_schema()}
GOOD = {"id": "a1", "name": "addons", "display_name": "Add-ons", "position": 1}


@cache
def reference(name: str) -> Draft202012Validator:
    """Return jsonschema on the schema file as it is, with nothing of ours but the exact decimals."""
    category = schema.load(CATEGORY)
    registry: Registry[Any] = Registry().with_resource(category["$id"], Resource.from_contents(category))
    return Draft202012Validator(schema.load(name), registry=registry)


def plain(value: Any) -> Any:
    """A decoded value as jsonschema knows numbers: whole decimals as integers, others as floats."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else 0.5
    if isinstance(value, dict):
        return {name: plain(member) for name, member in value.items()}
    return [plain(element) for element in value] if isinstance(value, list) else value


_HOSTILE = st.sampled_from(
    [Decimal("1.0"), Decimal("1.5"), Decimal("1e30"), Decimal("-0.0"), 10**30, -(10**400), 2**63, "\ud800", "", True]
)
_SHAPELESS = VALUES.map(lambda value: decode(json.dumps(value).encode()).value) | _HOSTILE
_CATEGORIES = st.dictionaries(st.sampled_from(MEMBERS) | st.just("\ud800"), _SHAPELESS, max_size=5) | _SHAPELESS
_FULL = st.fixed_dictionaries({member: st.just(GOOD[member]) | _SHAPELESS for member in MEMBERS})
_ENVELOPES = st.dictionaries(
    st.sampled_from([KEY, "meta"]), st.lists(_FULL | _CATEGORIES, max_size=3) | _SHAPELESS, max_size=2
)
_ERRORS = st.fixed_dictionaries(
    {},
    optional={
        "error": _SHAPELESS,
        "errors": st.dictionaries(
            st.text(max_size=2), st.lists(st.text(max_size=2) | _SHAPELESS, max_size=2), max_size=2
        )
        | _SHAPELESS,
    },
)
_INSTANCES = {CATEGORY: _FULL | _CATEGORIES, ENVELOPE: _ENVELOPES | _SHAPELESS, ERROR: _ERRORS | _SHAPELESS}


@pytest.mark.parametrize("name", SCHEMAS)
def test_both_validators_agree(name: str) -> None:
    """The compiled validator, the explaining one and plain jsonschema accept and refuse the same values."""

    @given(_INSTANCES[name])
    @example({**GOOD, "position": Decimal("1e400")})
    @example({**GOOD, "name": "\ud800"})
    @example({**GOOD, "position": "\ud800"})
    @example({"error": "\ud800"})
    @example({KEY: [{**GOOD, "position": Decimal("1.0")}]})
    def agree(value: Any) -> None:
        expected = reference(name).is_valid(plain(value))
        if "\\ud800" not in ascii(value):  # which the compiled one may refuse to read
            assert SCHEMAS[name]._compiled.is_valid(value) == expected
        assert SCHEMAS[name].accepts(value) == expected
        assert (next(SCHEMAS[name].violations(value), None) is None) == expected

    agree()


@given(st.integers(), st.integers(-30, 30))
@example(0, -30)
@example(100, -2)
@example(100, -3)
@example(-5, -1)
@example(10**28 + 1, -1)
def test_a_number_is_whole_when_nothing_follows_its_point(digits: int, exponent: int) -> None:
    """An exact decimal is an integer by its value, whatever its notation."""
    number = Decimal(f"{digits}e{exponent}")
    assert is_whole(number) == (digits * 10 ** (exponent + 30) % 10**30 == 0)


@pytest.mark.parametrize(
    ("value", "whole"),
    [
        (1, True),
        (True, False),
        (None, False),
        ("1", False),
        (Decimal("1e999999999999999999"), True),
        (Decimal("1e-999999999999999999"), False),
        (Decimal("0e-999999999999999999"), True),
        (Decimal("10.0"), True),
        (Decimal("10.01"), False),
    ],
)
def test_wholeness_costs_nothing_and_is_no_boolean(value: object, whole: bool) -> None:  # noqa: FBT001 - an example
    """Huge exponents are not written out, and true is no integer though Python has it as one."""
    assert is_whole(value) is whole


def subschemas(node: Any, pointer: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every subschema of a schema that asks something, with its JSON Pointer."""
    if isinstance(node, dict):
        if node.keys() & {"type", "required", "minLength", "anyOf"} and "/examples" not in pointer:
            yield pointer, node
        for name, member in node.items():
            yield from subschemas(member, f"{pointer}/{name}")
    elif isinstance(node, list):
        for index, element in enumerate(node):
            yield from subschemas(element, f"{pointer}/{index}")


CLAUSES_IN_SCHEMAS = {
    CATEGORY: {
        "": "category.object",
        "/allOf/0": "category.required",
        "/properties/id": "category.id",
        "/properties/name": "category.name",
        "/properties/display_name": "category.display-name",
        "/properties/position": "category.position",
    },
    ENVELOPE: {
        "": "envelope.object",
        "/allOf/0": "envelope.event-categories",
        f"/properties/{KEY}": "envelope.event-categories",
    },
    ERROR: {"": "error.body"},
}


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_subschema_knows_its_clause(name: str) -> None:
    """Whatever asks something carries the clause that asks it; what only helps anyOf decide carries none."""
    annotated = {
        pointer: node.get("x-clause") for pointer, node in subschemas(schema.load(name)) if "/anyOf" not in pointer
    }
    assert annotated == CLAUSES_IN_SCHEMAS[name]
    assert set(annotated.values()) <= BY_ID.keys()


@pytest.mark.parametrize("name", SCHEMAS)
def test_the_schemas_are_valid_and_accept_their_examples(name: str) -> None:
    """Each schema is a valid JSON Schema 2020-12 with id, title and description, and its examples conform to it."""
    loaded = schema.load(name)
    Draft202012Validator.check_schema(loaded)
    assert loaded["$schema"] == Draft202012Validator.META_SCHEMA["$id"]
    assert loaded["$id"].endswith(f"/{name}")
    assert loaded["title"]
    assert loaded["description"]
    assert loaded["examples"]
    assert all(SCHEMAS[name].accepts(instance) for instance in loaded["examples"])


@pytest.mark.uncounted
@given(conforming_lists())
def test_every_conforming_list_is_accepted(categories: list[Any]) -> None:
    """What the hand-written strategies call conforming has no violation."""
    assert [*LIST.violations(decode(json.dumps({KEY: categories}).encode()).value)] == []


_SHAPE = {"category.object", "category.required", "category.id", "category.name", "category.display-name"}


@pytest.mark.uncounted
@given(mutated_lists())
def test_a_mutation_of_shape_is_found_in_its_place(mutated: Mutated) -> None:
    """A violation of type or presence is the only one found, under its clause, at the element that has it."""
    value = decode(json.dumps({KEY: mutated.categories}).encode()).value
    found = [*LIST.violations(value)]
    if mutated.clause in {*_SHAPE, "category.position"}:
        assert [violation.clause for violation in found] == [mutated.clause]
        index = int(found[0].where.split("/")[2])
        assert not LIST.element.accepts(value[KEY][index])
        assert [*LIST.element.violations(value[KEY][index])] == [
            Violation(
                found[0].clause,
                found[0].where.removeprefix(f"/{KEY}/{index}"),
                found[0].expected,
                found[0].received,
            )
        ]
    else:
        assert found == []


VIOLATING = {
    "another root": (ENVELOPE, [], [Violation("envelope.object", "", "an object", "an array of 0")]),
    "no list": (
        ENVELOPE,
        {},
        [Violation("envelope.event-categories", f"/{KEY}", f"a member {KEY}", NOTHING)],
    ),
    "a list that is none": (
        ENVELOPE,
        {KEY: {"a": 1}},
        [Violation("envelope.event-categories", f"/{KEY}", "an array", "an object with 1 member")],
    ),
    "several, in document order": (
        ENVELOPE,
        {KEY: [GOOD, 7, {**GOOD, "name": "", "id": 7}, {"position": Decimal("0.5")}]},
        [
            Violation("category.object", f"/{KEY}/1", "an object", "7"),
            Violation("category.id", f"/{KEY}/2/id", "a non-empty string", "7"),
            Violation("category.name", f"/{KEY}/2/name", "a non-empty string", '""'),
            *(
                Violation("category.required", f"/{KEY}/3/{member}", f"a member {member}", NOTHING)
                for member in MEMBERS[:3]
            ),
            Violation("category.position", f"/{KEY}/3/position", "an integer", "0.5"),
        ],
    ),
    "a member of the wrong kind": (
        CATEGORY,
        {**GOOD, "display_name": None},
        [Violation("category.display-name", "/display_name", "a non-empty string", "null")],
    ),
    "a boolean as position": (
        CATEGORY,
        {**GOOD, "position": True},
        [Violation("category.position", "/position", "an integer", "true")],
    ),
    "a category with a list of its own": (
        CATEGORY,
        {**GOOD, "id": "", KEY: [7]},
        [Violation("category.id", "/id", "a non-empty string", '""')],
    ),
    "an error with a list of its own": (
        ERROR,
        {"error": "", KEY: [7]},
        [Violation("error.body", "", "a member error or errors as documented", "an object with 2 members")],
    ),
    "an error of no kind": (
        ERROR,
        {"error": 1},
        [Violation("error.body", "", "a member error or errors as documented", "an object with 1 member")],
    ),
    "an error that is no object": (ERROR, "no", [Violation("error.body", "", "an object", '"no"')]),
    "errors with extra members": (ERROR, {"errors": {"a": ["b"]}, "error": 1, "c": 2}, []),
}


@pytest.mark.parametrize(("name", "value", "expected"), VIOLATING.values(), ids=VIOLATING)
def test_violations_say_what_and_where(name: str, value: Any, expected: list[Violation]) -> None:
    """Each violation names the clause of its subschema, its place, what was expected and what stands there."""
    assert [*SCHEMAS[name].violations(value)] == expected
    assert SCHEMAS[name].accepts(value) is not bool(expected)


def test_what_the_compiled_validator_cannot_read_it_judges_without_lone_surrogates(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A value that the compiled validator stumbles over is neither accepted nor refused by that."""

    class Stumbling:
        def __init__(self, compiled: Any) -> None:
            self.compiled = compiled

        def is_valid(self, value: Any) -> bool:
            if "\\ud800" in ascii(value):
                raise UnicodeEncodeError("utf-8", "\ud800", 0, 1, "surrogates not allowed")
            return bool(self.compiled.is_valid(value))

    for each in (LIST, LIST.element):
        monkeypatch.setitem(vars(each), "_compiled", Stumbling(each._compiled))
    assert LIST.element.accepts({**GOOD, "name": "\ud800", "\ud800": ["\ud800"]})
    assert [v.clause for v in LIST.element.violations({**GOOD, "name": "\ud800", "id": ""})] == ["category.id"]
    assert [v.where for v in LIST.violations({KEY: [GOOD, {**GOOD, "x": "\ud800", "id": ""}]})] == [f"/{KEY}/1/id"]


@pytest.mark.uncounted
def test_nothing_that_is_refused_is_explained_in_full() -> None:
    """Of half a million elements that look alike one is explained; a refused error body is not explained at all."""
    found = list(LIST.violations({KEY: [0] * 500_000}))
    assert (len(found), sum(violation.times for violation in found)) == (KEPT + 1, 500_000)
    assert found[-1].where == f"/{KEY}/{KEPT}"
    assert not error_schema().accepts({"errors": {str(number): [1] for number in range(200_000)}})


@given(st.lists(st.dictionaries(st.sampled_from((*MEMBERS, "more")), _SHAPELESS, max_size=5) | _SHAPELESS, max_size=8))
def test_elements_that_look_alike_are_explained_alike(elements: list[Any]) -> None:
    """Explaining each kind of element once says of every element what explaining it by itself says."""
    together = list(LIST.violations({KEY: elements}))
    alone = [
        Violation(v.clause, f"/{KEY}/{index}{v.where}", v.expected, v.received)
        for index, element in enumerate(elements)
        for v in LIST.element.violations(element)
    ]
    assert repr(together) == repr(alone)


def test_the_schema_asks_for_nothing_that_a_look_does_not_see() -> None:
    """Elements are told apart by presence, type, emptiness and wholeness; another keyword needs another look."""
    known = {"type", "minLength", "required", "allOf", "properties", "x-clause", "$schema", "$id", "title"}
    subschemas = [schema.load(CATEGORY), *schema.load(CATEGORY)["allOf"], *schema.load(CATEGORY)["properties"].values()]
    for subschema in subschemas:
        assert set(subschema) <= known | {"description", "examples"}
        assert subschema.get("minLength", 1) == 1
