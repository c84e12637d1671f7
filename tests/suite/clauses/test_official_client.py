"""The official JavaScript client, the npm package ``scalingo``, against the mock."""

import json
import subprocess
from pathlib import Path
from typing import Any

from door import clean_environment
from subject import SAMPLE, categories

from contracts.event_categories.clauses import PATH
from contracts.mock.server import MockServer

SCRIPT = Path(__file__).with_name("official_client.mjs")


def listed(url: str) -> dict[str, Any]:
    """What the official client makes of the API at this URL."""
    environment = clean_environment(NO_PROXY="127.0.0.1", no_proxy="127.0.0.1")
    done = subprocess.run(
        ["node", str(SCRIPT), url], env=environment, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    said: dict[str, Any] = json.loads(done.stdout)
    return said


def test_the_official_client_lists_the_categories(node_modules: Path) -> None:
    """What the mock serves, the official client reads: every member, in the order of the list."""
    with MockServer(SAMPLE, auth="public") as server:
        assert listed(server.url) == {"categories": categories(12)}


def test_the_official_client_sends_no_credentials(node_modules: Path) -> None:
    """It has a token and does not send it for this list: the reason why a public list conforms by default."""
    with MockServer(SAMPLE, auth="public") as server:
        listed(server.url)
    [request] = server.requests
    assert (request.method, request.path, request.query) == ("GET", PATH, "")
    assert request.first("Authorization") is None


def test_the_official_client_fails_where_the_documentation_is_followed(node_modules: Path) -> None:
    """A target that asks for credentials, as documented, refuses it: the contradiction that the suite notes.

    The text of the documented error body is what the client's user gets to see.
    """
    with MockServer(SAMPLE, auth="required") as server:
        assert listed(server.url) == {"refused": 401, "says": "the token is missing, invalid or has expired"}
