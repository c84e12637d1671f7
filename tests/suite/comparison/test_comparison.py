"""Comparing two sides: every kind of difference is told once, in its class, and says who notices."""

import json
import re
from collections.abc import Callable
from copy import deepcopy
from dataclasses import is_dataclass, replace
from decimal import Decimal
from hashlib import sha256
from importlib import import_module
from itertools import combinations, permutations
from pkgutil import iter_modules
from typing import Any

import pytest
from observed import observed

from contracts import comparison
from contracts.comparison.compare import Comparison, compare
from contracts.comparison.hits import moved
from contracts.comparison.rules import BY_ID, FORMER, RULES
from contracts.comparison.snapshot import CouldNotCompare, Observation
from contracts.comparison.subject import OTHERS, Client, Subject
from contracts.core.report import Impact
from contracts.event_categories import go_client
from contracts.event_categories.comparison import SUBJECT
from contracts.judging.values import ABSENT, written

KEY = SUBJECT.key
GO, JAVASCRIPT, RUBY = (client.name for client in SUBJECT.clients)
NAMES = ("app_operations", "addons", "deployments", "domains")
Body = dict[str, Any]


def body(count: int = 4) -> Body:
    """A list of categories, as strict decoding gives it; the fourth has members of its own."""
    names = [*NAMES, *(f"category_{number}" for number in range(4, count))][:count]
    elements: list[Body] = [
        {"id": f"id{number}", "name": name, "display_name": name.title(), "position": number}
        for number, name in enumerate(names, 1)
    ]
    elements[3] |= {"note": "old", "count": 3, "ratio": Decimal("0.5"), "tags": ["a", 1], "gone": None}
    return {KEY: elements, "meta": None, "others": []}


def sides(old: Any, new: Any, *, subject: Subject = SUBJECT) -> Comparison:
    """The comparison of two bodies, each read twice and the same."""
    return compare(subject, *(observed(subject, [body, deepcopy(body)]) for body in (old, new)))


def sides_of(body: Any) -> Observation:
    """A side that was read once."""
    return observed(SUBJECT, [body])


def told(comparison: Comparison) -> list[tuple[str, str, str | None, str | None]]:
    """What each difference says: rule, class, id of the element and member."""
    return [(d.rule.id, d.impact.value, d.element and d.element.id, d.member) for d in comparison.differences]


def _set(index: int, **members: Any) -> Callable[[Body], None]:
    return lambda new: new[KEY][index].update(members)


def _drop(index: int, member: str) -> Callable[[Body], None]:
    return lambda new: new[KEY][index].pop(member)


def _root(**members: Any) -> Callable[[Body], None]:
    return lambda new: new.update(members)


def _new(**members: Any) -> Body:
    return {"id": "id9", "name": "new", "display_name": "New", "position": 9, **members}


def _move(old: int, new: int, *, renumber: bool = False) -> Callable[[Body], None]:
    def change(new_body: Body) -> None:
        elements = new_body[KEY]
        elements.insert(new, elements.pop(old))
        if renumber:
            for number, element in enumerate(elements, 1):
                element["position"] = number

    return change


def _insert(index: int, element: Body, *, renumber: bool = False) -> Callable[[Body], None]:
    def change(new: Body) -> None:
        new[KEY].insert(index, element)
        if renumber:
            for number, each in enumerate(new[KEY], 1):
                each["position"] = number

    return change


def _swap_positions(new: Body) -> None:
    new[KEY][1]["position"], new[KEY][2]["position"] = 3, 2


def _remove(index: int) -> Callable[[Body], None]:
    return lambda new: new[KEY].pop(index)


def _swap_identities(new: Body) -> None:
    new[KEY][0]["id"], new[KEY][1]["id"] = "id2", "id1"


