"""merge: bundles that are put together are held against the file of targets, and each against its own exchanges."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from door import Finished, contracts
from subject import BY_NAME, SAMPLE

from contracts import bundle
from contracts.audit import audit
from contracts.core.report import Report
from contracts.formats import result
from contracts.judging.strict_json import value_of
from contracts.mock.server import MockServer
from contracts.resources import contract_of

DEVIATIONS = '[[deviation]]\nclause = "list.names-unique"\nreason = "r"\nowner = "o"\nexpires = 2999-01-31\n'


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a file of two targets, the bundles of both, and others of them that nobody should take."""
    home = tmp_path_factory.mktemp("merge")
    (home / "known.toml").write_text(DEVIATIONS)
    with MockServer(SAMPLE) as good, MockServer(SAMPLE, faults=[BY_NAME["id-number"].apply]) as bad:
        entries = ((good.url, "a", "1"), (good.url, "b", "1"))
        text = "".join(
            f'[[target]]\nname = "{name}"\nurl = "{url}"\nversion = "{version}"\nenvironment = "production"\n'
            'token = "CONTRACTS_TOKEN_A"\n'
            for url, name, version in entries
        )
        (home / "targets.toml").write_text(text)
        (home / "newer.toml").write_text(text.replace('version = "1"', 'version = "2"'))
        environment = {"CONTRACTS_TOKEN_A": good.token}
        for file, folder, more in (
            ("targets.toml", "good", ()),
            ("targets.toml", "excused", ("--deviations", "known.toml")),
            ("newer.toml", "newer", ()),
        ):
            arguments = ("verify", "--targets", file, "--reports", folder, *more)
            done = contracts(*arguments, environment=environment, folder=home)
            assert done.status == (1 if folder == "excused" else 0), done.err + done.out
        for folder, url, name, options in (
            ("violating", bad.url, "a", ()),
            ("unnamed", good.url, "", ()),
            ("elsewhere", bad.url, "b", ("--contract", "event-types")),
            ("part", good.url, "a", ("--clause", "http.status")),
            ("staging", good.url, "a", ("--environment", "staging")),
        ):
            (home / folder).mkdir()
            named = ("--name", name) if name else ()
            arguments = ("verify", url, *named, *options, "--bundle", f"{folder}/run.zip")
            contracts(*arguments, environment={"BEARER_TOKEN": good.token}, folder=home)
    return home


def merged(home: Path, *places: str) -> Finished:
    return contracts("merge", *places, "--targets", "targets.toml", folder=home)


def changed(home: Path, place: str, folder: str, change: Callable[[Report], Report]) -> str:
    """The place of a bundle that somebody changed, judged and wrote again."""
    content = (home / place / "run.zip").read_bytes()
    files = bundle.unpack(content)
    report = result.read(value_of(files[bundle.RESULT], "x"), contract_of)
    known = files[bundle.DEVIATIONS].decode() if bundle.DEVIATIONS in files else None
    judged = change(replace(report, locate=audited(content).locate, listing=audited(content).listing))
    (home / folder).mkdir(exist_ok=True)
    (home / folder / "run.zip").write_bytes(bundle.pack(judged, known))
    return folder


def audited(content: bytes) -> Report:
    return audit(content, contract_of, datetime.now(UTC)).report


def test_what_is_whole_conforms(home: Path) -> None:
    """Both bundles of the one run, in any order."""
    for places in (("good",), ("good/b", "good/a/run.zip")):
        done = merged(home, *places)
        assert (done.status, done.last_line[:20]) == (0, "CONFORMS: 2 targets:"), done.err


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("violating", "target of a is http"),
        ("unnamed", "it names no target"),
        ("elsewhere", "contract of b is event-types, and event-categories in the file"),
        ("staging", "environment of a is staging, and production in the file"),
        ("newer/a", "version of a is 2, and 1 in the file"),
        ("good/a", "a has a bundle already"),
        ("part", "a has a bundle already"),
    ],
)
def test_a_foreign_bundle_is_refused(place: str, words: str, home: Path) -> None:
    """Of another target, resource, version or environment, or a second one: one line, exit 2, and nothing is told."""
    done = merged(home, "good/a", place) if "already" in words else merged(home, place, "good/b")
    assert (done.status, done.out, len(done.err.splitlines())) == (2, "", 1), done.err
    assert words in done.err


def test_a_part_of_the_contract_is_not_put_beside_the_whole(home: Path) -> None:
    """A bundle of some clauses is none of a run that judged all of them."""
    done = merged(home, "part", "good/b")
    assert (done.status, "other clauses than the targets before it" in done.err) == (2, True), done.err


def test_what_is_too_old_is_inconclusive(home: Path) -> None:
    """--max-age: a target whose run is older is inconclusive, says why, and takes nothing from the other one."""
    old = changed(home, "good/a", "old", lambda report: replace(report, started="2020-01-01T00:00:00Z"))
    done = merged(home, old, "good/b")
    assert done.status == 0, done.err
    assert "a: run of 2020-01-01T00:00:00Z, 2," in done.out
    done = contracts("merge", old, "good/b", "--targets", "targets.toml", "--max-age", "30d", folder=home)
    assert done.status == 3, done.err
    assert "? a: inconclusive" in done.out
    assert "days old, and --max-age allows 30 days" in " ".join(done.out.split())
    assert done.last_line.startswith("INCONCLUSIVE: 2 targets: 1 inconclusive, 1 conforms")


def test_what_is_to_come_is_refused(home: Path) -> None:
    """A run of tomorrow, or one whose exchanges end then, is younger than any age."""
    for change in (
        lambda report: replace(report, started="2999-01-01T00:00:00Z"),
        lambda report: replace(report, exchanges=tuple(replace(e, began=e.began + 1e6) for e in report.exchanges)),
    ):
        done = merged(home, changed(home, "good/a", "tomorrow", change), "good/b")
        assert (done.status, "made in the future" in done.err) == (2, True), done.err


def test_nobody_shares_deviations_with_nobody(home: Path) -> None:
    """A bundle that says that others share its deviations hides no stale one, where nobody does."""
    alone = changed(home, "excused/a", "alone", lambda report: replace(report, shared_deviations=True, stale=()))
    done = contracts("audit", "alone/run.zip", "--quiet", folder=home)
    assert "1 deviation that excuse nothing here would be stale" in done.out
    done = merged(home, alone, "good/b")
    assert done.status == 1, done.err
    assert "stale" in done.out
    document = json.loads(bundle.unpack((home / "good" / "a" / "run.zip").read_bytes())[bundle.RESULT])
    assert document["shared_deviations"] is False
    lonely = changed(home, "good/a", "lonely", lambda report: replace(report, shared_deviations=True))
    done = merged(home, lonely, "good/b")
    assert (done.status, "shared_deviations: targets share their deviations, and there is no" in done.err) == (2, True)
