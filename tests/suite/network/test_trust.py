"""Whom a run trusts, what it says of a certificate that it does not, and who else may have put that there."""

import os
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hostile import always, head_of, message, raw_server
from subject import CONTRACT, PROBES

from contracts.core.errors import Misdirected, ProxyFailed, ProxyRefused, Unverified, UsageError
from contracts.core.exchange import Exchange
from contracts.prepare import prepare
from contracts.run import verify
from contracts.settings.table import Settings

LIST = message(b'{"event_categories": []}')
#: What names certificates or proxies, whatever this machine has set.
PRIVATE = "for a private CA use --ca-bundle FILE"
OF_MACHINE = ("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")


@dataclass(frozen=True)
class Authority:
    """A root, an intermediate authority below it, and servers with the certificates that it gave them."""

    folder: Path

    def path(self, name: str) -> Path:
        return self.folder / f"{name}.pem"

    def sign(self, name: str, by: str, host: str = "", *days: str) -> None:
        """Make a key and a certificate: of an authority, or of a host."""
        key = self.folder / f"{name}.key"
        curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
        uses = f"subjectAltName=DNS:{host}" if host else "basicConstraints=critical,CA:TRUE"
        request = ("openssl", "req", *curve, "-keyout", key, "-subj", f"/CN={name}")
        if by == name:
            run(*request, "-x509", "-days", "2", "-addext", "keyUsage=keyCertSign", "-out", self.path(name))
            return
        run(*request, "-out", self.folder / "request")
        (self.folder / "uses").write_text(uses)
        issuer = ("-CA", self.path(by), "-CAkey", self.folder / f"{by}.key", "-CAcreateserial")
        signed = ("-req", "-in", self.folder / "request", *issuer, "-extfile", self.folder / "uses")
        run("openssl", "x509", *signed, *(days or ("-days", "2")), "-out", self.path(name))

    def chain(self, *names: str) -> ssl.SSLContext:
        """What a server needs that sends these certificates, its own first."""
        file = self.folder / f"{'-'.join(names)}.chain"
        file.write_text("".join(self.path(name).read_text() for name in names))
        made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        made.load_cert_chain(file, self.folder / f"{names[0]}.key")
        return made


def run(*command: Any) -> None:
    subprocess.run([str(part) for part in command], check=True, capture_output=True)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """Certificates for every case: openssl makes them."""
    if shutil.which("openssl") is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("openssl is missing")
    made = Authority(tmp_path_factory.mktemp("authority"))
    made.sign("root", "root")
    made.sign("middle", "root")
    made.sign("server", "middle", "api.contracts.test")
    made.sign("other", "middle", "other.test")
    known = subprocess.run(["openssl", "x509", "-help"], capture_output=True, check=False).stderr
    # An older openssl knows no dates; a newer one takes no days of the past.
    past = ("-not_before", "20200101000000Z", "-not_after", "20200102000000Z")
    made.sign("expired", "middle", "api.contracts.test", *(past if b"-not_after" in known else ("-days", "-1")))
    return made


@pytest.fixture(autouse=True)
def machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the machine that runs the test trust nobody but what a test names, and have no proxy."""
    for name in (*OF_MACHINE, *(name for name in os.environ if name.lower().endswith("_proxy"))):
        monkeypatch.delenv(name, raising=False)


def asked(context: ssl.SSLContext, **settings: Any) -> Exchange:
    """What came of the documented request to a server that shows this certificate, under a name of a live host."""

    def wrap(connection: socket.socket) -> socket.socket:
        return context.wrap_socket(connection, server_side=True)

    with raw_server(always(LIST), wrap=wrap) as server:
        places = {("api.contracts.test", 443): ("127.0.0.1", server.port)}
        chosen = Settings(target="https://api.contracts.test", retries=0, clause=("transport.https",), **settings)
        with prepare(chosen, CONTRACT, {"BEARER_TOKEN": "a-token-of-ours"}, connect_to=places) as made:
            return made.target.fetch(PROBES["list"])


@pytest.mark.parametrize("variable", ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_what_the_machine_trusts(authority: Authority, variable: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What OpenSSL, curl, Go or requests would trust is trusted, whatever the other variables name."""
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.setenv(name, str(authority.path("other")))
    monkeypatch.setenv(variable, str(authority.path("root")))
    assert asked(authority.chain("server", "middle")).observed().status == 200


