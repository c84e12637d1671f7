"""The catalogue: what a fault claims to break is what the contract says, by an opinion that knows no check."""

import ast
from pathlib import Path

import naive_run
import pytest
from naive_run import Seen
from subject import BY_NAME, FAULTS, NULL_RESPONDERS, SAMPLE, VARIANTS

from contracts.mock import faults
from contracts.mock.faults import Fault
from contracts.mock.reply import Reply
from contracts.mock.server import MockServer

pytestmark = pytest.mark.uncounted

PATH = "/v1/event_categories"
#: What no answer shows, but the way to it does.
TRANSPORT = {"transport.https", "transport.no-plaintext"}
RETRIED = (429, 502, 503, 504)
ACCEPT = ("Accept", "application/json")
#: Faults that leave little for another one to change, each in another way.
RUINOUS = (
    "json-cut",
    "json-empty",
    "encoded-latin-1",
    "encoded-utf-16",
    "name-twice-in-root",
    "root-array",
    "list-null",
    "list-object",
    "element-null",
    "elements-wrapped",
    "id-missing",
    "position-missing",
    "position-5000-digits",
    "single",
    "null-204",
    "null-list",
)


def requests(token: str) -> dict[str, tuple[str, str, tuple[tuple[str, str], ...]]]:
    """Every request of a run, by probe: method, target and header."""
    good = (ACCEPT, ("Authorization", f"Bearer {token}"))
    return {
        "list": ("GET", PATH, good),
        "repeat": ("GET", PATH, good),
        "head": ("HEAD", PATH, good),
        "xml": ("GET", PATH, (("Accept", "application/xml"), good[1])),
        "unknown-path": ("GET", f"{PATH}/nothing", good),
        "unknown-query": ("GET", f"{PATH}?x=1", good),
        "anonymous": ("GET", PATH, (ACCEPT,)),
        "invalid-token": ("GET", PATH, (ACCEPT, ("Authorization", "Bearer x"))),
        **{method.lower(): (method, PATH, good) for method in ("POST", "PUT", "PATCH", "DELETE")},
    }


def seen(reply: Reply) -> Seen:
    return Seen(reply.status, reply.headers, reply.body, reply.stray)


def observed(fault: Fault) -> tuple[dict[str, Seen], list[Seen]]:
    """What a patient client sees of a mock with this fault: the answer to each probe, and a burst if there is one."""
    with MockServer(SAMPLE, auth=fault.scenario.auth, faults=(fault.apply,), rate_limit=75) as server:
        answers = {}
        for probe, request in requests(server.token).items():
            replies = (server.answer(*request)[1] for _ in range(5))
            final = next(r for r in replies if r.raw != b"" and r.status not in RETRIED)
            answers[probe] = seen(final)
        listing = requests(server.token)["list"]
        burst = [seen(server.answer(*listing)[1]) for _ in range(76)] if fault.scenario.burst else []
    return answers, burst


@pytest.fixture
def many(monkeypatch: pytest.MonkeyPatch) -> None:
    """A naive reading compares each category with each: fifty stand for a thousand."""
    for module in (faults.fault, faults.text):
        monkeypatch.setattr(module, "MANY", 50)


@pytest.mark.usefixtures("many")
@pytest.mark.parametrize(
    "fault", [f for f in (*FAULTS, *VARIANTS) if f.name != "two-thousand"], ids=lambda fault: fault.name
)
def test_a_fault_breaks_what_it_says(fault: Fault) -> None:
    """The set of clauses of each fault and variant is exactly that of a naive reading of the contract."""
    answers, burst = observed(fault)
    assert naive_run.broken(answers, fault.scenario.policy, burst) == fault.breaks - TRANSPORT


@pytest.mark.parametrize("first", RUINOUS)
def test_faults_combine(first: str) -> None:
    """Any fault can follow any other: what it would change may be gone, and then the answer stays as it is."""
    with MockServer(SAMPLE, faults=(BY_NAME[first].apply,)) as server:
        ruined = [server.answer(*request) for request in requests(server.token).values()]
    for second in BY_NAME.values():
        for request, reply in ruined:
            changed = second.apply(request, reply)
            assert changed.wire(request.method).startswith(b"HTTP/1.") or changed.raw is not None, second.name


def test_faults_have_no_memory() -> None:
    """A fault depends on the request and the reply alone: two runs of the suite meet the same target."""
    with MockServer(SAMPLE) as server:
        answers = [server.answer(*request) for request in requests(server.token).values()]
    for fault in BY_NAME.values():
        for request, reply in answers:
            assert fault.apply(request, reply) == fault.apply(request, reply), fault.name


@pytest.mark.parametrize("fault", NULL_RESPONDERS, ids=lambda fault: fault.name)
def test_null_responders_say_nothing(fault: Fault) -> None:
    """Whatever is asked, a null responder gives the same answer, and there is no category in it."""
    with MockServer(SAMPLE, faults=(fault.apply,)) as server:
        replies = {server.answer(*request)[1] for request in requests(server.token).values()}
    (reply,) = replies
    assert not naive_run.categories(seen(reply))


def test_the_opinion_is_independent() -> None:
    """The naive reading imports nothing of the suite: it cannot repeat an error of a check."""
    nodes = list(ast.walk(ast.parse(Path(naive_run.__file__).read_text("utf-8"))))
    named = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    named |= {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
    assert not [name for name in named if name.startswith("contracts")]
