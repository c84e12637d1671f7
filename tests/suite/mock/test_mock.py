"""The mock: a conforming endpoint, and every fault of it visible on the wire."""

import base64
import http.client
import json
import socket
import ssl
from pathlib import Path

import pytest
from subject import BY_NAME, CONTRACT, FAULTS, SAMPLE, VARIANTS, categories

from contracts.core.errors import UsageError
from contracts.judging.schema import error_schema, list_schema
from contracts.mock.faults import Fault
from contracts.mock.server import CA_PEM, MockServer, elements_from

PATH = "/v1/event_categories"
SCHEMA = list_schema(CONTRACT.schemas, CONTRACT.key)


def ask(
    server: MockServer, method: str = "GET", path: str = PATH, headers: dict[str, str] | None = None, body: str = ""
) -> tuple[int, dict[str, str], bytes]:
    """Send a request, with the token unless other headers are given."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=5)
    try:
        sent = {"Authorization": f"Bearer {server.token}"} if headers is None else headers
        connection.request(method, path, body or None, sent)
        answer = connection.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
    finally:
        connection.close()


def test_documented_request() -> None:
    """The documented request is answered with the list; the first two categories are the documented ones."""
    with MockServer(SAMPLE) as server:
        status, headers, body = ask(server)
    assert (status, headers["content-type"]) == (200, "application/json; charset=utf-8")
    value = json.loads(body)
    assert SCHEMA.accepts(value)
    assert [category["name"] for category in value["event_categories"]][:2] == ["app_operations", "addons"]
    assert value["event_categories"][0]["id"] == "5982f139d48c360021b1eb44"


@pytest.mark.parametrize(
    ("auth", "statuses"), [("optional", [200, 200, 401]), ("required", [200, 401, 401]), ("public", [200, 200, 200])]
)
def test_who_gets_the_list(auth: str, statuses: list[int]) -> None:
    """Unless told otherwise the list is for guests, too, as was recorded of the API; a wrong token is refused."""
    with MockServer(SAMPLE, auth=auth) as server, MockServer(SAMPLE) as default:
        tokens: list[dict[str, str] | None] = [None, {}, {"Authorization": "Bearer other"}]
        assert [ask(server, headers=headers)[0] for headers in tokens] == statuses
        assert [ask(default, headers=headers)[0] for headers in tokens] == [200, 200, 401]


@pytest.mark.parametrize(
    ("method", "path", "headers", "expected"),
    [
        ("GET", PATH, {}, 200),
        ("GET", PATH, {"Authorization": "Bearer other"}, 401),
        ("GET", PATH + "/x", None, 404),
        ("GET", "/", None, 404),
        ("POST", PATH, None, 405),
        ("DELETE", PATH, None, 405),
        ("GET", PATH + "?page=2", None, 200),
    ],
)
def test_statuses(method: str, path: str, headers: dict[str, str] | None, expected: int) -> None:
    """Refusals have the documented status, and a documented error body."""
    with MockServer(SAMPLE) as server:
        status, got, body = ask(server, method, path, headers, "{}" if method == "POST" else "")
    assert status == expected
    assert expected == 200 or error_schema().accepts(json.loads(body))
    assert ("www-authenticate" in got) is (expected == 401)


def test_an_old_client_gets_no_chunks() -> None:
    """A client of HTTP/1.0 knows no chunks: it gets a length, and the end of the connection."""
    with MockServer(SAMPLE) as server:
        head, _, body = talk(server, f"GET {PATH} HTTP/1.0\r\n\r\n".encode()).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.0 200 ")
    assert b"chunked" not in head
    assert b"Content-Length: %d" % len(body) in head
    assert SCHEMA.accepts(json.loads(body))


def test_head_has_the_header_and_no_body() -> None:
    """HEAD gives what GET gives, without the body."""
    with MockServer(SAMPLE) as server:
        get, head = ask(server), ask(server, "HEAD")
    assert head[:2] == get[:2]
    assert head[2] == b""


def test_token_exchange() -> None:
    """The API token is exchanged for the bearer token; another one is refused. The log shows the resource only."""
    with MockServer(SAMPLE) as server:
        basic = base64.b64encode(f":{server.api_token}".encode()).decode()
        good = ask(server, "POST", "/v1/tokens/exchange", {"Authorization": f"Basic {basic}"})
        bad = ask(server, "POST", "/v1/tokens/exchange", {"Authorization": "Basic Og=="})
        assert server.requests == []
    assert json.loads(good[2]) == {"token": server.token}
    assert bad[0] == 401


def test_rate_limit() -> None:
    """Beyond the limit of a minute 429 is answered in plain text, and no longer when the minute is over."""
    now = [0.0]
    with MockServer(SAMPLE, rate_limit=2, clock=lambda: now[0]) as server:
        statuses = [ask(server)[0] for _ in range(3)]
        limited = ask(server)
        now[0] = 60.0
        assert [*statuses, ask(server)[0]] == [200, 200, 429, 200]
    assert (limited[1]["content-type"], limited[2]) == ("text/plain", b"Retry later")


def test_categories_of_a_file(tmp_path: Path) -> None:
    """A file may hold the list itself or a whole body; anything else is refused in one line."""
    file = tmp_path / "categories.json"
    for text in (json.dumps(categories(3)), json.dumps({"event_categories": categories(3)})):
        file.write_text(text)
        assert elements_from(str(file), CONTRACT.key) == categories(3)
    for text in ("7", '{"event_categories": [1]}', "{"):
        file.write_text(text)
        with pytest.raises(UsageError, match=r"categories\.json"):
            elements_from(str(file), CONTRACT.key)


def test_generated_lists_conform() -> None:
    """A list of any length has distinct ids and names, and positions in order."""
    made = categories(500)
    assert all(SCHEMA.element.accepts(category) for category in made)
    assert len({category["id"] for category in made}) == len({category["name"] for category in made}) == 500
    assert [category["position"] for category in made] == list(range(1, 501))


def talk(server: MockServer, message: bytes) -> bytes:
    """What comes back, to the end of the connection, when these bytes are sent and nothing more."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=5) as peer:
        peer.sendall(message)
        peer.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: peer.recv(65536), b""))


