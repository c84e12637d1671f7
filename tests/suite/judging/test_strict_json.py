"""Strict decoding: everything that json.loads lets through is seen, said and placed."""

import json
import sys
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from strategies import VALUES, texts

from contracts.core.errors import BrokenAnswer
from contracts.core.finding import KEPT, Violation, walk
from contracts.core.finding import pointer as join
from contracts.judging import strict_json
from contracts.judging.json_scan import MAX_CONTAINERS, MAX_DEPTH, MAX_VALUES
from contracts.judging.strict_json import Document, Flaw, decode
from contracts.judging.values import ABSENT


def places(document: Document) -> list[tuple[str, str]]:
    return [(violation.clause, violation.where) for violation in document.violations]


def loads(text: str) -> Any:
    """What the standard library makes of a text, numbers exact."""
    return json.loads(text, parse_float=Decimal)


@given(st.data())
def test_every_json_text_decodes_to_what_json_loads_says_without_a_violation(data: st.DataObject) -> None:
    """A text that is strict JSON has no violation, and decodes to the values of json.loads with exact decimals."""
    text = data.draw(texts(data.draw(VALUES)))
    document = decode(text.encode())
    assert document.violations == ()
    assert document.problem is None
    assert document.value == loads(text)
    assert repr(document.value) == repr(loads(text))  # 1 and 1.0 are equal, and not the same


@given(
    st.binary(max_size=60) | st.text('[]{}":,\\u0d8 truefalsn1.eE-+NaInity\n\x00\ufeff', max_size=40).map(str.encode)
)
@example(b'"\\ud800"')
@example(b"[1e99999999999999999999, NaN]")
@example(b"\x00")
@example(b"\xff\xfe")
def test_decode_never_raises(body: bytes) -> None:
    """Whatever the bytes, decoding returns a document: with a value, or with a violation or problem in its place."""
    document = decode(body)
    assert (document.value is not ABSENT) or document.violations or document.problem
    for violation in document.violations:
        assert violation.where.startswith(("/", "byte ")) or violation.where == ""
        assert all((violation.expected, violation.received, violation.where.encode() or True))


@given(st.binary(max_size=60) | st.text('[]{}":,\\u0d8 truefalsn1.e-', max_size=40).map(str.encode))
def test_what_is_accepted_json_loads_accepts(body: bytes) -> None:
    """Strict decoding accepts no text that json.loads refuses."""
    if decode(body).value is not ABSENT:
        json.loads(body)


NOT_WELL_FORMED = {
    "empty": (b"", 0),
    "white space only": (b" \n", 2),
    "trailing comma in an array": (b"[1,]", 3),
    "trailing comma and white space in an array": (b"[1,\n ]", 5),
    "trailing bytes": (b"{} x", 3),
    "two texts": (b"{}{}", 2),
    "a closing bracket too many": (b"[]]", 2),
    "an open array": (b"[1", 2),
    "single quotes": (b"['a']", 1),
    "a bare word": (b"[tru]", 1),
    "a comment": (b"[1 /* one */]", 3),
    "a leading zero": (b"[01]", 2),
    "a leading plus": (b"[+1]", 1),
    "a point without digits": (b"[1.]", 2),
    "a hexadecimal number": (b"[0x1]", 2),
    "a raw newline in a string": (b'["a\nb"]', 3),
    "a raw NUL in a string": (b'["a\x00b"]', 3),
    "an unknown escape": (b'["\\x41"]', 2),
    "a vertical tab as space": (b"[\v1]", 1),
    "a no-break space": ("[\u00a01]".encode(), 1),
    "a missing colon": (b'{"a" 1}', 5),
    "a name that is no string": (b"{1: 2}", 1),
    "NaN": (b"[NaN]", 1),
    "Infinity": (b'{"NaN": Infinity}', 8),
    "-Infinity": (b'["-Infinity", -Infinity]', 14),
    "NaN after escaped quotes": (b'["\\"NaN\\"", NaN, NaN]', 12),
    "an error after characters of several bytes": ('["é€😀", x]'.encode(), 14),
    "an error after a byte order mark": (b"\xef\xbb\xbf[x]", 4),
    "a constant after a byte order mark": (b"\xef\xbb\xbf[NaN]", 4),
    "a second byte order mark": (b"\xef\xbb\xbf\xef\xbb\xbf[]", 3),
}