def test_a_folder_of_certificates(authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """SSL_CERT_DIR names folders in which certificates are found by their hashes."""
    shutil.copy(authority.path("root"), tmp_path)
    run("openssl", "rehash", tmp_path)
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
    assert asked(authority.chain("server", "middle")).observed().status == 200


def test_a_bundle_that_is_given_is_trusted_alone(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    """--ca-bundle replaces all that the machine trusts, and is enough by itself."""
    chain = authority.chain("server", "middle")
    assert asked(chain, ca_bundle=str(authority.path("root"))).observed().status == 200
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.path("root")))
    assert type(asked(chain, ca_bundle=str(authority.path("other"))).failure) is Unverified


def test_a_bundle_of_the_environment_that_is_none(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable that names no certificates is told before anything is sent, unless --ca-bundle makes it needless."""
    monkeypatch.setenv("CURL_CA_BUNDLE", "/nowhere.pem")
    chain = authority.chain("server", "middle")
    with pytest.raises(UsageError, match=r"CURL_CA_BUNDLE: there is no file or folder /nowhere\.pem"):
        asked(chain)
    assert asked(chain, ca_bundle=str(authority.path("root"))).observed().status == 200


@pytest.mark.parametrize(
    ("sent", "words", "unsaid"),
    [
        (
            ("server", "middle"),
            "is not trusted (unable to get local issuer certificate); for a private CA use --ca-bundle FILE",
            "chain",
        ),
        (
            ("server",),
            "the server sends no intermediate certificate with it: configure it to send the whole chain",
            "expired",
        ),
        (("expired", "middle"), "has expired: whoever runs the server has to renew it", "--ca-bundle"),
        (("other", "middle"), "is for another name", "--ca-bundle"),
        (("root",), f"is not trusted (self-signed certificate); {PRIVATE}", "chain"),
    ],
    ids=["unknown-issuer", "leaf-alone", "expired", "another-name", "self-signed"],
)
def test_each_flaw_has_its_own_hint(
    authority: Authority, sent: tuple[str, ...], words: str, unsaid: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A certificate that does not verify says what is wrong with it, and what to do about that."""
    if unsaid == "--ca-bundle":
        monkeypatch.setenv("SSL_CERT_FILE", str(authority.path("root")))
    failure = asked(authority.chain(*sent)).failure
    assert type(failure) is Unverified
    assert words in str(failure).replace("self signed", "self-signed")
    assert unsaid not in str(failure)


def test_a_chain_that_cannot_be_looked_at(authority: Authority) -> None:
    """A server that speaks TLS 1.3 alone shows no chain: it gets the hint for an unknown issuer."""
    context = authority.chain("server")
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    assert "is not trusted (unable to get local issuer certificate); for" in str(asked(context).failure)


@contextmanager
def proxied(
    context: ssl.SSLContext | None, answer: bytes = b"HTTP/1.1 200 Connection established\r\n\r\n"
) -> Iterator[Any]:
    """A proxy that answers CONNECT, and then speaks TLS itself, as one does that intercepts."""

    def behave(connection: socket.socket, request: bytes, _stop: threading.Event) -> None:
        connection.sendall(answer)
        if context is not None:
            with suppress(OSError), context.wrap_socket(connection, server_side=True) as secured:
                secured.recv(65536)
                secured.sendall(LIST)

    with raw_server(behave) as proxy:
        yield proxy


def through(proxy: Any, monkeypatch: pytest.MonkeyPatch, login: str = "") -> Any:
    """The report of a run against a live name, through a proxy."""
    monkeypatch.setenv("https_proxy", f"http://{login}127.0.0.1:{proxy.port}")
    monkeypatch.setenv("no_proxy", "")
    settings = Settings(target="https://api.contracts.test", clause=("transport.https",))
    with prepare(settings, CONTRACT, {"BEARER_TOKEN": "a-token-of-ours"}, sleep=lambda _: None) as made:
        return verify(made)


def test_an_unknown_issuer_met_through_a_proxy(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy that intercepts says nothing of the target: could not judge, and no breach of transport.https."""
    with proxied(authority.chain("server", "middle")) as proxy:
        report = through(proxy, monkeypatch)
        assert report.status == 3
        failure = report.exchanges[0].failure
        assert type(failure) is Misdirected
        assert f"came through the proxy 127.0.0.1:{proxy.port}" in str(failure)
        assert "--ca-bundle FILE" in str(failure)
        monkeypatch.setenv("SSL_CERT_FILE", str(authority.path("root")))
        assert through(proxy, monkeypatch).exchanges[0].observed().status == 200


@pytest.mark.parametrize(
    ("answer", "login", "kind", "words"),
    [
        ("407 X", "", ProxyRefused, "asks for a user name and a password (407)"),
        ("407 X", "me:proxy-secret@", ProxyRefused, "refuses its user name and password (407)"),
        ("403 X", "", ProxyRefused, "forbids the way to api.contracts.test (403)"),
        ("502 X", "", ProxyFailed, "does not reach api.contracts.test (502)"),
        ("504 X", "", ProxyFailed, "does not reach api.contracts.test (504)"),
        ("302 X", "", ProxyRefused, "does not let the request through (302)"),
    ],
)
def test_what_a_proxy_answers(
    answer: str, login: str, kind: type[Exception], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each refusal of a proxy is said apart, with its host and port; what may pass is tried twice more."""
    with proxied(None, f"HTTP/1.1 {answer}\r\n\r\n".encode()) as proxy:
        report = through(proxy, monkeypatch, login)
        [exchange] = report.exchanges
        assert type(exchange.failure) is kind
        assert f"the proxy 127.0.0.1:{proxy.port} {words}" in str(exchange.failure)
        assert len(proxy.requests) == (3 if kind is ProxyFailed else 1)
        assert report.access.proxy == f"127.0.0.1:{proxy.port}"
    assert report.status == 3
    assert f"the target was asked through the proxy {report.access.proxy}" in report.notes
    assert "proxy-secret" not in repr(report)


def test_a_proxy_that_cannot_be_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy that is not there, or is none, is the one that is named, and not the target."""
    with raw_server(always(b"SSH-2.0-x\r\n\r\n")) as proxy:
        failure = through(proxy, monkeypatch).exchanges[0].failure
        assert type(failure) is ProxyFailed
        assert "cannot be used (the answer is not HTTP/1.1" in str(failure)
    failure = through(proxy, monkeypatch).exchanges[0].failure
    assert str(failure) == f"api.contracts.test: the proxy 127.0.0.1:{proxy.port} cannot be used"
    assert type(failure) is ProxyFailed


def test_a_proxy_that_is_reached_over_tls(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is shown to be who it says before it gets a request for plain HTTP, and is what is refused where it is not."""
    context = authority.chain("server", "middle")

    def wrap(connection: socket.socket) -> socket.socket:
        return context.wrap_socket(connection, server_side=True)

    settings = Settings(target="http://api.private.test", allow_plain_http=True, clause=("http.status",))
    with raw_server(always(LIST), wrap=wrap) as proxy:
        monkeypatch.setenv("http_proxy", f"https://api.contracts.test:{proxy.port}")
        monkeypatch.setenv("no_proxy", "")
        places = {("api.contracts.test", proxy.port): ("127.0.0.1", proxy.port)}

        def asked() -> Exchange:
            with prepare(settings, CONTRACT, {}, sleep=lambda _: None, connect_to=places) as made:
                return made.target.fetch(PROBES["list"])

        refused = asked()
        assert type(refused.failure) is ProxyFailed
        assert "cannot be used (unable to get local issuer certificate)" in str(refused.failure)
        assert proxy.requests == []
        monkeypatch.setenv("SSL_CERT_FILE", str(authority.path("root")))
        assert asked().observed().status == 200
        assert proxy.requests[0].startswith(b"GET http://api.private.test/v1/event_categories HTTP/1.1\r\n")


def test_a_proxy_that_sends_requests_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its wish for a password is no answer of a plain-HTTP target."""
    with raw_server(always(message(b"", status="407 X"))) as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        monkeypatch.setenv("no_proxy", "")
        settings = Settings(target="http://api.contracts.test", allow_plain_http=True, clause=("http.status",))
        with prepare(settings, CONTRACT, {}, sleep=lambda _: None) as made:
            [exchange] = verify(made).exchanges
        assert head_of(proxy.requests[0], "Host") == "api.contracts.test"
    assert type(exchange.failure) is ProxyRefused
