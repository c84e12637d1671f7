"""The HTML report: complete in itself, inert whatever a target says, and good to use, which a real browser shows."""

import base64
import hashlib
import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import reports
from markup import parse
from subject import CLAUSES, CONTRACT

from contracts.core.report import Report, State
from contracts.formats import html, markdown, terminal
from contracts.targets.target_entry import Entry, Judged

pytestmark = pytest.mark.uncounted
ROOT = Path(__file__).parents[3]
ALL: dict[str, Callable[[], Report]] = {
    "violating": lambda: reports.waived(reports.violating(), "category.name-style", "renamed until December"),
    "conforming": reports.conforming,
    "hostile": reports.hostile,
    "inconclusive": reports.inconclusive,
    "unreachable": reports.unreachable,
    "doctored": reports.doctored,
}
every_report = pytest.mark.parametrize("make", ALL.values(), ids=ALL)


@every_report
def test_loads_nothing(make: Callable[[], Report]) -> None:
    """The page refers to nothing outside of it but sources, which a reader may open and which learn no referrer."""
    for element in parse(html.render(make())).every():
        assert element.tag not in {"img", "link", "iframe", "object", "embed", "base", "form"}
        assert not {"src", "srcset", "style", "action", "formaction", "background"} & element.attributes.keys()
        assert not [name for name in element.attributes if name.startswith("on")]
        if "href" in element.attributes and not element.attributes["href"].startswith("#"):
            assert element.attributes["href"].startswith("https://")
            assert element.attributes["rel"] == "noreferrer noopener"


@every_report
def test_policy_admits_its_own_style_and_script_only(make: Callable[[], Report]) -> None:
    """The policy of the page names the digests of its one style and its one script, and admits nothing else."""
    document = parse(html.render(make()))
    [policy] = [e.attributes["content"] for e in document.find("meta") if "http-equiv" in e.attributes]
    [style], [script] = document.find("style"), document.find("script")
    digests = [base64.b64encode(hashlib.sha256(e.text.encode()).digest()).decode() for e in (style, script)]
    assert policy.split("; ") == [
        "default-src 'none'",
        f"style-src 'sha256-{digests[0]}'",
        f"script-src 'sha256-{digests[1]}'",
        "base-uri 'none'",
        "form-action 'none'",
    ]


@pytest.mark.parametrize("make", [reports.hostile, reports.doctored])
def test_hostile_text_adds_no_element(make: Callable[[], Report]) -> None:
    """Whatever the target says, the page has the elements that the template has."""
    known = {element.tag for name in ("violating", "conforming") for element in parse(html.render(ALL[name]())).every()}
    hostile = parse(html.render(make()))
    assert {element.tag for element in hostile.every()} <= known
    assert len(hostile.find("script")) == 1
    assert "<script>alert(1)</script>" in hostile.find("main")[0].text


def test_nothing_invisible_is_left() -> None:
    """Control, bidirectional and other invisible characters are spelled out."""
    page = html.render(reports.hostile()) + html.render(reports.doctored())
    assert not [character for character in page if not character.isprintable() and character not in "\n\t"]
    assert r"\u202egnp.exe\u2066" in page


def test_long_texts_are_shortened() -> None:
    """Names of 200,000 characters do not make a page that nobody can open; their length is said."""
    page = html.render(reports.hostile())
    assert len(page) < 300_000
    assert "(200,000 characters)" in page
    assert "nnn" * 700 not in page
    assert "h" * 3000 not in page


def test_a_long_list_is_bounded() -> None:
    """Of 2,000 categories the first 200 are drawn, and of the rest those that a finding is about."""
    elements = reports.categories(2000)
    elements[999]["position"] = 998
    elements[1500]["position"] = "x"
    page = html.render(reports.judged(reports.exchanges(elements)))
    items = parse(page).find("li", "item")
    marked = [
        int(item.find("span", "position")[0].text.split()[-1]) for item in items[200:-1] if item.find("span", "mark")
    ]
    assert len(items) == 200 + 1 + 1
    assert marked == [998]
    assert '"x"' in items[-1].text
    assert "798 more with nothing to mark" in page
    assert len(page) < 400_000


