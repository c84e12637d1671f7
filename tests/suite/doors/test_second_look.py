"""The second observation at every door: a list that changed meanwhile is looked at again, and files say the same."""

import json
from pathlib import Path
from typing import Any

import pytest
from door import Finished, contracts, pytest_quick
from subject import BY_NAME, SAMPLE
from unsteady import shorter

from contracts.mock.reply import Change, Received, Reply
from contracts.mock.server import MockServer

#: A run that does not wait before it looks again.
AT_ONCE = ("--settle", "0")
NOTE = "the first observation was unsteady, and the second is judged; what differed: repeat: /event_categories"
FOR_EVER = BY_NAME["second-answer-shorter"].apply
NAMELESS = BY_NAME["second-answer-lacks-display-name"].apply


def deploy(request: Received, reply: Reply) -> Reply:
    """The first answer is that of the version before."""
    return shorter(reply) if (request.probe, request.times) == ("list", 0) else reply


def broken_once(request: Received, reply: Reply) -> Reply:
    """The first second answer breaks a MUST, and none that follows does."""
    return NAMELESS(request, reply) if request.times == 1 else reply


def serving(change: Change) -> MockServer:
    return MockServer(SAMPLE, faults=(change,))


def asked(command: str, server: MockServer, *arguments: str, folder: Path) -> Finished:
    environment = {"BEARER_TOKEN": server.token, "OLD_TOKEN": server.token}
    return contracts(command, *arguments, environment=environment, folder=folder)


MOMENTS = pytest.mark.parametrize(
    ("change", "status", "verdict"),
    [
        pytest.param(deploy, 0, "conforms", id="deploy"),
        pytest.param(FOR_EVER, 1, "violates", id="for-ever"),
        pytest.param(broken_once, 3, "inconclusive", id="broken-once"),
    ],
)


@MOMENTS
def test_live_and_in_files(change: Change, status: int, verdict: str, tmp_path: Path) -> None:
    """The run tells that it looked again and why; its bundle and its HAR hold both, and come to the same verdict."""
    files = ("--json", "run.json", "--har", "run.har", "--bundle", "run.zip")
    with serving(change) as server:
        done = asked("verify", server, server.url, *AT_ONCE, *files, folder=tmp_path)
        sent = len(server.requests)
    assert done.status == status, done.out
    assert NOTE in " ".join(done.out.split())
    result: dict[str, Any] = json.loads((tmp_path / "run.json").read_text("utf-8"))
    assert (result["verdict"], result["requests"]["sent"]) == (verdict, sent)
    seen = [(e["observation"], e["probe"]) for e in result["exchanges"]]
    assert len(seen) == sent == 8 + 11
    assert seen.count((1, "repeat")) == 1
    assert seen.count((2, "repeat")) == 4
    assert contracts("audit", "run.zip", "--expect", verdict, folder=tmp_path).status == 0
    checked = contracts("check", "run.har", "--json", "-", folder=tmp_path)
    assert checked.status == status, checked.out
    again = {clause["id"]: clause["outcome"] for clause in json.loads(checked.out)["clauses"]}
    for clause in result["clauses"]:
        if again[clause["id"]] != "not exercised":
            assert again[clause["id"]] == clause["outcome"], clause["id"]


def test_half_a_recording_is_no_proof(tmp_path: Path) -> None:
    """The first observation alone, as somebody else would have recorded it, leaves the difference open."""
    with serving(FOR_EVER) as server:
        asked("verify", server, server.url, *AT_ONCE, "--har", "run.har", folder=tmp_path)
    har = json.loads((tmp_path / "run.har").read_text("utf-8"))
    ours = [entry for entry in har["log"]["entries"] if entry["_observation"] == 1]
    names = ("_probe", "_observation", "_attempts", "_sent", "comment")
    theirs = [{name: value for name, value in entry.items() if name not in names} for entry in ours]
    for entries in (ours, theirs):
        (tmp_path / "half.har").write_text(json.dumps({"log": {**har["log"], "entries": entries}}))
        done = contracts("check", "half.har", folder=tmp_path)
        assert done.status == 3, done.out
        assert "one difference is no proof" in done.out


