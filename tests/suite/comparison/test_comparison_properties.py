"""Comparing any two lists: nothing is invented, nothing is left out, and only what is certain is called a breach."""

from collections import Counter
from copy import deepcopy
from datetime import date
from decimal import Decimal
from itertools import permutations
from random import Random
from typing import Any

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from observed import observed
from patch import patch

from contracts.comparison.accepted import Accepted
from contracts.comparison.compare import Difference, compare, instability
from contracts.comparison.hits import hits
from contracts.comparison.snapshot import CouldNotCompare, Observation
from contracts.comparison.values import text_of
from contracts.core.report import Impact
from contracts.event_categories.comparison import SUBJECT
from contracts.exceptions.entry import Entry
from contracts.judging.values import written

pytestmark = pytest.mark.uncounted
KEY = SUBJECT.key
Body = dict[str, Any]

# Small pools: two lists that are drawn apart have much in common, and numbers are equal in several forms. What could
# be drawn bit by bit is made beforehand, which takes a tenth of the time.
NUMBERS = (0, 1, 2, 3, Decimal("1.0"), written("1e0"), Decimal("0.5"), 2**53, -(2**63), 2**63, written("1e400"))
TEXTS = ("", "x", "y", "\ud800")
OTHERS = (None, True, False, [], [1], [Decimal("1.0")], [True], [None], {}, {"a": 1}, {"a": 1, "b": []}, [{"id": 1}])
VALUES = (*NUMBERS, *TEXTS, *OTHERS)
MEMBERS = ("display_name", "position", "extra", "ID", "a/b")
#: Members that nobody documented: a side may say something else of them in each reading.
ADDITIONAL = ("extra", "ID", "a/b")
_CHANCE = Random(20300131)
REST = st.sampled_from(
    [{m: _CHANCE.choice(VALUES) for m in _CHANCE.sample(MEMBERS, number % 4)} for number in range(400)]
)
EXTRAS = st.sampled_from(
    [{m: _CHANCE.choice(VALUES) for m in _CHANCE.sample(ADDITIONAL, number % 4)} for number in range(200)]
)
ROOTS = st.sampled_from(
    [{m: _CHANCE.choice(VALUES) for m in _CHANCE.sample(("meta", "~"), number % 3)} for number in range(90)]
)
IDS = st.sampled_from([each for size in range(6) for each in permutations("abcde", size)])
NAMES = st.sampled_from(list(permutations("vwxyz")))
#: Names for elements: the id, the name or both as given, and what stands in the place of the other.
KNOWN = st.sampled_from([("id", "name")] * 4 + [("id",), ("name",), ("id", None), (1, "name")])


@st.composite
def bodies(draw: st.DrawFn) -> Body:
    """Bodies whose elements can be told apart by id or by name; everything else is any value."""
    elements = []
    for known in zip(draw(IDS), draw(NAMES), strict=False):
        given_members, there = dict(zip(("id", "name"), known, strict=True)), draw(KNOWN)
        element = {member: text for member, text in given_members.items() if member in there}
        if None in there:
            element["name"] = None
        if 1 in there:
            element["id"] = 1
        elements.append({**draw(REST), **element})
    return {**draw(ROOTS), KEY: elements}


@st.composite
def renumbered(draw: st.DrawFn) -> Body:
    """Bodies as a conforming target has them: positions ascend, and other members are plain."""
    body = draw(bodies())
    start = draw(st.integers(0, 3))
    for number, element in enumerate(body[KEY], start):
        element |= {"position": number, "display_name": "x"}
    return body


ANY = bodies() | renumbered()


@st.composite
def again(draw: st.DrawFn, body: Body) -> Body:
    """The same documented content, in another order, with other additional members."""
    elements = draw(st.permutations(body[KEY]))
    documented = [{name: value for name, value in each.items() if name not in ADDITIONAL} for each in elements]
    return {**draw(ROOTS), KEY: [{**draw(EXTRAS), **element} for element in documented]}


@st.composite
def baselines(draw: st.DrawFn) -> Observation:
    """Sides that repeat themselves in documented content, if not in everything; read once to four times."""
    first = draw(ANY)
    others = [draw(again(first)) for _ in range(draw(st.integers(0, 3)))]
    return observed(SUBJECT, [first, *others])


@st.composite
def sides(draw: st.DrawFn) -> Observation:
    """Sides that repeat themselves, and such as say anything in each reading."""
    return draw(baselines() | st.lists(ANY, min_size=1, max_size=3).map(lambda found: observed(SUBJECT, found)))


def steady(body: Body) -> Observation:
    """A side that says the same twice."""
    return observed(SUBJECT, [body, deepcopy(body)])


@given(baselines())
def test_a_side_does_not_differ_from_itself(side: Observation) -> None:
    """compare(x, x) is empty, whatever x does not keep from reading to reading."""
    comparison = compare(SUBJECT, side, deepcopy(side))
    assert (comparison.differences, comparison.total) == ((), 0)


