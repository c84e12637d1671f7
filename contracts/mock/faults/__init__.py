"""Everything that the mock can do to a list: ways to break the contract, and ways to keep it that look unusual."""

from contracts.mock.faults.catalogue import Catalogue, catalogue_of
from contracts.mock.faults.fault import Fault, Scenario

__all__ = ["Catalogue", "Fault", "Scenario", "catalogue_of"]
