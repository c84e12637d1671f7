"""category.*: the elements of the list, one by one."""

import re

from contracts.core.finding import step
from contracts.event_categories.checks.registry import Breach, Note, Steps, answer_check
from contracts.event_categories.checks.shape import breaches, with_member
from contracts.event_categories.clauses import KEY
from contracts.event_categories.evidence import Answer, describe

DOCUMENTED = {"id", "name", "display_name", "position"}

_SNAKE_OR_CAMEL = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*|[a-z][a-zA-Z0-9]*")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


@answer_check("category.object")
def elements_are_objects(answer: Answer) -> Steps:
    elements = answer.elements
    yield from breaches(answer, "category.object")
    return len(elements)


@answer_check("category.required")
def members_are_there(answer: Answer) -> Steps:
    categories = answer.categories
    yield from breaches(answer, "category.required")
    if others := sorted(answer.member_names - DOCUMENTED):
        yield Note(f"additional members of categories: {', '.join(map(ascii, others[:10]))}")
    return len(categories)


@answer_check("category.id")
def id_is_text(answer: Answer) -> Steps:
    yield from breaches(answer, "category.id")
    return with_member(answer, "id")


@answer_check("category.name")
def name_is_text(answer: Answer) -> Steps:
    yield from breaches(answer, "category.name")
    return with_member(answer, "name")


@answer_check("category.display-name")
def display_name_is_text(answer: Answer) -> Steps:
    yield from breaches(answer, "category.display-name")
    return with_member(answer, "display_name")


@answer_check("category.position")
def position_is_integer(answer: Answer) -> Steps:
    yield from breaches(answer, "category.position")
    return with_member(answer, "position")


@answer_check("category.name-style")
def name_style(answer: Answer) -> Steps:
    seen = 0
    for index, category in answer.categories:
        name = category.get("name")
        if isinstance(name, str) and name:
            seen += 1
            if not _SNAKE_OR_CAMEL.fullmatch(name):
                yield Breach(step(KEY) + step(index) + "/name", "snake_case or camelCase", describe(name))
    return seen


@answer_check("category.display-name-printable")
def display_name_is_printable(answer: Answer) -> Steps:
    seen = 0
    for index, category in answer.categories:
        text = category.get("display_name")
        if isinstance(text, str) and text:
            seen += 1
            if text.isspace() or _CONTROL.search(text):
                where = step(KEY) + step(index) + "/display_name"
                yield Breach(where, "visible text without control characters", describe(text))
    return seen
