"""Other places where people run the suite: GitLab, a container, pre-commit, and this project's own CI."""

import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from door import ROOT, clean_environment
from regions import Regions
from subject import BY_NAME, SAMPLE

from contracts.commands.output import BUNDLE_FILE, FORMATS
from contracts.mock.server import MockServer
from contracts.resources import contract_of
from contracts.targets.file import load

BIN = Path(sys.executable).parent
JOB: dict[str, Any] = yaml.safe_load((ROOT / "ci" / "gitlab.yml").read_text("utf-8"))["event-categories-contract"]
[HOOK] = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")
CI = ROOT / ".ci" / "run"


def program(name: str) -> str:
    """The path of a linter. Without it a desk skips the test; CI fails, for it runs every test."""
    path = shutil.which(name, path=f"{BIN}{os.pathsep}{os.environ['PATH']}")
    if path is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(f"{name} is missing")
    return str(path)


def stand_in(folder: Path, name: str, script: str = "exit 0") -> None:
    """Put a program into a folder that notes how it was called, in the file calls."""
    (folder / name).write_text(f'#!/bin/bash\necho "{name} $* CI=$CI" >> "{folder}/calls"\n{script}\n')
    (folder / name).chmod(0o755)


def gitlab(folder: Path, target: str, token: str = "") -> subprocess.CompletedProcess[str]:
    """Run the script of the job as GitLab's runner does; the suite is the one of these tests."""
    variables = {**JOB["variables"], "SCALINGO_API_URL": target, "BEARER_TOKEN": token, "VENV": str(BIN.parent)}
    path = os.environ["PATH"]
    return subprocess.run(
        ["bash", "-eo", "pipefail", "-c", "\n".join(JOB["script"])],
        cwd=folder,
        env=clean_environment(**variables, PATH=path),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_gitlab_keeps_the_reports_of_a_breach(tmp_path: Path) -> None:
    """The job fails with the status of the suite, and its artifacts are there all the same."""
    with MockServer(SAMPLE, faults=(BY_NAME["position-text"].apply,)) as server:
        done = gitlab(tmp_path, server.url, server.token)
    assert done.returncode == 1, done.stderr
    assert any("pip install" in line and '"$SUITE"' in line for line in JOB["before_script"])
    assert JOB["variables"]["SUITE"].startswith("https://"), "the suite, and not the project that includes it"
    assert JOB["artifacts"]["when"] == "always"
    [folder] = JOB["artifacts"]["paths"]
    assert sorted(file.name for file in (tmp_path / folder).iterdir()) == sorted(
        [BUNDLE_FILE, *(file for _, file in FORMATS.values())]
    )
    assert "category.position" in (tmp_path / JOB["artifacts"]["reports"]["junit"]).read_text("utf-8")


def test_gitlab_passes_what_conforms(tmp_path: Path) -> None:
    """A conforming target is a green job, whose log does not show the token."""
    with MockServer(SAMPLE) as server:
        done = gitlab(tmp_path, server.url, server.token)
    assert done.returncode == 0, done.stderr
    assert server.token not in done.stdout + done.stderr


def test_gitlab_without_a_target_is_no_pass(tmp_path: Path) -> None:
    """A variable that nobody set must not lead to the embedded mock, which conforms."""
    done = gitlab(tmp_path, "")
    assert done.returncode == 2
    assert "no target: give a URL or set SCALINGO_API_URL" in done.stderr


def test_dockerfile_is_clean() -> None:
    """Hadolint has nothing to say: pinned base, no ADD, exec form, no pip cache, no root."""
    done = subprocess.run(
        [program("hadolint"), "Dockerfile"], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.returncode, done.stdout) == (0, "")


def test_image_is_small_and_needs_no_rights() -> None:
    """The last stage gets the environment alone, runs as a number that is not root, and holds no secret."""
    stages = re.split(r"^FROM ", DOCKERFILE, flags=re.MULTILINE)[1:]
    assert len(stages) == 2
    assert all(re.match(r"python:3\.\d+-slim\b", stage) for stage in stages)
    assert re.findall(r"^(?:COPY|ADD|RUN) .*", stages[-1], re.MULTILINE) == [
        "COPY --from=build /opt/contracts /opt/contracts"
    ]
    assert re.findall(r"^USER (.*)", stages[-1], re.MULTILINE) == ["10001:10001"]
    assert 'ENTRYPOINT ["contracts"]' in stages[-1]
    assert not re.search(r"^(?:ARG|ENV)\b.*(?:TOKEN|SECRET|PASSWORD)", DOCKERFILE, re.MULTILINE)


def test_image_gets_only_what_it_copies() -> None:
    """The context of the build is exactly what the Dockerfile copies, so that nothing of a desk gets near it."""
    copied = re.findall(r"^COPY (?!--)(.+) \S+$", DOCKERFILE, re.MULTILINE)
    ignored = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    assert ignored[1] == "*"
    allowed = {line[1:] for line in ignored if line.startswith("!")}
    assert {name for names in copied for name in names.split()} == allowed
    assert all((ROOT / name).exists() for name in allowed)


def hook(folder: Path, *files: str) -> int:
    """Run the hook on files as pre-commit does, and return its status."""
    environment = clean_environment(PATH=os.pathsep.join((str(BIN), os.environ["PATH"])))
    command = [*shlex.split(HOOK["entry"]), *files]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, check=False).returncode