def test_a_steady_target_is_asked_once(tmp_path: Path) -> None:
    """Nothing that is documented differs: no pause, no more requests, no note."""
    with MockServer(SAMPLE, faults=(BY_NAME["signed-urls"].apply,)) as server:
        done = asked("verify", server, server.url, "--settle", "60", folder=tmp_path)
        assert len(server.requests) == 8
    assert (done.status, "unsteady" in done.out) == (0, False)


def test_the_list_is_asked_for_more_often(tmp_path: Path) -> None:
    """--repeat N finds what is wrong in one answer of many, and the second look is no shorter than the first."""

    def rare(request: Received, reply: Reply) -> Reply:
        return shorter(reply) if request.probe == "list" and request.times % 6 == 5 else reply

    with serving(rare) as server:
        assert asked("verify", server, server.url, *AT_ONCE, folder=tmp_path).status == 0
    with serving(rare) as server:
        done = asked("verify", server, server.url, *AT_ONCE, "--repeat", "6", "--har", "run.har", folder=tmp_path)
        assert done.status == 1, done.out
        assert len(server.requests) == 13 + 13
    assert contracts("check", "run.har", folder=tmp_path).status == 1


@MOMENTS
def test_in_pytest(change: Change, status: int, verdict: str) -> None:
    """Pytest fails for what lasts, and has an error for what could not be judged."""
    with serving(change) as server:
        code, output = pytest_quick(
            "tests/contract/test_clauses.py",
            "--target",
            server.url,
            "--contract-settle",
            "0",
            BEARER_TOKEN=server.token,
        )
    assert code == (0 if status == 0 else 1), output
    assert verdict.upper() in output
    assert ("FAILED tests/contract/test_clauses.py::test_clause[http.repeatable]" in output) is (status == 1)


@MOMENTS
def test_of_several_targets(change: Change, status: int, verdict: str, tmp_path: Path) -> None:
    """Each target of a file is looked at again where it is unsteady, and no other one."""
    with serving(change) as server, MockServer(SAMPLE) as steady:
        entry = '[[target]]\nname = "{}"\nurl = "{}"\ntoken = "OLD_TOKEN"\n'
        text = entry.format("one", server.url) + entry.format("two", steady.url)
        (tmp_path / "targets.toml").write_text(text)
        arguments = ("--targets", "targets.toml", "--token-variables", "OLD_TOKEN", *AT_ONCE)
        done = asked("verify", server, *arguments, folder=tmp_path)
        assert len(steady.requests) == 8
        assert len(server.requests) == 8 + 11
    assert done.status == status, done.out + done.err
    assert (f"1 {verdict}" if status else "2 conform") in done.out


@pytest.mark.parametrize(("change", "status"), [(deploy, 0), (FOR_EVER, 1)], ids=["deploy", "for-ever"])
def test_against_a_baseline(change: Change, status: int, tmp_path: Path) -> None:
    """What is held against a baseline is the second observation, too."""
    with MockServer(SAMPLE) as server:
        assert asked("snapshot", server, server.url, "-o", "old.json", folder=tmp_path).status == 0
    with serving(change) as server:
        done = asked("verify", server, server.url, *AT_ONCE, "--baseline", "old.json", folder=tmp_path)
    assert done.status == status, done.out


def test_compared(tmp_path: Path) -> None:
    """A new side that changed meanwhile is looked at again before anything is said of it."""
    with MockServer(SAMPLE) as server:
        assert asked("snapshot", server, server.url, "-o", "old.json", folder=tmp_path).status == 0
    with serving(deploy) as server:
        environment = ("old.json", server.url, "--new-token", "OLD_TOKEN", *AT_ONCE)
        done = asked("compare", server, *environment, folder=tmp_path)
        assert len(server.requests) == 2 + 5
    assert done.status == 0, done.out + done.err


def guests(request: Received, reply: Reply) -> Reply:
    """Guests have a list of their own, and always the same one."""
    return shorter(reply) if request.probe in ("anonymous", "invalid-token") else reply


def test_a_list_for_guests_is_no_moment(tmp_path: Path) -> None:
    """Who asks with other credentials may get another list: a run that nothing disturbs looks once."""
    with MockServer(SAMPLE, faults=(guests,), auth="public") as server:
        done = asked("verify", server, server.url, folder=tmp_path)
        assert (done.status, len(server.requests)) == (0, 8), done.out
    assert "unsteady" not in done.out
