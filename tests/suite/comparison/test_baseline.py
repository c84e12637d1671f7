"""``contracts verify --baseline``: the clauses and what was there before, in one run, one report and one bundle."""

import io
import json
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import jsonschema
import pytest
from door import Finished, contracts, pytest_quick
from subject import BY_NAME, SAMPLE
from test_compare import KEY, OLD, SCHEMA, Elements, environment, exceptions, kept, renamed, without

from contracts.core.errors import until
from contracts.event_categories.contract import CONTRACT
from contracts.formats.wording import gate_of
from contracts.mock.faults.fault import instead
from contracts.mock.reply import Change, Reply, json_reply
from contracts.mock.server import MockServer
from contracts.prepare import prepare
from contracts.run import verify
from contracts.settings.sources import resolve


def verified(
    baseline: str, *arguments: str, elements: Elements | None = None, faults: tuple[Change, ...] = (), **variables: str
) -> Finished:
    """What ``verify --baseline`` says of a target that lists the elements."""
    with MockServer(SAMPLE, elements=elements, faults=faults) as server:
        asked = ("verify", server.url, "--baseline", baseline, *arguments)
        return contracts(*asked, environment={**environment(server), **variables})


def test_nothing_broken(tmp_path: Path) -> None:
    """A conforming target that lists what was there before conforms, and the last line counts the differences."""
    done = verified(kept(tmp_path, "old"), elements=renamed())
    assert done.status == 0
    assert done.last_line.startswith("CONFORMS: ")
    assert done.last_line.endswith(
        f"; 0 breaking, 1 visible, 0 additive, 0 unstable against the baseline {tmp_path}/old"
    )


def test_what_breaks_the_baseline_fails_the_run_in_every_format(tmp_path: Path) -> None:
    """A conforming target that lost a category is exit 1, and every format says both."""
    done = verified(kept(tmp_path, "old"), "--reports", str(tmp_path), elements=without("addons"))
    assert done.status == 1
    words = "onforms, but 1 breaking against the baseline"
    assert done.last_line.startswith("CONFORMS, but 1 breaking against the baseline: ")
    assert "The category is gone." in done.out
    for name in ("report.md", "report.html", "junit.xml", "result.json", "badge.json", "exchanges.har"):
        assert words in (tmp_path / name).read_text("utf-8"), name
    for name in ("report.md", "report.html", "junit.xml", "result.json"):
        assert f"addons ({OLD[1]['id']})" in (tmp_path / name).read_text("utf-8") or name == "result.json"
    [failure] = ET.parse(tmp_path / "junit.xml").iter("failure")
    assert failure.get("type") == "breaking"
    assert json.loads((tmp_path / "badge.json").read_text("utf-8"))["color"] == "orange"


def test_the_result_holds_the_comparison(tmp_path: Path) -> None:
    """Its member comparison is a document of the schema of comparisons, but for what the result says itself."""
    done = verified(kept(tmp_path, "old"), "--json", "-", elements=without("addons"))
    result: dict[str, Any] = json.loads(done.out)
    members = [name for name in SCHEMA["required"] if name not in ("$schema", "suite", "name")]
    schema = {
        **SCHEMA,
        "required": members,
        "properties": {name: SCHEMA["properties"][name] for name in members},
    }
    jsonschema.Draft202012Validator(schema).validate(result["comparison"])
    assert (result["verdict"], result["status"], result["comparison"]["status"]) == ("conforms", 1, 1)
    assert [difference["rule"] for difference in result["comparison"]["differences"]] == ["element-removed"]


def test_a_breach_and_a_broken_baseline(tmp_path: Path) -> None:
    """Both are told; the exit status is the worse."""
    old = kept(tmp_path, "old")
    changed = [{**element, "position": str(element["position"])} for element in without("addons")]
    done = verified(old, "--quiet", elements=changed)
    assert done.status == 1
    assert done.last_line.startswith("VIOLATES, and 12 breaking against the baseline: ")
    assert "breaking element-removed" in done.out


