"""Bundles: whatever somebody changes in one is found, refused or of no weight, and what is of none is named here.

The oracle: a changed result passes for one that conforms only where the change is about nothing that is judged or
planned. It is tried as it is, and dressed: judged and written again by whoever changed it, so that all fits.
"""

import hashlib
import json
import os
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import pytest
from archives import zipped
from changes import Changed, json_changes
from door import contracts
from subject import BY_NAME, CONTRACT, SAMPLE

from contracts import bundle
from contracts.audit import Audit, audit
from contracts.core.errors import UsageError
from contracts.formats import result
from contracts.mock.server import MockServer
from contracts.reading import UnforeseenError
from contracts.resources import contract_of

pytestmark = pytest.mark.uncounted

#: Of the values that belong nowhere, one in so many is tried at each kind of place: MATRIX=1 tries all.
ONE_IN = int(os.environ.get("MATRIX", "100"))
#: What whoever made a bundle may say as he likes, and why: nothing that is judged or planned depends on it.
HIS_WORD = {
    "/implementation": "whose product it is, which no answer tells",
    "/identity/vendor": "likewise",
    "/identity/product": "likewise",
    "/identity/version": "likewise",
    "/identity/ci": "where the run was made, which no answer tells",
    "/settings/implementation/value": "whose product it is",
    "/settings/environment/value": "where it runs",
    "/settings/*/origin": "who set a setting, which changes nothing about what it plans",
    "/settings/client_cert/value": "a file of his machine",
    "/settings/client_key/value": "likewise",
    "/settings/ca_bundle/value": "likewise",
    "/settings/auth_url/value": "where he exchanges his token",
    "/settings/credentials/value": "the variable that holds his token",
    "/settings/timeout/value": "how long he waited: what came later is a failure, and judged as one",
    "/settings/deadline/value": "likewise",
    "/settings/retries/value": "how often he asked again: what is judged is what came in the end",
    "/settings/concurrency/value": "how much he sent at once",
    "/settings/wait/value": "how long he waited for the target to start",
    "/settings/max_body/value": "what he would have read at most: what he did read is there",
    "/settings/name": "likewise",
    "/settings/name/value": "what he calls it, which merge holds against the file of targets",
    "/settings/auth": "likewise",
    "/settings/auth/value": "which of the three rules he holds it against: it is told, and judged by",
    "/settings/max_requests": "likewise",
    "/settings/max_requests/value": "how much he may send",
    "/access/proxy": "the way that he took",
    "/started": "when, in the past: the age is said, and --max-age makes it fail",
    "/seconds": "how long it took",
    "/requests": "how often he asked",
    "/requests/sent": "how often he asked: at least as often as there are answers, and no more than is allowed",
    "/requests/retries": "likewise",
    "/exchanges": "in which order",
    "/exchanges/*": "likewise",
    "/exchanges/*/began": "when, within the run",
    "/exchanges/*/seconds": "how long an answer took",
    "/exchanges/*/attempts": "what he tried before",
    "/exchanges/*/response/reason": "words beside the status, which nobody judges",
    "/exchanges/*/response/headers": "fields that no clause is about",
    "/exchanges/*/response/headers/*": "likewise",
    "/exchanges/*/response/headers/*/name": "likewise",
    "/exchanges/*/response/headers/*/value": "likewise",
    "/exchanges/*/response/stray": "bytes behind an answer that may have a body: a note",
    "/exchanges/*/response/notes": "what was odd and no breach",
    "/exchanges/*/response/status": "a SHOULD clause is about the refusal of an unknown path: a warning, which is told",
    "/bodies/*/content": "likewise, its body",
    "/notes": "what is worth knowing, of which a verdict takes nothing",
    "/narrowed": "which file narrowed the run: by how much is judged",
}


@dataclass(frozen=True)
class Honest:
    """A bundle that nobody has touched, its result, and others whose values may take the place of those in it."""

    content: bytes
    document: dict[str, object]
    foreign: tuple[dict[str, object], ...]


def made(folder: Path, *faults: str, options: tuple[str, ...] = (), contract: str = "event-categories") -> bytes:
    """The bundle of a run against a mock."""
    with MockServer(SAMPLE, faults=[BY_NAME[name].apply for name in faults]) as server:
        arguments = ("verify", server.url, "--contract", contract, "--bundle", "run.zip", *options)
        done = contracts(*arguments, environment={"BEARER_TOKEN": server.token}, folder=folder)
    assert done.status in (0, 1, 3), done.err
    return (folder / "run.zip").read_bytes()


def result_of(content: bytes) -> dict[str, object]:
    document: dict[str, object] = json.loads(bundle.unpack(content)[bundle.RESULT])
    return document


