"""What is wrong: a violation, which a decoder or a schema sees, and a finding, which a report holds."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from contracts.core.errors import check_time
from contracts.core.text import bounded

#: What is broken a hundred thousand times is shown this many times, and counted in full.
KEPT = 200
#: A longer name is not written out in a pointer: a target could else make every place of a finding a page.
_LONGEST_NAME = 100


class Violation(NamedTuple):
    """A value that is not as a clause wants it, as strict decoding or a schema sees it.

    ``where`` is a JSON Pointer or ``byte N``, counted from 0. ``times`` is more than 1 when one violation stands for
    many that nobody would read one by one.
    """

    clause: str
    where: str
    expected: str
    received: str
    times: int = 1


@dataclass(frozen=True)
class Finding:
    """One breach: the target broke a clause, here, like this.

    ``where`` is a JSON Pointer (RFC 6901) into the body, or starts with ``header``, ``status`` or ``byte``;
    the empty string is the whole body. ``probe`` names the request whose answer shows it. ``through`` names the
    clause that was broken underneath when this one asks that an answer conforms in every clause. ``clause`` is filled
    in by whoever runs the check. ``times`` is more than 1 when one finding stands for many. ``repeats`` names the
    clauses whose breach is met here once more, the likeliest cause first; ``hint`` says in a sentence what the thing
    that was received is known to be.
    """

    where: str
    expected: str
    received: str
    probe: str = "list"
    through: str | None = None
    clause: str = ""
    times: int = 1
    repeats: tuple[str, ...] = ()
    hint: str = ""

    @classmethod
    def of(cls, violation: Violation) -> "Finding":
        """Return what a decoder or a schema saw in the answer to the documented request."""
        return cls(violation.where, violation.expected, violation.received, times=violation.times)


def step(name: str | int) -> str:
    """Return a member name or an index as one step of a JSON Pointer (RFC 6901, section 4).

    Lone surrogates come out as their escapes, so that every pointer can be written as UTF-8. A long name is cut.
    """
    if isinstance(name, int):
        return f"/{name}"
    text = bounded(name, _LONGEST_NAME).encode("utf-8", "backslashreplace").decode("utf-8")
    return "/" + text.replace("~", "~0").replace("/", "~1")


#: The way to a node: that of what holds it, and its name or index there. None is the root.
Path = tuple[Any, str | int] | None


def pointer(path: Path) -> str:
    """Return a way as a JSON Pointer (RFC 6901)."""
    steps = []
    while path is not None:
        path, name = path
        steps.append(step(name))
    return "".join(reversed(steps))


def walk(value: Any) -> Iterator[tuple[Path, Any]]:
    """Iterate over a decoded value and everything inside it, each with its way, in document order.

    What is kept meanwhile is as deep as the value, and not as large.
    """
    yield None, value
    stack = [(None, _children(value))] if isinstance(value, (dict, list)) else []
    while stack:
        owner, children = stack[-1]
        for name, node in children:
            path: Any = (owner, name)
            yield path, node
            if isinstance(node, (dict, list)):
                stack.append((path, _children(node)))
                break
        else:
            stack.pop()


def _children(node: Any) -> Iterator[tuple[str | int, Any]]:
    check_time()
    return iter(node.items()) if isinstance(node, dict) else enumerate(node)
