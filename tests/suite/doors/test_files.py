"""The files that a command writes: whole or not at all, for the right eyes, and none in the place of another."""

import json
import os
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest
from door import contracts

from contracts.commands import files
from contracts.core.errors import UsageError

USUAL = {"result.json", "junit.xml", "report.html", "report.md", "badge.json", "exchanges.har", "run.zip"}


def test_all_reports_in_one_folder(tmp_path: Path) -> None:
    """--reports writes every format under its usual name; a format with a name of its own goes there."""
    folder = tmp_path / "a" / "b"
    done = contracts("verify", "--mock", "--reports", str(folder), "--json", str(tmp_path / "mine.json"), "--summary")
    assert done.status == 0, done.err
    assert {path.name for path in folder.iterdir()} == USUAL - {"result.json"}
    assert json.loads((tmp_path / "mine.json").read_text())["verdict"] == "partial"


def test_exchanges_are_for_the_owner(tmp_path: Path) -> None:
    """What holds exchanges can be read by its owner alone."""
    assert contracts("verify", "--mock", "--reports", str(tmp_path)).status == 0
    private = {path.name for path in tmp_path.iterdir() if stat.S_IMODE(path.stat().st_mode) == 0o600}
    assert private == {"result.json", "report.html", "exchanges.har", "run.zip"}


def test_a_write_that_fails_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that is full, or a process that ends, leaves the old content and nothing beside it."""
    file = tmp_path / "x.json"
    file.write_text("old")

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(UsageError, match="No space left on device"):
        files.write_file(str(file), "new")
    assert [path.name for path in tmp_path.iterdir()] == ["x.json"]
    assert file.read_text() == "old"


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    """The file behind a symbolic link is replaced, not the link."""
    real, link = tmp_path / "real", tmp_path / "link"
    real.write_text("old")
    link.symlink_to(real)
    files.write_file(str(link), "new")
    assert link.is_symlink()
    assert real.read_text() == "new"


@pytest.mark.parametrize(
    "spelling",
    ["x", "./x", "a/../x", "{folder}/x", "link", "hard"],
    ids=["same", "dot", "up", "absolute", "link", "hard"],
)
def test_no_output_overwrites_another(spelling: str, tmp_path: Path) -> None:
    """However a path is spelled, two reports do not share it, and none takes the place of an input."""
    (tmp_path / "a").mkdir()
    (tmp_path / "x").write_text("")
    (tmp_path / "link").symlink_to("x")
    os.link(tmp_path / "x", tmp_path / "hard")
    other = spelling.format(folder=tmp_path)
    done = contracts("verify", "--mock", "--json", "x", "--html", other, folder=tmp_path)
    assert (done.status, done.out) == (2, "")
    assert "cannot share it" in done.err
    done = contracts("verify", "--mock", "--deviations", "x", "--har", other, folder=tmp_path)
    assert (done.status, done.out) == (2, "")
    assert "it is read, too" in done.err
    assert (tmp_path / "x").read_text() == ""


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--bundle", "-"], "an archive is no text"),
        (["--reports", "/dev/null/x"], "cannot be made"),
        (["--json", "x" * 300], "too long"),
        (["--json", "."], "it is a folder"),
        (["--prune-deviations"], "there is no deviations file"),
        (["--jso", "x"], "unrecognized arguments: --jso"),
    ],
)
def test_mistakes_are_told_before_anything_is_sent(arguments: list[str], words: str, tmp_path: Path) -> None:
    """Exit 2 with nothing on standard output: not even the header of a run."""
    done = contracts("verify", "--mock", *arguments, folder=tmp_path)
    assert (done.status, done.out) == (2, "")
    assert words in done.err


def test_check_makes_no_bundle(tmp_path: Path) -> None:
    """A bundle is of a run: check refuses it, and leaves it out of --reports."""
    (tmp_path / "x.json").write_text("{}")
    assert contracts("check", "x.json", "--bundle", "x.zip", folder=tmp_path).status == 2
    assert contracts("check", "x.json", "--reports", "out", folder=tmp_path).status == 1
    assert {path.name for path in (tmp_path / "out").iterdir()} == USUAL - {"run.zip"}


def test_leftovers_of_runs_that_were_killed_are_removed(tmp_path: Path) -> None:
    """What a killed run left is removed by the next one; what is at work, or was made by somebody else, stays."""
    old = time.time() - 2 * 3600
    for name in ("unfinished-abcdefg_", "unfinished-12345678", "unfinished-x", "mine"):
        (tmp_path / f".contracts-{name}").write_text("")
        os.utime(tmp_path / f".contracts-{name}", (old, old))
    os.utime(tmp_path / ".contracts-unfinished-12345678")
    files.write_file(str(tmp_path / "report"), "x")
    names = {".contracts-unfinished-12345678", ".contracts-unfinished-x", ".contracts-mine", "report"}
    assert {path.name for path in tmp_path.iterdir()} == names


def test_a_killed_run_leaves_what_the_next_one_knows(tmp_path: Path) -> None:
    """SIGKILL in the middle of writing leaves a file of a name that the next run removes when it is old."""
    script = (
        "import os, signal; from contracts.commands import files\n"
        "class Text(str):\n"
        "    def __getitem__(self, part): os.kill(os.getpid(), signal.SIGKILL)\n"
        "files.write_file('report', Text('x'))\n"
    )
    subprocess.run([sys.executable, "-c", script], cwd=tmp_path, check=False)
    (left,) = tmp_path.iterdir()
    os.utime(left, (0, 0))
    files.write_file(str(tmp_path / "report"), "x")
    assert [path.name for path in tmp_path.iterdir()] == ["report"]
