"""The other formats: each says what the report says, and none is broken by what a target said."""

import json
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from xml.etree import ElementTree as ET

import pytest
import reports
from junit_schema import JUNIT_10
from junitparser import JUnitXml
from markdown_it import MarkdownIt
from markup import Element, parse

from contracts.core.contract import Level
from contracts.core.report import Access, Report, StaleDeviation, State, Verdict
from contracts.core.text import plain
from contracts.formats import annotations, badge, har, html, junit, markdown, result, terminal, wording
from contracts.formats.terminal import Detail
from contracts.targets.target_entry import Entry, Judged

WAIVER = "renamed until December | <b>owner</b>"
ALL: dict[str, Callable[[], Report]] = {
    "conforming": reports.conforming,
    "violating": reports.violating,
    "waived": lambda: reports.waived(reports.violating(), "category.position", WAIVER),
    "strict": lambda: reports.violating(strict=True),
    "stale": lambda: reports.conforming(stale=(StaleDeviation(1, "list.ids-unique"),)),
    "inconclusive": reports.inconclusive,
    "unreachable": reports.unreachable,
    "hostile": reports.hostile,
    "doctored": reports.doctored,
}
every_report = pytest.mark.parametrize("make", ALL.values(), ids=ALL)


# JUnit


def suite_of(report: Report) -> ET.Element:
    root = ET.fromstring(junit.render(report))
    assert (root.tag, len(root)) == ("testsuites", 1)
    counts = ("tests", "failures", "errors", "time")  # the whole document has no count of skipped tests
    assert [root.get(name) for name in counts] == [root[0].get(name) for name in counts]
    return root[0]


@every_report
def test_junit_has_a_testcase_for_each_clause(make: Callable[[], Report]) -> None:
    """Clauses are testcases, by id, in the class of their section.

    One is added for stale deviations, and one for a partial run, or an inconclusive one in which nothing else is red.
    """
    report = make()
    cases = [(case.get("classname"), case.get("name")) for case in suite_of(report).iter("testcase")]
    own = f"{plain(report.identity.name)}.event_categories".lstrip(".")  # GitLab keeps one of equal names
    expected = [(f"{own}.{plain(o.clause.section)}", plain(o.clause.id)) for o in report.outcomes]
    unseen = report.verdict is Verdict.INCONCLUSIVE and not any(
        o in report.unjudged for o in report.of(State.INCONCLUSIVE)
    )
    added = [(own, "deviations")] * bool(report.stale) + [(own, "verdict")] * (unseen or bool(report.partial))
    assert cases == expected + added


@every_report
def test_junit_is_red_where_the_run_is(make: Callable[[], Report]) -> None:
    """Failures are what fails the run, errors the MUST clauses that could not be judged; the attributes count them."""
    report = make()
    suite = suite_of(report)
    tags = {
        case.get("name"): [e.tag for e in case if e.tag in ("failure", "error", "skipped")]
        for case in suite.iter("testcase")
    }
    for outcome in report.outcomes:
        unjudged = outcome.state is State.INCONCLUSIVE and outcome.clause.level is Level.MUST
        green = outcome.state is State.HELD or outcome in report.warnings
        expected = "failure" if outcome in report.failing else "error" if unjudged else None if green else "skipped"
        assert tags[outcome.clause.id] == [expected] * (expected is not None), outcome.clause.id
    counts = Counter(tag for found in tags.values() for tag in found)
    attributes = {name: int(suite.get(name) or 0) for name in ("tests", "failures", "errors", "skipped")}
    assert attributes == {
        "tests": len(tags),
        "failures": counts["failure"],
        "errors": counts["error"],
        "skipped": counts["skipped"],
    }
    assert bool(counts["failure"]) == bool(report.failing or report.stale)
    assert counts["failure"] or bool(counts["error"]) == (report.verdict is Verdict.INCONCLUSIVE)


def test_junit_says_why() -> None:
    """A failure has the place, what was expected and received, its source and the lines that reproduce it."""
    suite = suite_of(reports.violating())
    [failure] = [e for c in suite.iter("testcase") if c.get("name") == "category.position" for e in c.iter("failure")]
    assert failure.get("type") == "MUST"
    assert failure.get("message") == '/event_categories/2/position: expected an integer, received "2"'
    for words in ("/event_categories/2/position", "an integer", "developers.scalingo.com", "curl -", "--clause"):
        assert words in str(failure.text)


