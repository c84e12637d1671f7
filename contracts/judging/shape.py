"""The checks of the clauses that the schemas of a list decide: one for each ``x-clause`` in them, by where it stands.

A clause of shape has no function of its own. What it refuses is what the schema refuses, and what it looked at follows
from its place: the root, the list, each element, or a member of the elements.
"""

from collections.abc import Callable

from contracts.core.check import Check, Note, Steps
from contracts.core.contract import Schemas
from contracts.core.finding import Finding, step
from contracts.core.schemas import load
from contracts.judging.answer import Answer

#: How many names of additional members a note tells.
_NAMED = 10


def shape_checks(schemas: Schemas, key: str) -> dict[str, Check]:
    """Return the checks that the schemas of the body and of one element of its list make, by clause."""
    envelope, element = load(schemas.envelope), load(schemas.element)
    found = {
        envelope["x-clause"]: _root,
        envelope["properties"][key]["x-clause"]: _list,
        element["x-clause"]: _elements,
        **{part["x-clause"]: _members for part in element["allOf"]},
        **{member["x-clause"]: _member(name) for name, member in element["properties"].items()},
    }
    return {clause: Check(_check(clause, judge), of_run=False) for clause, judge in found.items()}


def _check(clause: str, judge: Callable[[Answer], Steps]) -> Callable[[Answer], Steps]:
    def steps(answer: Answer) -> Steps:
        # What is beyond what a report keeps comes as one finding that counts for all of it.
        yield from map(Finding.of, answer.violations.get(clause, ()))
        return (yield from judge(answer))

    return steps


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
