"""Several targets in one run: side by side by account, within the rate limit, none absent, and merged from bundles."""

import json
import re
import shutil
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import reports
from door import Finished, clean_environment, contracts
from junit_schema import JUNIT_10
from markup import parse
from prometheus_client.openmetrics.parser import text_string_to_metric_families
from regions import PLANNED, Regions, most_within_a_minute

from contracts.commands import output, several, writing
from contracts.core.contract import load
from contracts.core.errors import OverBudget, UsageError, until
from contracts.core.report import Access
from contracts.formats import annotations, html, junit, markdown, metrics, result, terminal
from contracts.formats.terminal import Detail
from contracts.network.pace import Pace
from contracts.targets.across import across
from contracts.targets.target_entry import Entry, Judged

#: The command, with clocks that run only while an account waits, and what it held in memory, in KiB.
COMMAND = """
import sys, urllib.request
from contracts.cli import main
from contracts.network.pace import Pace
from contracts.targets.judging import Targets

def pace(_, account):
    now = [0.0]
    def sleep(seconds):
        now[0] += seconds
        name = account.removeprefix("CONTRACTS_TOKEN_").lower().replace("_", "-")
        with urllib.request.urlopen(urllib.request.Request(f"{sys.argv[1]}/slept/{name}/{seconds}")) as answer:
            answer.read()
    return Pace(clock=lambda: now[0], sleep=sleep)

Targets.pace = pace
status = main(sys.argv[2:])
with open("/proc/self/status") as told:  # getrusage counts the memory of the process that started this one, too
    print(status, *(line.split()[1] for line in told if line.startswith("VmHWM")), file=sys.stderr)
"""
TIMES = re.compile(r'"(?:began|seconds|started|waited)": [^\n,]*')


