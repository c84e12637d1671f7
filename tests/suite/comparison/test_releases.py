"""A release gate on real servers, whose answers change: what is certain fails, and what is not certain is no pass.

Every row is asked at both doors, ``compare`` and ``verify --baseline``, with the old release as a target and as a file.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from door import contracts
from subject import CONTRACT, SAMPLE, categories

from contracts.mock.reply import Received, Reply, list_reply
from contracts.mock.server import MockServer

pytestmark = pytest.mark.uncounted
KEY = CONTRACT.key
Elements = list[dict[str, Any]]
#: What a release lists in its answer of this number, counted from 0.
Release = Callable[[int], Elements]
#: Nobody waits for a target of the tests to settle.
AT_ONCE = ("--settle", "0")

LIST = categories(5)


def each(**members: Callable[[dict[str, Any], int], Any]) -> Release:
    """A release whose elements have these members more, or other values of them, made for the number of the answer."""

    def answer(number: int) -> Elements:
        return [{**e, **{name: make(e, number) for name, make in members.items()}} for e in LIST]

    return answer


def by_turns(*releases: Release) -> Release:
    """A release that answers as each of these in turn: some instances are of one, others of another."""
    return lambda number: releases[number % len(releases)](number)


def plain(_number: int) -> Elements:
    return LIST


def without(name: str) -> Release:
    return lambda number: [element for element in signed(number) if element["name"] != name]


signed = each(icon_url=lambda e, number: f"https://cdn.example/{e['name']}?signature={number}")
steady_url = each(icon_url=lambda e, _: f"https://cdn.example/{e['name']}")
fractions = each(position=lambda e, _: float(e["position"]))
in_object = each(icon=lambda e, number: {"url": f"https://cdn.example/{e['name']}?signature={number}", "size": 16})
text_positions = each(position=lambda e, _: str(e["position"]))
other_ids = each(id=lambda e, number: f"{number}-{e['id']}")
other_names = each(name=lambda e, number: f"{e['name']}_{number}")


def mixed(number: int) -> Elements:
    """Other ids and positions as text, another each time."""
    return [{**e, "id": f"{number}-{e['id']}", "position": f"{number}{e['position']}"} for e in LIST]


def empty(_number: int) -> Elements:
    return []


#: The old release, the new one, the status of the comparison, and what of it is certain, by rule.
ROWS: dict[str, tuple[Release, Release, int, set[str]]] = {
    "nothing changed": (plain, plain, 0, set()),
    "a signed URL stays signed": (signed, signed, 0, set()),
    "the signed URL is gone": (signed, plain, 1, {"member-removed"}),
    "the signed URL becomes an object": (signed, in_object, 1, {"member-removed", "member-added"}),
    "the signed URL becomes an object of the same name": (
        signed,
        each(icon_url=lambda *_: {"url": "x"}),
        1,
        {"type-changed"},
    ),
    "the signed URL becomes null": (signed, each(icon_url=lambda *_: None), 1, {"became-null"}),
    "the signed URL is another one, and steady": (signed, each(icon_url=lambda *_: "x"), 0, set()),
    "a signed URL comes": (plain, signed, 0, {"member-added"}),
    "a signed URL within an object is gone": (in_object, each(icon=lambda *_: {"size": 16}), 1, {"content-removed"}),
    "what the Go client cannot read comes": (
        signed,
        each(ID=lambda e, n: f"{n}"),
        1,
        {"client-unreadable", "member-removed", "member-added"},
    ),
    "a category goes beside a signed URL": (signed, without("addons"), 1, {"element-removed"}),
    "the URL is gone from every second answer": (steady_url, by_turns(steady_url, plain), 3, set()),
    "the URL is gone from every second answer, and the old one keeps none": (
        by_turns(steady_url, plain),
        plain,
        0,
        set(),
    ),
    "the URL comes in every second answer": (plain, by_turns(plain, steady_url), 0, set()),
    "every second answer has positions that the Go client cannot read": (plain, by_turns(plain, fractions), 3, set()),
    "every answer has, in one form or the other": (plain, fractions, 1, {"client-unreadable"}),
    "every second answer is an empty list": (plain, by_turns(plain, empty), 3, set()),
    "every second answer is an empty list, the first one too": (plain, by_turns(empty, plain), 3, set()),
    "every second answer lacks a category": (signed, by_turns(signed, without("addons")), 3, set()),
    "every second answer has positions as text": (plain, by_turns(plain, text_positions), 3, set()),
    "every second answer has another name": (plain, by_turns(plain, other_names), 3, set()),
    "one replica of three is old": (plain, by_turns(plain, text_positions, text_positions), 3, set()),
    "other ids in every answer": (plain, other_ids, 1, {"id-changed"}),
    "other ids, and positions as text, another each time": (plain, mixed, 1, {"id-changed", "type-changed"}),
    "another id in every second answer, and text in each": (
        plain,
        by_turns(text_positions, mixed),
        1,
        {"type-changed"},
    ),
    "another display name each time": (plain, each(display_name=lambda e, n: f"{n}"), 3, {"display-text-changed"}),
    "a category gone for certain, and one by turns": (
        signed,
        by_turns(lambda n: without("addons")(n)[1:], without("addons")),
        1,
        {"element-removed"},
    ),
}
#: Old releases that do not repeat themselves in what is documented, beside a new one.
NO_BASELINES: dict[str, tuple[Release, Release]] = {
    "a category goes whose name changed in each answer": (other_names, without("addons")),
    "other ids in each answer": (other_ids, plain),
    "positions as text in every second answer": (by_turns(plain, text_positions), plain),
    "a category is missing in every second answer": (by_turns(signed, without("addons")), plain),
    "an empty list in every second answer": (by_turns(plain, empty), plain),
    "and nothing differs": (by_turns(plain, other_names), by_turns(plain, other_names)),
}


def serving(release: Release) -> MockServer:
    """A target of a release: every answer that would list something lists what the release does at that time."""

    def change(request: Received, reply: Reply) -> Reply:
        listed = reply.status == 200 and request.method == "GET" and request.path == CONTRACT.path
        return list_reply({KEY: release(request.times)}) if listed else reply

    return MockServer(SAMPLE, faults=(change,))


def asked(*arguments: str, server: MockServer | None = None) -> dict[str, Any]:
    """What a command says as JSON; its status is that of the document."""
    done = contracts(
        *arguments, *AT_ONCE, "--json", "-", environment={"BEARER_TOKEN": server.token} if server else None
    )
    assert done.out, done.err
    value: dict[str, Any] = json.loads(done.out)
    assert value["status"] == done.status
    return value


def certain(comparison: dict[str, Any]) -> set[str]:
    """The rules of all differences that are certain."""
    return {each["rule"] for each in comparison["differences"] if each["impact"] != "unstable"}


def kept(release: Release, path: Path) -> str:
    """A snapshot of a release, whatever it breaks."""
    with serving(release) as server:
        done = contracts(
            *("snapshot", server.url, *AT_ONCE, "--even-if-violating", "-o", str(path)),
            environment={"BEARER_TOKEN": server.token},
        )
    assert done.status == 0, done.err
    return str(path)


@pytest.mark.parametrize("name", ROWS)
def test_what_a_release_gate_says(name: str, tmp_path: Path) -> None:
    """Live against live, file against live and verify --baseline: one status, the same differences, a reason for 3."""
    old, new, status, rules = ROWS[name]
    file = kept(old, tmp_path / "old.json")
    with serving(old) as before, serving(new) as after:
        live = asked("compare", before.url, after.url, server=after)
    with serving(new) as after:
        stored = asked("compare", file, after.url, server=after)
    with serving(new) as after:
        run = asked("verify", after.url, "--baseline", file, server=after)
    for comparison in (live, stored, run["comparison"]):
        assert (comparison["status"], certain(comparison)) == (status, rules)
        assert bool(comparison["reason"]) == (status == 3)
        doubts = ("does not repeat itself: ", "show what others do not")
        assert any(words in comparison["reason"] for words in doubts) == (status == 3)
    assert (run["status"] == 0) == (status == 0)


@pytest.mark.parametrize("name", NO_BASELINES)
def test_what_does_not_repeat_itself_is_no_baseline(name: str, tmp_path: Path) -> None:
    """As a target it makes the comparison inconclusive; as a file it is refused before anything is sent."""
    old, new = NO_BASELINES[name]
    file = kept(old, tmp_path / "old.json")
    with serving(old) as before, serving(new) as after:
        live = asked("compare", before.url, after.url, server=after)
        assert (live["status"], live["differences"]) == (3, [])
        assert "it does not repeat itself, and is no baseline: " in live["reason"]
        del after.requests[:]
        for arguments in (("compare", file, after.url), ("verify", after.url, "--baseline", file)):
            done = contracts(*arguments, environment={"BEARER_TOKEN": after.token})
            assert (done.status, done.out, after.requests) == (2, "", [])
            assert "no baseline: it does not repeat itself in documented content: " in done.err
            assert done.err.count("\n") == 1


#: What somebody writes into a baseline by hand as its second reading.
BY_HAND: dict[str, Callable[[Elements], Any]] = {
    "other ids": lambda listed: [{**element, "id": f"x{element['id']}"} for element in listed],
    "an empty list": lambda _: [],
    "another order of the same names": lambda listed: [
        {**element, "name": other["name"]} for element, other in zip(listed, listed[::-1], strict=True)
    ],
    "positions as text": lambda listed: [{**element, "position": str(element["position"])} for element in listed],
    "no display names": lambda listed: [
        {name: value for name, value in element.items() if name != "display_name"} for element in listed
    ],
}


@pytest.mark.parametrize("name", BY_HAND)
@pytest.mark.parametrize("several", [False, True])
def test_a_second_reading_written_by_hand(name: str, tmp_path: Path, *, several: bool) -> None:
    """A baseline that was dressed up so that what went looks unstable is refused."""
    path = tmp_path / "baseline.json"
    kept(plain, path)
    value = json.loads(path.read_text("utf-8"))
    repeat = {"list": BY_HAND[name](value["list"]), "top_level": {}}
    again = {"list": value["list"], "top_level": {"more": []}}
    path.write_text(json.dumps({**value, "readings": 3, "repeat": [again, repeat] if several else repeat}), "utf-8")
    with serving(without("addons")) as server:
        for arguments in (("compare", str(path), server.url), ("verify", server.url, "--baseline", str(path))):
            done = contracts(*arguments, environment={"BEARER_TOKEN": server.token})
            assert (done.status, done.out, server.requests) == (2, "", [])
            assert "no baseline: it does not repeat itself in documented content: " in done.err


def test_a_deploy_during_the_comparison(tmp_path: Path) -> None:
    """A list that changes once, between two answers, is observed again, and then compared as it is."""
    file = kept(plain, tmp_path / "old.json")
    with serving(lambda number: LIST if number == 0 else LIST[1:]) as server:
        value = asked("compare", file, server.url, server=server)
        assert (value["status"], certain(value), value["unsteady"]) == (1, {"element-removed"}, "")
        assert len(server.requests) == 7
    with serving(lambda number: LIST[1:] if number == 0 else LIST) as server:
        value = asked("compare", file, server.url, server=server)
        assert (value["status"], value["differences"]) == (0, [])


def test_a_target_that_answers_once_is_no_side(tmp_path: Path) -> None:
    """A URL is read at least twice: of one answer nobody knows what changes, and it is no evidence."""
    file = kept(plain, tmp_path / "old.json")

    def once(request: Received, reply: Reply) -> Reply:
        return reply if request.times == 0 else Reply(503)

    with MockServer(SAMPLE, elements=LIST, faults=(once,)) as server:
        value = asked("compare", file, server.url, "--retries", "0", server=server)
    assert value["status"] == 3
    assert "observed only once" in value["reason"]


def test_what_changes_is_told_everywhere(tmp_path: Path) -> None:
    """Notes on instability stand in every format, and in the brief output and the last line, too."""
    with serving(signed) as old, serving(signed) as new:
        variables = {"BEARER_TOKEN": new.token}
        quiet = contracts("compare", old.url, new.url, "--quiet", environment=variables)
        done = contracts("compare", old.url, new.url, "--reports", str(tmp_path), environment=variables)
    words = "icon_url of 5 categories"
    assert words in quiet.last_line
    assert f"old: {words}" in quiet.out.removesuffix(quiet.last_line)
    assert f"new: {words}" in done.last_line
    for name in ("json", "md", "html", "xml"):
        text = (tmp_path / f"comparison.{name}").read_text("utf-8")
        assert f"old: {words}" in text, name
        assert f"new: {words}" in text, name


def test_nothing_passes_where_nothing_could_be_said(tmp_path: Path) -> None:
    """A comparison that is inconclusive has no passing testcase and no tick."""
    with serving(plain) as old, serving(by_turns(plain, empty)) as new:
        variables = {"BEARER_TOKEN": new.token}
        done = contracts("compare", old.url, new.url, *AT_ONCE, "--reports", str(tmp_path), environment=variables)
    assert done.status == 3
    assert done.last_line.startswith("INCONCLUSIVE: ")
    assert "✅" not in (tmp_path / "comparison.md").read_text("utf-8")
    junit = (tmp_path / "comparison.xml").read_text("utf-8")
    assert junit.count("<testcase") == junit.count("<skipped") + junit.count("<error")
