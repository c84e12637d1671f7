"""What the official Go client reads of a body: the check of client.go-readable and the comparison stand on it.

go-scalingo, events_types.go, decodes the body as a map from text to lists of categories. Go's encoding/json leaves a
field as it is where null comes, takes a number with a fraction or an exponent for no int, and matches the names of
members whatever their letter case, the last one winning.
"""

from typing import Any

MEMBERS = ("id", "name", "position")
_TEXT_OR_NULL = (str, type(None))
_INT64 = range(-(2**63), 2**63)


def reads(member: str, value: Any) -> bool:
    """Whether it reads a member of a category; one that it does not know is skipped."""
    if member == "position":
        return value is None or (type(value) is int and value in _INT64)
    return value.__class__ in _TEXT_OR_NULL if member in MEMBERS else not confuses(member)


def expected(member: str) -> str:
    """Return in words what it reads of a member."""
    return "an integer literal of 64 bits, or null" if member == "position" else "a string or null"


def confuses(member: str) -> bool:
    """Whether it takes the name of a member for one that it knows (encoding/json, Unmarshal)."""
    return member not in MEMBERS and member.casefold() in MEMBERS


def reads_known(category: dict[str, Any]) -> bool:
    """Whether it reads the members of a category that have the names it knows: :func:`reads` of all, and faster."""
    get = category.get
    position = get("position")
    return (
        get("id").__class__ in _TEXT_OR_NULL
        and get("name").__class__ in _TEXT_OR_NULL
        and (position is None or (type(position) is int and position in _INT64))
    )


def reads_top_level(value: Any) -> bool:
    """Whether it reads a member of the root: null, or a list of nulls and of objects that it reads."""
    if not isinstance(value, list):
        return value is None
    objects = [element for element in value if element is not None]
    return all(isinstance(each, dict) and all(reads(*member) for member in each.items()) for each in objects)
