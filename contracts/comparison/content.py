"""What an object or an array differs in that nobody documented: what something within it lost, and what it gained."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from contracts.comparison.values import kind
from contracts.judging.values import identical


def content_rules(before: Any, after: Any) -> Iterator[str]:
    """Iterate over the rules that tell a change within two objects or within two arrays."""
    went = _loses([before], [after])
    came = _loses([after], [before])
    if went:
        yield "content-removed"
    if came:
        yield "content-added"
    if not (went or came) or _values_differ(before, after):
        yield "value-changed"


def _loses(old: Sequence[Any], new: Sequence[Any]) -> bool:
    """Whether a reader of the old values misses something in the new ones: a name, or a type that it knows.

    These are the values at one place of two containers: several where the way leads through an array. Null has no
    type, and an array without elements says nothing of them.
    """
    kinds, others = ({kind(value) for value in side} - {"null"} for side in (old, new))
    if kinds and (not others or others - kinds):
        return True
    places, elements = _within(old)
    other_places, other_elements = _within(new)
    if "object" in others and places.keys() - other_places.keys():
        return True
    if elements and other_elements and _loses(elements, other_elements):
        return True
    return any(_loses(values, other_places[name]) for name, values in places.items() if name in other_places)


def _within(values: Sequence[Any]) -> tuple[dict[str, list[Any]], list[Any]]:
    """Return what the objects among some values hold, by name, and what the arrays among them hold."""
    places: dict[str, list[Any]] = defaultdict(list)
    elements: list[Any] = []
    for value in values:
        if isinstance(value, dict):
            for name, member in value.items():
                places[name].append(member)
        elif isinstance(value, list):
            elements += value
    return places, elements


def _values_differ(before: Any, after: Any) -> bool:
    """Whether something that both have has another value, or an array another number of them."""
    if isinstance(before, dict) and isinstance(after, dict):
        return any(_values_differ(before[name], after[name]) for name in before.keys() & after.keys())
    if isinstance(before, list) and isinstance(after, list):
        return len(before) != len(after) or any(map(_values_differ, before, after))
    return kind(before) == kind(after) and not identical(before, after)