@pytest.mark.parametrize(("body", "offset"), NOT_WELL_FORMED.values(), ids=NOT_WELL_FORMED)
def test_what_is_no_json_text_is_told_by_its_byte(body: bytes, offset: int) -> None:
    """A body that is no JSON text has one grammar violation, at the byte (not the character) where reading stopped."""
    document = decode(body)
    assert document.value is ABSENT
    assert [where for rule, where in places(document) if rule is Flaw.GRAMMAR] == [f"byte {offset}"]


def test_the_violation_quotes_what_stands_there() -> None:
    """A grammar violation quotes up to forty characters from where reading stopped, or says that the body ends."""
    assert decode(b"[1, oops]").violations == (
        Violation(Flaw.GRAMMAR, "byte 4", "exactly one JSON text", "'oops]', where a value is expected"),
    )
    assert decode(b"[" + b"x" * 99).violations[0].received == f"{'x' * 40!r}, where a value is expected"
    end = "the end of the body, where a comma, or the end of an array or object, is expected"
    assert decode(b"[1").violations[0].received == end
    assert decode(b"[1, -Infinity]").violations[0].received == "'-Infinity]', and -Infinity is no JSON number"


@pytest.mark.parametrize(
    "text",
    ["{", "[1 2]", '{"a" 1}', "{1: 2}", "[] x", '["\t"]', '["\\x"]', '["\\u12"]', '["', "tru", "[1,]", "{}}", "nan"],
)
def test_no_words_of_the_decoder_are_shown(text: str) -> None:
    """What was received is told in the words of this suite: those of Python change from version to version."""
    [violation] = decode(text.encode()).violations
    assert violation.received.partition(", ")[2] in strict_json._IN_WORDS.values()


NOT_UTF_8 = {
    "ISO 8859-1": ('["é"]'.encode("iso-8859-1"), "byte 2", "E9 22 5D, which is no character in UTF-8"),
    "a surrogate in UTF-8": (b'["\xed\xa0\x80"]', "byte 2", "ED A0 80 22, which is no character in UTF-8"),
    "an overlong form": (b'["\xc0\xaf"]', "byte 2", "C0 AF 22 5D, which is no character in UTF-8"),
    "a cut character": (b'["\xe2\x82', "byte 2", "E2 82, which is no character in UTF-8"),
    "UTF-16, little endian": ('{"a": 1}'.encode("utf-16-le"), "byte 0", "UTF-16-LE: the body begins with 7B 00 22 00"),
    "UTF-16, big endian": ('{"a": 1}'.encode("utf-16-be"), "byte 0", "UTF-16-BE: the body begins with 00 7B 00 22"),
    "UTF-16 with its mark": (b"\xff\xfe[\x00]\x00", "byte 0", "UTF-16: the body begins with FF FE 5B 00"),
    "UTF-32, little endian": ("[]".encode("utf-32-le"), "byte 0", "UTF-32-LE: the body begins with 5B 00 00 00"),
    "UTF-32, big endian": ("[]".encode("utf-32-be"), "byte 0", "UTF-32-BE: the body begins with 00 00 00 5B"),
    "UTF-16 of one character": (b"7\x00", "byte 0", "UTF-16-LE: the body begins with 37 00"),
}


@pytest.mark.parametrize(("body", "where", "received"), NOT_UTF_8.values(), ids=NOT_UTF_8)
def test_what_is_not_utf_8_is_told_by_its_byte(body: bytes, where: str, received: str) -> None:
    """A body in another encoding has one encoding violation and no value: no decoder is left to guess."""
    assert decode(body) == Document(violations=(Violation(Flaw.ENCODING, where, "UTF-8", received),))


