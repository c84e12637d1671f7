"""This Python and the next: what a class of ours inherits can be called as in its parent, and what goes is an error."""

import importlib
import inspect
import pkgutil
import warnings
from collections.abc import Callable, Iterator
from inspect import Parameter
from pathlib import Path
from types import FunctionType
from typing import Any

import pytest

import bench
import contracts

pytestmark = pytest.mark.uncounted
SUPPORT = Path(__file__).parents[1] / "support"
_ANYTHING = {Parameter.VAR_POSITIONAL, Parameter.VAR_KEYWORD}
_POSITION, _EITHER, _NAME = Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD, Parameter.KEYWORD_ONLY
Call = tuple[list[str], dict[str, str]]


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


def calls(function: Callable[..., Any]) -> Iterator[Call]:
    """The calls that a function of a parent takes: all by position, all by name, the fewest. Each value is its name."""
    parameters = list(inspect.signature(function).parameters.values())
    kinds = {parameter.kind for parameter in parameters}
    if {parameter.kind for parameter in parameters if parameter.name != "self"} == _ANYTHING:
        return  # it says nothing: so do exceptions and tuples
    more = ["more", "and more"] if Parameter.VAR_POSITIONAL in kinds else []
    named = {"another": "another"} if Parameter.VAR_KEYWORD in kinds else {}
    # The first is self, which Python gives by position.
    first = [parameter.name for index, parameter in enumerate(parameters) if parameter.kind is _POSITION or not index]
    either = [parameter.name for parameter in parameters if parameter.kind is _EITHER and parameter.name not in first]
    names = {parameter.name: parameter.name for parameter in parameters if parameter.kind is _NAME}
    yield [*first, *either, *more], {**names, **named}
    yield first, {**{name: name for name in either}, **names, **named}
    needed = {parameter.name for parameter in parameters if parameter.default is Parameter.empty}
    yield (
        [name for name in first if name in needed],
        {name: name for name in (*either, *names) if name in needed},
    )


def refused(child: Callable[..., Any], parent: Callable[..., Any]) -> Iterator[str]:
    """What a function does not take, or takes for something else, of the calls that that of its parent takes."""
    try:
        all_of_them = list(calls(parent))
    except ValueError:  # written in C, without a signature
        return
    for positions, names in all_of_them:
        try:
            bound = inspect.signature(child).bind(*positions, **names).arguments
        except TypeError as error:
            yield str(error)
            continue
        known = {*positions, *names}
        yield from (f"{name} is given {value}" for name, value in bound.items() if name in known and value != name)


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


class Parent:
    def method(self, first: int, second: int = 0, *, third: int = 0) -> None: ...


@pytest.mark.parametrize(
    "child",
    [
        lambda self, first: None,
        lambda self, first, second=0: None,
        lambda self, other, second=0, *, third=0: None,
        lambda self, second, first=0, *, third=0: None,
        lambda self, first, second=0, *, third=0, fourth: None,
        lambda self, first, second, *, third=0: None,
    ],
    ids=["missing", "missing by name", "renamed", "moved", "one more", "no default"],
)
def test_what_is_narrower_is_found(child: Callable[..., Any]) -> None:
    """A parameter that is missing, renamed, moved or asked for."""
    assert list(refused(child, Parent.method))


@pytest.mark.parametrize(
    "child",
    [
        lambda self, first, second=1, *, third=1, fourth=1: None,
        lambda self, first=1, second=1, third=1: None,
        lambda self, *arguments, **options: None,
        lambda self, first, *arguments, fourth=1, **options: None,
    ],
    ids=["one more", "by position as well", "anything", "anything behind the first"],
)
def test_what_is_wider_is_fine(child: Callable[..., Any]) -> None:
    """Whatever the parent takes is taken, and more."""
    assert not list(refused(child, Parent.method))


@pytest.mark.parametrize("module", ["contracts.run", "bench.server", "test_signatures", "servers"])
def test_what_the_next_python_drops_is_an_error(module: str) -> None:
    """A module of ours that asks for it makes a test fail; what a dependency asks for is its own business."""
    with pytest.raises(DeprecationWarning):
        warnings.warn_explicit("gone in the next version", DeprecationWarning, "file.py", 1, module=module)
    with warnings.catch_warnings(record=True) as told:
        warnings.warn_explicit("gone in the next version", DeprecationWarning, "file.py", 1, module="requests.api")
    assert len(told) == 1
