"""``contracts snapshot`` and ``contracts compare``: what was there before is not broken, or the exit status says so."""

import json
import re
from base64 import b64encode
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import jsonschema
import pytest
from door import contracts
from junit_schema import JUNIT_10
from markdown_it import MarkdownIt
from markup import parse
from reports import HOSTILE
from subject import BY_NAME, CONTRACT, SAMPLE, categories

from contracts.comparison.subject import subject_of
from contracts.event_types.sample import SAMPLE as TYPES
from contracts.formats.wording import SHOWN
from contracts.mock.faults.fault import instead
from contracts.mock.reply import Change, Received, Reply, json_reply
from contracts.mock.server import MockServer

SCHEMAS = Path(__file__).parents[3] / "schemas"
SCHEMA = json.loads((SCHEMAS / "comparison.schema.json").read_text("utf-8"))
KEY = CONTRACT.key
JSON = (("Content-Type", "application/json"),)
Elements = list[dict[str, Any]]
OLD = categories(12)


def without(name: str) -> Elements:
    """The list without a category."""
    return [element for element in OLD if element["name"] != name]


def renamed() -> Elements:
    """The list with another display name."""
    return [{**OLD[0], "display_name": "Operations"}, *OLD[1:]]


def environment(server: MockServer) -> dict[str, str]:
    return {"BEARER_TOKEN": server.token, "CONTRACTS_SETTLE": "0.1"}


def kept(folder: Path, name: str, elements: Elements | None = None, faults: tuple[Change, ...] = ()) -> str:
    """The name of a snapshot of a target that lists the elements."""
    path = folder / name
    with MockServer(SAMPLE, elements=elements, faults=faults) as server:
        done = contracts(
            "snapshot", server.url, "-o", str(path), "--even-if-violating", environment=environment(server)
        )
    assert done.status == 0, done.err
    return str(path)


def compared(*arguments: str, **variables: str) -> dict[str, Any]:
    """The comparison as JSON, which follows its schema and has the exit status of the command."""
    done = contracts("compare", *arguments, "--json", "-", environment=variables)
    assert done.out, done.err
    value: dict[str, Any] = json.loads(done.out)
    jsonschema.Draft202012Validator(SCHEMA).validate(value)
    assert value["status"] == done.status
    return value


def told(value: dict[str, Any]) -> list[tuple[str, str]]:
    return [(difference["impact"], difference["rule"]) for difference in value["differences"]]


# snapshot


def test_a_snapshot_is_what_was_observed(tmp_path: Path) -> None:
    """One run is made; its last line is said, the file holds the list, and the same list gives the same file."""
    with MockServer(SAMPLE) as server:
        texts = []
        for name in ("one.json", "two.json"):
            done = contracts("snapshot", server.url, "-o", str(tmp_path / name), environment=environment(server))
            assert (done.status, done.err) == (0, "")
            assert done.out.startswith("CONFORMS: ")
            texts.append(re.sub('"taken": ".*"', "", (tmp_path / name).read_text("utf-8")))
        assert len(server.requests) == 16
    assert texts[0] == texts[1]
    value = json.loads((tmp_path / "one.json").read_text("utf-8"))
    assert (value["list"], value["readings"], value["verdict"]) == (OLD, 2, "conforms")


def test_a_snapshot_on_standard_output() -> None:
    """Standard output holds the snapshot alone; the verdict is said on standard error."""
    with MockServer(SAMPLE) as server:
        done = contracts("snapshot", server.url, "-o", "-", environment=environment(server))
    assert json.loads(done.out)["list"] == OLD
    assert done.err.startswith("CONFORMS: ")


