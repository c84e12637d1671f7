"""The target layer against hostile servers: deadlines, caps, retries, and answers that are not HTTP."""

import gzip
import logging
import socket
import threading
import time
import tracemalloc
import zlib
from pathlib import Path
from typing import Any

import pytest
from hostile import Behaviour, always, drip, head_of, message, politely, raw_server, silence
from subject import CONTRACT, PROBES

from contracts.core.errors import (
    BrokenAnswer,
    CouldNotJudge,
    Misdirected,
    OverBudget,
    ProxyRefused,
    TooSlow,
    Unavailable,
    Unreachable,
    UsageError,
)
from contracts.core.exchange import Exchange, Response
from contracts.core.made_up import token_like
from contracts.masking import secrets as masking
from contracts.masking.secrets import Secrets
from contracts.network.connection import Wire
from contracts.network.credentials import Bearer
from contracts.network.dial import parse
from contracts.network.pace import Budget, Deadline, Limits, Pace
from contracts.network.target import AGENT, Target

TOKEN = "canary-7f3a/9+secret=="
LIST = b'{"event_categories": []}'


class Clock:
    """A clock that moves only when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


def target(
    url: str,
    clock: Clock | None = None,
    *,
    private: bool = False,
    connect_to: dict[tuple[str, int], tuple[str, int]] | None = None,
    **limits: float,
) -> Target:
    """A target with a token; with a clock of its own it never really waits."""
    cap, most = int(limits.pop("body", 32 * 2**20)), int(limits.pop("requests", 24))
    deadline = limits.pop("deadline", 30.0)
    bounds = Limits(**{"timeout": 2.0, **limits})  # type: ignore[arg-type]
    time_of: dict[str, Any] = {"clock": clock, "sleep": clock.sleep} if clock else {}
    secrets = Secrets()
    secrets.add(TOKEN, "BEARER_TOKEN")
    return Target(
        parse(url, CONTRACT.path, allow_plain_http=private),
        Wire(cap, connect_to=connect_to or {}),
        Budget(most),
        secrets,
        Deadline(deadline, **({"clock": clock} if clock else {})),
        Bearer(TOKEN),
        bounds,
        sleep=time_of.get("sleep", time.sleep),
    )


def fetch(behave: Behaviour, probe: str = "list", clock: Clock | None = None, **limits: float) -> Exchange:
    """Send one probe to a server that behaves like this."""
    with raw_server(behave) as server:
        return target(server.url, clock, **limits).fetch(PROBES[probe])


@pytest.mark.parametrize(
    ("behave", "failure"),
    [
        pytest.param(silence, TooSlow, id="hangs"),
        pytest.param(drip(b"HTTP/1.1 200 OK\r\nX: ", b"x"), TooSlow, id="drips-a-header"),
        pytest.param(drip(b"", b"H"), TooSlow, id="drips-the-status-line"),
        pytest.param(drip(b"HTTP/1.1 200 OK\r\n\r\n"), TooSlow, id="drips-a-body-without-end"),
        pytest.param(drip(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n"), TooSlow, id="drips-a-body"),
        pytest.param(
            drip(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"), TooSlow, id="drips-chunks"
        ),
        pytest.param(drip(b"HTTP/1.1 200 OK\r\n\r\n", b" " * 65536, 0.0), BrokenAnswer, id="never-ends"),
        pytest.param(always(b"SSH-2.0-OpenSSH_9.2\r\n\r\n"), BrokenAnswer, id="speaks-another-protocol"),
        pytest.param(always(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 201 + b"\r\n"), BrokenAnswer, id="201-headers"),
        pytest.param(always(b"HTTP/1.1 200 OK\r\nContent-Length: abc\r\n\r\n{}"), BrokenAnswer, id="length-abc"),
        pytest.param(always(b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n{}"), BrokenAnswer, id="length-negative"),
        pytest.param(always(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n{}"), BrokenAnswer, id="length-too-long"),
        pytest.param(
            always(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{} "),
            BrokenAnswer,
            id="two-lengths",
        ),
        pytest.param(
            always(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"), BrokenAnswer, id="no-chunk-size"
        ),
        pytest.param(
            always(message(gzip.compress(LIST)[:-9], headers=("Content-Encoding: gzip",))),
            BrokenAnswer,
            id="gzip-cut-short",
        ),
        pytest.param(always(message(LIST, headers=("Content-Encoding: gzip",))), BrokenAnswer, id="gzip-that-is-none"),
        pytest.param(always(message(LIST, headers=("Content-Encoding: br",))), BrokenAnswer, id="coding-unasked"),
    ],
)
def test_broken_and_endless_answers(behave: Behaviour, failure: type[CouldNotJudge]) -> None:
    """Whatever a peer does below HTTP, the exchange ends within its time and says why it could not be judged."""
    exchange = fetch(behave, timeout=0.6, body=2**20)
    assert type(exchange.failure) is failure, exchange
    assert exchange.response is None


def test_connection_closed_at_once_is_a_connection_fault() -> None:
    """A peer that accepts and closes is unreachable, tried again after 1 and 2 seconds, and then given up."""
    clock = Clock()
    exchange = fetch(always(b""), clock=clock)
    assert type(exchange.failure) is Unreachable
    assert clock.slept == [1.0, 2.0]
    assert [attempt.waited for attempt in exchange.attempts] == [1.0, 2.0]


def test_dead_port() -> None:
    """A port that nobody listens on is unreachable, and the message names it and the reason."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    exchange = target(f"http://127.0.0.1:{port}", Clock()).fetch(PROBES["list"])
    assert type(exchange.failure) is Unreachable
    assert f"127.0.0.1:{port}" in str(exchange.failure)
    assert "refused" in str(exchange.failure)


