"""What strict decoding makes of a body: its value, what is wrong with it, and what a decoder may still meet in it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from contracts.core.errors import CouldNotJudge
from contracts.core.finding import Violation


class Rule(StrEnum):
    """The clauses that strict decoding judges."""

    ENCODING = "json.utf-8"
    GRAMMAR = "json.well-formed"
    NAMES = "json.unique-names"
    TEXT = "json.unicode-text"


class _Absent:
    """The type of the value of a body that is not JSON."""

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT = _Absent()


class Replaced:
    """The values that repeated names replaced, by the object in which they stood: a decoder may still meet them."""

    def __init__(self, owners: Iterable[tuple[dict[str, Any], list[tuple[str, Any]]]] = ()) -> None:
        # The owner is kept, too: its identity would else be that of another one.
        self._owners = {id(owner): (owner, pairs) for owner, pairs in owners}

    def __bool__(self) -> bool:
        return bool(self._owners)

    def of(self, owner: dict[str, Any]) -> list[tuple[str, Any]]:
        """Return the names and values that were replaced in an object, in the order of the text."""
        return self._owners[id(owner)][1] if id(owner) in self._owners else []


@dataclass(frozen=True)
class Document:
    """What strict decoding makes of a body.

    ``value`` is ABSENT when the body is no JSON text. Integers written as integers are ``int``; every other number
    (``3.0``, ``3e0``, integers too long for CPython to convert) is an exact ``Decimal``. ``objects`` and ``members``
    count what was seen. ``replaced`` holds the values that a repeated name replaced. ``problem`` is set when the
    body could not be judged; what is plainly wrong with it is a violation all the same.
    """

    value: Any = ABSENT
    violations: tuple[Violation, ...] = ()
    objects: int = 0
    members: int = 0
    replaced: Replaced = field(default=Replaced(), compare=False)
    problem: CouldNotJudge | None = None
