"""The checks of the clauses that the schemas of a list decide: one for each ``x-clause`` in them, by where it stands.

A clause of shape has no function of its own. What it refuses is what the schema refuses, and what it looked at follows
from its place: the root, the list, each element, or a member of the elements.
"""

from collections.abc import Callable
from dataclasses import replace

from contracts.core.check import Check, Note, Steps
from contracts.core.contract import Schemas
from contracts.core.finding import Finding, Violation, step
from contracts.core.schemas import load
from contracts.judging import hints
from contracts.judging.answer import Answer

#: How many names of additional members a note tells.
_NAMED = 10


def shape_checks(schemas: Schemas, key: str) -> dict[str, Check]:
    """Return the checks that the schemas of the body and of one element of its list make, by clause."""
    envelope, element = load(schemas.envelope), load(schemas.element)
    found = {
        envelope["x-clause"]: (_root, _hint_of_root),
        envelope["properties"][key]["x-clause"]: (_list, _hint_of_root),
        element["x-clause"]: (_elements, _no_hint),
        **{part["x-clause"]: (_members, _hint_of_member) for part in element["allOf"]},
        **{member["x-clause"]: (_member(name), _no_hint) for name, member in element["properties"].items()},
    }
    return {clause: Check(_check(clause, *judge), of_run=False) for clause, judge in found.items()}


def _check(
    clause: str, judge: Callable[[Answer], Steps], hint: Callable[[Answer, Violation], str]
) -> Callable[[Answer], Steps]:
    def steps(answer: Answer) -> Steps:
        # What is beyond what a report keeps comes as one finding that counts for all of it.
        for violation in answer.violations.get(clause, ()):
            yield replace(Finding.of(violation), hint=hint(answer, violation))
        return (yield from judge(answer))

    return steps


def _no_hint(_: Answer, __: Violation) -> str:
    return ""


def _hint_of_root(answer: Answer, _: Violation) -> str:
    return hints.of_root(answer)


def _hint_of_member(answer: Answer, violation: Violation) -> str:
    _, _, index, name = violation.where.split("/")  # no name of a documented member needs an escape
    return hints.of_member((answer.elements or [])[int(index)], name)


def _root(answer: Answer) -> Steps:
    """Note the members beside the list."""
    key, value = answer.contract.key, answer.require_value()
    if isinstance(value, dict) and (others := sorted(value.keys() - {key})):
        yield Note(f"additional members beside {step(key)}: {_names(others)}")
    return 1


def _list(answer: Answer) -> Steps:
    yield from ()
    answer.require_members()
    return 1


def _elements(answer: Answer) -> Steps:
    yield from ()
    return len(answer.require_list())


def _members(answer: Answer) -> Steps:
    """Note the additional members of the elements."""
    elements = answer.require_objects()
    if others := sorted(answer.member_names - set(answer.contract.members)):
        yield Note(f"additional members of {answer.contract.elements}: {_names(others)}")
    return len(elements)


def _member(name: str) -> Callable[[Answer], Steps]:
    def judge(answer: Answer) -> Steps:
        yield from ()
        elements = answer.require_objects()
        return len(answer.column(name)) if answer.violations else len(elements)

    return judge


def _names(names: list[str]) -> str:
    return ", ".join(map(ascii, names[:_NAMED]))