def test_a_target_that_violates_is_not_kept(tmp_path: Path) -> None:
    """Exit 1 and one line, and nothing is written; --even-if-violating keeps it, and the file says so."""
    path = tmp_path / "snapshot.json"
    with MockServer(SAMPLE, faults=(BY_NAME["position-text"].apply,)) as server:
        done = contracts("snapshot", server.url, "-o", str(path), environment=environment(server))
        assert (done.status, path.exists()) == (1, False)
        assert done.out.startswith("VIOLATES: ")
        assert done.err == (
            f"contracts: {path}: not written, the target violates its contract; --even-if-violating keeps what was "
            "observed\n"
        )
        asked = ("snapshot", server.url, "-o", str(path), "--even-if-violating")
        assert contracts(*asked, environment=environment(server)).status == 0
    assert json.loads(path.read_text("utf-8"))["verdict"] == "violates"


@pytest.mark.parametrize("option", [(), ("--even-if-violating",)])
def test_what_was_not_observed_is_not_kept(option: tuple[str, ...], tmp_path: Path) -> None:
    """A target that answers nothing is exit 3, whatever the options, and nothing is written."""
    path = tmp_path / "snapshot.json"
    done = contracts("snapshot", "http://127.0.0.1:9", "--retries", "0", "-o", str(path), *option)
    assert (done.status, path.exists()) == (3, False)
    assert done.err.count("\n") == 1


def test_an_inconclusive_run_is_not_kept(tmp_path: Path) -> None:
    """A list that was observed by a run that could not be judged whole: exit 3, unless it is asked for."""
    path = tmp_path / "snapshot.json"
    failing = instead(["head"], Reply(503))
    with MockServer(SAMPLE, faults=(failing,)) as server:
        asked = ("snapshot", server.url, "-o", str(path), "--retries", "0")
        done = contracts(*asked, environment=environment(server))
        assert (done.status, path.exists()) == (3, False)
        assert "could not be judged" in done.err
        assert contracts(*asked, "--even-if-violating", environment=environment(server)).status == 0
    assert json.loads(path.read_text("utf-8"))["verdict"] == "inconclusive"


def test_an_output_replaces_no_input(tmp_path: Path) -> None:
    """A snapshot is not written over a file that is read, nor a report over a side, however it is spelled."""
    known = tmp_path / "known.toml"
    known.write_text("")
    done = contracts("snapshot", "--mock", "--deviations", str(known), "-o", f"{tmp_path}/./known.toml")
    assert (done.status, known.read_text()) == (2, "")
    old = kept(tmp_path, "old.json")
    before = Path(old).read_text("utf-8")
    assert contracts("compare", old, old, "--json", old).status == 2
    assert Path(old).read_text("utf-8") == before


def test_a_snapshot_is_of_the_whole_contract() -> None:
    """A run of some clauses is no verdict, so that no snapshot comes of one."""
    done = contracts("snapshot", "--mock", "-o", "-", environment={"CONTRACTS_CLAUSE": "http.repeatable"})
    assert done.status == 2
    assert "--clause" in done.err


# the sides


def test_every_kind_of_side_against_every_other(tmp_path: Path) -> None:
    """A snapshot, a result, a bundle and a URL of one target do not differ, and are known by what they hold."""
    with MockServer(SAMPLE) as server:
        names = {kind: str(tmp_path / f"{kind}.txt") for kind in ("snapshot", "result", "bundle")}
        contracts("snapshot", server.url, "-o", names["snapshot"], environment=environment(server))
        contracts(
            *("verify", server.url, "--json", names["result"], "--bundle", names["bundle"]),
            environment=environment(server),
        )
        names["url"] = server.url
        for old, first in names.items():
            for new, second in names.items():
                value = compared(first, second, **environment(server))
                assert (value["status"], value["differences"]) == (0, []), (old, new)
                assert (value["old"]["kind"], value["new"]["kind"]) == (old, new)
                assert value["old"]["target"] == f"{server.url}{CONTRACT.path}"
                assert value["matched"] == len(OLD)


