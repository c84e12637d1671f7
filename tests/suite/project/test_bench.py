"""The bench measures what it says: its server conforms, its relay delays, and a goal that is missed is marked."""

import asyncio
import json
import math
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench import __main__ as command
from bench import contenders, judging, memory, server, subject, whole
from bench.categories import body
from bench.gauge import TIMES, gauge
from bench.goals import Goal, at_least, at_most
from bench.links import Link, serving
from bench.others import imported
from bench.relay import listen
from bench.samples import CouldNotMeasure, Sample, in_turns, run
from bench.tables import Part, goal_table, seconds, table


@pytest.fixture(scope="module", params=[False, True], ids=["plain", "tls"])
def link(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Link]:
    log = tmp_path_factory.mktemp("server") / "log"
    certificate = [str(subject.CERTIFICATE)] if request.param else []
    with serving("bench.server", str(log), *certificate) as port:
        yield Link(0, request.param, f"{'https' if request.param else 'http'}://127.0.0.1:{port}", log)


def test_the_suite_and_the_script_send_the_same(link: Link) -> None:
    """The server conforms, or the suite would fail; the script repeats what the server saw of the suite."""
    ours = contenders.suite(link)[0].requests(link)
    script = contenders.script(contenders.SCRIPT, link, ours).requests(link)
    assert len(ours) == 8
    assert contenders.essence(script) == contenders.essence(ours)
    assert contenders.essence(script[1:]) != contenders.essence(ours)


def test_the_server_sends_without_nagle() -> None:
    """The event loop turns it off on the connections of a listening socket whose protocol is named."""
    with server.listen() as listening:
        assert listening.proto == socket.IPPROTO_TCP
        assert listening.getsockname()[0] == "127.0.0.1"


def test_a_link_is_gauged_with_the_bare_client(link: Link) -> None:
    """Two requests a time, on one connection each, without credentials."""
    before = len(link.log.read_text("utf-8").splitlines())
    first, following = gauge(link)
    assert first > 0
    assert following > 0
    sent = [json.loads(line) for line in link.log.read_text("utf-8").splitlines()[before:]]
    assert len(sent) == 2 * TIMES
    assert not any("authorization" in headers for _, _, headers in sent)


def relayed(sent: bytes, round_trip: float) -> tuple[bytes, float]:
    """What an echoing server gives back through a relay after the end of what is sent, and how long that took."""

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(await reader.read())
        writer.close()

    async def ask() -> tuple[bytes, float]:
        echoing = await asyncio.start_server(echo, "127.0.0.1", 0)
        async with echoing, await listen(echoing.sockets[0].getsockname()[1], round_trip) as relay:
            start = time.monotonic()
            reader, writer = await asyncio.open_connection("127.0.0.1", relay.sockets[0].getsockname()[1])
            writer.write(sent)
            writer.write_eof()
            received = await reader.read()
            writer.close()
            return received, time.monotonic() - start

    return asyncio.run(asyncio.wait_for(ask(), 30))


@pytest.mark.parametrize("sent", [b"", b"one byte", bytes(range(256)) * 8192], ids=["nothing", "few", "2 MiB"])
def test_the_relay_passes_on_every_byte_in_order(sent: bytes) -> None:
    """What was sent arrives, and so does its end, in both directions."""
    assert relayed(sent, 0)[0] == sent


def test_the_first_answer_comes_two_round_trips_after_connecting() -> None:
    """One round trip is for TCP's handshake, and one for request and answer; a timer is never early."""
    received, taken = relayed(b"ping", 0.05)
    assert received == b"ping"
    assert taken >= 2 * 0.05 - 0.001  # what clocks may differ by


def test_the_relay_ends_a_connection_that_the_server_refuses() -> None:
    """A client of a server that is gone is not left waiting."""

    async def ask() -> bytes:
        gone = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
        port = gone.sockets[0].getsockname()[1]
        gone.close()
        await gone.wait_closed()
        async with await listen(port, 0) as relay:
            reader, writer = await asyncio.open_connection("127.0.0.1", relay.sockets[0].getsockname()[1])
            received = await reader.read()
            writer.close()
            return received

    assert asyncio.run(asyncio.wait_for(ask(), 30)) == b""


def test_turns_alternate_and_keep_their_pairs() -> None:
    """Each contender measures once a round, every second round backwards; ratios are taken round by round."""
    order: list[str] = []
    values = {"a": iter([2.0, 6.0, 4.0]), "b": iter([1.0, 2.0, 4.0])}

    def measure(name: str) -> float:
        order.append(name)
        return next(values[name])

    samples = in_turns({"a": lambda: measure("a"), "b": lambda: measure("b")}, 3)
    assert "".join(order) == "abbaab"
    assert samples["a"] == Sample((2.0, 6.0, 4.0))
    assert (samples["a"].median, samples["a"].least, samples["a"].most) == (4.0, 2.0, 6.0)
    assert samples["a"].to(samples["b"]) == Sample((2.0, 3.0, 1.0))


@pytest.mark.parametrize(
    ("goal", "is_met"),
    [
        (at_most("ours", 1.6, 1.6), True),
        (at_most("ours", 1.6, 1.6004), False),  # rounded it would look met
        (at_least("theirs", 3, 3), True),
        (at_least("theirs", 3, 2.999), False),
        (at_most("ours", 1.6, math.nan), False),
        (at_least("theirs", 3, math.nan), False),
    ],
)
def test_a_missed_goal_is_marked(goal: Goal, is_met: bool) -> None:  # noqa: FBT001 - a parameter of the table
    """A limit is kept by what was measured, not by what is shown, and never by what is no number."""
    assert goal.is_met is is_met
    assert ("MISSED" in goal_table([goal])) is not is_met