@given(sides(), sides())
def test_only_a_side_that_repeats_itself_is_a_baseline(old: Observation, new: Observation) -> None:
    """What is documented and differs within the old side is refused; within the new one it is told."""
    if instability(SUBJECT, old).documented:
        with pytest.raises(CouldNotCompare, match="it does not repeat itself, and is no baseline: "):
            compare(SUBJECT, old, new)
    else:
        assert bool(compare(SUBJECT, old, new).unsteady) == bool(instability(SUBJECT, new).documented)


#: Where one line says what another one would: the rules of lines, and of those that they leave out.
_SAID_BY = {
    "type-changed": ("client-unreadable", "client-readable"),
    **dict.fromkeys(("client-unreadable", "client-readable"), ("value-changed", "literal-changed", "position-changed")),
    "order-moved": ("position-changed", "positions-renumbered"),
}


def certain(old: Observation, new: Observation) -> set[tuple[str, object, str | None]]:
    """What is certain: rule, element and member of all differences that are stable."""
    stable = [d for d in compare(SUBJECT, old, new).differences if d.impact is not Impact.UNSTABLE]
    return {(d.rule.id, d.element, d.member) for d in stable}


def said(facts: set[tuple[str, object, str | None]]) -> set[tuple[str, object, str | None]]:
    """These facts, and those that their lines may have left out."""
    others = {
        (rule, None if rule == "positions-renumbered" else element, "position" if by == "order-moved" else member)
        for by, element, member in facts
        for rule in _SAID_BY.get(by, ())
    }
    return facts | others | {("positions-renumbered", None, None) for rule, *_ in facts if rule == "order-moved"}


def more(side: Observation, body: Body) -> Observation:
    """The side after one reading more."""
    bodies = [{**reading.top_level, KEY: list(reading.elements)} for reading in side.readings]
    return observed(SUBJECT, [*bodies, body], side.times + 1)


@pytest.mark.uncounted
@given(baselines(), sides(), st.data())
def test_no_reading_makes_anything_certain(old: Observation, new: Observation, data: st.DataObject) -> None:
    """A difference that is not stable does not become so when readings are added, whichever side they are of."""
    before = said(certain(old, new))
    longer = more(new, data.draw(ANY))
    assert certain(old, longer) <= before
    first = {**old.first.top_level, KEY: list(old.first.elements)}
    assert certain(more(old, data.draw(again(first))), new) <= before


@pytest.mark.uncounted
@given(baselines(), sides())
def test_what_is_certain_is_shown_by_every_pair_of_readings(old: Observation, new: Observation) -> None:
    """A second opinion, which compares every reading of one side with every one of the other."""
    shown = [
        {hit.key for group in hits(SUBJECT, one, other) for hit in group}
        for one in old.readings
        for other in new.readings
    ]
    changing = instability(SUBJECT, old).about
    keys = {hit.key: hit for group in hits(SUBJECT, old.first, new.first) for hit in group}
    every = {
        key
        for key, hit in keys.items()
        if all(key in each for each in shown)
        and not (hit.rule.id in ("value-changed", "literal-changed") and key[1:] in changing)
    }
    told = said(certain(old, new))
    for key in every:
        assert (keys[key].rule.id, keys[key].element, keys[key].member) in told
    for rule, element, member in certain(old, new):
        assert any(
            (keys[key].rule.id, keys[key].member) == (rule, member) and element == keys[key].element for key in every
        )


@pytest.mark.uncounted
@given(ANY, ANY)
def test_swapping_the_sides_mirrors_every_rule(old: Body, new: Body) -> None:
    """From the other side, each difference is told by the mirror of its rule."""

    def looks(differences: tuple[Difference, ...], *, mirrored: bool) -> Counter[tuple[str, str | None]]:
        return Counter((d.rule.mirror if mirrored else d.rule.id, d.member) for d in differences)

    there, back = compare(SUBJECT, steady(old), steady(new)), compare(SUBJECT, steady(new), steady(old))
    assert looks(there.differences, mirrored=True) == looks(back.differences, mirrored=False)
    assert (there.old, there.new, there.matched) == (back.new, back.old, back.matched)


@pytest.mark.uncounted
@given(st.permutations(range(8)))
def test_the_same_elements_moved_from_either_side(order: list[int]) -> None:
    """Which of two exchanged elements is said to have moved does not depend on which side is called old."""
    elements = [{"id": str(n), "name": f"n{n}", "position": n} for n in range(8)]
    one, other = steady({KEY: elements}), steady({KEY: [elements[n] for n in order]})
    there, back = compare(SUBJECT, one, other).differences, compare(SUBJECT, other, one).differences
    assert {d.element for d in there} == {d.element for d in back}
    assert {d.fingerprint for d in there} == {d.fingerprint for d in back}


@given(ANY, ANY)
def test_patching_old_gives_new(old: Body, new: Body) -> None:
    """Nothing is left out: values, their forms, the order, and the other members of the root."""
    before = deepcopy(old)
    one, other = steady(old).first, steady(new).first
    made = patch(SUBJECT, one, other, hits(SUBJECT, one, other))
    assert text_of(list(made.elements)) == text_of(list(other.elements))
    assert text_of(dict(made.top_level)) == text_of(dict(other.top_level))
    assert old == before