B, V, A = "breaking", "visible", "additive"
#: What is done to the list, and what a comparison says of it: rule, class, id of the element, member.
DIFFERENCES: dict[str, tuple[Callable[[Body], Any], list[tuple[str, str, str | None, str | None]]]] = {
    "a category goes": (_remove(1), [("element-removed", B, "id2", None)]),
    "the first one goes": (_remove(0), [("element-removed", B, "id1", None)]),
    "a category comes at the end": (_insert(4, _new()), [("element-added", A, "id9", None)]),
    "one comes in front, without a number of its own": (
        _insert(0, _new(position=0)),
        [("element-added", A, "id9", None)],
    ),
    "one comes in front, and all are renumbered": (
        _insert(0, _new(), renumber=True),
        [("positions-renumbered", V, None, None), ("element-added", A, "id9", None)],
    ),
    "one comes that Go cannot read": (
        _insert(4, _new(position=Decimal("9.0"))),
        [("client-unreadable", B, "id9", "position"), ("element-added", A, "id9", None)],
    ),
    "one comes that JavaScript rounds": (
        _insert(4, _new(position=2**53)),
        [("client-unreadable", B, "id9", "position"), ("element-added", A, "id9", None)],
    ),
    "another id": (_set(0, id="other"), [("id-changed", B, "id1", "id")]),
    "another name": (_set(0, name="other"), [("name-changed", B, "id1", "name")]),
    "another id and name": (
        _set(0, id="x", name="y"),
        [("element-removed", B, "id1", None), ("element-added", A, "x", None)],
    ),
    "two exchange their ids": (
        _swap_identities,
        [
            ("name-changed", B, "id2", "name"),
            ("name-changed", B, "id1", "name"),
            ("display-text-changed", V, "id2", "display_name"),
            ("display-text-changed", V, "id1", "display_name"),
            ("order-moved", V, ..., None),
        ],
    ),
    "an id becomes a number": (_set(0, id=7), [("type-changed", B, "id1", "id")]),
    "an id becomes null": (_set(0, id=None), [("became-null", B, "id1", "id")]),
    "an id goes": (_drop(0, "id"), [("member-removed", B, "id1", "id")]),
    "a name becomes null": (_set(0, name=None), [("became-null", B, "id1", "name")]),
    "a name becomes a list": (_set(0, name=["addons"]), [("type-changed", B, "id1", "name")]),
    "a name goes": (_drop(0, "name"), [("member-removed", B, "id1", "name")]),
    "a display name goes": (_drop(0, "display_name"), [("member-removed", B, "id1", "display_name")]),
    "a display name is another": (_set(0, display_name="x"), [("display-text-changed", V, "id1", "display_name")]),
    "a display name differs by case": (
        _set(0, display_name="app_operations"),
        [("display-text-changed", V, "id1", "display_name")],
    ),
    "a display name becomes null": (_set(0, display_name=None), [("became-null", B, "id1", "display_name")]),
    "a display name becomes a number": (_set(0, display_name=1), [("type-changed", B, "id1", "display_name")]),
    "a display name becomes an object": (
        _set(0, display_name={"en": "x"}),
        [("type-changed", B, "id1", "display_name")],
    ),
    "a position is another": (_set(3, position=8), [("position-changed", V, "id4", "position")]),
    "two positions in the same order": (
        lambda new: (_set(2, position=7)(new), _set(3, position=8)(new)),
        [("positions-renumbered", V, None, None)],
    ),
    "two positions in the same order, of which JavaScript rounds one": (
        lambda new: (_set(2, position=7)(new), _set(3, position=2**53)(new)),
        [("client-unreadable", B, "id4", "position"), ("position-changed", V, "id3", "position")],
    ),
    "two positions exchanged": (
        _swap_positions,
        [("position-changed", V, "id2", "position"), ("position-changed", V, "id3", "position")],
    ),
    "a position becomes text": (_set(0, position="1"), [("type-changed", B, "id1", "position")]),
    "a position becomes true": (_set(0, position=True), [("type-changed", B, "id1", "position")]),
    "a position becomes null": (_set(0, position=None), [("became-null", B, "id1", "position")]),
    "a position becomes a fraction": (_set(0, position=Decimal("1.5")), [("client-unreadable", B, "id1", "position")]),
    "a position gets a fraction of zero": (
        _set(0, position=Decimal("1.0")),
        [("client-unreadable", B, "id1", "position")],
    ),
    "a position gets an exponent": (_set(0, position=written("1e0")), [("client-unreadable", B, "id1", "position")]),
    "a position that JavaScript rounds": (_set(3, position=2**53), [("client-unreadable", B, "id4", "position")]),
    "a position beyond 64 bits": (_set(3, position=2**63), [("client-unreadable", B, "id4", "position")]),
    "the largest exact position": (_set(3, position=2**53 - 1), [("position-changed", V, "id4", "position")]),
    "a position goes": (_drop(0, "position"), [("member-removed", B, "id1", "position")]),
    "a new member": (_set(0, color="red"), [("member-added", A, "id1", "color")]),
    "a new member that is null": (_set(0, color=None), [("member-added", A, "id1", "color")]),
    "a new member that Go takes for the id": (
        _set(0, ID="x"),
        [("client-unreadable", B, "id1", "ID"), ("member-added", A, "id1", "ID")],
    ),
    "an additional member goes": (_drop(3, "note"), [("member-removed", B, "id4", "note")]),
    "an additional member of null goes": (_drop(3, "gone"), [("member-removed", B, "id4", "gone")]),
    "an additional member has another value": (_set(3, note="new"), [("value-changed", V, "id4", "note")]),
    "an additional list has another value": (_set(3, tags=["a", 2]), [("value-changed", V, "id4", "tags")]),
    "an additional member becomes null": (_set(3, note=None), [("became-null", B, "id4", "note")]),
    "an additional null gets a value": (_set(3, gone=1), [("no-longer-null", A, "id4", "gone")]),
    "an additional member has another type": (_set(3, note=False), [("type-changed", B, "id4", "note")]),
    "one is no boolean": (_set(3, count=True), [("type-changed", B, "id4", "count")]),
    "a number is written otherwise": (_set(3, count=Decimal("3.0")), [("literal-changed", V, "id4", "count")]),
    "a number within a list is written otherwise": (
        _set(3, tags=["a", Decimal("1.0")]),
        [("literal-changed", V, "id4", "tags")],
    ),
    "a fraction becomes a whole number": (_set(3, ratio=2), [("value-changed", V, "id4", "ratio")]),
    "a fraction is written otherwise": (_set(3, ratio=Decimal("0.50")), [("literal-changed", V, "id4", "ratio")]),
    "the last one comes first": (_move(3, 0), [("order-moved", V, "id4", None)]),
    "the last one comes first, positions and all": (_move(3, 0, renumber=True), [("order-moved", V, "id4", None)]),
    "a member of the root goes": (lambda new: new.pop("meta"), [("top-level-member-removed", B, None, "meta")]),
    "a list comes to the root": (_root(more=[]), [("top-level-member-added", A, None, "more")]),
    "null comes to the root": (_root(more=None), [("top-level-member-added", A, None, "more")]),
    "an object comes to the root, where Go reads lists": (
        _root(more={"page": 1}),
        [("client-unreadable", B, None, "more"), ("top-level-member-added", A, None, "more")],
    ),
    "a list of numbers comes to the root": (
        _root(more=[1]),
        [("client-unreadable", B, None, "more"), ("top-level-member-added", A, None, "more")],
    ),
    "a list with an id that is a number": (
        _root(others=[{"id": 1}]),
        [("client-unreadable", B, None, "others")],
    ),
    "a null of the root becomes a list": (_root(meta=[]), [("no-longer-null", A, None, "meta")]),
    "a null of the root becomes an object": (
        _root(meta={}),
        [("client-unreadable", B, None, "meta"), ("no-longer-null", A, None, "meta")],
    ),
    "a list of the root becomes null": (_root(others=None), [("became-null", B, None, "others")]),
    "a list of the root becomes text": (_root(others="x"), [("type-changed", B, None, "others")]),
    "a list of the root has another value": (_root(others=[None]), [("value-changed", V, None, "others")]),
}


