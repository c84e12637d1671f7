"""client.*: what the official clients need beyond the documentation."""

from collections.abc import Iterator
from itertools import chain
from typing import Any, NamedTuple

from contracts.core.check import Steps, findings_of
from contracts.core.finding import Finding, step
from contracts.event_categories import go_client
from contracts.event_categories.checks.registry import CHECKS
from contracts.event_categories.clauses import KEY
from contracts.event_categories.positions import whole_positions
from contracts.global_information.checks import elements
from contracts.judging.answer import Answer
from contracts.judging.describe import describe
from contracts.judging.document import Replaced, Rule

_EXACT_IN_JS = 2**53 - 1


class _Unreadable(NamedTuple):
    """A value that Go's decoder refuses, or a name that it misreads, and the way to it."""

    path: tuple[str | int, ...]
    expected: str
    received: Any

    def finding(self) -> Finding:
        return Finding("".join(map(step, self.path)), self.expected, describe(self.received))


@CHECKS.answer("client.go-readable")
def go_readable(answer: Answer) -> Steps:
    root = answer.require_value()
    for violation in answer.document.violations:
        if violation.clause == Rule.ENCODING:
            yield Finding.of(violation)
    if root is None:
        return 1
    if not isinstance(root, dict):
        yield Finding("", "an object or null", describe(root))
        return 1
    yield from findings_of(_unreadable(answer, root), _Unreadable.finding)
    members = chain(root.items(), answer.document.replaced.of(root))
    return sum(max(1, len(value)) if isinstance(value, list) else 1 for _, value in members)


def _unreadable(answer: Answer, root: dict[str, Any]) -> Iterator[_Unreadable]:
    replaced = answer.document.replaced
    for name, value in chain(root.items(), replaced.of(root)):
        if isinstance(value, list):
            known = name == KEY and value is root[KEY] and any(isinstance(e, dict) for e in value)
            names = answer.member_names if known else _names(value)
            yield from _unreadable_elements(name, value, set(filter(go_client.confuses, names)), replaced)
        elif value is not None:
            yield _Unreadable((name,), "null or a list of objects", value)


def _unreadable_elements(
    name: str, listed: list[Any], confusable: set[str], replaced: Replaced
) -> Iterator[_Unreadable]:
    for index, element in enumerate(listed):
        if isinstance(element, dict):
            if go_client.reads_known(element) and not confusable and not replaced:
                continue
            yield from _unreadable_members((name, index), element, confusable, replaced)
        elif element is not None:
            yield _Unreadable((name, index), "an object or null", element)


def _unreadable_members(
    where: tuple[str, int], category: dict[str, Any], confusable: set[str], replaced: Replaced
) -> Iterator[_Unreadable]:
    for name, value in chain(category.items(), replaced.of(category)):
        if name in confusable:
            expected = "no member that differs from id, name or position by letter case alone"
            yield _Unreadable((*where, name), expected, name)
        elif not go_client.reads(name, value):
            yield _Unreadable((*where, name), go_client.expected(name), value)


def _names(listed: list[Any]) -> set[str]:
    return set().union(*(element for element in listed if isinstance(element, dict)))


@CHECKS.answer("client.js-exact")
def js_exact(answer: Answer) -> Steps:
    positions = whole_positions(answer)
    inexact = (pair for pair in positions if not -_EXACT_IN_JS <= pair[1] <= _EXACT_IN_JS)
    yield from elements.refused(answer, "position", inexact, "between -(2^53-1) and 2^53-1")
    return len(positions)