def test_standard_input_and_a_judged_file_are_sides(tmp_path: Path) -> None:
    """A side may come through a pipe, and the result of a judged file is a result; it was read once."""
    body, judged = tmp_path / "body.json", tmp_path / "judged.json"
    body.write_text(json.dumps({KEY: OLD}))
    assert contracts("check", str(body), "--json", str(judged)).status == 0
    done = contracts("compare", "-", str(judged), stdin=Path(kept(tmp_path, "old")).read_bytes())
    assert done.status == 0
    assert done.last_line.endswith(f": standard input -> {judged}")
    assert "the new side was read once" in done.out


def test_a_number_of_any_length_is_kept(tmp_path: Path) -> None:
    """What a target sent comes back from a file, also an integer that no int holds, and does not differ from itself."""
    body = json.dumps({KEY: OLD}).replace('"position": 12', '"position": ' + "9" * 5000)
    old = kept(tmp_path, "old", faults=(instead(["list"], Reply(200, body.encode(), JSON)),))
    assert told(compared(old, old)) == []


def test_a_url_is_asked_twice(tmp_path: Path) -> None:
    """For a comparison the documented request and its repetition are sent, and nothing else."""
    with MockServer(SAMPLE) as server:
        compared(server.url, server.url, **environment(server))
        assert [request.probe for request in server.requests] == ["list", "list"] * 2


def test_no_token_reaches_the_other_side() -> None:
    """Each side receives the token of its own variable, and never that of the other or the usual one."""
    with MockServer(SAMPLE, token="token-of-the-old-side") as old, MockServer(SAMPLE, token="token-of-the-new") as new:
        value = compared(
            *(old.url, new.url, "--old-token", "OLD_TOKEN", "--new-token", "NEW_TOKEN"),
            OLD_TOKEN=old.token,
            NEW_TOKEN=new.token,
            BEARER_TOKEN="token-of-somebody-else",
            SCALINGO_API_TOKEN="tk-us-somebody-else",
        )
        assert value["status"] == 0
        for server in (old, new):
            assert {request.first("Authorization") for request in server.requests} == {f"Bearer {server.token}"}
        text = json.dumps(value)
    assert "token-of" not in text


def test_the_keys_of_a_gateway_stay_on_their_side() -> None:
    """A header field for two targets is refused before anything is sent."""
    with MockServer(SAMPLE) as server:
        done = contracts(
            *("compare", server.url, server.url, "--header-env", "X-Key=KEY"),
            environment={**environment(server), "KEY": "key-of-a-gateway"},
        )
        assert (done.status, server.requests) == (2, [])


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("missing.json", "missing.json"), "there is no file 'missing.json'"),
        (("api.example", "api.example"), "written with its scheme"),
        (("neither", "neither"), "is neither a snapshot"),
        (("other.json", "other.json"), "is neither a snapshot"),
        (("broken.json", "broken.json"), "the snapshot cannot be read"),
        (("old.json", "types.json"), "old.json is about event-categories, and types.json about event-types"),
        (("old.json", "old.json", "--contract", "event-types"), "is about event-categories, and option --contract"),
        (("old.json", "old.json", "--old-token", "X"), "needs no token"),
        (("http://127.0.0.1:9", "old.json", "--old-token", "X"), "no variable of this name is set"),
        (("ftp://127.0.0.1", "old.json"), "http and https are understood"),
        (("-", "-"), "both sides are standard input"),
        (("old.json", "old.json", "--accept", "neither"), "neither cannot be read"),
        (("old.json", "old.json", "--json", "a", "--html", "a"), "cannot share it"),
        (("old.json",), "NEW"),
    ],
    ids=range(14),
)
def test_a_mistake_is_one_line(arguments: tuple[str, ...], words: str, tmp_path: Path) -> None:
    """What cannot be compared is exit 2 and one line on standard error, and never a traceback."""
    old = kept(tmp_path, "old.json")
    with MockServer(TYPES) as server:
        contracts(
            *("snapshot", server.url, "--contract", "event-types", "-o", str(tmp_path / "types.json")),
            environment=environment(server),
        )
    (tmp_path / "neither").write_bytes(b"\xff")
    (tmp_path / "other.json").write_text('{"$schema": "x"}')
    (tmp_path / "broken.json").write_text(Path(old).read_text("utf-8").replace('"format": 1', '"format": 9'))
    done = contracts("compare", *arguments, folder=tmp_path)
    assert (done.status, done.out) == (2, "")
    assert words in done.err
    assert done.err.count("\n") == 1