@pytest.mark.parametrize("name", DIFFERENCES)
def test_every_difference_has_its_rule_and_class(name: str) -> None:
    """What is done to a list is told by exactly these rules, in these classes, of this element and member."""
    change, expected = DIFFERENCES[name]
    new = body()
    change(new)
    found = told(sides(body(), new))
    assert len(found) == len(expected)
    for each in expected:  # of two that are exchanged, either one moved: ... stands for both
        found.remove(next(f for f in found if all(e in (..., told) for e, told in zip(each, f, strict=True))))


def test_the_table_knows_every_rule() -> None:
    """Each rule but those of other resources and the mirrors that need a broken side is in the table of differences."""
    in_table = {rule for _, expected in DIFFERENCES.values() for rule, *_ in expected}
    assert len(DIFFERENCES) >= 40
    assert set(BY_ID) - in_table == {"client-readable", "reference-changed", "content-removed", "content-added"}


def test_what_a_client_could_not_read_and_now_can() -> None:
    """The other way round, a repair is visible: of a value, of an element that goes, of a member of the root."""
    broken = body()
    broken[KEY][0]["position"] = Decimal("1.0")
    broken["meta"] = {}
    assert ("client-readable", V, "id1", "position") in told(sides(broken, body()))
    assert ("client-readable", V, None, "meta") in told(sides(broken, body()))
    gone = body()
    del gone[KEY][0]
    assert ("client-readable", V, "id1", "position") in told(sides(broken, gone))


def test_every_rule_has_a_mirror() -> None:
    """A rule whose mirror is missing, or has another one for its own, would be told from one side only."""
    for rule in RULES:
        assert BY_ID[rule.mirror].mirror == rule.id
        assert rule.says.format(noun="noun", member="member").endswith(".")
        assert rule.keys.count(":") == len(rule.about)


def test_rules_are_append_only() -> None:
    """Exceptions name rules: none of these may go or be called otherwise."""
    assert {
        *("element-removed", "element-added", "id-changed", "name-changed", "member-removed", "member-added"),
        *("type-changed", "type-narrowed", "type-widened", "client-unreadable", "client-readable"),
        *("became-null", "no-longer-null", "content-removed", "content-added"),
        *("reference-changed", "display-text-changed", "position-changed", "positions-renumbered", "order-moved"),
        *("value-changed", "literal-changed", "top-level-member-removed", "top-level-member-added"),
    } <= BY_ID.keys() | FORMER.keys()
    assert FORMER.keys().isdisjoint(BY_ID)
    assert set(FORMER.values()) <= BY_ID.keys()


def _noticed(change: Callable[[Body], Any], rule: str) -> tuple[str, ...]:
    new = body()
    change(new)
    return next(d.notices for d in sides(body(), new).differences if d.rule.id == rule)


def test_who_notices() -> None:
    """Everybody who reads what changed is named, and nobody else."""
    keepers = SUBJECT.keepers
    assert "event types" in keepers
    assert _noticed(_remove(0), "element-removed") == (GO, JAVASCRIPT, RUBY, keepers)
    assert _noticed(_set(0, id="x"), "id-changed") == (GO, JAVASCRIPT, RUBY, keepers)
    assert _noticed(_set(0, name="x"), "name-changed") == (GO, JAVASCRIPT, RUBY)
    assert _noticed(_set(0, display_name="x"), "display-text-changed") == (JAVASCRIPT, RUBY)
    assert _noticed(_set(0, position=Decimal("1.0")), "client-unreadable") == (GO,)
    assert _noticed(_set(0, position=2**53), "client-unreadable") == (JAVASCRIPT,)
    assert _noticed(_set(0, position=2**63), "client-unreadable") == (GO, JAVASCRIPT)
    assert _noticed(_root(more={}), "client-unreadable") == (GO,)
    assert _noticed(_root(more={}), "top-level-member-added") == (OTHERS,)
    assert _noticed(_set(3, note="x"), "value-changed") == (OTHERS,)


def test_a_difference_says_what_and_where() -> None:
    """Place, element, before and after: the exact values, in the form in which they were received, on one line."""
    new = body()
    new[KEY].insert(0, _new(position=0))
    new[KEY][4] |= {"ratio": written("5e3"), "note": "line\nbreak \u202e"}
    note, ratio, added = sides(body(), new).differences
    assert (note.place, note.before, note.after) == (f"/{KEY}/4/note", '"old"', r'"line\nbreak \u202e"')
    assert (ratio.before, ratio.after) == ("0.5", "5e3")
    assert (added.place, added.before) == (f"/{KEY}/0", "nothing")
    assert '"position": 0' in added.after
    assert note.element is not None
    assert (note.element.id, note.element.name) == ("id4", "domains")
    assert added.says == "The category is new."
    gone = sides(new, body()).differences[0]
    assert (gone.place, gone.after) == (f"/{KEY}/0", "nothing")


