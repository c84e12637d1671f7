"""The end of a piece of work, which its long loops look at: what a target chose must not keep a run for minutes.

It is set once around the work and asked deep inside, by loops that know nothing of runs. Without one, as for files
and audits, the work takes the time that it takes.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

from contracts.core.errors import Late

_Item = TypeVar("_Item")

#: When the work ends, and the clock that tells. One that nothing else sets never passes.
_END: ContextVar[tuple[float, Callable[[], float]] | None] = ContextVar("deadline", default=None)
#: A loop looks at the clock after so many steps: a look costs as much as a short step.
_STEPS = 1024


@contextmanager
def until(ends: float, clock: Callable[[], float] = time.monotonic) -> Iterator[None]:
    """Let the work inside end at a time of the clock, in seconds."""
    token = _END.set((ends, clock))
    try:
        yield
    finally:
        _END.reset(token)


def check() -> None:
    """Look at the clock.

    Raises:
        Late: the time of the work is over.
    """
    end = _END.get()
    if end is not None and end[1]() > end[0]:
        raise Late("the time of the run was over before this was done (--deadline)")


def watched(items: Iterable[_Item], every: int = _STEPS) -> Iterator[_Item]:
    """Iterate over the items, and look at the clock before each of so many; raises what :func:`check` raises."""
    if _END.get() is None:
        yield from items
        return
    for number, item in enumerate(items):
        if number % every == 0:
            check()
        yield item
