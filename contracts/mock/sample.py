"""A sample: the lists that the mock serves, of a resource and of those that its elements refer to."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from importlib import import_module
from typing import Any

from contracts.core.contract import Contract

Elements = list[dict[str, Any]]


@dataclass(frozen=True)
class Sample:
    """Conforming lists of a resource.

    ``elements`` returns one of any length, whose first two are the documented examples; ``size`` is the length of
    the one that is served. ``noun`` is what a 404 calls the resource. ``others`` maps the path of another resource to
    the value that is served there.
    """

    contract: Contract
    elements: Callable[[int], Elements]
    size: int
    noun: str
    others: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def second(self) -> dict[str, Any]:
        """The second element, whose texts stand nowhere else in the list."""
        return self.elements(2)[1]

    def root(self, elements: Any) -> dict[str, Any]:
        """Return the value of a body that lists the elements."""
        return {self.contract.key: elements}


def sample_of(contract: Contract) -> Sample:
    """Return the sample in the package of a resource."""
    sample: Sample = import_module(f"{contract.package}.sample").SAMPLE
    return sample