def test_values_of_any_size_are_short_texts() -> None:
    """A difference of huge values is a line: numbers of thousands of digits, long texts, lone surrogates, nesting."""
    nested: Any = "x"
    for _ in range(200):
        nested = [nested]
    for value in (
        10**4000,
        Decimal("9" * 6000),
        "x" * 10**6,
        "\ud800",
        nested,
        [0] * 10**5,
        dict.fromkeys("abc", nested),
    ):
        new = body()
        new[KEY][0]["extra"] = value
        difference = sides(body(), new).differences[0]
        assert len(difference.after) < 500
        assert difference.after.isprintable()
        assert difference.after.encode()


def test_moves_say_behind_which_element() -> None:
    """A place in the order is told by the neighbour, which holds whatever comes in front of it."""
    new = body()
    _move(3, 0, renumber=True)(new)
    difference = sides(body(), new).differences[0]
    assert difference.before == 'after "id3", position 4'
    assert difference.after == "first, position 1; 3 others renumbered"


def test_moving_one_of_twelve_is_one_line() -> None:
    """From any place to any other, with the positions rewritten or left alone, one difference tells it."""
    for old in range(12):
        for new in range(12):
            for renumber in (False, True):
                changed = body(12)
                _move(old, new, renumber=renumber)(changed)
                rules = [d.rule.id for d in sides(body(12), changed).differences]
                assert rules == ["order-moved"] * (old != new)


def test_a_move_is_the_element_that_moved() -> None:
    """Of twelve, the one that jumped is named, and not the eleven that made room."""
    changed = body(12)
    _move(10, 2, renumber=True)(changed)
    assert told(sides(body(12), changed)) == [("order-moved", V, "id11", None)]


def test_the_smallest_set_of_moves() -> None:
    """Against every subset: no smaller set leaves the rest in order, and from the other side it is the same one."""
    names = [(("id", text),) for text in "cadbe"]
    for ranks in permutations(range(5)):
        longest = max(
            size
            for size in range(6)
            for kept in combinations(range(5), size)
            if [ranks[k] for k in kept] == sorted(ranks[k] for k in kept)
        )
        found = moved(ranks, names)
        left = [rank for place, rank in enumerate(ranks) if place not in found]
        assert left == sorted(left)
        assert len(left) == longest
        inverse = [ranks.index(rank) for rank in range(5)]
        assert {ranks[place] for place in found} == moved(inverse, [names[place] for place in inverse])
    assert moved((), ()) == set()


#: Additional members as they are from reading to reading: of the old side, and of the new one; and what is said.
READINGS: dict[str, tuple[list[Any], list[Any], list[tuple[str, str]]]] = {
    "a value that neither side keeps": (["a", "b"], ["c", "d"], [("value-changed", "unstable")]),
    "one that the old side does not keep": (["a", "b"], ["c", "c"], [("value-changed", "unstable")]),
    "one that only the new side does not keep": (["a", "a"], ["b", "c"], [("value-changed", V)]),
    "one that the new side has once": (["a", "a"], ["a", "c"], []),
    "one that the new side has once, first": (["a", "a"], ["c", "a"], [("value-changed", "unstable")]),
    "it is gone": (["a", "b"], [ABSENT, ABSENT], [("member-removed", B)]),
    "it is gone once": (["a", "b"], ["c", ABSENT], [("value-changed", "unstable")]),
    "it is gone once, first": (["a", "b"], [ABSENT, "c"], [("member-removed", "unstable")]),
    "it was there once": (["a", ABSENT], [ABSENT, ABSENT], [("member-removed", "unstable")]),
    "it comes": ([ABSENT, ABSENT], ["a", "b"], [("member-added", A)]),
    "it becomes an object": (["a", "b"], [{}, {}], [("type-changed", B)]),
    "it becomes an object or a list": (["a", "b"], [{}, []], [("type-changed", B)]),
    "it becomes null": (["a", "b"], [None, None], [("became-null", B)]),
    "it is null once": (["a", "b"], ["c", None], [("value-changed", "unstable")]),
    "it was null once": (["a", None], ["b", "b"], [("value-changed", "unstable")]),
    "its number is written otherwise": ([1, 2], [Decimal("1.0"), Decimal("2.0")], [("literal-changed", "unstable")]),
    "something in it is gone": (
        [{"u": 1, "v": "a"}, {"u": 1, "v": "b"}],
        [{"v": "c"}, {"v": "d"}],
        [
            ("content-removed", B),
            ("value-changed", "unstable"),
        ],
    ),
    "something in it came": (
        [{"v": "a"}, {"v": "b"}],
        [{"v": "a", "w": 1}, {"v": "a", "w": 2}],
        [("content-added", A)],
    ),
}


@pytest.mark.parametrize("name", READINGS)
def test_presence_and_type_are_judged_apart_from_the_value(name: str) -> None:
    """What each reading of one side shows against each of the other is certain, but for what the old one changes."""

    def read(values: list[Any]) -> Observation:
        bodies = [body() for _ in values]
        for each, value in zip(bodies, values, strict=True):
            if value is not ABSENT:
                each[KEY][0]["icon_url"] = value
        return observed(SUBJECT, bodies)

    old, new, expected = READINGS[name]
    comparison = compare(SUBJECT, read(old), read(new))
    assert [(d.rule.id, d.impact.value) for d in comparison.differences] == expected
    changing = [
        f'{side}: icon_url of the category "id1"'
        for side, values in (("old", old), ("new", new))
        if values[0] != values[1] or str(values[0]) != str(values[1])
    ]
    assert list(comparison.instability) == changing


