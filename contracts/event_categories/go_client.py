"""What the official Go client reads of a body: the check of client.go-readable and the comparison stand on it.

go-scalingo, events_types.go, decodes the body as a map from text to lists of categories. Go's encoding/json leaves a
field as it is where null comes, takes a number with a fraction or an exponent for no int, and matches the names of
members whatever their letter case, the last one winning.
"""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from contracts.judging.strict_json import NONE_REPLACED, Replaced

_INT64 = range(-(2**63), 2**63)


class Unreadable(NamedTuple):
    """A value that it refuses, or a name that it misreads, and the way to it."""

    path: tuple[str | int, ...]
    expected: str
    received: Any
    replaced: bool = False  #: whether it stands in a value that a repeated name replaced


def _is_text(value: Any) -> bool:
    return value is None or type(value) is str


def _is_integer(value: Any) -> bool:
    return value is None or (type(value) is int and value in _INT64)


#: What it reads of each member that it knows, and that in words.
_READ: dict[str, tuple[Callable[[Any], bool], str]] = {
    "id": (_is_text, "a string or null"),
    "name": (_is_text, "a string or null"),
    "position": (_is_integer, "an integer literal of 64 bits, or null"),
}
MEMBERS = tuple(_READ)
_NO_OTHER = "no member that differs from id, name or position by letter case alone"


def reads(member: str, value: Any) -> bool:
    """Whether it reads a member of a category; one that it does not know is skipped."""
    return _READ[member][0](value) if member in _READ else not confuses(member)


def confuses(member: str) -> bool:
    """Whether it takes the name of a member for one that it knows (encoding/json, Unmarshal)."""
    return member not in MEMBERS and member.casefold() in MEMBERS


def reads_top_level(value: Any) -> bool:
    """Whether it reads a member of the root: null, or a list of nulls and of objects that it reads."""
    return not any(_in_root("", value, NONE_REPLACED))


def unreadable(root: dict[str, Any], replaced: Replaced) -> Iterator[Unreadable]:
    """Iterate over what it cannot read in a body, the values that repeated names replaced included."""
    for name, value in root.items():
        yield from _in_root(name, value, replaced)
    for name, value in replaced.of(root):
        yield from (found._replace(replaced=True) for found in _in_root(name, value, replaced))


def _in_root(name: str, value: Any, replaced: Replaced) -> Iterator[Unreadable]:
    if not isinstance(value, list):
        if value is not None:
            yield Unreadable((name,), "null or a list of objects", value)
        return
    names: set[str] = set().union(*(element for element in value if isinstance(element, dict)))
    each = bool(replaced) or any(map(confuses, names))
    for index, element in enumerate(value):
        if isinstance(element, dict):
            if each or not _reads_known(element):
                yield from _in_element((name, index), element, replaced)
        elif element is not None:
            yield Unreadable((name, index), "an object or null", element)


def _reads_known(category: dict[str, Any]) -> bool:
    """Whether it reads the members of a category that have the names it knows."""
    get = category.get
    return _is_text(get("id")) and _is_text(get("name")) and _is_integer(get("position"))


def _in_element(where: tuple[str, int], category: dict[str, Any], replaced: Replaced) -> Iterator[Unreadable]:
    for members, gone in ((category.items(), False), (replaced.of(category), True)):
        for name, value in members:
            if not reads(name, value):
                received = name if confuses(name) else value
                yield Unreadable((*where, name), _READ.get(name, (None, _NO_OTHER))[1], received, gone)
