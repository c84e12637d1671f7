"""Numbers as strict decoding gives them: integers as they are, everything else as an exact Decimal."""

from decimal import Decimal


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