def test_what_the_go_client_reads_is_judged_apart_from_the_type() -> None:
    """A member of the root that was null or a list, and is an object always, is one that the Go client cannot read."""
    old = observed(SUBJECT, [{**body(), "meta": None}, {**body(), "meta": []}])
    new = observed(SUBJECT, [{**body(), "meta": {"page": 1}}, {**body(), "meta": {"page": 2}}])
    found = {(d.rule.id, d.impact.value): d.notices for d in compare(SUBJECT, old, new).differences}
    assert found == {("client-unreadable", B): (GO,), ("no-longer-null", "unstable"): (OTHERS,)}


#: What the second reading of a side changes, and what of it that is in words; what is not documented is in none.
UNSTEADY: dict[str, tuple[Callable[[Body], Any], str]] = {
    "a category is missing": (_remove(1), "which categories it lists"),
    "a category that Go cannot read": (_insert(4, _new(position=Decimal("9.0"))), "which categories it lists"),
    "the list is empty": (lambda new: new[KEY].clear(), "which categories it lists"),
    "another id": (_set(0, id="x"), 'id of the category "id1"'),
    "another name": (_set(0, name="x"), 'name of the category "id1"'),
    "a position as text": (_set(0, position="1"), 'position of the category "id1"'),
    "positions as text": (
        lambda new: [each.update(position=str(each["position"])) for each in new[KEY]],
        "position of 4 categories",
    ),
    "other positions": (lambda new: [each.update(position=each["position"] + 1) for each in new[KEY]], "position"),
    "a display name that is gone": (_drop(0, "display_name"), 'display_name of the category "id1"'),
    "the order": (_move(3, 0), ""),
    "an additional member": (_set(3, note="x"), ""),
    "a member of the root": (_root(more=1), ""),
    "the form of a position": (_set(0, position=Decimal("1.0")), ""),
}


@pytest.mark.parametrize("name", UNSTEADY)
def test_a_side_that_does_not_repeat_itself(name: str) -> None:
    """Documented content that changes makes the old side no baseline and the new one unsteady; all of it is told."""
    change, documented = UNSTEADY[name]
    again = body()
    change(again)
    plain, changing = (observed(SUBJECT, bodies) for bodies in ([body(), body()], [body(), again]))
    comparison = compare(SUBJECT, plain, changing)
    assert len(comparison.instability) == 1
    assert comparison.total == 0
    if documented:
        assert comparison.unsteady == f"it does not repeat itself: {documented}"
        with pytest.raises(CouldNotCompare, match="it does not repeat itself, and is no baseline: "):
            compare(SUBJECT, changing, plain)
    else:
        assert comparison.unsteady == ""
        assert compare(SUBJECT, changing, plain).total == 0


def test_what_is_certain_of_an_unsteady_side() -> None:
    """Other ids in every answer and positions as text, another each time: both are certain, whichever they are."""

    def answer(number: int) -> Body:
        made = body()
        for each in made[KEY]:
            each.update(id=f"{number}{each['id']}", position=f"{number}")
        return made

    found = compare(SUBJECT, observed(SUBJECT, [body()] * 2), observed(SUBJECT, [answer(1), answer(2)]))
    assert found.unsteady
    assert {(d.rule.id, d.impact.value) for d in found.differences} == {("id-changed", B), ("type-changed", B)}
    half = answer(1)
    for each in half[KEY]:
        each["id"] = each["id"][1:]
    found = compare(SUBJECT, observed(SUBJECT, [body()] * 2), observed(SUBJECT, [half, answer(2)]))
    assert {(d.rule.id, d.impact.value) for d in found.differences} == {("type-changed", B)}


def test_what_changes_hides_nothing_else() -> None:
    """Beside an additional member that changes, a category that went is still breaking."""
    old, new, again = body(), body(), body()
    del new[KEY][1], again[KEY][1]
    again[KEY][0]["note"] = "x"
    comparison = compare(SUBJECT, observed(SUBJECT, [old, old]), observed(SUBJECT, [new, again]))
    assert told(comparison) == [("element-removed", B, "id2", None)]
    assert comparison.instability == ('new: note of the category "id1"',)


def test_an_order_that_changes_moves_nothing_for_certain() -> None:
    """Where the order differs from reading to reading no move is visible; positions that hold are judged."""
    new, again = body(), body()
    _move(3, 0, renumber=True)(new)
    again[KEY] = [dict(next(e for e in new[KEY] if e["id"] == each["id"])) for each in again[KEY]]
    comparison = compare(SUBJECT, observed(SUBJECT, [body(), body()]), observed(SUBJECT, [new, again]))
    assert told(comparison) == [
        ("position-changed", V, "id4", "position"),
        ("positions-renumbered", V, None, None),
        ("order-moved", "unstable", "id4", None),
    ]
    assert comparison.instability == ("new: the order of the list",)


