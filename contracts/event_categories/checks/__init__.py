"""The checks: one small function a clause, in files named after the sections of the contract.

A check is a generator over evidence. It yields a :class:`Breach` for everything that is wrong and a :class:`Note`
for what is worth knowing, and returns the number of things it looked at: a check that looked at nothing proves
nothing. It raises NotExercised, NotApplicable or CouldNotJudge when there is nothing to look at.
"""

from contracts.event_categories.checks import (  # noqa: F401 - importing them fills the tables
    auth,
    category,
    client,
    envelope,
    error,
    http,
    listing,
    repetition,
    text,
    transport,
)
from contracts.event_categories.checks.registry import (
    ANSWER_CHECKS,
    RUN_CHECKS,
    Breach,
    Judged,
    Note,
    Steps,
    judge,
)

__all__ = ["ANSWER_CHECKS", "RUN_CHECKS", "Breach", "Judged", "Note", "Steps", "judge"]
