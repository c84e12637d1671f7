"""The end of a run that somebody ended: what was judged by then is told, and nothing more is claimed."""

import json
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from door import ROOT, clean_environment, contracts
from regions import Regions

from contracts.commands import check, merge, output
from contracts.event_categories.sample import categories
from contracts.mock.reply import Received, Reply


class Held(Regions):
    """Targets of which the last one answers when the test is over."""

    def __init__(self, fault: str | None) -> None:
        self.over = threading.Event()
        super().__init__(3, 3, {"t0": fault} if fault else {})

    def answer(self, method: str, target: str, headers: tuple[tuple[str, str], ...]) -> tuple[Received, Reply]:
        """Answer, for the last target late."""
        if target.startswith("/t2/"):
            self.over.wait(60)
        return super().answer(method, target, headers)

    def close(self) -> None:
        """Let go who waits, and stop serving."""
        self.over.set()
        super().close()


def interrupted(server: Held, number: int, folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run the command, and send it a signal as soon as the reports of all targets but the last one are written."""
    process = subprocess.Popen(
        [sys.executable, "-m", "contracts", *arguments],
        cwd=folder,
        env=clean_environment(PYTHONPATH=str(ROOT), **server.environment),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        while len(list(folder.glob("out/*/run.zip"))) < 2:
            assert process.poll() is None, process.communicate()
        process.send_signal(number)
        out, err = process.communicate(timeout=60)
    finally:
        process.kill()
    return subprocess.CompletedProcess([], process.returncode, out, err)


@pytest.mark.parametrize(
    ("number", "fault", "status"), [(signal.SIGINT, "position-text", 1), (signal.SIGTERM, None, 3)]
)
@pytest.mark.usefixtures("measured")
def test_what_was_judged_stands(number: int, fault: str | None, status: int, tmp_path: Path) -> None:
    """Whoever ends a run over targets gets what was judged: a breach stays one, the others are inconclusive."""
    with Held(fault) as server:
        (tmp_path / "targets.toml").write_text(server.file())
        asked = ("verify", "--targets", "targets.toml", "--timeout", "60", "--reports", "out", "--quiet")
        done = interrupted(server, number, tmp_path, *asked)
    assert done.returncode == status, done.stderr
    assert done.stderr == "contracts: interrupted: 1 target of 3 not judged\n"
    results = json.loads((tmp_path / "out" / "results.json").read_text())
    first = "violates" if fault else "conforms"
    assert [target["verdict"] for target in results["targets"]] == [first, "conforms", "inconclusive"]
    left = json.loads((tmp_path / "out" / "t2" / "result.json").read_text())
    assert {clause["reason"] for clause in left["clauses"] if clause["outcome"] == "inconclusive"} == {
        "the run was interrupted before this target was judged"
    }


@pytest.mark.parametrize(("fault", "status"), [("position-text", 1), (None, 3)])
@pytest.mark.parametrize("command", ["verify", "check", "targets", "merge", "compare", "snapshot"])
def test_a_verdict_survives_an_end_while_reports_are_written(
    command: str, fault: str | None, status: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was judged is said by every command, and a pass whose reports are missing is none."""
    write_all = output.Outputs.write_all

    def ended(*arguments: Any) -> None:
        if threading.current_thread() is threading.main_thread():  # in which Python raises it
            raise KeyboardInterrupt
        write_all(*arguments)

    with Regions(1, 1, {"t0": fault} if fault else {}) as server:
        (tmp_path / "targets.toml").write_text(server.file())
        environment = server.environment | {"BEARER_TOKEN": server.environment["CONTRACTS_TOKEN_ACCOUNT_0"]}
        several = ("verify", "--targets", "targets.toml")
        contracts(*several, "--reports", "out", environment=environment, folder=tmp_path)
        contracts("snapshot", "--mock", "-o", "old.json", folder=tmp_path)
        (tmp_path / "body.json").write_text("{}" if fault else json.dumps({"event_categories": categories(2)}))
        arguments = {
            "verify": ("verify", f"{server.url}/t0"),
            "check": ("check", "body.json"),
            "targets": several,
            "merge": ("merge", "out", "--targets", "targets.toml"),
            "compare": ("compare", "old.json", "out/t0/run.zip"),
            "snapshot": ("snapshot", f"{server.url}/t0", "-o", "new.json", "--even-if-violating"),
        }
        monkeypatch.setattr(output.Outputs, "write_all", ended)
        monkeypatch.setattr("contracts.comparison.snapshot.render", ended)
        done = contracts(*arguments[command], environment=environment, folder=tmp_path)
    assert done.status == status
    assert "contracts: interrupted before all was written: " in done.err


@pytest.mark.parametrize(("first", "status"), [("{}", 1), (None, 3)])
def test_files_that_were_judged_stand(
    first: str | None, status: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever ends a check of several files is told what was judged by then; a breach stays one."""
    (tmp_path / "first.json").write_text(first or json.dumps({"event_categories": categories(2)}))
    (tmp_path / "second.json").write_text("{}")
    read = check.read_bytes

    def ended(path: str) -> bytes:
        if path == "second.json":
            raise KeyboardInterrupt
        return read(path)

    monkeypatch.setattr(check, "read_bytes", ended)
    done = contracts("check", "first.json", "second.json", "--summary", folder=tmp_path)
    assert (done.status, done.err) == (status, "contracts: interrupted: 1 of 2 files not judged\n")


@pytest.mark.parametrize(("fault", "status"), [("position-text", 1), (None, 3)])
def test_bundles_that_were_judged_stand(
    fault: str | None, status: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever ends a merge is told of the targets whose bundles were judged; the others are inconclusive."""
    with Regions(2, 1, {"t0": fault} if fault else {}) as server:
        (tmp_path / "targets.toml").write_text(server.file())
        asked = ("verify", "--targets", "targets.toml", "--reports", "out")
        contracts(*asked, environment=server.environment, folder=tmp_path)
    read = merge.read_bytes

    def ended(path: str, *arguments: int, **options: bool) -> bytes:
        if "t1" in path:
            raise KeyboardInterrupt
        return read(path, *arguments, **options)

    monkeypatch.setattr(merge, "read_bytes", ended)
    done = contracts("merge", "out", "--targets", "targets.toml", "--summary", folder=tmp_path)
    assert (done.status, done.err) == (status, "contracts: interrupted: 1 of 2 bundles not judged\n")
    assert "1 inconclusive" in done.last_line
