"""Who answered, how a run behaves after a 429, and what becomes of credentials that run out."""

import itertools
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from hostile import always, head_of, message, raw_server
from subject import CONTRACT, PROBES, SAMPLE

from contracts.core.errors import Refused, TooSlow, Unavailable
from contracts.core.exchange import Exchange, Response
from contracts.core.report import Report, State
from contracts.mock.reply import Received, Reply, json_reply
from contracts.mock.server import API_TOKEN, MockServer
from contracts.network.pace import Pace, Throttle
from contracts.prepare import prepare
from contracts.run import verify
from contracts.settings.table import Settings

Change = Callable[[Received, Reply], Reply]


class Clock:
    """A clock that moves only when somebody sleeps; threads share it."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []
        self._lock = threading.Lock()

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        with self._lock:
            self.slept.append(seconds)
            self.now += seconds


def run(server: MockServer, clock: Clock | None = None, *, api: bool = False, **settings: Any) -> Report:
    """The report of a run against a mock, with a clock that waits for nobody."""
    clock = clock or Clock()
    token = {"SCALINGO_API_TOKEN": server.api_token} if api else {"BEARER_TOKEN": server.token}
    chosen = Settings(target=server.url, auth_url=server.auth_url, **settings)
    with prepare(chosen, CONTRACT, token, sleep=clock.sleep) as made:
        made.target.deadline.clock = clock
        return verify(made)


def test_waiting_for_the_pace_of_an_account_is_no_time_of_the_run() -> None:
    """A run that shares its pace with others waits for its turns for minutes, and has its whole deadline for itself."""
    clock = Clock()
    with MockServer(SAMPLE) as server:
        pace = Pace(3, 61.0, clock=clock, sleep=clock.sleep)
        settings, token = Settings(target=server.url, deadline=5), {"BEARER_TOKEN": server.token}
        with prepare(settings, CONTRACT, token, pace=pace) as made:
            made.target.deadline.clock = clock
            report = verify(made)
            left = made.target.deadline.remaining
    assert report.status == 0
    assert sum(clock.slept) > 60
    assert left == pytest.approx(5)


def answered(answer: bytes, *, retries: int = 4) -> tuple[Exchange, int]:
    """What came of the documented request to a server that always answers so, and how often it was asked."""
    clock = Clock()
    with raw_server(always(answer)) as server:
        settings = Settings(target=server.url, retries=retries)
        with prepare(settings, CONTRACT, {}, sleep=clock.sleep) as made:
            return made.target.fetch(PROBES["list"]), len(server.requests)


@pytest.mark.parametrize("status", [408, 429, 502, 503, 504, *range(520, 525)])
def test_what_may_pass_is_asked_again(status: int) -> None:
    """What intermediaries say of the moment is asked again as often as --retries says, and is then no breach."""
    for retries, words in ((0, ""), (1, " after 1 retry"), (2, " after 2 retries")):
        exchange, sent = answered(message(b"no", status=f"{status} X"), retries=retries)
        assert sent == 1 + retries
        assert type(exchange.failure) is Unavailable
        assert f"was answered {status}{words}, which" in str(exchange.failure)


@pytest.mark.parametrize(
    ("status", "field"),
    [
        *((status, "") for status in (511, 525, 526, 527, 530)),
        *((status, "cf-mitigated: challenge") for status in (200, 403, 429, 503)),
        *((status, "x-amzn-waf-action: captcha") for status in (202, 405)),
    ],
)
def test_what_an_intermediary_says_of_itself_is_not(status: int, field: str) -> None:
    """An answer that is signed, or about the intermediary itself, is not asked for again, and is no breach."""
    exchange, sent = answered(message(b"{}", status=f"{status} X", headers=(field,) if field else ()))
    assert sent == 1
    assert type(exchange.failure) is Unavailable
    assert exchange.response is not None


@pytest.mark.parametrize("status", [200, 302, 404, 409, 500, 501, 505, 507])
def test_what_the_api_answers_is_judged(status: int) -> None:
    """Any other answer is one: it is asked for once."""
    exchange, sent = answered(message(b"{}", status=f"{status} X"))
    assert (sent, exchange.failure) == (1, None)


def limited(clock: Clock, seconds: float, *fields: tuple[str, str]) -> tuple[Change, list[str]]:
    """A limiter that lets one request through in so many seconds, and what it said of each."""
    said: list[str] = []
    lock, last = threading.Lock(), [0.0]

    def limit(request: Received, reply: Reply) -> Reply:
        with lock:
            if clock.now - last[0] < seconds:
                said.append("429")
                return replace(json_reply({}, 429), headers=(("Content-Type", "text/plain"), *fields))
            last[0] = clock.now
            said.append(request.probe)
        return reply

    return limit, said


@pytest.mark.parametrize("fields", [(), (("Retry-After", "1"),)], ids=["bare", "retry-after"])
@pytest.mark.parametrize("concurrency", [1, 4])
def test_a_limiter_without_a_burst_is_no_obstacle(concurrency: int, fields: tuple[tuple[str, str], ...]) -> None:
    """As nginx's limit_req without burst: after the first 429 the run goes slowly enough, and is judged whole."""
    clock = Clock()
    limit, said = limited(clock, 1.0, *fields)
    with MockServer(SAMPLE, faults=(limit,)) as server:
        report = run(server, clock, concurrency=concurrency)
    assert report.status == 0, [str(e.failure) for e in report.exchanges if e.failure]
    assert not any(report.of(State.INCONCLUSIVE))
    # Those that were under way together are refused together; behind the first one the pace is right.
    assert said.count("429") <= concurrency
    assert said[-4:] == [name for name in said[-4:] if name != "429"]
    assert report.requests.retries == said.count("429")


