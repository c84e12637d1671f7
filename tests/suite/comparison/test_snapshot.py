"""Snapshots: what was observed, kept exactly, in a text that is a pleasure to compare line by line."""

import difflib
import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from cases import raw, run
from hypothesis import example, given
from hypothesis import strategies as st

from contracts.comparison.compare import compare
from contracts.comparison.gate import says_the_same
from contracts.comparison.snapshot import SCHEMA, CouldNotCompare, Reading, Snapshot, read, render
from contracts.comparison.values import text_of
from contracts.core.errors import UsageError
from contracts.core.report import Impact
from contracts.event_categories.comparison import SUBJECT
from contracts.judging import judge
from contracts.judging.strict_json import decode
from contracts.judging.values import identical, written
from contracts.settings.table import BY_NAME

KEY = SUBJECT.key
SCHEMAS = Path(__file__).parents[3] / "schemas"
FIRST = Reading(
    [
        {"position": 1, "id": "a1", "name": "app_operations", "display_name": "App operations"},
        {"position": Decimal("3.0"), "id": "a2", "name": "addons", "display_name": "Zusätze", "tags": ["x", {}]},
    ],
    {"meta": None},
)
SNAPSHOT = Snapshot(
    contract="event-categories",
    digest=f"sha256:{'0' * 64}",
    suite="0.1.0",
    target="https://api.example/v1/event_categories",
    taken="2030-01-31T12:00:00Z",
    verdict="conforms",
    readings=(FIRST,),
    times=2,
)
TEXT = """{
  "$schema": "https://event-categories-contracts.invalid/schemas/snapshot.schema.json",
  "format": 1,
  "contract": {
    "digest": "sha256:0000000000000000000000000000000000000000000000000000000000000000",
    "name": "event-categories"
  },
  "suite": "0.1.0",
  "target": "https://api.example/v1/event_categories",
  "taken": "2030-01-31T12:00:00Z",
  "verdict": "conforms",
  "readings": 2,
  "list": [
    {
      "display_name": "App operations",
      "id": "a1",
      "name": "app_operations",
      "position": 1
    },
    {
      "display_name": "Zusätze",
      "id": "a2",
      "name": "addons",
      "position": 3.0,
      "tags": [
        "x",
        {}
      ]
    }
  ],
  "top_level": {
    "meta": null
  }
}
"""


def test_the_text_of_a_snapshot() -> None:
    """One member a line, members sorted, elements as they came, numbers in their form; the second reading once."""
    assert render(SNAPSHOT) == TEXT
    assert read(TEXT, "snapshot.json") == SNAPSHOT


def test_the_order_of_members_does_not_matter() -> None:
    """A target that writes its members in another order gives the same text."""
    elements = [dict(reversed(element.items())) for element in FIRST.elements]
    assert render(replace(SNAPSHOT, readings=(Reading(elements, {"meta": None}),))) == TEXT


def test_one_change_is_one_line() -> None:
    """Another display name is one line less and one more: nothing else moves."""
    changed = [{**FIRST.elements[0], "display_name": "Operations"}, FIRST.elements[1]]
    after = Reading(changed, FIRST.top_level)
    lines = difflib.ndiff(TEXT.splitlines(), render(replace(SNAPSHOT, readings=(after,))).splitlines())
    assert [line for line in lines if line[0] in "-+"] == [
        '-       "display_name": "App operations",',
        '+       "display_name": "Operations",',
    ]


def reread(*answers: Reading) -> Snapshot:
    """The snapshot that was read so often, and each time said this."""
    return replace(SNAPSHOT, readings=answers, times=len(answers))


OTHERS = (
    Reading([], {}),
    Reading(FIRST.elements, {}),
    Reading([FIRST.elements[0], {**FIRST.elements[1], "position": 3}], {"meta": None}),
)


def test_each_reading_is_kept_where_it_differs() -> None:
    """Also when only the form of a number differs, or a member of the root; one reading alone is told as one."""
    for others in ((), OTHERS[:1], OTHERS[1:2], OTHERS[2:], OTHERS):
        stored = reread(FIRST, *others)
        again = read(render(stored), "snapshot.json")
        assert again == stored
        assert [text_of(each.elements) for each in again.readings] == [
            text_of(each.elements) for each in stored.readings
        ]
    assert '"readings": 1' in render(reread(FIRST))
    assert '"repeat": {' in render(reread(FIRST, OTHERS[0]))


