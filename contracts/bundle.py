"""The bundle: a run in one archive that somebody else can read, judge again and compare.

The archive says nothing that is not derived from its exchanges, so it can be checked completely: they are judged
again, and every file must come out as it stands there, byte by byte.
"""

import hashlib
import json
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from importlib import import_module
from io import BytesIO

from contracts import __version__
from contracts.comparison import baseline, gate_of, snapshot
from contracts.core.contract import Contract
from contracts.core.deadline import watched
from contracts.core.errors import Reason, UsageError
from contracts.core.report import Report
from contracts.core.text import encoded, shorten
from contracts.exceptions import deviations
from contracts.formats import result, stored
from contracts.judging.evidence import Evidence
from contracts.judging.judge import report_of

MANIFEST, RESULT, DEVIATIONS = "manifest.json", "result.json", "deviations.toml"
BASELINE, ACCEPT = "baseline.json", "accept.toml"
#: The files that are rendered from the result, and the writer of each.
RENDERED = {"report.html": "html", "report.md": "markdown", "junit.xml": "junit", "exchanges.har": "har"}
NAMES = (MANIFEST, RESULT, DEVIATIONS, BASELINE, ACCEPT, *RENDERED)

#: More than any honest bundle holds, in bytes of a file after decompression.
CAP = 128 * 2**20
#: What zipfile raises on an archive that is damaged or made to harm.
_DAMAGE = (
    *(zipfile.BadZipFile, zlib.error, struct.error),
    *(EOFError, NotImplementedError, OverflowError, RuntimeError, ValueError),
)
_EPOCH = (1980, 1, 1, 0, 0, 0)


def pack(
    report: Report,
    deviations_text: str | None = None,
    accept_text: str | None = None,
    *,
    mask: Callable[[str], str] = str,
) -> bytes:
    """Return the archive of a report, with the files that it depends on; the same report gives the same bytes.

    ``mask`` has the last look at every text.
    """
    stream = BytesIO()
    digests = {}
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        # Each text is let go before the next is rendered: a large one may be there several times at once.
        digests[RESULT] = _add(archive, RESULT, mask(result.render(report)))
        for name, writer in RENDERED.items():
            digests[name] = _add(archive, name, mask(_render(writer, report)))
        for name, text in ((DEVIATIONS, deviations_text), (BASELINE, _baseline(report)), (ACCEPT, accept_text)):
            if text is not None:
                digests[name] = _add(archive, name, mask(text))
        manifest = {
            "suite": __version__,
            "contract": report.digest,
            "name": report.contract.name,
            "verdict": report.verdict.value,
            "files": dict(sorted(digests.items())),
        }
        _add(archive, MANIFEST, json.dumps(manifest, indent=2) + "\n")
    return stream.getvalue()


def _baseline(report: Report) -> str | None:
    compared = gate_of(report)
    return snapshot.render(compared.old.snapshot) if compared and compared.old.snapshot else None


def _render(writer: str, report: Report) -> str:
    text: str = import_module(f"contracts.formats.{writer}").render(report)
    return text


def _add(archive: zipfile.ZipFile, name: str, text: str) -> str:
    """Write a text into the archive, and return its digest."""
    entry = zipfile.ZipInfo(name, _EPOCH)  # no time of its own: equal runs, equal archives
    entry.compress_type = zipfile.ZIP_DEFLATED
    content = hashlib.sha256()
    with archive.open(entry, "w") as file:
        for piece in watched(encoded(text), every=1):
            content.update(piece)
            file.write(piece)
    return f"sha256:{content.hexdigest()}"


