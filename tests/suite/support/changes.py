"""Every change of a document that somebody could make: each field changed, removed, doubled, or a foreign one in it.

The changes are derived from a good document, and so none is forgotten when a field comes. Where fields stand in many
places of one kind, such as the clauses of a result, each kind of change is made at one of them, and another kind at
another one. ``one_in`` takes only one in so many of the values that belong nowhere, others at each kind, and one change
of those that are alike.
"""

import json
import re
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

#: Stands for a piece of JSON that no library writes, such as NaN, until the text is made.
_MARK = "\N{OBJECT REPLACEMENT CHARACTER}"

Steps = tuple[str | int, ...]

#: What may stand in the place of any value, as JSON.
VALUES = {
    "null": "null",
    "true": "true",
    "false": "false",
    "zero": "0",
    "one": "1",
    "negative": "-1",
    "fraction": "0.5",
    "a huge number": "1" + "0" * 400,
    "a huge exponent": "1e400",
    "an exponent beyond": "1e999999999999999999999",
    "more digits than are read": "9" * 5000,
    "NaN": "NaN",
    "minus Infinity": "-Infinity",
    "an empty text": '""',
    "control characters": '"\\u0000\\u001b[31m\\r\\n::error::x\\u202e"',
    "a lone surrogate": '"\\ud800"',
    "a path": '"../../../etc/passwd"',
    "a URL": '"https://evil.example/v1/event_categories"',
    "a command": '"$(id) `id` $AWS_SECRET_ACCESS_KEY ##[x]"',
    "a long text": json.dumps("x" * 30_000),
    "a time to come": '"2999-01-01T00:00:00Z"',
    "an empty array": "[]",
    "an empty object": "{}",
    "an array of all": '[null, {"": []}, "x", 1]',
    "an object of all": '{"a": null, "b": {"": []}, "$schema": "x"}',
    "many arrays": "[" + ",".join(["[]"] * 1500) + "]",
    "deep nesting": "[" * 150 + "]" * 150,
    "nesting that is too deep": "[" * 5000 + "]" * 5000,
}


@dataclass(frozen=True)
class Changed:
    """A document with one change: where, as a JSON Pointer or the like, ``kind`` of place, what, and the text."""

    where: str
    kind: str
    what: str
    text: str


def raw(text: str) -> str:
    """What stands for a piece of JSON until the document is written."""
    return f"{_MARK}{text}{_MARK}"


def written(document: Any) -> str:
    """The text of a document, its raw pieces as they are, and each name once more that is marked to be doubled."""
    text = json.dumps(document, ensure_ascii=False)

    def piece(match: re.Match[str]) -> str:
        content: str = json.loads(f'"{match[1]}"')
        return content

    text = re.sub(rf'"{_MARK}((?:[^"\\]|\\.)*?){_MARK}"', piece, text)
    return re.sub(rf'"{_MARK}again:', '"', text)


def with_value(document: Any, steps: Steps, value: Any) -> Any:
    """The document with another value in one place; nothing else is copied."""
    if not steps:
        return value
    first, *others = steps
    copy = document.copy()
    copy[first] = with_value(document[first], tuple(others), value)
    return copy


def without(document: Any, steps: Steps) -> Any:
    """The document without a member or an element."""
    *parents, last = steps
    owner = at(document, tuple(parents)).copy()
    del owner[last]
    return with_value(document, tuple(parents), owner)


def at(document: Any, steps: Steps) -> Any:
    """What stands in a place, or a KeyError or IndexError where nothing does."""
    for step in steps:
        document = document[step]
    return document


def places(value: Any, steps: Steps = ()) -> Iterator[tuple[Steps, Any]]:
    """Every place of a document, the root first."""
    yield steps, value
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, each in members:
        yield from places(each, (*steps, step))


def pointer(steps: Iterable[str | int]) -> str:
    return "".join(f"/{str(step).replace('~', '~0').replace('/', '~1')}" for step in steps)