@pytest.mark.uncounted
@given(baselines(), sides())
def test_every_difference_is_told_once(old: Observation, new: Observation) -> None:
    """No two lines have one fingerprint, the worst come first, all are counted, and every text is one short line."""
    comparison = compare(SUBJECT, old, new)
    differences = comparison.differences
    assert len({d.fingerprint for d in differences}) == len(differences) == comparison.total
    assert [d.impact for d in differences] == sorted((d.impact for d in differences), key=list(Impact).index)
    assert {impact: comparison.counts[impact] for impact in Impact} == {
        impact: sum(d.impact is impact for d in differences) for impact in Impact
    }
    for difference in differences:
        for text in (difference.before, difference.after, difference.says, difference.place):
            assert len(text) < 500
            assert text.isprintable()
        assert difference.notices


@pytest.mark.uncounted
@given(ANY, ANY)
def test_what_one_reading_has_in_common_with_the_old_side_is_not_certain(one: Body, other: Body) -> None:
    """A new side that once says what the old one says differs from it in nothing that is certain."""
    found = compare(SUBJECT, steady(other), observed(SUBJECT, [one, other]))
    assert {d.impact for d in found.differences} <= {Impact.UNSTABLE}


@pytest.mark.uncounted
@given(baselines(), sides(), st.data())
def test_exceptions_excuse_what_they_name(old: Observation, new: Observation, data: st.DataObject) -> None:
    """An entry made of one difference accepts that one and no other, and leaves every other count as it was."""
    before = compare(SUBJECT, old, new)
    assume(before.differences)
    named = data.draw(st.sampled_from(before.differences))
    assume("\\" not in f"{named.member}" and "\ud800" not in f"{named.element}{named.member}")
    element = {"id": named.element.id, "name": named.element.name} if named.element else {}
    names = {"rule": named.rule.id, **element, "member": named.member, "after": named.after}
    entry = Entry(1, {key: value for key, value in names.items() if value is not None}, "agreed", date.max, "team")
    comparison = compare(SUBJECT, old, new, Accepted([entry]))
    assert [d.fingerprint for d in comparison.differences if d.accepted] == [named.fingerprint]
    assert comparison.accepted[named.impact] == 1
    assert comparison.counts[named.impact] == before.counts[named.impact] - 1
    assert comparison.stale == ()
    other = Entry(1, {**entry.names, "after": f"{named.after}?"}, "agreed", date.max, "team")
    assert compare(SUBJECT, old, new, Accepted([other])).counts == before.counts


@given(count=st.integers(2, 30), data=st.data(), renumber=st.booleans())
@example(count=12, data=None, renumber=True)
def test_moving_one_is_one_line(count: int, data: st.DataObject | None, *, renumber: bool) -> None:
    """One element that moves, from anywhere to anywhere, is one difference, however many it passes."""
    elements = [{"id": str(n), "name": f"n{n}", "display_name": "x", "position": n} for n in range(count)]
    old, new = (data.draw(st.integers(0, count - 1)) for _ in range(2)) if data else (count - 1, 0)
    changed = deepcopy(elements)
    changed.insert(new, changed.pop(old))
    if renumber:
        changed = [{**element, "position": number} for number, element in enumerate(changed)]
    differences = compare(SUBJECT, steady({KEY: elements}), steady({KEY: changed})).differences
    assert [d.rule.id for d in differences] == ["order-moved"] * (old != new)


@given(renumbered(), st.integers(1, 9))
def test_other_numbers_in_the_same_order_are_one_line(body: Body, shift: int) -> None:
    """Positions that all change and order the list as before are told together."""
    changed = deepcopy(body)
    for element in changed[KEY]:
        element["position"] += shift
    rules = [d.rule.id for d in compare(SUBJECT, steady(body), steady(changed)).differences]
    assert rules == {0: [], 1: ["position-changed"]}.get(len(body[KEY]), ["positions-renumbered"])


def test_more_differences_than_are_listed_are_counted() -> None:
    """The worst are listed, up to a number, those first that nobody accepted; the counts are of all."""
    elements = [{"id": f"i{n}", "name": f"n{n}", "display_name": "x"} for n in range(1010)]
    changed = [{**element, "display_name": "y"} for element in elements[1:]]
    entries = [
        Entry(n, {"rule": "display-text-changed", "id": f"i{n}", "member": "display_name"}, "agreed", date.max, "team")
        for n in range(1, 1000)
    ]
    comparison = compare(SUBJECT, steady({KEY: elements}), steady({KEY: changed}), Accepted(entries))
    assert len(comparison.differences) == 1000
    assert comparison.differences[0].rule.id == "element-removed"
    assert sum(not d.accepted for d in comparison.differences) == 11
    assert (comparison.counts[Impact.VISIBLE], comparison.accepted[Impact.VISIBLE]) == (10, 999)
    assert comparison.total == 1010
