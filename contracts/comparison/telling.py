"""Putting what differs into words: a rule and the values it is about become a difference."""

from dataclasses import dataclass
from typing import Any

from contracts.comparison.difference import Difference, Edit, Element, fingerprint_of
from contracts.comparison.flicker import Flickers
from contracts.comparison.matching import Pair
from contracts.comparison.members import Told
from contracts.comparison.rules import BY_ID, Audience, Impact, Rule
from contracts.comparison.subject import OTHERS, Subject
from contracts.comparison.values import shown
from contracts.core.finding import step
from contracts.core.text import shorten

#: What stands before and after, as texts or as values.
Texts = tuple[str, str]
Values = tuple[Any, Any]


@dataclass(frozen=True)
class Teller:
    """Makes differences of one comparison; what flickers makes them unstable, whatever their rule says."""

    subject: Subject
    flickers: Flickers

    def element(self, name: str, pair: Pair, texts: Texts, *edits: Edit) -> Difference:
        """Return a difference that is about an element as a whole, or about its place."""
        rule = BY_ID[name]
        unstable = self.flickers.touch(pair) or (name == "order-moved" and self.flickers.order)
        return Difference(
            rule,
            Impact.UNSTABLE if unstable else rule.impact,
            self._says(rule),
            self._place(pair),
            self._element(pair),
            None,
            *texts,
            self._everybody(rule),
            fingerprint_of(name, pair.matched_by, None),
            edits,
        )

    def member(self, told: Told, pair: Pair, member: str, values: Values, *edits: Edit) -> Difference:
        """Return a difference that is about a member of an element."""
        rule = BY_ID[told[0]]
        return Difference(
            rule,
            Impact.UNSTABLE if self.flickers.touch(pair, member) else rule.impact,
            self._says(rule, member),
            self._place(pair) + step(member),
            self._element(pair),
            member,
            shown(values[0]),
            shown(values[1]),
            told[1] or self.subject.readers(member),
            fingerprint_of(rule.id, pair.matched_by, member),
            edits,
        )

    def top_level(self, told: Told, member: str, values: Values) -> Difference:
        """Return a difference that is about a member of the root beside the list."""
        rule = BY_ID[told[0]]
        return Difference(
            rule,
            Impact.UNSTABLE if member in self.flickers.top_level else rule.impact,
            self._says(rule, member),
            step(member),
            None,
            member,
            shown(values[0]),
            shown(values[1]),
            told[1] or (OTHERS,),
            fingerprint_of(rule.id, None, member),
            (Edit(member=member, value=values[1]),),
        )

    def whole(self, name: str, texts: Texts, edits: tuple[Edit, ...]) -> Difference:
        """Return a difference that is about the list as a whole, and rests on nothing that flickers."""
        rule = BY_ID[name]
        place, audience = step(self.subject.key), self._everybody(rule)
        fingerprint = fingerprint_of(name, None, None)
        return Difference(rule, rule.impact, self._says(rule), place, None, None, *texts, audience, fingerprint, edits)

    def _says(self, rule: Rule, member: str = "") -> str:
        return rule.says.format(noun=self.subject.noun, member=shorten(member, 80))

    def _everybody(self, rule: Rule) -> tuple[str, ...]:
        keepers = (self.subject.keepers,) if rule.audience is Audience.KEEPERS else ()
        return self.subject.audience + keepers

    def _place(self, pair: Pair) -> str:
        index = pair.old_index if pair.new_index is None else pair.new_index
        return step(self.subject.key) + step(index or 0)

    def _element(self, pair: Pair) -> Element:
        texts = (pair.old.get(member) for member in (self.subject.id, self.subject.name))
        return Element(*(text if isinstance(text, str) else None for text in texts))
