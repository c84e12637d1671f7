"""A snapshot: what one run observed of a list, as a value and as the text of ``schemas/snapshot.schema.json``.

The text is made to be kept in git: one member a line, members sorted, elements in the order of the answer, numbers in
the form in which they were received.
"""

import json
import math
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, Self

from contracts.comparison.subject import Subject, subject_of
from contracts.comparison.values import kind, named, text_of
from contracts.core.contract import LIST, load, unlike
from contracts.core.errors import ContractsError, CouldNotJudge, UsageError, watched
from contracts.core.report import Report
from contracts.core.text import shorten
from contracts.judging.answer import Answer
from contracts.judging.evidence import Evidence
from contracts.judging.strict_json import Flaw, decode, value_of
from contracts.judging.values import written
from contracts.reading import readable

SCHEMA = "snapshot.schema.json"
FORMAT = 1
Object = dict[str, Any]
_SENT = ("/list/", "/top_level/", "/repeat/")
#: A number whose form its value does not tell.
_MAY_BE_WRITTEN_OTHERWISE = re.compile(rb"[0-9][eE]|0\.000000")


class CouldNotCompare(CouldNotJudge):
    """One side offers no list that could be compared; the message says why."""


@dataclass(frozen=True)
class Reading:
    """What one answer held: the list, and the other members of the root, as strict decoding gives them."""

    elements: list[Any]
    top_level: dict[str, Any]


@dataclass(frozen=True)
class Observation:
    """One side of a comparison: the readings that differ, the first one first, and how often the list was read."""

    readings: tuple[Reading, ...]
    times: int

    @property
    def first(self) -> Reading:
        """The reading whose differences are told."""
        return self.readings[0]

    def comparable(self, subject: Subject) -> Self:
        """Return the observation.

        Raises:
            CouldNotCompare: a reading holds something else than elements that can be told apart.
        """
        for number, reading in enumerate(self.readings, 1):
            _refuse_unclear(subject, reading.elements, f"answer {number}" if number > 1 else "the list")
        return self


@dataclass(frozen=True)
class Snapshot(Observation):
    """What a run observed of a list.

    ``contract`` and ``digest`` name the contract that was judged, ``taken`` is when the run began, in UTC (RFC 3339),
    ``verdict`` what the run found, and ``partial`` why it judged less than the whole contract. ``source`` says of what
    was taken from a result or a bundle that it was.
    """

    contract: str
    digest: str
    suite: str
    target: str
    taken: str
    verdict: str
    partial: tuple[str, ...] = ()
    source: str = ""

    @classmethod
    def from_report(cls, report: Report) -> "Snapshot":
        """Return what a run observed, of two observations the second, as a value to compare or to keep.

        An answer that did not come is a reading that nobody has; one that came and holds no list makes it none.

        Raises:
            CouldNotCompare: the list was not observed: no answer, another status than 200, no strict JSON, no list.
        """
        evidence = Evidence(report.target, report.exchanges, report.scope, report.contract).decisive
        try:
            first = evidence.answer(LIST)
        except ContractsError as problem:
            raise CouldNotCompare(f"the list was not observed: {problem}") from None
        others = (answer for _, answer in islice(evidence.plain(), 1, None))
        readings = [_reading(first, "the list"), *(_reading(each, f"answer {n}") for n, each in enumerate(others, 2))]
        return cls(
            contract=report.contract.name,
            digest=report.digest,
            suite=report.suite,
            target=report.target,
            taken=report.started,
            verdict=report.verdict.value,
            readings=_distinct(readings),
            times=len(readings),
            partial=tuple(reason.value for reason in report.partial),
        )


def _reading(answer: Answer, what: str) -> Reading:
    try:
        document = answer.require_ok()
        if document.problem:
            raise document.problem
    except ContractsError as problem:
        raise CouldNotCompare(f"{what} was not observed: {problem}") from None
    for violation in document.violations:
        # A lone surrogate is kept as it came; of a name that is there twice nobody can say which value is meant.
        if violation.clause != Flaw.TEXT:
            words = shorten(f"{violation.where}: {violation.expected}, not {violation.received}")
            raise CouldNotCompare(f"{what} was not observed: the body is no strict JSON: {words}")
    body, key = answer.response.body, answer.contract.key
    root = decode(body, written).value if _MAY_BE_WRITTEN_OTHERWISE.search(body) else document.value
    if not (isinstance(root, dict) and isinstance(root.get(key), list)):
        readers = " and ".join(subject_of(answer.contract).audience)
        words = f"the body holds no list as its member {key}, so that {readers} can read nothing of it"
        raise CouldNotCompare(f"{what} was not observed: {words}")
    return Reading(root[key], {name: value for name, value in root.items() if name != key})