def test_a_snapshot_is_a_side_of_a_comparison() -> None:
    """What it does not keep is known from the file, and a snapshot does not differ from itself."""
    again = Reading([FIRST.elements[0], {**FIRST.elements[1], "tags": []}], FIRST.top_level)
    side = read(render(reread(FIRST, again)), "snapshot.json").comparable(SUBJECT)
    comparison = compare(SUBJECT, side, read(TEXT, "snapshot.json").comparable(SUBJECT))
    assert comparison.differences == ()
    assert comparison.instability == ('old: tags of the category "a2"',)
    assert comparison.read_once == ()
    assert compare(SUBJECT, reread(FIRST).comparable(SUBJECT), side).read_once == ("old",)


def test_a_snapshot_that_says_the_same() -> None:
    """Times may differ, and what both do not keep; what anybody notices, and what the suite found, may not."""

    def changing(*values: str) -> Snapshot:
        answers = (Reading([FIRST.elements[0], {**FIRST.elements[1], "tags": value}], {}) for value in values)
        return reread(*answers)

    later = replace(SNAPSHOT, taken="2031-01-31T12:00:00Z")
    assert says_the_same(SUBJECT, SNAPSHOT, later)
    assert says_the_same(SUBJECT, changing("a", "b"), changing("c", "d"))
    assert not says_the_same(SUBJECT, changing("a", "b"), changing("c"))
    assert not says_the_same(SUBJECT, SNAPSHOT, replace(later, verdict="violates"))
    assert not says_the_same(SUBJECT, SNAPSHOT, replace(later, readings=(OTHERS[1],)))
    assert not says_the_same(SUBJECT, SNAPSHOT, replace(later, readings=(OTHERS[2],)))
    once, twice = replace(changing("a"), times=2), changing("a", "b")
    assert not says_the_same(SUBJECT, once, twice)
    assert not says_the_same(SUBJECT, twice, once)
    with pytest.raises(CouldNotCompare):
        says_the_same(SUBJECT, reread(FIRST, OTHERS[0]), reread(FIRST, OTHERS[0]))


def test_a_snapshot_that_keeps_something_else_says_something_else() -> None:
    """Two categories that change from answer to answer are not the same as two others, whichever is asked first."""

    def listing(*tags: str) -> Reading:
        return Reading([{"id": f"a{n}", "name": f"n{n}", "tags": tag} for n, tag in enumerate(tags)], {})

    one = reread(listing("a", "b", "c", "d"), listing("x", "y", "c", "d"))
    other = reread(listing("k", "k", "c", "d"), listing("k", "k", "x", "y"))
    assert compare(SUBJECT, one, other).counts[Impact.VISIBLE] == 0
    assert compare(SUBJECT, other, one).counts[Impact.VISIBLE] == 2
    assert not says_the_same(SUBJECT, one, other)
    assert not says_the_same(SUBJECT, other, one)


def taken(*bodies: Any) -> Snapshot:
    """The snapshot of a run in which the list was answered with these bodies, one after the other."""
    first, *others = (raw(body if isinstance(body, str) else json.dumps(body)) for body in bodies)
    return Snapshot.from_report(judge.report_of(run({"list": first, "repeat": others})))


def test_answers_are_taken_apart() -> None:
    """The list and the rest of the root, in the form in which numbers came; of equal answers one is kept."""
    answer, again = {KEY: [], "meta": {}}, {KEY: [], "meta": 1}
    assert taken(answer, answer).readings == (Reading([], {"meta": {}}),)
    assert taken({"a": 1, KEY: [], "z": 2}).first == Reading([], {"a": 1, "z": 2})
    assert taken(answer, again, answer, again).readings == (Reading([], {"meta": {}}), Reading([], {"meta": 1}))
    assert taken(answer, again, answer, again).times == 4
    assert len(taken(answer, again, {**answer, "meta": 1.0}).readings) == 3
    assert text_of(taken('{"event_categories": [], "meta": 1e2}').first.top_level) == '{"meta": 1e2}'
    assert text_of(taken('{"event_categories": [], "meta": 0.0000001}').first.top_level) == '{"meta": 0.0000001}'


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({}, f"the body holds no list as its member {KEY}"),
        ({KEY: {}}, f"the body holds no list as its member {KEY}"),
        ([], f"the body holds no list as its member {KEY}"),
        (None, f"the body holds no list as its member {KEY}"),
        ('{"event_categories": [}', "the body is no strict JSON: byte 22: exactly one JSON text"),
        ('{"event_categories": [], "event_categories": []}', "the body is no strict JSON: /event_categories: "),
    ],
)
def test_an_answer_without_a_list_is_no_observation(body: Any, words: str) -> None:
    """Whichever answer of the run it was, that is said."""
    with pytest.raises(CouldNotCompare, match="the list was not observed: ") as caught:
        taken(body, {KEY: []})
    assert words in str(caught.value)
    with pytest.raises(CouldNotCompare, match="answer 2 was not observed: "):
        taken({KEY: []}, body)