def test_what_no_retry_changes_is_told_at_once() -> None:
    """A port without TLS and an unknown name are not tried again, and the message says what was probably meant."""
    clock = Clock()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        place = f"127.0.0.1:{listening.getsockname()[1]}"

        def refuse() -> None:  # as nginx does: it reads a little, and says in plain HTTP what it thinks of it
            connection, _ = listening.accept()
            with connection:
                connection.recv(16)
                connection.sendall(message(b"", status="400 Bad Request"))

        thread = threading.Thread(target=refuse)
        thread.start()
        plain = target(f"https://{place}", clock).fetch(PROBES["list"])
        thread.join()
    assert type(plain.failure) is Misdirected
    assert f"this port speaks plain HTTP, as it seems: did you mean http://{place}?" in str(plain.failure)
    unknown = target("https://no-such-host.invalid", clock).fetch(PROBES["list"])
    assert type(unknown.failure) is Misdirected
    assert "the host name does not resolve" in str(unknown.failure)
    assert clock.slept == []


def test_a_name_that_cannot_be_looked_up_for_the_moment_is_tried_twice_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """A resolver that says that it may know later is asked again, after 1 and 2 seconds, and then believed."""
    clock, asked = Clock(), []

    def getaddrinfo(host: str, *_: object, **options: object) -> object:
        asked.append(options)
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    monkeypatch.setattr("socket.getaddrinfo", getaddrinfo)
    exchange = target("https://api.contracts.test", clock).fetch(PROBES["list"])
    assert type(exchange.failure) is Unreachable
    assert clock.slept == [1.0, 2.0]
    assert len([options for options in asked if "flags" not in options]) == 3


@pytest.mark.parametrize("retries", [0, 1, 4])
def test_retries_are_as_many_as_asked_for(retries: int) -> None:
    """--retries bounds how often a request is sent again."""
    clock = Clock()
    answer = message(b"later", status="503 X", kind="text/plain")
    assert len(fetch(always(answer), clock=clock, retries=retries).attempts) == retries


def test_the_deadline_that_ended_a_wait_is_named() -> None:
    """An answer that is late because the run is over names --deadline, and not --timeout."""
    assert "(--deadline)" in str(fetch(silence, timeout=5.0, deadline=0.4).failure)
    assert "(--timeout)" in str(fetch(silence, timeout=0.4, deadline=5.0).failure)


def test_gzip_bomb_costs_neither_memory_nor_time() -> None:
    """A body that inflates a thousandfold is given up at the cap, without being unpacked."""
    deflater = zlib.compressobj(9, zlib.DEFLATED, 31)
    bomb = b"".join(deflater.compress(b"\0" * 2**20) for _ in range(256)) + deflater.flush()
    with raw_server(always(message(bomb, headers=("Content-Encoding: gzip",)))) as server:
        subject = target(server.url, body=2**20)
        tracemalloc.start()
        try:
            exchange = subject.fetch(PROBES["list"])
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert type(exchange.failure) is BrokenAnswer
    assert "--max-body" in str(exchange.failure)
    assert peak < 8 * 2**20


