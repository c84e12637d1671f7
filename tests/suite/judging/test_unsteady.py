"""Servers whose answers depend on the moment: what a run says of them, whichever seed and concurrency it has."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from subject import CONTRACT, SAMPLE
from unsteady import Behaviour, Moment, elements, judged, shorter

from contracts.core.contract import QUERY
from contracts.core.errors import Unreachable
from contracts.core.report import Report
from contracts.mock.faults.fault import error, html
from contracts.mock.reply import Received, Reply
from contracts.mock.server import API_TOKEN, MockServer

pytestmark = pytest.mark.uncounted
SEEDS = range(20)
NOTE = "the first observation was unsteady"
#: How many requests a run sends to a steady target, and with a second observation.
ONCE, TWICE = 8, 8 + 11


def where(holds: Callable[[Received, Moment], bool], change: Callable[[Reply], Reply] = shorter) -> Behaviour:
    """Return a server that changes its reply where something holds."""
    return lambda request, reply, moment: change(reply) if holds(request, moment) else reply


def nameless(reply: Reply) -> Reply:
    return elements(reply, lambda listed: [{k: v for k, v in e.items() if k != "name"} for e in listed])


def each(**members: Any) -> Callable[[Reply], Reply]:
    return lambda reply: elements(reply, lambda listed: [{**element, **members} for element in listed])


def signed(_: Received, reply: Reply, moment: Moment) -> Reply:
    return each(icon=f"https://icons.example/?{moment.number}")(reply)


def shuffled(_: Received, reply: Reply, moment: Moment) -> Reply:
    return elements(reply, lambda listed: moment.chance.sample(listed, len(listed)))


def counting(_: Received, reply: Reply, moment: Moment) -> Reply:
    return elements(reply, lambda listed: [{**listed[0], "display_name": f"App {moment.number}"}, *listed[1:]])


def lost(_: Received, reply: Reply, moment: Moment) -> Reply:
    if moment.second > 4:
        raise Unreachable("the connection was refused")
    return shorter(reply) if moment.number else reply


def limited(_: Received, reply: Reply, moment: Moment) -> Reply:
    if moment.second > 4:
        return Reply(429, b"Retry later", (("Content-Type", "text/plain"),))
    return shorter(reply) if moment.number else reply


def cloudy(_: Received, reply: Reply, moment: Moment) -> Reply:
    page = Reply(moment.chance.choice((520, 522)), b"<p>Ray ID", (("Content-Type", "text/html"),))
    return page if moment.chance.random() < 0.1 else reply


def challenging(_: Received, reply: Reply, moment: Moment) -> Reply:
    page = html(403).with_header("cf-mitigated", "challenge")
    return page if moment.number > 1 else reply


def expiring(request: Received, reply: Reply, moment: Moment) -> Reply:
    """Refuse the first token from the third request on, as a server does whose tokens are valid for an hour."""
    is_mine = request.probe not in ("anonymous", "invalid-token")
    refused = error(401).with_header("WWW-Authenticate", "Bearer")
    return refused if is_mine and moment.token == 1 and moment.number > 1 else reply


#: Whether the reports of a row say that the first observation was unsteady.
ALWAYS, NEVER, SOMETIMES = (True,), (False,), (True, False)


@dataclass(frozen=True)
class Row:
    """A server, the exit statuses that its runs may have, and how often the note has to be there."""

    name: str
    behaviour: Behaviour
    statuses: set[int]
    noted: tuple[bool, ...] = SOMETIMES
    settings: dict[str, Any] = field(default_factory=dict)
    requests: int | None = None
    concurrency: tuple[int, ...] = (1, 8)
    environment: dict[str, str] | None = None


TABLE = [
    Row("a category is added in the middle", where(lambda _, m: m.second < 0.12), {0}, ALWAYS, requests=TWICE),
    Row("two versions in turn for 2 s", where(lambda _, m: m.second < 2 and m.number % 2 == 1), {0}, ALWAYS),
    Row("two versions in turn for 20 s", where(lambda _, m: m.second < 20 and m.number % 2 == 1), {1}),
    Row(
        "two versions in turn for 20 s, waited for",
        where(lambda _, m: m.second < 20 and m.number % 2 == 1),
        {0},
        ALWAYS,
        {"settle": 30.0},
    ),
    Row("caches of two ages for 3 s", where(lambda _, m: m.second < 3 and m.chance.random() < 0.5), {0}),
    Row("every second answer for ever", where(lambda _, m: m.number % 2 == 1), {1}, ALWAYS, requests=TWICE),
    Row("half of the answers at random", where(lambda _, m: m.chance.random() < 0.5), {0, 1}),
    Row("the bearer token expires in the middle", expiring, {3}, NEVER),
    Row(
        "the exchanged token expires in the middle",
        expiring,
        {0},
        NEVER,
        environment={"SCALINGO_API_TOKEN": API_TOKEN},
    ),
    Row("one answer in ten is 520 or 522", cloudy, {0}, NEVER),
    Row("a challenge page from the third request on", challenging, {3}, NEVER),
    Row(
        "a canary with another member",
        where(lambda _, m: m.chance.random() < 0.5, each(color="#fff")),
        {0},
        NEVER,
        {"strict": True},
        ONCE,
    ),
    Row("two backends by connection", where(lambda _, m: m.connection % 2 == 0), {1}, ALWAYS, concurrency=(1,)),
    Row("another text in every answer", counting, {1}, ALWAYS),
    Row("a signed URL in every answer", signed, {0}, NEVER, {"strict": True}, ONCE),
    Row("another order in every answer", shuffled, {0}, NEVER, requests=ONCE),
    Row("guests see less", where(lambda q, _: q.probe == "anonymous"), {0}, ALWAYS),
    Row("a parameter filters", where(lambda q, _: q.probe == QUERY), {0}, ALWAYS),
    Row(
        "a parameter filters, strictly",
        where(lambda q, _: q.probe == QUERY),
        {1},
        ALWAYS,
        {"strict": True},
    ),
    Row("empty for a moment", where(lambda _, m: m.number < 1, lambda r: elements(r, lambda _: [])), {0}, ALWAYS),
    Row("500 for a moment", where(lambda _, m: 0 < m.number < 4, lambda _: error(500)), {3}),
    Row("503 for a moment", where(lambda _, m: m.second < 0.9, lambda _: error(503)), {0}, NEVER),
    Row("a page for a moment", where(lambda _, m: m.number < 1, lambda _: html()), {3}),
    Row("a version that lacks names for a moment", where(lambda _, m: m.number < 2, nameless), {3}),
    Row("a version that lacks names from now on", where(lambda _, m: m.number > 1, nameless), {1}),
    Row("gone before the second observation", lost, {3}),
    Row("429 in the second observation", limited, {3}),
    Row(
        "no request left for a second one",
        where(lambda _, m: m.number < 1),
        {3},
        SOMETIMES,
        {"max_requests": 8},
        ONCE,
    ),
    Row("no time left for a second one", where(lambda _, m: m.number < 1), {3}, SOMETIMES, {"deadline": 4.0}, ONCE),
]


def noted(report: Report) -> bool:
    return any(NOTE in note for outcome in report.outcomes for note in outcome.notes)


@pytest.fixture(scope="module")
def mock() -> Iterator[MockServer]:
    """The server whose replies the others change."""
    with MockServer(SAMPLE) as server:
        yield server


@pytest.mark.parametrize(
    ("row", "concurrency"),
    [pytest.param(row, n, id=f"{row.name}-{n}") for row in TABLE for n in row.concurrency],
)
def test_an_unsteady_server(row: Row, concurrency: int, mock: MockServer) -> None:
    """A passing moment is no breach and a lasting fault is one, and what cannot be told apart is inconclusive."""
    for seed in SEEDS:
        report = judged(mock, row.behaviour, seed, row.environment, concurrency=concurrency, **row.settings)
        assert report.status in row.statuses, seed
        assert noted(report) in row.noted, seed
        assert row.requests is None or report.requests.sent == row.requests, seed


@pytest.mark.parametrize("concurrency", [1, 4, 8])
def test_answers_in_turn_are_met_where_guests_see_nothing(concurrency: int) -> None:
    """Fewer answers hold the list there; the list is asked for first, so that two answers in turn are among them."""
    behaviour = where(lambda _, m: m.number % 2 == 1)
    with MockServer(SAMPLE, auth="required") as guarded:
        assert {judged(guarded, behaviour, seed, concurrency=concurrency).status for seed in SEEDS} == {1}


def test_a_random_half_passes_rarely(mock: MockServer) -> None:
    """Where each answer is wrong by the toss of a coin, chance lets at most a quarter of the runs pass."""
    behaviour = where(lambda _, m: m.chance.random() < 0.5)
    statuses = Counter(judged(mock, behaviour, seed, concurrency=8).status for seed in range(60))
    assert statuses[0] <= 15
    assert statuses[3] == 0


def test_evidence_in_hand_is_no_pass(mock: MockServer) -> None:
    """Of a server that breaks a quarter of its answers a run passes only if none of those was among its own."""
    behaviour = where(lambda _, m: m.chance.random() < 0.25, nameless)
    for seed in range(60):
        report = judged(mock, behaviour, seed, concurrency=8)
        bodies = [exchange.response.body for exchange in report.exchanges if exchange.response]
        is_broken = any(CONTRACT.key.encode() in body and b'"name"' not in body for body in bodies)
        assert (report.status == 0) is not is_broken, seed
