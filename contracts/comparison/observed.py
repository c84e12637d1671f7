"""From the report of a run to what it observed of the list, as a snapshot."""

from typing import Any

from contracts.comparison.gate import Kind, Source
from contracts.comparison.observation import CouldNotCompare
from contracts.comparison.snapshot import Answer, Snapshot, answer_of
from contracts.core.clause import LIST
from contracts.core.errors import ContractsError, UsageError
from contracts.core.report import Report
from contracts.core.text import shorten
from contracts.judging.evidence import Evidence
from contracts.judging.strict_json import Flaw

REPEAT = "repeat"


def snapshot_of(report: Report) -> Snapshot:
    """Return what a run observed, as a value to compare or to keep.

    A second answer that did not come is a second reading that nobody has; one that came and holds no list is none.

    Raises:
        CouldNotCompare: the list was not observed: no answer, another status than 200, no strict JSON, no list.
    """
    evidence = Evidence(report.target, report.exchanges, report.scope, report.contract)
    first = _answer(evidence, LIST, "the list")
    answered = any(e.response and not e.failure for e in evidence.by_probe.get(REPEAT, ()))
    return Snapshot(
        contract=report.contract.name,
        digest=report.digest,
        suite=report.suite,
        target=report.target,
        taken=report.started,
        verdict=report.verdict.value,
        first=first,
        repeat=_answer(evidence, REPEAT, "the second answer") if answered else None,
    )


def _answer(evidence: Evidence, probe: str, what: str) -> Answer:
    try:
        document = evidence.answer(probe).require_ok()
        if document.problem:
            raise document.problem
    except ContractsError as problem:
        raise CouldNotCompare(f"{what} was not observed: {problem}") from None
    for violation in document.violations:
        # A lone surrogate is kept as it came; of a name that is there twice nobody can say which value is meant.
        if violation.clause != Flaw.TEXT:
            words = shorten(f"{violation.where}: {violation.expected}, not {violation.received}")
            raise CouldNotCompare(f"{what} was not observed: the body is no strict JSON: {words}")
    return _listed(evidence.contract.key, document.value, what)


def _listed(key: str, value: Any, what: str) -> Answer:
    try:
        return answer_of(key, value)
    except UsageError:
        raise CouldNotCompare(f"{what} was not observed: the body holds no list as its member {key}") from None


def source_of(report: Report, kind: Kind, name: str) -> Source:
    """Return what a run observed as a side; one that observed no list says why."""
    try:
        return Source(kind, name, report.target, snapshot_of(report))
    except CouldNotCompare as problem:
        return Source(kind, name, report.target, None, str(problem))