def test_the_list_comes_in_the_order_of_the_positions() -> None:
    """The list is drawn as a client sorts it; duplicates, inversions and what has no place are marked."""
    document = parse(html.render(reports.violating()))
    drawn = [
        (item.find("bdi")[0].text, [mark.text for mark in item.find("span", "mark")])
        for item in document.find("li", "item")
    ]
    assert drawn == [
        ("App operations", []),
        ("(nothing to show)", ["lacks a member", "came after a higher position"]),
        ("Collaborators", ["name in another style"]),
        ("Domains", ["same position"]),
        ("Addons", ["no position to sort by", "the Go client fails"]),
    ]


def test_a_finding_shows_its_place_in_the_body() -> None:
    """Expected and received stand beside the part of the body that the pointer leads to, marked."""
    document = parse(html.render(reports.violating()))
    [clause] = [e for e in document.find("details", "clause") if e.attributes["data-clause"] == "category.position"]
    [finding] = clause.find("div", "finding")
    assert finding.find("code", "pointer")[0].text == "/event_categories/2/position"
    assert [e.text for e in finding.find("dd")] == ["an integer", '"2"']
    assert [e.text for e in finding.find("mark")] == ['"2"']
    assert '"name": "addons"' in finding.find("pre", "body")[0].text


def test_a_finding_about_a_header_marks_the_header() -> None:
    """Where a finding is about a header field or the status, that line of the answer is marked."""
    [listed, *_] = reports.exchanges()
    assert listed.response
    answers = {
        "http.content-type": replace(listed.response, headers=(("Content-type", "text/plain"),)),
        "http.status": replace(listed.response, status=201, reason="Created"),
    }
    placed = {}
    for clause, answer in answers.items():
        document = parse(html.render(reports.judged((replace(listed, response=answer),))))
        [shown] = [e for e in document.find("details", "clause") if e.attributes["data-clause"] == clause]
        placed[clause] = [line.text for line in shown.find("span", "placed")]
    assert placed == {"http.content-type": ["Content-type: text/plain"], "http.status": ["HTTP 201 Created"]}


def test_a_source_is_a_link_only_to_the_web() -> None:
    """A report from elsewhere cannot bring a link that runs something."""
    document = parse(html.render(reports.doctored()))
    assert reports.CLICK.url in document.text
    assert not [a for a in document.find("a") if a.text == reports.CLICK.title]


def test_what_fails_the_run_comes_first() -> None:
    """The page begins with what fails the run, then what it warns of, then what follows, each with a link."""
    report = reports.violating()
    [broken] = parse(html.render(report)).find("ul", "broken")
    causes = [outcome.clause.id for outcome in report.failing if outcome.clause.id not in report.follows]
    expected = [*causes, *(outcome.clause.id for outcome in report.warnings), *report.follows]
    links = [item.find("a")[0] for item in broken.find("li")]
    assert [link.text for link in links] == expected
    assert [link.attributes["href"] for link in links] == [f"#{clause}" for clause in expected]


def test_a_cause_says_why_it_matters() -> None:
    """Beside each cause stands who is hurt by it, and what the thing that came is known to be."""
    report = reports.violating()
    first = report.causes[0]
    hint = "this is an HTML page: does a login stand in front of the API?"
    told = replace(first, findings=(replace(first.findings[0], hint=hint),))
    report = replace(report, outcomes=tuple(told if outcome is first else outcome for outcome in report.outcomes))
    [broken] = parse(html.render(report)).find("ul", "broken")
    assert [why.text for why in broken.find("p", "why")][:1] == [first.clause.why]
    assert [each.text for each in broken.find("p", "hint")] == [hint]
    for text in (terminal.render(report), markdown.render(report)):
        assert hint in " ".join(text.split())


def test_what_follows_names_its_cause() -> None:
    """A clause that is broken only because another is says so, with a link to the cause."""
    report = reports.violating()
    assert report.follows == {"client.go-readable": "category.position"}
    told = parse(html.render(report)).find("p", "follows")
    assert [link.attributes["href"] for p in told for link in p.find("a")] == [f"#{c}" for c in report.follows.values()]