UNSTABLE = "unstable"
#: A member as each answer of the new side has it, where the old one has 1, what is said, and who notices the first of
#: it. A client reads neither 7 nor a bad text.
BESIDE: dict[str, tuple[list[Any], list[tuple[str, str]], tuple[str, ...]]] = {
    "another type, unreadable": (["bad", "bad, too"], [("type-changed", B)], (OTHERS, "a client")),
    "another type, unreadable once": (
        ["bad", "good"],
        [("type-changed", B), ("client-unreadable", UNSTABLE)],
        (OTHERS,),
    ),
    "unreadable, another type once": (
        ["bad", 7],
        [("client-unreadable", B), ("type-changed", UNSTABLE)],
        ("a client",),
    ),
    "another type once, unreadable then": (["bad", 1], [("type-changed", UNSTABLE)], (OTHERS, "a client")),
    "another value, unreadable": ([7, 7], [("client-unreadable", B)], ("a client",)),
    "another value, unreadable once": ([7, 8], [("value-changed", V), ("client-unreadable", UNSTABLE)], (OTHERS,)),
    "unreadable, another value once": ([7, "bad"], [("client-unreadable", B)], ("a client",)),
    "another value once, unreadable then": ([7, 1], [("client-unreadable", UNSTABLE)], ("a client",)),
}


@pytest.mark.parametrize("name", BESIDE)
def test_what_is_certain_is_told_beside_what_is_not(name: str) -> None:
    """A line leaves out what another one says only if it is as certain; who notices is told with the type."""

    def reads(_: str, value: Any) -> bool:
        return value != 7 and "bad" not in str(value)

    def read(*values: Any) -> Observation:
        return observed(subject, [{KEY: [{"id": "id1", "name": "n1", "extra": value}]} for value in values])

    subject = replace(SUBJECT, clients=(Client("a client", (), reads),))
    answers, expected, notices = BESIDE[name]
    differences = compare(subject, read(1), read(*answers)).differences
    assert [(d.rule.id, d.impact.value) for d in differences] == expected
    assert differences[0].notices == notices


def test_a_side_that_was_read_once_is_named() -> None:
    """Of a single reading nobody knows what it keeps, and the comparison says so."""
    once = observed(SUBJECT, [body()])
    comparison = compare(SUBJECT, observed(SUBJECT, [body(), body()]), once)
    assert comparison.read_once == ("new",)
    assert compare(SUBJECT, once, once).read_once == ("old", "new")


def test_more_than_people_read_is_counted() -> None:
    """Of a hundred members that change from answer to answer twenty are named."""
    again = {**body(), **{f"m{number}": 1 for number in range(100)}}
    comparison = compare(SUBJECT, observed(SUBJECT, [body(), again]), observed(SUBJECT, [body()]))
    assert len(comparison.instability) == 21
    assert comparison.instability[-1] == "old: and 80 more"
    for number, last in ((20, "the member m9 of the root"), (21, "and 1 more")):
        again = {**body(), **{f"m{each}": 1 for each in range(number)}}
        assert compare(SUBJECT, observed(SUBJECT, [body(), again]), sides_of(body())).instability[-1] == f"old: {last}"


def test_what_only_some_answers_show_is_named() -> None:
    """Five of its kinds, by impact: what the old side keeps, and the new one has in one answer and not in another."""
    old, again = {**body(), **{f"m{number}": [] for number in range(6)}}, {**body(), "more": []}
    comparison = compare(SUBJECT, sides_of(old), observed(SUBJECT, [{**again, **old}, again]))
    removed = ", ".join(f"top-level-member-removed m{number}" for number in range(5))
    assert comparison.partly == {Impact.BREAKING: removed}
    assert told(comparison) == [("top-level-member-added", A, None, "more")]
    swapped = compare(SUBJECT, sides_of(old), observed(SUBJECT, [again, {**again, **old}]))
    assert swapped.partly == {Impact.BREAKING: removed}
    assert {each.impact for each in swapped.differences} == {Impact.ADDITIVE, Impact.UNSTABLE}
    less = compare(SUBJECT, sides_of(body()), observed(SUBJECT, [body(), {**body(), "more": []}]))
    assert less.partly == {Impact.ADDITIVE: "top-level-member-added more"}
    coming = deepcopy(body())
    coming[KEY].append(_new())
    less = compare(SUBJECT, sides_of(body()), observed(SUBJECT, [body(), coming]))
    assert less.partly == {Impact.ADDITIVE: "element-added"}


#: Two names of one kind, and whether they are an obstacle.
TWICE: dict[str, tuple[Callable[[Body], Any], str]] = {
    "with ids of their own": (_set(1, name="app_operations"), ""),
    "one of them without an id": (
        lambda new: (_set(1, name="app_operations")(new), _drop(1, "id")(new)),
        "several elements share the name 'app_operations'",
    ),
    "both without an id": (
        lambda new: (_set(1, name="app_operations")(new), _drop(0, "id")(new), _drop(1, "id")(new)),
        "several elements share the name 'app_operations'",
    ),
    "an id": (_set(1, id="id1"), "several elements share the id 'id1'"),
}


@pytest.mark.parametrize("name", TWICE)
def test_what_two_elements_share(name: str) -> None:
    """A name that two share is no obstacle where each has an id of its own; without one nobody can tell them apart."""
    change, words = TWICE[name]
    twice = body()
    change(twice)
    if words:
        with pytest.raises(CouldNotCompare, match=words):
            observed(SUBJECT, [twice])
        return
    assert told(sides(twice, deepcopy(twice))) == []
    assert told(sides(body(), twice)) == [("name-changed", B, "id2", "name")]


