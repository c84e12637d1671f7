"""The GitHub Action: its shell is taken out of action.yml and run, its wiring is held against its declarations."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from door import ROOT, clean_environment
from subject import BY_NAME, SAMPLE

from contracts.mock.server import MockServer

ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
STEPS: list[dict[str, Any]] = ACTION["runs"]["steps"]
WORKFLOWS = sorted((ROOT / "ci").glob("github-*.yml"))
EXPRESSION = re.compile(r"\$\{\{\s*([\w.-]+)[^}]*\}\}")


@dataclass(frozen=True)
class Ran:
    """What a step left: its exit status, its log, its outputs, and the summary on the page of the job."""

    status: int
    log: str
    outputs: dict[str, str]
    summary: str


def run_step(name: str, folder: Path, values: Mapping[str, str], **environment: str) -> Ran:
    """Run the shell of a step as a runner does; ``values`` are those of the expressions in its env."""
    step = next(step for step in STEPS if step.get("id") == name)
    files = {name: folder / name for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
    for file in files.values():
        file.write_text("")
    (folder / "step.sh").write_text(step["run"])
    runner = {"GITHUB_ACTIONS": "true", "RUNNER_TEMP": str(folder), **{n: str(file) for n, file in files.items()}}
    own = {n: EXPRESSION.sub(lambda found: values[found[1]], text) for n, text in step.get("env", {}).items()}
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "step.sh"],
        cwd=folder,
        env=clean_environment(**runner, **environment, **own),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    lines = files["GITHUB_OUTPUT"].read_text().splitlines()
    outputs = dict(line.split("=", 1) for line in lines)
    return Ran(done.returncode, done.stdout + done.stderr, outputs, files["GITHUB_STEP_SUMMARY"].read_text())


def judge(folder: Path, target: str, token: str = "", **inputs: str) -> Ran:
    """Run the step that judges, with the declared defaults of the inputs that are not given."""
    declared = {name: str(said.get("default", "")) for name, said in ACTION["inputs"].items()}
    values = {f"inputs.{name}": text for name, text in {**declared, "target": target, **inputs}.items()}
    values["steps.install.outputs.python"] = sys.executable
    return run_step("verify", folder, values, BEARER_TOKEN=token)


def test_a_target_that_conforms(tmp_path: Path) -> None:
    """The step passes, says so in its outputs and on the job's page, and leaves the four reports."""
    with MockServer(SAMPLE) as server:
        ran = judge(tmp_path, server.url, server.token)
    assert ran.status == 0, ran.log
    assert ran.outputs == {
        "verdict": "conforms",
        "headline": "conforms",
        "status": "0",
        "json": "contract-reports/result.json",
        "junit": "contract-reports/junit.xml",
        "html": "contract-reports/report.html",
        "markdown": "contract-reports/report.md",
    }
    for name in ("json", "junit", "html", "markdown"):
        assert server.token not in (tmp_path / ran.outputs[name]).read_text("utf-8")
    assert "conforms" in ran.summary.lower()
    assert server.token not in ran.log + ran.summary


def test_a_target_that_violates(tmp_path: Path) -> None:
    """The step fails with the status of the suite, an annotation names the clause, and the reports are there."""
    with MockServer(SAMPLE, faults=(BY_NAME["position-text"].apply,)) as server:
        ran = judge(tmp_path, server.url, server.token, reports="out/of/the run")
    assert ran.status == 1
    assert (ran.outputs["verdict"], ran.outputs["status"]) == ("violates", "1")
    assert re.search(r"^::error .*category\.position", ran.log, re.MULTILINE)
    assert "category.position" in ran.summary
    assert "category.position" in (tmp_path / "out/of/the run/junit.xml").read_text("utf-8")


def test_a_part_of_the_contract_is_no_verdict(tmp_path: Path) -> None:
    """A checkout that selects one clause passes, and the verdict is partial: nobody takes it for conforms."""
    (tmp_path / "contracts.toml").write_text('clause = ["http.status"]\n')
    with MockServer(SAMPLE) as server:
        ran = judge(tmp_path, server.url, server.token)
    assert (ran.outputs["verdict"], ran.outputs["status"]) == ("partial", "0"), ran.log
    assert ran.outputs["headline"].startswith("partial")


