"""The sides of a comparison: what was kept in a file, recognised by its content, and what a run observed."""

import zipfile
from collections.abc import Callable
from io import BytesIO

from contracts import bundle
from contracts.comparison import snapshot
from contracts.comparison.gate import Kind, Side
from contracts.comparison.observation import CouldNotCompare
from contracts.comparison.observed import snapshot_of
from contracts.core.contract import Contract
from contracts.core.errors import UsageError
from contracts.core.report import Report
from contracts.formats import stored
from contracts.judging.strict_json import decode

_NEITHER = "is neither a snapshot, a result, a bundle nor a URL: a URL is written with its scheme"


def is_url(name: str) -> bool:
    """Whether a side is a URL: a bare host could as well be the name of a file that is missing."""
    return "://" in name


def side_of_file(content: bytes, name: str, contract_of: Callable[[str], Contract]) -> tuple[Side, Contract]:
    """Return what a snapshot, a result or a bundle holds, whatever the file is called, and the contract it is about.

    Raises:
        UsageError: it is none of these, or is damaged.
    """
    if zipfile.is_zipfile(BytesIO(content)):
        text = _text(bundle.unpack(content)[bundle.RESULT], name)
        report = stored.read(text, contract_of)
        return side_of(report, Kind.BUNDLE, name), report.contract
    text = _text(content, name)
    schema = _schema(text, name)
    if schema.endswith(f"/{snapshot.SCHEMA}"):
        kept = snapshot.read(text, name)
        return Side(Kind.SNAPSHOT, name, kept.target, kept), contract_of(kept.contract)
    if schema.endswith("/report.schema.json"):
        report = stored.read(text, contract_of)
        return side_of(report, Kind.RESULT, name), report.contract
    raise UsageError(f"{name} {_NEITHER}")


def _text(content: bytes, name: str) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        raise UsageError(f"{name} {_NEITHER}") from None


def _schema(text: str, name: str) -> str:
    value = decode(text.encode("utf-8", "surrogatepass")).value  # numbers of any length, as a target may have sent them
    if not isinstance(value, dict):
        raise UsageError(f"{name} {_NEITHER}")
    return str(value.get("$schema", ""))


def side_of(report: Report, kind: Kind, name: str) -> Side:
    """Return what a run observed as a side; one that observed no list says why."""
    try:
        return Side(kind, name, report.target, snapshot_of(report))
    except CouldNotCompare as problem:
        return Side(kind, name, report.target, None, str(problem))
