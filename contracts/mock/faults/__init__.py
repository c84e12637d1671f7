"""The catalogue: every way to break the contract, and the ways to keep it that look unusual."""

from contracts.mock.faults.fault import Fault, Scene
from contracts.mock.faults.http import HTTP
from contracts.mock.faults.members import MEMBERS
from contracts.mock.faults.refusals import REFUSALS
from contracts.mock.faults.text import TEXT
from contracts.mock.faults.variants import NULL_RESPONDERS, VARIANTS

FAULTS: tuple[Fault, ...] = (*HTTP, *REFUSALS, *TEXT, *MEMBERS)
BY_NAME: dict[str, Fault] = {fault.name: fault for fault in (*FAULTS, *VARIANTS, *NULL_RESPONDERS)}

__all__ = ["BY_NAME", "FAULTS", "NULL_RESPONDERS", "VARIANTS", "Fault", "Scene"]