UNOBSERVED = {
    "duplicates": (json_reply({KEY: [*OLD, OLD[0]]}), "share the id"),
    "an object": (json_reply({KEY: {}}), "holds no list"),
    "a bare list": (json_reply([]), "holds no list"),
    "a name twice": (Reply(200, b'{"a": 1, "a": 2, "event_categories": []}'), "no strict JSON"),
    "HTML": (Reply(200, b"<html>"), "JSON"),
    "not found": (json_reply({}, 404), "status 404"),
    "refused": (json_reply({}, 401), "401"),
}


@pytest.mark.parametrize(("reply", "words"), UNOBSERVED.values(), ids=UNOBSERVED)
def test_a_side_that_could_not_be_observed(reply: Reply, words: str, tmp_path: Path) -> None:
    """A side without a list that can be matched is exit 3, with its reason, in every format."""
    old = kept(tmp_path, "old.json")
    with MockServer(SAMPLE, faults=(instead(["list"], reply),)) as server:
        value = compared(old, server.url, **environment(server))
        done = contracts("compare", old, server.url, "--reports", str(tmp_path), environment=environment(server))
    assert (value["status"], value["verdict"]) == (3, "inconclusive")
    assert words in value["reason"]
    assert words in done.last_line
    for name in ("comparison.md", "comparison.html", "comparison.xml"):
        assert "nconclusive" in (tmp_path / name).read_text("utf-8")
    [case] = ET.parse(tmp_path / "comparison.xml").getroot().iter("testcase")
    assert case.find("error") is not None


# what a comparison says


def test_a_snapshot_does_not_differ_from_itself(tmp_path: Path) -> None:
    """Exit 0, no difference, and a last line that can be quoted."""
    old = kept(tmp_path, "old.json")
    done = contracts("compare", "old.json", "old.json", folder=tmp_path)
    assert done.status == 0
    assert done.last_line == ("NOTHING BREAKING: 0 breaking, 0 visible, 0 additive, 0 unstable: old.json -> old.json")
    assert told(compared(old, old)) == []


@pytest.mark.parametrize(
    ("elements", "fail_on", "status", "verdict"),
    [
        (without("addons"), "breaking", 1, "breaking"),
        (renamed(), "breaking", 0, "nothing breaking"),
        (renamed(), "visible", 1, "visible"),
        ([*OLD, categories(13)[-1]], "visible", 0, "nothing visible"),
        ([*OLD, categories(13)[-1]], "additive", 1, "additive"),
        (OLD, "additive", 0, "nothing additive"),
    ],
    ids=range(6),
)
def test_what_fails(elements: Elements, fail_on: str, status: int, verdict: str, tmp_path: Path) -> None:
    """Exit 1 for a difference as bad as --fail-on or worse, and else 0."""
    value = compared(kept(tmp_path, "old"), kept(tmp_path, "new", elements), "--fail-on", fail_on)
    assert (value["status"], value["verdict"], value["fail_on"]) == (status, verdict, fail_on)
    assert [difference["fails"] for difference in value["differences"]] == [bool(status)] * len(value["differences"])


def test_a_moved_category_is_one_line(tmp_path: Path) -> None:
    """Moving one of twelve to the front, with all its positions, is one difference."""
    moved = [{**element, "position": number} for number, element in enumerate([OLD[-1], *OLD[:-1]], 1)]
    old, new = kept(tmp_path, "old"), kept(tmp_path, "new", moved)
    assert told(compared(old, new)) == [("visible", "order-moved")]
    done = contracts("compare", old, new)
    assert done.out.count("order-moved") == 1


