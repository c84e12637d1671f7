"""Going through a JSON text without building its values: the place of whatever is wrong with it first."""

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from contracts.judging.json_scan import Scan, scan

NAME = "Expecting property name enclosed in double quotes"
#: Texts, with what is wrong with each.
TEXTS: dict[str, tuple[str, Scan]] = {
    "nothing": ('{"ab": {}, "ac": [1, "x", {"ab": null}], "": ""}', Scan()),
    "names that differ in their last letter": ('[{"ab":1,"ac":2},{"ab":1}]', Scan()),
    "a name again": ('{"a": 1, "a": 2}', Scan(repeated=(9, "a"))),
    "the first of two": ('{"a": 1, "b": 2, "b": 3, "a": 4}', Scan(repeated=(17, "b"))),
    "a name again before an object": ('{"a": {}, "a": {}}', Scan(repeated=(10, "a"))),
    "a name again, as an escape": ('{"a": 1, "\\u0061": 2}', Scan(repeated=(9, "a"))),
    "a name again in the second of many": ('[{"a":1,"b":2},{"b":1,"c":1,"b":2}]', Scan(repeated=(28, "b"))),
    "a name of the object around": ('{"a": {"a": 1}, "b": {"a": {"a": 1}}}', Scan()),
    "half a character in a value": ('["ab", "\\udc00x"]', Scan(surrogate=(7, "\udc00x"))),
    "half a character in a name": ('{"\\ud800": 1}', Scan(surrogate=(1, "\ud800"))),
    "the first half of two": ('["\\ud801", "\\ud802"]', Scan(surrogate=(1, "\ud801"))),
    "both halves": ('["\\ud83d\\ude00"]', Scan()),
    "more behind the end": ("{} 1", Scan(error=(3, "Extra data"))),
    "no value": ("[1, ]", Scan(error=(4, "Expecting value"))),
    "no name": ('{"a": 1, }', Scan(error=(9, NAME))),
    "no colon": ('{"a" 1}', Scan(error=(5, "Expecting ':' delimiter"))),
    "no comma": ("[[] []]", Scan(error=(4, "Expecting ',' delimiter"))),
    "an array closed as an object": ("[1}", Scan(error=(2, "Expecting ',' delimiter"))),
    "an object closed as an array": ('{"a":1]', Scan(error=(6, "Expecting ',' delimiter"))),
    "never closed": ("[[1]", Scan(error=(4, "Expecting ',' delimiter"))),
    "closed too often": ("[[1]]]", Scan(error=(5, "Extra data"))),
    "no text": (" ", Scan(error=(1, "Expecting value"))),
    "a number that is none": ("[NaN]", Scan(error=(1, "Expecting value"))),
}


@pytest.mark.parametrize("name", TEXTS)
def test_what_is_wrong_is_told_by_its_place(name: str) -> None:
    """The first of each kind, at its character."""
    text, found = TEXTS[name]
    assert scan(text) == found


_VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=2), inner, max_size=5),
    max_leaves=20,
)


@given(value=_VALUES, indent=st.sampled_from([None, 1]), escaped=st.booleans(), place=st.integers(0, 400))
@example(value=[{"ab": 1, "ac": 2}, {"ab": 1}], indent=None, escaped=True, place=400)
def test_any_text_is_refused_where_the_standard_decoder_refuses_it(
    *, value: Any, indent: int | None, escaped: bool, place: int
) -> None:
    """A JSON text has no error; without one of its characters it has one if, and only if, json.loads finds one."""
    text = json.dumps(value, indent=indent, ensure_ascii=escaped)
    assert scan(text).error is None
    assert scan(text).repeated is None
    text = text[:place] + text[place + 1 :]
    try:
        json.loads(text)
    except json.JSONDecodeError:
        assert scan(text).error
    else:
        assert scan(text).error is None
