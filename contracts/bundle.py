"""The bundle: a run in one archive that somebody else can read, judge again and compare.

The archive says nothing that is not derived from its exchanges, so that every file of it must come out as it stands
there, byte by byte, where these are judged again.
"""

import hashlib
import json
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib import import_module
from io import BytesIO

from contracts import __version__
from contracts.comparison import snapshot
from contracts.core.contract import Contract
from contracts.core.errors import UsageError, watched
from contracts.core.report import Report
from contracts.core.text import encoded, shorten
from contracts.formats.wording import gate_of
from contracts.judging.strict_json import value_of
from contracts.reading import CAP

MANIFEST, RESULT, DEVIATIONS = "manifest.json", "result.json", "deviations.toml"
BASELINE, ACCEPT = "baseline.json", "accept.toml"
#: The files that are rendered from the result, and the writer of each.
RENDERED = {"report.html": "html", "report.md": "markdown", "junit.xml": "junit", "exchanges.har": "har"}
NAMES = (MANIFEST, RESULT, DEVIATIONS, BASELINE, ACCEPT, *RENDERED)

#: So many times the largest body: more than an honest bundle holds, after decompression.
TIMES = 8
#: What zipfile raises on an archive that is damaged or made to harm.
_DAMAGE = (
    *(zipfile.BadZipFile, zlib.error, struct.error),
    *(EOFError, NotImplementedError, OverflowError, RuntimeError, ValueError),
)
#: The signatures of the first and the last record of an archive (APPNOTE 4.3), and the length of the last, in bytes:
#: what stands outside of these is no part of the archive, and may be a program.
_FIRST, _LAST, _LENGTH_OF_LAST = b"PK\x03\x04", b"PK\x05\x06", 22
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
        for name in (RESULT, *RENDERED):
            digests[name] = _add(archive, name, mask(_render(name, report)))
        for name, text in ((DEVIATIONS, deviations_text), (BASELINE, _baseline(report)), (ACCEPT, accept_text)):
            if text is not None:
                digests[name] = _add(archive, name, mask(text))
        _add(archive, MANIFEST, _manifest(report, digests))
    return stream.getvalue()


def _baseline(report: Report) -> str | None:
    compared = gate_of(report)
    return snapshot.render(compared.old.snapshot) if compared and compared.old.snapshot else None


def _render(name: str, report: Report) -> str:
    text: str = import_module(f"contracts.formats.{RENDERED.get(name, 'result')}").render(report)
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


def _digest(pieces: Iterable[bytes]) -> str:
    content = hashlib.sha256()
    for piece in pieces:
        content.update(piece)
    return f"sha256:{content.hexdigest()}"


def unpack(content: bytes, cap: int = CAP) -> dict[str, bytes]:
    """Return the files of an archive by name, which hold at most ``cap`` bytes. Nothing is written to disk.

    Raises:
        UsageError: it is no bundle: not a ZIP, foreign or repeated names, encrypted, too large, damaged.
    """
    if not (content.startswith(_FIRST) and content[-_LENGTH_OF_LAST:].startswith(_LAST)):
        raise UsageError("no bundle: it is no archive, or there is something before or behind that")
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            names = archive.namelist()
            if foreign := sorted(set(names) - set(NAMES)):
                raise UsageError(f"no bundle: it holds {foreign[0][:80]!r}")
            if len(set(names)) != len(names) or not {MANIFEST, RESULT} <= set(names):
                raise UsageError("no bundle: a file is missing or there twice")
            return _members(archive, cap)
    except _DAMAGE as error:
        raise UsageError(f"no bundle: {shorten(str(error))}") from None
    except OSError as error:
        raise UsageError(f"no bundle: {error.strerror or error}") from None


def _members(archive: zipfile.ZipFile, cap: int) -> dict[str, bytes]:
    contents, left = {}, cap
    for entry in archive.infolist():
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise UsageError(f"no bundle: {entry.filename} is compressed in a way that no bundle is")
        if stat.S_ISLNK(entry.external_attr >> 16):
            raise UsageError(f"no bundle: {entry.filename} is a link")
        with archive.open(entry) as stream:
            content = stream.read(left + 1)  # what the directory says of the size is not believed
        if len(content) > left:
            raise UsageError(f"no bundle: it holds more than {cap:,} bytes (--max-body)")
        contents[entry.filename] = content
        left -= len(content)
    return contents


def text_of(files: Mapping[str, bytes], name: str) -> str:
    """Return the text of a file; raises UsageError where it is none."""
    try:
        return files[name].decode("utf-8")
    except UnicodeDecodeError:
        raise UsageError(f"no bundle: {name} is not UTF-8") from None


def contract_in(files: Mapping[str, bytes], contract_of: Callable[[str], Contract]) -> Contract:
    """Return the contract that the manifest names.

    Raises:
        UsageError: the manifest cannot be read, or names another version of the suite or of the contract.
    """
    manifest = value_of(files[MANIFEST], f"no bundle: {MANIFEST}")
    said = manifest if isinstance(manifest, dict) else {}
    suite, name, contract = (said.get(key) for key in ("suite", "name", "contract"))
    if not (isinstance(suite, str) and isinstance(name, str) and isinstance(contract, str)):
        raise UsageError(f"no bundle: {MANIFEST} cannot be read")
    refuse_foreign(suite, contract, lambda: contract_of(name))
    return contract_of(name)


def refuse_foreign(suite: str, digest: str, contract: Callable[[], Contract]) -> None:
    """Refuse what another version of the suite, or one with another contract than its own, has judged.

    Raises:
        UsageError: it names the version that can audit it.
    """
    if suite != __version__:
        raise UsageError(
            f"the bundle was made by version {shorten(suite, 40)} of the suite, and this is {__version__}: "
            f"audit it with version {shorten(suite, 40)}"
        )
    if digest != (own := contract()).digest:
        raise UsageError(
            f"the bundle was judged by the contract {shorten(digest, 80)}, and this suite judges by {own.digest}: "
            f"audit it with the state of version {suite} that has that contract"
        )


def unlike(files: Mapping[str, bytes], report: Report) -> Iterator[str]:
    """Yield which files of a bundle are not those that a report gives."""
    digests = {name: _digest((content,)) for name, content in files.items() if name != MANIFEST}
    if files[MANIFEST] != _manifest(report, digests).encode():
        yield f"{MANIFEST}: is not what the files give"
    for name in (RESULT, *RENDERED):
        if name not in files:
            yield f"{name}: is missing"
        elif digests[name] != _digest(encoded(_render(name, report))):
            yield f"{name}: is not what the exchanges give"


def _manifest(report: Report, digests: Mapping[str, str]) -> str:
    manifest = {
        "suite": __version__,
        "contract": report.digest,
        "name": report.contract.name,
        "verdict": report.verdict.value,
        "files": dict(sorted(digests.items())),
    }
    return json.dumps(manifest, indent=2) + "\n"