def test_a_lone_surrogate_is_kept() -> None:
    """What a target sent is kept as it came."""
    assert taken('{"event_categories": [], "x": "\\ud800"}').first.top_level == {"x": "\ud800"}


def test_the_schema_describes_every_snapshot() -> None:
    """The schema is valid, accepts what is written, and is where every other schema of the project is."""
    schema = json.loads((SCHEMAS / SCHEMA).read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    whole = replace(reread(FIRST, *OTHERS), partial=("a file was judged",), source="result")
    for snapshot in (SNAPSHOT, reread(FIRST), reread(FIRST, OTHERS[0]), whole):
        validator.validate(json.loads(render(snapshot)))
    neighbour = json.loads((SCHEMAS / "report.schema.json").read_text("utf-8"))
    assert schema["$id"].rpartition("/")[0] == neighbour["$id"].rpartition("/")[0]
    assert schema["properties"].keys() == json.loads(render(whole)).keys()


def _edited(path: str, value: Any = ...) -> str:
    document: Any = json.loads(TEXT)
    *steps, last = path.split("/")
    node = document
    for name in steps:
        node = node[name]
    if value is ...:
        del node[last]
    else:
        node[last] = value
    return json.dumps(document)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "exactly one JSON text"),
        ("[]", "the whole"),
        ("null", "the whole"),
        (TEXT + "x", "exactly one JSON text"),
        (TEXT.replace('"format": 1', '"format": NaN'), "no JSON number"),
        (TEXT.replace('"id": "a1"', '"id": "a1", "id": "a2"'), "each name once"),
        (TEXT.replace('"suite"', '"suite": "1", "suite"'), "each name once"),
        ("\ufeff" + TEXT, "no byte order mark"),
        (_edited("format", 2), "/format"),
        (_edited("$schema", "x"), "/$schema"),
        (_edited("contract", "x"), "/contract"),
        (_edited("contract/digest", "sha256:0"), "/contract/digest"),
        (_edited("contract/extra", 1), "/contract"),
        (_edited("taken", "yesterday"), "/taken"),
        (_edited("taken", "2030-13-31T12:00:00Z"), "/taken"),
        (_edited("verdict", "fine"), "/verdict"),
        (_edited("verdict", 10**3000), "/verdict"),
        (_edited("suite", "\ud800"), "cannot be read"),
        (_edited("readings", 0), "/readings"),
        (_edited("readings", 1.5), "/readings"),
        (_edited("readings", 10**40), "/readings"),
        (_edited("readings", "2"), "/readings"),
        (_edited("list", {}), "/list"),
        (_edited("list"), "list"),
        (_edited("top_level", []), "/top_level"),
        (_edited("other", 1), "the whole"),
        (_edited("repeat", {"list": []}), "/repeat"),
        (_edited("repeat", None), "/repeat"),
        (_edited("repeat", {"list": [], "top_level": {}, "repeat": {}}), "/repeat"),
        (_edited("readings", 1).replace('"list"', '"repeat": {"list": [], "top_level": {}}, "list"'), "/repeat"),
        (_edited("repeat", [{"list": [], "top_level": {}}]), "/repeat"),
        (_edited("repeat", [{"list": [], "top_level": {}}] * 2), "fewer readings"),
        (_edited("repeat", [{"list": [], "top_level": {}}, []]), "/repeat"),
        (_edited("partial", []), "/partial"),
        (_edited("source", "url"), "/source"),
        ("[" * 300, "nests deeper"),
        ("[" * 300 + "]" * 300, "nests deeper"),
        ('{"a": 1e99999999999999999999}', "exponent is too large"),
    ],
)
def test_what_is_no_snapshot_is_refused(text: str, words: str) -> None:
    """One line names the file and what is wrong with it: grammar, a repeated name, the schema, a time."""
    with pytest.raises(UsageError) as caught:
        read(text, "snapshot.json")
    assert str(caught.value).startswith("snapshot.json: the snapshot cannot be read: ")
    assert words in str(caught.value)
    assert str(caught.value).isprintable()


