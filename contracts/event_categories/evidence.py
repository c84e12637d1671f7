"""Evidence: what a run observed, decoded once, in the form in which the checks judge it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from contracts.core.errors import BrokenAnswer, CouldNotJudge, NotExercised
from contracts.core.exchange import Exchange, Response
from contracts.core.finding import shorten
from contracts.core.report import EMPTY_LIST, Scope
from contracts.event_categories.clauses import KEY
from contracts.event_categories.policy import Policy
from contracts.event_categories.schema import is_whole
from contracts.strict_json import ABSENT, Document, Rule, decode

#: The name under which those refusals of the collection stand that a file holds and no probe asked for.
REFUSED = "refused"
OK, UNAUTHORIZED, FORBIDDEN, TOO_MANY = 200, 401, 403, 429
CLIENT_ERRORS = range(400, 500)
#: What a gateway in front of the target says when it does not reach it.
GATEWAY_ERRORS = (502, 503, 504)
#: The statuses that tell of the moment and not of the contract: retried, and then could-not-judge.
UNAVAILABLE = (TOO_MANY, *GATEWAY_ERRORS)


@dataclass(frozen=True)
class Answer:
    """A response with its body decoded once. Answers of the same content are the same value: they are judged once."""

    response: Response
    #: What the checks found, by clause: kept, so that two probes with the same answer are not judged twice.
    judged: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def document(self) -> Document:
        """The strictly decoded body, whatever the status."""
        return decode(self.response.body)

    @property
    def is_text(self) -> bool:
        """Whether the body is UTF-8, so that its grammar can be judged at all; a byte order mark does not hinder."""
        document = self.document
        return document.value is not ABSENT or any(flaw.rule is Rule.GRAMMAR for flaw in document.flaws)

    @property
    def listing(self) -> Document:
        """The decoded body of a 200 answer.

        Raises:
            NotExercised: the status is another one; only a 200 promises the list.
        """
        if self.response.status != OK:
            raise NotExercised(f"the answer has status {self.response.status}: only a 200 promises the list")
        return self.document

    @property
    def value(self) -> Any:
        """The value of the body of a 200 answer.

        Raises:
            NotExercised: there is none, because the body is no JSON text.
            CouldNotJudge: the body is beyond what strict decoding reads.
        """
        document = self.listing
        if document.problem:
            raise document.problem
        if document.value is ABSENT:
            raise NotExercised("the body is not JSON")
        return document.value

    @property
    def decoded(self) -> Any:
        """The value of the body, whatever the status, or ABSENT."""
        return self.document.value

    @property
    def members(self) -> dict[str, Any]:
        """The members of the root object.

        Raises:
            NotExercised: the root is no object.
        """
        value = self.value
        if not isinstance(value, dict):
            raise NotExercised("the root is not an object")
        return value

    @cached_property
    def elements(self) -> list[Any]:
        """The elements of the list.

        Raises:
            NotExercised: there is no list, or it is empty.
        """
        elements = self.members.get(KEY)
        if not isinstance(elements, list):
            raise NotExercised(f"there is no array {KEY}")
        if not elements:
            raise NotExercised(EMPTY_LIST)
        return elements

    @property
    def categories(self) -> list[tuple[int, dict[str, Any]]]:
        """The elements that are objects, each with its index.

        Raises:
            NotExercised: there is none.
        """
        if not self._objects:
            raise NotExercised("no element of the list is an object")
        return self._objects

    @cached_property
    def _objects(self) -> list[tuple[int, dict[str, Any]]]:
        return [pair for pair in enumerate(self.elements) if isinstance(pair[1], dict)]

    @cached_property
    def positions(self) -> list[tuple[int, Any]]:
        """The positions that are whole numbers, each with the index of its category.

        Raises:
            NotExercised: there is no category.
        """
        found = ((index, category.get("position")) for index, category in self.categories)
        # Nearly every position is an int; asking that first halves the time for a long list.
        return [(index, position) for index, position in found if type(position) is int or is_whole(position)]

    @cached_property
    def member_names(self) -> set[str]:
        """The names of the members of all categories.

        Raises:
            NotExercised: there is no category.
        """
        return set().union(*(category for _, category in self.categories))


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
    if statuses != {FORBIDDEN} or not {"list", "anonymous"} <= probes:
        return exchanges
    return tuple(e if e.probe == "plaintext" else replace(e, failure=CouldNotJudge(_FIREWALL)) for e in exchanges)


@dataclass(frozen=True)
class Evidence:
    """All exchanges of a run, and the facts about the target that clauses depend on.

    ``live`` is false for a loopback target; ``plaintext``, ``unsafe`` and ``burst`` tell whether the run asked the
    plain-HTTP twin, the unsafe methods and for the rate limit. ``offline`` evidence comes from a file, and
    ``headless`` evidence from one that holds a body alone.
    """

    url: str
    exchanges: tuple[Exchange, ...]
    policy: Policy = Policy.EITHER
    live: bool = False
    plaintext: bool = False
    unsafe: bool = False
    burst: bool = False
    offline: bool = False
    headless: bool = False
    _answers: dict[tuple[object, ...], Answer] = field(default_factory=dict, repr=False, compare=False)

    @property
    def scope(self) -> Scope:
        """What the judgement depends on beside the exchanges."""
        flags = (self.live, self.plaintext, self.unsafe, self.burst, self.offline, self.headless)
        return Scope(str(self.policy), *flags)

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
        return self._answers.setdefault(content, Answer(response))


def list_of(value: Any) -> list[Any] | None:
    """Return the list of a decoded body, or None when there is none."""
    elements = value.get(KEY) if isinstance(value, dict) else None
    return elements if isinstance(elements, list) else None


def describe(value: Any) -> str:
    """Return a short text for a decoded value: scalars as JSON writes them, containers by their size."""
    if isinstance(value, dict):
        return f"an object with {len(value):,} member{'s' * (len(value) != 1)}"
    if isinstance(value, list):
        return f"an array of {len(value):,}"
    if isinstance(value, str):
        return '"' + shorten(value) + '"'
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int) and value.bit_length() > 4096:  # noqa: PLR2004 - str() of more would be refused
        return f"an integer of {value.bit_length():,} bits"
    return shorten(str(value))


def text_of(document: Document) -> str:
    """Return a short text for what a body holds, for the received line of a finding."""
    if document.problem:
        raise BrokenAnswer(str(document.problem))
    return "a body that is not JSON" if document.value is ABSENT else describe(document.value)
