"""One side of a comparison: what was observed of a list, as a rule twice."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from contracts.comparison.subject import Subject
from contracts.comparison.values import ABSENT, kind
from contracts.core.errors import CouldNotJudge
from contracts.core.text import shorten


class CouldNotCompare(CouldNotJudge):
    """One side offers no list that could be compared; the message says why."""


@dataclass(frozen=True)
class Reading:
    """One answer: the elements of its list, all of them objects, and the other members of its root."""

    elements: tuple[dict[str, Any], ...]
    top_level: Mapping[str, Any]


@dataclass(frozen=True)
class Observation:
    """One side. ``repeat`` is the second reading of the same run, None when there is none.

    Without it, nobody knows what flickers.
    """

    first: Reading
    repeat: Reading | None = None


def observe(subject: Subject, first: Any, repeat: Any = ABSENT) -> Observation:
    """Return one side from the strictly decoded bodies of a run's two answers; the second may be absent.

    Raises:
        CouldNotCompare: a body holds no list, or its elements cannot be told apart.
    """
    second = None if repeat is ABSENT else _reading(subject, repeat, "the second answer")
    return Observation(_reading(subject, first, "the list"), second)


def identity_of(subject: Subject, element: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Iterate over the members and texts by which an element is known: its id, then its name."""
    for member in (subject.id, subject.name):
        if isinstance(element.get(member), str):
            yield member, element[member]


def _reading(subject: Subject, root: Any, what: str) -> Reading:
    if not isinstance(root, dict):
        raise CouldNotCompare(f"{what} cannot be compared: its root is {_kind(root)}, not an object")
    elements = root.get(subject.key, ABSENT)
    if not isinstance(elements, list):
        raise CouldNotCompare(f"{what} cannot be compared: its member {subject.key} is {_kind(elements)}, not an array")
    for index, element in enumerate(elements):
        place = f"{what} cannot be compared: /{subject.key}/{index}"
        if not isinstance(element, dict):
            raise CouldNotCompare(f"{place} is {_kind(element)}, not an object")
        if not any(identity_of(subject, element)):
            raise CouldNotCompare(f"{place} has neither {subject.id} nor {subject.name} to match it by")
    _refuse_duplicates(subject, elements, what)
    return Reading(tuple(elements), {name: value for name, value in root.items() if name != subject.key})


def _refuse_duplicates(subject: Subject, elements: list[dict[str, Any]], what: str) -> None:
    counts = Counter(known for element in elements for known in identity_of(subject, element))
    for (member, text), count in counts.items():
        if count > 1:
            raise CouldNotCompare(
                f"{what} cannot be compared: {count:,} elements share the {member} {shorten(text, 80)!r}, so that "
                "nobody can tell which is which"
            )


def _kind(value: Any) -> str:
    name = kind(value)
    return name if name in ("null", "nothing") else f"{'an' if name[0] in 'aio' else 'a'} {name}"