def test_a_shared_name_decides_nothing() -> None:
    """Of two that share a name and have other ids nobody says that it is the same category with another id."""
    old = body()
    _set(1, name="app_operations")(old)
    new = deepcopy(old)
    _set(0, id="x")(new)
    assert told(sides(old, new)) == [("element-removed", B, "id1", None), ("element-added", A, "x", None)]


#: What becomes of an object that nobody documented, and what is said of it.
CONTENTS: dict[str, tuple[Any, Any, list[str]]] = {
    "a name comes": ({"a": 1}, {"a": 1, "b": 2}, ["content-added"]),
    "a name goes": ({"a": 1, "b": 2}, {"a": 1}, ["content-removed"]),
    "one for another": ({"a": 1}, {"b": 1}, ["content-removed", "content-added"]),
    "another value": ({"a": 1}, {"a": 2}, ["value-changed"]),
    "another value, and a name comes": ({"a": 1}, {"a": 2, "b": 1}, ["value-changed", "content-added"]),
    "another type": ({"a": 1}, {"a": "1"}, ["content-removed", "content-added"]),
    "a list becomes text": ({"a": [1, 2]}, {"a": "x"}, ["content-removed", "content-added"]),
    "a text becomes a list": ({"a": "x"}, {"a": [1, 2]}, ["content-removed", "content-added"]),
    "an object becomes text": ({"a": {"b": 1}}, {"a": "x"}, ["content-removed", "content-added"]),
    "a text becomes an object": ({"a": "x"}, {"a": {"b": 1}}, ["content-removed", "content-added"]),
    "it becomes null": ({"a": 1}, {"a": None}, ["content-removed"]),
    "it was null": ({"a": None}, {"a": 1}, ["content-added"]),
    "deep within": ({"a": {"b": [{"c": 1, "d": 1}]}}, {"a": {"b": [{"c": 1}]}}, ["content-removed"]),
    "in some of many": ([{"a": 1}, {"a": 1, "b": 1}], [{"a": 1}, {"a": 1}], ["content-removed"]),
    "in other ones": ([{"a": 1}, {"a": 1, "b": 1}], [{"a": 1, "b": 1}, {"a": 1}], ["value-changed"]),
    "fewer of the same": ([1, 2], [1], ["value-changed"]),
    "none left": ([{"a": 1}], [], ["value-changed"]),
    "a type that nobody knew": ([1], [1, "x"], ["content-removed", "value-changed"]),
    "a type less": ([1, "x"], [1], ["value-changed", "content-added"]),
    "the form of a number": ({"a": 1}, {"a": Decimal("1.0")}, ["literal-changed"]),
    "the order of names": ({"a": 1, "b": 2}, {"b": 2, "a": 1}, []),
}


@pytest.mark.parametrize("name", CONTENTS)
def test_a_change_within_what_nobody_documented(name: str) -> None:
    """What went is breaking, what came is additive, another value is visible: of a member and of the root alike."""
    before, after, rules = CONTENTS[name]
    old, new = body(), body()
    old[KEY][0]["extra"], new[KEY][0]["extra"] = before, after
    assert [d.rule.id for d in sides(old, new).differences] == rules
    subject = replace(SUBJECT, clients=())
    found = sides({**body(), "extra": before}, {**body(), "extra": after}, subject=subject)
    assert [d.rule.id for d in found.differences] == rules


def test_a_change_within_many_objects_takes_linear_time() -> None:
    """As many names as objects cost no more than as many values: each is looked at once."""
    many = [{f"n{number}": number} for number in range(5000)]
    old, new = body(), body()
    old[KEY][0]["extra"], new[KEY][0]["extra"] = many, many[:-1]
    assert [d.rule.id for d in sides(old, new).differences] == ["content-removed", "value-changed"]


def test_fingerprints_stay() -> None:
    """The same thing has the same fingerprint whatever the values, and two things have two."""
    seen = {}
    for value in ("a", "b"):
        new = body()
        new[KEY][0] |= {"display_name": value, "name": value}
        new[KEY][1]["display_name"] = value
        seen[value] = [d.fingerprint for d in sides(body(), new).differences]
    assert seen["a"] == seen["b"]
    assert len(set(seen["a"])) == 3
    assert all(len(text) == 16 for text in seen["a"])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (_set(1, id="id1"), "several elements share the id 'id1'"),
        (_set(1, id=2, name=None), f"/{KEY}/1 has neither id nor name"),
        (lambda new: new[KEY].append(None), f"/{KEY}/4 is null, not an object"),
        (lambda new: new[KEY].append([]), f"/{KEY}/4 is an array, not an object"),
        (lambda new: new[KEY].append("x"), f"/{KEY}/4 is a string, not an object"),
    ],
)
def test_sides_that_cannot_be_compared(change: Callable[[Body], Any], words: str) -> None:
    """What cannot be matched is refused with its reason, in either reading: it is no difference and no pass."""
    broken = body()
    change(broken)
    with pytest.raises(CouldNotCompare, match="the list cannot be compared: ") as caught:
        observed(SUBJECT, [broken, body()])
    assert words in str(caught.value)
    with pytest.raises(CouldNotCompare, match="answer 2 cannot be compared: "):
        observed(SUBJECT, [body(), broken])


def test_the_evidence_is_counted() -> None:
    """A comparison says how many elements each side has, and how many of them are the same."""
    new = body()
    del new[KEY][0]
    comparison = sides(body(), new)
    assert (comparison.old, comparison.new, comparison.matched) == (4, 3, 3)


