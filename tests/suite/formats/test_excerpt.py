"""Excerpts: the place in a body that a JSON Pointer or a byte offset leads to, as it was received."""

import json
from typing import Any

import pytest
import reports
from hypothesis import given
from hypothesis import strategies as st

from contracts.core.finding import pointer as join
from contracts.core.finding import walk
from contracts.formats import html
from contracts.formats.html import Excerpt
from contracts.judging.json_scan import locate

_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=5)
_VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | _TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_TEXT | st.sampled_from(["a/b", "~", "~1"]), inner),
    max_leaves=8,
)


def excerpt(body: bytes, where: str) -> Excerpt:
    """The excerpt as a page shows it of a report that was judged."""
    return html.excerpt(body, where, locate)


@given(value=_VALUES, indent=st.sampled_from([None, 1, "\t"]))
def test_every_pointer_leads_to_its_value(value: Any, indent: int | str | None) -> None:
    """What is marked for a pointer is the text of the value that the pointer names."""
    body = json.dumps(value, indent=indent).encode()
    for path, node in walk(value):
        pointer = join(path)
        part = excerpt(body, pointer)
        if pointer and len(json.dumps(node, indent=8)) < 300:
            assert part.exact
            assert json.loads(part.marked) == node


@given(body=st.binary(max_size=900), where=st.sampled_from(["", "/a", "/0/b", "byte 0", "byte 3", "byte 99999"]))
def test_any_body_has_an_excerpt(body: bytes, where: str) -> None:
    """Whatever the bytes are, an excerpt can be encoded as UTF-8 and stays small."""
    part = excerpt(body, where)
    assert len((part.before + part.marked + part.after).encode()) < 5000


def test_the_object_around_a_place_is_shown_whole() -> None:
    """A pointer to a member shows its object, without the indentation that its lines share."""
    part = excerpt(reports.body_of(reports.CATEGORIES), "/event_categories/1/position")
    name, display_name = '"name": "addons"', '"display_name": "Addons"'
    before = f'{{\n  "id": "5982f139d48c360021b1eb45",\n  {name},\n  {display_name},\n  "position": '
    assert part == Excerpt(before, "2", "\n}", (True, True))


def test_a_place_that_does_not_exist_marks_what_lacks_it() -> None:
    """For a missing member the object that lacks it is marked, and said not to be the place itself."""
    part = excerpt(b'{"event_categories":[{"id":"1"},{"id":"2"}]}', "/event_categories/1/name")
    assert (part.marked, part.exact) == ('{"id":"2"}', False)


def test_a_byte_order_mark_moves_no_pointer() -> None:
    """Pointers lead to their place also behind a byte order mark."""
    assert excerpt(b"\xef\xbb\xbf[1, 2]", "/1").marked == "2"


def test_a_repeated_name_marks_the_last() -> None:
    """Of members with one name the last is marked, which is the one that most decoders keep."""
    assert excerpt(b'{"id":"1","id":"2"}', "/id") == Excerpt('{"id":"1","id":', '"2"', "}")


@pytest.mark.parametrize(
    ("body", "where", "expected"),
    [
        (b"caf\xe9!", "byte 3", Excerpt("caf", "\\xe9", "!")),
        ("café!".encode(), "byte 3", Excerpt("caf", "é", "!")),
        (b"{}", "byte 2", Excerpt("{}", "␃", "")),
        (b"\xef\xbb\xbf{}", "byte 0", Excerpt("", "\ufeff", "{}")),
        (b"x" * 1000, "byte 500", Excerpt("x" * 240, "x", "x" * 239, (True, True))),
    ],
)
def test_a_byte_is_marked_as_the_character_that_it_begins(body: bytes, where: str, expected: Excerpt) -> None:
    """A byte offset marks one character, an invalid byte as its escape, the end of the body as a sign for it."""
    assert excerpt(body, where) == expected


def test_a_long_value_is_shortened() -> None:
    """A long value is marked by its beginning, with its length; what stands around it is bounded, too."""
    body = json.dumps({"a": "b" * 9000, "name": "n" * 200_000, "z": "y" * 9000}).encode()
    part = excerpt(body, "/name")
    assert part.marked.endswith("… (200,002 characters)")
    assert len(part.before + part.marked + part.after) < 1000
    assert part.cut == (True, True)


def test_hostile_numbers_and_nesting_are_passed_over() -> None:
    """Digits without end are not converted; what is nested too deep is shown from its beginning."""
    body = b'{"a":' + b"9" * 10_000 + b',"b":1e999999999999,"c":7}'
    assert excerpt(body, "/c").marked == "7"
    assert excerpt(b"[" * 100_000, "/0/0").before.startswith("[[[")
