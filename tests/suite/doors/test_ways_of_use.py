"""The ways of use from start to end, by the commands of README and docs, in a new folder with a new HOME."""

import json
import re
import shlex
import tomllib
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path

import pytest
from door import ROOT, Finished, contracts
from subject import BY_NAME, CONTRACT, SAMPLE, categories

from contracts.mock.reply import Received, Reply, list_reply
from contracts.mock.server import MockServer

TOKEN = "canary-4c1f7be2a9d0"
#: The hosts that the documentation has; here a mock stands for each.
HOST = re.compile(r"https://api\.[a-z0-9.-]+|\bapi\.osc-[a-z0-9.-]+|\bHOST\b")
#: What an entry of a file of targets may name, and is not there.
OPTIONAL = re.compile(
    r"^(?:auth|contract|deviations|baseline|accept|header_env|ca_bundle|client_cert)\b.*\n", re.MULTILINE
)


def blocks(page: str, language: str = "") -> Iterator[str]:
    """The texts of the fenced blocks of a page."""
    text = (ROOT / page).read_text("utf-8")
    found = re.findall(r"^```(\w*)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    yield from (block for name, block in found if name == language)


def commands(page: str, url: str) -> Iterator[list[str]]:
    """The arguments of each ``contracts`` command that a page has, with the target of this test."""
    for block in blocks(page):
        for line in block.replace("\\\n", " ").splitlines():
            if line.startswith("contracts "):
                yield shlex.split(HOST.sub(url, line), comments=True)[1:]


def run(folder: Path, *arguments: str, **environment: str) -> Finished:
    """Run a command in a folder that is HOME, too."""
    return contracts(*arguments, folder=folder, environment={"HOME": str(folder), **environment})


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A folder that nobody has used before."""
    (tmp_path / "home").mkdir()
    return tmp_path / "home"


@pytest.mark.parametrize("page", ["README.md", "docs/ci.md", "docs/targets.md"])
def test_every_command_of_the_documentation_works(home: Path, page: str) -> None:
    """Against a target that conforms, every command of a page ends with 0, one after the other in one folder."""
    with MockServer(SAMPLE, token=TOKEN) as server:
        for text in blocks(page, "toml"):
            named = re.sub(r"\bapi_token =", "token =", HOST.sub(server.url, text))
            (home / "targets.toml").write_text(OPTIONAL.sub("", named))
        names = re.findall(r"\b(?:CONTRACTS_TOKEN_[A-Z0-9]+|[A-Z0-9_]+_TOKEN)\b", (ROOT / page).read_text("utf-8"))
        variables = dict.fromkeys(names, TOKEN)
        variables.pop("SCALINGO_API_TOKEN", None)
        variables["BEARER_TOKEN"] = TOKEN
        for arguments in commands(page, server.url):
            ended = run(home, *arguments, **variables)
            assert ended.status == 0, (arguments, ended.out, ended.err)


def test_an_engineer_finds_what_a_deploy_broke(home: Path) -> None:
    """CI fails, JUnit names the clause, and each line that the report offers shows the breach again."""
    with MockServer(SAMPLE, token=TOKEN, faults=(BY_NAME["position-text"].apply,)) as server:
        failed = run(home, "verify", server.url, "--reports", "contract-reports", "-v", BEARER_TOKEN=TOKEN)
        assert failed.status == 1
        cases = ET.parse(home / "contract-reports" / "junit.xml").iter("testcase")
        broken = {case.get("name") for case in cases if case.find("failure") is not None}
        assert any("category.position" in str(name) for name in broken), broken
        [again] = set(re.findall(r"contracts (verify \S+ --clause category\.position)", failed.out))
        alone = run(home, *shlex.split(again), BEARER_TOKEN=TOKEN)
    assert alone.status == 1
    assert "category.position" in alone.last_line + alone.out


def test_a_vendor_hands_over_what_an_auditor_judges_again(home: Path, tmp_path: Path) -> None:
    """The auditor has no token and no network, comes to the same verdict, and sees when something was changed."""
    with MockServer(SAMPLE, token=TOKEN) as server:
        made = run(home, "verify", server.url, "--bundle", "run.zip", BEARER_TOKEN=TOKEN)
    assert made.status == 0, made.err
    desk = tmp_path / "desk"
    desk.mkdir()
    (home / "run.zip").rename(desk / "run.zip")
    for arguments in commands("docs/bundles.md", "nowhere"):
        audited = run(desk, *arguments)
        assert audited.status == 0, (arguments, audited.out, audited.err)
    assert run(desk, "audit", "run.zip", "--expect", "conforms").status == 0


def test_what_a_newcomer_reads_first_is_true(home: Path) -> None:
    """The mock is judged only when somebody says so, and a run that judged less than all says so first."""
    nothing = run(home, "verify")
    assert (nothing.status, nothing.out) == (2, "")
    assert len(nothing.err.splitlines()) == 1
    mock = contracts(
        "verify", "--mock", "--clause", "json", "--json", "result.json", folder=home, environment={"HOME": str(home)}
    )
    assert mock.status == 0
    result = json.loads((home / "result.json").read_text("utf-8"))
    assert result["headline"].startswith("partial")


#: A command of docs/releases.md, and the exit status that its comment has.
SESSION = re.compile(r"^contracts (.*?)\s+# ([0-9]):", re.MULTILINE)


def test_a_release_manager_agrees_on_a_change(home: Path) -> None:
    """From an empty folder to an agreed change, by the commands of docs/releases.md, which say how each one ends."""
    old = categories(5)
    new = [{**each, "color": "red"} for each in old if each["name"] != "addons"]
    released = [old]
    steps = [
        (shlex.split(command), int(status))
        for block in blocks("docs/releases.md")
        for command, status in SESSION.findall(block.replace("\\\n", " "))
    ]
    assert [arguments[0] for arguments, _ in steps].count("verify") == 6

    def production(request: Received, reply: Reply) -> Reply:
        listed = reply.status == 200 and request.method == "GET" and request.path == CONTRACT.path
        return list_reply({CONTRACT.key: released[-1]}) if listed else reply

    with (
        MockServer(SAMPLE, token=TOKEN, faults=(production,)) as live,
        MockServer(SAMPLE, token=f"{TOKEN}-staging", elements=new) as staging,
    ):
        urls = {"api.osc-fr1.scalingo.com": live, "api.staging.example": staging}
        for arguments, status in steps:
            named = [next((s.url for host, s in urls.items() if host in each), each) for each in arguments]
            token = next((server.token for server in urls.values() if server.url in named), TOKEN)
            ended = run(home, *named, BEARER_TOKEN=token, PRODUCTION_TOKEN=live.token, STAGING_TOKEN=staging.token)
            assert ended.status == status, (arguments, ended.out, ended.err)
            if "--write-accept" in arguments:
                complete(home / "accept.toml")
            if "--accept" in arguments and len(released) == 1:
                released.append(new)  # staging conforms, and is what production serves from now on
        assert "1 accepted" not in ended.out
    [block] = [block for block in blocks("docs/releases.md") if block.startswith("breaking ")]
    assert block.startswith(f"breaking element-removed /event_categories/1 of addons ({old[1]['id']}) before ")


def complete(file: Path) -> None:
    """Fill in what a proposed entry leaves to a person: it is then the entry of the documentation, but for its end."""
    text = file.read_text("utf-8")
    text = text.replace('reason = ""', 'reason = "merged into databases, announced in March"')
    file.write_text(text.replace('owner = ""', 'owner = "platform team"'), "utf-8")
    [entry] = tomllib.loads(text)["accept"]
    [documented] = tomllib.loads(next(blocks("docs/releases.md", "toml")))["accept"]
    assert entry.keys() == documented.keys()
    assert {name: entry[name] for name in ("rule", "id", "name")} == {
        name: documented[name] for name in ("rule", "id", "name")
    }
