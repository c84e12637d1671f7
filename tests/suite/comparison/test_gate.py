"""What a gate knows of its baseline, what of it fails, and what has been agreed upon; at both doors."""

import json
import re
import tomllib
import xml.etree.ElementTree as ET
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from door import Finished, contracts
from subject import BY_NAME, CONTRACT, SAMPLE, categories

from contracts.comparison.accepted import ACCEPT
from contracts.comparison.gate import Gate, Kind, Source, Terms, gate
from contracts.comparison.snapshot import Reading, Snapshot
from contracts.core.report import Impact
from contracts.mock.reply import Change, list_reply
from contracts.mock.server import MockServer

OLD = categories(4)
TAKEN = "2030-01-01T12:00:00Z"
NOW = datetime(2030, 1, 31, 12, tzinfo=UTC)
Elements = list[dict[str, Any]]


def source(elements: Elements, *, kind: Kind = Kind.SNAPSHOT, taken: str = TAKEN, **more: Any) -> Source:
    """A source that lists the elements, whenever it is read."""
    values = {"verdict": "conforms", "readings": (Reading(elements, {}),), "times": 2, **more}
    snapshot = Snapshot(
        contract="event-categories", digest="sha256:0", suite="0.1.0", target="https://a.example", taken=taken, **values
    )
    return Source(kind, "baseline.json", "https://a.example", snapshot)


def gated(old: Source, elements: Elements = OLD, **terms: Any) -> Gate:
    """The gate that holds the elements against an old side."""
    new = source(elements, kind=Kind.URL, taken="2030-01-31T12:00:00Z")
    return gate(CONTRACT, "0.1.0", (old, new), Terms(**terms), NOW)


def changed(**members: Any) -> Elements:
    return [{**OLD[0], **members}, *OLD[1:]]


def test_exit_status() -> None:
    """0 nothing fails, 1 something does, 3 a side could not be observed or there was nothing to be broken."""
    bodies = OLD, changed(extra=1), changed(display_name="x"), OLD[1:]
    table = {level: [gated(source(OLD), new, fail_on=level).status for new in bodies] for level in list(Impact)[:3]}
    assert table == {Impact.BREAKING: [0, 0, 0, 1], Impact.VISIBLE: [0, 0, 1, 1], Impact.ADDITIVE: [0, 1, 1, 1]}
    assert gated(source([])).status == 3
    assert gated(source([]), allow_empty=True).status == 0
    assert gated(source([]), fail_on=Impact.ADDITIVE).status == 1
    assert gated(source(OLD), [], allow_empty=True).status == 1
    unobserved = gated(Source(Kind.RESULT, "old", "", None, "nobody was there"))
    assert (unobserved.status, unobserved.reason, unobserved.verdict) == (3, "old: nobody was there", "inconclusive")
    assert (unobserved.accepted, unobserved.failures, unobserved.failing, unobserved.proposal) == (0, 0, (), "")
    assert unobserved.counts == "0 breaking, 0 visible, 0 additive, 0 unstable"
    assert (unobserved.against, unobserved.baseline) == ("not compared with the baseline", "")
    assert (unobserved.notes, unobserved.warnings) == ((), ())


def test_a_side_that_cannot_be_compared_is_named() -> None:
    """Whichever it is, by the name that the person who compares gave it, and what is the matter with it."""
    twice = [OLD[0], OLD[0]]
    words = f"baseline.json: the list cannot be compared: several elements share the id '{OLD[0]['id']}'"
    assert [gate.reason[: len(words)] for gate in (gated(source(twice)), gated(source(OLD), twice))] == [words] * 2


def test_what_fails_against_a_baseline_is_counted_by_impact() -> None:
    """The words for a run name each impact that fails, and no other."""
    new = [{**each, "display_name": "x"} for each in OLD[1:]]
    assert gated(source(OLD), new).against == "1 breaking against the baseline"
    assert gated(source(OLD), new, fail_on=Impact.VISIBLE).against == "1 breaking and 3 visible against the baseline"
    assert gated(source(OLD)).against == ""