def _distinct(readings: Iterable[Reading]) -> tuple[Reading, ...]:
    """Return the readings; of those that are written alike, only the first."""
    first: dict[str, Reading] = {}
    for reading in readings:
        # No JSON text holds infinity: a number in another form is never taken for anything else.
        text = json.dumps(_document(reading), sort_keys=True, default=lambda number: [math.inf, text_of(number)])
        first.setdefault(text, reading)
    return tuple(first.values())


def _refuse_unclear(subject: Subject, elements: list[Any], what: str) -> None:
    """Refuse elements that nobody can tell apart: of one id, or of one name where an id of their own is missing."""
    for index, element in enumerate(watched(elements)):
        place = f"{what} cannot be compared: /{subject.key}/{index}"
        if not isinstance(element, dict):
            name = kind(element)
            article = "" if name == "null" else "an " if name == "array" else "a "
            raise CouldNotCompare(f"{place} is {article}{name}, not an object")
        if not any(isinstance(element.get(member), str) for member in ("id", "name")):
            raise CouldNotCompare(f"{place} has neither id nor name to match it by")
    without_id = {element["name"] for element in elements if not isinstance(element.get("id"), str)}
    for member, texts in (("id", shared(elements, "id")), ("name", shared(elements, "name") & without_id)):
        if texts:
            raise CouldNotCompare(
                f"{what} cannot be compared: several elements share the {member} {named(min(texts))!r}, so that "
                "nobody can tell which is which"
            )


def shared(elements: Iterable[Object], member: str) -> set[str]:
    """Return the texts that several elements have as this member."""
    counts = Counter(text for element in elements if isinstance(text := element.get(member), str))
    return {text for text, count in counts.items() if count > 1}


def render(snapshot: Snapshot) -> str:
    """Return a snapshot as JSON, ended by a newline; equal snapshots give equal texts."""
    first, *others = map(_document, snapshot.readings)
    members: dict[str, Any] = {
        "$schema": load(SCHEMA)["$id"],
        "format": FORMAT,
        "contract": {"digest": snapshot.digest, "name": snapshot.contract},
        "suite": snapshot.suite,
        **({"source": snapshot.source} if snapshot.source else {}),
        "target": snapshot.target,
        "taken": snapshot.taken,
        "verdict": snapshot.verdict,
        **({"partial": list(snapshot.partial)} if snapshot.partial else {}),
        "readings": snapshot.times,
        **first,
    }
    if others:
        members["repeat"] = others if len(others) > 1 else others[0]
    lines = (f'  "{name}": {text_of(value, 1)}' for name, value in members.items())
    return "{\n" + ",\n".join(lines) + "\n}\n"


def read(text: str, name: str) -> Snapshot:
    """Return the snapshot that a text holds.

    Raises:
        UsageError: it is no strict JSON, or not what the schema describes; the message is one line.
    """
    with readable(name):
        content = text.encode("utf-8", "surrogatepass")
        value = value_of(content, f"{name}: the snapshot", written, may_be_odd=lambda where: where.startswith(_SENT))
        _check(value, name)
    return Snapshot(
        contract=value["contract"]["name"],
        digest=value["contract"]["digest"],
        suite=value["suite"],
        target=value["target"],
        taken=value["taken"],
        verdict=value["verdict"],
        readings=tuple(Reading(each["list"], each["top_level"]) for each in (value, *_others(value))),
        times=value["readings"],
        partial=tuple(value.get("partial", ())),
        source=value.get("source", ""),
    )


def _others(value: dict[str, Any]) -> list[Any]:
    repeat = value.get("repeat", [])
    return repeat if isinstance(repeat, list) else [repeat]


def _document(reading: Reading) -> Object:
    return {"list": reading.elements, "top_level": reading.top_level}


def _check(value: Any, name: str) -> None:
    """Hold a decoded snapshot against the schema, and what the schema cannot say."""
    if problem := unlike(_frame(value), SCHEMA):
        raise UsageError(f"{name}: the snapshot cannot be read: {problem}")
    if len(_others(value)) >= value["readings"]:
        raise UsageError(f"{name}: the snapshot cannot be read: /repeat: there are fewer readings than this")
    try:
        datetime.fromisoformat(value["taken"])
    except ValueError:
        raise UsageError(f"{name}: the snapshot cannot be read: /taken: {value['taken']!r} is no time") from None


def _frame(value: Any) -> Any:
    """Return a snapshot without what the target sent, of which the schema asks nothing but that it is there."""
    if isinstance(value, list):
        return [_frame(each) for each in value]
    if not isinstance(value, dict):
        return value
    sent = {key: type(each)() for key in ("list", "top_level") if isinstance(each := value.get(key), (dict, list))}
    return {**value, **sent, **({"repeat": _frame(value["repeat"])} if "repeat" in value else {})}
