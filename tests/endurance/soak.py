"""``make soak``: thousands of runs in one process leak neither memory, threads nor sockets."""

import gc
import resource
import sys
import threading
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

from contracts.core.report import Verdict
from contracts.event_categories.contract import CONTRACT
from contracts.event_categories.sample import SAMPLE
from contracts.formats import result
from contracts.mock.server import MockServer
from contracts.prepare import prepare
from contracts.run import verify
from contracts.settings.sources import resolve

_WARM = 20


@dataclass(frozen=True)
class Held:
    """What a process holds: threads, open files and sockets, and the most memory that it ever held, in MiB."""

    threads: int
    descriptors: int
    memory: float


def held() -> Held:
    """Return what this process holds now."""
    gc.collect()
    for thread in threading.enumerate():  # a connection that was closed has a thread in the mock, which notices soon
        if thread.daemon and not thread.name.startswith("mock"):
            thread.join(1.0)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return Held(threading.active_count(), sum(1 for _ in Path("/proc/self/fd").iterdir()), peak)


def soak(runs: int) -> tuple[Held, Held]:
    """Make so many runs against one mock; return what was held after the first few, and at the end."""
    settings = resolve({"mock": True}, {}, Path("/"))
    with MockServer(SAMPLE) as server:
        before = held()
        for number in range(runs):
            with prepare(settings, CONTRACT, {}, mock=nullcontext(server)) as run:
                report = verify(run)
            assert report.verdict is Verdict.CONFORMS, result.render(report)
            if number == min(_WARM, runs - 1):
                before = held()
        return before, held()


if __name__ == "__main__":
    first, last = soak(int(sys.argv[1]))
    print(f"after {_WARM} runs {first}\nafter {sys.argv[1]} runs {last}")
    sys.exit(last.threads > first.threads or last.descriptors > first.descriptors or last.memory > first.memory + 32)