def test_a_byte_order_mark_is_a_violation_and_no_obstacle() -> None:
    """A byte order mark is told, and what follows is decoded all the same."""
    document = decode(b'\xef\xbb\xbf{"a": 1}')
    mark = Violation(Flaw.ENCODING, "byte 0", "no byte order mark", "EF BB BF, the byte order mark of UTF-8")
    assert document == Document({"a": 1}, (mark,), objects=1, members=1)
    assert places(decode(b"\xef\xbb\xbf\xff")) == [(Flaw.ENCODING, "byte 0"), (Flaw.ENCODING, "byte 3")]
    assert places(decode(b"\xef\xbb\xbf[\x00]\x00")) == [(Flaw.ENCODING, "byte 0"), (Flaw.ENCODING, "byte 3")]


REPEATED = {
    "in the root": (b'{"a": 1, "a": 2}', ["/a"]),
    "three times is one violation": (b'{"a": 1, "a": 2, "a": 3}', ["/a"]),
    "two names": (b'{"a": 1, "b": 2, "b": 3, "a": 4}', ["/a", "/b"]),
    "deep inside": (b'[{"x": [0, {"a": 1, "a": 1}]}]', ["/0/x/1/a"]),
    "written in two ways": (b'{"a": 1, "\\u0061": 2}', ["/a"]),
    "the empty name": (b'{"": 1, "": 2}', ["/"]),
    "names that a pointer escapes": (b'{"~/": 1, "~/": 2}', ["/~0~1"]),
    "two objects of the same names": (b'[{"a": 1}, {"a": 1}]', []),
    "in two equal objects": (b'[{"a": 1, "a": 1}, {"a": 1, "a": 1}]', ["/0/a", "/1/a"]),
    "inside a value that was discarded": (b'{"a": {"b": 1, "b": 2}, "a": 0}', ["/a", ""]),
    "a lone surrogate": (b'{"\\ud800": 1, "\\ud800": 2}', ["/\\ud800"]),
    "beside colons in texts": (b'{"a": "::", ":": 1, "a": ":"}', ["/a"]),
    "none, but colons in texts": (b'{"a": "::", ":": {"b": ":"}}', []),
    "in the second of many objects": (b'[{"a": 1}, {"a": 1, "a": 1}, {"a": ":"}]', ["/1/a"]),
    "beside an integer that CPython does not convert": (b'{"a": %s, "a": ":"}' % (b"9" * 5000), ["/a"]),
}


@pytest.mark.parametrize(("body", "pointers"), REPEATED.values(), ids=REPEATED)
def test_a_repeated_name_is_told_by_its_pointer(body: bytes, pointers: list[str]) -> None:
    """Each name that an object repeats is one violation, at any depth, also where a later member hides it."""
    found = [where for rule, where in places(decode(body)) if rule is Flaw.NAMES]
    assert found == pointers


def test_the_last_of_repeated_members_counts() -> None:
    """Of repeated members the last is judged, as the official clients do."""
    document = decode(b'{"a": 1, "b": 0, "a": 2}')
    assert document.value == {"a": 2, "b": 0}
    assert document.violations == (Violation(Flaw.NAMES, "/a", "each name once in an object", "'a' again"),)


LONE_SURROGATES = {
    "as the root": (b'"\\ud800"', [""]),
    "in an array": (b'["a", "b\\uDFFFc"]', ["/1"]),
    "as a member": (b'{"a": "\\udbff"}', ["/a"]),
    "as a name": (b'{"\\udc00": 1}', ["/\\udc00"]),
    "name and member": (b'{"\\udc00": "\\udc00"}', ["/\\udc00", "/\\udc00"]),
    "a pair": (b'"\\ud83d\\ude00"', []),
    "a pair in the wrong order": (b'"\\ude00\\ud83d"', [""]),
    "half a pair beside a pair": (b'["\\ud83d\\ude00", "\\ud83d"]', ["/1"]),
    "half a pair before text": (b'"\\ud83dx"', [""]),
    "an escaped backslash": (b'"\\\\ud800"', []),
    "capital letters": (b'"\\uD8Ff"', [""]),
    "in a value that was discarded": (b'{"a": ["\\ud800"], "a": 0}', [""]),
    "in a value that was repeated": (b'{"a": "\\ud800", "a": "\\ud800"}', ["/a", ""]),
    "in a name that was discarded": (b'{"a": {"\\ud800": 0}, "a": 0}', [""]),
}


