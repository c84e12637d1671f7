"""Decoded JSON values: which are equal, which numbers are whole, and how a finding shows one.

Values are as strict decoding gives them: an integer written as one is ``int``, any other number an exact ``Decimal``.
"""

import json
from decimal import Decimal
from typing import Any

from contracts.core.text import counted, shorten

#: What a finding received where nothing stands.
NOTHING = "nothing"
#: The bits of the largest integer that is written out: str() of much more would be refused.
_LARGEST = 4096
#: A number of so many digits is not written out as an integer: a small body could else ask for a large text.
_DIGITS = 600


class _Absent:
    """The type of ABSENT."""

    def __repr__(self) -> str:
        return "ABSENT"


#: Stands for a value that is not there: None is JSON's null, which is one.
ABSENT = _Absent()


class Written(Decimal):
    """A number that knows how it was written, where that cannot be told from its value: ``1e2``, ``0.0000001``."""

    text: str

    def __repr__(self) -> str:
        return self.text


def written(literal: str) -> Decimal:
    """Return the number of a JSON literal with a fraction or an exponent, as one that is shown as it was written."""
    number = Decimal(literal)
    if str(number) == literal:
        return number
    exact = Written(number)
    exact.text = literal
    return exact


def is_whole(value: object) -> bool:
    """Whether a decoded number is an integer in JSON Schema's sense: 1, 1.0 and 1e400 are, 1.5 and true are not."""
    if isinstance(value, Decimal):
        return value == value.to_integral_value()
    return type(value) is int


def identical(one: Any, other: Any) -> bool:
    """Whether two decoded values, or ABSENT, are equal as JSON values.

    Numbers are compared by value, objects whatever the order of their members.
    """
    if one is other:
        return True
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(identical(value, other[name]) for name, value in one.items())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(identical, one, other))
    if isinstance(one, bool) or isinstance(other, bool):  # to Python, true is 1
        return False
    return bool(one == other)


def canonical(value: Any) -> str:
    """Return a text that is the same for equal JSON values, whatever the order of members and the literals.

    A number of 600 digits or more, which no client reads, may have two texts: as an integer and with an exponent.
    """
    return json.dumps(value, sort_keys=True, default=_number)


def _number(value: Decimal) -> int | str:
    sign, digits, exponent = value.as_tuple()
    text = "".join(map(str, digits)).lstrip("0")
    significant = text.rstrip("0")
    if not significant:
        return 0
    power = int(exponent) + len(text) - len(significant)
    if 0 <= power < _DIGITS - len(significant):
        return int(f"{'-' * sign}{significant}{'0' * power}")
    return f"{'-' * sign}{significant}e{power}"


def describe(value: Any) -> str:
    """Return a short text for a decoded value, or ABSENT: scalars as JSON writes them, containers by their size."""
    if isinstance(value, dict):
        return f"an object with {counted(len(value), 'member')}"
    if isinstance(value, list):
        return f"an array of {len(value):,}"
    if isinstance(value, str):
        return '"' + shorten(value) + '"'
    if value is None or value is ABSENT or isinstance(value, bool):
        return {None: "null", True: "true", False: "false", ABSENT: NOTHING}[value]
    if isinstance(value, int) and value.bit_length() > _LARGEST:
        return f"an integer of {value.bit_length():,} bits"
    return shorten(str(value))