def kind_in_a_result(steps: Steps) -> str:
    """The kind of a place in a result: bodies, clauses and exchanges are of one each, and so is who set a setting."""
    named = [*steps]
    if steps[:1] == ("bodies",) or (steps[:1] == ("settings",) and steps[2:] == ("origin",)):
        named[1:2] = "*" * len(steps[1:2])
    return pointer("*" if isinstance(step, int) else step for step in named)


def json_changes(
    document: Any,
    foreign: Iterable[Any] = (),
    *,
    kind_of: Callable[[Steps], str] = kind_in_a_result,
    one_in: int = 1,
) -> Iterator[Changed]:
    """Every change of a JSON document; ``foreign`` are others of its form, whose values may take the place of its."""
    kinds: dict[str, list[Steps]] = {}
    for steps, _ in places(document):
        kinds.setdefault(kind_of(steps), []).append(steps)
    for kind, found in kinds.items():
        seed = zlib.crc32(kind.encode())
        for number, (what, make) in enumerate(_whats(document, tuple(foreign))):
            if what in VALUES and (seed + number) % one_in:
                continue
            steps = found[(seed + number) % len(found)]
            texts = list(make(steps))
            for text in texts if one_in == 1 else texts[seed % len(texts) :][:1] if texts else ():
                yield Changed(pointer(steps), kind, what, text)


_What = tuple[str, Callable[[Steps], Iterator[str]]]


def _whats(document: Any, foreign: tuple[Any, ...]) -> Iterator[_What]:
    """Every kind of change with what makes it in a place: in some places there is none, in others are several."""
    for name, text in VALUES.items():
        yield name, lambda steps, text=text: iter((written(with_value(document, steps, raw(text))),))  # type: ignore[misc]
    yield "another value", lambda steps: _others(document, steps)
    yield "a foreign member", lambda steps: _with_foreign_member(document, steps)
    yield "one more", lambda steps: _longer(document, steps)
    yield "the other way round", lambda steps: _reversed(document, steps)
    yield "removed", lambda steps: iter((written(without(document, steps)),) if steps else ())
    yield "doubled", lambda steps: _doubled(document, steps)
    for number, other in enumerate(foreign):
        yield f"that of another document ({number})", lambda steps, other=other: _foreign(document, steps, other)  # type: ignore[misc]


def _others(document: Any, steps: Steps) -> Iterator[str]:
    value = at(document, steps)
    others: list[Any] = []
    if isinstance(value, bool):
        others = [not value]
    elif isinstance(value, (int, float)):
        others = [value + 1, value - 1, raw(f"{value}.0") if isinstance(value, int) else value + 0.25]
    elif isinstance(value, str):
        others = [value + "x", value[:-1], value.upper(), value + "\n", value + "\N{ZERO WIDTH SPACE}"]
    return (written(with_value(document, steps, other)) for other in others if other != value)


def _with_foreign_member(document: Any, steps: Steps) -> Iterator[str]:
    value = at(document, steps)
    if isinstance(value, dict):
        for name in ("foreign", "__class__", ""):
            yield written(with_value(document, steps, {**value, name: "x"}))


def _longer(document: Any, steps: Steps) -> Iterator[str]:
    value = at(document, steps)
    if isinstance(value, list) and value:
        yield written(with_value(document, steps, [*value, value[0]]))
        yield written(with_value(document, steps, value[1:]))


def _reversed(document: Any, steps: Steps) -> Iterator[str]:
    value = at(document, steps)
    if isinstance(value, list) and value[::-1] != value:
        yield written(with_value(document, steps, value[::-1]))


def _doubled(document: Any, steps: Steps) -> Iterator[str]:
    """A member that is there twice: with its own value, and with another one before or behind it."""
    if not steps or isinstance(steps[-1], int):
        return
    *parents, last = steps
    owner = at(document, tuple(parents))
    for first, second in ((owner[last], owner[last]), (raw("null"), owner[last]), (owner[last], raw("null"))):
        copy = {}
        for name, value in owner.items():
            copy[name] = first if name == last else value
            if name == last:
                copy[f"{_MARK}again:{name}"] = second
        yield written(with_value(document, tuple(parents), copy))


