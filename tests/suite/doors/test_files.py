"""The files that a command writes: whole or not at all, for the right eyes, and none in the place of another."""

import json
import os
import re
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest
from door import contracts
from regions import Regions
from subject import BY_NAME, SAMPLE

from contracts.commands import writing
from contracts.core.errors import UsageError
from contracts.mock.reply import Reply
from contracts.mock.server import MockServer

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
        writing.write(str(file), "new")
    assert [path.name for path in tmp_path.iterdir()] == ["x.json"]
    assert file.read_text() == "old"


def test_nothing_is_written_through_a_link(tmp_path: Path) -> None:
    """A link in the place of a report is replaced, and what it leads to is left alone: a checkout may be anybody's."""
    real, link = tmp_path / "real", tmp_path / "link"
    real.write_text("old")
    link.symlink_to(real)
    writing.write(str(link), "new")
    assert not link.is_symlink()
    assert (real.read_text(), link.read_text()) == ("old", "new")


@pytest.mark.parametrize("name", ["result.json", "junit.xml", "report.html", "run.zip"])
def test_no_report_of_a_folder_is_written_through_a_link(name: str, tmp_path: Path) -> None:
    """Links that lie in the folder of the reports are replaced."""
    outside = tmp_path / "outside"
    outside.write_text("mine")
    (tmp_path / "here" / "out").mkdir(parents=True)
    (tmp_path / "here" / "out" / name).symlink_to(outside)
    assert contracts("verify", "--mock", "--reports", "out", "--summary", folder=tmp_path / "here").status == 0
    assert outside.read_text() == "mine"
    assert not (tmp_path / "here" / "out" / name).is_symlink()


@pytest.mark.parametrize(
    ("arguments", "file"),
    [
        (("--json", "away/x.json"), ""),
        (("--json", "{folder}/away/x.json"), ""),
        (("--reports", "away"), ""),
        (("--reports", "away/deep"), ""),
        (("--reports", "dangling"), ""),
        (("--write-deviations", "away/x.toml"), ""),
        ((), 'json = "away/x.json"'),
        ((), 'reports = "away"'),
        ((), 'metrics = "./away/.profile"'),
        ((), 'bundle = "inside/../away/x.zip"'),
    ],
)
def test_no_link_leads_a_report_out_of_the_working_directory(
    arguments: tuple[str, ...], file: str, tmp_path: Path
) -> None:
    """What lies in the working directory by its name lies there in truth, whoever named it; nothing is sent before."""
    here, away = tmp_path / "here", tmp_path / "home"
    (here / "inside").mkdir(parents=True)
    away.mkdir()
    (here / "away").symlink_to(away)
    (here / "dangling").symlink_to(tmp_path / "later")
    (here / "contracts.toml").write_text(file)
    given = [argument.format(folder=here) for argument in arguments]
    done = contracts("verify", "--mock", *given, folder=here)
    assert (done.status, done.out) == (2, "")
    assert re.search("out of the working directory|must stay in the working directory", done.err)
    assert list(away.iterdir()) == []
    assert not (tmp_path / "later").exists()


def test_a_link_within_the_working_directory_may_lead_to_its_folder(tmp_path: Path) -> None:
    """A link that stays within is followed on the way to a report."""
    (tmp_path / "build").mkdir()
    (tmp_path / "out").symlink_to("build")
    assert contracts("verify", "--mock", "--reports", "out", "--summary", folder=tmp_path).status == 0
    assert (tmp_path / "build" / "result.json").is_file()


def test_the_folder_of_a_target_is_no_link(tmp_path: Path) -> None:
    """A link in the place of the folder of a target is replaced by a folder."""
    here, away = tmp_path / "here", tmp_path / "home"
    away.mkdir()
    (here / "out").mkdir(parents=True)
    (here / "out" / "t0").symlink_to(away)
    with Regions(1, 1) as server:
        (here / "targets.toml").write_text(server.file())
        asked = ("verify", "--targets", "targets.toml", "--reports", "out")
        assert contracts(*asked, environment=server.environment, folder=here).status == 0
    assert list(away.iterdir()) == []
    assert (here / "out" / "t0" / "result.json").is_file()


@pytest.mark.parametrize("name", ["fifo", "link-to-fifo"])
def test_a_fifo_makes_nobody_wait(name: str, tmp_path: Path) -> None:
    """A FIFO in the place of a report is refused, for perhaps nobody reads from it; a link to one is replaced."""
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "link-to-fifo").symlink_to("fifo")
    done = contracts("verify", "--mock", "--json", name, folder=tmp_path)
    assert done.status == (2 if name == "fifo" else 0)
    assert ("it is no file" in done.err) is (name == "fifo")