@pytest.mark.uncounted
def test_three_hundred_targets_of_twenty_accounts(tmp_path: Path) -> None:
    """No account is asked more than 60 times a minute, and a target that hangs delays no other account.

    It is answered only when all targets of the others were judged. The command holds less than 300 MiB.
    """
    with Regions(300, 20, {"t5": "position-text"}, hanging="t7") as server:
        (tmp_path / "targets.toml").write_text(server.file())
        arguments = (
            "verify",
            "--targets",
            "targets.toml",
            "--timeout",
            "90",
            "--retries",
            "0",
            "--json",
            "results.json",
        )
        done = subprocess.run(
            [sys.executable, "-c", COMMAND, server.url, *arguments],
            cwd=tmp_path,
            env=clean_environment(**{**server.environment, "no_proxy": "*"}),
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
    status, memory = map(int, done.stderr.split()[-2:])
    targets = {target["name"]: target for target in json.loads((tmp_path / "results.json").read_text())["targets"]}
    assert list(targets) == server.names
    told = {name: target["verdict"] for name, target in targets.items() if target["verdict"] != "conforms"}
    assert told == {"t5": "violates", "t7": "inconclusive"}
    assert (status, server.others_done.is_set()) == (1, True)
    assert {account: most_within_a_minute(times) for account, times in server.arrivals.items()}.keys() == {
        f"account-{number}" for number in range(20)
    }
    assert max(map(most_within_a_minute, server.arrivals.values())) <= 60
    assert min(len(times) for times in server.arrivals.values()) > 60, "the rate limit did not matter"
    assert memory < 300 * 2**10
    assert done.stdout.splitlines()[-1].startswith("VIOLATES: 300 targets: 1 violates, 1 inconclusive, 298 conform;")


def test_the_pace_is_kept_by_threads() -> None:
    """A turn is taken at once while there are some, then when the oldest is over; who cannot wait is told."""
    now = [0.0]
    pace = Pace(3, 60, clock=lambda: now[0], sleep=lambda seconds: now.__setitem__(0, now[0] + seconds))
    for _ in range(3):
        pace.take(0)
    with pytest.raises(OverBudget, match="3 requests were sent within a minute"):
        pace.take(59)
    pace.take(60)
    assert now == [60.0]
    pace.wait_for_capacity(3)
    assert now == [120.0]
    pace.wait_for_capacity(30)
    assert now == [120.0]


def folder(path: Path) -> dict[str, str]:
    """The text of every file below a folder, bundles aside, by its path."""
    return {
        str(file.relative_to(path)): file.read_text("utf-8")
        for file in sorted(path.rglob("*"))
        if file.is_file() and file.suffix != ".zip"
    }


#: Those of the targets whose token is there.
WITH_TOKEN = ("t0", "t1", "t2", "t3", "t5")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a file of six targets of three accounts, and the reports of one run, and of one of five of them.

    One violates, one has a variable that is not set; both belong to one account.
    """
    home = tmp_path_factory.mktemp("several")
    with Regions(6, 3, {"t1": "position-text"}) as server:
        text = server.file(vendor="Example", environment="production")
        (home / "targets.toml").write_text(
            text.replace('t4"\ntoken = "CONTRACTS_TOKEN_ACCOUNT_1"', 't4"\ntoken = "CONTRACTS_TOKEN_NOBODY"')
        )
        arguments = ("verify", "--targets", "targets.toml", "--reports", "one")
        done = contracts(*arguments, environment=server.environment, folder=home)
        (home / "one.out").write_text(done.out)
        assert done.status == 1, done.err
        only = [option for name in WITH_TOKEN for option in ("--only", name)]
        done = contracts(*arguments[:-1], "five", *only, environment=server.environment, folder=home)
        (home / "five.out").write_text(done.out)
    return home


def test_bundles_merged_are_what_one_run_gives(run: Path) -> None:
    """Merged bundles give every byte that the one run wrote over all its targets, and the same at the terminal.

    But for the lines to paste: those for evidence of somebody else hold no variable.
    """
    for number, name in enumerate(WITH_TOKEN):
        place = run / f"part-{number % 2}" / name
        place.mkdir(parents=True)
        shutil.copy(run / "five" / name / "run.zip", place)
    only = [option for name in WITH_TOKEN for option in ("--only", name)]
    done = contracts("merge", "part-0", "part-1", "--targets", "targets.toml", "--reports", "merged", *only, folder=run)
    assert done.status == 1, done.err
    assert "t0: run of 20" in done.out
    assert done.out.partition("\n✗")[2] == (run / "five.out").read_text().partition("✗")[2]
    one, merged = folder(run / "five"), folder(run / "merged")
    told = {f"{name}/report.html" for name in WITH_TOKEN} | {"t1/junit.xml", "t1/report.md", "t1/result.json"}
    assert {name for name in one if one[name] != merged[name]} == {"junit.xml", *told}
    unpasted = [re.sub(r'"(curl|rerun)": .*', "", files["t1/result.json"]) for files in (one, merged)]
    assert unpasted[0] == unpasted[1]
    assert "$BEARER_TOKEN" not in merged["t1/junit.xml"] + merged["t1/report.md"]
    assert (run / "merged" / "t0" / "run.zip").read_bytes() == (run / "five" / "t0" / "run.zip").read_bytes()


def test_a_bundle_that_is_missing_is_named(run: Path) -> None:
    """A target without a bundle is inconclusive and named, in every format; nothing is silently absent."""
    (run / "conforming").mkdir()
    shutil.copytree(run / "one" / "t0", run / "conforming" / "t0")
    arguments = ("merge", "conforming", "--targets", "targets.toml", "--reports", "lost")
    done = contracts(*arguments, folder=run)
    assert done.status == 3, done.err
    results = json.loads((run / "lost" / "results.json").read_text())
    jsonschema.validate(results, load("results.schema.json"))
    missing = [target["name"] for target in results["targets"] if target["report"] is None]
    assert missing == ["t1", "t2", "t3", "t4", "t5"]
    for name in missing:
        assert f"? {name}: inconclusive\n    could not judge: there is no bundle of it in conforming\n" in done.out
        assert re.search(rf"`{name}`: `there is no bundle", (run / "lost" / "report.md").read_text())
    suites = ET.parse(run / "lost" / "junit.xml").getroot()
    assert [suite.get("errors") for suite in suites] == ["0", *["1"] * 5]
    page = parse((run / "lost" / "index.html").read_text())
    told = {
        row.attributes["data-target"]: row.attributes["data-verdict"]
        for row in page.find("tr")
        if row.attributes.get("data-target")
    }
    assert told == {"t0": "conforms", **dict.fromkeys(missing, "inconclusive")}


def test_what_merge_could_not_write_is_said(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A report that cannot be written is no pass and ends no other; none of an earlier run is left in its place."""
    write = writing.write

    def full(file: str, content: str | bytes, **options: bool) -> None:
        if file.endswith("t0/junit.xml"):
            raise UsageError(f"{file} cannot be written: No space left on device")
        write(file, content, **options)

    monkeypatch.setattr("contracts.commands.writing.write", full)
    shutil.copytree(run / "one" / "t0", run / "young" / "t0")
    for old in ("t0/junit.xml", "t1/report.html", "t1/run.zip"):
        (run / "full" / old).parent.mkdir(parents=True, exist_ok=True)
        (run / "full" / old).write_text("old")
    asked = ("merge", "young", "--targets", "targets.toml", "--only", "t0", "--reports", "full")
    done = contracts(*asked, folder=run)
    assert (done.status, done.err) == (2, "contracts: full/t0/junit.xml cannot be written: No space left on device\n")
    assert {path.name for path in (run / "full" / "t0").iterdir()} == {file for _, file in output.FORMATS.values()} - {
        "junit.xml"
    } | {output.BUNDLE_FILE}
    assert contracts(*asked, "--only", "t1", folder=run).status == 3
    assert list((run / "full" / "t1").iterdir()) == []


def test_what_cannot_be_merged(run: Path) -> None:
    """A bundle of no target of the file, two of one target, or one of another endpoint are exit 2 and one line."""
    text = (run / "targets.toml").read_text()
    (run / "fewer.toml").write_text(text[text.index('[[target]]\nname = "t1"') :])
    (run / "elsewhere.toml").write_text(text.replace("/t0", "/t9"))
    for arguments, words in (
        (("one/t0", "--targets", "fewer.toml"), "the file of targets names no 't0'"),
        (("one/t0", "one/t0", "--targets", "targets.toml"), "t0 has a bundle already, one/t0/run.zip"),
        (("one/t0", "--targets", "elsewhere.toml"), "target of t0 is http"),
        (("one/t0/result.json", "--targets", "targets.toml"), "no bundle"),
        (("one/t0",), "there is no file of targets"),
        (("nothing", "--targets", "targets.toml"), "cannot be read"),
    ):
        done = contracts("merge", *arguments, folder=run)
        assert (done.status, len(done.err.splitlines())) == (2, 1), done.err
        assert words in done.err


def test_a_link_is_not_merged(run: Path) -> None:
    """A bundle that is a link is refused, and what it leads to is published nowhere."""
    (run / "linked" / "t0").mkdir(parents=True)
    (run / "linked" / "t0" / "run.zip").symlink_to(run / "one" / "t0" / "run.zip")
    arguments = ("merge", "linked", "--targets", "targets.toml", "--reports", "from-links")
    done = contracts(*arguments, folder=run)
    assert (done.status, done.err) == (2, "contracts: linked/t0/run.zip cannot be read: it is a link\n")
    assert not list((run / "from-links").rglob("run.zip"))


def test_every_target_is_told(run: Path) -> None:
    """What fails comes first, with its causes, what conforms is one line; each line fits 80 columns."""
    lines = (run / "one.out").read_text().splitlines()
    assert [line for line in lines if line[:1] in "✗?~✓" and line] == [
        "✗ t1: violates",
        "? t4: inconclusive",
        "✓ 4 targets conform: t0, t2, t3, t5",
    ]
    cause = lines[lines.index("✗ t1: violates") + 1]
    assert cause.startswith("    category.position /event_categories/0/position: expected an integer,")
    assert max(map(len, lines)) <= 80
    assert "NOBODY is not set: it is to hold the token of this target" in " ".join(" ".join(lines).split())
    assert lines[-1] == f"VIOLATES: 6 targets: 1 violates, 1 inconclusive, 4 conform; {5 * PLANNED} requests"


def test_junit_has_a_suite_a_target(run: Path) -> None:
    """Each suite has the name of its target, which is in every class, too; the strictest reader admits it."""
    root = ET.parse(run / "one" / "junit.xml").getroot()
    assert [suite.get("name") for suite in root] == ["t0", "t1", "t2", "t3", "t4", "t5"]
    for suite in root:
        classes = {str(case.get("classname")) for case in suite.iter("testcase")}
        assert all(name.startswith(f"{suite.get('name')}.event_categories") for name in classes)
    names = [(case.get("classname"), case.get("name")) for case in root.iter("testcase")]
    assert len(set(names)) == len(names)
    for element in root.iter():
        required, optional, children = JUNIT_10[element.tag]
        assert required <= set(element.keys()) <= required | optional, element.tag
        assert {child.tag for child in element} <= children


def test_results_follow_their_schema(run: Path) -> None:
    """The results over all are what their schema describes; each target differs from the first in what it breaks."""
    results = json.loads((run / "one" / "results.json").read_text())
    jsonschema.validate(results, load("results.schema.json"))
    assert results["targets"][0]["report"]["identity"] | {"ci": ""} == {
        "name": "t0",
        "vendor": "Example",
        "product": "",
        "version": "",
        "environment": "production",
        "ci": "",
    }
    differing = {each["target"]: {d["rule"] for d in each["differences"]} for each in results["across"]}
    assert differing["t2"] == set()
    assert "type-changed" in differing["t1"]
    assert next(each for each in results["across"] if each["target"] == "t4")["problem"].startswith("t4: ")


def test_the_page_has_a_matrix(run: Path) -> None:
    """Each clause has a cell a target that fails, and one for all that conform, with sign and words; nothing runs."""
    page = parse((run / "one" / "index.html").read_text())
    assert not page.find("script")
    [table] = [table for table in page.find("table") if "data-contract" in table.attributes]
    assert [cell.text for cell in table.find("thead")[0].find("th")][1:] == ["t1", "t4", "4 that conform"]
    cells = {row.find("th")[0].text: row.find("td") for row in table.find("tr") if row.find("td")}
    results = json.loads((run / "one" / "results.json").read_text())["targets"]
    for number, target in enumerate(each for each in results if each["name"] in ("t1", "t4", "t0")):
        number = (2, 0, 1)[number]  # noqa: PLW2901 - what conforms stands last
        for clause, outcome in target["report"]["clauses"].items():
            told = cells[clause][number].find("span", "visually-hidden")[0].text
            assert told == outcome["outcome"] or told in ("warned", "following")


def test_metrics_are_open_metrics(run: Path) -> None:
    """What the parser of the library reads: gauges alone, the verdict, each clause by target, times in seconds."""
    arguments = ("merge", "one", "--targets", "targets.toml", "--metrics", "contract.prom", "--summary")
    done = contracts(*arguments, folder=run)
    assert done.status == 1, done.err
    file = run / "contract.prom"
    assert file.stat().st_mode & 0o777 == 0o644
    families = {family.name: family for family in text_string_to_metric_families(file.read_text())}
    assert {family.type for family in families.values()} == {"gauge"}
    verdicts = {(s.labels["target"], s.labels["verdict"]) for s in families["contract_verdict"].samples if s.value == 1}
    assert {verdict for target, verdict in verdicts if target in ("t1", "t4")} == {"violates", "inconclusive"}
    states = {
        (s.labels["target"], s.labels["clause"]): s.labels["state"] for s in families["contract_clause_state"].samples
    }
    assert (states["t0", "category.id"], states["t1", "category.position"]) == ("held", "breached")
    seen = {(s.labels["target"], s.labels["clause"]): s.value for s in families["contract_clause_observations"].samples}
    assert seen["t0", "category.id"] > 0
    assert all(s.value > 1.7e9 for s in families["contract_run_timestamp_seconds"].samples)
    assert all(s.timestamp is None for family in families.values() for s in family.samples)


def test_metrics_of_one_run(tmp_path: Path) -> None:
    """A single run writes the same metrics; the target is called by its name."""
    done = contracts("verify", "--mock", "--name", "mine", "--metrics", "m.prom", "--summary", folder=tmp_path)
    assert done.status == 0, done.err
    [status] = [
        sample
        for family in text_string_to_metric_families((tmp_path / "m.prom").read_text())
        for sample in family.samples
        if sample.name == "contract_run_status"
    ]
    assert (status.labels, status.value) == ({"target": "mine", "contract": "event-categories"}, 0)


def test_a_stale_deviation_fails_the_run(tmp_path: Path) -> None:
    """A stale deviation of one target counts as 1, and the last line does not call that a breach."""
    (tmp_path / "deviations.toml").write_text(
        '[[deviation]]\nclause = "category.id"\nreason = "r"\nowner = "o"\nexpires = 2030-01-31\n'
    )
    with Regions(2, 1) as server:
        (tmp_path / "targets.toml").write_text(server.file())
        arguments = ("verify", "--targets", "targets.toml", "--deviations", "deviations.toml")
        done = contracts(*arguments, environment=server.environment, folder=tmp_path)
    assert done.status == 1, done.err
    assert done.last_line.startswith("FAILS: 2 targets: 2 conform, 2 targets with stale deviations;")


def deviations(*clauses: str) -> str:
    """A file of known deviations from these clauses."""
    entry = '[[deviation]]\nclause = "{}"\nreason = "r"\nowner = "o"\nexpires = 2999-01-31\n'
    return "".join(map(entry.format, clauses))


def test_shared_deviations_are_stale_over_all_targets(tmp_path: Path) -> None:
    """What one target needs is not stale at another; what none needs fails all; of some nobody can say it."""
    (tmp_path / "shared.toml").write_text(deviations("list.names-unique", "category.id"))
    (tmp_path / "used.toml").write_text(deviations("list.names-unique"))
    with Regions(3, 1, {"t1": "names-shared"}) as server:
        text = server.file()
        (tmp_path / "targets.toml").write_text(text)
        own = text.replace('name = "t1"\n', 'name = "t1"\ndeviations = "used.toml"\n')
        (tmp_path / "own.toml").write_text(own.replace('name = "t2"\n', 'name = "t2"\ndeviations = "used.toml"\n'))

        def verify(file: str, *more: str) -> Finished:
            arguments = ("verify", "--targets", file, "--reports", "out", *more)
            return contracts(*arguments, environment=server.environment, folder=tmp_path)

        shared = verify("targets.toml", "--deviations", "shared.toml")
        some = verify("targets.toml", "--deviations", "shared.toml", "--only", "t0", "--only", "t1")
        result = json.loads((tmp_path / "out" / "t0" / "result.json").read_text())
        used = verify("targets.toml", "--deviations", "used.toml")
        own_ = verify("own.toml")
    assert shared.status == 1
    assert "3 targets with stale deviations" in shared.last_line
    assert "deviation entry 2 for category.id" in shared.out
    assert "deviation entry 1" not in shared.out
    assert some.status == 0, some.out
    assert (result["stale"], result["shared_deviations"]) == ([], True)
    assert used.status == own_.status == 0, used.out + own_.out


def test_a_target_has_settings_of_its_own(tmp_path: Path) -> None:
    """Policy, deviations, baseline and header fields of an entry are those of its target, and of no other."""
    with Regions(2, 1) as server:
        token = {"BEARER_TOKEN": server.token, "KEY": "of-a-gateway-7f3a"}
        done = contracts("snapshot", f"{server.url}/t0", "-o", "old.json", environment=token, folder=tmp_path)
        assert done.status == 0, done.err
        snapshot = tmp_path / "old.json"
        snapshot.write_text(snapshot.read_text().replace('"app_operations"', '"applications"'))
        own = 'auth = "public"\nbaseline = "old.json"\nheader_env = ["X-Key=KEY"]\n'
        (tmp_path / "targets.toml").write_text(server.file().replace('name = "t1"\n', f'name = "t1"\n{own}'))
        arguments = ("verify", "--targets", "targets.toml", "--token-variables", "*", "--reports", "out")
        done = contracts(*arguments, environment={**server.environment, **token}, folder=tmp_path)
    assert done.status == 1
    t0, t1 = (json.loads((tmp_path / "out" / name / "result.json").read_text()) for name in ("t0", "t1"))
    assert (t0["scope"]["policy"], t0["comparison"], t0["access"]["headers"]) == ("either", None, [])
    assert (t1["scope"]["policy"], t1["comparison"]["status"]) == ("public", 1)
    assert t1["access"]["headers"] == [["X-Key", "KEY"]]
    assert sum(request.first("X-Key") == "of-a-gateway-7f3a" for request in server.requests) == PLANNED
    assert "of-a-gateway-7f3a" not in done.out + "".join(folder(tmp_path / "out").values())


def test_writing_over_targets_has_an_end(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the time is over before all is written, every report says so of what targets differ in; verdicts stay."""
    now = [time.monotonic()]

    def slow(*arguments: Any) -> str:
        now[0] += 1000.0
        return rendered(*arguments)

    rendered = junit.render_targets
    monkeypatch.setattr(junit, "render_targets", slow)
    monkeypatch.setattr(several, "until", lambda ends: until(ends, lambda: now[0]))
    done = contracts("merge", "one", "--targets", "targets.toml", "--reports", "slow", folder=run)
    assert (done.status, now[0] > 2000) == (1, True), done.err
    results = json.loads((run / "slow" / "results.json").read_text())
    assert {each["problem"] for each in results["across"]} == {
        "the time of the run was over before this was done (--deadline)"
    }
    assert [target["verdict"] for target in results["targets"]].count("conforms") == 4
    assert {file.name for file in (run / "slow").glob("*.*")} >= {"index.html", "junit.xml", "report.md"}


def test_comparing_the_targets_has_an_end(tmp_path: Path) -> None:
    """What targets differ in is told as far as it was found in the time of a run; the verdicts do not wait for it."""
    targets = [Judged(Entry(name, reports.URL), reports.conforming()) for name in ("a", "b", "c")]
    with until(0.0, lambda: 1.0):
        compared = list(across(targets))
    assert [(each.name, each.comparison) for each in compared] == [("b", None), ("c", None)]
    assert all("--deadline" in each.problem for each in compared)
    assert "--deadline" in terminal.render_targets(targets, compared) + markdown.render_targets(targets, compared)


def test_each_target_is_held_against_a_baseline(tmp_path: Path) -> None:
    """With a baseline each target is compared with it, and one that broke what was there fails the run."""
    with Regions(2, 1) as server:
        (tmp_path / "targets.toml").write_text(server.file())
        old = {"BEARER_TOKEN": server.token}
        assert contracts("snapshot", f"{server.url}/t0", "-o", "old.json", environment=old, folder=tmp_path).status == 0
        text = (tmp_path / "old.json").read_text()
        (tmp_path / "old.json").write_text(text.replace('"app_operations"', '"applications"'))
        arguments = ("verify", "--targets", "targets.toml", "--baseline", "old.json")
        done = contracts(*arguments, environment=server.environment, folder=tmp_path)
    assert done.status == 1, done.err
    assert done.last_line.startswith("FAILS: 2 targets: 2 conform, 2 targets not held against the baseline;")


def test_no_token_goes_to_a_target_that_names_none(tmp_path: Path) -> None:
    """The token of the shell is nobody's of the file: a target without one is asked without credentials."""
    with Regions(1, 1) as server:
        text = re.sub("token = .*\n", "", server.file())
        (tmp_path / "targets.toml").write_text(text)
        done = contracts(
            "verify", "--targets", "targets.toml", environment={"BEARER_TOKEN": server.token}, folder=tmp_path
        )
    sent = [request.first("Authorization") for request in server.requests]
    assert done.status == 0  # the list is for guests, too
    assert sent.count(None) == PLANNED - 1  # the other one sends a made-up token
    assert server.token not in done.out + done.err + "".join(filter(None, sent))


@pytest.mark.parametrize(
    ("environ", "url"),
    [
        ({}, ""),
        (
            {"GITHUB_SERVER_URL": "https://github.com", "GITHUB_REPOSITORY": "o/r", "GITHUB_RUN_ID": "7"},
            "https://github.com/o/r/actions/runs/7",
        ),
        ({"GITHUB_SERVER_URL": "https://github.com"}, ""),
        ({"CI_JOB_URL": "https://gitlab.example/o/r/-/jobs/7"}, "https://gitlab.example/o/r/-/jobs/7"),
        ({"BUILD_URL": "http://jenkins.example/job/a/7/"}, "http://jenkins.example/job/a/7/"),
        ({"BUILDKITE_BUILD_URL": "https://buildkite.com/o/p/builds/7"}, "https://buildkite.com/o/p/builds/7"),
        ({"CIRCLE_BUILD_URL": "https://circleci.com/gh/o/r/7"}, "https://circleci.com/gh/o/r/7"),
        (
            {"SYSTEM_COLLECTIONURI": "https://dev.azure.com/o/", "SYSTEM_TEAMPROJECT": "a b", "BUILD_BUILDID": "7"},
            "https://dev.azure.com/o/a%20b/_build/results?buildId=7",
        ),
        ({"CI_JOB_URL": "javascript:alert(1)"}, ""),
        ({"CI_JOB_URL": "https://x.example/\x1b[31m"}, ""),
        ({"CI_JOB_URL": "https://x.example/" + "a" * 2000}, ""),
        (
            {"CI_JOB_URL": 'https://x.example/"><script>alert(1)</script>'},
            'https://x.example/"><script>alert(1)</script>',
        ),
    ],
)
def test_the_run_of_ci_is_told(environ: dict[str, str], url: str, tmp_path: Path) -> None:
    """The URL of the CI run is in the result where the environment tells one, as text and never as markup."""
    done = contracts("verify", "--mock", "--reports", "out", environment=environ, folder=tmp_path)
    assert done.status == 0, done.err
    result: dict[str, Any] = json.loads((tmp_path / "out" / "result.json").read_text())
    assert result["identity"]["ci"] == url
    assert ("CI run " in done.out) == bool(url)
    assert url in done.out
    page = parse((tmp_path / "out" / "report.html").read_text())
    assert len(page.find("script")) == 1
    assert not url or url in page.text


def test_name_and_environment_are_in_every_format(tmp_path: Path) -> None:
    """What a single run is called is in the result, the page, the summary, JUnit and at the terminal."""
    options = ("--name", "osc-fr1", "--environment", "staging <b>", "--implementation", "Example 4")
    done = contracts("verify", "--mock", *options, "--reports", "out", folder=tmp_path)
    assert done.status == 0, done.err
    files = folder(tmp_path / "out")
    for name in ("report.html", "report.md", "junit.xml", "result.json"):
        assert "osc-fr1" in files[name], name
        assert "Example 4" in files[name], name
    assert "staging <b>" not in files["report.html"] + files["junit.xml"]
    assert "name osc-fr1" in done.out
    assert ET.fromstring(files["junit.xml"])[0].get("name") == "osc-fr1"


def test_github_is_told_of_every_target_that_does_not_conform(run: Path) -> None:
    """On a runner each target that fails or could not be judged is an annotation, and the table is on the page."""
    environment = {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(run / "summary.md")}
    arguments = ("merge", "one", "--targets", "targets.toml", "--summary")
    done = contracts(*arguments, environment=environment, folder=run)
    told = [line.partition("::")[2].partition("::")[0] for line in done.err.splitlines()]
    assert told == [
        "error title=event-categories%3A t1 violates",
        "error title=event-categories%3A t4 inconclusive",
    ]
    table = (run / "one" / "report.md").read_text().partition("\n\n")[0]
    assert (run / "summary.md").read_text().startswith(table)


def test_the_page_links_to_the_targets(run: Path) -> None:
    """In the folder of the reports the page leads to that of each target; written elsewhere it leads nowhere."""
    page = parse((run / "one" / "index.html").read_text())
    links = [a.attributes["href"] for a in page.find("a") if a.attributes["href"].endswith(".html")]
    assert links == [f"t{number}/report.html" for number in (1, 4, 0, 2, 3, 5)]  # what fails comes first
    assert all((run / "one" / link).is_file() for link in links)
    done = contracts("merge", "one", "--targets", "targets.toml", "--html", "index.html", "--summary", folder=run)
    assert done.status == 1, done.err
    assert "report.html" not in (run / "index.html").read_text()


def test_a_part_is_counted_apart_over_several_targets() -> None:
    """Where one target was judged in part, no format calls the whole a conforming one; each says what narrowed it."""
    part = reports.conforming(access=Access(allow_plain_http=True))
    targets = [Judged(Entry("a", reports.URL), reports.conforming()), Judged(Entry("b", reports.URL), part)]
    reason = "plain HTTP was allowed"
    last = f"PARTIAL ({reason}): 2 targets: 1 partial, 1 conforms; 18 requests"
    for detail in Detail:
        assert terminal.render_targets(targets, detail=detail).splitlines()[-1] == last
    text = markdown.render_targets(targets)
    assert text.startswith("## \N{INFORMATION SOURCE}\ufe0f Contract of 2 targets\n")
    assert f"`b` | \N{INFORMATION SOURCE}\ufe0f partial ({reason})" in text
    assert json.loads(result.render_targets(targets))["headline"] == last
    assert [target["verdict"] for target in json.loads(result.render_targets(targets))["targets"]] == [
        "conforms",
        "partial",
    ]
    page = parse(html.render_targets(targets))
    assert page.find("h1")[0].text == f"Partial ({reason})"
    assert page.find("body", "partial")
    skipped = ET.fromstring(junit.render_targets(targets)).findall(".//testcase[@name='verdict']/skipped")
    assert [case.get("message") for case in skipped] == [f"partial ({reason})"]
    families = text_string_to_metric_families(metrics.render_targets(targets))
    samples = [sample for family in families for sample in family.samples if sample.labels.get("target") == "b"]
    verdicts = {s.labels["verdict"]: s.value for s in samples if s.name == "contract_verdict"}
    assert verdicts == {"conforms": 0, "partial": 1, "violates": 0, "inconclusive": 0}
    assert [s.labels["reason"] for s in samples if s.name == "contract_run_narrowed"] == [reason]


def test_sixty_targets_show_the_failing_ones_first() -> None:
    """What fails is shown, the worst first; what conforms is one line, one fold or one column."""
    failing = {7: reports.violating(), 12: reports.unreachable(), 33: reports.violating()}
    targets = [
        Judged(Entry(f"t{number:02}", reports.URL), failing.get(number, reports.conforming())) for number in range(60)
    ]
    order = ["t07", "t33", "t12"]
    lines = terminal.render_targets(targets).splitlines()
    assert [line.split()[1].strip(":") for line in lines if line[:1] in ("✗", "?", "~")] == order
    assert "57 targets conform: t00, t01," in " ".join(lines)
    text = markdown.render_targets(targets)
    assert re.findall(r"(?m)^\| `(t\d\d)`", text)[:3] == order
    assert "<summary>57 targets conform</summary>" in text
    page = parse(html.render_targets(targets))
    [fold] = page.find("details", "conforming")
    rows = [row.attributes["data-target"] for row in page.find("tr") if "data-target" in row.attributes]
    assert (rows[:3], len(rows)) == (order, 60)
    assert len(fold.find("tr")) == 57 + 1
    [table] = [table for table in page.find("table") if "data-contract" in table.attributes]
    assert [cell.text for cell in table.find("thead")[0].find("th")] == ["clause", *order, "57 that conform"]


def test_hostile_texts_are_inert_over_several_targets() -> None:
    """What a target, the file or the environment says is text in every format over all: no markup, no command."""
    trap = reports.HOSTILE
    entries = [Entry(name, reports.URL, vendor=trap, environment=trap) for name in ("a", "b", "c")]
    targets = [
        Judged(entries[0], reports.hostile()),
        Judged(entries[1], replace(reports.doctored(), started="")),
        Judged(entries[2], None, trap),
    ]
    page = parse(html.render_targets(targets, linked=True))
    assert not page.find("script")
    assert not page.find("img")
    assert "<script>alert(1)</script>" in page.text
    ET.fromstring(junit.render_targets(targets))
    jsonschema.validate(json.loads(result.render_targets(targets)), load("results.schema.json"))
    for line in annotations.render_targets(targets).splitlines():
        assert re.fullmatch(r"::error title=[^:,]+::\S.*", line)
    for text in (terminal.render_targets(targets), markdown.render_targets(targets)):
        assert all(character.isprintable() or character == "\n" for character in text)
    list(text_string_to_metric_families(metrics.render_targets(targets)))


def test_the_brief_words_name_the_target_of_each(tmp_path: Path) -> None:
    """With --quiet there is one line for each target that fails, with its first cause, and none for what conforms."""
    with Regions(3, 3, {"t1": "position-text"}) as server:
        (tmp_path / "targets.toml").write_text(server.file())
        asked = ("verify", "--targets", "targets.toml", "--quiet")
        done = contracts(*asked, environment=server.environment, folder=tmp_path)
    *lines, last = done.out.splitlines()
    assert done.status == 1
    assert last.startswith("VIOLATES: 3 targets: 1 violates, 2 conform")
    assert [line.partition(": expected ")[0] for line in lines] == [
        "t1: category.position /event_categories/0/position"
    ]
    entry = Entry("t9", "https://api.example/v1")
    quiet = terminal.render_targets([Judged(entry, None, "its job was lost")], detail=Detail.QUIET)
    assert quiet.splitlines()[0] == "t9: could not judge: its job was lost"


def test_a_fault_of_the_suite_in_a_thread_is_no_verdict(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What goes wrong in the thread of an account ends the run: exit 4, and no target counts as judged."""

    def broken(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("contracts.targets.judging.Targets._judge", broken)
    with Regions(2, 2) as server:
        (tmp_path / "targets.toml").write_text(server.file())
        done = contracts("verify", "--targets", "targets.toml", environment=server.environment, folder=tmp_path)
    assert done.status == 4
    assert "a fault of the suite itself: RuntimeError" in done.err


def test_an_empty_folder_is_no_bundle(tmp_path: Path) -> None:
    """A folder without a bundle is named, for a run that wrote none would else be missing without a word."""
    (tmp_path / "job").mkdir()
    with Regions(1, 1) as server:
        (tmp_path / "targets.toml").write_text(server.file())
    done = contracts("merge", "--targets", "targets.toml", "job", folder=tmp_path)
    assert done.status == 2
    assert "job: there is no run.zip in this folder" in done.err
