"""Comparing two sides: what differs for certain, what rests on what a side does not keep, and the worst of it first."""

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from heapq import nsmallest
from typing import NamedTuple

from contracts.comparison.accepted import Accepted
from contracts.comparison.hits import Element, Hit, Key, Known, hits
from contracts.comparison.rules import OF_CLIENTS, OF_ORDER, OF_PRESENCE, OF_VALUES, Audience, Rule
from contracts.comparison.snapshot import CouldNotCompare, Observation
from contracts.comparison.subject import OTHERS, Subject
from contracts.comparison.values import named, shown
from contracts.core.errors import watched
from contracts.core.finding import step
from contracts.core.report import Impact
from contracts.core.text import counted
from contracts.exceptions.entry import Entry

#: So many differences are listed, the worst of them; all are counted.
LISTED = 1000
#: So many kinds of things that change are told; of most targets it is one.
_TOLD = 20
#: So much of what only some answers show is named.
_NAMED = 5
_WORST_FIRST = {impact: number for number, impact in enumerate(Impact)}
#: The rules that say no more than the reading of a client does, where that changed as well.
_SAID_BY_CLIENTS = (*OF_VALUES, "position-changed", "display-text-changed")


@dataclass(frozen=True)
class Difference:
    """One difference.

    ``place`` is a JSON Pointer into the new body, or into the old one for what is gone. ``before`` and ``after`` are
    short texts on one line. ``notices`` names who notices. ``fingerprint`` stays the same as long as the same thing
    differs, whatever the values. ``accepted`` is why it is accepted, or empty.
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
    accepted: str


@dataclass(frozen=True)
class StaleAcceptance:
    """An exception that excuses nothing: ``number`` counts from 1 in its file, ``words`` say what is wrong with it."""

    number: int
    rule: str
    words: str


@dataclass(frozen=True)
class Comparison:
    """What two sides differ in.

    ``differences`` are the first of them, the worst first; ``counts`` has the number of all by impact, without those
    that are accepted, which ``accepted`` counts by impact. ``old``, ``new`` and ``matched`` count elements.
    ``partly`` says by impact what only some answers of the new side show, although the old side keeps it.
    ``instability`` says what a side does not keep from reading to reading, whether or not the sides differ in it;
    ``unsteady`` why nothing certain can be said of the new side, or is empty; ``read_once`` names the sides of which
    nobody knows what they keep. ``expiring`` is when the exceptions that end soon do.
    """

    subject: Subject
    differences: tuple[Difference, ...]
    counts: Mapping[Impact, int]
    old: int
    new: int
    matched: int
    accepted: Mapping[Impact, int]
    instability: tuple[str, ...]
    partly: Mapping[Impact, str]
    unsteady: str
    read_once: tuple[str, ...]
    stale: tuple[StaleAcceptance, ...]
    expiring: tuple[date, ...]

    @property
    def total(self) -> int:
        """The number of all differences."""
        return sum(map(self.of, Impact))

    def of(self, impact: Impact) -> int:
        """Return how many differences of an impact there are, accepted or not."""
        return self.counts[impact] + self.accepted[impact]


def compare(subject: Subject, old: Observation, new: Observation, accepted: Accepted | None = None) -> Comparison:
    """Return what two sides differ in.

    A difference has its impact if every reading of the new side shows it against every reading of the old one. What
    the old side does not keep itself is unstable; a value is, where the old side has another one in each reading.

    Raises:
        CouldNotCompare: the old side does not repeat itself in documented content: there is nothing to compare with.
        Late: the time of the run was over before every element was compared.
    """
    before, after = instability(subject, old), instability(subject, new)
    if before.documented:
        raise CouldNotCompare(f"it does not repeat itself, and is no baseline: {before.documented}")
    accepted = accepted or Accepted()
    # Of a single pair of readings everything is certain; looking that up takes as long as comparing.
    by_reading = [] if len(old.readings) == len(new.readings) == 1 else _shown(subject, old, new)
    certain = set.intersection(*map(set, by_reading)) if by_reading else None

    def impact_of(hit: Hit) -> Impact:
        kept = hit.rule.id not in OF_VALUES or (hit.known, hit.member) not in before.about
        return hit.rule.impact if kept and (certain is None or hit.key in certain) else Impact.UNSTABLE

    counts: Counter[tuple[bool, Impact]] = Counter()
    by_rule: Counter[str] = Counter()

    def told() -> Iterator[_Told]:
        lines = _lines(subject, hits(subject, old.first, new.first), impact_of)
        for number, line in enumerate(lines):
            entries = _excusing(subject, line, accepted)
            counts[bool(entries), line.impact] += 1
            by_rule[line.hit.rule.id] += 1
            yield number, line, entries

    listed = _listed(told())
    seen = {key: hit for each in by_reading for key, hit in each.items()}
    sometimes = [hit for key, hit in seen.items() if key not in (certain or ())]
    changing = {member for _, member in before.about | after.about}

    def is_needed(entry: Entry) -> bool:
        """Whether nobody knows that an entry which matches nothing today will match nothing tomorrow."""
        return bool(after.documented) or entry.names.get("member") in changing

    return Comparison(
        subject,
        tuple(_difference(subject, line, entries, accepted.today) for _, line, entries in watched(listed, every=16)),
        {impact: counts[False, impact] for impact in Impact},
        old=len(old.first.elements),
        new=len(new.first.elements),
        matched=len(old.first.elements) - by_rule["element-removed"],
        accepted={impact: counts[True, impact] for impact in Impact},
        instability=(*(f"old: {words}" for words in before.words), *(f"new: {words}" for words in after.words)),
        partly=_in_words(hit for hit in sometimes if not _excusing(subject, Line(hit, hit.rule.impact), accepted)),
        unsteady=after.documented and f"it does not repeat itself: {after.documented}",
        read_once=tuple(name for name, side in (("old", old), ("new", new)) if side.times == 1),
        stale=tuple(
            StaleAcceptance(each.number, each.names["rule"], f"expired on {day}" if day else "matches nothing any more")
            for each, day in accepted.stale(is_needed)
        ),
        expiring=accepted.expiring,
    )


def _shown(subject: Subject, old: Observation, new: Observation) -> list[dict[Key, Hit]]:
    """Return for each reading of the new side what it shows against all of the old one."""
    found: list[dict[Key, Hit]] = []
    for reading in new.readings:
        first, *others = (
            {hit.key: hit for group in watched(hits(subject, one, reading)) for hit in group} for one in old.readings
        )
        found.append({key: hit for key, hit in first.items() if all(key in each for each in others)})
    return found


def _in_words(partly: Iterable[Hit]) -> dict[Impact, str]:
    """Return in words, by impact, what some readings of the new side show against all of the old one.

    The old side keeps it, so that it is not unstable; it is as certain that it may come as that it need not.
    """
    found: dict[Impact, dict[str, None]] = defaultdict(dict)
    for hit in partly:
        if hit.rule.id not in (*OF_VALUES, *OF_ORDER):
            found[hit.rule.impact][f"{hit.rule.id} {named(hit.member)}".rstrip()] = None
    return {impact: ", ".join(list(words)[:_NAMED]) for impact, words in found.items()}


# what a side does not keep


@dataclass(frozen=True)
class Instability:
    """What a side does not keep: of which element which member, all of it in words, and in words what is documented."""

    about: frozenset[tuple[Known | None, str | None]]
    words: tuple[str, ...]
    documented: str


def instability(subject: Subject, side: Observation) -> Instability:
    """Return what a side does not keep from its first reading to each other one."""
    about: dict[tuple[Known | None, str | None], None] = {}
    elements: dict[str, set[Known | None]] = defaultdict(set)
    documented: set[str] = set()
    for reading in side.readings[1:]:
        for group in watched(hits(subject, side.first, reading)):
            # Of an element that comes or goes, that is all that is told.
            for hit in group[:1] if group and group[0].rule.id in OF_PRESENCE else group:
                what = _what(subject, hit)
                about[hit.known, hit.member] = None
                elements[what].add(hit.known)
                if _is_documented(subject, hit):
                    documented.add(what)
    words = {what: _of_elements(subject, what, known) for what, known in elements.items()}
    listed, left = list(words.values())[:_TOLD], len(words) - _TOLD
    more = [f"and {left:,} more"] if left > 0 else []
    told = (words[what] for what in words if what in documented)
    return Instability(frozenset(about), (*listed, *more), "; ".join(told))


def _what(subject: Subject, hit: Hit) -> str:
    if hit.rule.id in OF_PRESENCE:
        return f"which {subject.nouns} it lists"
    if hit.member is None:
        return "the order of the list" if hit.pair else f"{subject.position}"
    name = named(hit.member)
    return name if hit.pair else f"the member {name} of the root"


def _of_elements(subject: Subject, what: str, elements: Iterable[Known | None]) -> str:
    """Return what changes with the elements in which it does; None is among them for what is about no single one."""
    names = [named(known[1]) for known in elements if known]
    if what.startswith(("which ", "the ")) or not names:
        return what
    return f"{what} of " + (f"{len(names):,} {subject.nouns}" if names[1:] else f'the {subject.noun} "{names[0]}"')


def _is_documented(subject: Subject, hit: Hit) -> bool:
    if hit.pair is None:
        return hit.rule.id == "positions-renumbered"
    # The form of a number, and so who can read it, leaves documented content as it is.
    return hit.rule.id in OF_PRESENCE or (
        hit.member in subject.members and hit.rule.id not in ("literal-changed", *OF_CLIENTS)
    )


# what one line says is not told by another


class Line(NamedTuple):
    """A hit that is told by itself, with what is told beside it: clients that notice, and positions that followed."""

    hit: Hit
    impact: Impact
    clients: tuple[str, ...] = ()
    position: Hit | None = None
    others: int = 0

    def is_like(self, other: "Line") -> bool:
        """Whether both are unstable, or neither is."""
        return (self.impact is Impact.UNSTABLE) == (other.impact is Impact.UNSTABLE)


def _lines(subject: Subject, groups: Iterable[list[Hit]], impact_of: Callable[[Hit], Impact]) -> Iterator[Line]:
    """Iterate over what is told of groups of hits, each about one element: every fact in one line."""
    renumbered: Line | None = None
    for group in watched(groups):
        for line in _merged(subject, [Line(hit, impact_of(hit)) for hit in group]):
            if line.hit.rule.id == "positions-renumbered":
                renumbered = line
            elif line.position and renumbered and line.is_like(renumbered):
                yield line._replace(others=renumbered.hit.times)
                renumbered = None
            else:
                yield line
    if renumbered:
        yield renumbered


def _merged(subject: Subject, lines: list[Line]) -> Iterator[Line]:
    of_member: dict[str | None, dict[str, Line]] = defaultdict(dict)
    for line in lines:
        of_member[line.hit.member][line.hit.rule.id] = line
    moved, position = of_member[None].get("order-moved"), of_member[subject.position].get("position-changed")
    carried = position if moved and position and moved.is_like(position) else None
    if carried and _is_said(carried, of_member[subject.position]):
        carried = None
    for line in lines:
        same = of_member[line.hit.member]
        if carried and line is moved:
            yield line._replace(position=carried.hit)
        elif line.hit.rule.id == "type-changed":
            clients = (each.hit.clients for name in OF_CLIENTS if (each := same.get(name)) and each.is_like(line))
            yield line._replace(clients=sum(clients, ()))
        elif line is not carried and not _is_said(line, same):
            yield line


def _is_said(line: Line, same: dict[str, Line]) -> bool:
    """Whether another line about the same member says what this one does: of a type, or of the reading of a client."""
    if line.hit.rule.id in OF_CLIENTS:
        return "type-changed" in same and same["type-changed"].is_like(line)
    clients = [same[name] for name in OF_CLIENTS if name in same]
    unstable = line.impact is Impact.UNSTABLE
    return line.hit.rule.id in _SAID_BY_CLIENTS and any(
        unstable or other.impact is not Impact.UNSTABLE for other in clients
    )


# a line in words

#: The number of a line, the line, and the exceptions that excuse it.
_Told = tuple[int, Line, list[Entry]]


def _listed(told: Iterable[_Told]) -> list[_Told]:
    """Return the worst of the lines, those first that nobody accepted where not all are listed; the worst first."""

    def impact(each: _Told) -> int:
        return _WORST_FIRST[each[1].impact]

    first = nsmallest(LISTED, told, key=lambda each: (bool(each[2]), impact(each), each[0]))
    return sorted(first, key=lambda each: (impact(each), each[0]))


def _excusing(subject: Subject, line: Line, accepted: Accepted) -> list[Entry]:
    element = line.hit.element
    named = {"id": element.id, "name": element.name} if element else None
    return accepted.matching(line.hit.rule.id, line.hit.member, named, lambda: _after(subject, line))


def _difference(subject: Subject, line: Line, entries: Iterable[Entry], today: date) -> Difference:
    hit = line.hit
    return Difference(
        hit.rule,
        line.impact,
        hit.rule.says.format(noun=subject.noun, member=named(hit.member)),
        _place(subject, hit),
        hit.element,
        hit.member,
        _text(subject, line, hit.before, line.position and line.position.before),
        _after(subject, line),
        _notices(subject, line),
        # No value that may change from answer to answer is in the fingerprint.
        hashlib.sha256(json.dumps(hit.key).encode("ascii")).hexdigest()[:16],
        "; ".join(f"accepted {entry.until(today)}" for entry in entries),
    )


def _after(subject: Subject, line: Line) -> str:
    others = f"; {counted(line.others, 'other')} renumbered" if line.others else ""
    return _text(subject, line, line.hit.after, line.position and line.position.after) + others


def _text(subject: Subject, line: Line, value: object, position: object) -> str:
    if line.hit.rule.id not in OF_ORDER:
        return shown(value)
    return f"{value}, {subject.position} {shown(position)}" if line.position else str(value)


def _place(subject: Subject, hit: Hit) -> str:
    member = "" if hit.member is None else step(hit.member)
    if hit.pair is None:
        return member or step(subject.key)
    index = hit.pair.old_index if hit.pair.new_index is None else hit.pair.new_index
    return step(subject.key) + step(index or 0) + member


def _notices(subject: Subject, line: Line) -> tuple[str, ...]:
    hit = line.hit
    if hit.clients:
        return hit.clients
    if hit.member is None:
        keepers = (subject.keepers,) if hit.rule.audience is Audience.KEEPERS else ()
        return subject.audience + keepers
    readers = subject.readers(hit.member) if hit.pair else (OTHERS,)
    return tuple(dict.fromkeys((*readers, *line.clients)))
