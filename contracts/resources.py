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


def refuse_other(url: str | None, name: str, what: str = "the target") -> None:
    """Refuse the URL of another resource than the one that is judged; ``what`` says whose it is.

    Raises:
        UsageError: it is; the message asks for the contract that was probably meant.
    """
    for other in NAMES:
        if other != name and (url or "").rstrip("/").endswith(f"/v1/{_identifier(other)}"):
            raise UsageError(f"{what} is that of {other}, and the contract {name}: did you mean --contract {other}?")


def _identifier(name: str) -> str:
    return name.replace("-", "_")
