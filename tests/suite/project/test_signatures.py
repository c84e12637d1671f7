"""What a class of ours inherits from elsewhere can be called as its parent can, on this Python and on the next."""

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from inspect import Parameter, Signature
from pathlib import Path
from types import FunctionType
from typing import Any

import pytest

import bench
import contracts

pytestmark = pytest.mark.uncounted
SUPPORT = Path(__file__).parents[1] / "support"
_BY_POSITION = (Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD)
_ANYTHING = {Parameter.VAR_POSITIONAL, Parameter.VAR_KEYWORD}
_BY_NAME = (Parameter.KEYWORD_ONLY, Parameter.POSITIONAL_OR_KEYWORD)


def our_modules() -> Iterator[str]:
    """The names of all modules of the package, of the bench and of what tests share."""
    for package in (contracts, bench):
        prefix = f"{package.__name__}."
        yield from (found.name for found in pkgutil.walk_packages(package.__path__, prefix))
    yield from (found.name for found in pkgutil.iter_modules([str(SUPPORT)]))


def classes() -> Iterator[type]:
    """Every class that a module of ours defines."""
    for name in our_modules():
        if not name.endswith("__main__"):
            module = importlib.import_module(name)
            yield from (found for found in vars(module).values() if inspect.isclass(found) and found.__module__ == name)


def refused(child: Callable[..., Any], parent: Callable[..., Any]) -> list[str]:
    """The arguments that a function of a parent takes and that of the child does not, and those that it asks more."""
    try:
        theirs = list(inspect.signature(parent).parameters.values())
    except ValueError:  # written in C, without a signature
        return []
    if {parameter.kind for parameter in theirs if parameter.name != "self"} == _ANYTHING:
        return []  # it says nothing: so do exceptions and tuples
    ours = list(inspect.signature(child).parameters.values())
    kinds = {parameter.kind for parameter in ours}
    by_position = [parameter for parameter in ours if parameter.kind in _BY_POSITION]
    by_name = {parameter.name for parameter in ours if parameter.kind in _BY_NAME}
    found = []
    for index, parameter in enumerate(theirs):
        if parameter.kind in (Parameter.VAR_POSITIONAL, Parameter.VAR_KEYWORD):
            if parameter.kind not in kinds:
                found.append(str(parameter))
            continue
        takes_position = index < len(by_position) or Parameter.VAR_POSITIONAL in kinds
        takes_name = parameter.name in by_name or Parameter.VAR_KEYWORD in kinds
        if parameter.kind in _BY_POSITION and not takes_position:
            found.append(f"{parameter.name} by position")
        if index and parameter.kind in _BY_NAME and not takes_name:  # the first is self
            found.append(f"{parameter.name} by name")
    known = {parameter.name for parameter in theirs}
    positions = sum(parameter.kind in _BY_POSITION for parameter in theirs)
    for index, parameter in enumerate(ours):
        is_new = parameter.name not in known and not (parameter.kind in _BY_POSITION and index < positions)
        if (
            is_new
            and parameter.default is Signature.empty
            and parameter.kind in (*_BY_POSITION, Parameter.KEYWORD_ONLY)
        ):
            found.append(f"{parameter.name} is asked for")
    return found


def narrowed(cls: type) -> Iterator[str]:
    """What a class narrows of the functions that it has from the standard library or a dependency."""
    theirs = [base for base in cls.__mro__[1:] if base is not object and not is_ours(base)]
    for name, value in vars(cls).items():
        child = getattr(value, "__func__", value)
        parent = next((vars(base)[name] for base in theirs if name in vars(base)), None)
        parent = getattr(parent, "__func__", parent)
        if isinstance(child, FunctionType) and callable(parent):
            place = f"{cls.__module__}.{cls.__qualname__}.{name}"
            yield from (f"{place}: {what}" for what in refused(child, parent))


def is_ours(cls: type) -> bool:
    """Whether a class is defined in this project."""
    path = getattr(importlib.import_module(cls.__module__), "__file__", None)
    return path is not None and Path(path).is_relative_to(SUPPORT.parents[2]) and "site-packages" not in path


def test_no_class_narrows_a_signature_of_its_parent() -> None:
    """argparse, threading, requests and pytest call what they define with arguments of their own choice."""
    checked = list(classes())
    assert len(checked) > 100
    assert [found for cls in checked for found in narrowed(cls)] == []