@pytest.mark.parametrize(
    ("taken", "days", "words"),
    [
        ("2030-01-01T12:00:00Z", 30, ""),
        ("2030-01-01T11:59:59Z", 30, "the baseline is 30 days old, and --max-age allows 30 days"),
        ("2029-01-01T12:00:00Z", 30, "the baseline is 395 days old, and --max-age allows 30 days"),
        ("2030-01-31T12:05:00Z", 30, ""),
        ("2030-01-31T12:05:01Z", 30, "the baseline was taken at 2030-01-31T12:05:01Z, which is to come"),
        ("2999-01-01T12:00:00Z", 30, "the baseline was taken at 2999-01-01T12:00:00Z, which is to come"),
        ("", 30, "the baseline does not say when it was taken"),
        ("2029-01-01T12:00:00Z", None, ""),
    ],
)
def test_a_baseline_that_is_too_old_fails(taken: str, days: int | None, words: str) -> None:
    """Older than --max-age, from the future or of no time is exit 1, and said; what breaks is told all the same."""
    judged = gated(source(OLD, taken=taken), max_age=days and days * 86400)
    assert (judged.too_old, judged.status) == (words, 1 if words else 0)
    assert (judged.verdict == "too old", words in judged.warnings, words in judged.notes) == ((bool(words),) * 3)
    broken = gated(source(OLD, taken=taken), OLD[1:], max_age=days and days * 86400)
    assert (broken.status, broken.verdict) == (1, "breaking")


def test_what_is_known_of_a_baseline() -> None:
    """Its age, what was found, and by which suite; what violates or is partial is a warning, and a target has none."""
    assert gated(source(OLD)).baseline == "30 days old, conforms by suite 0.1.0"
    assert gated(source(OLD)).warnings == ()
    violating = gated(source(OLD, verdict="violates"))
    assert violating.warnings == ("the baseline violates the contract",)
    partial = gated(source(OLD, verdict="inconclusive", partial=("a file was judged", "breaches are waived")))
    assert partial.warnings == (
        "the baseline could not be judged whole",
        "the baseline is partial: a file was judged; breaches are waived",
    )
    target = gated(source(OLD, kind=Kind.URL, verdict="violates", partial=("only some clauses were selected",)))
    assert (target.baseline, target.warnings) == ("", ())


def test_what_was_added_is_unprotected() -> None:
    """A baseline knows nothing of what came since: that is said, of a baseline and not of a target."""
    words = "2 additions since the baseline, unprotected until a new snapshot is taken"
    more = [*changed(extra=1), {**OLD[0], "id": "x", "name": "y", "position": 9}]
    assert words in gated(source(OLD), more).notes
    assert not [note for note in gated(source(OLD, kind=Kind.URL), more).notes if "unprotected" in note]
    assert gated(source(OLD)).notes == ()


def test_the_worst_of_what_fails_is_the_verdict() -> None:
    """Whatever else differs, and as far as anything is to fail."""
    new = [*changed(display_name="x", extra=1)[:2], {**OLD[0], "id": "x", "name": "y", "position": 9}]
    assert [gated(source(OLD), new, fail_on=impact).verdict for impact in list(Impact)[:3]] == ["breaking"] * 3
    mild = [*changed(display_name="x", extra=1), {**OLD[0], "id": "x", "name": "y", "position": 9}]
    verdicts = [gated(source(OLD), mild, fail_on=impact).verdict for impact in list(Impact)[:3]]
    assert verdicts == ["nothing breaking", "visible", "visible"]


