"""What a side does not keep from reading to reading: nothing that rests on it alone is a difference of sides."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from contracts.comparison.hits import Hit, hits
from contracts.comparison.observation import Known, Observation
from contracts.comparison.subject import Subject
from contracts.core.deadline import watched
from contracts.core.text import shorten

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