@pytest.mark.parametrize(("body", "pointers"), LONE_SURROGATES.values(), ids=LONE_SURROGATES)
def test_a_lone_surrogate_is_told_by_its_pointer(body: bytes, pointers: list[str]) -> None:
    """Each string or name with a lone surrogate is one violation; its pointer can be written as UTF-8."""
    found = [where for rule, where in places(decode(body)) if rule is Flaw.TEXT]
    assert found == pointers
    assert "".join(found).encode("utf-8").decode("utf-8") == "".join(found)


def test_a_lone_surrogate_is_shown_as_its_escape() -> None:
    """What was received is shown in ASCII, cut after eighty characters."""
    assert decode(b'"a\\ud800"').violations == (
        Violation(Flaw.TEXT, "", "Unicode text", "a lone surrogate in 'a\\ud800'"),
    )
    assert len(decode(b'"\\ud800' + b"x" * 999 + b'"').violations[0].received) == len("a lone surrogate in ") + 80


NUMBERS = {
    "0": int,
    "-0": int,
    "9007199254740993": int,
    "1.0": Decimal,
    "1e0": Decimal,
    "1E+2": Decimal,
    "-0.0": Decimal,
    "0.1000000000000000055511151231257827021181583404541015625": Decimal,
    "1e400": Decimal,
    "-1e-400": Decimal,
    "1e999999999999999999": Decimal,
}


@pytest.mark.parametrize(("literal", "kind"), NUMBERS.items(), ids=NUMBERS)
def test_numbers_are_exact_and_keep_their_kind(literal: str, kind: type) -> None:
    """An integer literal is an int, every other an exact Decimal: 1e400 is no infinity, 0.1 is not rounded."""
    value = decode(literal.encode()).value
    assert type(value) is kind
    assert value == Decimal(literal)


@pytest.mark.parametrize("digits", [640, 641, 4300, 4301, 5000, 100_000])
@pytest.mark.parametrize("sign", ["", "-"])
def test_an_integer_of_thousands_of_digits_is_decoded(sign: str, digits: int) -> None:
    """An integer beyond what CPython converts by default is an exact number, too, and so are its neighbours."""
    literal = sign + "7" * digits
    document = decode(f'{{"a": {literal}, "b": 1, "c": {{"d": 1, "d": 2}}}}'.encode())
    assert document.value["a"] == Decimal(literal)
    assert type(document.value["b"]) is int
    assert (document.objects, document.members) == (2, 5)
    assert places(document) == [(Flaw.NAMES, "/c/d")]


def test_beside_such_an_integer_short_ones_stay_integers() -> None:
    """Up to 640 digits, which every setting of CPython converts, an integer is an int."""
    value = decode(b"[%s, %s, %s]" % (b"9" * 640, b"9" * 641, b"9" * 5000)).value
    assert [type(number) for number in value] == [int, Decimal, Decimal]


def test_an_integer_of_thousands_of_digits_hides_no_error() -> None:
    """What follows such an integer is read as strictly as ever."""
    long = b"9" * 5000
    assert places(decode(b"[" + long + b", NaN]")) == [(Flaw.GRAMMAR, "byte 5003")]
    assert places(decode(b"[" + long + b",]")) == [(Flaw.GRAMMAR, "byte 5002")]
    repeated = decode(b'{"a": {"\\ud800": 0}, "a": {"b": 1, "b": 2}, "c": ' + long + b"}")
    assert places(repeated) == [(Flaw.NAMES, "/a"), (Flaw.NAMES, "/a/b"), (Flaw.TEXT, "")]


def test_a_number_beyond_every_exponent_cannot_be_judged() -> None:
    """An exponent that no exact number holds is a problem of judging, not a breach."""
    document = decode(b'{"a": 1e9999999999999999999}')
    assert document.value is ABSENT
    assert document.violations == ()
    assert isinstance(document.problem, BrokenAnswer)
    assert "exponent" in str(document.problem)