def made_up(ours: float, script: float, schemathesis: float, link: Link) -> whole.Race:
    names = (contenders.OURS, contenders.SCRIPT, contenders.SCHEMATHESIS)
    samples = {name: Sample((value,)) for name, value in zip(names, (ours, script, schemathesis), strict=True)}
    return whole.Race(link, (0.1, 0.05), samples, dict.fromkeys(names, 8))


def test_goals_of_whole_runs() -> None:
    """To the script where a goal is set for the link; to schemathesis on every link."""
    places = [(0, False), (40, False), (40, True), (120, True)]
    races = [made_up(1.0, 1.0, 2.0, Link(trip, tls, "", Path())) for trip, tls in places]
    assert [(goal.limit, goal.ratio, goal.is_met) for goal in whole.goals(races)] == [
        (1.6, 1.0, True), (3.0, 2.0, False),
        (3.0, 2.0, False),
        (0.8, 1.0, False), (3.0, 2.0, False),
        (0.6, 1.0, False), (3.0, 2.0, False),
    ]  # fmt: skip
    assert "| 40 ms, TLS | schemathesis run | 8 | 2.00 s | 2.00 s | 2.00 s | 0.50 | 0.50 to 0.50 |" in whole.runs(races)


def test_goals_of_judging_find_growth_that_is_not_linear() -> None:
    """A category may cost no more in a longer list, beside json.loads."""
    linear = {size: {"judging": Sample((4e-6 * size,)), "json.loads": Sample((1e-6 * size,))} for size in judging.SIZES}
    memory = {"judging": Sample((3.0,)), "json.loads": Sample((1.0,))}
    assert all(goal.is_met for goal in judging.goals(linear, memory))
    squared = {size: {**of, "judging": Sample((1e-9 * size**2,))} for size, of in linear.items()}
    assert [goal.is_met for goal in judging.goals(squared, memory)] == [False, False, False, True]


@pytest.mark.parametrize(("ratio", "status"), [(1.0, 0), (2.0, 1)])
def test_the_page_is_written_before_the_status_tells(
    ratio: float, status: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A missed goal is 1, after everything was written; a part alone is printed only."""
    part = Part("Part", "What it is.", (table(("a",), [("1",)]),), (at_most("this to that", 1.5, ratio),))
    monkeypatch.setattr(command, "PARTS", {"whole": lambda _: part})
    monkeypatch.setattr(command, "RESULTS", tmp_path / "RESULTS.md")
    assert command.main(["--only", "whole"]) == status
    assert not list(tmp_path.iterdir())
    assert command.main([]) == status
    written = (tmp_path / "RESULTS.md").read_text("utf-8")
    assert ("| this to that | at most 1.5 | 2.00 | **MISSED** |" in written) is bool(status)
    assert ("MISSED: this to that: 2.00, asked at most 1.5" in capsys.readouterr().out) is bool(status)


def test_what_fails_is_not_measured(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A contender that fails takes no time that could be compared: 3, one reason, and no page."""
    command_line = [sys.executable, "-c", "raise SystemExit('no such option')"]
    monkeypatch.setattr(command, "PARTS", {"whole": lambda _: run(command_line, {}, str(tmp_path))})
    monkeypatch.setattr(command, "RESULTS", tmp_path / "RESULTS.md")
    assert command.main([]) == 3
    assert "ended with 1:\nno such option" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("rounds", ["0", "-1", "many"])
def test_a_bad_number_of_rounds_is_a_usage_error(rounds: str, capsys: pytest.CaptureFixture[str]) -> None:
    """One clear line, and exit 2."""
    with pytest.raises(SystemExit) as end:
        command.main(["--rounds", rounds])
    assert end.value.code == 2
    assert "is no number of rounds: give 1 or more" in capsys.readouterr().err


def test_tables_escape_bars_and_times_choose_their_unit() -> None:
    """A bar would end a cell."""
    assert table(("a", "b"), [("x|y", 1)]) == "| a | b |\n| --- | --- |\n| x\\|y | 1 |"
    assert [seconds(value) for value in (0.00001234, 0.0456, 0.9996, 12.34)] == [
        "0.0123 ms",
        "45.6 ms",
        "1000 ms",
        "12.34 s",
    ]


def test_the_time_of_an_import_is_that_of_the_module_and_its_parents() -> None:
    """What they import in turn is indented, and already counted."""
    told = (
        "import time:       100 |        100 | site\nimport time:        20 |         20 | package\n"
        "import time:         7 |          7 |   package.inner\nimport time:        30 |         37 | package.cli\n"
    )
    assert imported(told, "package.cli") == pytest.approx(57e-6)
    with pytest.raises(CouldNotMeasure):
        imported(told, "package.other")


def test_judging_sees_every_category() -> None:
    """The subject judges: each clause about a category stands on all of them, and the memory it needs is seen."""
    assert subject.judge(body(25))["category.id"] == 25
    assert "category.id" not in subject.judge(json.dumps({"event_categories": [{"id": 7}]}).encode())
    assert 0 < memory.resident("VmRSS") <= memory.resident("VmHWM")