def test_junit_keeps_warnings_and_reasons() -> None:
    """A warning passes with its text as output; a skipped clause and a waived one have their reason."""
    cases = {case.get("name"): case for case in suite_of(ALL["waived"]()).iter("testcase")}
    assert '"Collaborators Team"' in str(cases["category.name-style"].findtext("system-out"))
    assert cases["category.position"].find("skipped").get("message") == f"waived: {WAIVER}"  # type: ignore[union-attr]
    reason = cases["error.rate-limit"].find("skipped").get("message")  # type: ignore[union-attr]
    assert reason == "not applicable: not asked for: --probe-rate-limit"


def test_junit_tells_level_and_observations() -> None:
    """Level and observations of a clause are in its output: the strictest schema has no properties of a testcase."""
    [case] = [c for c in suite_of(reports.conforming()).iter("testcase") if c.get("name") == "category.id"]
    assert case.findtext("system-out") == "category.id MUST: held, 4 observations, 0 breaches"
    properties = {p.get("name"): p.get("value") for p in suite_of(reports.conforming()).iter("property")}
    assert properties.items() >= {"verdict": "conforms", "headline": "conforms", "target": reports.URL}.items()


@every_report
def test_junit_is_what_the_strictest_reader_admits(make: Callable[[], Report]) -> None:
    """Elements, attributes and times are those of the schema; no two testcases share a name, for GitLab keeps one."""
    root = ET.fromstring(junit.render(make()))
    for element in root.iter():
        required, optional, children = JUNIT_10[element.tag]
        assert required <= set(element.keys()) <= required | optional, element.tag
        assert {child.tag for child in element} <= children
        assert re.fullmatch(r"[0-9]*(\.[0-9]*)?", element.get("time", ""))
    names = [(case.get("classname"), case.get("name")) for case in root.iter("testcase")]
    assert len(set(names)) == len(names)


def test_junit_is_read_by_the_library() -> None:
    """The file of a hostile target is read back by the library that other tools use, with the same counts."""
    report = reports.hostile()
    document = JUnitXml.fromstring(junit.render(report).encode("utf-8"))
    assert (document.tests, document.failures) == (len(report.outcomes), len(report.failing))


# Markdown


def shown(report: Report) -> Element:
    """The Markdown as HTML, raw HTML let through as GitHub does before it sanitizes."""
    return parse(MarkdownIt("commonmark", {"html": True}).enable("table").render(markdown.render(report)))


@every_report
def test_markdown_says_the_verdict_first(make: Callable[[], Report]) -> None:
    """The first line is a heading with the verdict; the second can be quoted."""
    report = make()
    first = shown(report).inside[0]
    assert first.tag == "h2"
    assert report.verdict.value in first.text.lower()


@every_report
def test_markdown_tables_are_whole(make: Callable[[], Report]) -> None:
    """Every row of a table has its cells; the first holds what is broken, causes first, a later one all clauses."""
    report = make()
    tables = shown(report).find("table")
    for table in tables:
        assert len({len(row.find("td") + row.find("th")) for row in table.find("tr")}) == 1
    rows = [[cell.text for cell in row.find("td")] for table in tables for row in table.find("tr") if row.find("td")]
    broken = {o.clause.id: o for o in report.outcomes if o.findings}
    told = {row[0]: row for row in rows if len(row) == 6}
    assert told.keys() == broken.keys()
    assert all(told[i][1] == o.clause.level and told[i][2].startswith(o.state) for i, o in broken.items())
    order = list(told)
    causes = {o.clause.id for o in report.failing}
    assert all(order.index(cause) < order.index(i) for i, cause in report.follows.items() if cause in causes)
    every = [[o.clause.id, o.clause.level, o.state, str(o.observations)] for o in report.outcomes]
    assert [row for row in rows if len(row) == 4] == every


@pytest.mark.parametrize("make", [reports.hostile, reports.doctored])
def test_markdown_of_a_hostile_target_is_inert(make: Callable[[], Report]) -> None:
    """Nothing a target says becomes markup, a mention or a line of its own; it stands in code."""
    calm, hostile = shown(reports.violating(notes=("a note",))), shown(make())
    assert {e.tag for e in hostile.every()} <= {e.tag for e in calm.every()}
    outside = hostile.text
    for code in (*hostile.find("code"), *hostile.find("pre")):
        outside = outside.replace(code.text, "")
    assert not [word for word in ("script", "onerror", "@everyone", "::error", "7*7") if word in outside]
    assert "<script>alert(1)</script>" in hostile.text
    assert all(character.isprintable() or character == "\n" for character in markdown.render(make()))


