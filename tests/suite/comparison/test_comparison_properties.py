"""Comparing any two lists: nothing is invented, nothing is left out, and nothing that flickers is called a breach."""

from collections import Counter
from copy import deepcopy
from decimal import Decimal
from itertools import permutations
from random import Random
from typing import Any

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from contracts.comparison.apply import apply
from contracts.comparison.compare import compare
from contracts.comparison.difference import Difference
from contracts.comparison.observation import Observation, observe
from contracts.comparison.rules import Impact
from contracts.comparison.values import identical
from contracts.event_categories.comparison import SUBJECT

KEY = SUBJECT.key
Body = dict[str, Any]

# Small pools: two lists that are drawn apart have much in common, and numbers are equal in several forms. What could
# be drawn bit by bit is made beforehand, which takes a tenth of the time.
NUMBERS = (0, 1, 2, 3, Decimal("1.0"), Decimal("1e0"), Decimal("0.5"), 2**53, -(2**63), 2**63, Decimal("1e400"))
TEXTS = ("", "x", "y", "\ud800")
OTHERS = (None, True, False, [], [1], [Decimal("1.0")], [True], [None], {}, {"a": 1}, {"a": 1, "b": []}, [{"id": 1}])
VALUES = (*NUMBERS, *TEXTS, *OTHERS)
MEMBERS = ("display_name", "position", "extra", "ID", "a/b")
_CHANCE = Random(20300131)
REST = st.sampled_from(
    [{m: _CHANCE.choice(VALUES) for m in _CHANCE.sample(MEMBERS, number % 4)} for number in range(400)]
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
def sides(draw: st.DrawFn) -> Observation:
    """Sides of which the second reading is missing, the same, or another one."""
    first = draw(ANY)
    kind = draw(st.sampled_from(["once", "steady", "instability"]))
    if kind == "once":
        return observe(SUBJECT, first)
    return observe(SUBJECT, first, deepcopy(first) if kind == "steady" else draw(ANY))


def steady(body: Body) -> Observation:
    """A side that says the same twice."""
    return observe(SUBJECT, body, deepcopy(body))


@given(sides())
def test_a_side_does_not_differ_from_itself(side: Observation) -> None:
    """compare(x, x) is empty, whatever flickers within x."""
    assert compare(SUBJECT, side, deepcopy(side)).differences == ()


@pytest.mark.uncounted
@given(sides(), sides())
def test_swapping_the_sides_mirrors_every_rule(old: Observation, new: Observation) -> None:
    """From the other side, each difference is told by the mirror of its rule, and what is unstable stays so."""

    def looks(differences: tuple[Difference, ...], *, mirrored: bool) -> Counter[tuple[str, str | None, bool]]:
        return Counter(
            (d.rule.mirror if mirrored else d.rule.id, d.member, d.impact is Impact.UNSTABLE) for d in differences
        )

    there, back = compare(SUBJECT, old, new), compare(SUBJECT, new, old)
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


@given(sides(), sides())
def test_applying_the_differences_to_old_gives_new(old: Observation, new: Observation) -> None:
    """Nothing is left out: values, their forms, the order, and the other members of the root."""
    before = deepcopy(old)
    made = apply(old.first, compare(SUBJECT, old, new).differences)
    assert identical(list(made.elements), list(new.first.elements))
    assert identical(dict(made.top_level), dict(new.first.top_level))
    assert old == before


@pytest.mark.uncounted
@given(sides(), sides())
def test_every_difference_is_told_once(old: Observation, new: Observation) -> None:
    """No two lines have one fingerprint, the worst come first, and every text is one short line."""
    differences = compare(SUBJECT, old, new).differences
    assert len({d.fingerprint for d in differences}) == len(differences)
    assert [d.impact for d in differences] == sorted((d.impact for d in differences), key=list(Impact).index)
    for difference in differences:
        for text in (difference.before, difference.after, difference.says, difference.place):
            assert len(text) < 500
            assert text.isprintable()
        assert difference.notices


@pytest.mark.uncounted
@given(ANY, ANY, st.booleans())
def test_what_differs_within_a_side_is_all_unstable(one: Body, other: Body, in_old: bool) -> None:  # noqa: FBT001
    """A side that once says what the other says, and once something else, differs from it in nothing that holds."""
    instability, plain = observe(SUBJECT, one, other), steady(other)
    old, new = (instability, plain) if in_old else (plain, instability)
    assert {d.impact for d in compare(SUBJECT, old, new).differences} <= {Impact.UNSTABLE}


@pytest.mark.uncounted
@given(ANY, ANY, st.data())
def test_a_field_that_flickers_is_never_breaking(old: Body, new: Body, data: st.DataObject) -> None:
    """Whatever else differs, no line of the field, and no line that carries its value, has any other class."""
    assume(new[KEY])
    index = data.draw(st.integers(0, len(new[KEY]) - 1))
    member = data.draw(st.sampled_from(["id", "name", *MEMBERS]))
    again = deepcopy(new)
    new[KEY][index][member] = "once" if member in ("id", "name") else 424242
    if data.draw(st.booleans()):
        again[KEY][index][member] = "then" if member in ("id", "name") else 434343
    comparison = compare(SUBJECT, steady(old), observe(SUBJECT, new, again))
    assert comparison.instability
    place = f"/{KEY}/{index}/{member.replace('/', '~1')}"
    gone = {d.element for d in comparison.differences if d.rule.id == "element-removed"}  # placed in the old list
    for difference in comparison.differences:
        if difference.element in gone:
            continue
        carried = [edit.value for edit in difference.edits if edit.member == member]
        if difference.place == place or new[KEY][index][member] in carried:
            assert difference.impact is Impact.UNSTABLE


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
