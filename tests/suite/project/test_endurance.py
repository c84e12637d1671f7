"""A taste of ``make fuzz`` and ``make soak``, with a fixed seed and few runs."""

import re
import sys

import pytest
from door import ROOT

sys.path.insert(0, str(ROOT / "tests" / "endurance"))
import cost
import fuzz
import soak

pytestmark = pytest.mark.uncounted


@pytest.mark.parametrize("seed", range(4))
def test_no_input_brings_a_reader_down(seed: int) -> None:
    """What others hand over is taken or refused in one line, and costs little."""
    assert list(fuzz.failures(seed, rounds=20)) == []


def test_a_reader_that_falls_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """The loop sees an exception that is none of ours."""
    monkeypatch.setattr(fuzz, "examples", lambda: {"bad": (lambda _: 1 // 0, [b"x"])})
    assert list(fuzz.failures(1, rounds=1)) != []


def test_runs_leave_nothing_behind() -> None:
    """After many runs there are as many threads and sockets as after a few."""
    before, after = soak.soak(40)
    assert after.threads <= before.threads
    assert after.descriptors <= before.descriptors


def test_what_a_hostile_body_costs_is_a_table(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """``make cost`` prints a line for each class of attack, with the status, the seconds and the memory of its run."""
    monkeypatch.setattr(cost, "ROWS", cost.ROWS[:1])
    monkeypatch.setattr(cost, "FILES", cost.FILES[:1])
    cost.main(2000)
    *_, line, file = capsys.readouterr().out.splitlines()
    assert re.fullmatch(r"\| bundle: a text in /notes \| 2,000 \| 2 \| \d+\.\d \| \d+ \|", file)
    assert re.fullmatch(r"\| a long list that conforms \| 1,9\d\d \| 0 \| \d+\.\d \| \d+ \|", line)
