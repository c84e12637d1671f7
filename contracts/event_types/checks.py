"""The checks of the event types: one small function a clause."""

from http import HTTPStatus

from contracts.core.check import Checks, Note, Steps
from contracts.core.clause import LIST
from contracts.core.errors import CouldNotJudge
from contracts.event_types.clauses import CATEGORIES_KEY, CATEGORIES_PATH
from contracts.global_information.checks import CHECKS as SHARED
from contracts.global_information.checks import elements
from contracts.judging.answer import Answer
from contracts.judging.evidence import Evidence

CHECKS = Checks(SHARED)


@CHECKS.answer("envelope.event-types")
def list_is_array(answer: Answer) -> Steps:
    return (yield from elements.is_array(answer, "envelope.event-types"))


@CHECKS.answer("type.object")
def elements_are_objects(answer: Answer) -> Steps:
    return (yield from elements.are_objects(answer, "type.object"))


@CHECKS.answer("type.required")
def members_are_there(answer: Answer) -> Steps:
    return (yield from elements.have_members(answer, "type.required"))


@CHECKS.answer("type.id")
def id_is_text(answer: Answer) -> Steps:
    return (yield from elements.member(answer, "type.id", "id"))


@CHECKS.answer("type.category-id")
def category_id_is_text(answer: Answer) -> Steps:
    return (yield from elements.member(answer, "type.category-id", "category_id"))


@CHECKS.answer("type.name")
def name_is_text(answer: Answer) -> Steps:
    return (yield from elements.member(answer, "type.name", "name"))


@CHECKS.answer("type.display-name")
def display_name_is_text(answer: Answer) -> Steps:
    return (yield from elements.member(answer, "type.display-name", "display_name"))


@CHECKS.answer("type.description")
def description_is_text(answer: Answer) -> Steps:
    return (yield from elements.member(answer, "type.description", "description"))


@CHECKS.answer("type.name-style")
def name_style(answer: Answer) -> Steps:
    return (yield from elements.name_style(answer))


@CHECKS.run("type.category-known")
def category_is_known(evidence: Evidence) -> Steps:
    answer = evidence.answer(LIST)
    wanted = [(index, text) for index, text in elements.texts(answer, "category_id") if text]
    known = _category_ids(evidence.answer("categories"))
    expected = f"the id of one of the {len(known)} categories that {CATEGORIES_PATH} returns"
    yield from elements.refused(answer, "category_id", (pair for pair in wanted if pair[1] not in known), expected)
    if unused := sorted(known - {category_id for _, category_id in wanted}):
        yield Note(f"categories without types: {', '.join(map(ascii, unused[:10]))}")
    return len(wanted)


def _category_ids(answer: Answer) -> set[str]:
    """Return the ids of the categories; what is wrong with their list is judged by the contract of that resource.

    Raises:
        CouldNotJudge: there is no list of categories to hold the types against.
    """
    value = answer.document.value
    listed = value.get(CATEGORIES_KEY) if isinstance(value, dict) else None
    if answer.response.status != HTTPStatus.OK or not isinstance(listed, list):
        raise CouldNotJudge(f"{CATEGORIES_PATH} gave no list of categories: it was answered {answer.response.status}")
    ids = (category.get("id") for category in listed if isinstance(category, dict))
    return {id_ for id_ in ids if isinstance(id_, str)}


@CHECKS.answer("list.ids-unique")
def ids_are_unique(answer: Answer) -> Steps:
    return (yield from elements.are_unique(answer, "id", elements.texts(answer, "id")))


@CHECKS.answer("list.names-unique")
def names_are_unique(answer: Answer) -> Steps:
    return (yield from elements.are_unique(answer, "name", elements.texts(answer, "name")))
