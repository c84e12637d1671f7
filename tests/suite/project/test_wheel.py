"""The wheel: what is installed from it stands on its own, schemas, pages and certificates included."""

import os
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from importlib import metadata
from pathlib import Path

import pytest
from door import ROOT, clean_environment, pytest_in_a_process
from subject import SAMPLE

from contracts.mock.server import MockServer

UV = Path(sys.executable).with_name("uv")


def run(*command: str | Path, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a command to its end in an environment without this project."""
    return subprocess.run(
        [str(part) for part in command],
        cwd=folder,
        env=clean_environment(),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel, built from what git knows of the project, so that nothing of a desk is in it."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    if not (ROOT / ".git").exists() or shutil.which("git") is None:
        pytest.skip("git tells what belongs to the project: this is no clone, or git is missing")
    names = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    ).stdout.split(b"\0")
    for name in filter(None, map(os.fsdecode, names)):
        if (ROOT / name).is_file():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            (source / name).write_bytes((ROOT / name).read_bytes())
    options = ("--no-cache", "--no-build-isolation", "--quiet", "--python", sys.executable, "--out-dir", folder)
    built = run(UV, "build", "--wheel", *options, source, folder=folder)
    assert built.returncode == 0, built.stderr
    return next(folder.glob("*.whl"))


def test_what_is_in_it(wheel: Path) -> None:
    """Every schema, page, style, script and certificate is in the wheel, and no test."""
    names = set(zipfile.ZipFile(wheel).namelist())
    for folder, inside in (("contracts", "contracts"), ("schemas", "contracts/schemas")):
        for path in (ROOT / folder).rglob("*"):
            if path.is_file() and "__pycache__" not in path.parts:
                assert f"{inside}/{path.relative_to(ROOT / folder).as_posix()}" in names, path
    assert not [name for name in names if name.startswith(("tests", "bench", "conftest"))]


def test_the_contract_from_another_project(wheel: Path, tmp_path: Path) -> None:
    """What the wheel holds is enough for pytest elsewhere: plugin by its entry point, items, openapi.yaml."""
    installed, folder = tmp_path / "installed", tmp_path / "project"
    zipfile.ZipFile(wheel).extractall(installed)
    folder.mkdir()
    with MockServer(SAMPLE) as server:
        options = ("-rs", "--pyargs", "contracts.suite", "--contract-target", server.url)
        environment = {"PYTHONPATH": str(installed), "BEARER_TOKEN": server.token}
        status, output = pytest_in_a_process(*options, folder=folder, **environment)
        assert len(server.requests) > 8
    assert status == 0, output
    assert f"contract: CONFORMS: {server.url}/v1/event_categories: " in output
    assert "installed/contracts/suite/test_clauses.py" in output  # and not those of the checkout


def _installed(name: str) -> list[metadata.PackagePath]:
    """The files of a package; none of one that the lock names for other systems."""
    try:
        return metadata.files(name) or []
    except metadata.PackageNotFoundError:
        return []


def test_a_clean_environment(wheel: Path, tmp_path: Path) -> None:
    """With the locked dependencies and nothing else beside it, the suite judges and writes its reports.

    That these can be installed is for test_the_install_step; here they are copied, which takes a tenth of the time.
    """
    assert run(sys.executable, "-m", "venv", "--without-pip", tmp_path / "venv", folder=tmp_path).returncode == 0
    python = tmp_path / "venv" / "bin" / "python"
    [packages] = (tmp_path / "venv").glob("lib/python*/site-packages")
    lock = (ROOT / "requirements" / "runtime.txt").read_text("utf-8")
    for name in re.findall(r"^([\w.-]+)==", lock, re.MULTILINE):
        for file in _installed(name):
            if ".." not in file.parts and Path(str(file.locate())).is_file():
                (packages / file).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(file.locate(), packages / file)
    assert (
        run(
            UV, "pip", "install", "--no-cache", "--quiet", "--python", python, "--no-deps", wheel, folder=tmp_path
        ).returncode
        == 0
    )
    contracts = tmp_path / "venv" / "bin" / "contracts"
    done = run(
        contracts, "verify", "--mock", "--html", "x.html", "--junit", "x.xml", "--bundle", "x.zip", folder=tmp_path
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert run(contracts, "audit", "x.zip", folder=tmp_path).returncode == 0
    assert "  bom: " in run(contracts, "serve", "--list-faults", folder=tmp_path).stdout


def test_an_archive_of_the_source_is_whole(wheel: Path, tmp_path: Path) -> None:
    """Tests, locks, changelog, schemas and the Makefile travel with the source: it can be tested and built again."""
    source = wheel.parent / "source"
    script = "import sys; from setuptools import build_meta; build_meta.build_sdist(sys.argv[1])"
    built = run(sys.executable, "-c", script, tmp_path, folder=source)
    assert built.returncode == 0, built.stderr
    with tarfile.open(next(tmp_path.glob("*.tar.gz"))) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    tracked = {path.relative_to(source).as_posix() for path in source.rglob("*") if path.is_file()}
    wanted = {
        name for name in tracked if not name.startswith((".git", "build/", "event_categories_contracts.egg-info"))
    }
    assert wanted - names == set()
