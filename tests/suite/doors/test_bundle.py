"""The bundle: whoever gets one can judge it again, and whatever was edited in it is found."""

import hashlib
import json
import re
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from archives import zipped
from door import contracts
from subject import BY_NAME, SAMPLE

from contracts import __version__, bundle
from contracts.audit import Audit, audit
from contracts.core.errors import UsageError
from contracts.mock.server import MockServer
from contracts.resources import contract_of

Files = dict[str, bytes]


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle of a run that violates, with a deviation that excuses one of its breaches."""
    folder = tmp_path_factory.mktemp("bundle")
    deviations = folder / "deviations.toml"
    deviations.write_text(
        '[[deviation]]\nclause = "list.names-unique"\nreason = "é"\nlink = "https://x"\nexpires = 2999-01-01\n'
    )
    faults = (BY_NAME["id-number"].apply, BY_NAME["names-shared"].apply)
    with MockServer(SAMPLE, faults=faults) as server:
        arguments = ("--bundle", str(folder / "run.zip"), "--deviations", str(deviations))
        done = contracts("verify", server.url, *arguments, environment={"BEARER_TOKEN": server.token})
        assert done.status == 1, done.err
        for content in bundle.unpack((folder / "run.zip").read_bytes()).values():
            assert server.token.encode() not in content
    return folder / "run.zip"


def audited(files: Files) -> Audit:
    """The audit of an archive of these files."""
    return audit(zipped(files), contract_of, datetime.now(UTC))


def test_an_honest_bundle_agrees(packed: Path) -> None:
    """The audit judges the exchanges offline, says the verdict again, and is exit 0."""
    done = contracts("audit", str(packed))
    assert done.status == 0, done.out + done.err
    assert re.match(
        r"AGREES: run of 20\d\d-\S+Z, \d+ minutes? ago: VIOLATES \(breaches are waived\): http://127\.0\.0\.1:",
        done.last_line,
    )
    assert "list.names-unique: waived until " in done.out


def test_what_a_bundle_holds(packed: Path) -> None:
    """Result, reports, exchanges, deviations, and a manifest with the digest of each; without a baseline none of it."""
    files = bundle.unpack(packed.read_bytes())
    assert set(files) == set(bundle.NAMES) - {bundle.BASELINE, bundle.ACCEPT}
    assert set(json.loads(files[bundle.MANIFEST])["files"]) == set(files) - {bundle.MANIFEST}


def edited(change: Callable[[dict[str, object]], object]) -> Callable[[Files], None]:
    """An edit of the result, with a manifest that was made to fit."""

    def edit(files: Files) -> None:
        result = json.loads(files[bundle.RESULT])
        change(result)
        files[bundle.RESULT] = (json.dumps(result, indent=2, ensure_ascii=False) + "\n").encode()
        refresh(files)

    return edit


def refresh(files: Files) -> None:
    """Make the manifest fit the files."""
    manifest = json.loads(files[bundle.MANIFEST])
    manifest["files"] = {
        name: f"sha256:{hashlib.sha256(content).hexdigest()}"
        for name, content in files.items()
        if name != bundle.MANIFEST
    }
    files[bundle.MANIFEST] = json.dumps(manifest).encode()


def clause(result: dict[str, object], name: str) -> dict[str, object]:
    """One clause of a result."""
    clauses = result["clauses"]
    assert isinstance(clauses, list)
    return next(entry for entry in clauses if entry["id"] == name)


def hold(result: dict[str, object]) -> None:
    """Call a breached clause held."""
    clause(result, "category.id").update(outcome="held", count=0, findings=[])


def remove(result: dict[str, object]) -> None:
    """Leave a breached clause out."""
    result["clauses"] = [entry for entry in result["clauses"] if entry["id"] != "category.id"]  # type: ignore[attr-defined]


def mend(result: dict[str, object]) -> None:
    """Mend the first answer, and leave what was said of it."""
    body = result["bodies"][result["exchanges"][0]["response"]["body"]]  # type: ignore[index]
    body["content"] = body["content"].replace('"id": 7', '"id": "7"')


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        pytest.param(edited(lambda r: clause(r, "json.utf-8").update(observations=99)), "json.utf-8", id="count"),
        pytest.param(edited(hold), "category.id: held", id="outcome"),
        pytest.param(edited(remove), "category.id is missing", id="clause-removed"),
        pytest.param(edited(lambda r: r.update(verdict="conforms", status=0)), "result.json", id="verdict"),
        pytest.param(edited(mend), "category.id", id="exchange"),
        pytest.param(edited(lambda r: r.update(target="https://elsewhere")), "is not what", id="target"),
        pytest.param(
            lambda files: files.update({"report.html": b"<p>All is well"}), "report.html: is not what", id="page"
        ),
        pytest.param(lambda files: files.pop("junit.xml"), "junit.xml: is missing", id="file-removed"),
        pytest.param(lambda files: files.pop("deviations.toml"), "list.names-unique", id="deviations-removed"),
    ],
)
def test_edits_are_found(edit: Callable[[Files], None], words: str, packed: Path, tmp_path: Path) -> None:
    """Edited counts, outcomes, clauses, verdicts, exchanges, pages and a foreign contract: exit 1, and named."""
    files = bundle.unpack(packed.read_bytes())
    edit(files)
    (tmp_path / "edited.zip").write_bytes(zipped(files))
    done = contracts("audit", str(tmp_path / "edited.zip"))
    assert done.status == 1, done.out + done.err
    assert words in done.out
    assert done.last_line.startswith("DIFFERS")


def test_a_foreign_contract_is_named(packed: Path) -> None:
    """A bundle of another version of the contract or of the suite says so."""
    files = bundle.unpack(packed.read_bytes())
    manifest = json.loads(files[bundle.MANIFEST]) | {"contract": "sha256:beef", "suite": "9.9"}
    files[bundle.MANIFEST] = json.dumps(manifest).encode()
    with pytest.raises(UsageError, match=r"was made by version 9\.9 of the suite, and this is .*: audit it with"):
        audited(files)
    files[bundle.MANIFEST] = json.dumps(manifest | {"suite": __version__}).encode()
    with pytest.raises(UsageError, match="was judged by the contract sha256:beef, and this suite judges by sha256:"):
        audited(files)
    files[bundle.RESULT] = b'{"of": "another schema"}'
    with pytest.raises(UsageError, match="sha256:beef"):
        audited(files)


@pytest.mark.parametrize("manifest", [[], {"files": 7}, {"files": {"a": 1}, "suite": "x", "contract": "y"}, "x", None])
def test_a_manifest_of_wrong_types(manifest: Any, packed: Path) -> None:
    """A manifest that is another kind of JSON is no bundle."""
    files = bundle.unpack(packed.read_bytes())
    files[bundle.MANIFEST] = json.dumps(manifest).encode()
    with pytest.raises(UsageError, match=r"manifest\.json cannot be read"):
        audited(files)


@pytest.mark.parametrize("method", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_other_compressions_are_refused(method: int, packed: Path) -> None:
    """What no bundle is compressed with is not unpacked."""
    content = zipped(bundle.unpack(packed.read_bytes()), method)
    with pytest.raises(UsageError, match="compressed in a way that no bundle is"):
        bundle.unpack(content)


def test_expectations(packed: Path, tmp_path: Path) -> None:
    """--expect fails on every other verdict, and on a conforming run that judged less than the contract."""
    assert contracts("audit", str(packed), "--expect", "violates").status == 0
    other = contracts("audit", str(packed), "--expect", "conforms", "--quiet")
    assert other.status == 1
    assert "expected  conforms, and the exchanges give: violates (breaches are waived)" in other.out
    mock = tmp_path / "mock.zip"
    assert contracts("verify", "--mock", "--bundle", str(mock)).status == 0
    assert contracts("audit", str(mock)).status == 0
    partial = contracts("audit", str(mock), "--expect", "conforms")
    assert partial.status == 1
    assert "expected  conforms, and the exchanges give: partial (the embedded mock was judged)" in partial.out
    assert "PARTIAL (the embedded mock was judged): the embedded mock: " in partial.last_line


@pytest.mark.parametrize(
    ("content", "words"),
    [
        pytest.param(b"no archive", "no bundle", id="not-a-zip"),
        pytest.param(zipped({"../../etc/passwd": b"x"}), "passwd", id="path"),
        pytest.param(zipped({"/result.json": b"x"}), "/result.json", id="absolute"),
        pytest.param(zipped({"manifest.json": b"{}"}), "missing", id="incomplete"),
        pytest.param(zipped({"manifest.json": b"{}", "result.json": b"[]"}), "cannot be read", id="no-result"),
        pytest.param(zipped({"manifest.json": b"\xff", "result.json": b"\xff"}), "cannot be read", id="not-text"),
        pytest.param(b"", "no bundle", id="empty"),
    ],
)
def test_what_is_no_bundle(content: bytes, words: str, tmp_path: Path) -> None:
    """An archive that is none, or holds foreign names, is exit 2 with one line; nothing is written to disk."""
    (tmp_path / "x.zip").write_bytes(content)
    done = contracts("audit", str(tmp_path / "x.zip"))
    assert done.status == 2, done.out
    assert words in done.err
    assert len(done.err.splitlines()) == 1


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_twice_is_refused() -> None:
    """Two entries of one name could be read differently by two readers."""
    with pytest.raises(UsageError, match="twice"):
        bundle.unpack(zipped([("manifest.json", b"{}"), ("result.json", b"{}"), ("result.json", b"[]")]))


def test_a_zip_bomb_is_refused() -> None:
    """A file that inflates beyond the cap is given up there, whatever the archive says of its size."""
    with pytest.raises(UsageError, match="holds more than"):
        bundle.unpack(zipped({"manifest.json": b"{}", "result.json": b"\0" * 2**21}), 2**20)


@pytest.mark.parametrize("place", [0.3, 0.6, 0.95])
def test_damage_is_no_traceback(place: float, packed: Path, tmp_path: Path) -> None:
    """A flipped byte anywhere is found, as unreadable or as different."""
    content = bytearray(packed.read_bytes())
    content[int(len(content) * place)] ^= 0xFF
    (tmp_path / "x.zip").write_bytes(content)
    done = contracts("audit", str(tmp_path / "x.zip"))
    assert done.status in (1, 2), done.out + done.err
    assert "fault of the suite" not in done.err


def test_a_missing_file() -> None:
    """A file that is not there is exit 2."""
    done = contracts("audit", "missing.zip")
    assert done.status == 2
    assert "missing.zip" in done.err
