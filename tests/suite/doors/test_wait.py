"""--wait: a target that starts late is waited for, and not for longer than was said."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest
from door import contracts, pytest_quick
from subject import CONTRACT, SAMPLE

from contracts.core.report import Verdict
from contracts.mock.server import CA_PEM, MockServer
from contracts.prepare import prepare
from contracts.run import verify
from contracts.settings.table import Settings


@contextmanager
def free_port() -> Iterator[int]:
    """A port on which nobody listens, and which nobody else is given meanwhile."""
    with socket.socket() as held:
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


@pytest.mark.parametrize("tls", [False, True])
def test_a_target_that_starts_late_is_waited_for(*, tls: bool) -> None:
    """The run begins when the target accepts a connection; the requests are those of any run."""
    with ExitStack() as stack:
        with free_port() as port:
            pass
        servers: list[MockServer] = []

        def start(_: float) -> None:
            if not servers:
                servers.append(stack.enter_context(MockServer(SAMPLE, port=port, tls=tls)))

        settings = Settings(
            target=f"http{'s' * tls}://127.0.0.1:{port}", wait=30.0, ca_bundle=str(CA_PEM) if tls else None
        )
        with prepare(settings, CONTRACT, {}, sleep=start) as run:
            report = verify(run)
        assert report.verdict is Verdict.CONFORMS
        assert len(servers[0].requests) == report.requests.sent <= 8


def test_waiting_has_an_end() -> None:
    """A target that never listens is waited for as long as was said, and then could not be judged."""
    now, waited = [0.0], []

    def sleep(seconds: float) -> None:
        now[0] += seconds
        waited.append(now[0])

    with (
        free_port() as port,
        prepare(Settings(target=f"http://127.0.0.1:{port}", wait=3.0, retries=0), CONTRACT, {}, sleep=sleep) as run,
    ):
        run.target.deadline.clock = lambda: now[0]
        report = verify(run)
    assert waited[-1] == 3.0
    assert report.verdict is Verdict.INCONCLUSIVE


def test_nobody_waits_unasked() -> None:
    """Without the option a target that does not listen is told at once."""
    with free_port() as port:
        done = contracts("verify", f"http://127.0.0.1:{port}", "--retries", "0", "--summary")
    assert done.status == 3


def test_pytest_waits_as_well() -> None:
    """The option has its place in pytest; what listens is not waited for."""
    with MockServer(SAMPLE) as server:
        asked = ("--contract-target", server.url, "--contract-wait", "20", "-k", "http.status")
        status, output = pytest_quick("-p", "contracts.pytest_plugin", "--pyargs", "contracts.suite", *asked)
        assert status == 0, output
        assert "wait=20 (option --contract-wait)" in output