@pytest.mark.parametrize(
    "text", ["`", "``", "a`|`b", "\\", "\\|", "|", "*a*", "<b>", "&amp;", " ", "", "a\nb", "-", "@x"]
)
def test_code_is_what_it_says(text: str) -> None:
    """A text of any characters stands in a cell of a table as it is, line ends as their escapes."""
    text_of_run = markdown.render(reports.conforming(settings={"name": (text, "default")}))
    document = parse(MarkdownIt("commonmark").enable("table").render(text_of_run))
    [cells] = [row.find("td") for row in document.find("tr") if len(row.find("td")) == 3]
    raw = re.sub(r"</?code>", "", cells[1].text)  # raw HTML is off here, so that it is seen
    assert raw == text.replace("\n", "\\n")


def test_markdown_fits_a_step_summary() -> None:
    """GitHub shows a comment of up to 65,536 characters: a hostile answer does not push a report beyond."""
    for make in ALL.values():
        assert len(markdown.render(make())) < 60_000
    long = markdown.render(reports.conforming(settings={str(n): ("<" * 200, "default") for n in range(1000)}))
    assert len(long) < 60_000
    assert "more. What does not fit here stands on the page and in the JSON." in long


# Annotations


@every_report
def test_annotations_are_one_command_a_line(make: Callable[[], Report]) -> None:
    """Every line is a workflow command: what a target says neither ends one nor begins another."""
    report = make()
    lines = annotations.render(report).splitlines()
    assert all(re.fullmatch(r"::(error|warning|notice) title=event categories%3A [^:,]+::\S.*", line) for line in lines)
    errors = sum(line.startswith("::error") for line in lines)
    assert errors == len(report.failing) + bool(report.stale) + bool(report.unjudged)
    told = bool(report.partial) + bool(wording.unsteady(report))
    assert len(lines) - errors == len(report.warnings) + len(list(report.of(State.WAIVED))) + told


def test_annotations_escape_what_the_runner_reads() -> None:
    """Percent signs and line ends are escaped in the message, colons and commas in the title, too."""
    entry = Entry("a:b,c%\r\n", reports.URL)
    line = annotations.render_targets([Judged(entry, None, "d:e,f%\r\n")])
    assert line == "::error title=event-categories%3A a%3Ab%2Cc%25\\r\\n inconclusive::d:e,f%25\\r\\n\n"


# Badge


@pytest.mark.parametrize(
    ("make", "message", "colour"),
    [
        (reports.conforming, "conforms", "brightgreen"),
        (reports.violating, "violates", "red"),
        (reports.inconclusive, "inconclusive", "blue"),
    ],
)
def test_badge(make: Callable[[], Report], message: str, colour: str) -> None:
    """The badge is what shields.io reads from an endpoint: the verdict and its colour."""
    badged = json.loads(badge.render(make()))
    assert badged == {"schemaVersion": 1, "label": "event categories contract", "message": message, "color": colour}


# Details


def test_what_is_known_of_a_breach_is_told() -> None:
    """A hint of what the thing that came is, and how the token of a run was obtained, stand beside the breach."""
    report = reports.violating(access=Access(auth_url="https://auth.example"), strict=True)
    first = report.causes[0]
    told = replace(first, findings=(replace(first.findings[0], hint="this is a login page"),))
    report = replace(report, outcomes=tuple(told if outcome is first else outcome for outcome in report.outcomes))
    for detail in (Detail.USUAL, Detail.VERBOSE):
        text = terminal.render(report, detail=detail)
        assert "  hint      this is a login page\n" in text
        assert "  token     export BEARER_TOKEN=$(curl " in text
    assert "- this is a login page" in markdown.render(report)
    assert "3 MUST clauses are broken and 3 SHOULD clauses are broken in a strict run" in html.render(report)


def test_a_deviation_that_is_about_to_expire_is_in_the_last_line() -> None:
    """Whoever reads only the last line learns it while there is time."""
    assert "; 1 deviation expires on 2026-12-01" in wording.last_line(reports.conforming(expiring=(date(2026, 12, 1),)))


