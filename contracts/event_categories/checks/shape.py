"""From the schema's departures to the breaches of one clause."""

from collections.abc import Iterator

from contracts.core.finding import step
from contracts.event_categories.checks.registry import Breach
from contracts.event_categories.evidence import Answer, describe
from contracts.event_categories.schema import ENVELOPE, Departure, departures


def breaches(answer: Answer, clause: str) -> Iterator[Breach]:
    """Iterate over the breaches of a clause that the schema of the envelope finds in an answer."""
    for departure in _found(answer):
        if departure.clause == clause:
            received = "nothing" if departure.missing else describe(departure.value)
            yield Breach(departure.where, departure.expected, received)


def missing(answer: Answer, member: str) -> int:
    """Return how many categories lack a member."""
    return sum(departure.missing and departure.where.endswith(step(member)) for departure in _found(answer))


def _found(answer: Answer) -> list[Departure]:
    if "departures" not in answer.judged:
        answer.judged["departures"] = list(departures(ENVELOPE, answer.value))
    found: list[Departure] = answer.judged["departures"]
    return found
