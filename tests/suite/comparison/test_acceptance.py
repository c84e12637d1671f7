"""Accepted differences: narrow, with a reason and an end; what excuses nothing fails."""

import re
from copy import deepcopy
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from observed import observed

from contracts.comparison.accepted import ACCEPT, Accepted
from contracts.comparison.compare import Comparison, Difference, compare
from contracts.comparison.rules import RULES, About
from contracts.core.errors import UsageError
from contracts.core.report import Impact
from contracts.event_categories.comparison import SUBJECT
from contracts.exceptions.entry import Entry

KEY = SUBJECT.key
TODAY = date(2030, 1, 1)
END = 'reason = "moved to the add-ons"\nowner = "team"\nexpires = 2030-01-31\n'
REMOVED = f'rule = "element-removed"\nid = "id1"\n{END}'
RENAMED = f'rule = "name-changed"\nid = "id2"\nmember = "name"\n{END}'


def entries(*texts: str) -> tuple[Entry, ...]:
    """The exceptions of these texts."""
    return ACCEPT.read("".join(f"[[accept]]\n{text}\n" for text in texts), "accept.toml")


def comparison(*texts: str, today: date = TODAY) -> Comparison:
    """One category goes, another one is renamed, a member of the root comes; after these exceptions."""
    old = {KEY: [{"id": f"id{n}", "name": f"n{n}", "display_name": "x", "position": n} for n in (1, 2, 3)]}
    new: dict[str, Any] = deepcopy(old)
    del new[KEY][0]
    new[KEY][0]["name"] = "other"
    new["more"] = []
    sides = (observed(SUBJECT, [body, body]) for body in (old, new))
    return compare(SUBJECT, *sides, Accepted(entries(*texts), today))


def failing(after: Comparison, *impacts: Impact) -> list[str]:
    """The rules of the differences of these impacts that nobody accepted, breaking ones if none is named."""
    found: list[Difference] = [d for d in after.differences if d.impact in (impacts or (Impact.BREAKING,))]
    return [difference.rule.id for difference in found if not difference.accepted]


def test_what_is_accepted_stays_visible_with_its_reason() -> None:
    """An accepted difference does not fail, and says until when, why and who answers for it."""
    after = comparison(REMOVED, RENAMED)
    assert failing(comparison()) == ["element-removed", "name-changed"]
    assert failing(after) == []
    assert (after.counts[Impact.BREAKING], after.accepted[Impact.BREAKING]) == (0, 2)
    assert [d.rule.id for d in after.differences] == [d.rule.id for d in comparison().differences]
    assert after.differences[0].accepted == "accepted until 2030-01-31: moved to the add-ons (team)"
    assert after.differences[0].impact is Impact.BREAKING
    assert after.differences[2].accepted == ""
    assert after.stale == ()


def test_what_is_not_accepted_still_fails() -> None:
    """An exception for one difference leaves the next one of its kind as it is."""
    after = comparison(REMOVED)
    assert failing(after) == ["name-changed"]
    assert failing(comparison(REMOVED, RENAMED), Impact.ADDITIVE) == ["top-level-member-added"]


@pytest.mark.parametrize(
    "narrow",
    [
        REMOVED.replace('id = "id1"', 'name = "n1"'),
        REMOVED.replace('id = "id1"', 'id = "id1"\nname = "n1"'),
        REMOVED.replace('owner = "team"', 'link = "https://tracker.example/1"'),
    ],
)
def test_an_element_is_named_by_id_or_name(narrow: str) -> None:
    """Either names an element as the comparison shows it."""
    assert failing(comparison(narrow, RENAMED)) == []


@pytest.mark.parametrize(
    "other",
    [
        REMOVED.replace("id1", "id2"),
        REMOVED.replace('id = "id1"', 'id = "id1"\nname = "n2"'),
        REMOVED.replace("element-removed", "element-added"),
        REMOVED.replace("id1", "id*"),
        RENAMED.replace('member = "name"', 'member = "id"'),
        RENAMED.replace('id = "id2"', 'name = "other"'),
        f'rule = "top-level-member-added"\nmember = "less"\n{END}',
        f'rule = "value-changed"\nmember = "more"\n{END}',
    ],
)
def test_an_exception_that_matches_nothing_is_named_and_fails(other: str) -> None:
    """Every part has to match, there is no wildcard, and the name is the old one: what matches nothing is stale."""
    after = comparison(REMOVED, RENAMED, other)
    assert [(s.number, s.words) for s in after.stale] == [(3, "matches nothing any more")]
    assert failing(after) == []


def test_members_of_the_root_are_named_without_an_element() -> None:
    """An exception for a member of the root, and one for the same rule of an element, do not cover each other."""
    more = f'rule = "top-level-member-added"\nmember = "more"\n{END}'
    assert failing(comparison(REMOVED, RENAMED, more), Impact.ADDITIVE) == []
    of_element = f'rule = "value-changed"\nid = "id2"\nmember = "more"\n{END}'
    assert [stale.number for stale in comparison(REMOVED, RENAMED, of_element).stale] == [3]


