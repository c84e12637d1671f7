"""A snapshot: what one run observed of a list, as a value and as the text of ``schemas/snapshot.schema.json``.

The text is made to be kept in git: one member a line, members sorted, elements in the order of the answer, numbers in
the form in which they were received.
"""

import re
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import Any

from contracts.comparison.compare import compare, instability
from contracts.comparison.observation import CouldNotCompare, Observation, distinct
from contracts.comparison.rules import FAIL_ON
from contracts.comparison.subject import Subject, subject_of
from contracts.comparison.values import text_of
from contracts.core.contract import LIST, load, unlike
from contracts.core.errors import ContractsError, UsageError
from contracts.core.report import Report
from contracts.core.text import shorten
from contracts.judging.answer import Answer as JudgedAnswer
from contracts.judging.evidence import Evidence
from contracts.judging.schema import written
from contracts.judging.strict_json import Flaw, decode, value_of
from contracts.reading import readable

SCHEMA = "snapshot.schema.json"
FORMAT = 1
_SENT = ("/list/", "/top_level/", "/repeat/")
#: A number whose form its value does not tell.
_MAY_BE_WRITTEN_OTHERWISE = re.compile(rb"[0-9][eE]|0\.000000")


@dataclass(frozen=True)
class Answer:
    """What one answer held: the list, and the other members of the root, as strict decoding gives them."""

    elements: list[Any]
    top_level: dict[str, Any]


@dataclass(frozen=True)
class Snapshot:
    """What a run observed of a list.

    ``contract`` and ``digest`` name the contract that was judged, ``taken`` is when the run began, in UTC (RFC 3339),
    ``verdict`` what the run found, and ``partial`` why it judged less than the whole contract. ``readings`` are the
    answers that differ, the first one first, ``times`` is how often the list was read. ``source`` says of what was
    taken from a result or a bundle that it was.
    """

    contract: str
    digest: str
    suite: str
    target: str
    taken: str
    verdict: str
    readings: tuple[Answer, ...]
    times: int
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
        answers = [_answer(evidence, "the list")]
        for number, (_, answer) in enumerate(islice(evidence.plain(), 1, None), 2):
            answers.append(_answer(answer, f"answer {number}"))
        return cls(
            report.contract.name,
            report.digest,
            report.suite,
            report.target,
            report.started,
            report.verdict.value,
            tuple(answers[number] for number in distinct([_document(answer) for answer in answers])),
            len(answers),
            tuple(reason.value for reason in report.partial),
        )

    def observation(self, subject: Subject) -> Observation:
        """Return the snapshot as a side of a comparison; raises what :meth:`Observation.parse` raises."""
        bodies = ({**answer.top_level, subject.key: answer.elements} for answer in self.readings)
        return Observation.parse(subject, bodies, self.times)


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
        return _read(text, name)


def _read(text: str, name: str) -> Snapshot:
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
        readings=tuple(Answer(each["list"], each["top_level"]) for each in (value, *_others(value))),
        times=value["readings"],
        partial=tuple(value.get("partial", ())),
        source=value.get("source", ""),
    )


def says_the_same(subject: Subject, one: Snapshot, other: Snapshot) -> bool:
    """Whether two snapshots differ in nothing but their times, and in what neither keeps from reading to reading.

    Raises:
        CouldNotCompare: one of them cannot be compared.
    """
    if replace(one, readings=(), taken="") != replace(other, readings=(), taken=""):
        return False
    sides = one.observation(subject), other.observation(subject)
    before, after = (instability(subject, side) for side in sides)
    compared = (compare(subject, *pair) for pair in (sides, sides[::-1]))
    return before.words == after.words and not any(each.counts[impact] for each in compared for impact in FAIL_ON)


def _others(value: dict[str, Any]) -> list[Any]:
    repeat = value.get("repeat", [])
    return repeat if isinstance(repeat, list) else [repeat]


def _document(answer: Answer) -> dict[str, Any]:
    return {"list": answer.elements, "top_level": answer.top_level}


def _answer(source: Evidence | JudgedAnswer, what: str) -> Answer:
    """Return what an answer holds, or the first one of the evidence; raises CouldNotCompare where it holds no list."""
    try:
        answer = source.answer(LIST) if isinstance(source, Evidence) else source
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
    body, contract = answer.response.body, answer.contract
    value = decode(body, written).value if _MAY_BE_WRITTEN_OTHERWISE.search(body) else document.value
    try:
        return answer_of(contract.key, value)
    except UsageError:
        readers = " and ".join(subject_of(contract).audience)
        words = f"the body holds no list as its member {contract.key}, so that {readers} can read nothing of it"
        raise CouldNotCompare(f"{what} was not observed: {words}") from None


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
    frame = {**value, **{key: type(value[key])() for key in ("list", "top_level") if _is_container(value, key)}}
    return {**frame, "repeat": _frame(value["repeat"])} if "repeat" in value else frame


def _is_container(value: dict[str, Any], key: str) -> bool:
    return isinstance(value.get(key), (dict, list))