def test_pre_commit_hook(tmp_path: Path) -> None:
    """The hook lets a conforming body pass and stops one that violates the contract, also among others."""
    category = {"id": "1", "name": "addons", "display_name": "Addons", "position": 1}
    for name, position in (("good", "1"), ("bad", '"1"')):
        body = f'{{"event_categories": [{category}]}}'.replace("'", '"').replace(
            '"position": 1', f'"position": {position}'
        )
        (tmp_path / f"{name}.json").write_text(body)
    assert hook(tmp_path, "good.json", "good.json") == 0
    assert hook(tmp_path, "good.json", "bad.json") == 1


def test_pre_commit_hook_is_declared_for_the_right_files() -> None:
    """It takes bodies of the endpoint by their usual name, not the schemas, and its program is one of the package."""
    files = re.compile(HOOK["files"])
    assert files.search("tests/fixtures/event_categories.json")
    assert not files.search("schemas/event_categories.schema.json")
    assert HOOK["language"] == "python"
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["scripts"]
    assert shlex.split(HOOK["entry"])[0] in scripts


def run_ci(folder: Path, *there: str) -> list[str]:
    """Run .ci/run where only these programs are there, each a stand-in; return the calls that it made."""
    for name in ("dirname", "bash", "env", "id"):
        (folder / name).symlink_to(str(shutil.which(name)))
    for name in ("apt-get", "sudo", *there):
        stand_in(folder, name, 'exec "$@"' if name == "sudo" else "exit 0")
    done = subprocess.run([CI], env={"PATH": str(folder)}, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    return [call for call in (folder / "calls").read_text().splitlines() if not call.startswith("sudo")]


def test_ci_installs_what_is_missing(tmp_path: Path) -> None:
    """Programs that are missing come from Debian's packages; then every test runs, with nothing skipped."""
    update, install, make = run_ci(tmp_path, "make", "git", "node", "npm", "shellcheck")
    assert update.startswith("apt-get update")
    assert re.search(r" curl chromium openssl golang-go python3-venv CI=$", install)
    assert make == "make test CI=true"


def test_ci_installs_nothing_that_is_there(tmp_path: Path) -> None:
    """Where all is there, no package manager is asked."""
    there = ("make", "git", "curl", "node", "npm", "chromium", "shellcheck", "openssl", "go", "uv")
    assert run_ci(tmp_path, *there) == ["make test CI=true"]


def workflow_steps() -> Iterator[tuple[Path, str, dict[str, Any]]]:
    """Every step with a script in the examples for GitHub, with its file and its job."""
    for file in sorted((ROOT / "ci").glob("github-*.yml")):
        for name, job in yaml.safe_load(file.read_text("utf-8"))["jobs"].items():
            yield from ((file, name, step) for step in job["steps"] if "run" in step)


def run_example(folder: Path, file: str, step: str, **environment: str) -> int:
    """Run the script of a step of an example in a folder, with the suite of these tests; return its status."""
    [script] = [found["run"] for path, _, found in workflow_steps() if path.name == file and found.get("id") == step]
    if not (folder / "contracts").exists():
        (folder / "contracts").symlink_to(BIN.parent)
    own = clean_environment(RUNNER_TEMP=str(folder), PATH=os.environ["PATH"], **environment)
    shell = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script]
    return subprocess.run(shell, cwd=folder, env=own, capture_output=True, timeout=120, check=False).returncode


