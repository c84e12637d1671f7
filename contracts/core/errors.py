"""What can go wrong that is not a breach of the contract.

::

    ContractsError
    ├── UsageError              a bad option, file or target: exit 2
    │   └── NoTarget            nothing says what to judge
    ├── NotApplicable           the clause does not concern this run
    ├── NotExercised            the run offered nothing to judge
    └── CouldNotJudge           the target could not be observed: exit 3
        ├── Unreachable         no connection, route or answer: it may pass
        │   └── Misdirected     nothing that a retry could change: an unknown name, a port without TLS
        │       └── Unverified  a certificate that does not verify
        ├── ProxyFailed         the proxy on the way did not let the request through: it may pass
        │   └── ProxyRefused    nothing that a retry could change: it forbids the way, or asks for a password
        ├── BrokenAnswer        an answer broken below HTTP, or larger than the cap
        ├── TooSlow             a deadline passed
        │   └── Late            that of the run, while the suite was at work on what it had received
        ├── Unavailable         429, 502, 503 or 504 after the retries
        ├── Refused             the credentials were refused, or are missing
        └── OverBudget          the request budget of the run is spent

A breach is never an exception: it is a :class:`contracts.core.finding.Finding`.

The end of a piece of work, at which Late is raised, is set once around it and asked deep inside, by loops that know
nothing of runs: what a target chose must not keep a run for minutes. Without one, as for files and audits, the work
takes the time that it takes.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from enum import StrEnum
from typing import TypeVar


class Reason(StrEnum):
    """Why a clause was not judged, where the verdict depends on it."""

    EMPTY_LIST = "empty-list"
    BEYOND_FILE = "beyond-file"
    LATE = "late"

    @property
    def sentence(self) -> str:
        """The reason in words."""
        return {
            Reason.EMPTY_LIST: "the list is empty",
            Reason.BEYOND_FILE: "the file does not show it",
            Reason.LATE: "the time of the run was over before this clause was judged and reported (--deadline)",
        }[self]


class ContractsError(Exception):
    """The root of the tree. ``str(error)`` is one line for a person; it never holds a secret.

    Two of the same class that say the same are equal, so that stored exchanges compare by value.
    """

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self.args == getattr(other, "args", None)

    def __hash__(self) -> int:
        return hash((type(self), self.args))


class IncompleteError(Exception):
    """The suite itself is unfinished: a clause without a check, for one. The message says what to write where."""


class UsageError(ContractsError):
    """The person who runs the suite has to change something: an option, a file, the target."""


class NoTarget(UsageError):
    """Nothing says which target to judge."""

    def __init__(self) -> None:
        super().__init__("no target: give a URL or set SCALINGO_API_URL, or judge the embedded mock with --mock")


class NotApplicable(ContractsError):
    """The clause does not concern this run; the message says why."""


class NotExercised(ContractsError):
    """The target gave nothing that the clause could be judged on; the message, or a known reason, says why."""

    def __init__(self, why: str | Reason) -> None:
        super().__init__(why.sentence if isinstance(why, Reason) else why)
        self.because = why if isinstance(why, Reason) else None


class CouldNotJudge(ContractsError):
    """The target could not be observed; the message says what happened and what to do."""


class Unreachable(CouldNotJudge):
    """No connection came about: refused, no route, unknown name, TLS."""


class Misdirected(Unreachable):
    """The address leads to nothing that could answer: its name is unknown, or the port does not speak TLS."""


class Unverified(Misdirected):
    """The certificate of the target does not verify."""


class ProxyFailed(CouldNotJudge):
    """The proxy on the way could not be reached, or did not reach the target: it says nothing of the target."""


class ProxyRefused(ProxyFailed):
    """The proxy on the way forbids the request, or asks for a password."""


class BrokenAnswer(CouldNotJudge):
    """What came back is not an HTTP message, or one larger than the suite reads."""


class TooSlow(CouldNotJudge):
    """The deadline of the exchange or of the run passed."""


class Late(TooSlow):
    """The deadline of the run passed while the suite was at work on what it had received.

    It ends that work and is never stored: what a report says of it is TooSlow.
    """


class Unavailable(CouldNotJudge):
    """The target answered 429, 502, 503 or 504, also after the retries."""


class Refused(CouldNotJudge):
    """The credentials of the run were refused, or there are none."""


class OverBudget(CouldNotJudge):
    """The run may not send another request."""


def _kinds(failure: type[CouldNotJudge]) -> Iterator[type[CouldNotJudge]]:
    yield failure
    for kind in failure.__subclasses__():
        yield from _kinds(kind)


#: By name, so that a stored exchange can be read back as the failure it was.
FAILURES = {failure.__name__: failure for failure in _kinds(CouldNotJudge) if failure is not Late}

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


def check_time() -> None:
    """Look at the clock.

    Raises:
        Late: the time of the work is over.
    """
    end = _END.get()
    if end is not None and end[1]() > end[0]:
        raise Late("the time of the run was over before this was done (--deadline)")


def watched(items: Iterable[_Item], every: int = _STEPS) -> Iterator[_Item]:
    """Iterate over the items, and look at the clock before each of so many; raises what :func:`check_time` raises."""
    if _END.get() is None:
        yield from items
        return
    for number, item in enumerate(items):
        if number % every == 0:
            check_time()
        yield item