@pytest.mark.parametrize(
    ("reply", "status", "words"),
    [
        (json_reply({KEY: []}), 1, "INCONCLUSIVE, and 12 breaking"),
        (Reply(503), 3, "INCONCLUSIVE, and not compared with the baseline: "),
        (Reply(200, b"<"), 1, "VIOLATES, and not compared with the baseline: "),
    ],
    ids=("empty", "unavailable", "no JSON"),
)
def test_what_could_not_be_compared(reply: Reply, status: int, words: str, tmp_path: Path) -> None:
    """A run whose list was not observed says that it was not compared; a list that is empty broke everything."""
    done = verified(kept(tmp_path, "old"), "--summary", "--retries", "0", faults=(instead(["list"], reply),))
    assert done.last_line.startswith(words)
    assert done.status == status


def test_a_run_that_conforms_and_could_not_be_compared(tmp_path: Path) -> None:
    """An old list that is empty is no evidence: exit 3, unless it is accepted."""
    empty = kept(tmp_path, "old", [])
    done = verified(empty)
    assert (done.status, done.last_line[:48]) == (3, "CONFORMS, but not compared with the baseline: ht")
    assert verified(empty, "--allow-empty").status == 0


def test_a_selection_of_clauses_is_compared_too(tmp_path: Path) -> None:
    """With --clause the list is asked for twice all the same, for the comparison needs both answers."""
    done = verified(kept(tmp_path, "old"), "--clause", "category.id", "--json", "-", elements=without("addons"))
    result = json.loads(done.out)
    assert [exchange["probe"] for exchange in result["exchanges"]] == ["list", "repeat"]
    assert (result["status"], result["comparison"]["read_once"]) == (1, [])


def test_an_exception_to_the_baseline(tmp_path: Path) -> None:
    """What is accepted fails no more; an exception that excuses nothing fails the run."""
    old = kept(tmp_path, "old")
    file = exceptions(tmp_path, datetime.now(UTC) + timedelta(days=90))
    done = verified(old, "--accept", file, elements=without("addons"))
    assert done.status == 0
    assert "0 breaking, 0 visible, 0 additive, 0 unstable, 1 accepted against the baseline" in done.last_line
    stale = verified(old, "--accept", file, "--quiet")
    assert stale.status == 1
    assert stale.last_line.startswith("CONFORMS, but 1 exception to the baseline stale: ")
    assert "exception 1 for element-removed matches nothing any more" in stale.out


@pytest.mark.parametrize("kind", ["--json", "--bundle"])
def test_a_result_and_a_bundle_are_a_baseline(kind: str, tmp_path: Path) -> None:
    """The run that was made before a release is the baseline of the next one."""
    path = str(tmp_path / "before")
    with MockServer(SAMPLE) as server:
        contracts("verify", server.url, kind, path, environment=environment(server))
    assert verified(path).status == 0
    assert verified(path, elements=without("addons")).status == 1


def bundled(tmp_path: Path, *arguments: str) -> Path:
    path = tmp_path / "run.zip"
    verified(kept(tmp_path, "old"), "--bundle", str(path), *arguments, elements=without("addons"))
    return path


def test_a_bundle_holds_the_baseline(tmp_path: Path) -> None:
    """Who audits it compares again, and finds every file as it stands there; the comparison counts for --expect."""
    file = exceptions(tmp_path, datetime.now(UTC) + timedelta(days=90))
    path = bundled(tmp_path)
    audited = contracts("audit", str(path), "--quiet")
    assert audited.status == 0, audited.out
    assert ": CONFORMS, but 1 breaking against the baseline: " in audited.last_line
    assert contracts("audit", str(path), "--expect", "conforms").status == 1
    accepted = bundled(tmp_path, "--accept", file)
    assert contracts("audit", str(accepted), "--expect", "conforms").status == 0


