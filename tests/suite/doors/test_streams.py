"""Streams that are closed, full or gone, and files that are none: never a verdict that was not given."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from door import ROOT, clean_environment, contracts
from subject import SAMPLE

from contracts.mock.server import MockServer

PYTHON = f"{sys.executable} -m contracts"


def shell(line: str, folder: Path, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Run a line in a shell; ``contracts`` in it is the suite."""
    script = f'contracts() {{ {PYTHON} "$@"; }}; {line}'
    env = clean_environment(PYTHONPATH=str(ROOT), **environment)
    return subprocess.run(["sh", "-c", script], cwd=folder, env=env, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("closed", ["2>&-", ">&-", "<&-", ">&- 2>&-", "<&- >&- 2>&-", "2>/dev/full"])
def test_a_closed_stream_changes_no_verdict(closed: str, tmp_path: Path) -> None:
    """Whoever wants to read nothing gets the exit status of the verdict, for a conforming and a broken target."""
    assert shell(f"contracts verify --mock {closed}", tmp_path).returncode == 0
    (tmp_path / "bad.json").write_text("{}")
    assert shell(f"contracts check bad.json {closed}", tmp_path).returncode == 1


@pytest.mark.parametrize(
    "line", ["verify --mock", "verify --mock --json -", "explain", "verify --help", "--version", "check x.json"]
)
@pytest.mark.usefixtures("measured")
def test_a_full_stream_is_no_verdict(line: str, tmp_path: Path) -> None:
    """What could not be said is exit 4 in one line, not 0 or 1."""
    (tmp_path / "x.json").write_text("{}")
    done = shell(f"contracts {line} >/dev/full", tmp_path)
    assert done.returncode == 4
    assert done.stderr.splitlines()[-1] == "contracts: standard output cannot be written: No space left on device"


@pytest.mark.parametrize(
    ("line", "status"),
    [("verify --mock", 0), ("verify --mock -v", 0), ("check x.json", 1), ("explain", 0), ("verify --mock --json -", 0)],
)
@pytest.mark.usefixtures("measured")
def test_a_reader_that_has_gone_changes_no_verdict(line: str, status: int, tmp_path: Path) -> None:
    """Whoever wants the first line alone, or nothing, gets the exit status of the verdict, and no word of it."""
    (tmp_path / "x.json").write_text("{}")
    for reader in ("head -1", "true"):
        done = shell(f"{{ contracts {line}; echo $? >status; }} | {reader}", tmp_path)
        assert int((tmp_path / "status").read_text()) == status
        assert "contracts: " not in done.stderr


@pytest.mark.parametrize(
    "line", ["verify --mock --json -", "snapshot --mock -o -", "prove --clause json.utf-8 --json -"]
)
def test_a_report_on_a_closed_stream_is_no_verdict(line: str, tmp_path: Path) -> None:
    """A report was asked for where nobody can read it: exit 4 in one line, and nothing is judged before."""
    done = shell(f"contracts {line} >&-", tmp_path)
    assert done.returncode == 4
    assert done.stderr == "contracts: standard output cannot be written: it is closed\n"


@pytest.mark.parametrize("line", ["check -", "audit -", "compare - https://127.0.0.1:9"])
def test_standard_input_that_is_closed_is_a_mistake(line: str, tmp_path: Path) -> None:
    """What is to be read is not there: exit 2 in one line."""
    done = shell(f"contracts {line} <&-", tmp_path)
    assert (done.returncode, done.stderr) == (2, "contracts: standard input is closed\n")


def test_both_streams_full(tmp_path: Path) -> None:
    """Where not even that can be told, the exit status still says it."""
    assert shell("contracts verify --mock >/dev/full 2>&1", tmp_path).returncode == 4


def test_a_socket_never_takes_the_place_of_a_stream(tmp_path: Path) -> None:
    """With all streams closed nothing that is printed reaches the target."""
    with MockServer(SAMPLE) as server:
        line = f"contracts verify {server.url} <&- >&- 2>&-"
        assert shell(line, tmp_path, BEARER_TOKEN=server.token).returncode == 0
        assert {request.method for request in server.requests} == {"GET", "HEAD"}


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda folder: "/dev/zero", id="device"),
        pytest.param(str, id="folder"),
        pytest.param(lambda folder: "x" * 300, id="long-name"),
        pytest.param(lambda folder: str(os.mkfifo(folder / "fifo") or folder / "fifo"), id="fifo"),
        pytest.param(lambda folder: "no-such-file", id="missing"),
        pytest.param(lambda folder: "a\nb", id="line-end"),
    ],
)
@pytest.mark.parametrize(
    "command",
    [
        ("check",),
        ("audit",),
        ("verify", "--mock", "--deviations"),
        ("verify", "--mock", "--config"),
        ("serve", "--categories"),
    ],
    ids=lambda command: command[-1],
)
def test_a_file_that_is_none(make: object, command: tuple[str, ...], tmp_path: Path) -> None:
    """Whatever is named as an input: exit 2, one line on standard error, and an end."""
    done = contracts(*command, make(tmp_path), folder=tmp_path)  # type: ignore[operator]
    assert done.status == 2, done.err
    assert len(done.err.splitlines()) == 1
    assert len(done.err) < 400


@pytest.mark.parametrize("command", ["verify --mock", "check x.json"])
def test_a_deleted_working_directory(command: str, tmp_path: Path) -> None:
    """A folder that is gone is one clear line."""
    gone = tmp_path / "gone"
    gone.mkdir()
    done = shell(f"cd {gone} && rmdir {gone} && contracts {command}", tmp_path)
    assert done.returncode == 2
    assert "the working directory does not exist any more" in done.stderr
    assert len(done.stderr.splitlines()) == 1
