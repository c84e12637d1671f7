"""A difference between two lists, and all of them together."""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from contracts.comparison.rules import Impact, Rule
from contracts.comparison.subject import Subject
from contracts.comparison.values import ABSENT


@dataclass(frozen=True)
class Element:
    """What a difference calls its element: id and name as the old side has them, or as the new one does if new."""

    id: str | None
    name: str | None


@dataclass(frozen=True)
class Edit:
    """What makes the new list of the old one; indices count from 0, in the list of their side.

    With a ``member``: that member of the old element, or of the root without ``old_index``, becomes ``value``, or
    goes when that is ABSENT. Without: the element leaves ``old_index`` and stands at ``new_index``, as ``value`` when
    it is new; None is nowhere.
    """

    old_index: int | None = None
    new_index: int | None = None
    member: str | None = None
    value: Any = ABSENT


@dataclass(frozen=True)
class Difference:
    """One difference.

    ``place`` is a JSON Pointer into the new body, or into the old one for what is gone. ``before`` and ``after`` are
    short texts on one line; whole values are in ``edits``. ``notices`` names who notices. ``fingerprint`` stays the
    same as long as the same thing differs, whatever the values. ``accepted`` is why it is accepted, or empty.
    """

    rule: Rule
    impact: Impact
    says: str
    place: str
    element: Element | None
    member: str | None
    before: str
    after: str
    notices: tuple[str, ...]
    fingerprint: str
    edits: tuple[Edit, ...] = ()
    accepted: str = ""


@dataclass(frozen=True)
class StaleAcceptance:
    """An exception that excuses nothing: ``number`` counts from 1 in its file, ``words`` say what is wrong with it."""

    number: int
    rule: str
    words: str


@dataclass(frozen=True)
class Comparison:
    """What two sides differ in, the worst first.

    ``old``, ``new`` and ``matched`` count elements. ``instability`` says what differs between the two readings of one
    side, whether or not the sides differ in it; ``read_once`` names the sides of which nobody knows that.
    """

    subject: Subject
    differences: tuple[Difference, ...]
    old: int
    new: int
    matched: int
    instability: tuple[str, ...] = ()
    read_once: tuple[str, ...] = ()
    stale: tuple[StaleAcceptance, ...] = ()


def fingerprint_of(rule: str, matched_by: tuple[str, str] | None, member: str | None) -> str:
    """Return 16 hexadecimal digits for what differs: no value that may flicker is in it."""
    text = json.dumps([rule, matched_by, member])
    return hashlib.sha256(text.encode("ascii")).hexdigest()[:16]
