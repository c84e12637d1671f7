"""An answer: a response with its body decoded once, and what a check may ask of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from http import HTTPStatus
from itertools import compress
from operator import itemgetter
from typing import Any

from contracts.core.clause import Clause
from contracts.core.contract import Contract
from contracts.core.errors import BrokenAnswer, NotExercised, Reason
from contracts.core.exchange import Response
from contracts.core.finding import KEPT, Violation
from contracts.core.report import Outcome
from contracts.judging.outcome import outcome_of
from contracts.judging.schema import ListSchema, list_schema
from contracts.judging.strict_json import Document, Flaw, decode
from contracts.judging.values import ABSENT, describe, is_whole


@dataclass(frozen=True)
class Column:
    """Values from the elements of a list, in its order, and the index of the element that each belongs to.

    Most lists are uniform. Then a part of a column is the column itself, and nothing is built for each value.
    """

    indexes: Sequence[int]
    values: Sequence[Any]

    def __iter__(self) -> Iterator[tuple[int, Any]]:
        return zip(self.indexes, self.values, strict=True)

    def __len__(self) -> int:
        return len(self.values)

    @cached_property
    def objects(self) -> "Column":
        """Those of the values that are objects."""
        return self if self._types <= {dict} else self._those([type(value) is dict for value in self.values])

    @cached_property
    def texts(self) -> "Column":
        """Those of the values that are texts."""
        return self if self._types <= {str} else self._those([type(value) is str for value in self.values])

    @cached_property
    def whole_numbers(self) -> "Column":
        """Those of the values that are whole numbers, however they are written."""
        return self if self._types <= {int} else self._those(list(map(is_whole, self.values)))

    def member(self, name: str) -> "Column":
        """Return what a member of the values, which are objects, holds where it is there."""
        try:
            return Column(self.indexes, list(map(itemgetter(name), self.values)))
        except KeyError:
            return self._those([name in value for value in self.values]).member(name)

    @cached_property
    def _types(self) -> set[type]:
        return set(map(type, self.values))

    def _those(self, chosen: list[bool]) -> "Column":
        return Column(list(compress(self.indexes, chosen)), list(compress(self.values, chosen)))


@dataclass(frozen=True)
class Answer:
    """A response, as the contract of a resource reads it. Answers of the same content are the same value."""

    response: Response
    contract: Contract

    @cached_property
    def document(self) -> Document:
        """The strictly decoded body, whatever the status."""
        return decode(self.response.body)

    @property
    def is_text(self) -> bool:
        """Whether the body is UTF-8, so that its grammar can be judged at all; a byte order mark does not hinder."""
        document = self.document
        return document.value is not ABSENT or any(
            violation.clause == Flaw.GRAMMAR for violation in document.violations
        )

    @property
    def elements(self) -> list[Any] | None:
        """The list of the body, whatever the status, or None when there is none."""
        value = self.document.value
        elements = value.get(self.contract.key) if isinstance(value, dict) else None
        return elements if isinstance(elements, list) else None

    @property
    def holds_list(self) -> bool:
        """Whether it is a 200 with the list."""
        return self.response.status == HTTPStatus.OK and self.elements is not None

    @property
    def schema(self) -> ListSchema:
        """The schema of the body."""
        return list_schema(self.contract.schemas, self.contract.key)

    @cached_property
    def violations(self) -> dict[str, list[Violation]]:
        """What the schema of the list refuses in the value, by clause.

        Raises:
            NotExercised: there is no value to judge.
            CouldNotJudge: the body is beyond what strict decoding reads.
        """
        found: dict[str, list[Violation]] = {}
        for violation in self.schema.violations(self.require_value()):
            of_clause = found.setdefault(violation.clause, [])
            if len(of_clause) <= KEPT:
                of_clause.append(violation)
            else:  # the last one stands for all that nobody would read
                of_clause[-1] = of_clause[-1]._replace(times=of_clause[-1].times + violation.times)
        return found

    def outcome(self, clause: Clause) -> Outcome:
        """Return what a clause says of this answer, of those that judge one answer; it is judged once."""
        if clause.id not in self._outcomes:
            self._outcomes[clause.id] = outcome_of(clause, self.contract.checks[clause.id].steps(self))
        return self._outcomes[clause.id]

    @cached_property
    def _outcomes(self) -> dict[str, Outcome]:
        return {}

    def require_ok(self) -> Document:
        """Return the decoded body of a 200 answer.

        Raises:
            NotExercised: the status is another one; only a 200 promises the list.
        """
        if self.response.status != HTTPStatus.OK:
            raise NotExercised(f"the answer has status {self.response.status}: only a 200 promises the list")
        return self.document

    def require_value(self) -> Any:
        """Return the value of the body of a 200 answer.

        Raises:
            NotExercised: there is none, because the body is no JSON text.
            CouldNotJudge: the body is beyond what strict decoding reads.
        """
        document = self.require_ok()
        if document.problem:
            raise document.problem
        if document.value is ABSENT:
            raise NotExercised("the body is not JSON")
        return document.value

    def require_members(self) -> dict[str, Any]:
        """Return the members of the root object.

        Raises:
            NotExercised: the root is no object.
        """
        value = self.require_value()
        if not isinstance(value, dict):
            raise NotExercised("the root is not an object")
        return value

    def require_list(self) -> list[Any]:
        """Return the elements of the list.

        Raises:
            NotExercised: there is no list, or it is empty.
        """
        elements = self.require_members().get(self.contract.key)
        if not isinstance(elements, list):
            raise NotExercised(f"there is no array {self.contract.key}")
        if not elements:
            raise NotExercised(Reason.EMPTY_LIST)
        return elements

    def require_objects(self) -> Column:
        """Return the elements that are objects.

        Raises:
            NotExercised: there is none.
        """
        if not self._objects:
            raise NotExercised("no element of the list is an object")
        return self._objects

    @cached_property
    def _objects(self) -> Column:
        elements = self.require_list()
        return Column(range(len(elements)), elements).objects

    def column(self, name: str) -> Column:
        """Return what a member of the elements holds; it is looked up once.

        Raises:
            NotExercised: no element is an object.
        """
        if name not in self._columns:
            self._columns[name] = self.require_objects().member(name)
        return self._columns[name]

    @cached_property
    def _columns(self) -> dict[str, Column]:
        return {}

    @cached_property
    def member_names(self) -> set[str]:
        """The names of the members of all elements.

        Raises:
            NotExercised: no element is an object.
        """
        return set().union(*self.require_objects().values)


def text_of(document: Document) -> str:
    """Return a short text for what a body holds, for the received line of a finding."""
    if document.problem:
        raise BrokenAnswer(str(document.problem))
    return "a body that is not JSON" if document.value is ABSENT else describe(document.value)
