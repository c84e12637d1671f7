"""Files that somebody made to hurt, by kind and by class of attack, and what it costs to read each of them.

A process of its own reads them, as it does the bodies of targets (``hostile_bodies``), and tells what that has cost.
"""

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import reports
from archives import zipped
from changes import toml_written, with_value
from hostile_bodies import ROWS, Parent, measured, numbered, repeated
from subject import CONTRACT

from contracts import __version__, bundle
from contracts.comparison.snapshot import Snapshot, render
from contracts.formats import har, result
from contracts.prepare import prepare
from contracts.run import verify
from contracts.settings.table import Settings

#: Makes the files of about a size, by their names.
Make = Callable[[int], Mapping[str, bytes]]


@dataclass(frozen=True)
class File:
    """A class of attack: the files that are made, and how they are read."""

    name: str
    make: Make
    arguments: tuple[str, ...]


#: What may stand in a place of a document: a text, small values, small objects, names, nesting, of about a size.
FILLS: dict[str, Callable[[int], bytes]] = {
    "a text": lambda size: repeated(size, b"x", b'"', b'"'),
    "control characters": lambda size: repeated(size, b"\\u0001", b'"', b'"'),
    "numbers": lambda size: repeated(size, b"1", b"[", b"]", b","),
    "objects": lambda size: repeated(size, b'{"a":{}}', b"[", b"]", b","),
    "names": lambda size: numbered(size, '"n#":#', "{", "}"),
    "one name": lambda size: repeated(size, b'"a":1', b"{", b"}", b","),
    "nesting": lambda size: b"[" * (size // 2) + b"]" * (size // 2),
    "digits": lambda size: b"9" * size,
}
_PLACE = "\N{OBJECT REPLACEMENT CHARACTER}"


def filled(document: Any, place: tuple[str | int, ...], fill: bytes) -> bytes:
    """The text of a document with a piece of JSON in a place of it."""
    text = json.dumps(with_value(document, place, _PLACE)).encode()
    return text.replace(json.dumps(_PLACE).encode(), fill)


@cache
def honest() -> dict[str, Any]:
    """A document of each kind."""
    report = reports.conforming()
    texts = {
        "result": result.render(report),
        "har": har.render(report),
        "snapshot": render(Snapshot.from_report(report)),
    }
    return {name: json.loads(text) for name, text in texts.items()}


def _files(
    kind: str, place: tuple[str | int, ...], fill: Callable[[int], bytes]
) -> Callable[[int], Mapping[str, bytes]]:
    """What makes the files of a kind, with something large in a place of the document."""

    def make(size: int) -> Mapping[str, bytes]:
        if kind == "manifest":
            return {"run.zip": zipped({bundle.MANIFEST: filled({"a": 1}, place, fill(size)), bundle.RESULT: b"{}"})}
        if kind == "bundle":
            manifest = {"suite": __version__, "contract": CONTRACT.digest, "name": CONTRACT.name}
            content = filled(honest()["result"], place, fill(size))
            return {"run.zip": zipped({bundle.MANIFEST: json.dumps(manifest).encode(), bundle.RESULT: content})}
        good = json.dumps(honest()["snapshot"]).encode()
        return {"x.json": filled(honest()[kind], place, fill(size)), "good.json": good}

    return make


#: Of each kind of document the places in which something large is put, and how the file is read.
_PLACES: dict[str, tuple[list[tuple[str | int, ...]], tuple[str, ...]]] = {
    "bundle": ([("notes",), ("implementation",), ("comparison",), ("settings",), ("bodies",)], ("audit", "run.zip")),
    "manifest": ([("a",)], ("audit", "run.zip")),
    "result": ([("notes",), ("exchanges",), ("comparison",)], ("compare", "x.json", "good.json")),
    "snapshot": ([("list",), ("top_level",), ("suite",), ("list", 0, "name")], ("compare", "x.json", "good.json")),
    "har": ([("log", "entries"), ("log", "comment"), ("log", "entries", 0, "response")], ("check", "x.json")),
}


_ENTRY = {"reason": '"r"', "owner": '"o"', "expires": "2999-01-31"}
#: Of each kind of file of tables: its heading, an entry as it may be, and how the file is read.
_TABLES: dict[str, tuple[str, dict[str, str], tuple[str, ...]]] = {
    "deviations": (
        "deviation",
        {"clause": '"category.id"', "pointer": '"/event_categories/#/id"', **_ENTRY},
        ("check", "body.json", "--deviations", "x.toml"),
    ),
    "exceptions": (
        "accept",
        {"rule": '"element-removed"', "id": '"#"', **_ENTRY},
        ("compare", "good.json", "good.json", "--accept", "x.toml"),
    ),
    "targets": (
        "target",
        {"name": '"t#"', "url": '"https://t#.example"'},
        ("verify", "--targets", "x.toml", "--only", "nobody"),
    ),
}


def _many(heading: str, entry: Mapping[str, str], size: int) -> bytes:
    """As many entries as there is room for, each of another place."""
    text = toml_written(heading, [dict(entry)])
    return "".join(text.replace("#", str(number)) for number in range(size // (len(text) + 4))).encode()


def _in_an_entry(heading: str, entry: Mapping[str, str], text: bytes) -> bytes:
    return toml_written(heading, [dict(entry)]).replace("#", "1").encode() + text


#: What may stand in a file of tables, beside many entries.
_TOML_FILLS: dict[str, Callable[[int], bytes]] = {
    "a text": lambda size: repeated(size, b"x", b'link = "', b'"\n'),
    "escapes": lambda size: repeated(size, b"\\u0001", b'link = "', b'"\n'),
    "a long key": lambda size: repeated(size, b"a", b"", b" = 1\n"),
    "keys": lambda size: "".join(f"k{number} = 1\n" for number in range(size // 12)).encode(),
    "dots": lambda size: repeated(size, b"a.", b"", b"a = 1\n"),
    "arrays": lambda size: repeated(size, b"[],", b"link = [", b"]\n"),
    "nesting": lambda size: b"link = " + b"[" * (size // 2) + b"]" * (size // 2),
    "digits": lambda size: b"link = " + b"9" * size,
    "comments": lambda size: b"#\n" * (size // 2),
    "headings": lambda size: b"[[x]]\n" * (size // 6),
    "quotes": lambda size: b'"' * size,
}


def _tables(
    heading: str, entry: dict[str, str], fill: Callable[[int], bytes] | None
) -> Callable[[int], dict[str, bytes]]:
    def make(size: int) -> dict[str, bytes]:
        content = _in_an_entry(heading, entry, fill(size)) if fill else _many(heading, entry, size)
        good = json.dumps(honest()["snapshot"]).encode()
        return {"x.toml": content, "good.json": good, "body.json": reports.body_of(reports.CATEGORIES)}

    return make


_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
#: Raw answers, by what is large in them.
_ANSWERS: dict[str, Callable[[int], bytes]] = {
    "a field": lambda size: _HEAD + b"X: " + b"x" * size + b"\r\n\r\n{}",
    "fields": lambda size: _HEAD + b"X: x\r\n" * (size // 6) + b"\r\n{}",
    "a head that does not end": lambda size: _HEAD + b"x" * size,
    "interim answers": lambda size: b"HTTP/1.1 100 Continue\r\n\r\n" * (size // 25) + _HEAD + b"\r\n{}",
    "redirects": lambda size: b"HTTP/1.1 301 x\r\nLocation: https://x\r\nContent-Length: 0\r\n\r\n" * (size // 58),
    "chunks": lambda size: _HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + b"1\r\n1\r\n" * (size // 6) + b"0\r\n\r\n",
    "a size of a chunk": lambda size: _HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + b"0" * size,
    "a length": lambda size: _HEAD + b"Content-Length: " + b"1" * size + b"\r\n\r\n",
    "what curl tells": lambda size: b"* x\n" * (size // 8) + b"< HTTP/1.1 200 OK\n< \n" + b"{}" * (size // 8),
    "blank lines": lambda size: b"\r\n" * (size // 2) + _HEAD + b"\r\n{}",
    "answers": lambda size: (_HEAD + b"\r\n") * (size // 51),
}


def _bomb(size: int) -> Mapping[str, bytes]:
    """An archive of a few kilobytes whose result would hold as much as eight of the largest bodies."""
    return {"run.zip": zipped({bundle.MANIFEST: b"{}", bundle.RESULT: b" " * (8 * size)})}


@cache
def _taken() -> tuple[dict[str, Any], bytes]:
    """The result of a run against the embedded mock, and its manifest."""
    with prepare(Settings(mock=True), CONTRACT, {}) as run:
        files = bundle.unpack(bundle.pack(verify(run)))
    return json.loads(files[bundle.RESULT]), files[bundle.MANIFEST]


def _large_answer(make: Callable[[int], bytes]) -> Make:
    """A bundle in which the answers to all requests for the list are large, and everything else is as it was."""

    def files(size: int) -> Mapping[str, bytes]:
        document, manifest = _taken()
        name = document["exchanges"][0]["response"]["body"]
        body = {"encoding": "base64", "content": base64.b64encode(make(size)).decode()}
        content = json.dumps(with_value(document, ("bodies", name), body)).encode()
        return {"run.zip": zipped({bundle.MANIFEST: manifest, bundle.RESULT: content})}

    return files


def _entries(size: int) -> Mapping[str, bytes]:
    return {"run.zip": zipped({f"{number}.json": b"" for number in range(size // 100)})}


FILES = (
    *(
        File(f"{kind}: {name} in /{'/'.join(map(str, place))}", _files(kind, place, fill), arguments)
        for kind, (places, arguments) in _PLACES.items()
        for place in places
        for name, fill in FILLS.items()
    ),
    *(
        File(f"{kind}: {name}", _tables(heading, entry, fill), arguments)
        for kind, (heading, entry, arguments) in _TABLES.items()
        for name, fill in {"many entries": None, **_TOML_FILLS}.items()
    ),
    *(
        File(f"answer: {name}", lambda size, make=make: {"x": make(size)}, ("check", "x"))
        for name, make in _ANSWERS.items()
    ),
    *(File(f"bundle: {row.name}", _large_answer(row.make), ("audit", "run.zip")) for row in ROWS),
    File("bundle: a bomb", _bomb, ("audit", "run.zip")),
    File("bundle: files", _entries, ("audit", "run.zip")),
)


def cost_of(parent: Parent, file: File, size: int, folder: Path) -> tuple[int, float, int, str]:
    """Return the exit status of reading a file, its seconds of CPU, its peak of memory, and what it said."""
    for name, content in file.make(size).items():
        (folder / name).write_bytes(content)
    return measured(parent, folder, *file.arguments)