def test_gzip_of_several_members_is_read_whole() -> None:
    """A gzip body may consist of several members (RFC 1952)."""
    body = gzip.compress(LIST[:10]) + gzip.compress(LIST[10:])
    exchange = fetch(always(message(body, headers=("Content-Encoding: gzip",))))
    assert exchange.observed().body == LIST


def test_redirects_are_not_followed() -> None:
    """A redirect is an answer like any other: nothing is sent to where it leads."""
    with raw_server(always(message(b""))) as elsewhere:
        answer = message(b"", status="302 Found", headers=(f"Location: {elsewhere.url}/",))
        exchange = fetch(always(answer))
        assert exchange.observed().status == 302
        assert elsewhere.requests == []


def test_repeated_headers_are_kept_apart() -> None:
    """Two header fields of one name stay two values."""
    answer = message(LIST, headers=("Content-Type: text/html",))
    assert fetch(always(answer)).observed().all("content-type") == ["application/json", "text/html"]


@pytest.mark.parametrize("status", [408, 429, 502, 503, 504, 520, 524])
def test_retries_and_gives_up(status: int) -> None:
    """What intermediaries answer is tried again after 1, 2, 4, 8 s, and then makes the probe inconclusive."""
    clock = Clock()
    exchange = fetch(always(message(b"later", status=f"{status} X", kind="text/plain")), clock=clock)
    assert type(exchange.failure) is Unavailable
    assert exchange.response is not None
    assert exchange.response.status == status
    # After a 429 it is the whole run that waits, twice as long after each further one.
    assert clock.slept == pytest.approx([1.0, 2.2, 4.4, 8.8] if status == 429 else [1.0, 2.0, 4.0, 8.0])


def test_retry_after_is_honoured_and_shown() -> None:
    """Retry-After says how long to wait; the retry is kept with the exchange."""
    answers = [message(b"", status="503 X", headers=("Retry-After: 7",)), message(LIST)]

    def behave(connection: socket.socket, _request: bytes, _stop: threading.Event) -> None:
        connection.sendall(answers.pop(0))

    clock = Clock()
    exchange = fetch(behave, clock=clock)
    assert exchange.observed().body == LIST
    assert [(attempt.outcome, attempt.waited) for attempt in exchange.attempts] == [("503", 7.0)]


def test_retry_after_beyond_the_deadline_is_not_waited_for() -> None:
    """A wait that the run cannot afford ends the retries at once."""
    clock = Clock()
    exchange = fetch(always(message(b"", status="429 X", headers=("Retry-After: 3600",))), clock=clock)
    assert clock.slept == []
    assert type(exchange.failure) is Unavailable


@pytest.mark.parametrize("status", [500, 501, 404, 409])
def test_other_statuses_are_not_retried(status: int) -> None:
    """What is no gateway's and no limiter's answer is an answer."""
    with raw_server(always(message(b"", status=f"{status} X"))) as server:
        exchange = target(server.url).fetch(PROBES["list"])
        assert exchange.observed().status == status
        assert len(server.requests) == 1


def test_run_deadline() -> None:
    """When the time of the run is used up, nothing more is sent."""
    clock = Clock()
    with raw_server(always(message(LIST))) as server:
        subject = target(server.url, clock, deadline=5.0)
        subject.fetch(PROBES["list"])
        clock.now += 6
        exchange = subject.fetch(PROBES["repeat"])
        assert type(exchange.failure) is TooSlow
        assert len(server.requests) == 1


def test_request_budget() -> None:
    """No request is sent beyond the budget."""
    with raw_server(always(message(LIST))) as server:
        subject = target(server.url, requests=1)
        subject.fetch(PROBES["list"])
        assert type(subject.fetch(PROBES["repeat"]).failure) is OverBudget
        assert len(server.requests) == 1


def send(budget: Budget) -> None:
    """Count a request, and wait until it may go."""
    budget.count()
    budget.wait(1000)


def test_pace_towards_a_live_target() -> None:
    """The 61st request within a minute and a second waits until that is over; a loopback target is not paced."""
    clock = Clock()
    live = Budget(100, Pace(clock=clock, sleep=clock.sleep))
    for _ in range(60):
        send(live)
    assert clock.slept == []
    send(live)
    assert clock.slept == [61.0]
    for _ in range(100):
        send(Budget(1))
    assert clock.slept == [61.0]


