"""Snapshots: what was observed, kept exactly, in a text that is a pleasure to compare line by line."""

import difflib
import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from contracts.comparison.compare import compare
from contracts.comparison.snapshot import SCHEMA, Answer, Snapshot, answer_of, load, read, render
from contracts.comparison.values import equal, identical, text_of
from contracts.core.errors import UsageError
from contracts.event_categories.comparison import SUBJECT
from contracts.judging.strict_json import decode

KEY = SUBJECT.key
SCHEMAS = Path(__file__).parents[3] / "schemas"
FIRST = Answer(
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
    first=FIRST,
    repeat=FIRST,
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
    assert render(replace(SNAPSHOT, first=Answer(elements, {"meta": None}))) == TEXT


def test_one_change_is_one_line() -> None:
    """Another display name is one line less and one more: nothing else moves."""
    changed = [{**FIRST.elements[0], "display_name": "Operations"}, FIRST.elements[1]]
    after = Answer(changed, FIRST.top_level)
    lines = difflib.ndiff(TEXT.splitlines(), render(replace(SNAPSHOT, first=after, repeat=after)).splitlines())
    assert [line for line in lines if line[0] in "-+"] == [
        '-       "display_name": "App operations",',
        '+       "display_name": "Operations",',
    ]


def test_the_second_reading_is_kept_where_it_differs() -> None:
    """Also when only the form of a number differs, or a member of the root; one reading alone is told as one."""
    for second in (
        Answer([], {}),
        Answer(FIRST.elements, {}),
        Answer([FIRST.elements[0], {**FIRST.elements[1], "position": 3}], {"meta": None}),
    ):
        text = render(replace(SNAPSHOT, repeat=second))
        again = read(text, "snapshot.json").repeat
        assert again is not None
        assert identical(again.elements, second.elements)
        assert again.top_level == second.top_level
    once = render(replace(SNAPSHOT, repeat=None))
    assert '"readings": 1' in once
    assert read(once, "snapshot.json").repeat is None


def test_a_snapshot_is_a_side_of_a_comparison() -> None:
    """What flickers within it is known from the file, and a snapshot does not differ from itself."""
    instability = replace(SNAPSHOT, repeat=Answer(FIRST.elements[:1], FIRST.top_level))
    side = read(render(instability), "snapshot.json").observation(SUBJECT)
    comparison = compare(SUBJECT, side, read(TEXT, "snapshot.json").observation(SUBJECT))
    assert comparison.differences == ()
    assert comparison.instability == ('old: the category "a2" is not in both readings',)
    assert comparison.read_once == ()
    once = replace(SNAPSHOT, repeat=None).observation(SUBJECT)
    assert compare(SUBJECT, once, side).read_once == ("old",)


def test_answers_are_taken_apart() -> None:
    """The list and the rest of the root; a body without a list cannot be kept."""
    answer = answer_of(KEY, {KEY: [1], "meta": {}})
    assert (answer.elements, answer.top_level) == ([1], {"meta": {}})
    for body in ({}, {KEY: {}}, [], None):
        with pytest.raises(UsageError, match=f"holds no list as its member {KEY}"):
            answer_of(KEY, body)


def test_the_schema_describes_every_snapshot() -> None:
    """The schema is valid, accepts what is written, and is where every other schema of the project is."""
    schema = json.loads((SCHEMAS / SCHEMA).read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    for snapshot in (SNAPSHOT, replace(SNAPSHOT, repeat=None), replace(SNAPSHOT, repeat=Answer([], {}))):
        validator.validate(json.loads(render(snapshot)))
    neighbour = json.loads((SCHEMAS / "report.schema.json").read_text("utf-8"))
    assert schema["$id"].rpartition("/")[0] == neighbour["$id"].rpartition("/")[0]
    assert list(schema["properties"]) == [*json.loads(TEXT), "repeat"]


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
        (_edited("readings", 3), "/readings"),
        (_edited("readings", "2"), "/readings"),
        (_edited("list", {}), "/list"),
        (_edited("list"), "list"),
        (_edited("top_level", []), "/top_level"),
        (_edited("other", 1), "the whole"),
        (_edited("repeat", {"list": []}), "/repeat"),
        (_edited("repeat", None), "/repeat"),
        (_edited("repeat", {"list": [], "top_level": {}, "repeat": {}}), "/repeat"),
        (_edited("readings", 1).replace('"list"', '"repeat": {"list": [], "top_level": {}}, "list"'), "/repeat"),
        ("[" * 300, "exactly one JSON text"),
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


def test_a_file_is_read(tmp_path: Path) -> None:
    """A stored snapshot comes back; a file that is missing is a usage error."""
    path = tmp_path / "snapshot.json"
    path.write_text(TEXT, "utf-8")
    assert load(str(path)) == SNAPSHOT
    with pytest.raises(UsageError, match="cannot be read"):
        load(str(tmp_path / "missing.json"))


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
        again = decode(text.encode("utf-8")).value
        assert identical(again, value)
        assert equal(again, value)
        assert text_of(again, depth) == text
        assert text.replace("\n", "").isprintable()
        assert "##[" not in text


@given(
    st.lists(VALUES, max_size=3), st.dictionaries(st.text(max_size=3), VALUES, max_size=2), st.lists(VALUES, max_size=1)
)
def test_every_snapshot_is_read_as_it_was_written(elements: list[Any], root: dict[str, Any], again: list[Any]) -> None:
    """What is read and written again is the same text, for any list that a target may send."""
    for repeat in (None, Answer(elements, root), Answer(again, root)):
        text = render(replace(SNAPSHOT, first=Answer(elements, root), repeat=repeat))
        stored = read(text, "snapshot.json")
        assert render(stored) == text
        assert identical(stored.first.elements, elements)


def test_deep_values_are_kept() -> None:
    """What strict decoding reads can be written, as deep as it goes: within a snapshot a few levels less."""
    deep: Any = 1
    for _ in range(197):
        deep = [deep]
    answer = Answer([deep], {})
    text = render(replace(SNAPSHOT, first=answer, repeat=answer))
    assert render(read(text, "snapshot.json")) == text


@pytest.mark.parametrize(
    ("one", "other", "are_equal", "are_identical"),
    [
        (1, True, False, False),
        (0, False, False, False),
        (1, Decimal("1.0"), True, False),
        (Decimal("1e0"), 1, True, False),
        (Decimal("1e2"), Decimal("100.0"), True, False),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}, True, True),
        ({"a": 1}, {"a": None}, False, False),
        ({"a": None}, {}, False, False),
        ([1, 2], [2, 1], False, False),
        ([1], [1, 1], False, False),
        ([True], [1], False, False),
        ("1", 1, False, False),
        (None, False, False, False),
        (10**30, Decimal(10**30).scaleb(0), True, False),
        ([], {}, False, False),
    ],
)
def test_equality_of_values(one: Any, other: Any, *, are_equal: bool, are_identical: bool) -> None:
    """Values are equal as JSON has it, and identical when their numbers are written alike as well."""
    assert (equal(one, other), equal(other, one)) == (are_equal, are_equal)
    assert (identical(one, other), identical(other, one)) == (are_identical, are_identical)
