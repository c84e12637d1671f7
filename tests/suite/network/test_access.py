"""The way to a target that is not in the open: a client certificate, a gateway, plain HTTP within walls."""

import os
import shutil
import ssl
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from door import contracts
from subject import CONTRACT, SAMPLE

from contracts.core.errors import UsageError
from contracts.core.report import Partial, Report, State
from contracts.formats.wording import headline, last_line
from contracts.mock.server import CA_PEM, SERVER_PEM, TOKEN, MockServer
from contracts.network.certificates import check_authorities, client
from contracts.prepare import prepare
from contracts.run import verify
from contracts.settings.sources import resolve
from contracts.settings.table import BY_NAME, Trust

PRIVATE = "http://api.private.test"


def judged(options: Mapping[str, Any], folder: Path, server: MockServer, **environ: str) -> Report:
    """The report on a mock that stands for a host of another name."""
    settings = resolve(options, {}, folder)
    place = {("api.private.test", 80): ("127.0.0.1", server.port)}
    with prepare(settings, CONTRACT, {"BEARER_TOKEN": TOKEN, **environ}, connect_to=place) as run:
        return verify(run)


def test_plain_http_is_said(tmp_path: Path) -> None:
    """In a private network plain HTTP is judged when the flag says so, and the report never says a bare conforms."""
    with MockServer(SAMPLE) as server:
        report = judged({"target": PRIVATE, "allow_plain_http": True}, tmp_path, server)
    states = {outcome.clause.id: outcome.state for outcome in report.outcomes}
    assert states["transport.https"] is State.NOT_APPLICABLE
    assert report.partial == (Partial.PLAIN_HTTP,)
    assert headline(report) == "partial (plain HTTP was allowed)"
    assert last_line(report).startswith(f"PARTIAL (plain HTTP was allowed): {PRIVATE}/")
    assert any("plain HTTP was allowed" in note for note in report.notes)


def test_plain_http_needs_the_flag(tmp_path: Path) -> None:
    """Without it nothing is sent, and no file of a checkout can give it."""
    with MockServer(SAMPLE) as server, pytest.raises(UsageError, match="--allow-plain-http"):
        judged({"target": PRIVATE}, tmp_path, server)
    assert server.requests == []
    assert not any(
        BY_NAME[name].trust is not Trust.NEVER
        for name in ("allow_plain_http", "header_env", "client_cert", "client_key")
    )


def test_a_gateway_gets_its_field(tmp_path: Path) -> None:
    """The field goes out with every probe, its value is nowhere in the report, and its name is in the curl lines."""
    with MockServer(SAMPLE) as server:
        environment = {"BEARER_TOKEN": server.token, "GATEWAY_KEY": "gateway-secret-1"}
        done = contracts(
            "verify", server.url, "--header-env", "X-Gateway-Key=GATEWAY_KEY", "--json", "-", environment=environment
        )
        assert {request.first("X-Gateway-Key") for request in server.requests} == {"gateway-secret-1"}
    assert done.status == 0, done.err
    assert "gateway-secret-1" not in done.out + done.err
    assert '"$GATEWAY_KEY"' in done.out


@pytest.mark.parametrize(
    ("field", "words"),
    [
        ("Authorization=KEY", "another field than Authorization"),
        ("host=KEY", "another field than host"),
        ("X-Key", "NAME=VARIABLE"),
        ("X Key=KEY", "NAME=VARIABLE"),
        ("X-Key=", "NAME=VARIABLE"),
        ("X-Key=UNSET", "--header-env X-Key: the variable that is named there is not set"),
        ("X-Key=LINES", "LINES holds a line end"),
    ],
)
def test_fields_that_cannot_be_sent(field: str, words: str) -> None:
    """What the suite sends itself, frames a message or has no value is refused before anything is sent."""
    environment = {"KEY": "value-of-the-key", "LINES": "a\nb"}
    done = contracts("verify", "https://127.0.0.1:9", "--header-env", field, environment=environment)
    assert (done.status, done.out) == (2, "")
    assert words in done.err
    assert "value-of-the-key" not in done.err


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    """A certificate of a client, and its key."""
    if shutil.which("openssl") is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("openssl is missing")
    key, file = tmp_path / "client.key", tmp_path / "client.pem"
    kind = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1", "-subj", "/CN=client")
    command = ("openssl", "req", "-x509", *kind, "-keyout", key, "-out", file)
    subprocess.run(command, check=True, capture_output=True)
    return file, key


def test_a_client_certificate(certificate: tuple[Path, Path]) -> None:
    """The certificate is shown to a target that asks for one; without it the target cannot be judged."""
    file, key = certificate
    with MockServer(SAMPLE, tls=True) as server:
        context: ssl.SSLContext = server._server.socket.context
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(file)
        ours = ("--ca-bundle", str(CA_PEM), "--timeout", "3", "--deadline", "6")
        shown = ("--client-cert", str(file), "--client-key", str(key))
        environment = {"BEARER_TOKEN": server.token}
        done = contracts("verify", server.url, *ours, *shown, environment=environment)
        assert done.status == 0, done.out + done.err
        assert contracts("verify", server.url, *ours, environment=environment).status == 3


def test_certificates_are_looked_at_first(tmp_path: Path) -> None:
    """A file that holds no certificate, no key or an encrypted one is refused before anything is sent."""
    empty = tmp_path / "empty.pem"
    empty.write_text("no certificate\n")
    with pytest.raises(UsageError, match=r"--ca-bundle: .*no certificate"):
        check_authorities(str(empty))
    with pytest.raises(UsageError, match=r"--client-cert: .* are no certificate and its key"):
        client(str(empty), None)
    with pytest.raises(UsageError, match="--client-key: there is no file"):
        client(str(SERVER_PEM), "none.pem")
    with pytest.raises(UsageError, match="--client-key: there is no certificate to it"):
        client(None, str(SERVER_PEM))
    done = contracts("verify", "https://127.0.0.1:9", "--ca-bundle", str(empty))
    assert (done.status, done.out) == (2, "")


def test_a_loopback_name_stays_on_this_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that counts as loopback and leads elsewhere gets no byte: the address that is used was judged."""
    monkeypatch.setattr("contracts.network.dial.is_loopback", lambda host: host == "localhost")
    with MockServer(SAMPLE) as server:
        settings = resolve({"target": f"http://localhost:{server.port}", "deadline": "1"}, {}, tmp_path)
        with prepare(settings, CONTRACT, {"BEARER_TOKEN": TOKEN}, sleep=lambda _: None) as run:
            report = verify(run)
        assert server.requests == []
    assert "which is not this machine" in str(report.exchanges[0].failure)
