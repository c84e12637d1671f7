"""Comparing two sides: what differs for certain, what rests on what a side does not keep, and the worst of it first."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import product

from contracts.comparison.accepted import Accepted
from contracts.comparison.builder import DifferenceBuilder, Line
from contracts.comparison.difference import Comparison, Difference, StaleAcceptance
from contracts.comparison.hits import Hit, Key, hits
from contracts.comparison.observation import CouldNotCompare, Known, Observation, Reading, identity_of
from contracts.comparison.subject import Subject
from contracts.core.errors import watched
from contracts.core.report import Impact
from contracts.core.text import shorten
from contracts.exceptions.entry import Entry

#: So many kinds of things that change are told; of most targets it is one.
_TOLD = 20
_PRESENCE = ("element-removed", "element-added")
#: What leaves documented content as it is: the form of a number, and so who can read it.
_OF_FORMS = ("literal-changed", "client-unreadable", "client-readable")


@dataclass(frozen=True)
class Instability:
    """What a side does not keep: of which element which member, all of it in words, and in words what is documented.

    ``rules`` are those by which its readings differ.
    """

    about: frozenset[tuple[Known | None, str | None]] = frozenset()
    rules: frozenset[str] = frozenset()
    words: tuple[str, ...] = ()
    documented: str = ""


def instability(subject: Subject, side: Observation) -> Instability:
    """Return what a side does not keep from its first reading to each other one."""
    about: set[tuple[Known | None, str | None]] = set()
    rules: set[str] = set()
    elements: dict[str, set[Known | None]] = defaultdict(set)
    documented: dict[str, bool] = defaultdict(bool)
    for reading in side.readings[1:]:
        for hit in _facts(hits(subject, side.first, reading)):
            known = hit.pair and hit.pair.known
            about.add((known, hit.member))
            rules.add(hit.rule.id)
            what = _what(subject, hit)
            elements[what].add(known)
            documented[what] |= _is_documented(subject, hit)
    words = {what: _words(subject, what, known) for what, known in elements.items()}
    left = len(words) - _TOLD
    more = (f"and {left:,} more",) if left > 0 else ()
    told = [words[what] for what in words if documented[what]]
    listed = *list(words.values())[:_TOLD], *more
    return Instability(frozenset(about), frozenset(rules), listed, "; ".join(told[:_TOLD]))


def _facts(groups: Iterable[list[Hit]]) -> Iterator[Hit]:
    """Iterate over the hits; of an element that comes or goes only over that."""
    for group in watched(groups):
        yield from group[:1] if group and group[0].rule.id in _PRESENCE else group


def _what(subject: Subject, hit: Hit) -> str:
    if hit.rule.id in _PRESENCE:
        return f"which {subject.nouns} it lists"
    if hit.member is None:
        return "the order of the list" if hit.pair else f"{subject.position}"
    name = shorten(hit.member, 80)
    return name if hit.pair else f"the member {name} of the root"


def _words(subject: Subject, what: str, elements: set[Known | None]) -> str:
    """Return what changes with the elements in which it does; None is among them for what is about no single one."""
    known = sorted(each[1] for each in elements if each)
    if what.startswith(("which ", "the ")) or not known:
        return what
    of = f'the {subject.noun} "{shorten(known[0], 80)}"' if len(known) == 1 else f"{len(known):,} {subject.nouns}"
    return f"{what} of {of}"


def _is_documented(subject: Subject, hit: Hit) -> bool:
    if hit.pair is None:
        return hit.rule.id == "positions-renumbered"
    return hit.rule.id in _PRESENCE or (hit.member in subject.members and hit.rule.id not in _OF_FORMS)


#: So many differences are listed, the worst of them; all are counted.
LISTED = 1000
_WORST_FIRST = {impact: number for number, impact in enumerate(Impact)}
#: The rules that are about a value alone: presence, type and what a client can read are judged apart from it.
_OF_VALUES = ("value-changed", "literal-changed")
_OF_ORDER = ("order-moved", "positions-renumbered")
#: So much of what only some answers show is named.
_NAMED = 5


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
    doubtful = _doubtful(subject, old, new, before, after)

    def impact_of(hit: Hit) -> Impact:
        kept = hit.rule.id not in _OF_VALUES or (hit.pair and hit.pair.known, hit.member) not in before.about
        return hit.rule.impact if kept and hit.key not in doubtful else Impact.UNSTABLE

    accepted = accepted or Accepted()
    listing = _Listing(DifferenceBuilder(subject, impact_of), accepted)
    listing.read(hits(subject, old.first, new.first))
    partly = _partly(subject, old, new, listing) if after.rules - {*_OF_VALUES, *_OF_ORDER} else {}
    changing = {member for _, member in before.about | after.about}

    def is_needed(entry: Entry) -> bool:
        """Whether nobody knows that an entry which matches nothing today will match nothing tomorrow."""
        return bool(after.documented) or entry.names.get("member") in changing

    return Comparison(
        subject,
        listing.differences(),
        listing.counts(accepted=False),
        old=len(old.first.elements),
        new=len(new.first.elements),
        matched=len(old.first.elements) - listing.removed,
        accepted=listing.counts(accepted=True),
        instability=(*(f"old: {words}" for words in before.words), *(f"new: {words}" for words in after.words)),
        partly=partly,
        unsteady=after.documented and f"it does not repeat itself: {after.documented}",
        read_once=tuple(name for name, side in (("old", old), ("new", new)) if side.times == 1),
        stale=tuple(
            StaleAcceptance(each.number, each.names["rule"], f"expired on {day}" if day else "matches nothing any more")
            for each, day in accepted.stale(is_needed)
        ),
        expiring=accepted.expiring,
    )


def _doubtful(
    subject: Subject, old: Observation, new: Observation, before: Instability, after: Instability
) -> set[Key]:
    """Return what the first readings differ in, and not every reading of the new side from every one of the old."""
    _, *pairs = product(old.readings, new.readings)
    about = before.about | after.about
    moving = any(member is None for _, member in about)

    def may_differ(hit: Hit) -> bool:
        """Whether another pair of readings could say otherwise: of what both sides keep, all say the same."""
        if after.documented or (moving and hit.rule.id in _OF_ORDER):
            return True
        known = (
            {None} if hit.pair is None else {next(identity_of(subject, e)) for e in (hit.pair.old, hit.pair.new) if e}
        )
        return any((each, hit.member) in about for each in known)

    first = _each(subject, old.first, new.first) if pairs else ()
    doubtful = {hit.key for hit in first if may_differ(hit)}
    shown = set(doubtful)
    for one, other in pairs:
        if shown:
            shown.intersection_update(hit.key for hit in _each(subject, one, other))
    return doubtful - shown


def _partly(subject: Subject, old: Observation, new: Observation, listing: "_Listing") -> dict[Impact, str]:
    """Return in words what some readings of the new side show against all of the old one, and others do not.

    The old side keeps it, so that it is not unstable; it is as certain that it may come as that it need not.
    """
    shown: list[dict[Key, Hit]] = []
    for reading in new.readings:
        first, *others = ({hit.key: hit for hit in _each(subject, one, reading)} for one in old.readings)
        shown.append({key: hit for key, hit in first.items() if all(key in each for each in others)})
    every = set(shown[0]).intersection(*shown)
    some = {key: hit for each in shown for key, hit in each.items() if key not in every}
    found: dict[Impact, dict[str, None]] = defaultdict(dict)
    for hit in some.values():
        if hit.rule.id not in (*_OF_VALUES, *_OF_ORDER) and not listing.excusing(Line(hit, hit.rule.impact)):
            found[hit.rule.impact][f"{hit.rule.id} {shorten(hit.member or '', 80)}".rstrip()] = None
    return {impact: ", ".join(list(words)[:_NAMED]) for impact, words in found.items()}


def _each(subject: Subject, old: Reading, new: Reading) -> Iterator[Hit]:
    return (hit for group in watched(hits(subject, old, new)) for hit in group)


class _Listing:
    """The differences as they are read: each is counted, and the worst of them are kept to be written out."""

    def __init__(self, builder: DifferenceBuilder, accepted: Accepted) -> None:
        self.removed = 0
        self._builder = builder
        self._accepted = accepted
        self._counts: Counter[tuple[bool, Impact]] = Counter()
        self._kept: dict[tuple[bool, int], list[tuple[int, Line, list[Entry]]]] = {}

    def read(self, groups: Iterable[list[Hit]]) -> None:
        """Count what is told of groups of hits, and keep the first of each impact."""
        for number, line in enumerate(self._builder.lines(watched(groups))):
            self.removed += line.hit.rule.id == "element-removed"
            entries = self.excusing(line)
            self._counts[bool(entries), line.impact] += 1
            kept = self._kept.setdefault((bool(entries), _WORST_FIRST[line.impact]), [])
            if len(kept) < LISTED:
                kept.append((number, line, entries))

    def excusing(self, line: Line) -> list[Entry]:
        """Return the exceptions that excuse a line."""
        element = self._builder.element(line.hit.pair)
        named = (_as_written(element.id), _as_written(element.name)) if element else None
        return self._accepted.matching(
            line.hit.rule.id, _as_written(line.hit.member), named, lambda: self._builder.after(line)
        )

    def counts(self, *, accepted: bool) -> dict[Impact, int]:
        """Return how many differences of each impact are accepted, or are not."""
        return {impact: self._counts[accepted, impact] for impact in Impact}

    def differences(self) -> tuple[Difference, ...]:
        """Return the worst of them, those first that nobody accepted where not all are listed; the worst first."""
        chosen = [each for key in sorted(self._kept) for each in self._kept[key]][:LISTED]
        chosen.sort(key=lambda each: (_WORST_FIRST[each[1].impact], each[0]))
        return tuple(self._builder.build(line, self._why(entries)) for _, line, entries in watched(chosen, every=16))

    def _why(self, entries: Iterable[Entry]) -> str:
        return "; ".join(f"accepted {entry.until(self._accepted.today)}" for entry in entries)


def _as_written(text: str | None) -> str | None:
    """Return a text as a file of exceptions can hold it: TOML has no lone surrogates."""
    return text and text.encode("utf-8", "backslashreplace").decode()