EVENT_TYPES = Subject(
    noun="event type",
    nouns="event types",
    members=("id", "category_id", "name", "display_name", "description"),
    key="event_types",
    clients=(Client("the Go client", ("id", "name", "category_id"), go_client.reads, go_client.reads_top_level),),
    keepers="whoever stored ids",
    references=("category_id",),
    display=("display_name", "description"),
    ordered=False,
)


def test_another_resource_needs_a_value_and_no_code() -> None:
    """A list with references, texts and no positions, whose order means nothing, is compared by its subject alone."""
    types = [{"id": f"t{n}", "name": f"n{n}", "category_id": "c1", "description": "x"} for n in range(3)]
    old, new = {"event_types": types}, {"event_types": [dict(each) for each in reversed(types)]}
    assert told(sides(old, new, subject=EVENT_TYPES)) == []
    new["event_types"][0] |= {"category_id": "c2", "description": "y", "position": 1}
    found = sides(old, new, subject=EVENT_TYPES)
    assert told(found) == [
        ("reference-changed", B, "t2", "category_id"),
        ("display-text-changed", V, "t2", "description"),
        ("member-added", A, "t2", "position"),
    ]
    assert found.differences[0].notices == ("the Go client",)
    removed = sides(old, {"event_types": types[1:]}, subject=EVENT_TYPES).differences[0]
    assert removed.says == "The event type is gone."


def test_a_repair_hides_no_breach() -> None:
    """A reference to another element is breaking, also when a client can read only the new one."""
    subject = replace(EVENT_TYPES, clients=(Client("a client", ("category_id",), lambda _, value: value != 2**53),))
    old = {"event_types": [{"id": "t1", "category_id": 2**53}]}
    new = {"event_types": [{"id": "t1", "category_id": 1}]}
    expected = [("reference-changed", B), ("client-readable", V)]
    assert [each[:2] for each in told(sides(old, new, subject=subject))] == expected


def test_members_of_any_name() -> None:
    """A name with a slash, a tilde, a brace or a lone surrogate is placed and said without harm."""
    for name in ("a/b~c", "{noun}", "\ud800", "x" * 10**5, ""):
        new = body()
        new[KEY][0][name] = 1
        difference = sides(body(), new).differences[0]
        assert difference.member == name
        assert len(difference.place) < 250
        assert difference.says.encode()
    assert f"/{KEY}/0/a~1b~0c" in [
        d.place for d in sides(body(), {**body(), KEY: [{**body()[KEY][0], "a/b~c": 1}, *body()[KEY][1:]]}).differences
    ]


@pytest.mark.parametrize(("length", "is_whole"), [(80, True), (81, False)])
def test_a_name_is_cut_to_what_people_read(length: int, *, is_whole: bool) -> None:
    """Of a member or of an element, wherever a sentence has it, eighty characters are told."""
    name = "x" * length
    cut = name if is_whole else f"{'x' * 40}… (81 characters)"
    new = body()
    new[KEY][0][name] = 1
    assert [d.says for d in sides(body(), new).differences] == [f"The category has the new member {cut}."]
    assert compare(SUBJECT, sides_of(body()), observed(SUBJECT, [body(), new])).instability == (
        f'new: {cut} of the category "id1"',
    )
    old, twice = body(), body()
    old[KEY][2]["id"] = twice[KEY][0]["id"] = twice[KEY][1]["id"] = name
    _move(3, 0)(new := deepcopy(old))
    assert [(d.before, d.after) for d in sides(old, new).differences] == [(f'after "{cut}"', "first")]
    with pytest.raises(CouldNotCompare, match=re.escape(f"several elements share the id '{cut}'")):
        observed(SUBJECT, [twice])


def test_a_text_is_cut_to_what_people_read() -> None:
    """A value of two hundred characters is shown whole; of a longer one the beginning, its length and a digest."""
    for length, shown in (
        (198, f'"{"x" * 198}"'),
        (199, f'"{"x" * 99}… (201 characters, sha256 {sha256(json.dumps("x" * 199).encode()).hexdigest()[:12]})'),
    ):
        new = body()
        new[KEY][3]["note"] = "x" * length
        assert [d.after for d in sides(body(), new).differences] == [shown]


@pytest.mark.parametrize(("size", "is_begun"), [(4096, True), (4097, False)])
def test_a_container_of_many_values_is_told_by_its_size(size: int, *, is_begun: bool) -> None:
    """Of so many values nobody reads the first ones: their number is told."""
    for value, words in (
        ([0] * size, f"an array of {size:,}"),
        ({f"{n}": 0 for n in range(size)}, f"{size:,} members"),
    ):
        new = body()
        new[KEY][3]["extra"] = value
        after = sides(body(), new).differences[0].after
        assert after.startswith(f"{words} (") != is_begun
        assert after.startswith(("[0, 0,", '{"0": 0,')) == is_begun


def test_an_integer_of_any_size_is_shown() -> None:
    """The digits of one that is longer than Python writes out are told by their number."""
    for bits in (4096, 4097, 20000):
        new = body()
        new[KEY][3]["note"] = 1 << (bits - 1)
        text = str(Decimal(1 << (bits - 1)))
        assert f"({len(text):,} characters" in sides(body(), new).differences[0].after


def test_values_are_frozen() -> None:
    """What has been compared is a value: nobody who renders it can change what another one renders."""
    modules = [import_module(f"contracts.comparison.{each.name}") for each in iter_modules(comparison.__path__)]
    values = {each for module in modules for each in vars(module).values() if is_dataclass(each)}
    assert {Client, Comparison, Observation, Subject} <= values
    assert [each for each in values if not each.__dataclass_params__.frozen] == []
