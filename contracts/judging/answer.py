"""An answer: a response with its body decoded once, and what a check may ask of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from http import HTTPStatus
from itertools import compress
from itertools import count as endless
from operator import itemgetter
from typing import Any

from contracts.core.contract import Clause, Contract, Note, Steps
from contracts.core.errors import (
    BrokenAnswer,
    ContractsError,
    CouldNotJudge,
    Late,
    NotApplicable,
    NotExercised,
    Reason,
    watched,
)
from contracts.core.exchange import Response
from contracts.core.finding import KEPT, Finding, Violation
from contracts.core.report import Outcome, State
from contracts.core.text import bounded
from contracts.judging.schema import ListSchema, list_schema
from contracts.judging.strict_json import Document, Flaw, decode
from contracts.judging.values import ABSENT, describe, is_whole

#: A longer place or text of a finding is cut: it is for a person to read, and stands in every format.
_LONGEST = 1000


def outcome_of(clause: Clause, steps: Steps) -> Outcome:
    """Run a check to its end and return what became of its clause: the first findings, and the number of all.

    Raises:
        Late: the time of the run is over: what was found so far is not all.
        TypeError: the check returned no number of observations, which is a fault of the suite.
    """
    findings: list[Finding] = []
    notes: list[str] = []
    count = observations = 0
    problem: ContractsError | None = None
    try:
        for _ in watched(endless()):
            step = next(steps)
            if isinstance(step, Note):
                notes.append(bounded(step.text, _LONGEST))
                continue
            count += step.times
            if len(findings) < KEPT:
                findings.append(_finding(clause, step))
    except StopIteration as stop:
        if type(stop.value) is not int:
            raise TypeError(f"the check of {clause.id} returned {stop.value!r}, not a number of observations") from None
        observations = stop.value
    except Late:
        raise
    except ContractsError as error:
        problem = error
        observations = count  # what was found was looked at
    return _ended(Outcome(clause, State.HELD, observations, tuple(findings), count, notes=tuple(notes)), problem)


def _finding(clause: Clause, found: Finding) -> Finding:
    where, expected, received = (bounded(text, _LONGEST) for text in (found.where, found.expected, found.received))
    return replace(found, where=where, expected=expected, received=received, clause=clause.id, times=1)


def late(clause: Clause) -> Outcome:
    """Return the outcome of a clause for which no time was left."""
    return Outcome(clause, State.INCONCLUSIVE, reason=Reason.LATE.sentence, because=Reason.LATE)


def unjudged(clause: Clause, problem: ContractsError) -> Outcome:
    """Return the outcome of a clause whose check was not run, and why not."""
    return _ended(Outcome(clause, State.NOT_EXERCISED), problem)


def _ended(judged: Outcome, problem: ContractsError | None) -> Outcome:
    """Return what was judged with the state that it gives, when a problem, or none, ended the check."""
    reason = str(problem or "")
    if judged.count:
        state = State.BREACHED
    elif isinstance(problem, NotApplicable):
        state = State.NOT_APPLICABLE
    elif isinstance(problem, CouldNotJudge):
        state = State.INCONCLUSIVE
    elif problem or not judged.observations:
        state, reason = State.NOT_EXERCISED, reason or "the answer holds nothing to judge it on"
    else:
        state = State.HELD
    because = problem.because if isinstance(problem, NotExercised) else None
    return replace(judged, state=state, reason=reason, because=because)


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