def _foreign(document: Any, steps: Steps, other: Any) -> Iterator[str]:
    try:
        value = at(other, steps)
    except (KeyError, IndexError, TypeError):
        return
    if value != at(document, steps):
        yield written(with_value(document, steps, value))


#: What may stand in the place of any value, as TOML.
TOML_VALUES = {
    "an empty text": '""',
    "a blank text": '" \\t"',
    "control characters": '"\\u0000\\u001b[31m\\r\\n##[x]"',
    "a path": '"../../../etc/passwd"',
    "a URL": '"https://evil.example/v1/event_categories"',
    "a command": '"$(id) $AWS_SECRET_ACCESS_KEY"',
    "a wildcard": '"*"',
    "a long text": f'"{"x" * 30_000}"',
    "a text of several lines": '"""\n[[deviation]]\nclause = "x"\n"""',
    "true": "true",
    "zero": "0",
    "a huge number": "9" * 5000,
    "not a number": "nan",
    "infinity": "inf",
    "a date that has passed": "1999-12-31",
    "the last date": "9999-12-31",
    "a time": "2999-01-31T00:00:00Z",
    "a time of day": "12:00:00",
    "an empty array": "[]",
    "an array of all": '["x", "../y", 1]',
    "an empty table": "{}",
    "a table": '{x = "y"}',
    "nothing": "",
    "a number that is none": "1e",
    "a text that does not end": '"',
    "a day that does not exist": "2999-02-30",
    "deep nesting": "[" * 3000 + "]" * 3000,
}


def toml_written(heading: str, entries: Iterable[dict[str, str]]) -> str:
    """A file of tables, whose values are TOML already."""
    tables = ("".join(f"{key} = {value}\n" for key, value in entry.items()) for entry in entries)
    return "".join(f"[[{heading}]]\n{table}" for table in tables)


def toml_changes(
    heading: str, entries: list[dict[str, str]], foreign: dict[str, str], keys: Iterable[str] = ()
) -> Iterator[Changed]:
    """Every change of a file of tables; ``foreign`` is an entry of another one, ``keys`` are others that there are."""
    for number, entry in enumerate(entries):

        def text(changed: dict[str, str], behind: str = "", number: int = number) -> str:
            return toml_written(heading, [*entries[:number], changed, *entries[number + 1 :]]) + behind

        for key in dict.fromkeys((*entry, *keys)):
            for what, value in TOML_VALUES.items():
                yield Changed(f"{number}/{key}", key, what, text({**entry, key: value}))
            if key in foreign:
                yield Changed(f"{number}/{key}", key, "that of another", text({**entry, key: foreign[key]}))
            if key in entry:
                yield Changed(f"{number}/{key}", key, "removed", text({k: v for k, v in entry.items() if k != key}))
                yield Changed(f"{number}/{key}", key, "doubled", text({**entry, f'"{key}"': entry[key]}))
                yield Changed(f"{number}/{key}", key, "a table of it", text({**entry, f"{key}.x": "1"}))
                yield Changed(f"{number}/{key}", key, "of another name", text({**entry, f"{key}x": entry[key]}))
        yield Changed(str(number), "entry", "removed", toml_written(heading, entries[:number] + entries[number + 1 :]))
        yield Changed(str(number), "entry", "doubled", toml_written(heading, [*entries, entry]))
        yield Changed(str(number), "entry", "empty", text({}))
        yield Changed(str(number), "entry", "that of another", text(foreign))
        yield Changed(str(number), "entry", "one more", toml_written(heading, [*entries, foreign]))
        yield Changed(str(number), "entry", "foreign", text(entry, "[other]\nx = 1\n"))
        yield Changed(str(number), "entry", "a table of the same name", text(entry, f"[{heading}]\nx = 1\n"))
        yield Changed(str(number), "entry", "behind a mark", "\ufeff" + text(entry))
        yield Changed(str(number), "entry", "with a NUL", text(entry, "\0"))
    yield Changed("", "file", "empty", "")
    yield Changed("", "file", "of another heading", toml_written(f"{heading}s", entries))
    yield Changed("", "file", "JSON", json.dumps({heading: entries}))
