"""A second opinion on one answer to the documented request: slow, naive, and of no code of the suite.

It reads the contract anew: jsonschema with the schema files judges shape, everything else is done by hand in the
plainest way that comes to mind. It imports nothing from ``contracts``, and reads JSON with a reader of its own.

Where the contract leaves a choice, the oracle chooses as the suite does:
only a 200 promises the list; the grammar of a body that is not UTF-8 is not judged; a body that begins like UTF-16 or
UTF-32 by its zero bytes (RFC 4627, section 3) is not UTF-8; of repeated members the last counts; clauses of the list
look at values of the right type only, and 1 and 1.0 are one position.
"""

import json
import unicodedata
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import naive_json
from jsonschema import Draft202012Validator
from naive_json import NotJson, Number, Object, inside
from referencing import Registry, Resource

HELD, BREACHED, IDLE = "held", "breached", "not exercised"
SCHEMAS = Path(__file__).parents[3] / "schemas"
ENVELOPE, CATEGORY = (
    json.loads((SCHEMAS / f"event_{name}.schema.json").read_text("utf-8")) for name in ("categories", "category")
)
#: The clause of each member that the schema of a category describes.
OF_MEMBERS = {member: "category." + member.replace("_", "-") for member in CATEGORY["properties"]}


def plain(value: Any) -> Any:
    """A value as jsonschema takes it: every whole number as one, every other as one half."""
    if isinstance(value, Number):
        return 1 if value.value.denominator == 1 else 0.5
    if isinstance(value, Object):
        return {name: plain(member) for name, member in value.members.items()}
    return [plain(element) for element in value] if isinstance(value, list) else value


@cache
def validator() -> Draft202012Validator:
    registry: Registry[Any] = Registry().with_resource(CATEGORY["$id"], Resource.from_contents(CATEGORY))
    return Draft202012Validator(ENVELOPE, registry=registry)


def broken_shapes(value: Any) -> set[str]:
    """The clauses of shape that jsonschema says are broken, by the place and kind of its errors."""
    clauses = set()
    for error in validator().iter_errors(plain(value)):
        path = list(error.absolute_path)
        if not path:
            clauses.add("envelope.event-categories" if error.validator == "required" else "envelope.object")
        elif len(path) == 1:
            clauses.add("envelope.event-categories")
        elif len(path) == 2:
            clauses.add("category.required" if error.validator == "required" else "category.object")
        else:
            clauses.add(OF_MEMBERS[path[2]])
    return clauses


def split_outside_quotes(value: str) -> list[str]:
    parts, quoted, escaped = [""], False, False
    for character in value:
        if character == ";" and not quoted:
            parts.append("")
            continue
        parts[-1] += character
        if character == '"' and not escaped:
            quoted = not quoted
        escaped = quoted and character == "\\" and not escaped
    return parts


def is_json_media_type(value: str) -> bool:
    """Whether a Content-Type is application/json with no charset but utf-8 (RFC 9110, sections 5.6.6 and 8.3.1)."""
    kind, *parameters = (part.strip(" \t").lower() for part in split_outside_quotes(value.strip()))
    return kind == "application/json" and all(map(is_harmless, filter(None, parameters)))


def is_harmless(parameter: str) -> bool:
    token = set("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz")
    name, _, text = parameter.partition("=")
    if len(text) >= 2 and text[0] == text[-1] == '"':
        text = unquoted(text[1:-1])
    elif not text or set(text) - token:
        return False
    return name != "" and not set(name) - token and (name != "charset" or text == "utf-8")


def unquoted(text: str) -> str:
    plain_text, escaped = "", False
    for character in text:
        if character == "\\" and not escaped:
            escaped = True
        else:
            plain_text, escaped = plain_text + character, False
    return plain_text


def is_other_unicode(body: bytes) -> bool:
    """Whether the zero bytes among the first four are those of ASCII in UTF-16 or UTF-32 (RFC 4627, section 3)."""
    zeros = "".join("0" if byte == 0 else "x" for byte in body[:4])
    if len(body) == 2:
        return "0" in zeros
    return len(body) >= 4 and (zeros[0] == "0" or zeros[1] == "0")


