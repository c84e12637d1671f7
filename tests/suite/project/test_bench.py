"""The bench measures what it says: its server conforms, its relay delays, and a goal that is missed is marked."""

import asyncio
import json
import math
import sys
import time
from pathlib import Path
from tempfile import gettempdir

import pytest

from bench import __main__ as command
from bench import samples, server
from bench.samples import CouldNotMeasure, Goal, in_turns, ratio, run

pytestmark = pytest.mark.uncounted


@pytest.mark.parametrize("round_trip", [0, 0.001], ids=["near", "far"])
def test_the_suite_and_the_script_send_the_same(round_trip: float) -> None:
    """The server conforms, or the suite would fail; the script repeats what the server saw of the suite."""
    with command.serving(round_trip) as (address, log):
        _, sent = command.whole_runs(address, log, 0)
        requests = [json.loads(line) for line in log.read_text("utf-8").splitlines()]
    assert (sent[command.OURS], sent[command.SCRIPT]) == (8, 8)
    assert sent[command.SCHEMATHESIS] == len(requests) > 2
    assert {path.partition("?")[0] for _, path, _ in requests if path.startswith("/v1")} == {server.PATH}


def relayed(sent: bytes, round_trip: float) -> tuple[bytes, float]:
    """What an echoing server gives back through a relay, and how long the first byte of it took from connecting."""

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while piece := await reader.read(2**16):
            writer.write(piece)
        writer.close()

    async def ask() -> tuple[bytes, float]:
        echoing = await asyncio.start_server(echo, "127.0.0.1", 0)
        near = await server.relay(echoing.sockets[0].getsockname()[1], round_trip)
        async with echoing, near:
            start = time.monotonic()
            reader, writer = await asyncio.open_connection("127.0.0.1", near.sockets[0].getsockname()[1])
            writer.write(sent)
            first = await reader.readexactly(1)
            taken = time.monotonic() - start
            received = first + await reader.readexactly(len(sent) - 1)
            writer.close()
            return received, taken

    return asyncio.run(asyncio.wait_for(ask(), 30))


@pytest.mark.parametrize("sent", [b"x", bytes(range(256)) * 8192], ids=["a byte", "2 MiB"])
def test_the_relay_passes_on_every_byte_in_order(sent: bytes) -> None:
    """What was sent arrives, in both directions."""
    assert relayed(sent, 0)[0] == sent


def test_the_first_answer_comes_two_round_trips_after_connecting() -> None:
    """One round trip is for TCP's handshake, and one for request and answer; a timer is never early."""
    assert relayed(b"ping", 0.05)[1] >= 2 * 0.05 - 0.001  # what clocks may differ by


def test_turns_alternate_and_keep_their_pairs() -> None:
    """Each contender measures once a round, every second round backwards; ratios are taken round by round."""
    order: list[str] = []
    values = {"a": iter([2.0, 6.0, 4.0]), "b": iter([1.0, 2.0, 4.0])}

    def measure(name: str) -> float:
        order.append(name)
        return next(values[name])

    measured = in_turns({"a": lambda: measure("a"), "b": lambda: measure("b")}, 3)
    assert "".join(order) == "abbaab"
    assert measured == {"a": [2.0, 6.0, 4.0], "b": [1.0, 2.0, 4.0]}
    assert ratio(measured, "a", "b") == 2.0


@pytest.mark.parametrize(("figure", "is_met"), [(1.6, True), (1.6004, False), (math.nan, False)])
def test_a_missed_goal_is_marked(figure: float, is_met: bool) -> None:  # noqa: FBT001 - a parameter of the table
    """A limit is kept by what was measured, not by what is shown, and never by what is no number."""
    goal = Goal("ours", 1.6, figure)
    assert goal.is_met is is_met
    assert ("MISSED" in command.page([goal], [], 1)) is not is_met


def test_every_goal_of_the_project_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    """The script, Schemathesis, an empty folder and json.loads: none is met by somebody who is ten times too slow."""
    names = (command.OURS, command.SCRIPT, command.SCHEMATHESIS)
    slow = {name: [10.0] if name == command.OURS else [1.0] for name in names}
    empty = {f"{name}, {tool}": slow[name] for name in (command.OURS, command.SCHEMATHESIS) for tool in ("uv", "pip")}
    monkeypatch.setattr(command, "whole_runs", lambda *_: (slow, dict.fromkeys(names, 8)))
    monkeypatch.setattr(command, "from_empty", lambda *_: empty)
    monkeypatch.setattr(command, "judging", lambda _: {command.JUDGING: [10.0], command.LOADS: [1.0]})
    goals, lines = command.measure(1)
    assert [goal.most for goal in goals] == [1.6, 1 / 3, 0.8, 1 / 3, 0.65, 1 / 3, 1.0, math.inf, 3.0, 5.0]
    assert [goal.said for goal in goals] == ["**MISSED**"] * 7 + ["no goal"] + ["**MISSED**"] * 2
    assert ("round trip of 0 ms", command.OURS, 8, "10,000 ms", "10,000 ms", "10,000 ms") in lines


@pytest.mark.parametrize(("figure", "status"), [(1.0, 0), (2.0, 1)])
def test_the_page_is_written_before_the_status_tells(
    figure: float, status: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A missed goal is 1, after everything was written."""
    monkeypatch.setattr(command, "measure", lambda _: ([Goal("this to that", 1.5, figure)], []))
    monkeypatch.setattr(command, "RESULTS", tmp_path / "RESULTS.md")
    assert command.main([]) == status
    written = (tmp_path / "RESULTS.md").read_text("utf-8")
    assert ("| this to that | 1.5 | 2.00 | **MISSED** |" in written) is bool(status)


def test_what_fails_is_not_measured(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A contender that fails takes no time that could be compared: 3, one reason, and no page."""
    failing = [sys.executable, "-c", "raise SystemExit('no such option')"]
    monkeypatch.setattr(command, "measure", lambda _: run(failing, str(tmp_path)))
    monkeypatch.setattr(command, "RESULTS", tmp_path / "RESULTS.md")
    assert command.main([]) == 3
    assert "ended with 1:\nno such option" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_nothing_that_a_shell_holds_reaches_a_contender(monkeypatch: pytest.MonkeyPatch) -> None:
    """A token, a target or an authority of somebody else would be measured, or sent."""
    monkeypatch.setenv("SCALINGO_API_TOKEN", "secret")
    monkeypatch.setenv("CONTRACTS_TARGET", "https://elsewhere.example")
    told = "import os, sys; sys.exit(any(name.startswith(('SCALINGO', 'CONTRACTS')) for name in os.environ))"
    run([sys.executable, "-c", told], gettempdir())
    assert samples.timed(lambda: None) >= 0


def test_judging_sees_every_category() -> None:
    """Each clause about a category stands on all of them, and a body that is broken does not pass."""
    assert command.judge(server.categories(25))["category.id"] == 25
    assert "category.id" not in command.judge(b'{"event_categories": [{"id": 7}]}')
    with pytest.raises(CouldNotMeasure):
        run(["false"], gettempdir())
