"""Prism, a server that others wrote, knows the contract from openapi.yaml alone, and is judged by the suite."""

import json
import socket
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from door import ROOT, clean_environment, contracts
from subject import CLAUSES

READ_FROM_THE_LIST = ("json", "envelope", "category", "list", "client")
PATIENCE = 60.0  # seconds until a server that does not come up is ended


@pytest.fixture(scope="module")
def prism(node_modules: Path) -> Iterator[str]:
    """The URL of a Prism that serves openapi.yaml."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [str(node_modules / ".bin" / "prism"), "mock", "schemas/openapi.yaml", "--port", str(port)]
    environment = clean_environment(NO_COLOR="1")
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        watchdog = threading.Timer(PATIENCE, process.kill)
        watchdog.start()
        said = []
        try:
            for line in process.stdout:
                said.append(line)
                if "Prism is listening" in line:
                    break
            else:
                pytest.fail(f"Prism did not come up:\n{''.join(said)}")
            watchdog.cancel()
            yield f"http://127.0.0.1:{port}"
        finally:
            watchdog.cancel()
            process.terminate()


@pytest.fixture(scope="module")
def result(prism: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What a run against Prism says of each clause."""
    file = tmp_path_factory.mktemp("prism") / "result.json"
    finished = contracts("verify", prism, "--json", str(file), environment={"BEARER_TOKEN": "whatever-it-takes-any"})
    assert finished.status in (0, 1), finished.err
    return {clause["id"]: clause for clause in json.loads(file.read_text("utf-8"))["clauses"]}


@pytest.mark.parametrize("clause", [clause.id for clause in CLAUSES if clause.section in READ_FROM_THE_LIST])
def test_what_another_server_makes_of_openapi_is_held(result: dict[str, Any], clause: str) -> None:
    """A list served by nothing but openapi.yaml keeps every clause about lists: neither side reads it its own way."""
    assert result[clause]["outcome"] == "held", result[clause]
    assert result[clause]["observations"] > 0


def test_what_prism_does_otherwise_is_its_own(result: dict[str, Any]) -> None:
    """Breached is only what Prism decides by itself: its errors are problem+json. Its HEAD is as it should be."""
    breached = {clause for clause, said in result.items() if said["outcome"] == "breached"}
    assert breached <= {"http.json-only", "http.unknown-path", "error.body"}
    assert result["http.head"]["outcome"] == "held", result["http.head"]