@pytest.fixture(scope="module")
def honest(tmp_path_factory: pytest.TempPathFactory) -> Honest:
    """The bundle of a run that conforms, and those of another target, another run and another resource."""
    folder = tmp_path_factory.mktemp("honest")
    content = made(folder, options=("--name", "a"))
    others = (
        made(folder, "id-number", "names-shared", options=("--name", "b", "--auth", "public")),
        made(folder, contract="event-types"),
    )
    return Honest(content, result_of(content), tuple(map(result_of, others)))


def with_result(text: str, manifest: bytes) -> bytes:
    """A bundle of a result, whose manifest fits; of the files that are rendered from it there are none here."""
    content = text.encode("utf-8", "surrogatepass")
    said = json.loads(manifest)
    said["files"] = {bundle.RESULT: f"sha256:{hashlib.sha256(content).hexdigest()}"}
    for name, verdict in (("violates", "violates"), ("inconclusive", "inconclusive")):
        if f'"verdict": "{name}"' in text[:2000]:
            said["verdict"] = verdict
    files = {bundle.MANIFEST: (json.dumps(said, indent=2) + "\n").encode(), bundle.RESULT: content}
    return zipped(files, zipfile.ZIP_STORED)


@pytest.fixture
def nothing_rendered(monkeypatch: pytest.MonkeyPatch) -> None:
    """The files that follow from the result, which whoever dresses a bundle writes anew, are left out: they take time.

    That each is held against the result is tested with the entries of an archive.
    """
    monkeypatch.setattr(bundle, "RENDERED", {})


def passes(found: Audit) -> bool:
    """Whether ``audit --expect conforms`` would end with 0."""
    return not found.differences and not found.missing and found.report.conclusion == "conforms" == found.report.verdict


def believed(honest: Honest, changes: Iterator[Changed]) -> tuple[Counter[str], list[str]]:
    """Count by kind of place what passed although it was changed; and tell what brought the reader down."""
    manifest, now = bundle.unpack(honest.content)[bundle.MANIFEST], datetime.now(UTC)
    passed: Counter[str] = Counter()
    fallen = []
    for change in changes:
        text = change.text
        try:
            found = audit(with_result(text, manifest), contract_of, now)
            if not passes(found) and _fits(found):  # once more, judged and written by whoever changed it
                text = result.render(replace(found.report, foreign=False))
                found = audit(with_result(text, manifest), contract_of, now)
        except UnforeseenError as problem:
            fallen.append(f"{change.where}: {change.what}: {problem}")
            continue
        except UsageError as refusal:
            if "\n" in str(refusal) or len(str(refusal)) > 1000:
                fallen.append(f"{change.where}: {change.what}: refused at length")
            continue
        if passes(found) and json.loads(text) != honest.document:
            passed[change.kind] += 1
    return passed, fallen


def _fits(found: Audit) -> bool:
    """Whether nothing is wrong with a bundle but what its maker writes anew."""
    anew = tuple(f"{name}: " for name in (bundle.RESULT, bundle.MANIFEST, "verdict", *CONTRACT.clause))
    return not found.missing and all(line.startswith(anew) for line in found.differences)


def test_a_changed_result_is_found(honest: Honest, nothing_rendered: None) -> None:
    """Each field changed, removed, doubled or a foreign one in its place: nothing passes but its maker's word."""
    passed, fallen = believed(honest, json_changes(honest.document, honest.foreign, one_in=ONE_IN))
    assert fallen == []
    assert passed.keys() <= HIS_WORD.keys(), {kind: n for kind, n in passed.items() if kind not in HIS_WORD}
    assert len(passed) > 10, "what is nobody's business but his passes"


@pytest.mark.parametrize(
    "fields",
    [
        (("Content-Length", "1"), ("Content-Length", "2")),
        (("Content-Length", "1"), ("Transfer-Encoding", "chunked")),
        (("Content-Length", "+1"),),
        (("Content-Length", "9" * 5000),),
        (("Content-Encoding", "br"),),
        (("X ", "a blank before the colon"),),
        (("X", "a line\r\nContent-Type: text/html"),),
        (("\u20ac", "beyond Latin"),),
        (("X", "x"),) * 300,
    ],
    ids=range(9),
)
def test_what_can_have_come_over_no_wire_is_found(
    fields: tuple[tuple[str, str], ...], honest: Honest, nothing_rendered: None
) -> None:
    """A kept answer has a head that the reader of HTTP reads: else it would have been a broken one."""
    manifest = bundle.unpack(honest.content)[bundle.MANIFEST]
    document = json.loads(json.dumps(honest.document))
    headers = document["exchanges"][0]["response"]["headers"]
    named = {name.lower() for name, _ in fields}
    headers[:] = [field for field in headers if field["name"].lower() not in named]
    headers += [{"name": name, "value": value} for name, value in fields]
    try:
        found = audit(with_result(json.dumps(document), manifest), contract_of, datetime.now(UTC))
    except UsageError:
        assert len(fields) == 300  # more than any report holds
        return
    assert any(line.startswith("the answer to list can have come over no wire: ") for line in found.differences)


