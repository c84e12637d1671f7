"""envelope.event-categories and category.*: the list, and its elements one by one."""

import re

from contracts.core.check import Steps
from contracts.event_categories.checks.registry import CHECKS
from contracts.global_information.checks import elements
from contracts.judging.answer import Answer

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


@CHECKS.answer("envelope.event-categories")
def list_is_array(answer: Answer) -> Steps:
    return (yield from elements.is_array(answer, "envelope.event-categories"))


@CHECKS.answer("category.object")
def elements_are_objects(answer: Answer) -> Steps:
    return (yield from elements.are_objects(answer, "category.object"))


@CHECKS.answer("category.required")
def members_are_there(answer: Answer) -> Steps:
    return (yield from elements.have_members(answer, "category.required"))


@CHECKS.answer("category.id")
def id_is_text(answer: Answer) -> Steps:
    return (yield from elements.member(answer, "category.id", "id"))


@CHECKS.answer("category.name")
def name_is_text(answer: Answer) -> Steps:
    return (yield from elements.member(answer, "category.name", "name"))


@CHECKS.answer("category.display-name")
def display_name_is_text(answer: Answer) -> Steps:
    return (yield from elements.member(answer, "category.display-name", "display_name"))


@CHECKS.answer("category.position")
def position_is_integer(answer: Answer) -> Steps:
    return (yield from elements.member(answer, "category.position", "position"))


@CHECKS.answer("category.name-style")
def name_style(answer: Answer) -> Steps:
    return (yield from elements.name_style(answer))


@CHECKS.answer("category.display-name-printable")
def display_name_is_printable(answer: Answer) -> Steps:
    expected = "visible text without control characters"
    return (yield from elements.are_texts_such(answer, "display_name", _is_printable, expected))


def _is_printable(text: str) -> bool:
    return not (text.isspace() or _CONTROL.search(text))
