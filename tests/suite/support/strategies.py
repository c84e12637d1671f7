"""Hypothesis strategies: answers that conform, and answers that break the contract in one known way.

Written by hand rather than derived from the schemas: they are a second, independent reading of the contract.
"""

import json
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from itertools import cycle
from typing import Any

from hypothesis import assume
from hypothesis import strategies as st

from contracts.event_categories.clauses import KEY, MEMBERS

EXACT_IN_JS = 2**53 - 1

_TEXTS = st.text(min_size=1, max_size=12)
_IDS = st.from_regex(r"[0-9a-f]{24}", fullmatch=True) | st.uuids().map(str) | _TEXTS
_NAMES = st.from_regex(r"[a-z][a-z0-9]{0,6}(_[a-z0-9]{1,6}){0,2}|[a-z][a-zA-Z0-9]{0,9}", fullmatch=True)
_DISPLAY_NAMES = st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=12).filter(str.strip)
_POSITIONS = st.integers(-9, 99) | st.integers(-EXACT_IN_JS, EXACT_IN_JS)
_SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5)
)
#: Any JSON value, small and at most two levels deep.
VALUES = _SCALARS | st.lists(_SCALARS, max_size=3) | st.dictionaries(st.text(max_size=3), _SCALARS, max_size=3)
# Go's decoder takes a name that differs by letter case alone for the member itself.
_EXTRA_NAMES = st.text(max_size=8).filter(lambda name: name.casefold() not in MEMBERS)
_EXTRAS = st.dictionaries(_EXTRA_NAMES, VALUES, max_size=2)
# Go's decoder reads every member of the root as a list of categories.
_ROOT_EXTRAS = st.dictionaries(
    st.text(max_size=8).filter(lambda name: name != KEY),
    st.none() | st.lists(st.fixed_dictionaries({}, optional={"id": st.none() | _TEXTS}), max_size=2),
    max_size=2,
)
_SPACES = st.sampled_from(["", "", " ", "\n", "\t", "\r\n  "])


@dataclass(frozen=True)
class Verbatim:
    """A JSON text that :func:`written` copies as it stands: what no Python value is written as, such as ``1e0``."""

    text: str


@st.composite
def conforming_lists(draw: st.DrawFn, min_size: int = 1, max_size: int = 5) -> list[dict[str, Any]]:
    """Lists of categories that hold every clause, SHOULD clauses included; values as ``json.loads`` gives them."""
    size = draw(st.integers(min_size, max_size))

    def distinct(values: st.SearchStrategy[Any]) -> list[Any]:
        return draw(st.lists(values, min_size=size, max_size=size, unique=True))

    columns = (distinct(_IDS), distinct(_NAMES), [draw(_DISPLAY_NAMES) for _ in range(size)])
    positions = sorted(distinct(_POSITIONS))
    return [{**dict(zip(MEMBERS, row, strict=True)), **draw(_EXTRAS)} for row in zip(*columns, positions, strict=True)]


@st.composite
def conforming_bodies(draw: st.DrawFn) -> bytes:
    """Bodies of conforming answers, in bytes: member order, white space, escapes and extra members vary."""
    return draw(bodies(draw(conforming_lists())))


@st.composite
def bodies(draw: st.DrawFn, categories: list[Any]) -> bytes:
    """Bodies that hold the given list, written in any way that JSON allows."""
    elements = [_reordered(draw, element) if isinstance(element, dict) else element for element in categories]
    return draw(texts(_reordered(draw, {KEY: elements, **draw(_ROOT_EXTRAS)}))).encode()


@st.composite
def texts(draw: st.DrawFn, value: Any) -> str:
    """JSON texts of a value; white space and escapes vary."""
    spaces = draw(st.lists(_SPACES, min_size=1, max_size=5))
    escapes = draw(st.lists(st.booleans(), min_size=1, max_size=5))
    return written(value, cycle(spaces), cycle(escapes))


def _reordered(draw: st.DrawFn, members: dict[str, Any]) -> dict[str, Any]:
    return dict(draw(st.permutations(list(members.items()))))


def written(value: Any, spaces: Iterator[str], escapes: Iterator[bool]) -> str:
    """Return a JSON text of a value.

    ``spaces`` gives the white space around each token, ``escapes`` tells of each character whether it is escaped
    although it need not be.
    """
    if isinstance(value, Verbatim):
        text = value.text
    elif isinstance(value, dict):
        members = (written(k, spaces, escapes) + ":" + written(v, spaces, escapes) for k, v in value.items())
        text = "{" + ",".join(members) + next(spaces) + "}"
    elif isinstance(value, list):
        text = "[" + ",".join(written(element, spaces, escapes) for element in value) + next(spaces) + "]"
    elif isinstance(value, str):
        text = '"' + "".join(_character(character, escaped=next(escapes)) for character in value) + '"'
    else:
        text = json.dumps(value, allow_nan=False)
    return next(spaces) + text + next(spaces)


def _character(character: str, *, escaped: bool) -> str:
    if escaped and character <= "\uffff":
        return "\\/" if character == "/" else f"\\u{ord(character):04x}"
    must = escaped or character in '"\\' or character < " " or "\ud800" <= character <= "\udfff"
    return json.dumps(character)[1:-1] if must else character


