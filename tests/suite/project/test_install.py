"""``requirements/install.sh``: uv where it is there, pip where it is not, and one line for what is missing."""

import re
import runpy
import shutil
import subprocess
import tomllib
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml
from door import ROOT

pytestmark = pytest.mark.uncounted
SCRIPT = ROOT / "requirements" / "install.sh"
REGISTRY = "http://127.0.0.1:9/simple"
#: What the stand-ins tell of their environment.
TOLD = ("UV_DEFAULT_INDEX", "UV_INDEX_URL", "PIP_INDEX_URL", "SSL_CERT_FILE", "UV_NO_CACHE", "https_proxy")
#: A stand-in for Python: its environments have one, too, and no pip if uv has made them.
PYTHON = """\
case "$*" in
  --version) echo "Python 3.x" ;;
  *"import sys"*) exit {is_old} ;;
  *"import ensurepip"*) exit {lacks_ensurepip} ;;
  *"import pip"*) exit 1 ;;
  *venv*) mkdir -p environment/bin && cp "$0" environment/bin/python ;;
esac
"""
UV = """\
case "$*" in
  "cache dir") echo "{cache}" ;;
  venv*) mkdir -p environment/bin && cp python3 environment/bin/python ;;
esac
"""


@dataclass(frozen=True)
class Installed:
    """What the script did: its status, what it said, and the calls of the stand-ins with their environment."""

    status: int
    said: list[str]
    calls: list[str]