@pytest.mark.parametrize("probe", ["list", "anonymous", "invalid-token"])
def test_netrc_is_ignored(probe: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """.netrc neither replaces the token nor adds one where none may be sent; requests alone would do both."""
    netrc = tmp_path / ".netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password netrc-secret\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("HOME", str(tmp_path))
    with raw_server(always(message(LIST))) as server:
        target(server.url).fetch(PROBES[probe])
        expected = {"list": f"Bearer {TOKEN}", "anonymous": None}
        sent = head_of(server.requests[0], "Authorization")
        assert sent == expected.get(probe, f"Bearer {token_like(TOKEN, 0)}")


def test_no_proxy_on_the_way_to_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy of the environment never sees what goes to the loopback interface."""
    with raw_server(always(message(b""))) as proxy, raw_server(always(message(LIST))) as server:
        for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        assert target(server.url).fetch(PROBES["list"]).observed().body == LIST
        assert proxy.requests == []


def test_proxy_of_the_environment_is_honoured(monkeypatch: pytest.MonkeyPatch) -> None:
    """A live target is reached over the proxy of the environment; the request asks it for a tunnel."""
    with raw_server(always(b"HTTP/1.1 403 Forbidden\r\n\r\n")) as proxy:
        monkeypatch.setenv("https_proxy", proxy.url)
        monkeypatch.setenv("no_proxy", "")
        exchange = target("https://api.contracts.test", Clock()).fetch(PROBES["list"])
        assert type(exchange.failure) is ProxyRefused
        assert proxy.requests[0].startswith(b"CONNECT api.contracts.test:443")
        assert TOKEN.encode() not in b"".join(proxy.requests)


def test_a_password_for_the_proxy_goes_to_the_proxy_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """A plain-HTTP target is asked for by its whole URL, with the password of the proxy, which no exchange shows."""
    with raw_server(always(message(LIST))) as proxy:
        monkeypatch.setenv("http_proxy", f"http://somebody:proxy%2Dsecret@127.0.0.1:{proxy.port}")
        monkeypatch.setenv("no_proxy", "")
        exchange = target("http://api.contracts.test", private=True).fetch(PROBES["list"])
        assert proxy.requests[0].startswith(b"GET http://api.contracts.test/v1/event_categories HTTP/1.1\r\n")
        assert head_of(proxy.requests[0], "Host") == "api.contracts.test"
        assert head_of(proxy.requests[0], "Proxy-Authorization") == "Basic c29tZWJvZHk6cHJveHktc2VjcmV0"
    assert exchange.observed().body == LIST
    assert "Proxy-Authorization" not in dict(exchange.request.headers)
    assert "secret" not in repr(exchange).replace(TOKEN, "")


def test_a_password_for_a_tunnel_stays_outside_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """The request for a tunnel carries the password; that the proxy refuses it is said without the password."""
    with raw_server(always(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n")) as proxy:
        monkeypatch.setenv("https_proxy", f"http://somebody:proxy-secret@127.0.0.1:{proxy.port}")
        monkeypatch.setenv("no_proxy", "")
        exchange = target("https://api.contracts.test", Clock()).fetch(PROBES["list"])
        assert head_of(proxy.requests[0], "Proxy-Authorization") == "Basic c29tZWJvZHk6cHJveHktc2VjcmV0"
    assert f"the proxy 127.0.0.1:{proxy.port} refuses its user name and password" in str(exchange.failure)
    assert "secret" not in str(exchange.failure)


@pytest.mark.parametrize("excepted", ["api.contracts.test", ".contracts.test", "*"])
def test_no_proxy_excepts_hosts(excepted: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """NO_PROXY names the hosts that are reached without the proxy."""
    with raw_server(always(message(b""))) as proxy, raw_server(always(message(LIST))) as server:
        monkeypatch.setenv("http_proxy", proxy.url)
        monkeypatch.setenv("no_proxy", excepted)
        places = {("api.contracts.test", 80): ("127.0.0.1", server.port)}
        exchange = target("http://api.contracts.test", private=True, connect_to=places).fetch(PROBES["list"])
        assert exchange.observed().body == LIST
        assert proxy.requests == []


@pytest.mark.parametrize(
    ("proxy", "words"), [("socks5://127.0.0.1:1", "cannot be used"), ("http://[::1", "is not a URL")]
)
def test_a_proxy_that_cannot_be_used_is_a_usage_error(proxy: str, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy of another kind, or no URL at all, is for the person to change; the request goes no other way."""
    monkeypatch.setenv("https_proxy", proxy)
    monkeypatch.setenv("no_proxy", "")
    with pytest.raises(UsageError, match=words):
        target("https://api.contracts.test", Clock()).fetch(PROBES["list"])


def test_ipv6_and_path_prefix() -> None:
    """An IPv6 target with a path prefix is asked at prefix and path, and named in brackets."""
    try:
        with raw_server(always(message(LIST)), host="::1") as server:
            exchange = target(f"{server.url}/proxy").fetch(PROBES["list"])
            assert exchange.request.url == f"http://[::1]:{server.port}/proxy/v1/event_categories"
            assert server.requests[0].startswith(b"GET /proxy/v1/event_categories HTTP/1.1\r\n")
            assert head_of(server.requests[0], "Host") == f"[::1]:{server.port}"
    except OSError:
        pytest.skip("this machine has no IPv6 loopback")


def test_body_after_head_is_seen() -> None:
    """A byte behind the answer to HEAD is counted, at once or after a moment."""
    assert fetch(always(message(LIST)), "head").observed().stray == len(LIST)
    assert fetch(always(b"HTTP/1.1 200 OK\r\nContent-Length: 24\r\n\r\n"), "head").observed().stray == 0


def test_bytes_behind_head_that_may_not_be_asked_for_again() -> None:
    """Where no request is left to see whether they are a body, the answer is not judged."""
    exchange = fetch(always(message(LIST)), "head", requests=1)
    assert type(exchange.failure) is OverBudget
    assert exchange.response is None


def kept_open(connection: socket.socket, request: bytes, stop: threading.Event) -> None:
    """Answer HEAD, and leave the connection open although the request asks to close it."""
    politely(message(LIST))(connection, request, stop)
    stop.wait()


def test_waiting_for_stray_bytes_makes_no_answer_late() -> None:
    """An answer to HEAD that was complete in time is one, also when the server then keeps the connection open."""
    assert fetch(kept_open, "head", timeout=0.4).observed().status == 200


@pytest.mark.parametrize("field", ["Content-Length", "Content-Encoding"])
def test_a_long_header_in_a_message_is_not_cut_within_the_token(field: str) -> None:
    """A message that repeats a header field repeats it whole, or not at all: half a token is no longer masked."""
    for width in range(60, 80):
        answer = f"HTTP/1.1 200 OK\r\n{field}: {'x' * width}{TOKEN}\r\n\r\n".encode()
        assert TOKEN[:4] not in str(fetch(always(answer)).failure)


def test_a_chunk_of_negative_length_is_a_broken_answer() -> None:
    """What the library below trips over is the target's fault, not the suite's."""
    answer = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\nabc"
    assert type(fetch(always(answer)).failure) is BrokenAnswer


def test_a_location_that_is_no_url_is_an_answer() -> None:
    """A redirect is judged, not followed, so it may lead nowhere."""
    answer = message(b"", status="301 Moved", headers=("Location: http://[::bad/",))
    assert fetch(always(answer)).observed().first("Location") == "http://[::bad/"


@pytest.mark.parametrize(
    ("date", "pauses"),
    [
        pytest.param(f"Mon, 01 Jan {'9' * 20} 00:00:00 GMT", [1.0, 2.0, 4.0, 8.0], id="no-date"),
        pytest.param("soon", [1.0, 2.0, 4.0, 8.0], id="a-word"),
        pytest.param("9" * 5000, [1.0, 2.0, 4.0, 8.0], id="no-number"),
        pytest.param("Mon, 01 Jan 2024 00:00:00 +" + "9" * 23, [0.0] * 4, id="long-past"),
    ],
)
def test_a_retry_after_that_cannot_be_read_is_none(date: str, pauses: list[float]) -> None:
    """A date that no calendar holds is passed over, as any other that cannot be read; one that is past asks for 0 s."""
    clock = Clock()
    fetch(always(message(b"", status="503 No", headers=(f"Retry-After: {date}",))), clock=clock)
    assert clock.slept == pauses


def test_documented_headers_are_sent() -> None:
    """The request is the documented one: Accept, Content-Type and a bearer token, and no cookie."""
    with raw_server(always(message(LIST, headers=("Set-Cookie: session=1",)))) as server:
        subject = target(server.url)
        subject.fetch(PROBES["list"])
        subject.fetch(PROBES["repeat"])
    for request in server.requests:
        assert head_of(request, "Accept") == "application/json"
        assert head_of(request, "Content-Type") == "application/json"
        assert head_of(request, "Authorization") == f"Bearer {TOKEN}"
        assert head_of(request, "Cookie") is None


def test_exchanges_hold_no_secret() -> None:
    """What a server echoes of the token, in headers, reason or body, is masked before anything can store it."""

    def echo(connection: socket.socket, request: bytes, _stop: threading.Event) -> None:
        sent = head_of(request, "Authorization") or ""
        connection.sendall(message(sent.encode(), status=f"418 {sent}", headers=(f"X-Echo: {sent}",)))

    exchange = fetch(echo)
    assert TOKEN not in repr(exchange)
    assert exchange.observed().body == b"Bearer $BEARER_TOKEN"
    assert exchange.observed().first("X-Echo") == "Bearer $BEARER_TOKEN"
    assert ("Authorization", "Bearer $BEARER_TOKEN") in exchange.request.headers


def test_no_library_logs_what_was_received(caplog: pytest.LogCaptureFixture) -> None:
    """A header line without a colon is logged by nobody, at whatever level, and what is said of it shows no token."""
    caplog.set_level(logging.DEBUG)
    exchange = fetch(always(f"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nBearer {TOKEN}\r\nX: {TOKEN}\r\n\r\n".encode()))
    assert TOKEN not in caplog.text
    assert '"Bearer $BEARER_TOKEN" is no header field' in str(exchange.failure)


def test_what_another_tool_sends_keeps_the_manners_of_the_suite() -> None:
    """A relayed request counts, waits for the deadline of the run, and goes out under the name of the suite."""
    with raw_server(always(message(TOKEN.encode()))) as server:
        made = target(server.url, requests=2)
        theirs = (("User-Agent", "theirs"), ("Authorization", "a placeholder"), ("X-Theirs", "kept"))
        answers = [made.relay("GET", made.address.url, theirs, authorized=authorized) for authorized in (True, False)]
        refused = made.relay("GET", made.address.url, theirs, authorized=True)
        made.budget.limit = 3
        made.deadline.seconds = 0.0
        late = made.relay("GET", made.address.url, theirs, authorized=True)
        sent = [[head_of(r, name) for name in ("User-Agent", "Authorization", "X-Theirs")] for r in server.requests]
    assert sent == [[AGENT, f"Bearer {TOKEN}", "kept"], [AGENT, "a placeholder", "kept"]]
    assert [answer.body for answer in answers if isinstance(answer, Response)] == [b"$BEARER_TOKEN"] * 2
    assert isinstance(refused, OverBudget)
    assert isinstance(late, TooSlow)


def test_another_tool_has_requests_and_time_of_its_own() -> None:
    """What is admitted is counted from then on, as is the time: a session of tests may be longer than a run."""
    clock = Clock()
    with raw_server(always(message(b""))) as server:
        made = target(server.url, clock, requests=1)
        assert isinstance(made.relay("GET", made.address.url, (), authorized=False), Response)
        clock.now += 1000
        made.admit(1)
        answers = [made.relay("GET", made.address.url, (), authorized=False) for _ in range(2)]
    assert isinstance(answers[0], Response)
    assert isinstance(answers[1], OverBudget)


def test_the_budget_of_an_account_gives_back_what_was_not_sent() -> None:
    """A request for which the account has no turn in time was not sent, and does not count."""
    now = [0.0]
    pace = Pace(1, 60, clock=lambda: now[0], sleep=lambda seconds: now.__setitem__(0, now[0] + seconds))
    budget = Budget(5, pace)
    budget.count()
    budget.wait(0)
    budget.count()
    with pytest.raises(OverBudget, match="were sent within a minute"):
        budget.wait(1)
    assert budget.sent == 1


def test_many_texts_are_masked_in_bounded_memory() -> None:
    """What was masked before is remembered for so many texts, and any number of them is masked."""
    secrets = Secrets()
    secrets.add("canary-7f3a9secret", "BEARER_TOKEN")
    texts = [f"{number} canary-7f3a9secret" for number in range(400)]
    assert [secrets.mask(text) for text in texts] == [f"{number} $BEARER_TOKEN" for number in range(400)]
    assert len(secrets._known) <= masking._REMEMBERED
