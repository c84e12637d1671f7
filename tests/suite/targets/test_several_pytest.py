"""Several targets under pytest: items of each, and no target asked twice, in one process as in workers of xdist."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from door import pytest_quick
from regions import PLANNED, Regions

ITEMS = "tests/contract/test_clauses.py"
WORKERS = pytest.mark.parametrize("workers", [(), ("-p", "xdist", "-n", "2")], ids=["here", "in workers"])


@pytest.fixture
def server() -> Iterator[Regions]:
    with Regions(4, 2, {"t1": "position-text"}) as regions:
        yield regions


def run(server: Regions, file: Path, *arguments: str, **environment: str) -> tuple[int, str]:
    """Run pytest on the clauses with a file of targets."""
    given = ("--contract-targets", str(file), "-v", *arguments)
    return pytest_quick(ITEMS, *given, **server.environment, **environment)


@WORKERS
@pytest.mark.usefixtures("measured")
def test_every_target_has_its_items(server: Regions, tmp_path: Path, workers: tuple[str, ...]) -> None:
    """The id of an item begins with its target, only that of the broken one fails, and each is asked once."""
    file = tmp_path / "targets.toml"
    file.write_text(server.file())
    status, output = run(server, file, *workers)
    assert status == 1, output
    failed = set(re.findall(r"^FAILED \S+::(\S+)", output, re.MULTILINE))
    assert "test_clause[t1-category.position]" in failed
    assert {name.partition("[")[2][:2] for name in failed} == {"t1"}
    assert set(re.findall(r"test_verdict\[(t\d)\]", output)) == set(server.names)
    assert dict(server.asked) == dict.fromkeys(server.names, PLANNED)
    for name in server.names:
        assert re.search(rf"^contract: {name}: (CONFORMS|VIOLATES): ", output, re.MULTILINE)


@pytest.mark.usefixtures("measured")
def test_an_account_stays_in_one_worker(server: Regions, tmp_path: Path) -> None:
    """The items of all targets of an account run in the same worker, which alone knows what was sent for it."""
    file = tmp_path / "targets.toml"
    file.write_text(server.file())
    _, output = run(server, file, "-p", "xdist", "-n", "2")
    workers: dict[str, set[str]] = {}
    for worker, name in re.findall(r"^\[(gw\d)\].*?\[(t\d)", output, re.MULTILINE):
        workers.setdefault(server.account[name], set()).add(worker)
    assert workers.keys() == {"account-0", "account-1"}
    assert all(len(found) == 1 for found in workers.values())


@pytest.mark.usefixtures("measured")
def test_a_target_without_its_variable_is_an_error(server: Regions, tmp_path: Path) -> None:
    """What could not be asked is an error of every item of that target, with the reason, and is not left out."""
    file = tmp_path / "targets.toml"
    file.write_text(server.file(["t0"]) + "\n" + server.file(["t2"]).replace("ACCOUNT_0", "NOBODY"))
    status, output = run(server, file)
    assert status == 1, output
    errors = re.findall(r"^ERROR \S+::(\S+)", output, re.MULTILINE)
    assert len(errors) > 30
    assert all("[t2" in name for name in errors)
    assert "NOBODY is not set" in output


def test_tags_and_shards_choose(server: Regions, tmp_path: Path) -> None:
    """The options of the command line choose here, too; one that fits nothing is a usage error."""
    file = tmp_path / "targets.toml"
    file.write_text(server.file())
    status, output = run(server, file, "--contract-shard", "1/2", "--collect-only", "-q")
    assert status == 0, output
    assert set(re.findall(r"\[(t\d)", output)) == {"t0", "t2"}
    status, output = run(server, file, "--contract-tag", "fr")
    assert status == 4
    assert "--contract-tag: no target has the tag 'fr'" in output
    assert not server.asked


def test_a_session_judges_one_contract(server: Regions, tmp_path: Path) -> None:
    """Targets of two contracts are refused: the items of a session are those of one."""
    file = tmp_path / "targets.toml"
    file.write_text(server.file(["t0"]) + "\n" + server.file(["t1"], contract="event-types"))
    status, output = run(server, file)
    assert status == 4
    assert "a session judges one contract" in output
    assert not server.asked


def test_no_variable_leads_to_targets(server: Regions, tmp_path: Path) -> None:
    """A file that only a variable names is not followed: a shell may happen to hold it."""
    file = tmp_path / "targets.toml"
    file.write_text(server.file())
    held = {"CONTRACTS_TARGETS": str(file)}
    status, output = pytest_quick(ITEMS, "--contract-mock", "-q", **held, **server.environment)
    assert status == 0, output
    assert not server.asked
