"""What a comparison comes to: an exit status."""

from contracts.comparison.difference import Comparison, Difference
from contracts.comparison.rules import Impact

#: What may fail a comparison, the worst first; what is unstable never does.
FAIL_ON = (Impact.BREAKING, Impact.VISIBLE, Impact.ADDITIVE)


def failing(comparison: Comparison, fail_on: Impact = Impact.BREAKING) -> tuple[Difference, ...]:
    """Return the differences that fail: as bad as ``fail_on`` or worse, and not accepted."""
    return tuple(difference for difference in comparison.differences if fails(difference, fail_on))


def fails(difference: Difference, fail_on: Impact = Impact.BREAKING) -> bool:
    """Whether a difference is as bad as ``fail_on`` or worse, and not accepted."""
    return difference.impact in FAIL_ON[: FAIL_ON.index(fail_on) + 1] and not difference.accepted


def exit_status(comparison: Comparison | None, fail_on: Impact = Impact.BREAKING, *, allow_empty: bool = False) -> int:
    """Return the exit status of a comparison; None stands for one of which a side could not be observed.

    0: nothing fails. 1: a difference fails, or an exception is stale. 3: a side could not be observed, or the old
    list is empty, so that nothing could have been broken: that is no evidence, unless ``allow_empty``. What fails
    outranks what could not be judged.
    """
    if comparison is None:
        return 3
    if failing(comparison, fail_on) or comparison.stale:
        return 1
    return 0 if comparison.old or allow_empty else 3
