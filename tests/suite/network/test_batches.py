"""Batches: what is asked side by side is judged as if it were asked one after the other, whatever serves it."""

import itertools
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from servers import KINDS, Kind, plainly, serving
from subject import BY_NAME as FAULTS
from subject import CONTRACT, SAMPLE

from contracts.core.contract import Probe
from contracts.core.errors import OverBudget, TooSlow, UsageError
from contracts.core.exchange import Exchange
from contracts.core.report import Report, State
from contracts.formats import result
from contracts.mock.reply import Received, Reply
from contracts.mock.server import CA_PEM, MockServer
from contracts.network.connection import Connection
from contracts.network.observe import observe
from contracts.network.pace import Budget, Pace
from contracts.network.target import Asked, Target
from contracts.prepare import prepare
from contracts.run import verify
from contracts.settings.table import Settings

LIST = b'{"event_categories": []}'


def judged(url: str, token: str, concurrency: int, **settings: Any) -> Report:
    """The report of a run against a server, with what may differ between two runs taken out."""
    bundle = str(CA_PEM) if url.startswith("https") else None
    chosen = Settings(target=url, ca_bundle=bundle, concurrency=concurrency, seed=1, **settings)
    with prepare(chosen, CONTRACT, {"BEARER_TOKEN": token}, sleep=lambda _: None) as run:
        report = verify(run)
    exchanges = tuple(replace(exchange, seconds=0.0, began=0.0) for exchange in report.exchanges)
    shown = {name: value for name, value in report.settings.items() if name != "concurrency"}
    return replace(report, started="", seconds=0.0, exchanges=exchanges, settings=shown)


def both(url: str, token: str, **settings: Any) -> tuple[Report, Report]:
    """The reports of a run that asks side by side, and of one that does not."""
    return judged(url, token, 4, **settings), judged(url, token, 1, **settings)


@pytest.mark.uncounted
@pytest.mark.parametrize("fault", [None, "position-text", "head-with-body"])
@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_every_server_is_judged_alike(kind: Kind, fault: str | None) -> None:
    """However a server treats its connections, four requests at a time find what one at a time finds."""
    faults = () if fault is None else (FAULTS[fault].apply,)
    with MockServer(SAMPLE, faults=faults) as mock, serving(kind, mock) as server:
        together, alone = both(server.url, server.token, timeout=2.0)
    sent = together.requests.sent
    assert result.render(replace(together, requests=alone.requests)) == result.render(alone)
    assert bool(together.failing) == (fault is not None)
    assert sent <= together.requests.planned + 8, (
        "what is asked again is what a closed connection left without an answer"
    )
    assert not any(exchange.failure for exchange in together.exchanges)
    again = [exchange.probe for exchange in together.exchanges if exchange.attempts]
    assert again == (["head"] if fault == "head-with-body" else []), "bytes behind HEAD are looked for once more"


@pytest.mark.parametrize("concurrency", [1, 2, 4])
def test_no_more_connections_than_requests_under_way(concurrency: int) -> None:
    """There is a connection for each request that may be under way, and no other: but for one that is just closing."""
    with MockServer(SAMPLE) as mock, serving(KINDS["threads-keep-alive"], mock) as server:
        judged(server.url, server.token, concurrency)
        assert server.most <= max(concurrency, 2)
    assert len(server.requests) == 8


@pytest.mark.parametrize("fresh", [False, True])
def test_each_request_has_a_connection_of_its_own_if_that_is_asked_for(*, fresh: bool) -> None:
    """A second observation reaches no replica only because a connection leads there; else connections are kept."""
    with MockServer(SAMPLE) as mock, serving(KINDS["threads-keep-alive"], mock) as server:
        settings = Settings(target=server.url)
        with prepare(settings, CONTRACT, {"BEARER_TOKEN": server.token}) as run:
            seen = list(observe(run.target, run.probes, fresh_connections=fresh))
            assert [e.probe for e in seen] == [probe.name for probe in run.probes]
            list(observe(run.target, run.probes[:2], fresh_connections=fresh))
        used = [server.used.count(number) for number in set(server.used)]
    assert (used == [1] * 10) is fresh