def test_a_changed_result_of_a_broken_target_never_conforms(tmp_path: Path, nothing_rendered: None) -> None:
    """Where a MUST clause is breached, no change of anything but the answers that break it makes it conform."""
    deviations = '[[deviation]]\nclause = "list.names-unique"\nreason = "r"\nowner = "o"\nexpires = 2999-01-31\n'
    (tmp_path / "known.toml").write_text(deviations)
    broken = made(tmp_path, "id-number", "names-shared", "unknown-path-listed", options=("--deviations", "known.toml"))
    honest = Honest(broken, result_of(broken), ())
    changes = json_changes(honest.document, (), one_in=60)
    passed, fallen = believed(honest, islice(changes, 0, None, ONE_IN // 3 + 1))
    assert fallen == []
    assert passed == {}


#: What is done to the files of a bundle, and how it ends: 1 it differs, 2 it is refused.
ENTRIES: dict[str, tuple[Callable[[dict[str, bytes], dict[str, bytes], str], list[tuple[str, bytes]]], set[int]]] = {
    "removed": (lambda files, _, name: [item for item in files.items() if item[0] != name], {1, 2}),
    "twice": (lambda files, _, name: [*files.items(), (name, files[name])], {2}),
    "twice, another": (lambda files, other, name: [*files.items(), (name, other[name])], {2}),
    "twice, another in front": (lambda files, other, name: [(name, other[name]), *files.items()], {2}),
    "that of another run": (lambda files, other, name: [*{**files, name: other[name]}.items()], {1, 2}),
    "empty": (lambda files, _, name: [*{**files, name: b""}.items()], {1, 2}),
    "a byte more": (lambda files, _, name: [*{**files, name: files[name] + b"\n"}.items()], {1, 2}),
    "a byte less": (lambda files, _, name: [*{**files, name: files[name][:-1]}.items()], {1, 2}),
    "not UTF-8": (lambda files, _, name: [*{**files, name: b"\xff\xfe\x00"}.items()], {1, 2}),
    "in capitals": (lambda files, _, name: [*files.items(), (name.upper(), files[name])], {2}),
    "in a folder": (lambda files, _, name: [*files.items(), (f"x/{name}", files[name])], {2}),
    "out of the folder": (lambda files, _, name: [*files.items(), (f"../{name}", files[name])], {2}),
    "at the root": (lambda files, _, name: [*files.items(), (f"/{name}", files[name])], {2}),
    "a name with a NUL": (lambda files, _, name: [*files.items(), (f"{name}\0.x", files[name])], {2}),
}


@pytest.fixture(scope="module")
def archives(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, bytes], dict[str, bytes]]:
    """The files of two bundles of runs with a baseline, exceptions to it and deviations; the second is broken."""
    folder = tmp_path_factory.mktemp("archives")
    (folder / "known.toml").write_text(
        '[[deviation]]\nclause = "http.unknown-path"\nreason = "r"\nowner = "o"\nexpires = 2999-01-31\n'
    )
    (folder / "accept.toml").write_text(
        '[[accept]]\nrule = "display-text-changed"\nelements = "all"\nmember = "display_name"\nreason = "r"\n'
        'owner = "o"\nexpires = 2999-01-31\n'
    )
    with MockServer(SAMPLE) as server:
        snapshot = ("snapshot", server.url, "-o", "old.json")
        assert contracts(*snapshot, environment={"BEARER_TOKEN": server.token}, folder=folder).status == 0
    before = ("--deviations", "known.toml", "--baseline", "old.json", "--accept", "accept.toml")
    one, other = (made(folder, *faults, options=before) for faults in ((), ("id-number",)))
    return bundle.unpack(one), bundle.unpack(other)


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("what", ENTRIES)
def test_the_files_of_a_bundle_are_those_of_its_run(
    what: str, archives: tuple[dict[str, bytes], dict[str, bytes]]
) -> None:
    """Each file removed, doubled, renamed or that of another run: it differs or is refused, and is never taken."""
    files, other = archives
    change, statuses = ENTRIES[what]
    assert {bundle.DEVIATIONS, bundle.ACCEPT, bundle.BASELINE} < files.keys()
    for name in files:
        entries = change(files, other, name)
        if entries == [*files.items()]:  # the deviations of both are the same
            continue
        status, words = audited(zipped(entries, zipfile.ZIP_STORED))
        assert status in statuses, f"{name}: {words}"


def audited(content: bytes) -> tuple[int, str]:
    """The exit status of an audit, and what it found first; whatever nobody foresaw is an error here."""
    try:
        found = audit(content, contract_of, datetime.now(UTC))
    except UsageError as refusal:
        assert not isinstance(refusal, UnforeseenError), refusal
        return 2, str(refusal)
    return (1 if found.differences else 3 if found.missing else 0), next(iter(found.differences), "")


@pytest.mark.parametrize("name", [bundle.RESULT, bundle.MANIFEST, "report.html", bundle.BASELINE])
def test_a_bundle_that_differs_is_no_side_of_a_comparison(
    name: str, archives: tuple[dict[str, bytes], dict[str, bytes]], tmp_path: Path
) -> None:
    """As for merge: what differs from its exchanges is refused, on either side, and as the baseline of a run."""
    files, other = archives
    (tmp_path / "good.zip").write_bytes(zipped(files, zipfile.ZIP_STORED))
    changed = {**files, name: other[name] if name != bundle.BASELINE else files[name].replace(b"account", b"accounts")}
    (tmp_path / "changed.zip").write_bytes(zipped(changed.items()))
    assert contracts("compare", "good.zip", "good.zip", folder=tmp_path).status == 0
    for arguments in (
        ("compare", "changed.zip", "good.zip"),
        ("compare", "good.zip", "changed.zip"),
        ("verify", "--mock", "--baseline", "changed.zip"),
    ):
        done = contracts(*arguments, folder=tmp_path)
        assert (done.status, len(done.err.splitlines())) == (2, 1), done.out
        assert "differs from its exchanges" in done.err


def patched(content: bytes, signature: bytes, offset: int, value: bytes) -> bytes:
    """An archive with another value in a field of every record of its local headers or of its directory."""
    changed, start = bytearray(content), 0
    while (start := changed.find(signature, start)) >= 0:
        changed[start + offset : start + offset + len(value)] = value
        start += 4
    return bytes(changed)


LOCAL, CENTRAL, END = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
#: The fields of the records of an archive (APPNOTE 4.3): where each begins, and how long it is.
FIELDS = {
    LOCAL: {"version": (4, 2), "flags": (6, 2), "method": (8, 2), "crc": (14, 4), "size": (22, 4), "name": (26, 2)},
    CENTRAL: {
        "version": (6, 2),
        "flags": (8, 2),
        "method": (10, 2),
        "crc": (16, 4),
        "packed": (20, 4),
        "size": (24, 4),
        "name": (28, 2),
        "extra": (30, 2),
        "comment": (32, 2),
        "disk": (34, 2),
        "mode": (40, 2),
        "offset": (42, 4),
    },
    END: {"disk": (4, 2), "here": (8, 2), "all": (10, 2), "size": (12, 4), "offset": (16, 4), "comment": (20, 2)},
}


def test_no_record_of_an_archive_brings_the_reader_down(archives: tuple[dict[str, bytes], dict[str, bytes]]) -> None:
    """Each field of each record zero, one, huge or odd: refused in one line, or read as what it is."""
    content = zipped(archives[0], zipfile.ZIP_STORED)
    for signature, fields in FIELDS.items():
        for offset, length in fields.values():
            for value in (0, 1, 99, 2 ** (8 * length - 1), 2 ** (8 * length) - 1, 0o120777 if length == 2 else 7):
                changed = patched(content, signature, offset, value.to_bytes(length, "little"))
                assert audited(changed)[0] in (0, 2), (signature, offset, value)


def test_nothing_stands_beside_an_archive(archives: tuple[dict[str, bytes], dict[str, bytes]]) -> None:
    """What merge publishes is an archive and nothing else: no program in front, nothing behind, no comment."""
    content = zipped(archives[0], zipfile.ZIP_STORED)
    assert audited(content)[0] == 0
    commented = content[:-2] + b"\x05\x00hello"
    for changed in (b"#!/bin/sh\n" + content, content + b"x" * 1000, content + b"\n", commented):
        status, words = audited(changed)
        assert (status, "before or behind" in words) == (2, True)


@pytest.mark.parametrize("content", [b"", b"PK", b"PK\x05\x06" + bytes(18), b"\0" * 100, b"{}"], ids=range(5))
def test_what_is_no_archive_is_refused(content: bytes) -> None:
    """An empty file, the beginning or the end of an archive, and what is something else."""
    assert audited(content)[0] == 2