@pytest.mark.parametrize("name", ["contracts.toml", "pyproject.toml", "mine.toml", "link.toml"])
@pytest.mark.parametrize("option", ["--json", "--markdown", "--write-deviations"])
def test_no_report_takes_the_place_of_settings(name: str, option: str, tmp_path: Path) -> None:
    """The next run would read it: refused, also where there is no such file yet."""
    (tmp_path / "link.toml").symlink_to("mine.toml")
    (tmp_path / "mine.toml").write_text("")
    config = ("--config", "mine.toml") if name in ("mine.toml", "link.toml") else ()
    done = contracts("verify", "--mock", *config, option, name, folder=tmp_path)
    assert (done.status, done.out) == (2, "")
    assert f"{option}: {name} cannot be written: it is read, too" in done.err


@pytest.mark.parametrize("command", ["snapshot --mock -o", "prove --clause json.utf-8 --json", "check x.json --json"])
def test_every_command_leaves_settings_alone(command: str, tmp_path: Path) -> None:
    """What holds for the reports of a run holds for whatever is written."""
    (tmp_path / "x.json").write_text("{}")
    done = contracts(*command.split(), "contracts.toml", folder=tmp_path)
    assert (done.status, done.out) == (2, "")
    assert "it is read, too" in done.err


def test_old_reports_are_gone_before_anything_is_judged(tmp_path: Path) -> None:
    """A run that ends without a verdict leaves no report of an earlier one in its place."""
    (tmp_path / "out").mkdir()
    for name in ("out/result.json", "mine.json", "out/kept"):
        (tmp_path / name).write_text("old")
    seen: list[set[str]] = []

    def look(_: object, reply: Reply) -> Reply:
        seen.append({path.name for path in tmp_path.rglob("*") if path.is_file()})
        return reply

    with MockServer(SAMPLE, faults=(look,)) as server:
        asked = ("verify", server.url, "--reports", "out", "--badge", "mine.json")
        contracts(*asked, environment={"BEARER_TOKEN": server.token}, folder=tmp_path)
    assert seen[0] == {"kept"}
    assert (tmp_path / "out" / "result.json").read_text() != "old"


def full(file: str, content: str | bytes, **options: bool) -> None:
    """Write a file where no space is left for JUnit."""
    if file.endswith("junit.xml"):
        raise UsageError(f"{file} cannot be written: No space left on device")
    WRITE(file, content, **options)


WRITE = writing.write


