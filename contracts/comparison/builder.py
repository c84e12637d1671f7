"""From the rules that were hit to differences: what one line says is not told by another, and each has its words."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from contracts.comparison.difference import Difference, Element
from contracts.comparison.hits import Hit, Key
from contracts.comparison.observation import Pair
from contracts.comparison.rules import Audience
from contracts.comparison.subject import OTHERS, Subject
from contracts.comparison.values import shown
from contracts.core.finding import step
from contracts.core.report import Impact
from contracts.core.text import counted, shorten

_MOVED, _RENUMBERED = "order-moved", "positions-renumbered"
_OF_CLIENTS = ("client-unreadable", "client-readable")
#: The rules that say no more than the reading of a client does, where that changed as well.
_OF_VALUES = ("value-changed", "literal-changed", "position-changed", "display-text-changed")


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


@dataclass(frozen=True)
class DifferenceBuilder:
    """Makes differences of the rules that were hit; ``impact_of`` is that of a hit, as far as it is certain."""

    subject: Subject
    impact_of: Callable[[Hit], Impact]

    def lines(self, groups: Iterable[list[Hit]]) -> Iterator[Line]:
        """Iterate over what is told of groups of hits, each about one element: every fact in one line."""
        renumbered: Line | None = None
        for group in groups:
            for line in self._merged([Line(hit, self.impact_of(hit)) for hit in group]):
                if line.hit.rule.id == _RENUMBERED:
                    renumbered = line
                elif line.position and renumbered and line.is_like(renumbered):
                    yield line._replace(others=renumbered.hit.times)
                    renumbered = None
                else:
                    yield line
        if renumbered:
            yield renumbered

    def _merged(self, lines: list[Line]) -> Iterator[Line]:
        if len(lines) < 2:  # noqa: PLR2004 - nothing to merge
            yield from lines
            return
        of_member: dict[str | None, dict[str, Line]] = defaultdict(dict)
        for line in lines:
            of_member[line.hit.member][line.hit.rule.id] = line
        moved = of_member[None].get(_MOVED)
        position = of_member[self.subject.position].get("position-changed") if self.subject.position else None
        carried = position if moved and position and moved.is_like(position) else None
        if carried and _is_said(carried, of_member[self.subject.position]):
            carried = None
        for line in lines:
            same = of_member[line.hit.member]
            if line is moved and carried:
                yield line._replace(position=carried.hit)
            elif line.hit.rule.id == "type-changed":
                clients = (each.hit.clients for name in _OF_CLIENTS if (each := same.get(name)) and each.is_like(line))
                yield line._replace(clients=sum(clients, ()))
            elif line is not carried and not _is_said(line, same):
                yield line

    def build(self, line: Line, accepted: str) -> Difference:
        """Return the difference of a line."""
        hit, rule = line.hit, line.hit.rule
        says = rule.says.format(noun=self.subject.noun, member=shorten(hit.member or "", 80))
        element, notices = self.element(hit.pair), self._notices(line)
        texts = self.before(line), self.after(line)
        fingerprint = _fingerprint(hit.key)
        return Difference(
            rule, line.impact, says, self._place(hit), element, hit.member, *texts, notices, fingerprint, accepted
        )

    def before(self, line: Line) -> str:
        """Return the text for what was there."""
        return self._text(line, line.hit.before, line.position and line.position.before)

    def after(self, line: Line) -> str:
        """Return the text for what is there."""
        others = f"; {counted(line.others, 'other')} renumbered" if line.others else ""
        return self._text(line, line.hit.after, line.position and line.position.after) + others

    def element(self, pair: Pair | None) -> Element | None:
        """Return what the element of a pair is called."""
        known = pair and (pair.old or pair.new)
        if not known:
            return None
        texts = (known.get(member) for member in (self.subject.id, self.subject.name))
        return Element(*(text if isinstance(text, str) else None for text in texts))

    def _text(self, line: Line, value: object, position: object) -> str:
        if line.hit.rule.id not in (_MOVED, _RENUMBERED):
            return shown(value)
        return f"{value}, {self.subject.position} {shown(position)}" if line.position else str(value)

    def _place(self, hit: Hit) -> str:
        root = step(self.subject.key)
        if hit.pair is None:
            return root if hit.member is None else step(hit.member)
        index = hit.pair.old_index if hit.pair.new_index is None else hit.pair.new_index
        return root + step(index or 0) + ("" if hit.member is None else step(hit.member))

    def _notices(self, line: Line) -> tuple[str, ...]:
        hit = line.hit
        if hit.clients:
            return hit.clients
        if hit.member is None:
            keepers = (self.subject.keepers,) if hit.rule.audience is Audience.KEEPERS else ()
            return self.subject.audience + keepers
        readers = self.subject.readers(hit.member) if hit.pair else (OTHERS,)
        return tuple(dict.fromkeys((*readers, *line.clients)))


def _is_said(line: Line, same: dict[str, Line]) -> bool:
    """Whether another line about the same member says what this one does: of a type, or of the reading of a client."""
    rule = line.hit.rule.id
    if rule in _OF_CLIENTS:
        return "type-changed" in same and same["type-changed"].is_like(line)
    unstable = line.impact is Impact.UNSTABLE
    return rule in _OF_VALUES and any(
        name in same and (unstable or same[name].impact is not Impact.UNSTABLE) for name in _OF_CLIENTS
    )


def _fingerprint(key: Key) -> str:
    """Return 16 hexadecimal digits for what differs: no value that may change from answer to answer is in it."""
    return hashlib.sha256(json.dumps(key).encode("ascii")).hexdigest()[:16]
