"""The sides of a comparison: what was kept in a file, recognised by its content, and what a run observed."""

import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO

from contracts import __version__, bundle
from contracts.audit import audit
from contracts.comparison import snapshot
from contracts.comparison.accepted import ACCEPT
from contracts.comparison.gate import Baseline, Kind, Source
from contracts.comparison.snapshot import CouldNotCompare
from contracts.core.contract import Contract
from contracts.core.errors import UsageError
from contracts.core.report import Impact, Report
from contracts.formats import result
from contracts.judging.evidence import Evidence
from contracts.judging.judge import report_of
from contracts.judging.strict_json import value_of
from contracts.reading import read_bytes, read_text

_NEITHER = "is neither a snapshot, a result, a bundle nor a URL: a URL is written with its scheme"


def is_url(name: str) -> bool:
    """Whether a side is a URL: a bare host could as well be the name of a file that is missing."""
    return "://" in name


def read_source(content: bytes, name: str, contract_of: Callable[[str], Contract]) -> tuple[Source, Contract]:
    """Return what a snapshot, a result or a bundle holds, whatever the file is called, and the contract it is about.

    Raises:
        UsageError: it is none of these, or is damaged.
    """
    if zipfile.is_zipfile(BytesIO(content)):
        report = _unbundled(content, name, contract_of)
        return Source.from_report(report, Kind.BUNDLE, name), report.contract
    schema, text = _schema(content, name), content.decode("utf-8", "replace")
    if schema.endswith(f"/{snapshot.SCHEMA}"):
        kept = snapshot.read(text, name)
        return Source(Kind.SNAPSHOT, name, kept.target, kept), contract_of(kept.contract)
    if schema.endswith(f"/{result.SCHEMA}"):
        report = _judged(result.read(value_of(content, "the report"), contract_of))
        return Source.from_report(report, Kind.RESULT, name), report.contract
    raise UsageError(f"{name} {_NEITHER}")


def _unbundled(content: bytes, name: str, contract_of: Callable[[str], Contract]) -> Report:
    """Return the report of a bundle, audited where this version of the suite has made it: a baseline may be older.

    Raises:
        UsageError: it differs from its exchanges.
    """
    report = result.read(value_of(bundle.unpack(content)[bundle.RESULT], "the report"), contract_of)
    if (report.suite, report.digest) != (__version__, report.contract.digest):
        return _judged(report)
    found = audit(content, contract_of, datetime.now(UTC))
    found.require_agreement(name)
    return found.report


def _judged(report: Report) -> Report:
    """Return a report with what its exchanges give: what it says that they gave is not believed."""
    evidence = Evidence(report.target, report.exchanges, report.scope, report.contract)
    clauses = report.contract.select(report.scope.selected)
    return replace(report, outcomes=report_of(evidence, clauses).outcomes)


def _schema(content: bytes, name: str) -> str:
    if not content.lstrip().startswith(b"{"):
        raise UsageError(f"{name} {_NEITHER}")
    return str(value_of(content, name, may_be_odd=lambda _: True).get("$schema", ""))


def load_baseline(
    path: str,
    contract: Contract,
    *,
    accept: str | None = None,
    fail_on: str = Impact.BREAKING,
    max_age: float | None = None,
) -> Baseline:
    """Return the baseline of a file: a snapshot, a result or a bundle; ``accept`` is the file of exceptions to it.

    Raises:
        UsageError: the file is none of these, is about another contract, or holds no list that could be compared.
    """
    source, _ = read_source(read_bytes(path), path, _only(contract, path))
    try:
        source.refuse_unsteady(contract)
    except CouldNotCompare as problem:
        raise UsageError(f"no baseline: {problem}") from None
    if not source.taken or source.snapshot is None:
        raise UsageError(f"{path}: no baseline: it does not say when it was observed")
    text = read_text(accept) if accept else None
    if text is not None and accept:
        ACCEPT.read(text, accept)
    if source.kind is not Kind.SNAPSHOT:  # a bundle of the run keeps a snapshot, which has to say what it is of
        source = replace(source, snapshot=replace(source.snapshot, source=source.kind.value))
    return Baseline(source, text, Impact(fail_on), max_age)


def _only(contract: Contract, path: str) -> Callable[[str], Contract]:
    def contract_of(name: str) -> Contract:
        if name != contract.name:
            raise UsageError(f"{path} is about {name[:80]}, and the run about {contract.name}")
        return contract

    return contract_of