def test_a_member_that_changes_fails_nothing(tmp_path: Path) -> None:
    """An additional member that the old side does not keep is unstable, whatever the comparison fails on."""

    def changing(request: Received, reply: Reply) -> Reply:
        return (
            json_reply({KEY: [{**OLD[0], "icon_url": f"?{request.times}"}, *OLD[1:]]})
            if request.probe == "list"
            else reply
        )

    old, new = kept(tmp_path, "old", faults=(changing,)), kept(tmp_path, "new", [{**OLD[0], "icon_url": ""}, *OLD[1:]])
    value = compared(old, new, "--fail-on", "additive")
    assert (value["status"], told(value)) == (0, [("unstable", "value-changed")])
    assert value["instability"] == ['old: icon_url of the category "5982f139d48c360021b1eb44"']


def test_who_notices(tmp_path: Path) -> None:
    """A difference names the clients that read the member, and whoever stored ids."""
    value = compared(kept(tmp_path, "old"), kept(tmp_path, "new", without("addons")))
    [difference] = value["differences"]
    assert difference["element"] == {"id": OLD[1]["id"], "name": "addons"}
    assert difference["place"] == f"/{KEY}/1"
    assert difference["notices"] == [*subject_of(CONTRACT).audience, subject_of(CONTRACT).keepers]
    assert difference["after"] == "nothing"


def test_an_empty_list_is_no_evidence(tmp_path: Path) -> None:
    """An old side without elements is exit 3: nothing could have been broken; --allow-empty accepts it."""
    empty, new = kept(tmp_path, "old", []), kept(tmp_path, "new")
    value = compared(empty, new)
    assert (value["status"], value["counts"]["additive"]) == (3, 12)
    assert "--allow-empty" in value["reason"]
    assert compared(empty, new, "--allow-empty")["status"] == 0


def test_event_types_are_compared(tmp_path: Path) -> None:
    """The other resource has a subject of its own: another category is breaking, and its order means nothing."""
    elements = TYPES.elements(TYPES.size)
    other = elements[-1]["category_id"]
    changed = [{**elements[0], "category_id": other}, *elements[1:]][::-1]
    names = []
    for number, served in enumerate((elements, changed)):
        names.append(str(tmp_path / f"{number}.json"))
        with MockServer(TYPES, elements=served) as server:
            asked = ("snapshot", server.url, "--contract", "event-types", "-o", names[-1], "--even-if-violating")
            assert contracts(*asked, environment=environment(server)).status == 0
    value = compared(*names)
    assert value["name"] == "event-types"
    assert told(value) == [("breaking", "reference-changed")]
    assert value["differences"][0]["notices"] == ["whoever reads event types"]


def test_a_url_is_asked_for_what_the_file_is_about(tmp_path: Path) -> None:
    """Beside a file no --contract is needed, and what a shell holds for other commands changes nothing."""
    file = str(tmp_path / "types.json")
    with MockServer(TYPES) as server:
        asked = ("snapshot", server.url, "--contract", "event-types", "-o", file)
        assert contracts(*asked, environment=environment(server)).status == 0
        del server.requests[:]
        shell = {"CONTRACTS_MOCK": "1", "SCALINGO_API_URL": "https://api.invalid", "CONTRACTS_CLAUSE": "list"}
        value = compared(file, server.url, **environment(server), **shell)
        assert {request.path for request in server.requests} == {TYPES.contract.path}
    assert (value["name"], value["differences"]) == ("event-types", [])


# exceptions


def exceptions(folder: Path, expires: datetime, name: str = "addons") -> str:
    path = folder / "accept.toml"
    path.write_text(
        f'[[accept]]\nrule = "element-removed"\nname = "{name}"\nreason = "moved away"\nowner = "platform"\n'
        f"expires = {expires.date()}\n"
    )
    return str(path)