# One breach through every format

CLAUSE, POINTER, RECEIVED = "list.ids-unique", "/event_categories/2/id", "5982f139d48c360021b1eb44"


def one_breach() -> Report:
    """Two categories share an id, and one has a name that is only warned of."""
    elements = [*reports.CATEGORIES[:2], {**reports.CATEGORIES[2], "id": reports.CATEGORIES[0]["id"], "name": "A b"}]
    report = reports.judged(reports.exchanges(elements))
    assert CLAUSE in [outcome.clause.id for outcome in report.failing]
    assert report.warnings
    return report


def counts_of(report: Report) -> dict[str, int]:
    counts = Counter(str(outcome.state) for outcome in report.outcomes)
    followers = len(report.followers)
    counts["breached"] -= len(report.warnings) + followers
    counts["warned"] = len(report.warnings)
    counts["following"] = followers
    return {name: count for name, count in counts.items() if count}


def test_one_breach_in_json() -> None:
    """JSON, read back: the clause, the pointer, the counts."""
    report = reports.reread(result.render(one_breach()))
    [finding] = reports.outcome_of(report, CLAUSE).findings
    assert (finding.where, report.verdict.value) == (POINTER, "violates")
    assert RECEIVED in finding.received
    assert counts_of(report) == counts_of(one_breach())


def test_one_breach_in_junit() -> None:
    """JUnit, read back: the clause, the pointer, the counts."""
    report = one_breach()
    cases = {case.get("name"): case for case in suite_of(report).iter("testcase")}
    message = str(cases[CLAUSE].find("failure").get("message"))  # type: ignore[union-attr]
    assert message.startswith(f"{POINTER}: ")
    assert RECEIVED in message
    told = [str(case.findtext("system-out")).partition(": ")[2].partition(",")[0] for case in cases.values()]
    assert Counter(told) == Counter(str(outcome.state) for outcome in report.outcomes)


def test_one_breach_in_markdown() -> None:
    """Markdown, rendered: the clause, the pointer, the counts."""
    report = one_breach()
    document = shown(report)
    rows = [[cell.text for cell in row.find("td")] for row in document.find("tr")]
    [row] = [row for row in rows if len(row) == 6 and row[0] == CLAUSE]
    assert row[:4] == [CLAUSE, "MUST", "breached", POINTER]
    assert RECEIVED in row[5]
    assert counts_of_line(document.find("p")[0].text) == counts_of(report)


def counts_of_line(line: str) -> dict[str, int]:
    """The counts in the line that can be quoted."""
    return {
        re.sub("^follows?$", "following", name): int(count)
        for count, name in re.findall(r"(\d+) ([a-z ]+)(?=[,;])", line)
        if name not in ("requests", "observations")
    }


def test_one_breach_in_html() -> None:
    """HTML, parsed: the clause, the pointer, the counts."""
    report = one_breach()
    document = parse(html.render(report))
    [clause] = [e for e in document.find("details", "clause") if e.attributes["data-clause"] == CLAUSE]
    assert clause.attributes["data-outcome"] == "breached"
    [finding] = clause.find("div", "finding")
    assert finding.find("code", "pointer")[0].text == POINTER
    assert RECEIVED in finding.find("dd")[1].text
    assert RECEIVED in finding.find("mark")[0].text
    filters = [label.attributes for label in document.find("label") if "data-kind" in label.attributes]
    shown_counts = {label["data-kind"].replace("-", " "): int(label["data-count"]) for label in filters}
    assert shown_counts == counts_of(report)
    assert document.find("h1")[0].attributes["data-verdict"] == "violates"


def test_one_breach_in_har() -> None:
    """HAR, read back and judged again: the clause, the pointer, the counts."""
    report = one_breach()
    exchanges = tuple(har.read(reports.har_of(har.render(report)), report.contract.probe, lambda _: False)[1].values())
    again = reports.judged(exchanges)
    assert again.outcomes == report.outcomes
    assert [finding.where for finding in reports.outcome_of(again, CLAUSE).findings] == [POINTER]


def test_one_breach_in_annotations() -> None:
    """Annotations: the clause and the pointer."""
    [line] = [line for line in annotations.render(one_breach()).splitlines() if f" {CLAUSE} breached::" in line]
    assert line.startswith("::error ")
    assert POINTER in line
