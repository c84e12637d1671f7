"""Which element of one list is which of another: by id, and where that is new, by name."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from contracts.comparison.observation import identity_of
from contracts.comparison.subject import Subject

#: A member and its text by which an element is known.
Known = tuple[str, str]


@dataclass(frozen=True)
class Pair:
    """The same element in two lists, or one that only one of them has (the index in the other is then None).

    ``matched_by`` is what the match rests on, and what stays the same when the rest changes.
    """

    old_index: int | None
    new_index: int | None
    old: dict[str, Any]
    new: dict[str, Any]
    matched_by: Known
    known: frozenset[Known]


@dataclass(frozen=True)
class Match:
    """All elements of two lists: ``pairs`` in the order of the first list, ``removed`` and ``added`` as they stand."""

    pairs: tuple[Pair, ...]
    removed: tuple[Pair, ...]
    added: tuple[Pair, ...]


def match(subject: Subject, old: Sequence[dict[str, Any]], new: Sequence[dict[str, Any]]) -> Match:
    """Return which elements are the same; those of each list have to be distinct by id and by name."""
    found: dict[int, tuple[int, str]] = {}
    left_old, left_new = dict(enumerate(old)), dict(enumerate(new))
    for member in (subject.id, subject.name):
        places = {text: index for index, e in left_new.items() if isinstance(text := e.get(member), str)}
        for index, element in list(left_old.items()):
            text = element.get(member)
            if isinstance(text, str) and text in places:
                found[index] = places[text], member
                del left_old[index], left_new[places[text]]
    pairs = (
        Pair(i, j, old[i], new[j], (member, old[i][member]), _known(subject, old[i]) | _known(subject, new[j]))
        for i, (j, member) in sorted(found.items())
    )
    removed = (Pair(i, None, e, e, next(identity_of(subject, e)), _known(subject, e)) for i, e in left_old.items())
    added = (Pair(None, j, e, e, next(identity_of(subject, e)), _known(subject, e)) for j, e in left_new.items())
    return Match(tuple(pairs), tuple(removed), tuple(added))


def _known(subject: Subject, element: dict[str, Any]) -> frozenset[Known]:
    return frozenset(identity_of(subject, element))
