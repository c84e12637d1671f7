"""Agreement: whether answers that should say the same do, and what differs where they do not.

What is documented has to agree: the status, the media type, and of each element the documented members, in whatever
order the elements come. Members beside these may change from answer to answer: that is worth a note, and no difference.
"""

from collections.abc import Iterator
from typing import Any

from contracts.core.check import Note
from contracts.core.contract import Contract
from contracts.core.deadline import check, watched
from contracts.core.exchange import Response
from contracts.core.finding import Finding, step
from contracts.core.text import shorten
from contracts.judging.answer import Answer, text_of
from contracts.judging.values import ABSENT, canonical, describe, identical


def differences(before: Answer, after: Answer, probe: str, like: str = "as before") -> Iterator[Finding | Note]:
    """Yield what of the documented content of an answer another one says otherwise, the answer to a ``probe``.

    ``like`` follows what was expected, in words. Answers without a list have no documented content but their status
    and media type: an error or a page may hold a time or a number of its own.

    Raises:
        CouldNotJudge: one of the bodies is beyond what strict decoding reads.
    """
    if before is after:
        return
    if before.response.status != after.response.status:
        received = f"{after.response.status} {after.response.reason}".strip()
        yield Finding("status", f"{before.response.status}, {like}", received, probe)
    elif media_types(before.response) != media_types(after.response):
        received = after.response.first("Content-Type") or "none"
        yield Finding(
            "header Content-Type", f"{before.response.first('Content-Type') or 'none'}, {like}", received, probe
        )
    else:
        yield from list_differences(before, after, probe, like)


def in_words(finding: Finding) -> str:
    """Return a finding in one line, for a reason or a note."""
    return f"{finding.probe}: {finding.where or 'the body'}: {finding.received} (expected: {finding.expected})"


def media_types(response: Response) -> list[str]:
    """Return the media type of each Content-Type field, in lower case and without parameters."""
    return [value.partition(";")[0].strip().lower() for value in response.all("Content-Type")]


def list_differences(before: Answer, after: Answer, probe: str, like: str = "as before") -> Iterator[Finding | Note]:
    """Yield what differs between the lists of two answers alone; arguments and errors as for :func:`differences`."""
    if before.response.body == after.response.body:
        return
    key, contract = before.contract.key, before.contract
    for answer in (before, after):
        if answer.document.problem:
            raise answer.document.problem
    if before.elements is None or after.elements is None:
        if before.elements is not after.elements:
            yield Finding(step(key), f"{_held(before)}, {like}", _held(after), probe)
        return
    changing = _changing(before.document.value, after.document.value, {key})
    if _agree_one_by_one(before.elements, after.elements, contract):
        changing |= _changing_one_by_one(before.elements, after.elements, contract)
    else:
        gone, new, beside = _matched(before.elements, after.elements, contract)
        changing |= beside
        yield from _changed(gone, new, contract, probe, like)
    if changing:
        yield Note(f"additional members change from answer to answer: {', '.join(map(ascii, sorted(changing)[:10]))}")


def _agree_one_by_one(before: list[Any], after: list[Any], contract: Contract) -> bool:
    """Whether the elements say the same in the same order, as they mostly do: that is found out much faster."""
    if len(before) != len(after) or {*map(type, before), *map(type, after)} - {dict}:
        return False
    return all(_agree_in(before, after, name) for name in contract.members)


def _changing_one_by_one(before: list[Any], after: list[Any], contract: Contract) -> set[str]:
    names = {name for element in watched((*before, *after)) for name in element} - set(contract.members)
    return {name for name in names if not _agree_in(before, after, name)}


def _agree_in(before: list[dict[str, Any]], after: list[dict[str, Any]], name: str) -> bool:
    """Whether a member has the same value in each element of two lists, or is there in neither."""
    check()
    values, others = ([element.get(name, ABSENT) for element in elements] for elements in (before, after))
    if values != others:  # equal as JSON is equal to Python
        return False
    types = {*map(type, values), *map(type, others)}
    return not types & {bool, dict, list} or all(map(identical, values, others))  # to Python, true is 1


def _held(answer: Answer) -> str:
    """Say what an answer holds in the place of the list."""
    if answer.elements is not None:
        return describe(answer.elements)
    value = answer.document.value
    return describe(value[answer.contract.key]) if _has(value, answer.contract.key) else text_of(answer.document)


def _has(value: Any, name: str) -> bool:
    return isinstance(value, dict) and name in value


def _matched(
    before: list[Any], after: list[Any], contract: Contract
) -> tuple[list[Any], list[tuple[int, Any]], set[str]]:
    """Return which elements are gone, which are new and where, and which members beside them change in the others."""
    known: dict[str, list[Any]] = {}
    for element in watched(before):
        known.setdefault(canonical(_documented(element, contract)), []).append(element)
    new, changing = [], set[str]()
    for index, element in enumerate(watched(after)):
        if same := known.get(canonical(_documented(element, contract))):
            changing |= _changing(same.pop(), element, set(contract.members))
        else:
            new.append((index, element))
    return [element for rest in known.values() for element in rest], new, changing


def _changed(
    gone: list[Any], new: list[tuple[int, Any]], contract: Contract, probe: str, like: str
) -> Iterator[Finding]:
    """Yield what is new in the later answer, by its members where the id tells which element it was."""
    by_id = {element["id"]: number for number, element in enumerate(gone) if _has_id(element)}
    missing = dict(enumerate(gone))
    for index, element in new:
        before = missing.pop(by_id.pop(element["id"], -1), None) if _has_id(element) else None
        where = step(contract.key) + step(index)
        if before is None:
            yield Finding(where, f"a {contract.element} of the first answer", shorten(canonical(element)), probe)
            continue
        for name in sorted(contract.members):
            if not identical(before.get(name, ABSENT), element.get(name, ABSENT)):
                was, received = describe(before.get(name, ABSENT)), describe(element.get(name, ABSENT))
                yield Finding(where + step(name), f"{was}, {like}", received, probe)
    for element in missing.values():
        received = f"not among them: {shorten(canonical(element))}"
        yield Finding(step(contract.key), f"every {contract.element} of the first answer", received, probe)


def _has_id(element: Any) -> bool:
    return isinstance(element, dict) and isinstance(element.get("id"), str)


def _documented(element: Any, contract: Contract) -> Any:
    if not isinstance(element, dict):
        return element
    return {name: value for name, value in element.items() if name in contract.members}


def _changing(before: Any, after: Any, documented: set[str]) -> set[str]:
    """Return the names of the members that differ between two objects, beside those that are documented."""
    if before is after or not (isinstance(before, dict) and isinstance(after, dict)):
        return set()
    additional = (before.keys() | after.keys()) - documented
    return {name for name in additional if not identical(before.get(name, ABSENT), after.get(name, ABSENT))}