def test_an_inconclusive_page_accuses_nobody() -> None:
    """Without a breach no card says that something is broken."""
    document = parse(html.render(reports.unreachable()))
    assert not document.find("ul", "broken")
    assert len(document.find("p", "reason")) >= 1
    assert "What is broken" not in html.render(reports.inconclusive())


def test_the_certificate_is_whole() -> None:
    """The first printed page has every clause, the whole digest, and whose product was judged."""
    report = reports.conforming(implementation="Example Cloud 4.2")
    [certificate] = parse(html.render(report)).find("section", "certificate")
    assert len(certificate.find("li")) == len(report.outcomes)
    assert report.digest in certificate.text
    assert "Example Cloud 4.2" in certificate.text


def test_what_could_not_be_judged_is_told_with_its_reason() -> None:
    """The reasons why MUST clauses were not judged stand above the clauses, each once, with links to them."""
    report = reports.inconclusive()
    [told] = parse(html.render(report)).find("ul", "unjudged")
    assert [reason.text for reason in told.find("p", "reason")] == ["the list is empty; --allow-empty accepts that"]
    assert [link.text for link in told.find("a")] == [outcome.clause.id for outcome in report.unjudged]
    assert not parse(html.render(reports.conforming())).find("ul", "unjudged")


def test_deterministic() -> None:
    """Equal reports give equal bytes."""
    assert html.render(reports.violating()) == html.render(reports.violating())


def test_every_section_and_outcome_has_a_name() -> None:
    """The titles and filters of the page are those of the contract."""
    assert {clause.section for clause in CLAUSES} == CONTRACT.sections.keys()
    shown = html.render(reports.conforming())
    titles = {name: CONTRACT.sections[name] for name in dict.fromkeys(clause.section for clause in CLAUSES)}
    places = [shown.find(f'<h3 id="section-{name}">{title} <') for name, title in titles.items()]
    assert -1 not in places
    assert places == sorted(places)
    assert {group.label for group in html.GROUPS} == {*map(str, State), "warned", "following"}
    style = (ROOT / "contracts/formats/templates/page.css").read_text("utf-8")
    assert set(re.findall(r"#show-([a-z-]+):checked", style)) == {group.name for group in html.GROUPS}


# In a browser


