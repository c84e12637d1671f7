"""What the real API answered conforms: recordings, restated from Scalingo/scalingo-ruby-api (samples/, May 2020).

Both lists were served to guests as well, with the same body. What a wrong token got was not recorded; the 401 is the
mock's own. Of the event types their shape is known and not their texts: 33 of them in no order, the documented members
and ``template`` beside them, each of one of the seven categories.
"""

import json
from pathlib import Path
from typing import Any

import pytest
from door import contracts

from contracts.core.contract import Contract
from contracts.event_categories.contract import CONTRACT as CATEGORIES
from contracts.event_categories.sample import SAMPLE
from contracts.event_types.contract import CONTRACT as TYPES
from contracts.mock.reply import Received, Reply, sample_of
from contracts.mock.server import MockServer

#: Name and display name, in the order of the list.
_NAMES = (
    ("app_operations", "App operations"),
    ("addons", "Addons"),
    ("collaborators", "Collaborators"),
    ("domains", "Domains"),
    ("notifiers", "Notifiers"),
    ("variables", "Variables"),
    ("github", "GitHub"),
)
SEVEN = [
    {"id": f"5982f139d48c360021b1eb4{digit}", "name": name, "display_name": text, "position": position}
    for position, (digit, (name, text)) in enumerate(zip("456789a", _NAMES, strict=True), 1)
]
THIRTY_THREE = [
    {
        "id": f"5982f139d48c360021b1eb{0x4B + number * 20 % 33:02x}",
        "category_id": SEVEN[number % 7]["id"],
        "name": f"type_{number * 20 % 33}",
        "display_name": f"Type {number * 20 % 33}",
        "description": f"Tells of type {number}",
        "template": None if number % 3 else "",
    }
    for number in range(33)
]
HEADER = (
    ("Content-Type", "application/json; charset=utf-8"),
    ("Transfer-Encoding", "chunked"),
    ("Connection", "keep-alive"),
    ("Etag", 'W/"7c1d0f7de18f8fbe4ba0d9de4fb45a0e"'),
    ("Cache-Control", "max-age=0, private, must-revalidate"),
    ("Referrer-Policy", "strict-origin-when-cross-origin"),
)
LISTS = {
    CATEGORIES.path: {"event_categories": SEVEN},
    TYPES.path: {"event_types": THIRTY_THREE},
}
RECORDED = pytest.mark.parametrize("contract", [CATEGORIES, TYPES], ids=lambda contract: contract.name)


def body(contract: Contract) -> bytes:
    return json.dumps(LISTS[contract.path], separators=(",", ":")).encode()


def raw(content: bytes, header: tuple[tuple[str, str], ...] = HEADER) -> bytes:
    """An answer as it came over the wire, in one chunk."""
    lines = "".join(f"{name}: {value}\r\n" for name, value in header)
    return b"HTTP/1.1 200 OK\r\n%s\r\n%x\r\n%s\r\n0\r\n\r\n" % (lines.encode(), len(content), content)


def replayed(request: Received, reply: Reply) -> Reply:
    """What was recorded, in place of every list."""
    if reply.status != 200 or request.path not in LISTS:
        return reply
    head, _, chunks = raw(json.dumps(LISTS[request.path]).encode()).partition(b"\r\n\r\n")
    return Reply(200, raw=head + b"\r\n\r\n" + (b"" if request.method == "HEAD" else chunks))


def verified(contract: Contract, server: MockServer, *arguments: str) -> Any:
    environment = {"BEARER_TOKEN": server.token}
    return contracts("verify", server.url, "--contract", contract.name, "--strict", *arguments, environment=environment)


@RECORDED
def test_the_recorded_api_conforms(contract: Contract, tmp_path: Path) -> None:
    """A server that replays the recordings conforms, by SHOULD as well, and a HAR of the run says the same."""
    har = tmp_path / "run.har"
    with MockServer(sample_of(contract), faults=(replayed,)) as server:
        done = verified(contract, server, "--har", str(har))
    assert done.status == 0, done.out
    assert done.last_line.startswith("CONFORMS: ")
    assert "the list is public" in done.out
    checked = contracts("check", str(har), "--contract", contract.name, "--strict")
    assert checked.status == 0, checked.out


@RECORDED
@pytest.mark.parametrize("kind", ["body", "answer"])
def test_a_recorded_answer_conforms_in_a_file(contract: Contract, kind: str, tmp_path: Path) -> None:
    """The body alone, and the answer as it came over the wire, break nothing."""
    file = tmp_path / kind
    file.write_bytes(raw(body(contract)) if kind == "answer" else body(contract))
    done = contracts("check", str(file), "--contract", contract.name, "--strict")
    assert done.status == 0, done.out
    assert done.out.startswith("partial (a file was judged)")
    assert " breached" not in done.out


@RECORDED
def test_the_recorded_api_is_itself(contract: Contract) -> None:
    """Compared with itself, nothing differs; a member beside the documented ones is no difference."""
    with MockServer(sample_of(contract), faults=(replayed,)) as server:
        secrets = {"BEARER_TOKEN": server.token, "OLD_TOKEN": server.token}
        done = contracts("compare", server.url, server.url, "--contract", contract.name, environment=secrets)
    assert done.status == 0, done.out
    assert "NOTHING BREAKING: 0 breaking, 0 visible, 0 additive, 0 unstable" in done.last_line


def test_the_mock_is_as_was_recorded() -> None:
    """The sample begins with the seven, and the mock sends the fields and the framing that the API sent."""
    assert SAMPLE.elements(7) == SEVEN
    assert sample_of(TYPES).others[CATEGORIES.path] == LISTS[CATEGORIES.path]
    with MockServer(SAMPLE) as server:
        credentials = (("Authorization", f"Bearer {server.token}"),)
        reply = server.answer("GET", CATEGORIES.path, credentials)[1]
        assert server.answer("GET", CATEGORIES.path, ())[1] == reply
    head = reply.wire("GET").partition(b"\r\n\r\n")[0].decode().split("\r\n")[1:]
    sent = dict(line.split(": ", 1) for line in head)
    expected = {name.lower(): value for name, value in HEADER if name not in ("Connection", "Etag")}
    assert {name.lower(): value for name, value in sent.items() if name != "ETag"} == expected
    assert sent["ETag"].startswith('W/"')
