"""Evidence: what a run observed, in the form in which the checks judge it.

A list may change while it is judged: a deploy, a cache, a replica that is behind. So one difference between answers is
no proof of anything. A run that meets one observes the target a second time, and both observations are evidence.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from http import HTTPStatus
from typing import Any

from contracts.core.contract import LIST, QUERY, REPEAT, Contract, Note
from contracts.core.errors import (
    ContractsError,
    CouldNotJudge,
    NotApplicable,
    NotExercised,
    Reason,
    Unavailable,
    check_time,
    watched,
)
from contracts.core.exchange import Exchange, Response, intermediary
from contracts.core.finding import Finding, step
from contracts.core.report import Scope
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
    if {*map(type, before), *map(type, after)} - {dict}:
        return False
    return all(_agree_in(before, after, name) for name in contract.members)


def _changing_one_by_one(before: list[Any], after: list[Any], contract: Contract) -> set[str]:
    names = {name for element in watched((*before, *after)) for name in element} - set(contract.members)
    return {name for name in names if not _agree_in(before, after, name)}


def _agree_in(before: list[dict[str, Any]], after: list[dict[str, Any]], name: str) -> bool:
    """Whether a member has the same value in each element of two lists, or is there in neither."""
    check_time()
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


#: The name under which those refusals of the list stand that a file holds and no probe asked for.
REFUSED = "refused"
#: Probes that may be answered with the list as well: with the given credentials, with none, with made-up ones.
_XML, _GUEST, _MADE_UP = "xml", "anonymous", "invalid-token"

_FIREWALL = (
    "every request, with and without credentials, is answered 403: a gateway or firewall answers, and not the API; "
    "run the suite from a network that it admits, or send the header that it asks for: --header-env NAME=VARIABLE"
)


def unless_blocked(exchanges: Iterable[Exchange]) -> tuple[Exchange, ...]:
    """Return the exchanges; as failures, where whatever is asked meets the same 403, which tells nothing of the API."""
    exchanges = tuple(exchanges)
    asked = [exchange for exchange in exchanges if exchange.response and exchange.probe != "plaintext"]
    statuses = {exchange.response.status for exchange in asked if exchange.response}
    probes = {exchange.probe for exchange in asked}
    if statuses != {HTTPStatus.FORBIDDEN} or not {LIST, "anonymous"} <= probes:
        return exchanges
    return tuple(e if e.probe == "plaintext" else replace(e, failure=CouldNotJudge(_FIREWALL)) for e in exchanges)


def observed(exchange: Exchange) -> Response:
    """Return the response of the API.

    Raises:
        CouldNotJudge: there is none, or an intermediary answered in its place.
    """
    response = exchange.observed()
    if by := intermediary(response):
        raise Unavailable(f"the {exchange.probe} request was answered {by}: that is an intermediary, and not the API")
    return response


@dataclass(frozen=True)
class Evidence:
    """All exchanges of a run against a URL, what it was allowed to ask, and the contract that it is judged by.

    ``earlier`` is what the first observation showed, where these are the exchanges of the second; ``abandoned`` says
    why a second one that was begun is not there.
    """

    url: str
    exchanges: tuple[Exchange, ...]
    scope: Scope
    contract: Contract
    earlier: "Evidence | None" = field(default=None, compare=False, repr=False)
    abandoned: str = field(default="", compare=False, repr=False)
    _answers: dict[tuple[object, ...], Answer] = field(default_factory=dict, compare=False, repr=False)

    @cached_property
    def by_probe(self) -> Mapping[str, tuple[Exchange, ...]]:
        """The exchanges by the name of their probe."""
        names = dict.fromkeys(exchange.probe for exchange in self.exchanges)
        return {name: tuple(e for e in self.exchanges if e.probe == name) for name in names}

    def exchange(self, probe: str) -> Exchange:
        """Return the exchange of a probe.

        Raises:
            NotExercised: the request was not sent.
        """
        if probe not in self.by_probe:
            raise NotExercised(f"the {probe} request was not sent")
        return self.by_probe[probe][0]

    def require_asked(self, otherwise: str, *, asked: bool) -> None:
        """Refuse a clause about what only a run asks for, where it was not ``asked`` for: ``otherwise`` says why.

        Raises:
            NotExercised: these are the exchanges of a file, which shows nothing of it.
            NotApplicable: it was not asked for.
        """
        if self.scope.offline:
            raise NotExercised(Reason.BEYOND_FILE)
        if not asked:
            raise NotApplicable(otherwise)

    def response(self, probe: str) -> Response:
        """Return the response to a probe.

        Raises:
            NotExercised: the request was not sent.
            CouldNotJudge: there was no response, or none of the API.
        """
        return observed(self.exchange(probe))

    def answer(self, probe: str) -> Answer:
        """Return the answer to a probe; raises what :meth:`response` raises."""
        return self.answer_in(self.exchange(probe))

    def answer_in(self, exchange: Exchange) -> Answer:
        """Return the answer of an exchange.

        Raises:
            CouldNotJudge: there is none, or none of the API.
        """
        response = observed(exchange)
        headers = (*response.all("Content-Type"), None, *response.all("Location"))
        content = (response.status, response.reason, *headers, response.decoded, response.body)
        return self._answers.setdefault(content, Answer(response, self.contract))

    @cached_property
    def decisive(self) -> "Evidence":
        """The evidence of the observation that is judged: the second, if there is one that was completed.

        What a second observation does not ask again is carried over to it.
        """
        second = tuple(exchange for exchange in self.exchanges if exchange.observation != 1)
        if not second:
            return self
        first = tuple(exchange for exchange in self.exchanges if exchange.observation == 1)
        asked = {exchange.probe for exchange in second}
        carried = tuple(exchange for exchange in first if exchange.probe not in asked)
        earlier = replace(self, exchanges=first)
        later = replace(self, exchanges=(*second, *carried), earlier=earlier)
        missing = next((e.failure for e in second if e.probe in (LIST, REPEAT) and e.failure), None)
        if missing is None or (later.difference and not later.exchange(LIST).failure):
            return later
        return replace(earlier, abandoned=str(missing))

    @cached_property
    def difference(self) -> Finding | None:
        """What first differs between the plain answers, those to the documented request and to that with a parameter.

        Answers that did not come, or are beyond what can be judged, differ in nothing that anybody could say.
        """
        return next(self._differences((REPEAT, QUERY)), None)

    @cached_property
    def unsteady(self) -> str:
        """What first differs, in words, between answers that should hold one list: it calls for another observation."""
        found = self.difference or next(self._differences_of_lists(), None)
        return in_words(found) if found else ""

    def plain(self) -> Iterator[tuple[str, Answer]]:
        """Iterate over the answers that came to the documented request, each with the name of its probe."""
        for probe in (LIST, REPEAT):
            for exchange in self.by_probe.get(probe, ()):
                with suppress(CouldNotJudge):
                    yield probe, self.answer_in(exchange)

    def _differences(self, probes: Iterable[str]) -> Iterator[Finding]:
        for probe in probes:
            for exchange in self.by_probe.get(probe, ()):
                with suppress(ContractsError):  # what cannot be read cannot be compared either
                    found = differences(self.answer(LIST), self.answer_in(exchange), probe)
                    yield from (step for step in found if isinstance(step, Finding))

    def _differences_of_lists(self) -> Iterator[Finding]:
        # Guests may have a list of their own: it is held against another one of guests, where there is one.
        of_guests = _MADE_UP if self._holds_list(_MADE_UP) else LIST
        for one, other in ((LIST, _XML), (of_guests, _GUEST)):
            if self._holds_list(one) and self._holds_list(other):
                with suppress(ContractsError):  # as above
                    found = list_differences(self.answer(one), self.answer(other), other)
                    yield from (step for step in found if isinstance(step, Finding))

    def _holds_list(self, probe: str) -> bool:
        with suppress(ContractsError):
            return self.answer(probe).holds_list
        return False
