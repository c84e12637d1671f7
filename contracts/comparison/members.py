"""Which rules tell the change of one value: of a member of an element, or of the root."""

from collections.abc import Iterator
from typing import Any

from contracts.comparison.clients import Client
from contracts.comparison.rules import BY_ID, Impact
from contracts.comparison.subject import Subject
from contracts.comparison.values import ABSENT, equal, identical, kind

#: A rule, and the clients whose reading changed, where that is what the rule is about.
Told = tuple[str, tuple[str, ...]]


def of_element(subject: Subject, member: str, before: Any, after: Any) -> Iterator[Told]:
    """Iterate over the rules that tell a change of a member of an element; none when there is no change.

    Where several do, all say it of the same values: a new member that a client cannot read is new, and unreadable.
    """
    if identical(before, after):
        return
    lost, gained = readability(subject, member, before, after)
    yield from _told(
        "member-added", "member-removed", _same_type(subject, member), before, after, clients=(lost, gained)
    )


def of_root(subject: Subject, before: Any, after: Any) -> Iterator[Told]:
    """Iterate over the rules that tell a change of a member of the root beside the list."""
    if identical(before, after):
        return
    names = [(c.name, _reads_root(c, before), _reads_root(c, after)) for c in subject.clients]
    lost = tuple(name for name, could, can in names if could and not can)
    gained = tuple(name for name, could, can in names if can and not could)
    added, removed = "top-level-member-added", "top-level-member-removed"
    yield from _told(added, removed, "value-changed", before, after, clients=(lost, gained))


def readability(subject: Subject, member: str, before: Any, after: Any) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return which clients cannot read a member of an element any more, and which can now; ABSENT can be read."""
    names = [(c.name, _reads(c, member, before), _reads(c, member, after)) for c in subject.clients]
    lost = tuple(name for name, could, can in names if could and not can)
    return lost, tuple(name for name, could, can in names if can and not could)


def _told(
    added: str, removed: str, changed: str, before: Any, after: Any, *, clients: tuple[tuple[str, ...], tuple[str, ...]]
) -> Iterator[Told]:
    lost, gained = clients
    if before is ABSENT or after is ABSENT:
        yield added if before is ABSENT else removed, ()
    elif kind(before) != kind(after):
        if before is not None and after is not None:
            yield "type-changed", ()
            return  # it is breaking already, and names everybody who reads the member
        yield "type-widened" if before is None else "type-narrowed", ()
    else:
        rule = "literal-changed" if equal(before, after) else changed
        if BY_ID[rule].impact is Impact.BREAKING or not (lost or gained):
            yield rule, ()
    if lost:
        yield "client-unreadable", lost
    if gained:
        yield "client-readable", gained


def _same_type(subject: Subject, member: str) -> str:
    """Return the rule for a member that has another value of the same type."""
    if member in (subject.id, subject.name):
        return "id-changed" if member == subject.id else "name-changed"
    if member in subject.references:
        return "reference-changed"
    if member == subject.position:
        return "position-changed"
    return "display-text-changed" if member in subject.display else "value-changed"


def _reads(client: Client, member: str, value: Any) -> bool:
    return value is ABSENT or client.reads(member, value)


def _reads_root(client: Client, value: Any) -> bool:
    return value is ABSENT or client.reads_top_level(value)