@pytest.fixture(scope="module")
def facts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What a browser saw of the pages; see report_in_browser.mjs."""
    tools = {name: shutil.which(name) for name in ("node", "chromium")}
    missing = [name for name, path in tools.items() if path is None]
    missing += [
        f"{name} (npm ci)" for name in ("playwright-core", "axe-core") if not (ROOT / "node_modules" / name).is_dir()
    ]
    if missing and os.environ.get("CI") == "true":
        pytest.fail(f"missing: {', '.join(missing)}")
    elif missing:
        pytest.skip(f"missing: {', '.join(missing)}")
    folder = tmp_path_factory.mktemp("pages")
    pages = {name: html.render(ALL[name]()) for name in ("violating", "conforming", "hostile", "inconclusive")}
    entries = [Entry(f"region-{number:02}", reports.URL, environment="production") for number in range(60)]
    judged = [
        Judged(entry, reports.violating() if entry.name < "region-30" else reports.conforming()) for entry in entries
    ]
    (folder / "targets.html").write_text(html.render_targets(judged), "utf-8", newline="\n")
    intruder = (
        "<script>globalThis.touched = 1</script><style>body { background: red }</style><img src=https://x.invalid/>"
    )
    tampered = pages["conforming"].replace("</main>", f"{intruder}</main>")
    for name, page in {**pages, "tampered": tampered}.items():
        (folder / f"{name}.html").write_text(page, "utf-8", newline="\n")
    script = Path(__file__).with_name("report_in_browser.mjs")
    command = [str(tools["node"]), str(script), str(tools["chromium"]), str(folder), *pages, "targets"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    seen: dict[str, Any] = json.loads(done.stdout)
    return seen


PAGES = pytest.mark.parametrize("page", ["violating", "conforming", "hostile", "inconclusive"])
#: With the overview of sixty targets, which has no filter.
ALL_PAGES = pytest.mark.parametrize("page", ["violating", "conforming", "hostile", "inconclusive", "targets"])


@ALL_PAGES
def test_no_request_leaves_the_page(facts: dict[str, Any], page: str) -> None:
    """The browser asks for the page and for nothing else, and has nothing to complain about."""
    seen = facts["examined"][page]
    assert seen["requests"] == [seen["url"]]
    assert seen["errors"] == []


@ALL_PAGES
def test_nothing_runs_that_a_target_said(facts: dict[str, Any], page: str) -> None:
    """No dialog opens."""
    assert facts["examined"][page]["dialogs"] == []


def test_policy_holds_against_what_escaping_would_miss(facts: dict[str, Any]) -> None:
    """Were markup of a target to get into the page, its script would not run, and nothing be drawn or loaded."""
    tampered = facts["tampered"]
    assert tampered["touched"] is None
    assert tampered["background"] == facts["examined"]["conforming"]["background in light"]
    assert len(tampered["errors"]) >= 3


@ALL_PAGES
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_accessible(facts: dict[str, Any], page: str, scheme: str) -> None:
    """axe-core finds nothing, with everything open, in both colour schemes."""
    assert facts["examined"][page]["violations"][scheme] == []


def test_colour_schemes_differ(facts: dict[str, Any]) -> None:
    """The page follows the colour scheme of the reader."""
    seen = facts["examined"]["violating"]
    assert seen["background in light"] != seen["background in dark"]


@ALL_PAGES
def test_fits_a_phone(facts: dict[str, Any], page: str) -> None:
    """Nothing has to be scrolled sideways, at 320 pixels as at 1280."""
    assert facts["examined"][page]["wide"] == {"320": 320, "1280": 1280}


def _expected(report: Report) -> dict[str, list[str]]:
    shown: dict[str, list[str]] = {"all": [outcome.clause.id for outcome in report.outcomes]}
    for outcome in report.outcomes:
        kind = "warned" if outcome in report.warnings else outcome.state.replace(" ", "-")
        kind = "following" if outcome in report.followers else kind
        shown.setdefault(kind, []).append(outcome.clause.id)
    return shown


@PAGES
def test_filters_by_outcome(facts: dict[str, Any], page: str) -> None:
    """Each filter shows the clauses of its outcome, all of them and no other."""
    assert facts["examined"][page]["filtered"] == _expected(ALL[page]())


def test_filters_without_scripts(facts: dict[str, Any]) -> None:
    """With scripts off the filters work, clauses open, and no button is there that would do nothing."""
    seen = facts["unscripted"]
    expected = {name: len(shown) for name, shown in _expected(ALL["violating"]()).items() if name != "all"}
    assert seen["filtered"] == expected
    assert seen["inside"]
    assert seen["buttons"] == 0


def test_copies(facts: dict[str, Any]) -> None:
    """The copy buttons copy the line beside them, also where the browser keeps its clipboard from the page."""
    seen = facts["used"]
    assert seen["copied"] == seen["line"]
    assert seen["copied"].startswith("curl ")
    assert '"Authorization: Bearer $BEARER_TOKEN"' in seen["copied"]
    assert seen["status"] == "Copied."
    assert seen["rerun"] == f"contracts verify {reports.URL} --clause category.required"


def test_a_link_to_a_clause_opens_it(facts: dict[str, Any]) -> None:
    """Clauses are closed until a reader opens one; a link to a clause opens it and moves the focus there."""
    seen = facts["used"]
    assert seen["open"] == []
    assert seen["followed"] == ["category.required"]
    assert seen["focused"] == "category.required"


def test_opens_and_closes_all(facts: dict[str, Any]) -> None:
    """Two buttons open and close all clauses."""
    assert (facts["used"]["opened"], facts["used"]["closed"]) == (len(CLAUSES), 0)


def test_works_by_keyboard(facts: dict[str, Any]) -> None:
    """Filter and clauses are used by keyboard: what has the focus is outlined, what the filter did is announced."""
    seen = facts["used"]
    assert seen["chosen"] == "show-breached"
    assert seen["outlined"] == "solid"
    assert seen["announced"] == "3 clauses shown."
    assert seen["toggled"] == ["category.required"]


def test_paper_has_everything_open(facts: dict[str, Any]) -> None:
    """In print, every clause that the filter leaves shows what is inside it."""
    assert facts["used"]["printed"] == 3
