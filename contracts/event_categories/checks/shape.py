"""From the schema's departures to the breaches of one clause."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from contracts.core.finding import KEPT
from contracts.event_categories.checks.registry import Breach
from contracts.event_categories.evidence import Answer, describe
from contracts.event_categories.schema import ENVELOPE, Departure, departures


@dataclass
class _Found:
    """The departures from the subschema of one clause: the first of them, and the number of all."""

    first: list[Departure] = field(default_factory=list)
    count: int = 0


def breaches(answer: Answer, clause: str) -> Iterator[Breach]:
    """Iterate over the breaches of a clause that the schema of the envelope finds in an answer.

    Those beyond what a report keeps come as one breach that counts for all of them.
    """
    found = _found(answer).get(clause, _Found())
    for number, departure in enumerate(found.first, 1):
        received = "nothing" if departure.missing else describe(departure.value)
        breach = Breach(departure.where, departure.expected, received)
        yield breach._replace(times=found.count - KEPT) if number > KEPT else breach


def with_member(answer: Answer, member: str) -> int:
    """Return how many categories have a member."""
    if not _found(answer):
        return len(answer.categories)
    return sum(member in category for _, category in answer.categories)


def _found(answer: Answer) -> dict[str, _Found]:
    if "departures" not in answer.judged:
        found: dict[str, _Found] = {}
        for departure in departures(ENVELOPE, answer.value):
            of_clause = found.setdefault(departure.clause, _Found())
            of_clause.count += departure.times
            if len(of_clause.first) <= KEPT:
                of_clause.first.append(departure)
        answer.judged["departures"] = found
    kept: dict[str, _Found] = answer.judged["departures"]
    return kept
