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
    contract: Contract = import_module(f"contracts.{_identifier(name)}.contract").CONTRACT
    return contract


def refuse_other(target: str | None, name: str) -> None:
    """Refuse a target that is the URL of another resource than the one that is judged.

    Raises:
        UsageError: it is; the message asks for the contract that was probably meant.
    """
    for other in NAMES:
        if other != name and (target or "").rstrip("/").endswith(f"/v1/{_identifier(other)}"):
            raise UsageError(f"the target is a list of {other}: did you mean --contract {other}?")


def _identifier(name: str) -> str:
    return name.replace("-", "_")