def test_an_accepted_difference_is_told_with_its_reason(tmp_path: Path) -> None:
    """It fails no more, stays in every format, and is counted by itself."""
    old, new = kept(tmp_path, "old"), kept(tmp_path, "new", without("addons"))
    file = exceptions(tmp_path, datetime.now(UTC) + timedelta(days=90))
    done = contracts("compare", old, new, "--accept", file, "--reports", str(tmp_path))
    assert done.status == 0
    assert "0 breaking, 0 visible, 0 additive, 0 unstable, 1 accepted: " in done.last_line
    for name in ("comparison.json", "comparison.md", "comparison.html", "comparison.xml"):
        assert "moved away (platform)" in (tmp_path / name).read_text("utf-8"), name
    skipped = [
        case for case in ET.parse(tmp_path / "comparison.xml").iter("testcase") if case.find("skipped") is not None
    ]
    assert len(skipped) == 1


@pytest.mark.parametrize(
    ("days", "name", "words"), [(-1, "addons", "expired on"), (90, "domains", "matches nothing any more")]
)
def test_a_stale_exception_fails(days: int, name: str, words: str, tmp_path: Path) -> None:
    """One that has expired, or matches nothing, is exit 1 and named; what it excused fails again."""
    old, new = kept(tmp_path, "old"), kept(tmp_path, "new", OLD if days > 0 else without("addons"))
    file = exceptions(tmp_path, datetime.now(UTC) + timedelta(days=days), name)
    done = contracts("compare", old, new, "--accept", file, "--quiet")
    assert done.status == 1
    assert f"exception 1 for element-removed {words}" in done.out
    assert done.last_line.startswith("STALE EXCEPTIONS: " if days > 0 else "BREAKING: 1 breaking")


# the formats


def hostile(change: Callable[[dict[str, Any]], dict[str, Any]]) -> Elements:
    return [change(element) for element in OLD]


def test_no_format_obeys_a_target(tmp_path: Path) -> None:
    """Names and values of a target become no markup, no escape of a terminal, and no command of CI."""
    traps = f"##vso[task.x]{HOSTILE}"
    first = hostile(lambda e: {**e, "name": f"{e['position']}{traps}", traps: "x"})
    second = hostile(lambda e: {**e, "name": f"{e['position']}{traps}", "display_name": traps})
    old, new = kept(tmp_path, "old", first), kept(tmp_path, "new", second)
    done = contracts("compare", old, new, "--reports", str(tmp_path))
    assert done.status == 1
    texts = {name: (tmp_path / name).read_text("utf-8") for name in ("comparison.md", "comparison.html")}
    texts |= {"junit": (tmp_path / "comparison.xml").read_text("utf-8"), "terminal": done.out}
    for name, text in texts.items():
        assert all(character.isprintable() or character in "\n\t" for character in text), name
    for name in ("junit", "terminal", "comparison.md"):
        assert "##vso[" not in texts[name], name
        assert not re.search("(?m)^::", texts[name]), name
    page = parse(texts["comparison.html"])
    assert len(page.find("script")) == 1
    assert not page.find("img")
    assert "<script>alert(1)</script>" in page.text
    markdown = parse(MarkdownIt("commonmark", {"html": True}).enable("table").render(texts["comparison.md"]))
    assert not {"script", "img"} & {element.tag for element in markdown.every()}
    outside = markdown.text
    for code in sorted(markdown.find("code"), key=lambda code: -len(code.text)):
        outside = outside.replace(code.text, "")
    assert not [word for word in ("script", "@everyone", "::error") if word in outside]