def install(folder: Path, *, uv: bool = False, python: str | None = PYTHON, **environment: str) -> Installed:
    """Run the script in a folder where no other programs are than stand-ins for uv and Python."""
    for name in ("dirname", "mkdir", "head", "rm", "cp"):
        (folder / name).symlink_to(str(shutil.which(name)))
    old, lacks = environment.pop("old", "0"), environment.pop("lacks_ensurepip", "0")
    cache = environment.pop("cache", str(folder / "cache"))
    stand_ins = {"uv": UV if uv else None, "python3": python}
    for name, script in stand_ins.items():
        if script is not None:
            told = " ".join(f"{variable}=${variable}" for variable in TOLD)
            text = script.format(is_old=old, lacks_ensurepip=lacks, cache=cache)
            (folder / name).write_text(f'#!/bin/sh\necho "{name} $* {told}" >> {folder}/calls\n{text}')
            (folder / name).chmod(0o755)
    done = subprocess.run(
        ["/bin/sh", SCRIPT, "environment", "runtime"],
        cwd=folder,
        env={"PATH": str(folder), **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    calls = (folder / "calls").read_text().splitlines() if (folder / "calls").exists() else []
    return Installed(done.returncode, done.stderr.splitlines(), calls)


@pytest.mark.parametrize("uv", [True, False], ids=["uv", "pip"])
def test_both_install_the_same_lock(tmp_path: Path, uv: bool) -> None:  # noqa: FBT001 - a parameter of pytest
    """The same file is installed by its hashes, then this project and nothing else; uv needs no pip for it."""
    done = install(tmp_path, uv=uv)
    assert (done.status, done.said) == (0, [])
    lock, project = [call for call in done.calls if "pip install" in call]
    assert "--require-hashes -r " in lock
    assert "/requirements/runtime.txt " in lock
    assert "--no-build-isolation --no-deps --editable " in project
    assert uv == lock.startswith("uv ") == (not any("-m ensurepip " in call for call in done.calls))


def test_uv_can_be_left_out(tmp_path: Path) -> None:
    """An empty UV asks for pip where uv is there."""
    done = install(tmp_path, uv=True, UV="")
    assert done.status == 0
    assert not [call for call in done.calls if call.startswith("uv")]


@pytest.mark.parametrize(
    ("uv", "given", "expected"),
    [
        (True, {"PIP_INDEX_URL": REGISTRY}, f"UV_DEFAULT_INDEX={REGISTRY} "),
        (
            True,
            {"PIP_INDEX_URL": "http://other", "UV_INDEX_URL": REGISTRY},
            f"UV_DEFAULT_INDEX= UV_INDEX_URL={REGISTRY} ",
        ),
        (True, {"PIP_CERT": "/authority.pem"}, "SSL_CERT_FILE=/authority.pem "),
        (False, {"UV_INDEX_URL": REGISTRY}, f"PIP_INDEX_URL={REGISTRY} "),
        (False, {"UV_DEFAULT_INDEX": REGISTRY}, f"PIP_INDEX_URL={REGISTRY} "),
        (False, {"UV_INDEX_URL": "http://other", "PIP_INDEX_URL": REGISTRY}, f"PIP_INDEX_URL={REGISTRY} "),
        (True, {"https_proxy": "http://127.0.0.1:9"}, "https_proxy=http://127.0.0.1:9"),
        (False, {"https_proxy": "http://127.0.0.1:9"}, "https_proxy=http://127.0.0.1:9"),
    ],
)
def test_a_registry_and_a_proxy_reach_either(
    tmp_path: Path,
    uv: bool,  # noqa: FBT001 - a parameter of pytest
    given: dict[str, str],
    expected: str,
) -> None:
    """Whichever installs knows the registry, though it was named for the other; its own name comes first."""
    done = install(tmp_path, uv=uv, **given)
    assert done.status == 0
    assert all(expected in call for call in done.calls if "pip install" in call)


def test_a_home_that_cannot_be_written(tmp_path: Path) -> None:
    """Without a cache it installs as well."""
    (tmp_path / "file").touch()
    done = install(tmp_path, uv=True, cache=str(tmp_path / "file" / "cache"))
    assert done.status == 0
    assert all("UV_NO_CACHE=1" in call for call in done.calls if "pip install" in call)


@pytest.mark.parametrize(
    ("missing", "said"),
    [
        ({"python": None}, "python3 is missing: install Python 3.11 or later"),
        ({"old": "1"}, "python3 is too old (Python 3.x): install Python 3.11 or later"),
        (
            {"old": "1", "uv": True, "PYTHON": "python3"},
            "python3 is too old (Python 3.x): install Python 3.11 or later",
        ),
        ({"lacks_ensurepip": "1"}, "python3 has no ensurepip: install it (Debian: apt install python3-venv)"),
    ],
    ids=["python", "new python", "new python, and that one is asked for", "ensurepip"],
)
def test_what_is_missing_is_said(tmp_path: Path, missing: dict[str, str], said: str) -> None:
    """One line says what to install."""
    done = install(tmp_path, **missing)
    assert done.status == 1
    [line] = done.said
    assert line.startswith(said)


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    """It is said before anything is installed."""
    (tmp_path / "environment").touch()
    done = install(tmp_path)
    assert (done.status, done.calls) == (1, [])
    assert done.said == ["environment cannot be written: put the project where you may write"]


def test_every_list_of_pythons_is_the_same() -> None:
    """Nox tries what the classifiers promise and the documentation says; the Action and the images use the newest."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    promised = [name.rpartition(" ")[2] for name in project["classifiers"] if "Python :: 3." in name]
    assert runpy.run_path(str(ROOT / "noxfile.py"))["PYTHONS"] == promised
    assert project["requires-python"] == f">={promised[0]}"
    assert f"sys.version_info < {tuple(map(int, promised[0].split('.')))}" in SCRIPT.read_text("utf-8")
    for page in ("README.md", "docs/install.md", "CONTRIBUTING.md", "Makefile"):
        assert f"{promised[0]} to {promised[-1]}" in (ROOT / page).read_text("utf-8"), page
    action = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
    assert action["inputs"]["python"]["default"] == promised[-1]
    for file in (ROOT / "Dockerfile", *(ROOT / "ci").glob("*.yml")):
        named = re.findall(r"python(?:-version: \"|:|)(3\.\d+)", file.read_text("utf-8"))
        assert set(named) == {promised[-1]}, file


def test_uv_finds_another_python(tmp_path: Path) -> None:
    """Where python3 is too old, and nobody has asked for it, uv finds or brings one that is not."""
    done = install(tmp_path, uv=True, old="1")
    assert any("venv --quiet --python >=3.11 environment" in call for call in done.calls)


def test_an_environment_whose_python_has_gone_is_made_anew(tmp_path: Path) -> None:
    """What a Python of long ago has left would be found by another one, and be of no use to it."""
    (tmp_path / "environment").mkdir()
    (tmp_path / "environment" / "pyvenv.cfg").touch()
    assert install(tmp_path).status == 0
    assert not (tmp_path / "environment" / "pyvenv.cfg").exists()