@pytest.mark.parametrize(
    ("message", "status"),
    [
        (b"\x16\x03\x01 hello\r\n\r\n", 400),
        (b"GET http://[ HTTP/1.1\r\n\r\n", 400),
        (b"PRI * HTTP/2.0\r\n\r\n", 505),
        (b"GET / HTTP/1.1\r\nX: " + b"x" * 70_000 + b"\r\n\r\n", 431),
        (b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nContent-Length: 9999999999\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n", 400),
    ],
)
def test_malformed_requests(message: bytes, status: int, capfd: pytest.CaptureFixture[str]) -> None:
    """What is no HTTP request is refused with a documented error, unlogged, and leaves no trace on the terminal."""
    with MockServer(SAMPLE) as server:
        head, _, body = talk(server, message).partition(b"\r\n\r\n")
        assert server.requests == []
        assert ask(server)[0] == 200
    assert head.startswith(b"HTTP/1.1 %d " % status)
    assert error_schema().accepts(json.loads(body))
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("method", ["OPTIONS", "TRACE", "CONNECT", "LIST"])
def test_methods_beyond_reading(method: str) -> None:
    """Every method but GET and HEAD is refused alike, also one that HTTP does not know."""
    with MockServer(SAMPLE) as server:
        status, headers, body = ask(server, method)
    assert (status, headers["allow"]) == (405, "GET, HEAD")
    assert error_schema().accepts(json.loads(body))


@pytest.mark.parametrize("coding", ["chunked", None])
def test_a_body_is_read_and_dropped(coding: str | None) -> None:
    """The body of a request is not taken for the next one: a connection serves as many as the client likes."""
    with MockServer(SAMPLE) as server:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=5)
        headers = {"Authorization": f"Bearer {server.token}"}
        for _ in range(2):
            body = iter([b"GET / HTTP/1.1\r\n\r\n", b"{}"]) if coding else b"GET / HTTP/1.1\r\n\r\n"
            connection.request("POST", PATH, body, headers)
            answer = connection.getresponse()
            assert (answer.status, json.loads(answer.read())) == (405, {"error": "method not allowed"})
        connection.close()
        assert [request.method for request in server.requests] == ["POST", "POST"]


def test_a_stopped_server_serves_nobody() -> None:
    """With the end of the context an open connection ends, and another server can have the port."""
    with MockServer(SAMPLE) as server, socket.create_connection(("127.0.0.1", server.port), timeout=5) as peer:
        peer.sendall(b"HEAD / HTTP/1.1\r\n\r\n")
        assert peer.recv(65536).startswith(b"HTTP/1.1 404 ")
        server.close()
        assert peer.recv(1) == b""
        with MockServer(SAMPLE, port=server.port) as other:
            assert ask(other)[0] == 200