def test_what_some_elements_share_is_agreed_upon_one_by_one() -> None:
    """One entry for all elements is proposed where all of them differ, and by one value, or in no value at all."""

    def proposed(new: Elements) -> list[dict[str, str]]:
        listed = tomllib.loads(gated(source(OLD), new, fail_on=Impact.ADDITIVE).proposal).get("accept", [])
        return [{key: text for key, text in each.items() if key in ("id", "elements", "after")} for each in listed]

    def lost(*elements: dict[str, Any]) -> Elements:
        return [{name: value for name, value in each.items() if name != "display_name"} for each in elements]

    assert proposed(OLD) == []
    assert proposed(lost(*OLD)) == [{"elements": "all", "after": "nothing"}]
    assert proposed([*lost(*OLD[:2]), *OLD[2:]]) == [{"id": OLD[0]["id"]}, {"id": OLD[1]["id"]}]
    assert proposed([{**each, "extra": 1} for each in OLD]) == [{"elements": "all", "after": "1"}]
    assert proposed([{**each, "extra": each["name"]} for each in OLD]) == [{"elements": "all"}]
    texts = [{**each, "display_name": f"x{number}"} for number, each in enumerate(OLD)]
    assert [each["after"] for each in proposed(texts)] == [f'"x{number}"' for number in range(len(OLD))]
    assert proposed([{**each, "display_name": "x"} for each in OLD]) == [{"elements": "all", "after": '"x"'}]


def test_more_than_is_listed_is_proposed_in_steps() -> None:
    """Entries are for what is listed; the number of the others stands behind them."""
    old = [{"id": f"i{number}", "name": f"n{number}"} for number in range(1002)]
    text = gated(source(old), []).proposal
    assert text.endswith("\n# and 2 more differences: propose again once these are agreed upon\n")
    assert len(tomllib.loads(text)["accept"]) == 1000


def entry(expires: str, **names: str) -> str:
    keys = "".join(f"{key} = {json.dumps(value)}\n" for key, value in names.items())
    return f'[[accept]]\n{keys}reason = "agreed"\nowner = "team"\nexpires = {expires}\n'


def test_what_is_accepted_is_never_nothing() -> None:
    """A gate that only stands open because of exceptions says so, and when they end."""
    text = entry("2030-02-10", rule="element-removed", id=OLD[0]["id"])
    judged = gated(source(OLD), OLD[1:], entries=ACCEPT.read(text, "x"))
    assert (judged.status, judged.verdict, judged.accepted) == (0, "accepted", 1)
    assert judged.counts == "0 breaking, 0 visible, 0 additive, 0 unstable, 1 accepted"
    assert judged.warnings == ("1 exception expires on 2030-02-10",)
    late = entry("2030-02-20", rule="element-removed", id=OLD[0]["id"])
    assert gated(source(OLD), OLD[1:], entries=ACCEPT.read(late, "x")).warnings == ()
    visible = entry("2030-02-20", rule="display-text-changed", id=OLD[0]["id"], member="display_name")
    calm = gated(source(OLD), changed(display_name="x"), entries=ACCEPT.read(visible, "x"))
    assert (calm.verdict, calm.accepted) == ("nothing breaking", 1)


# at the doors


def environment(server: MockServer) -> dict[str, str]:
    return {"BEARER_TOKEN": server.token, "CONTRACTS_SETTLE": "0.1"}


def kept(folder: Path, *options: str, faults: tuple[Change, ...] = (), elements: Elements = OLD) -> str:
    """The name of a snapshot."""
    with MockServer(SAMPLE, elements=elements, faults=faults) as server:
        done = contracts(
            "snapshot", server.url, "-o", str(folder / "b.json"), *options, environment=environment(server)
        )
    assert done.status == 0, done.err
    return str(folder / "b.json")


