"""A column: what a list holds at one place of its elements, each value with the index of its element."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import compress
from operator import itemgetter
from typing import Any

from contracts.judging.numbers import is_whole


@dataclass(frozen=True)
class Column:
    """Values from the elements of a list, in its order, and the index of the element that each belongs to.

    Most lists are uniform. Then a part of a column is the column itself, and nothing is built for each value.
    """

    indexes: Sequence[int]
    values: Sequence[Any]

    def __iter__(self) -> Iterator[tuple[int, Any]]:
        return zip(self.indexes, self.values, strict=True)

    def __len__(self) -> int:
        return len(self.values)

    @cached_property
    def objects(self) -> "Column":
        """Those of the values that are objects."""
        return self if self._types <= {dict} else self._those([type(value) is dict for value in self.values])

    @cached_property
    def texts(self) -> "Column":
        """Those of the values that are texts."""
        return self if self._types <= {str} else self._those([type(value) is str for value in self.values])

    @cached_property
    def whole_numbers(self) -> "Column":
        """Those of the values that are whole numbers, however they are written."""
        return self if self._types <= {int} else self._those(list(map(is_whole, self.values)))

    def member(self, name: str) -> "Column":
        """Return what a member of the values, which are objects, holds where it is there."""
        try:
            return Column(self.indexes, list(map(itemgetter(name), self.values)))
        except KeyError:
            return self._those([name in value for value in self.values]).member(name)

    @cached_property
    def _types(self) -> set[type]:
        return set(map(type, self.values))

    def _those(self, chosen: list[bool]) -> "Column":
        return Column(list(compress(self.indexes, chosen)), list(compress(self.values, chosen)))