@dataclass(frozen=True)
class Mutation:
    """One way to break the contract: ``mutate`` changes a list of categories in place.

    ``clause`` is the clause it breaks in a list that conformed; others may break with it.
    """

    name: str
    clause: str
    mutate: Callable[[st.DrawFn, list[Any]], None]


@dataclass(frozen=True)
class Mutated:
    """A list that conformed before one mutation, with the name and the clause of that."""

    name: str
    clause: str
    categories: list[Any]


def pick(draw: st.DrawFn, categories: list[Any], *members: str) -> dict[str, Any]:
    """Return one of the elements that are objects with these members; the example is dropped when there is none."""
    candidates = [c for c in categories if isinstance(c, dict) and c.keys() >= set(members)]
    assume(candidates)
    return candidates[draw(st.integers(0, len(candidates) - 1))]


def _becomes(member: str, values: st.SearchStrategy[Any]) -> Callable[[st.DrawFn, list[Any]], None]:
    def mutate(draw: st.DrawFn, categories: list[Any]) -> None:
        pick(draw, categories)[member] = draw(values)

    return mutate


def _goes(member: str) -> Callable[[st.DrawFn, list[Any]], None]:
    def mutate(draw: st.DrawFn, categories: list[Any]) -> None:
        del pick(draw, categories, member)[member]

    return mutate


def _is_shared(member: str) -> Callable[[st.DrawFn, list[Any]], None]:
    def mutate(draw: st.DrawFn, categories: list[Any]) -> None:
        one, other = pick(draw, categories, member), pick(draw, categories, member)
        assume(one is not other)
        other[member] = one[member]

    return mutate


def _swap(draw: st.DrawFn, categories: list[Any]) -> None:
    one, other = (categories.index(pick(draw, categories)) for _ in range(2))
    assume(one != other)
    categories[one], categories[other] = categories[other], categories[one]


def _element(draw: st.DrawFn, categories: list[Any]) -> None:
    categories[draw(st.integers(0, len(categories) - 1))] = draw(VALUES.filter(lambda v: not isinstance(v, dict)))


def _letter_case(draw: st.DrawFn, categories: list[Any]) -> None:
    name = draw(st.sampled_from(["ID", "Id", "Name", "NAME", "Position", "POSITION", "po\u017fition"]))
    pick(draw, categories)[name] = draw(VALUES)


_NO_TEXT = VALUES.filter(lambda value: not isinstance(value, str))
_NO_INTEGER = VALUES.filter(lambda value: type(value) is not int and not (type(value) is float and value.is_integer()))
_BEYOND_JS = st.integers(min_value=2**53) | st.integers(max_value=-(2**53))
_BEYOND_GO = st.integers(min_value=2**63) | st.integers(max_value=-(2**63) - 1)
_NO_STYLE = st.from_regex(r"[A-Z][a-z]+|[a-z]+[ -][a-z]+|[0-9_][a-z]*|[a-z]+(_|__[a-z]+)|[a-z]+_[A-Z]+", fullmatch=True)
_UNPRINTABLE = st.text(" \u00a0\u2003", min_size=1, max_size=3) | st.builds(
    "{}{}{}".format, st.text(max_size=3), st.characters(categories=["Cc"]), st.text(max_size=3)
)

#: Every mutation of a list: of types, required members, uniqueness, order and what the clients read.
MUTATIONS: tuple[Mutation, ...] = (
    Mutation("an element is no object", "category.object", _element),
    *(Mutation(f"{member} is missing", "category.required", _goes(member)) for member in MEMBERS),
    Mutation("id is no text", "category.id", _becomes("id", _NO_TEXT)),
    Mutation("id is empty", "category.id", _becomes("id", st.just(""))),
    Mutation("name is no text", "category.name", _becomes("name", _NO_TEXT)),
    Mutation("name is empty", "category.name", _becomes("name", st.just(""))),
    Mutation("name has another style", "category.name-style", _becomes("name", _NO_STYLE)),
    Mutation("display_name is no text", "category.display-name", _becomes("display_name", _NO_TEXT)),
    Mutation("display_name is empty", "category.display-name", _becomes("display_name", st.just(""))),
    Mutation(
        "display_name is not printable", "category.display-name-printable", _becomes("display_name", _UNPRINTABLE)
    ),
    Mutation("position is no integer", "category.position", _becomes("position", _NO_INTEGER)),
    Mutation("position is beyond JavaScript", "client.js-exact", _becomes("position", _BEYOND_JS)),
    Mutation("position is beyond 64 bits", "client.go-readable", _becomes("position", _BEYOND_GO)),
    Mutation(
        "position is written as a float", "client.go-readable", _becomes("position", st.integers(-9, 99).map(float))
    ),
    Mutation("a name differs by letter case", "client.go-readable", _letter_case),
    Mutation("two share an id", "list.ids-unique", _is_shared("id")),
    Mutation("two share a name", "list.names-unique", _is_shared("name")),
    Mutation("two share a position", "list.positions-distinct", _is_shared("position")),
    Mutation("two are out of order", "list.positions-ascending", _swap),
)


@st.composite
def mutated_lists(draw: st.DrawFn) -> Mutated:
    """Lists with one mutation each, named, with the clause that has to refuse it."""
    mutation = draw(st.sampled_from(MUTATIONS))
    categories: list[Any] = deepcopy(draw(conforming_lists(min_size=2)))
    mutation.mutate(draw, categories)
    return Mutated(mutation.name, mutation.clause, categories)
