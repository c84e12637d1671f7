"""Going through a decoded value: every node with the way to it, which is a JSON Pointer only where one is shown."""

from collections.abc import Iterator
from typing import Any

from contracts.core.deadline import check
from contracts.core.finding import step

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
    check()
    return iter(node.items()) if isinstance(node, dict) else enumerate(node)