def aged(path: str, days: int) -> None:
    """Let a snapshot be so old."""
    taken = (datetime.now(UTC) - timedelta(days=days, hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    text = Path(path).read_text("utf-8")
    Path(path).write_text(re.sub('"taken": "[^"]*"', f'"taken": "{taken}"', text), "utf-8")


def both(baseline: str, *options: str, elements: Elements = OLD) -> list[Finished]:
    """What compare and verify --baseline say of a target that lists the elements."""
    with MockServer(SAMPLE, elements=elements) as server:
        variables = environment(server)
        return [
            contracts("compare", baseline, server.url, *options, environment=variables),
            contracts("verify", server.url, "--baseline", baseline, *options, environment=variables),
        ]


def test_the_age_of_a_baseline_is_told_and_may_fail(tmp_path: Path) -> None:
    """Every format names it; --max-age counts days, and what is older is exit 1."""
    path = kept(tmp_path)
    aged(path, 40)
    for done in both(path, "--reports", str(tmp_path), "--max-age", "41"):
        assert done.status == 0
        assert "40 days old, conforms by suite" in " ".join(done.out.split())
    for name in ("comparison.html", "comparison.md", "report.html", "report.md"):
        assert "40 days old, conforms by suite" in (tmp_path / name).read_text("utf-8"), name
    compare, verify = both(path, "--max-age", "30")
    assert (compare.status, verify.status) == (1, 1)
    words = "the baseline is 40 days old, and --max-age allows 30 days"
    assert compare.last_line.startswith("TOO OLD: 0 breaking")
    assert verify.last_line.startswith("CONFORMS, but the baseline is too old: ")
    assert all(words in done.last_line for done in (compare, verify))


def test_junit_tells_the_age_and_what_is_worth_knowing(tmp_path: Path) -> None:
    """A baseline that is too old is a failure of its own; notes are a skipped testcase, which is no pass."""
    path = kept(tmp_path)
    aged(path, 40)
    more = [*OLD, {**OLD[0], "id": "f" * 24, "name": "new_one", "position": 99}]
    done = both(path, "--max-age", "30", "--junit", "-", elements=more)[0]
    cases = {case.get("name"): case for case in ET.fromstring(done.out).iter("testcase")}
    assert cases["baseline"].find("failure") is not None
    assert "unprotected" in str(cases["notes"].findtext("skipped"))


def test_a_baseline_that_violates_or_is_partial_is_a_warning(tmp_path: Path) -> None:
    """Who kept what breaks the contract, or judged half of it, reads that in the last line of each comparison."""
    path = kept(tmp_path, "--even-if-violating", faults=(BY_NAME["position-text"].apply,))
    assert all("; the baseline violates the contract" in done.last_line for done in both(path))
    path = kept(tmp_path, "--even-if-violating", "--allow-empty", elements=[])
    words = "; the baseline is partial: an empty list was accepted"
    assert all(words in done.last_line for done in both(path, "--allow-empty"))


def test_an_unchanged_list_leaves_the_snapshot_as_it_is(tmp_path: Path) -> None:
    """Byte for byte, so that git sees no change in the night; another list, verdict or suite is written."""
    path = Path(kept(tmp_path))
    aged(str(path), 3)
    before = path.read_bytes()
    with MockServer(SAMPLE, elements=OLD) as server:
        done = contracts("snapshot", server.url, "-o", str(path), environment=environment(server))
        assert done.status == 0
        assert path.read_bytes() != before  # another port, which is another target
        aged(str(path), 3)
        before = path.read_bytes()
        again = contracts("snapshot", server.url, "-o", str(path), environment=environment(server))
    assert (again.status, path.read_bytes()) == (0, before)
    assert again.last_line.startswith(f"{path}: unchanged since ")
    path.write_text(before.decode().replace('"suite": "0.', '"suite": "9.'))
    kept(tmp_path)
    assert '"suite": "9.' not in path.read_text("utf-8")
    path.write_text("no snapshot")
    kept(tmp_path)
    assert json.loads(path.read_text("utf-8"))["list"] == OLD


def test_a_signed_url_leaves_the_snapshot_as_it_is(tmp_path: Path) -> None:
    """What the list does not keep from answer to answer is no change of it."""

    def signed(request: Any, reply: Any) -> Any:
        listed = [{**each, "icon_url": f"?{request.times}"} for each in OLD]
        return list_reply({CONTRACT.key: listed}) if request.probe == "list" else reply

    path = tmp_path / "b.json"
    with MockServer(SAMPLE, faults=(signed,)) as server:
        for _ in range(2):
            done = contracts("snapshot", server.url, "-o", str(path), environment=environment(server))
        assert "unchanged since" in done.last_line


def test_a_result_as_baseline_is_called_a_result(tmp_path: Path) -> None:
    """What was taken from a result or a bundle is told as that, also by who audits a bundle of the run."""
    with MockServer(SAMPLE, elements=OLD) as server:
        variables = environment(server)
        names = {"result": str(tmp_path / "r.json"), "bundle": str(tmp_path / "r.zip")}
        contracts(
            *("verify", server.url, "--json", names["result"], "--bundle", names["bundle"]), environment=variables
        )
        for kind, name in names.items():
            run = str(tmp_path / "run.zip")
            done = contracts(
                *("verify", server.url, "--baseline", name, "--bundle", run, "--json", "-", "--fail-on", "visible"),
                environment=variables,
            )
            old = json.loads(done.out)["comparison"]["old"]
            assert (old["kind"], old["name"]) == (kind, name)
            assert contracts("audit", run, "--quiet").status == 0


def test_a_run_fails_on_what_is_visible(tmp_path: Path) -> None:
    """``verify --baseline --fail-on visible``: the status, the words and the bundle are those of that impact."""
    path, run = kept(tmp_path), str(tmp_path / "run.zip")
    elements = changed(display_name="x")
    calm = both(path, elements=elements)
    assert [done.status for done in calm] == [0, 0]
    compare, verify = both(path, "--fail-on", "visible", elements=elements)
    assert (compare.status, verify.status) == (1, 1)
    assert verify.last_line.startswith("CONFORMS, but 1 visible against the baseline: ")
    with MockServer(SAMPLE, elements=elements) as server:
        asked = ("verify", server.url, "--baseline", path, "--fail-on", "visible", "--bundle", run)
        contracts(*asked, environment=environment(server))
    assert contracts("audit", run, "--expect", "conforms").status == 1


def test_agreements_are_proposed_and_hold(tmp_path: Path) -> None:
    """--write-accept writes what fails, pinned; completed it excuses that, and nothing that comes after."""
    path = kept(tmp_path)
    agreed = [{**each, "name": f"new_{each['name']}"} for each in OLD[1:]]
    for number, _ in enumerate(both(path)):
        file = tmp_path / f"accept{number}.toml"
        door = both(path, "--write-accept", str(file), elements=agreed)
        assert [done.status for done in door] == [1, 2]  # the second one finds the file of the first
        assert "exists already" in door[1].err
        text = file.read_text("utf-8")
        assert both(path, "--accept", str(file), elements=agreed)[0].status == 2  # reason and owner are missing
        file.write_text(text.replace('reason = ""', 'reason = "x"').replace('owner = ""', 'owner = "x"'), "utf-8")
        assert [done.status for done in both(path, "--accept", str(file), elements=agreed)] == [0, 0]
        assert [len(done.out) > 0 for done in both(path, "--accept", str(file), elements=agreed)] == [True, True]
    entries = tomllib.loads(text)["accept"]
    assert {each["rule"] for each in entries} == {"element-removed", "name-changed"}
    assert [each["after"] for each in entries if each["rule"] == "name-changed"] == [
        f'"new_{each["name"]}"' for each in OLD[1:]
    ]
    assert text.startswith("# The entries expire one after the other")
    assert len({each["expires"] for each in entries}) == len(entries)
    other = [{**each, "name": f"other_{each['name']}"} for each in OLD[1:]]
    done = both(path, "--accept", str(file), "--summary", elements=other)[0]
    assert (done.status, done.last_line[:30]) == (1, "BREAKING: 3 breaking, 0 visibl")


def test_one_entry_is_proposed_for_what_all_elements_share(tmp_path: Path) -> None:
    """A member that all lost is one entry; values that differ from element to element are agreed upon one by one."""
    path = kept(tmp_path)
    file = tmp_path / "accept.toml"
    lost = [{name: value for name, value in each.items() if name != "display_name"} for each in OLD]
    with MockServer(SAMPLE, elements=lost) as server:
        done = contracts(
            *("verify", server.url, "--baseline", path, "--write-accept", str(file)), environment=environment(server)
        )
    assert done.out.rstrip().endswith(f"{file}: written; complete reason and owner of each entry")
    [only] = tomllib.loads(file.read_text("utf-8"))["accept"]
    assert {name: only[name] for name in ("rule", "elements", "member")} == {
        "rule": "member-removed",
        "elements": "all",
        "member": "display_name",
    }
    assert both(path, "--write-accept", str(tmp_path / "none.toml"))[0].out.endswith("not written, nothing fails\n")


def test_an_expiry_that_is_near_stands_in_the_last_line(tmp_path: Path) -> None:
    """Of an exception and of a deviation, from 14 days before it ends."""
    path = kept(tmp_path)
    soon = datetime.now(UTC).date() + timedelta(days=7)
    file = tmp_path / "accept.toml"
    file.write_text(entry(str(soon), rule="element-removed", name=OLD[0]["name"]))
    for done in both(path, "--accept", str(file), elements=OLD[1:]):
        assert (done.status, f"; 1 exception expires on {soon}" in done.last_line) == (0, True)
    assert f"expires on {soon}" in waived(tmp_path, soon).last_line
    assert "expires on" not in waived(tmp_path, soon + timedelta(days=30)).last_line


def waived(folder: Path, expires: date) -> Finished:
    """A run with a known deviation that ends on a day."""
    known = folder / "known.toml"
    known.write_text(
        f'[[deviation]]\nclause = "list.positions-ascending"\nreason = "x"\nowner = "x"\nexpires = {expires}\n'
    )
    with MockServer(SAMPLE, faults=(BY_NAME["order-reversed"].apply,)) as server:
        return contracts("verify", server.url, "--deviations", str(known), environment=environment(server))


@pytest.mark.parametrize("hosts", [("127.0.0.1", "localhost"), ("127.0.0.1", "127.0.0.1")])
def test_one_token_for_two_hosts_is_refused(hosts: tuple[str, str]) -> None:
    """Unless the variable of each is named; two targets of one host may share it."""
    with MockServer(SAMPLE, elements=OLD) as server:
        old, new = (server.url.replace("127.0.0.1", host) for host in hosts)
        done = contracts("compare", old, new, environment=environment(server))
        if hosts[0] == hosts[1]:
            assert done.status == 0
            return
        assert (done.status, server.requests) == (2, [])
        assert "one token would go to two hosts" in done.err
        assert server.token not in done.err
        half = contracts("compare", old, new, "--old-token", "BEARER_TOKEN", environment=environment(server))
        assert half.status == 2
        named = ("--old-token", "BEARER_TOKEN", "--new-token", "BEARER_TOKEN")
        assert contracts("compare", old, new, *named, environment=environment(server)).status == 0
        api = contracts("compare", old, new, environment={"SCALINGO_API_TOKEN": "tk-us-0123456789abcdef"})
        assert api.status == 2


@pytest.mark.parametrize("option", ["--old-token", "--new-token"])
def test_a_token_in_the_place_of_a_name_is_not_echoed(option: str) -> None:
    """Who types the token itself reads what belongs there, and the token stands in no output."""
    token = "eyJhbGciOi.canary.4c1f7be2a9d0"
    done = contracts("compare", "http://127.0.0.1:9", "http://127.0.0.1:9", option, token)
    assert (done.status, done.out) == (2, "")
    assert "give the name of one, and not a token" in done.err
    assert token not in done.err
