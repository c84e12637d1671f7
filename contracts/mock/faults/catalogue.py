"""The catalogue of a resource: what breaks its contract, what keeps it and looks unusual, and what says nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from importlib import import_module

from contracts.core.contract import Contract
from contracts.core.errors import IncompleteError
from contracts.mock.faults.fault import ENVELOPE_LIST, Fault
from contracts.mock.faults.http import HTTP
from contracts.mock.faults.refusals import REFUSALS
from contracts.mock.faults.text import TEXT
from contracts.mock.faults.variants import NULL_RESPONDERS, VARIANTS


@dataclass(frozen=True)
class Catalogue:
    """The faults of a contract, its own beside those of every resource, and the variants likewise.

    ``also`` names, by fault of every resource, the clauses of this one that it breaks as well.

    Raises:
        IncompleteError: a fault breaks a clause that there is not, or a clause is broken by no fault.
    """

    contract: Contract
    own_faults: tuple[Fault, ...]
    own_variants: tuple[Fault, ...]
    also: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for fault in self.faults:
            if unknown := fault.breaks - self.contract.clause.keys():
                raise IncompleteError(f"the fault {fault.name} breaks {min(unknown)}, and there is no such clause")
        broken = {clause for fault in self.faults for clause in fault.breaks}
        for clause in self.contract.clauses:
            if clause.id not in broken:
                raise IncompleteError(
                    f"the clause {clause.id} has no fault: add one that breaks it to the faults of "
                    f"{self.contract.name}, with the exact set of clauses that it breaks"
                )

    @cached_property
    def faults(self) -> tuple[Fault, ...]:
        """Every way to break the contract, each with all clauses that it breaks."""
        return tuple(self._bound(fault) for fault in (*HTTP, *REFUSALS, *TEXT, *self.own_faults))

    @cached_property
    def variants(self) -> tuple[Fault, ...]:
        """Every way to keep the contract that looks unusual."""
        return (*self.own_variants, *VARIANTS)

    @property
    def null_responders(self) -> tuple[Fault, ...]:
        """What answers everything alike and holds nothing: no clause about an element may be called held by it."""
        return NULL_RESPONDERS

    @cached_property
    def by_name(self) -> Mapping[str, Fault]:
        """All of them by name."""
        return {fault.name: fault for fault in (*self.faults, *self.variants, *self.null_responders)}

    def _bound(self, fault: Fault) -> Fault:
        breaks = {f"envelope.{self.contract.name}" if clause == ENVELOPE_LIST else clause for clause in fault.breaks}
        breaks |= self.also.get(fault.name, frozenset())
        if fault.unlisted:
            served = {"required": (), "optional": ("auth.missing",), "public": ("auth.missing", "auth.invalid")}
            breaks |= {"http.repeatable", "http.json-only", *served[fault.scenario.auth]}
        return replace(fault, breaks=frozenset(breaks))


def catalogue_of(contract: Contract) -> Catalogue:
    """Return the catalogue in the package of a resource."""
    catalogue: Catalogue = import_module(f"{contract.package}.faults").CATALOGUE
    return catalogue