def example_targets(folder: Path, server: Regions) -> dict[str, str]:
    """Put a file of targets where the examples have it, and return the variables that hold the tokens."""
    (folder / "ci").mkdir()
    (folder / "ci" / "targets.toml").write_text(server.file())
    return server.environment


def test_nightly_in_one_job_and_in_a_matrix(tmp_path: Path) -> None:
    """One job and the merged jobs of a matrix have the same status and results; without a job it is inconclusive."""
    with Regions(3, 2, {"t1": "position-text"}) as server:
        tokens = example_targets(tmp_path, server)
        assert run_example(tmp_path, "github-nightly.yml", "judge", **tokens) == 1
        one = (tmp_path / "contract-reports" / "junit.xml").read_text()
        (tmp_path / "all").mkdir()
        for name in server.names:
            assert run_example(tmp_path, "github-nightly-matrix.yml", "judge", **tokens, CONTRACTS_ONLY=name) == 0
            (tmp_path / "judged").rename(tmp_path / "all" / f"judged-{name}")
    (tmp_path / "all").rename(tmp_path / "judged")
    assert run_example(tmp_path, "github-nightly-matrix.yml", "merge") == 1
    merged = (tmp_path / "contract-reports" / "junit.xml").read_text()
    # Who merges has not asked himself: lines to paste hold no variable then.
    own = re.compile(r'(?:time|timestamp)="[^"]*"|[0-9.]+ s"|\n +(?:curl|rerun) [^\n<]*')
    assert own.sub("", merged) == own.sub("", one)
    shutil.rmtree(tmp_path / "judged" / "judged-t1")
    assert run_example(tmp_path, "github-nightly-matrix.yml", "merge") == 3


def test_release_compares_with_production(tmp_path: Path) -> None:
    """A difference that breaks is status 1, and its Markdown is on the page of the run."""
    with Regions(2, 1, {"t1": "position-text"}) as server:
        token = {"BEARER_TOKEN": server.token}
        urls = {"PRODUCTION_API_URL": f"{server.url}/t0", "STAGING_API_URL": f"{server.url}/t1"}
        page = tmp_path / "page.md"
        told = {"GITHUB_STEP_SUMMARY": str(page)}
        assert run_example(tmp_path, "github-release.yml", "production", **token, **urls) == 0
        assert run_example(tmp_path, "github-release.yml", "compare", **token, **urls, **told) == 1
    assert "type-changed" in page.read_text()
    assert page.read_text() == (tmp_path / "comparison.md").read_text()


def test_the_example_of_targets_can_be_read() -> None:
    """The example of a file of targets is one, and the example of a matrix has a job for each of them."""
    targets = load(str(ROOT / "ci" / "targets.toml"), contract_of)
    matrix = yaml.safe_load((ROOT / "ci" / "github-nightly-matrix.yml").read_text())["jobs"]["target"]["strategy"]
    assert matrix["matrix"]["target"] == [target.name for target in targets]
    variables = {target.api_token for target in targets}
    judging = [step for _, _, step in workflow_steps() if step.get("id") == "judge"]
    assert all(variables <= step["env"].keys() for step in judging)


def scripts() -> list[Any]:
    """Every piece of shell of the project, with the shell that runs it."""
    action = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
    steps = [step for step in action["runs"]["steps"] if "run" in step]
    found = [pytest.param("bash", step["run"], id=f"action-{step['id']}") for step in steps]
    found.append(pytest.param("sh", "\n".join(JOB["before_script"] + JOB["script"]), id="gitlab"))
    for file, job, step in workflow_steps():
        found.append(pytest.param("bash", step["run"], id=f"{file.stem}-{job}-{step.get('id', 'step')}"))
    found.append(pytest.param("sh", (ROOT / "requirements" / "install.sh").read_text("utf-8"), id="install"))
    return [*found, pytest.param("bash", CI.read_text("utf-8"), id="ci-run")]


@pytest.mark.parametrize(("shell", "script"), scripts())
def test_shell_is_clean(shell: str, script: str) -> None:
    """Shellcheck warns of nothing: no unquoted variable, no status that gets lost."""
    done = subprocess.run(
        [program("shellcheck"), f"--shell={shell}", "--severity=warning", "-"],
        input=script,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stdout) == (0, "")


def test_ci_can_be_run() -> None:
    """The file is executable, for whoever runs it by its name."""
    assert os.access(CI, os.X_OK)
