"""The checks of the event categories: one small function for each clause that the schema does not decide.

A value of the wrong type is the schema's to report, and is passed over by whatever compares values.
"""

import re
from dataclasses import replace
from itertools import chain, pairwise
from typing import Any

from contracts.core.contract import Steps, findings_of
from contracts.core.finding import Finding, step
from contracts.event_categories import go_client
from contracts.event_categories.clauses import EXACT_IN_JS
from contracts.event_categories.contract import CONTRACT
from contracts.global_information.checks import body as elements
from contracts.judging.answer import Answer, Column
from contracts.judging.strict_json import Flaw
from contracts.judging.values import describe

CHECKS = elements.checks_of(CONTRACT)

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
#: The sections of the clauses about a body whose breach makes it unreadable, too.
_DOCUMENTED = ("json", "envelope", "category")


@CHECKS.answer("category.name-style")
def name_style(answer: Answer) -> Steps:
    return (yield from elements.name_style(answer))


@CHECKS.answer("category.display-name-printable")
def display_name_is_printable(answer: Answer) -> Steps:
    expected = "visible text without control characters"
    return (yield from elements.are_texts_such(answer, "display_name", _is_printable, expected))


def _is_printable(text: str) -> bool:
    return not (text.isspace() or _CONTROL.search(text))


@CHECKS.answer("list.ids-unique")
def ids_are_unique(answer: Answer) -> Steps:
    return (yield from elements.are_unique(answer, "id", elements.texts(answer, "id")))


@CHECKS.answer("list.positions-distinct")
def positions_are_distinct(answer: Answer) -> Steps:
    return (yield from elements.are_unique(answer, "position", _positions(answer)))


def _positions(answer: Answer) -> Column:
    """Return the positions that are whole numbers: numbers to sort by."""
    return answer.column("position").whole_numbers


@CHECKS.answer("list.positions-ascending")
def positions_ascend(answer: Answer) -> Steps:
    positions = _positions(answer)
    lower = ((pair, before) for (_, before), pair in pairwise(positions) if pair[1] < before)

    def finding(found: tuple[tuple[int, Any], Any]) -> Finding:
        (index, position), before = found
        received = f"{describe(position)} after {describe(before)}"
        return Finding(elements.place(answer, index, "position"), "no position lower than the one before", received)

    yield from findings_of(lower, finding)
    return len(positions)


@CHECKS.answer("list.names-unique")
def names_are_unique(answer: Answer) -> Steps:
    return (yield from elements.are_unique(answer, "name", elements.texts(answer, "name")))


@CHECKS.answer("client.go-readable")
def go_readable(answer: Answer) -> Steps:
    root = answer.require_value()
    for violation in answer.document.violations:
        if violation.clause == Flaw.ENCODING:
            yield _repeating(answer, Finding.of(violation))
    if root is None:
        return 1
    if not isinstance(root, dict):
        yield _repeating(answer, Finding("", "an object or null", describe(root)))
        return 1
    replaced = answer.document.replaced
    yield from findings_of(go_client.unreadable(root, replaced), lambda found: _of_unreadable(answer, found))
    members = chain(root.items(), replaced.of(root))
    return sum(max(1, len(value)) if isinstance(value, list) else 1 for _, value in members)


def _of_unreadable(answer: Answer, found: go_client.Unreadable) -> Finding:
    finding = Finding("".join(map(step, found.path)), found.expected, describe(found.received))
    if found.replaced:
        return replace(finding, repeats=("json.unique-names",))
    *above, name = found.path
    meant = "".join(map(step, (*above, str(name).casefold())))
    return _repeating(answer, finding, meant)


def _repeating(answer: Answer, finding: Finding, meant: str = "") -> Finding:
    """Return a finding about what the client cannot read with the clauses that say it of the documentation already.

    They are those that are broken at the same place, or at that of the member that the client takes this one for;
    where there is no list, whatever says so.
    """
    places = {finding.where, meant or finding.where}
    repeated = tuple(
        clause.id
        for clause in answer.contract.clauses
        if clause.section in _DOCUMENTED
        for found in (answer.outcome(clause).findings,)
        if any(answer.elements is None or each.where in places for each in found)
    )
    return replace(finding, repeats=repeated)


@CHECKS.answer("client.js-exact")
def js_exact(answer: Answer) -> Steps:
    positions = _positions(answer)
    inexact = (pair for pair in positions if not -EXACT_IN_JS <= pair[1] <= EXACT_IN_JS)
    yield from elements.refused(answer, "position", inexact, "between -(2^53-1) and 2^53-1")
    return len(positions)
