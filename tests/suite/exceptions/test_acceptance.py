"""Accepted differences: narrow, with a reason and an end; what excuses nothing fails."""

from copy import deepcopy
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from contracts.comparison.compare import compare
from contracts.comparison.difference import Comparison
from contracts.comparison.observation import observe
from contracts.comparison.rules import RULES, About, Impact
from contracts.comparison.verdict import exit_status, failing
from contracts.core.errors import UsageError
from contracts.event_categories.comparison import SUBJECT
from contracts.exceptions.accepted import Acceptance, accept, load, read

KEY = SUBJECT.key
TODAY = date(2030, 1, 1)
END = 'reason = "moved to the add-ons"\nowner = "team"\nexpires = 2030-01-31\n'
REMOVED = f'rule = "element-removed"\nid = "id1"\n{END}'
RENAMED = f'rule = "name-changed"\nid = "id2"\nmember = "name"\n{END}'


def entries(*texts: str) -> tuple[Acceptance, ...]:
    """The exceptions of these texts."""
    return read("".join(f"[[accept]]\n{text}\n" for text in texts), "accept.toml")


def comparison() -> Comparison:
    """One category goes, another one is renamed, a member of the root comes."""
    old = {KEY: [{"id": f"id{n}", "name": f"n{n}", "display_name": "x", "position": n} for n in (1, 2, 3)]}
    new: dict[str, Any] = deepcopy(old)
    del new[KEY][0]
    new[KEY][0]["name"] = "other"
    new["more"] = []
    return compare(SUBJECT, observe(SUBJECT, old, old), observe(SUBJECT, new, new))


def accepted(*texts: str, today: date = TODAY) -> Comparison:
    """The comparison after these exceptions."""
    return accept(comparison(), entries(*texts), today)


def test_what_is_accepted_stays_visible_with_its_reason() -> None:
    """An accepted difference does not fail, and says until when, why and who answers for it."""
    after = accepted(REMOVED, RENAMED)
    assert exit_status(comparison()) == 1
    assert exit_status(after) == 0
    assert [d.rule.id for d in after.differences] == [d.rule.id for d in comparison().differences]
    assert after.differences[0].accepted == "accepted until 2030-01-31: moved to the add-ons (team)"
    assert after.differences[0].impact is Impact.BREAKING
    assert after.differences[2].accepted == ""
    assert after.stale == ()


def test_what_is_not_accepted_still_fails() -> None:
    """An exception for one difference leaves the next one of its kind as it is."""
    after = accepted(REMOVED)
    assert [d.rule.id for d in failing(after)] == ["name-changed"]
    assert exit_status(after) == 1
    assert exit_status(accepted(REMOVED, RENAMED), Impact.ADDITIVE) == 1


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
    assert exit_status(accepted(narrow, RENAMED)) == 0


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
    after = accepted(REMOVED, RENAMED, other)
    assert [(s.number, s.words) for s in after.stale] == [(3, "matches nothing any more")]
    assert failing(after) == ()
    assert exit_status(after) == 1


def test_members_of_the_root_are_named_without_an_element() -> None:
    """An exception for a member of the root, and one for the same rule of an element, do not cover each other."""
    more = f'rule = "top-level-member-added"\nmember = "more"\n{END}'
    assert exit_status(accepted(REMOVED, RENAMED, more), Impact.ADDITIVE) == 0
    of_element = f'rule = "value-changed"\nid = "id2"\nmember = "more"\n{END}'
    assert exit_status(accepted(REMOVED, RENAMED, of_element)) == 1


def test_an_expired_exception_excuses_nothing() -> None:
    """It holds on the day of its expiry, with a warning from 14 days before; from the next day on it fails."""
    assert accepted(REMOVED, RENAMED, today=date(2030, 1, 16)).differences[0].accepted.startswith("accepted until")
    assert "only 14 days left" in accepted(REMOVED, today=date(2030, 1, 17)).differences[0].accepted
    assert "only 1 day left" in accepted(REMOVED, today=date(2030, 1, 30)).differences[0].accepted
    assert "today is the last day" in accepted(REMOVED, today=date(2030, 1, 31)).differences[0].accepted
    after = accepted(REMOVED, RENAMED, today=date(2030, 2, 1))
    assert [(s.number, s.rule, s.words) for s in after.stale] == [
        (1, "element-removed", "expired on 2030-01-31"),
        (2, "name-changed", "expired on 2030-01-31"),
    ]
    assert [d.rule.id for d in failing(after)] == ["element-removed", "name-changed"]


def test_what_is_unstable_can_be_accepted_and_is_not_stale() -> None:
    """An exception for a difference that flickers today is still needed tomorrow."""
    old = {KEY: [{"id": "id1", "name": "n1"}]}
    new = {KEY: [{"id": "id1", "name": "n2"}]}
    instability = compare(SUBJECT, observe(SUBJECT, old, old), observe(SUBJECT, new, old))
    after = accept(instability, entries(RENAMED.replace("id2", "id1")), TODAY)
    assert (after.stale, exit_status(after)) == ((), 0)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_an_exception_names_what_its_rule_is_about(rule: Any) -> None:
    """With element and member as the rule has them it is read; without one of them, or with one too many, refused."""
    for has_element in (False, True):
        for has_member in (False, True):
            named = 'id = "x"\n' * has_element + 'member = "m"\n' * has_member
            about = {
                (True, False): About.ELEMENT,
                (True, True): About.MEMBER,
                (False, True): About.TOP_LEVEL,
                (False, False): About.LIST,
            }[has_element, has_member]
            text = f'rule = "{rule.id}"\n{named}{END}'
            if about in rule.about:
                assert entries(text)[0].rule == rule.id
            else:
                with pytest.raises(UsageError, match=f"accept.toml: entry 1: .* the rule {rule.id} is about "):
                    entries(text)


def _removed(old: str, new: str) -> str:
    """A file with one exception, of which one text is another."""
    assert old in REMOVED
    return f"[[accept]]\n{REMOVED.replace(old, new)}"


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
        (f"[[accept]]\nnumber = {'9' * 5000}\n", "accept.toml: "),
        ("x = " + "[" * 5000, "accept.toml: "),
    ],
)
def test_a_malformed_file_is_refused(text: str, words: str) -> None:
    """One line says which entry and key is wrong, whatever is in the file."""
    with pytest.raises(UsageError) as caught:
        read(text, "accept.toml")
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_is_read(tmp_path: Path) -> None:
    """A file of exceptions gives them; one that is missing is a usage error."""
    path = tmp_path / "accept.toml"
    path.write_text(f"[[accept]]\n{REMOVED}", "utf-8")
    assert load(str(path)) == entries(REMOVED)
    with pytest.raises(UsageError, match="cannot be read"):
        load(str(tmp_path / "missing.toml"))