def is_style(name: str) -> bool:
    """Whether a name is snake_case or camelCase."""
    letters = set("abcdefghijklmnopqrstuvwxyz0123456789")
    if name[0] not in letters - set("0123456789"):
        return False
    snake = all(part and not set(part) - letters for part in name.split("_"))
    camel = not set(name) - letters - set("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    return snake or camel


def is_visible(text: str) -> bool:
    return text.strip() != "" and all(unicodedata.category(character) != "Cc" for character in text)


def has_twin(values: list[Any]) -> bool:
    return any(values[i] == values[j] for i in range(len(values)) for j in range(i))


def is_go_readable(root: Any) -> bool:
    """Whether Go reads the root into a map of lists, each pair as it comes, repeated names included."""
    if root is None:
        return True
    if not isinstance(root, Object):
        return False
    lists = [value for _, value in root.pairs if value is not None]
    if not all(isinstance(value, list) for value in lists):
        return False
    elements = [element for value in lists for element in value if element is not None]
    return all(isinstance(element, Object) and all(map(go_reads, element.pairs)) for element in elements)


def go_reads(pair: tuple[str, Any]) -> bool:
    """Whether Go reads this pair into the fields id and name, strings, and position, an int."""
    name, value = pair
    fields = ("id", "name", "position")
    if name not in fields:
        return name.casefold() not in fields
    if value is None or name != "position":
        return value is None or isinstance(value, str)
    return isinstance(value, Number) and value.is_integer_literal and -(2**63) <= value.value < 2**63


Opinions = Iterator[tuple[str, str]]


def opinion(status: int, content_types: list[str], body: bytes) -> dict[str, str]:
    """What becomes of each clause that looks at one answer: held, breached or not exercised, by clause."""
    said = dict.fromkeys(CLAUSES, IDLE)
    said.update(of_answer(status, content_types, body))
    return said


def state(*, breached: bool, exercised: bool = True) -> str:
    return BREACHED if breached else HELD if exercised else IDLE


def of_answer(status: int, content_types: list[str], body: bytes) -> Opinions:
    yield "http.status", state(breached=status != 200)
    if status != 200:
        return
    right_type = len(content_types) == 1 and is_json_media_type(content_types[0])
    yield "http.content-type", state(breached=not right_type)
    mark = body[:3] == b"\xef\xbb\xbf"
    content = body[3:] if mark else body
    try:
        text = None if is_other_unicode(content) else content.decode("utf-8")
    except UnicodeDecodeError:
        text = None
    yield "json.utf-8", state(breached=mark or text is None)
    if text is None:
        return
    try:
        value = naive_json.read(text)
    except NotJson:
        yield "json.well-formed", BREACHED
        return
    yield "json.well-formed", HELD
    yield from of_text(value)
    empty = isinstance(value, Object) and not value.pairs
    yield "client.go-readable", state(breached=mark or not is_go_readable(value), exercised=not empty)
    yield from of_envelope(value)


def of_text(value: Any) -> Opinions:
    nodes = inside(value)
    names = [[name for name, _ in node.pairs] for node in nodes if isinstance(node, Object)]
    texts = [node for node in nodes if isinstance(node, str)] + [name for group in names for name in group]
    lone = [text for text in texts if any("\ud800" <= character <= "\udfff" for character in text)]
    yield "json.unique-names", state(breached=any(map(has_twin, names)), exercised=bool(names))
    yield "json.unicode-text", state(breached=bool(lone), exercised=bool(texts))


def of_envelope(value: Any) -> Opinions:
    shapes = broken_shapes(value)
    yield "envelope.object", state(breached="envelope.object" in shapes)
    if not isinstance(value, Object):
        return
    yield "envelope.event-categories", state(breached="envelope.event-categories" in shapes)
    elements = value.members.get("event_categories")
    if isinstance(elements, list) and elements:
        yield "category.object", state(breached="category.object" in shapes)
        categories = [element.members for element in elements if isinstance(element, Object)]
        if categories:
            yield from of_categories(categories, shapes)


def of_categories(categories: list[dict[str, Any]], shapes: set[str]) -> Opinions:
    yield "category.required", state(breached="category.required" in shapes)
    for member, clause in OF_MEMBERS.items():
        seen = any(member in category for category in categories)
        yield clause, state(breached=clause in shapes, exercised=seen)

    def texts(member: str) -> list[str]:
        return [category[member] for category in categories if isinstance(category.get(member), str)]

    names, displayed = list(filter(None, texts("name"))), list(filter(None, texts("display_name")))
    visible = all(map(is_visible, displayed))
    yield "category.name-style", state(breached=not all(map(is_style, names)), exercised=bool(names))
    yield "category.display-name-printable", state(breached=not visible, exercised=bool(displayed))
    yield "list.ids-unique", state(breached=has_twin(texts("id")), exercised=bool(texts("id")))
    yield "list.names-unique", state(breached=has_twin(texts("name")), exercised=bool(texts("name")))
    numbers = [category["position"].value for category in categories if isinstance(category.get("position"), Number)]
    positions = [number for number in numbers if number.denominator == 1]
    seen = bool(positions)
    yield "list.positions-distinct", state(breached=has_twin(positions), exercised=seen)
    yield "list.positions-ascending", state(breached=positions != sorted(positions), exercised=seen)
    yield "client.js-exact", state(breached=any(abs(p) > 2**53 - 1 for p in positions), exercised=seen)


CLAUSES = (
    "http.status",
    "http.content-type",
    "json.utf-8",
    "json.well-formed",
    "json.unique-names",
    "json.unicode-text",
    "envelope.object",
    "envelope.event-categories",
    "category.object",
    "category.required",
    *OF_MEMBERS.values(),
    "category.name-style",
    "category.display-name-printable",
    "list.ids-unique",
    "list.positions-distinct",
    "list.positions-ascending",
    "list.names-unique",
    "client.go-readable",
    "client.js-exact",
)
#: Those of them whose breach is a warning.
SHOULD = {
    "category.name-style",
    "category.display-name-printable",
    "list.positions-ascending",
    "list.names-unique",
}