@pytest.mark.parametrize("concurrency", [1, 4])
@pytest.mark.parametrize("of", ["list", "repeat", "head", "xml", "anonymous"])
def test_what_a_probe_raises_ends_the_observation(of: str, concurrency: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is no answer and no failure of one reaches whoever observes, whichever thread met it."""
    ask, times = Target.ask, itertools.count()

    def asked(target: Target, probe: Probe, connection: Connection) -> Asked:
        if probe.name == of and next(times) == 0:
            raise UsageError("the request cannot be sent")
        return ask(target, probe, connection)

    monkeypatch.setattr(Target, "ask", asked)
    with MockServer(SAMPLE) as server:
        settings = Settings(target=server.url, concurrency=concurrency)
        with (
            prepare(settings, CONTRACT, {"BEARER_TOKEN": server.token}) as run,
            pytest.raises(UsageError, match="cannot be sent"),
        ):
            list(observe(run.target, run.probes))


def test_requests_are_under_way_at_the_same_time() -> None:
    """After the documented request four are asked at once: each is answered when all of them are there."""
    together, numbers = threading.Barrier(4), itertools.count()

    def wire(request: Received, reply: Reply) -> Iterator[bytes]:
        if 1 <= next(numbers) <= 4:
            with suppress(threading.BrokenBarrierError):
                together.wait(5)
        return plainly(request, reply)

    with MockServer(SAMPLE) as mock, serving(KINDS["threads-keep-alive"], mock, wire) as server:
        report = judged(server.url, server.token, 4)
    assert not together.broken
    assert not report.failing


def test_the_documented_request_goes_alone() -> None:
    """A target that does not answer it gets no other request, and the connections that were ready are closed."""

    def wire(_: Received, __: Reply) -> Iterator[bytes]:
        yield b"SSH-2.0-OpenSSH\r\n\r\n"

    with MockServer(SAMPLE) as mock, serving(KINDS["threads-keep-alive"], mock, wire) as server:
        report = judged(server.url, server.token, 4)
    assert len(server.requests) == 1
    assert {exchange.response for exchange in report.exchanges} == {None}


def garbage(_: Received, __: Reply) -> Iterator[bytes]:
    yield b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"


def surplus(request: Received, reply: Reply) -> Iterator[bytes]:
    yield reply.wire(request.method) + b"surplus"


def split(request: Received, reply: Reply) -> Iterator[bytes]:
    yield reply.wire(request.method) + Reply(200, b"{}").wire("GET")


def unavailable(request: Received, _: Reply) -> Iterator[bytes]:
    yield Reply(503, b"later").wire(request.method)


@pytest.mark.uncounted
@pytest.mark.parametrize("of", ["unknown-path", "anonymous", "repeat", "xml"])
@pytest.mark.parametrize("behave", [garbage, surplus, split, unavailable])
@pytest.mark.parametrize("kind", ["threads-keep-alive", "single-keep-alive", "single-closing-silently"])
def test_one_bad_answer_spoils_no_other(
    kind: str, behave: Callable[[Received, Reply], Iterator[bytes]], of: str
) -> None:
    """An answer that is broken, has bytes behind it, or comes again and again with 503, is judged for itself alone."""

    def wire(request: Received, reply: Reply) -> Iterator[bytes]:
        wanted = request.probe == of or (of == "repeat" and request.probe == "list" and request.times > 0)
        return behave(request, reply) if wanted else plainly(request, reply)

    reports = []
    for concurrency in (4, 1):
        with MockServer(SAMPLE) as mock, serving(KINDS[kind], mock, wire) as server:
            report = judged(server.url, server.token, concurrency, timeout=2.0)
            reports.append(replace(report, target="", exchanges=tuple(map(unplaced, report.exchanges))))
    together, alone = reports
    assert [(o.clause.id, o.state) for o in together.outcomes] == [(o.clause.id, o.state) for o in alone.outcomes]
    assert together.exchanges == alone.exchanges
    assert [e.probe for e in together.exchanges if e.failure] == ([of] if behave in (garbage, unavailable) else [])


def unplaced(exchange: Exchange) -> Exchange:
    """An exchange without the port of its server."""
    failure = exchange.failure and type(exchange.failure)(str(exchange.failure).partition(": ")[2])
    return replace(exchange, request=replace(exchange.request, url=""), failure=failure)


def test_a_probe_that_is_never_answered_is_late_alone() -> None:
    """A path that hangs costs its own time, and nothing of what is said of the others."""

    def wire(request: Received, reply: Reply) -> Iterator[bytes]:
        if request.probe == "unknown-path":
            stop.wait()
        return plainly(request, reply)

    stop = threading.Event()
    with MockServer(SAMPLE) as mock, serving(KINDS["threads-keep-alive"], mock, wire) as server:
        together, alone = both(server.url, server.token, timeout=0.6)
        stop.set()
    assert [type(e.failure) for e in together.exchanges if e.failure] == [TooSlow]
    assert [o.state for o in together.outcomes] == [o.state for o in alone.outcomes]


@pytest.mark.parametrize("limit", [1, 3, 8, 9])
def test_the_budget_is_exact(limit: int) -> None:
    """--max-requests holds to the request, also where every answer asks to be tried again."""

    def wire(request: Received, reply: Reply) -> Iterator[bytes]:
        return plainly(request, reply) if request.probe == "list" and not request.times else unavailable(request, reply)

    with MockServer(SAMPLE) as mock, serving(KINDS["threads-keep-alive"], mock, wire) as server:
        report = judged(server.url, server.token, 4, max_requests=limit)
        assert len(server.requests) == limit == report.requests.sent


def test_threads_share_one_budget() -> None:
    """However many threads ask for requests at once, exactly as many as allowed get one."""
    budget = Budget(100)
    refused: list[OverBudget] = []

    def ask() -> None:
        for _ in range(50):
            try:
                budget.count()
                budget.wait(0)
            except OverBudget as error:
                refused.append(error)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (budget.sent, len(refused)) == (100, 300)


def test_the_pace_holds_for_requests_that_wait_together() -> None:
    """Of requests whose turns are given out at the same moment, never more than 60 go within a minute."""
    turns: list[float] = []
    budget = Budget(200, Pace(clock=lambda: 0.0, sleep=turns.append))
    for _ in range(180):
        budget.count()
        budget.wait(1000)
    assert turns == [61.0] * 60 + [122.0] * 60


def test_what_would_wait_too_long_is_not_counted() -> None:
    """A request that the run has no time for is not sent, and leaves its place to another."""
    budget = Budget(61, Pace(clock=lambda: 0.0, sleep=lambda _: None))
    for _ in range(60):
        budget.count()
        budget.wait(0)
    budget.count()
    with pytest.raises(OverBudget, match="within a minute"):
        budget.wait(60)
    assert budget.sent == 60


def at_once(head: bytes, body: bytes) -> Iterator[bytes]:
    yield head + body


def late(head: bytes, body: bytes) -> Iterator[bytes]:
    yield from (head, b"", body)


def in_pieces(head: bytes, body: bytes) -> Iterator[bytes]:
    step = len(body) // 4
    yield head
    for place in range(0, len(body), step):
        yield from (b"", body[place : place + step])


#: Bodies that follow HEAD: the list, one that looks nearly like an answer, one beyond any buffer.
BODIES = {"list": LIST, "like-an-answer": b"HTTP/1.1 20x\r\nHTTP/1.", "large": b"x" * 30_000}


@pytest.mark.uncounted
@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
@pytest.mark.parametrize("pieces", [at_once, late, in_pieces])
@pytest.mark.parametrize(
    "kind", ["threads-keep-alive", "threads-closing", "threads-closing-silently", "tls-keep-alive"]
)
@pytest.mark.parametrize("concurrency", [1, 4])
def test_a_body_after_head_is_seen(
    kind: str, pieces: Callable[[bytes, bytes], Iterator[bytes]], body: bytes, concurrency: int
) -> None:
    """Bytes behind the answer to HEAD are seen, and the next answer is read as it is."""

    def wire(request: Received, reply: Reply) -> Iterator[bytes]:
        head = reply.wire(request.method)
        return pieces(head, body) if request.method == "HEAD" else iter([head])

    with MockServer(SAMPLE) as mock, serving(KINDS[kind], mock, wire) as server:
        report = judged(server.url, server.token, concurrency, timeout=5.0)
    exchanges = {exchange.probe: exchange for exchange in report.exchanges}
    assert exchanges["head"].observed().stray > 0
    assert exchanges["repeat"].observed().body == exchanges["list"].observed().body
    assert [outcome.clause.id for outcome in report.of(State.BREACHED)] == ["http.head"]


# Of two requests no connection is spare.
@pytest.mark.parametrize("kind", [name for name in KINDS if not KINDS[name].closes])
def test_head_judged_alone(kind: str) -> None:
    """Without a request that follows, bytes are waited for a moment; a server that sends none is not accused."""
    with MockServer(SAMPLE) as mock, serving(KINDS[kind], mock) as server:
        report = judged(server.url, server.token, 4, timeout=2.0, clause=("transport.https", "http.head"))
        exchanges = {exchange.probe: exchange for exchange in report.exchanges}
    assert "repeat" not in exchanges
    assert exchanges["head"].observed().stray == 0
    if KINDS[kind].ignores:  # as it would ignore the connection over which HEAD is asked again
        return
    with MockServer(SAMPLE) as mock, serving(KINDS[kind], mock, glued) as server:
        report = judged(server.url, server.token, 4, timeout=2.0, clause=("transport.https", "http.head"))
        exchanges = {exchange.probe: exchange for exchange in report.exchanges}
    assert exchanges["head"].observed().stray > 0


def glued(request: Received, reply: Reply) -> Iterator[bytes]:
    yield reply.wire(request.method) + (LIST if request.method == "HEAD" else b"")


def test_bytes_of_the_next_answer_are_no_body_of_head() -> None:
    """What comes before an answer on a kept connection is of nobody that can be named: both are asked for again."""
    asked: list[str] = []

    def hello(request: Received, reply: Reply) -> Iterator[bytes]:
        asked.append(request.method)
        spoilt = asked[-2:] == ["HEAD", "GET"] and asked.count("HEAD") == 1
        yield (b"HELLO\r\n" if spoilt else b"") + reply.wire(request.method)

    with MockServer(SAMPLE) as mock, serving(KINDS["threads-keep-alive"], mock, hello) as server:
        report = judged(server.url, server.token, 1)
    exchanges = {exchange.probe: exchange for exchange in report.exchanges}
    assert exchanges["head"].observed().stray == 0
    assert asked.count("HEAD") == 2
    assert not any(report.of(State.BREACHED))
    assert not any(exchange.failure for exchange in report.exchanges)