def test_a_comment_has_what_to_paste(tmp_path: Path) -> None:
    """The Markdown tells rules, the worst first, and its entries, completed, excuse what fails; it fits a comment."""
    changed = [{**OLD[0], "display_name": "Other"}, *OLD[2:]]
    old, new, accept = kept(tmp_path, "old"), kept(tmp_path, "new", changed), tmp_path / "accept.toml"
    done = contracts("compare", old, new, "--markdown", "-", "--fail-on", "visible")
    assert done.status == 1
    assert re.findall(r"(?m)^\| (\w+) \| `([a-z-]+)` \|", done.out) == [
        ("breaking", "element-removed"),
        ("visible", "display-text-changed"),
    ]
    [entries] = re.findall(r"(?s)```toml\n(.*?)```", done.out)
    accept.write_text(entries.replace('reason = ""', 'reason = "r"').replace('owner = ""', 'owner = "o"'))
    assert contracts("compare", old, new, "--accept", str(accept), "--fail-on", "visible").status == 0
    many = [{**element, "id": f"<{n}>" * 40, "name": f"|{n}" * 90} for n, element in enumerate(OLD * 40)]
    long = contracts("compare", kept(tmp_path, "many", many), new, "--markdown", "-")
    assert len(long.out) < 60_000
    assert "`--write-accept FILE` writes an exception for each" in long.out


def test_the_page_loads_nothing(tmp_path: Path) -> None:
    """Its policy admits its own style and script by their digests, and it refers to nothing outside of it."""
    old, new = kept(tmp_path, "old"), kept(tmp_path, "new", without("addons"))
    done = contracts("compare", old, new, "--html", "-")
    assert done.out.startswith("<!DOCTYPE html>")
    page = parse(done.out)
    [policy] = [each.attributes["content"] for each in page.find("meta") if "http-equiv" in each.attributes]
    for [element] in (page.find("style"), page.find("script")):
        assert b64encode(sha256(element.text.encode()).digest()).decode() in policy
    assert policy.startswith("default-src 'none'; ")
    for each in page.every():
        assert not {"src", "style", "action"} & each.attributes.keys()
        assert each.attributes.get("href", "#").startswith("#")


def test_the_terminal_has_80_columns(tmp_path: Path) -> None:
    """All but the last line, which is quoted whole, fits; every difference stands once, the worst first."""
    changed = [{**renamed()[0], "color": "x" * 500}, *OLD[2:]]
    old, new = kept(tmp_path, "old"), kept(tmp_path, "new", changed)
    done = contracts("compare", old, new, environment={"COLUMNS": "200"})
    *lines, _ = done.out.splitlines()
    assert max(map(len, lines)) <= 80
    heads = [line for line in lines if re.fullmatch(r"(breaking|visible|additive|unstable) \(\d+\)", line)]
    assert heads == ["breaking (1)", "visible (1)", "additive (1)"]


def test_brief_output(tmp_path: Path) -> None:
    """--summary is the last line; --quiet adds a line for each difference that fails."""
    old, new = kept(tmp_path, "old"), kept(tmp_path, "new", [*without("addons")[1:], {**OLD[0], "display_name": "x"}])
    quiet, summary = (contracts("compare", old, new, option) for option in ("--quiet", "--summary"))
    assert summary.out == f"{quiet.last_line}\n"
    first, _ = quiet.out.splitlines()
    assert first.startswith(f"breaking element-removed /{KEY}/1 of addons ({OLD[1]['id']}) before ")


def test_junit_is_what_the_strictest_reader_admits(tmp_path: Path) -> None:
    """Elements and attributes are those of the schema, names are unique, red is what fails."""
    old, new = kept(tmp_path, "old"), kept(tmp_path, "new", [{**OLD[0], "display_name": "x"}, *OLD[3:]])
    done = contracts("compare", old, new, "--junit", "-")
    root = ET.fromstring(done.out)
    for element in root.iter():
        required, optional, children = JUNIT_10[element.tag]
        assert required <= set(element.keys()) <= required | optional, element.tag
        assert {child.tag for child in element} <= children
    names = [(case.get("classname"), case.get("name")) for case in root.iter("testcase")]
    assert len(set(names)) == len(names)
    assert [root.get("failures"), root.get("errors")] == ["2", "0"]
    assert len(list(root.iter("failure"))) == 2


