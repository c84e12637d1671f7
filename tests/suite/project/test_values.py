"""Values are frozen: what a run has found is not changed behind the back of whoever holds it."""

import importlib
import pkgutil
from dataclasses import FrozenInstanceError, fields, is_dataclass

import pytest

import contracts
from contracts.resources import NAMES

#: The parts whose dataclasses are values, every one. Elsewhere some keep a state: a pace, a lane, a way through output.
_PARTS = (
    "core",
    "judging",
    "global_information",
    "comparison",
    "exceptions",
    *(name.replace("-", "_") for name in NAMES),
)
MODULES = [
    module.name
    for part in _PARTS
    for module in pkgutil.walk_packages([f"{contracts.__path__[0]}/{part}"], f"contracts.{part}.")
]


@pytest.mark.parametrize("name", MODULES)
def test_every_dataclass_is_frozen(name: str) -> None:
    """No field of a value can be set again."""
    module = importlib.import_module(name)
    for value in vars(module).values():
        if isinstance(value, type) and is_dataclass(value) and value.__module__ == name:
            with pytest.raises(FrozenInstanceError):
                setattr(value.__new__(value), fields(value)[0].name, None)


def test_there_are_values() -> None:
    """The list of modules is no empty one."""
    assert len(MODULES) > 20
