"""Numbers as strict decoding gives them: integers as they are, everything else as an exact Decimal."""

from decimal import Decimal


def is_whole(value: object) -> bool:
    """Whether a decoded number is an integer in JSON Schema's sense: 1, 1.0 and 1e400 are, 1.5 and true are not."""
    if isinstance(value, Decimal):
        return value == value.to_integral_value()
    return type(value) is int