@pytest.mark.parametrize("name", ["baseline.json", "accept.toml"])
def test_a_bundle_without_what_it_was_compared_with_differs(name: str, tmp_path: Path) -> None:
    """Taking the baseline or the exceptions out of a bundle is found, also with a manifest that was made to fit."""
    path = bundled(tmp_path, "--accept", exceptions(tmp_path, datetime.now(UTC) + timedelta(days=90)))
    stream = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(stream, "w") as new:
        for entry in old.namelist():
            content = old.read(entry)
            if entry == "manifest.json":
                manifest = json.loads(content)
                del manifest["files"][name]
                content = json.dumps(manifest).encode()
            if entry != name:
                new.writestr(entry, content)
    path.write_bytes(stream.getvalue())
    audited = contracts("audit", str(path), "--quiet")
    assert audited.status == 1
    assert "result.json: is not what the exchanges give" in audited.out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--baseline", "missing"), "missing cannot be read"),
        (("--baseline", "types"), "types is about event-types, and the run about event-categories"),
        (("--baseline", "twice"), "no baseline: "),
        (("--accept", "missing"), "--accept: nothing is compared"),
        (("--baseline", "old", "--accept", "old"), "old: "),
        (("--baseline", "old", "--json", "old"), "it is read, too"),
        (("--fail-on", "visible"), "--fail-on: nothing is compared"),
        (("--max-age", "30"), "--max-age: nothing is compared"),
        (("--write-accept", "new.toml"), "--write-accept: nothing is compared"),
        (("--baseline", "old", "--write-accept", "types"), "types exists already"),
    ],
    ids=range(10),
)
def test_a_mistake_is_said_before_the_run(arguments: tuple[str, ...], words: str, tmp_path: Path) -> None:
    """A baseline that cannot be one is exit 2 and one line, and nothing is sent."""
    old = Path(kept(tmp_path, "old"))
    kept(tmp_path, "twice", [*OLD, OLD[0]])
    (tmp_path / "types").write_text(
        old.read_text("utf-8").replace('"name": "event-categories"', '"name": "event-types"')
    )
    with MockServer(SAMPLE) as server:
        done = contracts("verify", server.url, *arguments, environment=environment(server), folder=tmp_path)
        assert (done.status, done.out, server.requests) == (2, "", [])
    assert words in done.err
    assert done.err.count("\n") == 1


def test_an_annotation_names_what_is_broken(tmp_path: Path) -> None:
    """In GitHub Actions a broken baseline is one error with its first differences."""
    done = verified(kept(tmp_path, "old"), "--summary", elements=without("addons"), GITHUB_ACTIONS="true")
    [line] = [line for line in done.err.splitlines() if line.startswith("::error")]
    assert line.startswith(
        "::error title=event categories%3A 1 breaking against the baseline::breaking element-removed"
    )


def test_pytest_compares_nothing(tmp_path: Path) -> None:
    """A baseline that reaches pytest is refused: no item would fail for what breaks it."""
    with MockServer(SAMPLE) as server:
        variables = {**environment(server), "CONTRACTS_BASELINE": kept(tmp_path, "old")}
        status, output = pytest_quick("tests/contract/test_clauses.py", "--target", server.url, **variables)
        assert server.requests == []
    assert status == 4
    assert "environment CONTRACTS_BASELINE: pytest compares nothing with a baseline" in output


def test_a_comparison_ends_with_the_run(tmp_path: Path) -> None:
    """When the time of the run is over during the comparison, it is inconclusive, and not half a comparison."""
    old = kept(tmp_path, "old")
    with MockServer(SAMPLE, elements=without("addons")) as server:
        settings = resolve({"target": server.url, "baseline": old}, {}, tmp_path)
        with prepare(settings, CONTRACT, environment(server)) as run:
            report = verify(run)
            assert run.baseline is not None
            with until(0.0, lambda: 1.0):
                late = gate_of(run.baseline.compared(report))
    assert late is not None
    assert (report.status, late.status, late.comparison) == (1, 3, None)
    assert "--deadline" in late.problem


def test_reports_are_equal_by_value(tmp_path: Path) -> None:
    """Two runs against one target in one state give equal comparisons, but for the time of the new side."""
    old = kept(tmp_path, "old")
    with MockServer(SAMPLE, faults=(BY_NAME["position-text"].apply,)) as server:
        settings = resolve({"target": server.url, "baseline": old}, {}, tmp_path)
        with prepare(settings, CONTRACT, environment(server)) as run:
            one, other = (gate_of(run.compared(verify(run))) for _ in range(2))
    assert one is not None
    assert other is not None
    assert one.comparison == other.comparison
    assert one.failing
