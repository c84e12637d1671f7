"""One side of a comparison: what was observed of a list, each reading of it, and which element is which."""

import json
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from contracts.comparison.subject import Subject
from contracts.comparison.values import kind, text_of
from contracts.core.errors import CouldNotJudge, watched
from contracts.core.text import shorten
from contracts.judging.schema import ABSENT

Element = dict[str, Any]
#: A member and its text by which an element is known.
Known = tuple[str, str]


class CouldNotCompare(CouldNotJudge):
    """One side offers no list that could be compared; the message says why."""


@dataclass(frozen=True)
class Reading:
    """One answer: the elements of its list, all of them objects, and the other members of its root."""

    elements: tuple[Element, ...]
    top_level: Mapping[str, Any]


@dataclass(frozen=True)
class Observation:
    """One side: its ``readings``, of those that say the same only the first, and the ``times`` that it was read."""

    readings: tuple[Reading, ...]
    times: int

    @property
    def first(self) -> Reading:
        """The reading whose differences are told."""
        return self.readings[0]

    @classmethod
    def parse(cls, subject: Subject, bodies: Iterable[Any], times: int = 0) -> "Observation":
        """Return one side from strictly decoded bodies; ``times`` is how often it was read, if some are left out.

        Raises:
            CouldNotCompare: a body holds no list, or its elements cannot be told apart.
        """
        bodies = tuple(bodies)
        called = ["the list", *(f"answer {number}" for number in range(2, len(bodies) + 1))]
        readings = tuple(_reading(subject, bodies[n], called[n]) for n in distinct(bodies))
        return cls(readings, times or len(bodies))


def distinct(values: Sequence[Any]) -> tuple[int, ...]:
    """Return the numbers of the values, counted from 0, that are written otherwise than each earlier one."""
    first = {json.dumps(value, sort_keys=True, default=_number): n for n, value in reversed([*enumerate(values)])}
    return tuple(sorted(first.values()))


def _number(number: Decimal) -> list[object]:
    return [math.inf, text_of(number)]  # which no JSON text can hold


class Pair(NamedTuple):
    """The same element in two lists, or one that only one of them has: index and element are None in the other.

    ``known`` is what the element is called, and stays the same when the rest changes: by the old list, if it is there.
    """

    old_index: int | None
    new_index: int | None
    old: Element | None
    new: Element | None
    known: Known


class Match(NamedTuple):
    """All elements of two lists: ``pairs`` in the order of the first list, ``removed`` and ``added`` as they stand."""

    pairs: list[Pair]
    removed: list[Pair]
    added: list[Pair]


def match(subject: Subject, old: Sequence[Element], new: Sequence[Element]) -> Match:
    """Return which elements are the same: by id, then by name. A name that two of one list share matches nothing."""
    found: dict[int, int] = {}
    left_old, left_new = dict(enumerate(old)), dict(enumerate(new))
    for member in (subject.id, subject.name):
        shared = _shared(old, member) | _shared(new, member) if left_old and left_new else set()
        places = {text: index for index, e in left_new.items() if isinstance(text := e.get(member), str)}
        for index, element in list(left_old.items()):
            text = element.get(member)
            if isinstance(text, str) and text in places and text not in shared:
                found[index] = places[text]
                del left_old[index], left_new[places[text]]
    return Match(
        [Pair(i, j, old[i], new[j], _known(subject, old[i])) for i, j in sorted(found.items())],
        [Pair(i, None, e, None, _known(subject, e)) for i, e in left_old.items()],
        [Pair(None, j, None, e, _known(subject, e)) for j, e in left_new.items()],
    )


def _shared(elements: Iterable[Element], member: str) -> set[str]:
    counts = Counter(text for element in elements if isinstance(text := element.get(member), str))
    return {text for text, count in counts.items() if count > 1}


def identity_of(subject: Subject, element: Element) -> Iterator[Known]:
    """Iterate over the members and texts by which an element is known: its id, then its name."""
    for member in (subject.id, subject.name):
        if isinstance(element.get(member), str):
            yield member, element[member]


def _known(subject: Subject, element: Element) -> Known:
    return next(identity_of(subject, element))


def _reading(subject: Subject, root: Any, what: str) -> Reading:
    if not isinstance(root, dict):
        raise CouldNotCompare(f"{what} cannot be compared: its root is {_kind(root)}, not an object")
    elements = root.get(subject.key, ABSENT)
    if not isinstance(elements, list):
        raise CouldNotCompare(f"{what} cannot be compared: its member {subject.key} is {_kind(elements)}, not an array")
    for index, element in enumerate(watched(elements)):
        place = f"{what} cannot be compared: /{subject.key}/{index}"
        if not isinstance(element, dict):
            raise CouldNotCompare(f"{place} is {_kind(element)}, not an object")
        if not any(identity_of(subject, element)):
            raise CouldNotCompare(f"{place} has neither {subject.id} nor {subject.name} to match it by")
    _refuse_duplicates(subject, elements, what)
    return Reading(tuple(elements), {name: value for name, value in root.items() if name != subject.key})


def _refuse_duplicates(subject: Subject, elements: list[Element], what: str) -> None:
    """Refuse elements that nobody can tell apart: of one id, or of one name where an id of their own is missing."""
    names = _shared(elements, subject.name)
    unclear = [
        (subject.id, _shared(elements, subject.id)),
        (
            subject.name,
            {e[subject.name] for e in elements if not isinstance(e.get(subject.id), str) and e[subject.name] in names},
        ),
    ]
    for member, texts in unclear:
        for text in sorted(texts):
            raise CouldNotCompare(
                f"{what} cannot be compared: several elements share the {member} {shorten(text, 80)!r}, so that "
                "nobody can tell which is which"
            )


def _kind(value: Any) -> str:
    name = kind(value)
    return name if name in ("null", "nothing") else f"{'an' if name[0] in 'aio' else 'a'} {name}"