@pytest.mark.parametrize("name", ["closing", "http-1.0", "closed-by-the-server"])
def test_closing_variants_close(name: str) -> None:
    """A server that says that it closes the connection does so, without being asked."""
    with (
        MockServer(SAMPLE, faults=(BY_NAME[name].apply,)) as server,
        socket.create_connection(("127.0.0.1", server.port), timeout=5) as peer,
    ):
        peer.sendall(b"GET / HTTP/1.1\r\n\r\n")
        assert b"".join(iter(lambda: peer.recv(65536), b"")).endswith(b"}")


def test_ipv6() -> None:
    """The mock listens on IPv6, and its URL can be used as it is."""
    try:
        server = MockServer(SAMPLE, host="::1")
    except OSError:
        pytest.skip("this machine has no IPv6")
    with server, socket.create_connection(("::1", server.port), timeout=5) as peer:
        peer.sendall(b"HEAD / HTTP/1.1\r\n\r\n")
        assert peer.recv(12) == b"HTTP/1.1 404"
        assert server.url == f"http://[::1]:{server.port}"


@pytest.mark.parametrize("host", ["api.contracts.test", "localhost", "127.0.0.1", "::1"])
def test_certificate(host: str) -> None:
    """The certificate verifies, by the embedded authority, for each of the names of the mock."""
    trusting = ssl.create_default_context(cafile=CA_PEM)
    with (
        MockServer(SAMPLE, tls=True) as server,
        socket.create_connection(("127.0.0.1", server.port), timeout=5) as peer,
        trusting.wrap_socket(peer, server_hostname=host) as secured,
    ):
        secured.sendall(b"HEAD / HTTP/1.1\r\n\r\n")
        assert secured.recv(12) == b"HTTP/1.1 404"
        assert server.url.startswith("https://")


@pytest.mark.parametrize(("trust", "host"), [(CA_PEM, "api.elsewhere.test"), (None, "localhost")])
def test_certificate_refused(trust: Path | None, host: str, capfd: pytest.CaptureFixture[str]) -> None:
    """It verifies for no other name, and for nobody who does not trust the embedded authority."""
    context = ssl.create_default_context(cafile=trust)
    with (
        MockServer(SAMPLE, tls=True) as server,
        socket.create_connection(("127.0.0.1", server.port), timeout=5) as peer,
        pytest.raises(ssl.SSLCertVerificationError),
    ):
        context.wrap_socket(peer, server_hostname=host)
    assert capfd.readouterr() == ("", "")


def wire(fault: Fault | None, scenario_of: Fault) -> list[bytes]:
    """What the mock sends to each kind of request, with or without the fault."""
    scenario = scenario_of.scenario
    kinds = [("GET", PATH), ("GET", PATH), ("HEAD", PATH), ("GET", PATH + "/x"), ("GET", PATH + "?x=1")]
    kinds += [(method, PATH) for method in ("POST", "PUT", "PATCH", "DELETE")]
    changes = (fault.apply,) if fault else ()
    with MockServer(SAMPLE, auth=scenario.auth, faults=changes, rate_limit=14) as server:
        token = ("Authorization", f"Bearer {server.token}")
        sent = [(m, p, (token,)) for m, p in kinds]
        sent += [("GET", PATH, (token, ("Accept", "application/xml"))), ("GET", PATH, ())]
        sent += [("GET", PATH, (("Authorization", "Bearer x"),))] + [("GET", PATH, (token,))] * 3
        return [
            reply.wire(method) for method, path, headers in sent for _, reply in [server.answer(method, path, headers)]
        ]


@pytest.mark.parametrize("fault", [f for f in (*FAULTS, *VARIANTS) if f.apply.__name__ != "same"], ids=lambda f: f.name)
def test_every_fault_shows_on_the_wire(fault: Fault) -> None:
    """A fault that changes no byte of any answer would be none."""
    assert wire(fault, fault) != wire(None, fault)


def test_the_log_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """However long the mock serves, it remembers the last requests only."""
    monkeypatch.setattr("contracts.mock.server._REMEMBERED", 3)
    with MockServer(SAMPLE) as server:
        for number in range(5):
            server.answer("GET", f"/v1/event_categories?n={number}", ())
        assert [request.query for request in server.requests] == ["n=2", "n=3", "n=4"]