def test_an_element_without_an_id_is_no_member_of_the_root() -> None:
    """An exception for a member of the root excuses nothing of an element that has no id, or no name."""
    text = f'rule = "value-changed"\nmember = "x"\n{END}'
    for named in ({"id": "id1"}, {"name": "n1"}):
        sides = (observed(SUBJECT, [{KEY: [{**named, "x": x}], "x": x}]) for x in (1, 2))
        after = compare(SUBJECT, *sides, Accepted(entries(text), TODAY))
        assert (after.accepted[Impact.VISIBLE], after.counts[Impact.VISIBLE]) == (1, 1)


def test_what_only_some_answers_show_can_be_accepted() -> None:
    """An exception excuses it as it would what all of them show, and is not stale then."""
    text = f'rule = "member-removed"\nid = "id1"\nmember = "x"\n{END}'
    assert compared([{"x": 1}], [{"x": 1}, {}]).partly == {Impact.BREAKING: "member-removed x"}
    after = compared([{"x": 1}], [{"x": 1}, {}], text)
    assert (after.partly, after.stale) == ({}, ())


def test_an_expired_exception_excuses_nothing() -> None:
    """It holds on the day of its expiry, with a warning from 14 days before; from the next day on it fails."""
    assert comparison(REMOVED, RENAMED, today=date(2030, 1, 16)).differences[0].accepted.startswith("accepted until")
    assert "only 14 days left" in comparison(REMOVED, today=date(2030, 1, 17)).differences[0].accepted
    assert "only 1 day left" in comparison(REMOVED, today=date(2030, 1, 30)).differences[0].accepted
    assert "today is the last day" in comparison(REMOVED, today=date(2030, 1, 31)).differences[0].accepted
    after = comparison(REMOVED, RENAMED, today=date(2030, 2, 1))
    assert [(s.number, s.rule, s.words) for s in after.stale] == [
        (1, "element-removed", "expired on 2030-01-31"),
        (2, "name-changed", "expired on 2030-01-31"),
    ]
    assert failing(after) == ["element-removed", "name-changed"]


def compared(old: list[dict[str, Any]], new: list[dict[str, Any]], *texts: str) -> Comparison:
    """The comparison of these readings, each of one element, after these exceptions."""
    sides = (observed(SUBJECT, [{KEY: [{"id": "id1", "name": "n1", **e}]} for e in side]) for side in (old, new))
    return compare(SUBJECT, *sides, Accepted(entries(*texts), TODAY))


def test_what_changes_from_answer_to_answer_is_not_stale() -> None:
    """An exception for a member that a side does not keep may be needed tomorrow, if not today."""
    text = f'rule = "value-changed"\nid = "id1"\nmember = "icon"\n{END}'
    assert compared([{"icon": 1}], [{"icon": 1}], text).stale != ()
    after = compared([{"icon": 1}, {"icon": 2}], [{"icon": 1}], text)
    assert (after.stale, after.total) == ((), 0)
    after = compared([{"icon": 1}, {"icon": 2}], [{"icon": 3}], text)
    assert (after.stale, after.accepted[Impact.UNSTABLE]) == ((), 1)


@pytest.mark.parametrize(
    ("after", "value", "excused"),
    [
        ("other", "other", True),
        ('"other"', "other", True),
        ("other", "another", False),
        ("1", "1", False),
        ('"1"', "1", True),
        ("null", "null", False),
        ("other", "other ", False),
        ('"öther \\u202e"', "öther \u202e", True),
    ],
)
def test_what_was_agreed_upon_is_pinned(after: str, value: str, excused: bool) -> None:  # noqa: FBT001
    """``after`` excuses this value and no other: as it is shown, or of a text its content, unless that is JSON."""
    text = f'rule = "name-changed"\nid = "id1"\nmember = "name"\nafter = \'{after}\'\n{END}'
    found = compared([{"name": "old"}], [{"name": value}], text)
    assert bool(found.accepted[Impact.BREAKING]) == excused
    assert bool(found.stale) != excused


def test_a_long_value_is_pinned_whole() -> None:
    """Two texts that begin alike are told apart by a digest, which is shown and can be pasted."""
    shown = compared([{"x": "a"}], [{"x": "a" * 5000}]).differences[0].after
    text = f'rule = "value-changed"\nid = "id1"\nmember = "x"\nafter = \'{shown}\'\n{END}'
    assert compared([{"x": "a"}], [{"x": "a" * 5000}], text).stale == ()
    assert compared([{"x": "a"}], [{"x": "a" * 4999 + "b"}], text).stale != ()


def test_one_entry_names_a_member_of_all_elements() -> None:
    """It excuses what its rule says of that member in every element, and neither another member nor the root."""
    old = {KEY: [{"id": f"id{n}", "name": f"n{n}", "icon": 1, "note": 1} for n in range(5)], "icon": 1}
    new = {KEY: [{**each, "icon": 2, "note": 2} for each in old[KEY]], "icon": 2}  # type: ignore[attr-defined]
    text = f'rule = "value-changed"\nelements = "all"\nmember = "icon"\n{END}'
    sides = (observed(SUBJECT, [body]) for body in (old, new))
    after = compare(SUBJECT, *sides, Accepted(entries(text), TODAY))
    assert (after.accepted[Impact.VISIBLE], after.counts[Impact.VISIBLE], after.stale) == (5, 6, ())