@pytest.mark.parametrize(("fault", "status"), [(None, 2), ("position-text", 1)])
def test_a_report_that_cannot_be_written_ends_no_other(
    fault: str | None, status: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The others are written and the verdict is said; a breach stays one, and a pass that nobody can read is none."""
    monkeypatch.setattr("contracts.commands.writing.write", full)
    with MockServer(SAMPLE, faults=(BY_NAME[fault].apply,) if fault else ()) as server:
        asked = ("verify", server.url, "--reports", "out", "--summary")
        done = contracts(*asked, environment={"BEARER_TOKEN": server.token}, folder=tmp_path)
    assert done.status == status
    assert {path.name for path in (tmp_path / "out").iterdir()} == USUAL - {"junit.xml"}
    assert done.out.startswith("VIOLATES" if fault else "CONFORMS")
    assert done.err == "contracts: out/junit.xml cannot be written: No space left on device\n"


@pytest.mark.parametrize("option", ["--write-deviations", "--prune-deviations"])
def test_a_file_of_deviations_that_cannot_be_written(
    option: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was judged is told, and a breach stays one."""

    def full(file: str, *_: object, **__: bool) -> None:
        raise UsageError(f"{file} cannot be written: No space left on device")

    monkeypatch.setattr("contracts.commands.writing.write", full)
    (tmp_path / "known.toml").write_text(EXPIRED)
    asked = (option, "new.toml") if option == "--write-deviations" else ("--deviations", "known.toml", option)
    with MockServer(SAMPLE, faults=(BY_NAME["position-text"].apply,)) as server:
        environment = {"BEARER_TOKEN": server.token}
        done = contracts("verify", server.url, *asked, "--summary", environment=environment, folder=tmp_path)
    assert (done.status, done.out.startswith("VIOLATES")) == (1, True)
    file = "new.toml" if option == "--write-deviations" else "known.toml"
    assert done.err == f"contracts: {file} cannot be written: No space left on device\n"


#: A deviation that excuses nothing any more.
EXPIRED = """\
[[deviation]]
clause = "http.head"
reason = "the proxy adds a body"
owner = "platform"
expires = 2020-01-01
"""


@pytest.mark.parametrize(("list_", "status"), [("[]", 2), ("{}", 1)])
def test_a_report_of_a_file_that_cannot_be_written(
    list_: str, status: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The verdict on a file is said as that on a target is: a report that nobody can read is no pass."""
    monkeypatch.setattr("contracts.commands.writing.write", full)
    (tmp_path / "x.json").write_text(f'{{"event_categories": {list_}}}')
    done = contracts("check", "x.json", "--allow-empty", "--junit", "junit.xml", "--summary", folder=tmp_path)
    assert (done.status, done.err) == (status, "contracts: junit.xml cannot be written: No space left on device\n")


def test_a_full_disk_ends_no_other_target(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every target is judged and told, and all reports but those that found no space are written."""
    monkeypatch.setattr("contracts.commands.writing.write", full)
    with Regions(3, 3) as server:
        (tmp_path / "targets.toml").write_text(server.file())
        asked = ("verify", "--targets", "targets.toml", "--reports", "out", "--summary")
        done = contracts(*asked, environment=server.environment, folder=tmp_path)
    assert done.status == 2
    assert done.last_line.startswith("CONFORMS: 3 targets")
    assert len(done.err.splitlines()) == 4
    assert len(list((tmp_path / "out").glob("*/result.json"))) == 3
    assert (tmp_path / "out" / "results.json").is_file()


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
        (["--jso", "x"], "there is no option --jso; did you mean --json?"),
        (["--json", "/dev/stdout"], "it belongs to the system; - is standard output"),
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
    writing.write(str(tmp_path / "report"), "x")
    names = {".contracts-unfinished-12345678", ".contracts-unfinished-x", ".contracts-mine", "report"}
    assert {path.name for path in tmp_path.iterdir()} == names


def test_a_killed_run_leaves_what_the_next_one_knows(tmp_path: Path) -> None:
    """SIGKILL in the middle of writing leaves a file of a name that the next run removes when it is old."""
    script = (
        "import os, signal; from contracts.commands import writing\n"
        "class Text(str):\n"
        "    def __getitem__(self, part): os.kill(os.getpid(), signal.SIGKILL)\n"
        "writing.write('report', Text('x'))\n"
    )
    subprocess.run([sys.executable, "-c", script], cwd=tmp_path, check=False)
    (left,) = tmp_path.iterdir()
    os.utime(left, (0, 0))
    writing.write(str(tmp_path / "report"), "x")
    assert [path.name for path in tmp_path.iterdir()] == ["report"]


@pytest.mark.parametrize("first", ["--json", "--write-accept"])
def test_entries_to_complete_share_no_file_with_a_report(first: str, tmp_path: Path) -> None:
    """What a person goes on with is a new file, and no report and no other entries take its place."""
    contracts("snapshot", "--mock", "-o", "old.json", folder=tmp_path)
    asked = ("verify", "--mock", "--baseline", "old.json", first, "x", "--write-deviations", "./x")
    done = contracts(*asked, folder=tmp_path)
    assert (done.status, done.out) == (2, "")
    assert "cannot share it" in done.err


def test_a_file_of_a_checkout_lets_nothing_outside_be_pruned(tmp_path: Path) -> None:
    """Entries are removed from a file of the working directory, or from one that a person named."""
    here = tmp_path / "here"
    here.mkdir()
    (tmp_path / "known.toml").write_text("")
    (here / "contracts.toml").write_text('deviations = "../known.toml"\n')
    done = contracts("verify", "--mock", "--prune-deviations", folder=here)
    assert (done.status, done.out) == (2, "")
    assert "contracts.toml may be anybody's" in done.err
    asked = ("verify", "--mock", "--prune-deviations", "--deviations", "../known.toml", "--summary")
    assert contracts(*asked, folder=here).status == 0


def test_a_summary_that_nobody_reads_makes_nobody_wait(tmp_path: Path) -> None:
    """The page of a job may be anything: what cannot be written to is told, and ends nothing."""
    os.mkfifo(tmp_path / "fifo")
    environment = {"GITHUB_STEP_SUMMARY": str(tmp_path / "fifo")}
    done = contracts("verify", "--mock", "--summary", environment=environment, folder=tmp_path)
    assert done.status == 2
    assert "fifo cannot be written" in done.err
    assert done.out.startswith("PARTIAL")
