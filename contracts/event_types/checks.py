"""The checks of the event types: one small function for each clause that the schema does not decide."""

from http import HTTPStatus

from contracts.core.contract import LIST, Note, Steps
from contracts.core.errors import CouldNotJudge
from contracts.event_types.clauses import CATEGORIES_KEY, CATEGORIES_PATH
from contracts.event_types.contract import CONTRACT
from contracts.global_information.checks import body as elements
from contracts.judging.answer import Answer
from contracts.judging.evidence import Evidence

CHECKS = elements.checks_of(CONTRACT)


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
