"""The shape of an answer: the checks that the schemas decide, and hints where what came is of a known kind."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from contracts.core.contract import Check, Note, Schemas, Steps, load
from contracts.core.exchange import REDIRECTS, Response
from contracts.core.finding import Finding, Violation, step
from contracts.judging.answer import Answer
from contracts.judging.values import ABSENT, describe

#: So much of a page is looked at, in bytes: a form to log in stands near its beginning.
_PAGE = 2**16
_HTML = re.compile(rb"(?i)\s*(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.DOTALL)
_PASSWORD = re.compile(rb"""(?i)<input\b[^>]*\btype\s*=\s*["']?password""")
_LOGIN = re.compile(r"(?i)(?:^|[^a-z])(?:log-?in|log_in|sign-?in|sign_in|auth|oauth2?|sso|saml|session)(?:[^a-z]|$)")
_HTML_TYPES = ("text/html", "application/xhtml+xml")
_STYLE = "are names written in another style, such as camelCase?"
_ERROR_NAMES = ("error", "errors")


def of_answer(answer: Answer) -> str:
    """Return what is known of an answer that is not the list, or an empty string."""
    response = answer.response
    if response.status in REDIRECTS:
        return _of_redirect(response.first("Location") or "")
    if answer.document.value is ABSENT and (kind := _of_page(response)):
        return kind
    if response.status == HTTPStatus.NOT_FOUND:
        return "there is nothing at this path: does the URL lead to the API, its prefix included?"
    return ""


def _of_page(response: Response) -> str:
    page = response.body[:_PAGE]
    if response.media_type in _HTML_TYPES or _HTML.match(page):
        if _PASSWORD.search(page):
            return "this is an HTML page with a password field: is a login or gateway in front of the API?"
        return "this is an HTML page: does a proxy, a gateway or a web site answer in the place of the API?"
    if response.is_xml:
        return "this is XML: does the server look at the Accept header?"
    return "the body is empty" if response.status == HTTPStatus.OK and not page else ""


def _of_redirect(location: str) -> str:
    try:
        parts = urlsplit(location)
    except ValueError:
        return ""
    if _LOGIN.search(f"{parts.netloc}{parts.path}"):
        return "this redirects to a login: is a login or gateway in front of the API?"
    if parts.path.endswith("/") and parts.path != "/":
        return "this redirects to a path that ends with a slash: the documented one does not"
    return "this redirects elsewhere: is the URL the one under which the API is served?" if location else ""


def of_root(answer: Answer) -> str:
    """Return what is known of a JSON document that does not hold the list under its name, or an empty string."""
    value, key = answer.document.value, answer.contract.key
    if isinstance(value, list) and value:
        return f"this is the bare list: the documented root is an object with the member {key}"
    return next(_of_object(value, key), "") if isinstance(value, dict) else ""


def _of_object(root: dict[str, Any], key: str) -> Iterator[str]:
    if respelled := _respelled(root, key):
        yield f"the list stands under {describe(respelled)}: {_STYLE}"
    for name, member in root.items():
        if isinstance(member, dict) and isinstance(member.get(key), list):
            yield f"the list stands one level further down, in {describe(name)}"
    lists = [name for name, member in root.items() if isinstance(member, list) and name != key]
    if len(lists) == 1 and key not in root:
        yield f"there is a list under {describe(lists[0])}: is that the one?"
    if key not in root and any(name in root for name in _ERROR_NAMES):
        yield "this is an error with the status of success"


def of_member(element: Mapping[str, Any], name: str) -> str:
    """Return what is known of a member that an element lacks, or an empty string."""
    respelled = _respelled(element, name)
    return f"there is {describe(respelled)}: {_STYLE}" if respelled else ""


def _respelled(names: Iterable[str], name: str) -> str:
    """Return the first of the names that is this one in another style, or an empty string."""
    plain = _plain(name)
    return next((other for other in names if other != name and _plain(other) == plain), "")


def _plain(name: str) -> str:
    return name.replace("_", "").replace("-", "").casefold()


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
    return of_root(answer)


def _hint_of_member(answer: Answer, violation: Violation) -> str:
    _, _, index, name = violation.where.split("/")  # no name of a documented member needs an escape
    return of_member((answer.elements or [])[int(index)], name)


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
