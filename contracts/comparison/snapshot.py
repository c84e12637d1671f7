"""A snapshot: what one run observed of a list, as a value and as the text of ``schemas/snapshot.schema.json``.

The text is made to be kept in git: one member a line, members sorted, elements in the order of the answer, numbers in
the form in which they were received.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any

import jsonschema_rs

from contracts.comparison.observation import Observation, observe
from contracts.comparison.subject import Subject
from contracts.comparison.values import ABSENT, identical, text_of
from contracts.core.errors import UsageError
from contracts.core.text import shorten
from contracts.judging.strict_json import Flaw, decode
from contracts.reading import read_text, readable

SCHEMA = "snapshot.schema.json"
FORMAT = 1
_SENT = ("/list/", "/top_level/", "/repeat/")


@dataclass(frozen=True)
class Answer:
    """What one answer held: the list, and the other members of the root, as strict decoding gives them."""

    elements: list[Any]
    top_level: dict[str, Any]


@dataclass(frozen=True)
class Snapshot:
    """What a run observed of a list.

    ``contract`` and ``digest`` name the contract that was judged, ``taken`` is when the run began, in UTC (RFC 3339),
    ``verdict`` what the run found. ``repeat`` is the second reading, None when there is none.
    """

    contract: str
    digest: str
    suite: str
    target: str
    taken: str
    verdict: str
    first: Answer
    repeat: Answer | None = None

    def observation(self, subject: Subject) -> Observation:
        """Return the snapshot as a side of a comparison; raises what :func:`observe` raises."""
        again = ABSENT if self.repeat is None else _body(subject, self.repeat)
        return observe(subject, _body(subject, self.first), again)


def answer_of(key: str, body: Any) -> Answer:
    """Return what a decoded body holds, whose list is its member ``key``.

    Raises:
        UsageError: there is no list that could be kept.
    """
    if not (isinstance(body, dict) and isinstance(body.get(key), list)):
        raise UsageError(f"no snapshot can be made: the answer holds no list as its member {key}")
    return Answer(body[key], {name: value for name, value in body.items() if name != key})


def render(snapshot: Snapshot) -> str:
    """Return a snapshot as JSON, ended by a newline; equal snapshots give equal texts."""
    members: dict[str, Any] = {
        "$schema": _schema()["$id"],
        "format": FORMAT,
        "contract": {"digest": snapshot.digest, "name": snapshot.contract},
        "suite": snapshot.suite,
        "target": snapshot.target,
        "taken": snapshot.taken,
        "verdict": snapshot.verdict,
        "readings": 1 if snapshot.repeat is None else 2,
        **_document(snapshot.first),
    }
    if snapshot.repeat is not None and not _same(snapshot.first, snapshot.repeat):
        members["repeat"] = _document(snapshot.repeat)
    lines = (f'  "{name}": {text_of(value, 1)}' for name, value in members.items())
    return "{\n" + ",\n".join(lines) + "\n}\n"


def read(text: str, name: str) -> Snapshot:
    """Return the snapshot that a text holds.

    Raises:
        UsageError: it is no strict JSON, or not what the schema describes; the message is one line.
    """
    with readable(name):
        return _read(text, name)


def _read(text: str, name: str) -> Snapshot:
    document = decode(text.encode("utf-8", "surrogatepass"))
    if document.problem:
        raise UsageError(f"{name}: the snapshot cannot be read: {document.problem}")
    for violation in document.violations:
        # A target may have sent a lone surrogate, and what it sent is kept as it was.
        if violation.clause != Flaw.TEXT or not violation.where.startswith(_SENT):
            words = shorten(f"{violation.expected} at {violation.where}, not {violation.received}")
            raise UsageError(f"{name}: the snapshot cannot be read: {words}")
    value = document.value
    _check(value, name)
    first = Answer(value["list"], value["top_level"])
    repeat = value.get("repeat")
    second = Answer(repeat["list"], repeat["top_level"]) if repeat else first
    return Snapshot(
        contract=value["contract"]["name"],
        digest=value["contract"]["digest"],
        suite=value["suite"],
        target=value["target"],
        taken=value["taken"],
        verdict=value["verdict"],
        first=first,
        repeat=second if value["readings"] == 2 else None,  # noqa: PLR2004 - the second reading
    )


def load(path: str) -> Snapshot:
    """Return the snapshot of a file; raises what :func:`read` raises, and UsageError when it cannot be opened."""
    return read(read_text(path), path)


def _document(answer: Answer) -> dict[str, Any]:
    return {"list": answer.elements, "top_level": answer.top_level}


def _same(one: Answer, other: Answer) -> bool:
    return identical(_document(one), _document(other))


def _body(subject: Subject, answer: Answer) -> dict[str, Any]:
    return {**answer.top_level, subject.key: answer.elements}


def _check(value: Any, name: str) -> None:
    """Hold a decoded snapshot against the schema, and what the schema cannot say."""
    try:
        error = next(jsonschema_rs.Draft202012Validator(_schema()).iter_errors(_frame(value)), None)
    except ValueError:
        raise UsageError(f"{name}: the snapshot cannot be read: it holds what no snapshot does") from None
    if error:
        where = "".join(f"/{part}" for part in error.instance_path) or "the whole"
        raise UsageError(f"{name}: the snapshot cannot be read: {shorten(where)}: {shorten(error.message)}")
    if "repeat" in value and value["readings"] == 1:
        raise UsageError(f"{name}: the snapshot cannot be read: /repeat: there is one reading, and a second one")
    try:
        datetime.fromisoformat(value["taken"])
    except ValueError:
        raise UsageError(f"{name}: the snapshot cannot be read: /taken: {value['taken']!r} is no time") from None


def _frame(value: Any) -> Any:
    """Return a snapshot without what the target sent, of which the schema asks nothing but that it is there."""
    if not isinstance(value, dict):
        return value
    frame = {**value, **{key: type(value[key])() for key in ("list", "top_level") if _is_container(value, key)}}
    return {**frame, "repeat": _frame(value["repeat"])} if "repeat" in value else frame


def _is_container(value: dict[str, Any], key: str) -> bool:
    return isinstance(value.get(key), (dict, list))


@cache
def _schema() -> dict[str, Any]:
    schema: dict[str, Any] = json.loads(files("contracts.schemas").joinpath(SCHEMA).read_text("utf-8"))
    return schema