def test_a_release_is_held_against_a_baseline(tmp_path: Path) -> None:
    """What the baseline has and the target lacks fails the step, unless it was agreed upon in a file."""
    categories = SAMPLE.elements(SAMPLE.size)
    with MockServer(SAMPLE) as server:
        assert judge(tmp_path, server.url, server.token).status == 0
    (tmp_path / "contract-reports/result.json").rename(tmp_path / "baseline.json")
    (tmp_path / "accept.toml").write_text(
        f'[[accept]]\nrule = "element-removed"\nid = "{categories[-1]["id"]}"\n'
        'reason = "agreed"\nowner = "team"\nexpires = 2999-01-01\n'
    )
    with MockServer(SAMPLE, elements=categories[:-1]) as server:
        broken = judge(tmp_path, server.url, server.token, baseline="baseline.json")
        agreed = judge(tmp_path, server.url, server.token, baseline="baseline.json", accept="accept.toml")
    assert (broken.status, broken.outputs["verdict"]) == (1, "violates"), broken.log
    assert "element-removed" in (tmp_path / broken.outputs["markdown"]).read_text("utf-8") + broken.summary
    assert agreed.status == 0, agreed.log


def test_a_target_that_cannot_be_judged(tmp_path: Path) -> None:
    """Without valid credentials the verdict is inconclusive, which is neither a pass nor a breach."""
    with MockServer(SAMPLE) as server:
        ran = judge(tmp_path, server.url, "a-token-that-is-not-valid")
    assert ran.status == 3, ran.log
    assert (ran.outputs["verdict"], ran.outputs["status"]) == ("inconclusive", "3")


def test_an_empty_target_is_no_pass(tmp_path: Path) -> None:
    """A variable that somebody forgot to set must not lead to the embedded mock, which conforms."""
    ran = judge(tmp_path, "", "token")
    assert ran.status == 2
    assert ran.outputs == {"verdict": "none", "headline": "", "status": "2"}
    assert "no target" in ran.log


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"])
def test_no_input_forges_an_output(tmp_path: Path, end: str) -> None:
    """A line end in the name of the folder would write outputs of its own: it is refused."""
    ran = judge(tmp_path, "https://127.0.0.1:9", "token", reports=f"out{end}verdict=conforms")
    assert ran.status == 2
    assert ran.outputs == {"verdict": "none", "status": "2"}


def test_nothing_of_the_checkout_is_run(tmp_path: Path) -> None:
    """A module beside the workflow is not imported by the step that has the token, not even through PYTHONPATH."""
    for name in ("venv", "pip", "contracts", "sitecustomize", "json", "argparse"):
        (tmp_path / f"{name}.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'a').write('{name} ')")
    with MockServer(SAMPLE) as server:
        declared = {key: str(said.get("default", "")) for key, said in ACTION["inputs"].items()}
        values = {f"inputs.{key}": text for key, text in {**declared, "target": server.url}.items()}
        values["steps.install.outputs.python"] = sys.executable
        ran = run_step("verify", tmp_path, values, BEARER_TOKEN=server.token, PYTHONPATH=str(tmp_path))
    assert ran.status == 0, ran.log
    assert not (tmp_path / "ran").exists()


def test_python_is_isolated_wherever_it_runs() -> None:
    """Each call of Python in the Action is isolated from the folder and the environment."""
    for step in STEPS:
        for call in re.findall(r"(?m)^\s*[^#\n]*?(?:python\"?|PYTHON\") (-\S+)", step.get("run", "")):
            assert call == "-I", step["name"]


@pytest.mark.parametrize(
    ("inputs", "status"),
    [
        ({}, 0),
        ({"strict": "true"}, 1),
        ({"strict": "true", "deviations": "known.toml"}, 0),
        ({"args": "--strict\n  --clause json --clause list.ids-unique\n"}, 0),
        ({"strict": "perhaps"}, 2),
        ({"auth": "required"}, 1),
        ({"args": "--no-such-option"}, 2),
    ],
)
def test_inputs_take_effect(tmp_path: Path, inputs: dict[str, str], status: int) -> None:
    """Each input changes what the run says; one that is not understood is a usage error, without reports."""
    (tmp_path / "known.toml").write_text(
        '[[deviation]]\nclause = "list.positions-ascending"\nreason = "known"\nowner = "me"\nexpires = 2999-12-31\n'
    )
    with MockServer(SAMPLE, faults=(BY_NAME["order-reversed"].apply,)) as server:
        ran = judge(tmp_path, server.url, server.token, **inputs)
    assert ran.status == status, ran.log
    assert ran.outputs["status"] == str(status)
    assert ("html" in ran.outputs) is (status != 2)


@pytest.mark.parametrize("name", ["target", "args", "reports", "deviations"])
def test_inputs_are_never_run(tmp_path: Path, name: str) -> None:
    """What an input holds is text, whatever it looks like to a shell."""
    hostile = "$(touch ran) `touch ran`; touch ran; \"; touch ran; '; touch ran; * -- &"
    with MockServer(SAMPLE) as server:
        ran = judge(tmp_path, **{"target": server.url, "token": server.token, name: hostile})
    assert ran.outputs["verdict"] == ("conforms" if name == "reports" else "none")
    assert not list(tmp_path.rglob("ran"))