_NUMBERS = st.integers() | st.decimals(allow_nan=False, allow_infinity=False) | st.just(10**700)
_SCALARS = st.none() | st.booleans() | _NUMBERS | st.text(st.characters(codec=None), max_size=6)
VALUES = st.recursive(
    _SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)


@given(VALUES)
@example('##[command]\x00\u2028\u202e\ud800\U0001f600"\\/')
@example("#\x00")
@example({"\ud800": [Decimal("3e0"), Decimal("-0.0"), Decimal("1e400"), Decimal("1E-400"), 10**5000]})
@example([Decimal("9" * 5000), 10**700, Decimal("1" * 641)])
def test_values_come_back_exactly(value: Any) -> None:
    """A text decodes to the value, numbers in their form, whatever its depth; it is printable, and UTF-8."""
    for depth in (None, 2):
        text = text_of(value, depth)
        again = decode(text.encode("utf-8"), written).value
        assert identical(again, value)
        assert text_of(again, depth) == text
        assert text.replace("\n", "").isprintable()
        assert "##[" not in text


@given(
    st.lists(VALUES, max_size=3), st.dictionaries(st.text(max_size=3), VALUES, max_size=2), st.lists(VALUES, max_size=1)
)
def test_every_snapshot_is_read_as_it_was_written(elements: list[Any], root: dict[str, Any], again: list[Any]) -> None:
    """What is read and written again is the same text, for any list that a target may send."""
    for others in ((), (Reading(again, root),), (Reading(again, root), Reading([], root))):
        text = render(reread(Reading(elements, root), *others))
        stored = read(text, "snapshot.json")
        assert render(stored) == text
        assert text_of(stored.readings[0].elements) == text_of(elements)


def test_deep_values_are_kept() -> None:
    """What strict decoding reads can be written, as deep as it goes: within a snapshot a few levels less."""
    deep: Any = 1
    for _ in range(197):
        deep = [deep]
    answer = Reading([deep], {})
    text = render(reread(answer))
    assert render(read(text, "snapshot.json")) == text


@pytest.mark.parametrize(
    ("one", "other", "are_equal", "are_identical"),
    [
        (1, True, False, False),
        (0, False, False, False),
        (1, Decimal("1.0"), True, False),
        (written("1e0"), 1, True, False),
        (written("1e2"), Decimal("100.0"), True, False),
        (written("1e2"), written("1E2"), True, False),
        (written("0.0000001"), Decimal("1E-7"), True, False),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}, True, True),
        ({"a": 1}, {"a": None}, False, False),
        ({"a": None}, {}, False, False),
        ([1, 2], [2, 1], False, False),
        ([1], [1, 1], False, False),
        ([True], [1], False, False),
        ("1", 1, False, False),
        (None, False, False, False),
        (10**30, written("1e30"), True, False),
        ([], {}, False, False),
    ],
)
def test_equality_of_values(one: Any, other: Any, *, are_equal: bool, are_identical: bool) -> None:
    """Values are equal as JSON has it, and have one text when their numbers are written alike as well."""
    assert (identical(one, other), identical(other, one)) == (are_equal, are_equal)
    assert (text_of(one) == text_of(other)) == are_identical


def test_a_snapshot_holds_what_a_run_may_read() -> None:
    """The schema admits as many readings as --repeat can ask for, and the list itself."""
    most = json.loads((SCHEMAS / SCHEMA).read_text("utf-8"))["properties"]["readings"]["maximum"]
    assert BY_NAME["repeat"].read(str(most - 1)) == most - 1
    with pytest.raises(ValueError, match="a whole number from 1 to"):
        BY_NAME["repeat"].read(str(most))