def test_what_is_written_for_people_is_bounded(tmp_path: Path) -> None:
    """Of 300 differences 200 are written out and all are counted; the JSON has them all."""
    old = kept(tmp_path, "old", categories(301))
    new = kept(tmp_path, "new", categories(1))
    done = contracts("compare", old, new, "--reports", str(tmp_path))
    assert done.last_line.startswith("BREAKING: 300 breaking, ")
    assert len(json.loads((tmp_path / "comparison.json").read_text("utf-8"))["differences"]) == 300
    for text in (done.out, *((tmp_path / f"comparison.{end}").read_text("utf-8") for end in ("md", "html", "xml"))):
        assert "100 more differences: the JSON has them all" in text
    assert len(parse((tmp_path / "comparison.html").read_text("utf-8")).find("details", "clause")) == 200
    assert contracts("compare", old, new, "--quiet").out.count("\n") == 202


def test_the_summary_of_a_job(tmp_path: Path) -> None:
    """Where GitHub Actions offers a page, the Markdown is added to it."""
    old, page = kept(tmp_path, "old"), tmp_path / "page"
    contracts("compare", old, old, environment={"GITHUB_STEP_SUMMARY": str(page)})
    assert page.read_text("utf-8").startswith("## ✅ Event categories, old and new: nothing breaking")


def test_what_a_file_narrows_is_said(tmp_path: Path) -> None:
    """A file of the working directory that lets less fail is named; one that names reports writes none."""
    old = kept(tmp_path, "old")
    (tmp_path / "contracts.toml").write_text('allow_empty = true\njson = "result.json"\n')
    done = contracts("compare", old, old, folder=tmp_path)
    assert done.last_line.endswith("; a file narrowed allow_empty")
    assert not (tmp_path / "result.json").exists()


def test_the_schema_is_where_every_other_is() -> None:
    """The schema is valid, and its rules are those of the comparison."""
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    neighbour = json.loads((SCHEMAS / "snapshot.schema.json").read_text("utf-8"))
    assert SCHEMA["$id"].rpartition("/")[0] == neighbour["$id"].rpartition("/")[0]
    assert SCHEMA["required"] == list(SCHEMA["properties"])


def test_more_differences_than_a_person_reads_are_counted(tmp_path: Path) -> None:
    """What is not written out is counted in every format, and fails there where one of it breaks."""
    many = categories(250)
    renumbered = [{**element, "id": f"other-{element['id']}"} for element in many]
    old, new = kept(tmp_path, "old", many), kept(tmp_path, "new", renumbered)
    done = contracts("compare", old, new, "--reports", str(tmp_path))
    value = json.loads((tmp_path / "comparison.json").read_text())
    left = len(value["differences"]) - SHOWN
    assert (done.status, left > 0) == (1, True)
    words = f"{left} more difference{'s' if left > 1 else ''}: the JSON has them all"
    assert words in (tmp_path / "comparison.md").read_text()
    page = parse((tmp_path / "comparison.html").read_text())
    assert words in page.text
    cases = {case.get("name"): case for case in ET.parse(tmp_path / "comparison.xml").iter("testcase")}
    failure = cases["differences that are not written out"].find("failure")
    assert failure is not None
    assert "the JSON has them all" in str(failure.get("message"))


def test_a_stale_exception_is_in_every_format(tmp_path: Path) -> None:
    """Whoever reads a report sees which exception excused nothing."""
    old = kept(tmp_path, "old")
    file = exceptions(tmp_path, datetime.now(UTC) + timedelta(days=90), "domains")
    done = contracts("compare", old, old, "--accept", file, "--reports", str(tmp_path))
    assert done.status == 1
    for name in ("comparison.json", "comparison.md", "comparison.html", "comparison.xml"):
        assert "matches nothing any more" in (tmp_path / name).read_text("utf-8"), name
