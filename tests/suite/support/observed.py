"""One side of a comparison, from bodies as strict decoding gives them."""

from collections.abc import Iterable
from typing import Any

from contracts.comparison.snapshot import Observation, Reading
from contracts.comparison.subject import Subject
from contracts.comparison.values import text_of


def observed(subject: Subject, bodies: Iterable[Any], times: int = 0) -> Observation:
    """What was read so often, if that is more than there are bodies; of those that are written alike the first."""
    bodies = tuple(bodies)
    readings = {
        text_of(body): Reading(list(body[subject.key]), {k: v for k, v in body.items() if k != subject.key})
        for body in reversed(bodies)
    }
    distinct = [readings[text] for text in dict.fromkeys(map(text_of, bodies))]
    return Observation(tuple(distinct), times or len(bodies)).comparable(subject)