@pytest.mark.uncounted
@pytest.mark.parametrize(("opening", "closing"), [(b"[", b"]"), (b'{"a":', b"}"), (b'{"a":[', b"]}")])
def test_nesting_is_judged_to_a_depth_and_no_deeper(opening: bytes, closing: bytes) -> None:
    """As deep as the limit a body is decoded; one level more, or 100,000, cannot be judged, and says so."""
    step = opening.count(b"[") + opening.count(b"{")
    deep = decode(opening * (MAX_DEPTH // step) + b"0" + closing * (MAX_DEPTH // step))
    assert deep.value is not ABSENT
    for times in (MAX_DEPTH // step + 1, 100_000):
        document = decode(b"\xef\xbb\xbf" + opening * times + b"0" + closing * times)
        assert document.value is ABSENT
        assert places(document) == [(Flaw.ENCODING, "byte 0")]  # what was seen is said
        assert isinstance(document.problem, BrokenAnswer)
        assert f"{MAX_DEPTH} levels" in str(document.problem)


def test_the_depth_is_what_is_open_at_once() -> None:
    """Brackets side by side and brackets in strings, escaped quotes around them included, are no depth."""
    wide = b"[" + b",".join([b"[]", b"{}"] * 300) + b"]"
    quoted = json.dumps({"a": "[" * 300, 'b"[': '"' + "{[" * 300 + '\\"'}).encode()
    assert len(decode(wide).value) == 600
    assert decode(wide[:-1] + b"," + b"[" * MAX_DEPTH + b"]" * (MAX_DEPTH + 1)).problem
    assert decode(quoted).value == json.loads(quoted)
    edge = b'["' + b"[" * 300 + b'", ' + b"[" * (MAX_DEPTH - 1) + b"]" * MAX_DEPTH
    assert decode(edge).problem is None
    assert decode(b"[" + edge + b"]").problem
    assert decode(b'["' + b"[" * 300 + b'\\"]').problem is None  # never closed: no JSON, and not deep


def test_a_hostile_string_costs_linear_time() -> None:
    """Millions of escaped quotes behind deep nesting are skipped at once, not tried anew from each quote.

    Tried anew, these would take hours: the test could not end.
    """
    assert decode(b"[" * (MAX_DEPTH + 1) + b'"' + b'\\"' * 1_000_000).violations


def test_more_values_than_anybody_lists_are_not_judged() -> None:
    """A body of more than a million values is a reason, given at once, and not minutes of work."""
    document = decode(b"[" + b"1," * MAX_VALUES + b"1]")
    assert f"{MAX_VALUES:,} values" in str(document.problem)
    assert document.value is ABSENT
    assert decode(b"[" + b"1," * (MAX_VALUES - 2) + b"1]").problem is None


@pytest.mark.uncounted
@pytest.mark.parametrize("container", [b"[]", b"{}", b'{"a":1}'])
def test_more_objects_and_arrays_than_anybody_lists_are_not_judged(container: bytes) -> None:
    """They cost the most: more than 200,000 of them are a reason as well."""
    assert "200,000 objects and arrays" in str(decode(b"[" + (container + b",") * MAX_CONTAINERS + b"1]").problem)
    assert decode(b"[" + (container + b",") * (MAX_CONTAINERS - 1) + b"1]").problem is None


def test_what_stands_in_a_string_is_no_value() -> None:
    """Limits count what costs: commas and brackets in a string cost nothing."""
    for character in (b",", b"[", b"{", b'\\",'):
        document = decode(b'{"a": "' + character * MAX_VALUES + b'"}')
        assert document.problem is None
        assert document.members == 1


BEYOND = {
    "depth": b"[" * 300 + b"0" + b"]" * 300,
    "exponent": b"[1e9999999999999999999]",
    "values": b"[" + b"0," * MAX_VALUES + b"0]",
}
BROKEN_TOO = {
    "cut off": (lambda body: body[:-1], Flaw.GRAMMAR),
    "trailing bytes": (lambda body: body + b"x", Flaw.GRAMMAR),
    "a repeated name": (lambda body: b'{"a": 1, "\\u0061": ' + body + b"}", Flaw.NAMES),
    "a lone surrogate": (lambda body: b'["\\udead", ' + body + b"]", Flaw.TEXT),
}


@pytest.mark.parametrize("beyond", BEYOND)
@pytest.mark.parametrize(("spoil", "rule"), BROKEN_TOO.values(), ids=BROKEN_TOO)
def test_a_body_beyond_what_is_judged_may_be_plainly_broken(
    beyond: str, spoil: Callable[[bytes], bytes], rule: Flaw
) -> None:
    """The first violation counts: too deep or too large, and cut off as well, is a breach and no excuse."""
    assert decode(BEYOND[beyond]).violations == ()
    [violation] = decode(spoil(BEYOND[beyond])).violations
    assert violation.clause is rule
    assert violation.where.startswith("byte ")


def test_violations_without_end_are_counted_and_not_listed() -> None:
    """Of very many violations the first are told one by one, and the last stands for the others."""
    for element, rule in ((b'{"a": 1, "a": 2}', Flaw.NAMES), (b'"\\ud800"', Flaw.TEXT)):
        violations = decode(b"[" + b",".join([element] * 500) + b"]").violations
        assert (len(violations), sum(violation.times for violation in violations)) == (KEPT + 1, 500)
        assert {violation.clause for violation in violations} == {rule}
        assert violations[KEPT].where.startswith(f"/{KEPT}")


@pytest.mark.parametrize("element", [b'{"a": 1, "a": 2}', b'"\\ud800"'], ids=["a repeated name", "a lone surrogate"])
def test_violations_without_end_in_a_value_that_was_replaced(element: bytes) -> None:
    """No pointer leads to what a later member replaced: it is counted all the same, and listed as far."""
    violations = decode(b'{"a": [' + b",".join([element] * 500) + b'], "a": 0}').violations
    of_elements = [violation for violation in violations if violation.where == ""]
    assert sum(violation.times for violation in of_elements) == 500
    assert len(violations) <= KEPT + 2


def test_what_was_seen_is_counted() -> None:
    """Objects and members are counted wherever they stand, repeated members each time."""
    document = decode(b'{"a": [{}, {"b": {"c": 1}}], "d": 1, "d": {"e": 2}}')
    assert (document.objects, document.members) == (5, 6)
    assert decode(b'["a"]') == Document(["a"])


@given(VALUES)
def test_walk_visits_every_value_once_in_document_order(value: Any) -> None:
    """Walking gives each value with the pointer that leads to it, in the order in which the text has them."""

    def nested(node: Any, pointer: str) -> list[tuple[str, Any]]:
        inner: list[tuple[Any, Any]] = []
        if isinstance(node, dict):
            inner = [(name.replace("~", "~0").replace("/", "~1"), member) for name, member in node.items()]
        elif isinstance(node, list):
            inner = list(enumerate(node))
        return [(pointer, node), *(pair for name, node in inner for pair in nested(node, f"{pointer}/{name}"))]

    assert [(join(path), node) for path, node in walk(value)] == nested(value, "")


def test_decoding_does_not_depend_on_the_digit_limit_of_the_process() -> None:
    """CPython's limit on digits changes nothing but the type of an integer that no client reads."""
    body = b"[" + b"9" * 700 + b"]"
    before = sys.get_int_max_str_digits()
    try:
        sys.set_int_max_str_digits(640)
        assert decode(body).value == [Decimal("9" * 700)]
    finally:
        sys.set_int_max_str_digits(before)
    assert decode(body).value == [Decimal("9" * 700)]


def test_the_absent_value_is_no_json_value() -> None:
    """The value of a body that is no JSON text is told from null, and says what it is."""
    assert repr(decode(b"").value) == "ABSENT"
    assert decode(b"null").value is None


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [("[1, ]", 4, "Expecting value"), ('{"a": 1,\n}', 9, "Expecting property name enclosed in double quotes")],
)
def test_a_trailing_comma_is_told_alike_by_every_python(text: str, place: int, words: str) -> None:
    """Python 3.13 points at the comma, and older ones at what stands behind it: bundles would differ."""
    kind = "array" if text.startswith("[") else "object"
    later = json.JSONDecodeError(f"Illegal trailing comma before end of {kind}", text, text.index(","))
    assert strict_json._Reader(text, [], 0)._told(later) == (place, words)
    [violation] = decode(text.encode()).violations
    expected = strict_json._IN_WORDS[words.removesuffix(" enclosed in double quotes")]
    assert (violation.where, violation.received.partition(", ")[2]) == (f"byte {place}", expected)
