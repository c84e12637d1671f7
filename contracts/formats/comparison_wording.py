"""The words that all writers of a comparison share."""

from collections.abc import Iterator
from itertools import islice

from contracts.comparison.difference import Comparison, Difference
from contracts.comparison.gate import Gate, Kind, Side
from contracts.core.text import counted, shorten
from contracts.formats.wording import plain

#: So many differences are written out for people; all are counted, and the JSON has them all.
SHOWN = 200
#: What flickers is told so many times.
FLICKERS_SHOWN = 20
_EMPTY = "the old list is empty, so that nothing could have been broken; --allow-empty accepts that"


def verdict(gate: Gate) -> str:
    """Return the verdict of a gate in one or two words."""
    if gate.status == 3:  # noqa: PLR2004 - could not judge
        return "inconclusive"
    if gate.failing:
        return gate.failing[0].impact.value  # the worst stands first
    return "stale exceptions" if gate.status else f"nothing {gate.fail_on.value}"


def headline(gate: Gate) -> str:
    """Return the result in a few words."""
    return f"{verdict(gate)}: {reason(gate) or gate.counts}"


def reason(gate: Gate) -> str:
    """Return why a gate could not decide, or an empty string."""
    if gate.problem:
        return gate.problem
    if gate.status == 3:  # noqa: PLR2004 - could not judge
        return f"{_EMPTY} ({gate.counts})"
    return ""


def last_line(gate: Gate) -> str:
    """Return the one line that can be quoted."""
    words = headline(gate)
    word = verdict(gate)
    narrowed = f"; a file narrowed {', '.join(gate.narrowed)}" if gate.narrowed else ""
    return plain(f"{word.upper()}{words[len(word) :]}: {gate.old.name} -> {gate.new.name}{narrowed}")


def called(difference: Difference) -> str:
    """Return what a difference is about: the element as people know it, or an empty string."""
    element = difference.element
    if element is None:
        return ""
    name, known = (shorten(text, 80) for text in (element.name or "", element.id or ""))
    return f"{name} ({known})" if name and known else name or known


def described(side: Side) -> str:
    """Return a side in words: what it is, of which target, and when it was observed."""
    parts = [side.kind.value]
    if side.kind is not Kind.URL:
        parts.append(f"of {side.target}")
    if side.taken:
        parts.append(f"at {side.taken}")
    return f"{side.name} ({', '.join(parts)})"


def shown(differences: tuple[Difference, ...]) -> tuple[Difference, ...]:
    """Return the differences that are written out for people."""
    return differences[:SHOWN]


def hidden(comparison: Comparison) -> str:
    """Return how many differences are not written out, or an empty string."""
    left = len(comparison.differences) - SHOWN
    return f"and {counted(left, 'more difference')}: the JSON has them all" if left > 0 else ""


def notes(comparison: Comparison) -> Iterator[str]:
    """Iterate over what is worth knowing beside the differences."""
    for side in comparison.read_once:
        yield f"the {side} side was read once: nobody knows what flickers in it"
    yield from (f"flickers: {words}" for words in islice(comparison.flickering, FLICKERS_SHOWN))
    left = len(comparison.flickering) - FLICKERS_SHOWN
    if left > 0:
        yield f"and {left:,} more that flicker"


def stale(comparison: Comparison) -> Iterator[str]:
    """Iterate over what is wrong with the exceptions that excuse nothing."""
    for acceptance in comparison.stale:
        yield f"exception {acceptance.number} for {acceptance.rule} {acceptance.words}"
