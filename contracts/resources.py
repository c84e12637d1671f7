"""The resources whose contracts this suite judges. Only the command line and the pytest plugin look them up."""

from importlib import import_module

from contracts.core.contract import Contract
from contracts.core.errors import UsageError

NAMES = ("event-categories", "event-types")


def contract_of(name: str) -> Contract:
    """Return the contract of a resource.

    Raises:
        UsageError: there is no resource of that name.
    """
    if name not in NAMES:
        raise UsageError(f"there is no contract {name[:80]!r}; there are {' and '.join(NAMES)}")
    contract: Contract = import_module(f"contracts.{name.replace('-', '_')}.contract").CONTRACT
    return contract