def _digest(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def unpack(content: bytes) -> dict[str, bytes]:
    """Return the files of an archive by name. Nothing is written to disk.

    Raises:
        UsageError: it is no bundle: not a ZIP, foreign or repeated names, encrypted, too large, damaged.
    """
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            names = archive.namelist()
            if foreign := sorted(set(names) - set(NAMES)):
                raise UsageError(f"no bundle: it holds {foreign[0][:80]!r}")
            if len(set(names)) != len(names) or not {MANIFEST, RESULT} <= set(names):
                raise UsageError("no bundle: a file is missing or there twice")
            return _members(archive)
    except _DAMAGE as error:
        raise UsageError(f"no bundle: {shorten(str(error))}") from None
    except OSError as error:
        raise UsageError(f"no bundle: {error.strerror or error}") from None


def _members(archive: zipfile.ZipFile) -> dict[str, bytes]:
    contents, left = {}, CAP
    for entry in archive.infolist():
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise UsageError(f"no bundle: {entry.filename} is compressed in a way that no bundle is")
        if stat.S_ISLNK(entry.external_attr >> 16):
            raise UsageError(f"no bundle: {entry.filename} is a link")
        with archive.open(entry) as stream:
            content = stream.read(left + 1)  # what the directory says of the size is not believed
        if len(content) > left:
            raise UsageError(f"no bundle: it holds more than {CAP:,} bytes")
        contents[entry.filename] = content
        left -= len(content)
    return contents


def audit(files: dict[str, bytes], contract_of: Callable[[str], Contract]) -> tuple[Report, list[str]]:
    """Judge the exchanges of a bundle again; return the new report, and in words all that does not agree with it.

    ``contract_of`` gives the contract that the bundle names.

    Raises:
        UsageError: a file cannot be read.
    """
    digests = _manifest(files, contract_of)
    claimed = stored.read(_text(files, RESULT), contract_of)
    texts = {name: _text(files, name) for name in (DEVIATIONS, BASELINE, ACCEPT) if name in files}
    judged = _compared(_again(claimed, texts.get(DEVIATIONS)), texts)
    differences = [*_digests(files, digests), *_differences(claimed, judged), *_files(files, judged)]
    return replace(judged, foreign=True), differences


def _text(files: dict[str, bytes], name: str) -> str:
    try:
        return files[name].decode("utf-8")
    except UnicodeDecodeError:
        raise UsageError(f"no bundle: {name} is not UTF-8") from None


def _again(claimed: Report, deviations_text: str | None) -> Report:
    """Return the report that the exchanges of a claimed one give, by the contract of this suite."""
    contract = claimed.contract
    evidence = Evidence(claimed.target, claimed.exchanges, claimed.scope, contract)
    clauses = contract.select(claimed.scope.selected)
    late = {outcome.clause.id for outcome in claimed.outcomes if outcome.because is Reason.LATE}
    found = report_of(evidence, clauses, lambda clause: clause.id in late)  # judging says less for these
    judged = replace(claimed, digest=contract.digest, outcomes=found.outcomes, listing=found.listing, stale=())
    entries = deviations.read(deviations_text, DEVIATIONS, contract) if deviations_text is not None else ()
    try:
        day = date.fromisoformat(claimed.started[:10])
    except ValueError:
        raise UsageError(f"no bundle: {RESULT} does not say when the run was made") from None
    return deviations.apply(judged, entries, day)


def _compared(judged: Report, texts: dict[str, str]) -> Report:
    """Return the report with what differs from the baseline of a bundle, where it has one."""
    if BASELINE not in texts:
        return judged
    return baseline.kept(texts[BASELINE], texts.get(ACCEPT), judged.settings).compared(judged)


def _manifest(files: dict[str, bytes], contract_of: Callable[[str], Contract]) -> dict[str, str]:
    """Return the digests of the files.

    Raises:
        UsageError: the manifest cannot be read, or names another version of the suite or of the contract.
    """
    try:
        manifest = json.loads(files[MANIFEST])
        digests, contract, suite = dict(manifest["files"]), manifest["contract"], manifest["suite"]
        name = manifest["name"]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise UsageError(f"no bundle: {MANIFEST} cannot be read") from None
    if not all(isinstance(text, str) for text in (contract, suite, name, *digests, *digests.values())):
        raise UsageError(f"no bundle: {MANIFEST} cannot be read")
    if suite != __version__:
        raise UsageError(
            f"the bundle was made by version {shorten(suite, 40)} of the suite, and this is {__version__}: "
            f"audit it with version {shorten(suite, 40)}"
        )
    own = contract_of(name).digest
    if contract != own:
        raise UsageError(
            f"the bundle was judged by the contract {shorten(contract, 80)}, and this suite judges by {own}: "
            f"audit it with the state of version {suite} that has that contract"
        )
    return digests


def _digests(files: dict[str, bytes], digests: dict[str, str]) -> Iterator[str]:
    found = {name: _digest(content) for name, content in files.items() if name != MANIFEST}
    for name in sorted(found.keys() | digests.keys()):
        if found.get(name) != digests.get(name):
            yield f"digest: {shorten(name, 80)} is not the file that the manifest names"


def _differences(claimed: Report, judged: Report) -> Iterator[str]:
    if claimed.verdict is not judged.verdict:
        yield f"verdict: {claimed.verdict.value} is claimed, the exchanges give {judged.verdict.value}"
    if claimed.digest != judged.digest:
        yield f"contract: the result was judged by {claimed.digest[:80]}, this suite judges by {judged.digest}"
    before = {outcome.clause.id: outcome for outcome in claimed.outcomes}
    after = {outcome.clause.id: outcome for outcome in judged.outcomes}
    for name in [*after, *(before.keys() - after.keys())]:
        one, other = before.get(name), after.get(name)
        if one is None or other is None:
            yield f"clauses: {name} is {'missing' if one is None else 'foreign'}"
        elif one != other:
            yield (
                f"{name}: {one.state} with {one.observations} observations and {one.count} findings is claimed, "
                f"the exchanges give {other.state} with {other.observations} and {other.count}"
            )


def _files(files: dict[str, bytes], judged: Report) -> Iterator[str]:
    if files[RESULT] != result.render(judged).encode("utf-8", "backslashreplace"):
        yield f"{RESULT}: is not what the exchanges give"
    for name, writer in RENDERED.items():
        if name not in files:
            yield f"{name}: is missing"
        elif files[name] != _render(writer, judged).encode("utf-8", "backslashreplace"):
            yield f"{name}: is not what the exchanges give"
