"""What a client reads of a list, and what it can read: a value for each official client, put together from forms."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

_INT64 = range(-(2**63), 2**63)
_EXACT_IN_JS = 2**53 - 1


@dataclass(frozen=True)
class Form:
    """What a decoder accepts for a member: ``accepts`` judges a decoded value, ``expected`` says it in words."""

    expected: str
    accepts: Callable[[Any], bool]


def _is_go_integer(value: Any) -> bool:
    return value is None or (type(value) is int and value in _INT64)


def _is_exact_in_js(value: Any) -> bool:
    is_number = isinstance(value, (int, Decimal)) and not isinstance(value, bool)
    return not is_number or -_EXACT_IN_JS <= value <= _EXACT_IN_JS


#: Go's encoding/json: null leaves a field as it is; a number with a fraction or an exponent is no int.
GO_STRING = Form("a string or null", lambda value: value is None or isinstance(value, str))
GO_INTEGER = Form("an integer literal of 64 bits, or null", _is_go_integer)
#: ECMAScript, Number.MAX_SAFE_INTEGER. Other types do not fail in JavaScript: a change of type is told as such.
JS_NUMBER = Form("a number between -(2^53-1) and 2^53-1", _is_exact_in_js)


@dataclass(frozen=True)
class Client:
    """A client of the list.

    ``members`` are those it reads, ``forms`` what it can read of some of them. One that is ``strict`` decodes as Go
    does: names match whatever their letter case, and every member of the root has to be null or a list of nulls and
    of objects with members that it can read.
    """

    name: str
    members: tuple[str, ...]
    forms: Mapping[str, Form] = field(default_factory=dict, hash=False)
    strict: bool = False

    def reads(self, member: str, value: Any) -> bool:
        """Whether the client can read this value of a member of an element."""
        if self.strict and member not in self.forms and member.casefold() in self.forms:
            return False
        return member not in self.forms or self.forms[member].accepts(value)

    def unreadable(self, element: Any) -> Iterator[str]:
        """Iterate over the names of the members of an element that the client cannot read."""
        return (member for member, value in element.items() if not self.reads(member, value))

    def reads_top_level(self, value: Any) -> bool:
        """Whether the client can read this value of an additional member of the root."""
        if not self.strict or value is None:
            return True
        if not isinstance(value, list):
            return False
        objects = [element for element in value if element is not None]
        return all(isinstance(element, dict) and not any(self.unreadable(element)) for element in objects)