def test_a_slower_limiter_is_found() -> None:
    """Each further 429 doubles the gap between two requests, until it is long enough."""
    clock = Clock()
    limit, said = limited(clock, 4.0)
    with MockServer(SAMPLE, faults=(limit,)) as server:
        report = run(server, clock, concurrency=1)
    assert report.status == 0
    assert 2 <= said.count("429") <= 4
    assert sorted({round(seconds, 1) for seconds in clock.slept}) == [1.0, 2.2, 4.4]


def test_a_burst_that_was_asked_for_is_one_also_after_a_429() -> None:
    """The rate limit is looked for at full speed, whatever became of the run before."""
    clock = Clock()
    with raw_server(always(message(b"{}"))) as server:
        settings = Settings(target=server.url, probe_rate_limit=True)
        with prepare(settings, CONTRACT, {}, sleep=clock.sleep) as made:
            made.target.throttle.slow_down(Response(429, (), b""), made.target.clock())
            assert made.target.burst(replace(PROBES["burst"], times=5)).sent == 5
    assert clock.slept == []


def test_after_a_429_requests_go_one_at_a_time() -> None:
    """Nobody has a turn before the one who has it is done and the gap is over; before a 429 all have one."""
    clock = Clock()
    throttle = Throttle(clock, clock.sleep)
    together = threading.Barrier(3)
    inside, most = itertools.count(1), [0]
    lock = threading.Lock()
    under_way: set[int] = set()

    def send() -> None:
        with throttle.turn(1000):
            number = next(inside)
            with lock:
                under_way.add(number)
                most[0] = max(most[0], len(under_way))
            with suppress(threading.BrokenBarrierError):
                together.wait(0 if throttle.is_on else 5)
            with lock:
                under_way.discard(number)

    def all_send() -> int:
        most[0] = 0
        together.reset()
        threads = [threading.Thread(target=send) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return most[0]

    assert all_send() == 3
    assert clock.slept == []
    throttle.slow_down(Response(429, (), b""), clock())
    assert all_send() == 1
    assert clock.slept == pytest.approx([1.0, 1.1, 1.1])


def test_a_wait_beyond_the_run_is_not_begun() -> None:
    """Where the target asks for more time than is left nothing more is sent."""
    clock = Clock()
    throttle = Throttle(clock, clock.sleep)
    throttle.slow_down(Response(429, (("Retry-After", "3600"),), b""), clock())
    with pytest.raises(TooSlow, match="is to be left alone for"), throttle.turn(60):
        pass
    assert clock.slept == []


def expiring(after: int, token: str = "") -> Change:
    """A token that is refused from the request with this number on, counting those that hold it."""
    numbers = itertools.count(1)

    def change(request: Received, reply: Reply) -> Reply:
        given = request.first("Authorization") or ""
        mine = given.endswith(token) if token else given.startswith("Bearer mock")
        return json_reply({"error": "the token has expired"}, 401) if mine and next(numbers) > after else reply

    return change


@pytest.mark.parametrize("concurrency", [1, 4])
@pytest.mark.parametrize("after", range(1, 6))
def test_a_bearer_token_that_runs_out(after: int, concurrency: int) -> None:
    """Whenever it happens, what is left cannot be judged, and nothing is a breach."""
    with MockServer(SAMPLE, faults=(expiring(after),)) as server:
        report = run(server, concurrency=concurrency)
    assert report.status == 3
    assert not any(report.of(State.BREACHED))
    failures = [exchange.failure for exchange in report.exchanges if exchange.failure]
    assert failures
    assert {type(failure) for failure in failures} == {Refused}
    assert "ran out while the run was under way: the target refused the token of BEARER_TOKEN (401)" in str(failures[0])
    assert {"anonymous", "invalid-token"} <= {e.probe for e in report.exchanges if e.response and not e.failure}


@pytest.mark.parametrize("concurrency", [1, 4])
@pytest.mark.parametrize("after", range(1, 6))
def test_an_api_token_is_exchanged_anew(after: int, concurrency: int) -> None:
    """Whenever its bearer token runs out, another one is had for all lanes, and the run is judged whole."""
    given = itertools.count(1)

    def exchange(request: Received, reply: Reply) -> Reply:
        if request.path == "/v1/tokens/exchange":
            server.token = f"mock-bearer-token-number-{next(given)}"
            return json_reply({"token": server.token}, 200)
        return reply

    first_runs_out = expiring(after, "number-1")
    with MockServer(SAMPLE, faults=(exchange, first_runs_out)) as server:
        report = run(server, api=True, concurrency=concurrency)
    assert report.status == 0, [str(e.failure) for e in report.exchanges if e.failure]
    assert any("SCALINGO_API_TOKEN was exchanged 2 times" in note for note in report.notes)


def test_a_service_for_tokens_that_is_down_for_a_moment() -> None:
    """What does not exchange a token now may do so a moment later: it is asked twice more."""
    for failures, status in ((2, 0), (3, 3)):
        times = itertools.count(1)

        def busy(request: Received, reply: Reply, times: Iterator[int] = times, failures: int = failures) -> Reply:
            exchanging = request.path == "/v1/tokens/exchange"
            return json_reply({}, 503) if exchanging and next(times) <= failures else reply

        with MockServer(SAMPLE, faults=(busy,)) as server:
            assert run(server, api=True).status == status


def test_an_api_token_that_is_revoked() -> None:
    """Where the new token is refused as well, the credentials ran out: could not judge, and no breach."""
    with MockServer(SAMPLE, faults=(expiring(3),)) as server:
        report = run(server, api=True)
    assert report.status == 3
    assert not any(report.of(State.BREACHED))
    failures = [str(exchange.failure) for exchange in report.exchanges if exchange.failure]
    assert all(failure.startswith("the credentials ran out while the run was under way") for failure in failures)


@pytest.mark.parametrize("status", [401, 403])
@pytest.mark.parametrize("api", [False, True])
def test_a_refusal_of_one_path_is_judged(status: int, api: bool) -> None:  # noqa: FBT001
    """Where the documented request is still answered, the credentials are good and the refusal is an answer."""

    def guarded(request: Received, reply: Reply) -> Reply:
        return json_reply({"error": "no"}, status) if request.probe == "unknown-path" else reply

    with MockServer(SAMPLE, faults=(guarded,)) as server:
        report = run(server, api=api)
        asked = [request.probe for request in server.requests]
    assert [outcome.clause.id for outcome in report.of(State.BREACHED)] == ["http.unknown-path"]
    assert not any(exchange.failure for exchange in report.exchanges)
    assert asked.count("list") == 3, "the list, its repetition, and once more to see whether the token is good"


def test_credentials_that_were_never_accepted_are_refused() -> None:
    """A first refusal costs one request with them, and the run says what to do."""
    with MockServer(SAMPLE, faults=(expiring(0),)) as server:
        report = run(server)
        with_token = [r for r in server.requests if r.first("Authorization") == f"Bearer {server.token}"]
    assert report.status == 3
    assert len(with_token) == 1
    assert "refused the token of BEARER_TOKEN (401)" in str(report.exchanges[0].failure)


def test_a_refusal_that_may_not_be_looked_into() -> None:
    """Where no request is left to see whether the credentials ran out, the refusal is not judged."""
    with MockServer(SAMPLE, faults=(expiring(1),)) as server:
        report = run(server, concurrency=1, max_requests=2)
    assert report.requests.sent == 2
    assert any("whether they ran out may not be asked any more" in str(e.failure) for e in report.exchanges)
    assert not any(report.of(State.BREACHED))


def test_what_another_tool_sends_keeps_the_same_rules() -> None:
    """A relayed request is sent again, with another token where the first ran out, and is told of one that ran out."""
    with MockServer(SAMPLE, faults=(expiring(1),)) as server:
        clock = Clock()
        settings = Settings(target=server.url)
        with prepare(settings, CONTRACT, {"BEARER_TOKEN": server.token}, sleep=clock.sleep) as made:
            url = made.target.address.url
            first, second = (made.target.relay("GET", url, (), authorized=True) for _ in range(2))
    assert isinstance(first, Response)
    assert isinstance(second, Refused)
    with raw_server(always(message(b"no", status="503 X"))) as failing:
        with prepare(Settings(target=failing.url), CONTRACT, {}, sleep=clock.sleep) as made:
            patient = made.target.relay("GET", failing.url, (), authorized=False, patient=True)
            assert isinstance(patient, Response)
            assert (patient.status, len(failing.requests)) == (503, 5)
            made.target.relay("GET", failing.url, (), authorized=False)
            assert len(failing.requests) == 6
        assert head_of(failing.requests[0], "Authorization") is None


@pytest.fixture
def threadless(monkeypatch: pytest.MonkeyPatch) -> None:
    """No thread can be started for the network, as under a low limit of processes."""
    start = threading.Thread.start

    def refuse(self: threading.Thread) -> None:
        if getattr(self, "_target", None) and self._target.__module__.startswith("contracts.network"):  # type: ignore[attr-defined]
            raise RuntimeError("can't start new thread")
        start(self)

    monkeypatch.setattr(threading.Thread, "start", refuse)


@pytest.mark.usefixtures("threadless")
def test_a_process_that_may_have_no_threads() -> None:
    """A low limit of processes means fewer lanes, and no fault of the suite."""
    with MockServer(SAMPLE) as server:
        report = run(server)
        assert report.status == 0
    assert API_TOKEN not in repr(report)
