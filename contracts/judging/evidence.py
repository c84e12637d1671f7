"""Evidence: what a run observed, in the form in which the checks judge it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from http import HTTPStatus

from contracts.core.clause import LIST
from contracts.core.contract import Contract
from contracts.core.errors import CouldNotJudge, NotExercised
from contracts.core.exchange import Exchange, Response
from contracts.core.report import Scope
from contracts.judging.answer import Answer

#: The name under which those refusals of the list stand that a file holds and no probe asked for.
REFUSED = "refused"

_FIREWALL = (
    "every request, with and without credentials, is answered 403: a gateway or firewall answers, and not the API; "
    "run the suite from a network that it admits"
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


@dataclass(frozen=True)
class Evidence:
    """All exchanges of a run against a URL, what it was allowed to ask, and the contract that it is judged by."""

    url: str
    exchanges: tuple[Exchange, ...]
    scope: Scope
    contract: Contract

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
            CouldNotJudge: there was no response.
        """
        return self.exchange(probe).observed()

    def answer(self, probe: str) -> Answer:
        """Return the answer to a probe; raises what :meth:`response` raises."""
        return self.answer_in(self.exchange(probe))

    def answer_in(self, exchange: Exchange) -> Answer:
        """Return the answer of an exchange.

        Raises:
            CouldNotJudge: there is none.
        """
        response = exchange.observed()
        headers = (*response.all("Content-Type"), None, *response.all("Location"))
        content = (response.status, response.reason, *headers, response.body)
        return self._answers.setdefault(content, Answer(response, self.contract))

    @cached_property
    def _answers(self) -> dict[tuple[object, ...], Answer]:
        return {}
