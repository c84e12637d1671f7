"""Evidence: what a run observed, in the form in which the checks judge it.

A list may change while it is judged: a deploy, a cache, a replica that is behind. So one difference between answers is
no proof of anything. A run that meets one observes the target a second time, and both observations are evidence.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from http import HTTPStatus

from contracts.core.clause import LIST, QUERY, REPEAT
from contracts.core.contract import Contract
from contracts.core.errors import ContractsError, CouldNotJudge, NotExercised, Unavailable
from contracts.core.exchange import Exchange, Response
from contracts.core.finding import Finding
from contracts.core.report import Scope
from contracts.core.statuses import intermediary
from contracts.judging.agreement import differences, in_words, list_differences
from contracts.judging.answer import Answer

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
        first = tuple(exchange for exchange in self.exchanges if exchange.observation == 1)
        if len(first) == len(self.exchanges):
            return self
        second = tuple(exchange for exchange in self.exchanges if exchange.observation != 1)
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