def test_a_report_of_an_earlier_run_is_not_taken_for_this_one(tmp_path: Path) -> None:
    """On a runner that keeps its files, a run that judged nothing has no report."""
    (tmp_path / "contract-reports").mkdir()
    (tmp_path / "contract-reports" / "junit.xml").write_text("old")
    ran = judge(tmp_path, "ftp://127.0.0.1")
    assert ran.outputs == {"verdict": "none", "headline": "", "status": "2"}


def test_the_install_step(tmp_path: Path) -> None:
    """What the Dockerfile copies is all that an installation with locked dependencies needs; here uv makes it."""
    source = tmp_path / "action"
    copied = re.findall(r"^COPY (?!--)(.+) \S+$", (ROOT / "Dockerfile").read_text("utf-8"), re.MULTILINE)
    for name in (*copied, "requirements/install.sh"):
        for path in map(Path, name.split()):
            (source / path).parent.mkdir(parents=True, exist_ok=True)
            if (ROOT / path).is_dir():
                shutil.copytree(ROOT / path, source / path, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(ROOT / path, source / path)
    for name in ("venv", "pip", "setuptools"):  # beside the workflow, as a pull request could put them there
        (tmp_path / f"{name}.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')")
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    ran = run_step("install", tmp_path, {}, GITHUB_ACTION_PATH=str(source), PATH=path)
    assert not (tmp_path / "ran").exists()
    if ran.status and not os.environ.get("CI"):
        pytest.skip(f"the dependencies cannot be installed here: {ran.log.strip().splitlines()[-1]}")
    assert ran.status == 0, ran.log
    command = [ran.outputs["python"], "-I", "-m", "contracts", "verify", "--mock", "--quiet"]
    judged = subprocess.run(command, cwd=tmp_path, check=False)
    assert judged.returncode == 0


def test_inputs_and_outputs_are_wired() -> None:
    """Every declared input is used, every used one declared, and outputs come from a step that writes them."""
    texts = [str(text) for step in STEPS for text in (*step.get("env", {}).values(), *step.get("with", {}).values())]
    used = {found for text in texts for found in EXPRESSION.findall(text)}
    assert {name for name in used if name.startswith("inputs.")} == {f"inputs.{name}" for name in ACTION["inputs"]}
    [verify] = [step["run"] for step in STEPS if step.get("id") == "verify"]
    for name, output in ACTION["outputs"].items():
        assert EXPRESSION.findall(output["value"]) == [f"steps.verify.outputs.{name}"]
        assert re.search(rf"\b{name}=", verify), name


def test_no_expression_stands_in_a_script() -> None:
    """An expression inside a script would be run as a part of it, whatever its value is."""
    workflows = [yaml.safe_load(file.read_text("utf-8")) for file in WORKFLOWS]
    steps = [step for workflow in workflows for job in workflow["jobs"].values() for step in job["steps"]]
    for step in (*STEPS, *steps):
        assert "${{" not in step.get("run", "")
        assert re.search(r"@v\d", step.get("uses", "@v1")), step


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.name)
def test_examples_use_the_action_as_it_is(file: Path) -> None:
    """The examples give the action declared inputs, and the long-lived token as a secret in its environment."""
    workflow = yaml.safe_load(file.read_text("utf-8"))
    assert workflow["permissions"] == {"contents": "read"}
    steps = [step for job in workflow["jobs"].values() for step in job["steps"]]
    for contract in [step for step in steps if step.get("id") == "contract"]:
        assert contract["with"].keys() <= ACTION["inputs"].keys()
        assert contract["with"]["target"]
        assert contract["env"]["SCALINGO_API_TOKEN"] == "${{ secrets.SCALINGO_API_TOKEN }}"


def test_the_release_waits_for_the_contract_and_the_comparison() -> None:
    """One example judges with the action, and nothing is published before that and the comparison have passed."""
    jobs = yaml.safe_load((ROOT / "ci" / "github-release.yml").read_text("utf-8"))["jobs"]
    [own] = [step for step in jobs["contract"]["steps"] if "event-categories" in step.get("uses", "")]
    assert own["id"] == "contract"
    assert jobs["publish"]["needs"] == ["contract", "compare"]


@pytest.mark.parametrize("file", [ROOT / "action.yml", *WORKFLOWS], ids=lambda file: file.name)
def test_files_are_valid(node_modules: Path, file: Path) -> None:
    """The published schemas of actions and workflows accept them."""
    command = [str(node_modules / ".bin" / "action-validator"), str(file.relative_to(ROOT))]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