def test_an_entry_may_name_a_rule_as_it_was_called() -> None:
    """A file that was written for an earlier version excuses what it did."""
    text = f'rule = "type-narrowed"\nid = "id1"\nmember = "note"\n{END}'
    assert compared([{"note": "x"}], [{"note": None}], text).accepted[Impact.BREAKING] == 1


def test_exceptions_take_linear_time() -> None:
    """Thousands of entries, for one element each, are read, matched and found stale within the time of a test."""
    many = "".join(f'[[accept]]\nrule = "value-changed"\nid = "i{n}"\nmember = "x"\n{END}' for n in range(4_000))
    found = ACCEPT.read(many, "accept.toml")
    old, new = ({KEY: [{"id": f"i{n}", "x": x} for n in range(4_000)]} for x in (1, 2))
    sides = (observed(SUBJECT, [body]) for body in (old, new))
    after = compare(SUBJECT, *sides, Accepted(found, TODAY))
    assert (after.accepted[Impact.VISIBLE], after.counts[Impact.VISIBLE], after.stale) == (4_000, 0, ())
    assert len(compare(SUBJECT, *[observed(SUBJECT, [old])] * 2, Accepted(found, TODAY)).stale) == 4_000


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_an_exception_names_what_its_rule_is_about(rule: Any) -> None:
    """With element and member as the rule has them it is read; without one of them, or with one too many, refused."""
    for element in ("", 'id = "x"\n', 'name = "x"\n', 'id = "x"\nname = "x"\n', 'elements = "all"\n'):
        for has_member in (False, True):
            named = element + 'member = "m"\n' * has_member + "after = 'x'\n"
            has_element = bool(element)
            about = {
                (True, False): About.ELEMENT,
                (True, True): About.MEMBER,
                (False, True): About.TOP_LEVEL,
                (False, False): About.LIST,
            }[has_element, has_member]
            text = f'rule = "{rule.id}"\n{named}{END}'
            if about in rule.about and ("all" not in element or about is About.MEMBER):
                assert entries(text)[0].names["rule"] == rule.id
            else:
                words = f"accept.toml: entry 1: the keys of the rule {rule.id} are, beside after: {rule.keys}"
                with pytest.raises(UsageError, match=re.escape(words)):
                    entries(text)


def _removed(old: str, new: str) -> str:
    """A file with one exception, of which one text is another."""
    assert old in REMOVED
    return f"[[accept]]\n{REMOVED.replace(old, new)}"


def _of_all(elements: str) -> str:
    """A file with one exception for a member of these elements."""
    return f'[[accept]]\nrule = "value-changed"\nmember = "x"\nelements = "{elements}"\n{END}'


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[[accept]\n", "accept.toml: "),
        ("[[accepted]]\n", "only [[accept]] tables belong here, not accepted"),
        ("accept = 1\n", "only [[accept]] tables belong here"),
        ("accept = [1]\n", "only [[accept]] tables belong here"),
        (f"[[accept]]\n{REMOVED}[[accept]]\nrole = 'x'\n", "entry 2: there is no key 'role'"),
        (f"[[accept]]\n{REMOVED}number = 1\n", "entry 1: there is no key 'number'"),
        (_removed('"id1"', "1"), "entry 1: id must be text"),
        (f"[[accept]]\n{END}", "entry 1: rule is missing"),
        (_removed("moved to the add-ons", " "), "entry 1: reason is missing"),
        (_removed('"team"', '""'), "entry 1: owner or link is missing"),
        (_removed("2030-01-31", '"2030-01-31"'), "entry 1: expires must be a date"),
        (_removed("2030-01-31", "2030-01-31T00:00:00"), "entry 1: expires must be a date"),
        (_removed("element-removed", "gone"), "entry 1: there is no rule 'gone'; there are e"),
        (
            f'[[accept]]\nrule = "value-changed"\nmember = "x"\nelements = "a"\n{END}',
            'entry 1: elements is "all", or left out',
        ),
        (
            f'[[accept]]\nrule = "value-changed"\nmember = "x"\nelements = "z"\n{END}',
            'entry 1: elements is "all", or left out',
        ),
        (f"[[accept]]\nnumber = {'9' * 5000}\n", "accept.toml: "),
        ("x = " + "[" * 5000, "accept.toml: "),
    ],
)
def test_a_malformed_file_is_refused(text: str, words: str) -> None:
    """One line says which entry and key is wrong, whatever is in the file."""
    with pytest.raises(UsageError) as caught:
        ACCEPT.read(text, "accept.toml")
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_is_read(tmp_path: Path) -> None:
    """A file of exceptions gives them; one that is missing is a usage error."""
    path = tmp_path / "accept.toml"
    path.write_text(f"[[accept]]\n{REMOVED}", "utf-8")
    assert ACCEPT.load(str(path)) == entries(REMOVED)
    with pytest.raises(UsageError, match="cannot be read"):
        ACCEPT.load(str(tmp_path / "missing.toml"))
