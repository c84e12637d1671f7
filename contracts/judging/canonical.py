"""One text for equal JSON values, to compare what two answers say."""

import json
from decimal import Decimal
from typing import Any

from contracts.judging.document import ABSENT


def identical(before: Any, after: Any) -> bool:
    """Whether two decoded values, or ABSENT, are equal JSON values."""
    if ABSENT in (before, after):
        return before is after
    if type(before) is type(after) and isinstance(before, (str, int)):  # as most values are
        return bool(before == after)
    return before is after or canonical(before) == canonical(after)


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
    if 0 <= power < 600 - len(significant):  # short enough to be written out as an integer
        return int(f"{'-' * sign}{significant}{'0' * power}")
    return f"{'-' * sign}{significant}e{power}"
