"""On a real terminal: colour unless NO_COLOR, and a progress line while something is waited for."""

import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest
from door import clean_environment, contracts, contracts_in_a_process
from hostile import raw_server, silence
from regions import Regions

from contracts.cli import COMMANDS
from contracts.commands.writing import Console


def on_a_terminal(*arguments: str, **environment: str) -> str:
    """Run ``contracts`` with a terminal as its output; return all that it wrote."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "contracts", *arguments],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=clean_environment(TERM="xterm", **environment),
    )
    os.close(theirs)
    written = b""
    try:
        while piece := os.read(ours, 65536):
            written += piece
    except OSError:  # Linux says so when the other side has gone
        pass
    finally:
        os.close(ours)
        process.wait(30)
    return written.decode("utf-8", "replace")


def test_progress_and_colour() -> None:
    """What is being waited for stands in one line that is gone in the end; the verdict has a colour."""
    with raw_server(silence) as server:
        text = on_a_terminal("verify", server.url, "--timeout", "0.5", "--clause", "json", NO_COLOR="")
    assert f"\r\x1b[Klist: GET {server.url}/v1/event_categories" in text
    assert text.count("\r\x1b[K") == 2, "shown once, and removed"
    assert "\x1b[1;33mINCONCLUSIVE" in text


def test_progress_over_targets(tmp_path: Path) -> None:
    """Over several targets the line says how many are judged, and which was the last."""
    with Regions(2, 1) as server:
        (tmp_path / "targets.toml").write_text(server.file())
        text = on_a_terminal("verify", "--targets", str(tmp_path / "targets.toml"), **server.environment)
    assert "\r\x1b[K0 of 2 targets judged" in text
    assert re.search(r"\r\x1b\[K2 of 2 targets judged; t\d conforms\r\x1b\[K", text)


def test_progress_obeys_nobody(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """What a target said in the reason of a retry is not obeyed by the terminal that shows it."""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    console = Console(quiet=False, to_stderr=False)
    console.progress("list: \x1b]0;owned\x07\u202e##[error]x")
    assert capsys.readouterr().err == "\r\x1b[Klist: \\x1b]0;owned\\x07\\u202e#\\x23[error]x"


def test_no_color_is_honoured() -> None:
    """With NO_COLOR nothing is coloured."""
    assert "\x1b[3" not in on_a_terminal("verify", "--mock", NO_COLOR="1")
    assert "\x1b[32m" in on_a_terminal("verify", "--mock")


def test_colour_can_be_forced() -> None:
    """CLICOLOR_FORCE colours without a terminal; NO_COLOR outranks it."""
    assert "\x1b[32m" in contracts("verify", "--mock", environment={"CLICOLOR_FORCE": "1"}).out
    assert "\x1b" not in contracts("verify", "--mock", environment={"CLICOLOR_FORCE": "1", "NO_COLOR": "1"}).out


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_help_fits_eighty_columns(command: str) -> None:
    """No line of a help text is wider than the terminal."""
    done = contracts_in_a_process(*command.split(), "--help", environment={"COLUMNS": "80"})
    assert done.status == 0
    assert max(map(len, done.out.splitlines())) <= 80


def test_alone_it_prints_the_help() -> None:
    """Without a command the help is printed; nothing was judged, so that the exit status is 2."""
    done = contracts_in_a_process()
    assert done.status == 2
    assert done.out.startswith("usage: contracts ")
