"""JUnit XML, as test dashboards read it: one testcase a clause, and red only where the run is.

A breach that fails the run is a ``<failure>``, a MUST clause that could not be judged an ``<error>``, everything
else that was not judged or is waived ``<skipped>`` with its reason. A breach that is only a warning passes, with
its text as the output of the testcase.

Source: the schema junit-10 of Jenkins' xunit plugin, the strictest reader. It knows no properties of a testcase, so
that level and observations of a clause stand in its output; and no skipped tests of the whole document.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from contracts.comparison import gate_of
from contracts.comparison.rules import RULES
from contracts.core.clause import Level
from contracts.core.report import Outcome, Report, State, Verdict
from contracts.core.text import counted
from contracts.formats.terminal import breach
from contracts.formats.wording import (
    SHOWN,
    called,
    comparison_headline,
    comparison_last_line,
    comparison_reason,
    comparison_verdict,
    headline,
    identity,
    last_line,
    one_line,
    plain,
    stale,
    stale_exceptions,
)
from contracts.targets.target_entry import Judged

if TYPE_CHECKING:
    from contracts.comparison.difference import Difference
    from contracts.comparison.gate import Gate
    from contracts.targets.across import Across


def render(report: Report) -> str:
    """Return the report as a JUnit XML document."""
    return joined([suite_of(report)])


def render_targets(targets: Sequence[Judged], _across: "Sequence[Across]" = ()) -> str:
    """Return the reports as one JUnit XML document."""
    return joined([_target_suite(judged) for judged in targets])


def _target_suite(judged: Judged) -> ET.Element:
    if judged.report:
        return suite_of(judged.report)
    name = judged.entry.name
    properties = properties_of(name=name, verdict=judged.verdict.value)
    return suite(name, [unjudged(name, f"inconclusive: {judged.missing}")], properties)


def render_comparison(gate: "Gate") -> str:
    """Return the comparison as a JUnit XML document."""
    properties = properties_of(
        headline=comparison_headline(gate),
        suite=gate.suite,
        verdict=comparison_verdict(gate),
        old=gate.old.name,
        new=gate.new.name,
        summary=comparison_last_line(gate),
    )
    return document(f"{gate.contract.key} comparison", list(_comparison_cases(gate)), properties, gate.new.taken)


def _comparison_cases(gate: "Gate") -> Iterator[ET.Element]:
    """Iterate over the testcases of a comparison."""
    class_name = f"{gate.contract.key}.comparison"
    if comparison_reason(gate):
        case = testcase("verdict", class_name)
        add(case, "error", comparison_reason(gate), "inconclusive")
        yield case
    if gate.comparison is None:
        return
    differences = gate.comparison.differences
    told = {difference.rule.id for difference in differences}
    yield from (testcase(rule.id, class_name) for rule in RULES if rule.id not in told)
    by_rule = sorted(differences[:SHOWN], key=lambda difference: difference.rule.id)
    for rule, group in groupby(by_rule, key=lambda difference: difference.rule.id):
        yield from (_difference_case(gate, each, f"{class_name}.{rule}") for each in group)
    if left := differences[SHOWN:]:
        case = testcase("differences that are not written out", class_name)
        failing = sum(map(gate.fails, left))
        if failing:
            add(case, "failure", f"{counted(failing, 'more difference')}: the JSON has them all", "more")
        yield case
    if gate.comparison.stale:
        case = testcase("exceptions", class_name)
        words = f"{counted(len(gate.comparison.stale), 'exception')} excused nothing"
        add(case, "failure", words, "stale").text = "\n".join(map(plain, stale_exceptions(gate.comparison)))
        yield case


def _difference_case(gate: "Gate", difference: "Difference", class_name: str) -> ET.Element:
    name = " ".join(filter(None, (called(difference), difference.member, difference.fingerprint)))
    case = testcase(name, class_name)
    text = _difference_text(difference)
    if gate.fails(difference):
        add(case, "failure", one_line(difference), difference.impact.value).text = text
    elif difference.accepted:
        add(case, "skipped", difference.accepted, "accepted")
    if not gate.fails(difference):
        ET.SubElement(case, "system-out").text = text
    return case


def _difference_text(difference: "Difference") -> str:
    lines = (
        difference.says,
        f"impact   {difference.impact.value}",
        f"where    {difference.place}",
        f"before   {difference.before}",
        f"after    {difference.after}",
        f"notices  {'; '.join(difference.notices)}",
    )
    return "\n".join(map(plain, lines))


def joined(suites: Sequence[ET.Element]) -> str:
    """Return a JUnit XML document of these suites, with their sums."""
    root = ET.Element("testsuites", {"name": "event-categories-contracts"})
    if any(suite.get("time") for suite in suites):
        root.set("time", f"{sum(float(suite.get('time', 0)) for suite in suites):.3f}")
    for attribute in ("tests", "failures", "errors"):
        root.set(attribute, str(sum(int(suite.get(attribute, 0)) for suite in suites)))
    root.extend(suites)
    ET.indent(root)
    content: bytes = ET.tostring(root, "utf-8", xml_declaration=True)
    return content.decode("utf-8") + "\n"


def suite_of(report: Report) -> ET.Element:
    """Return the report as a suite; the name of its target is in the class of every testcase.

    Of testcases with equal names and classes GitLab keeps the first.
    """
    cases = [*(_case(report, outcome) for outcome in report.outcomes), *_stale(report)]
    cases += _verdict(report, cases)
    cases += _compared(report)
    name = report.identity.name or f"{report.contract.key} contract"
    return suite(name, cases, _properties(report), report.started, f"{report.seconds:.3f}")


def document(name: str, cases: list[ET.Element], properties: ET.Element, started: str = "", seconds: str = "") -> str:
    """Return a document of one suite."""
    return joined([suite(name, cases, properties, started, seconds)])


def suite(
    name: str, cases: Sequence[ET.Element], properties: ET.Element, started: str = "", seconds: str = ""
) -> ET.Element:
    """Return a suite; its time is that of the whole, for testcases share requests."""
    element = ET.Element("testsuite", {"name": plain(name), **({"time": seconds} if seconds else {})})
    element.set("tests", str(len(cases)))
    for attribute, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        element.set(attribute, str(sum(case.find(tag) is not None for case in cases)))
    if started:
        element.set("timestamp", plain(started.removesuffix("Z")))  # the format knows no zone
    element.append(properties)
    element.extend(cases)
    return element


def unjudged(class_name: str, message: str) -> ET.Element:
    """Return a testcase that says why nothing was judged, which would else look like a pass."""
    case = testcase("verdict", class_name)
    add(case, "error", message, "inconclusive")
    return case


def _class(report: Report, *parts: str) -> str:
    return ".".join(filter(None, (report.identity.name, report.contract.key, *parts)))


def _properties(report: Report) -> ET.Element:
    return properties_of(
        headline=headline(report),
        suite=report.suite,
        contract=report.digest,
        target=report.target,
        implementation=report.implementation,
        **identity(report.identity, ""),
        verdict=report.verdict.value,
        requests=str(report.requests.sent),
        summary=last_line(report),
    )


def properties_of(**values: str) -> ET.Element:
    """Return the properties of a suite."""
    properties = ET.Element("properties")
    for name, value in values.items():
        ET.SubElement(properties, "property", name=name, value=plain(value))
    return properties


def _case(report: Report, outcome: Outcome) -> ET.Element:
    clause = outcome.clause
    case = testcase(clause.id, _class(report, clause.section))
    reason = f"{outcome.state}: {outcome.reason}" if outcome.reason else str(outcome.state)
    if outcome in report.failing:
        failure = add(case, "failure", _summary(report, outcome), clause.level.value)
        failure.text = _text(report, outcome)
    elif outcome.state is State.INCONCLUSIVE and clause.level is Level.MUST:
        add(case, "error", reason, outcome.state.value)
    elif outcome.state not in (State.HELD, State.BREACHED):
        add(case, "skipped", reason, outcome.state.value)
    ET.SubElement(case, "system-out").text = "\n".join(_output(report, outcome))
    return case


def testcase(name: str, class_name: str) -> ET.Element:
    """Return a testcase, which passes as long as nothing is added to it."""
    return ET.Element("testcase", {"name": plain(name), "classname": plain(class_name)})


def add(case: ET.Element, tag: str, message: str, kind: str) -> ET.Element:
    """Add a failure, an error or the like to a testcase, and return it."""
    return ET.SubElement(case, tag, {"message": plain(message), "type": plain(kind)})


def _output(report: Report, outcome: Outcome) -> Iterator[str]:
    counts = f"{outcome.observations:,} observations, {outcome.count:,} breaches"
    yield plain(f"{outcome.clause.id} {outcome.clause.level}: {outcome.state}, {counts}")
    yield from (f"note: {plain(note)}" for note in outcome.notes)
    if outcome.findings and outcome not in report.failing:
        yield _text(report, outcome)


def _stale(report: Report) -> Iterator[ET.Element]:
    """Yield a testcase that fails for deviations which excuse nothing: they fail the run, so they show."""
    if report.stale:
        case = testcase("deviations", _class(report))
        failure = add(case, "failure", f"{len(report.stale)} of the known deviations are stale", "stale")
        failure.text = "\n".join(plain(stale(deviation)) for deviation in report.stale)
        yield case


def _compared(report: Report) -> Iterator[ET.Element]:
    if compared := gate_of(report):
        for case in _comparison_cases(compared):
            case.set("classname", ".".join(filter(None, (plain(report.identity.name), case.get("classname")))))
            yield case


def _verdict(report: Report, cases: list[ET.Element]) -> Iterator[ET.Element]:
    """Yield a testcase for an inconclusive run that no other shows: skipped clauses alone would look like a pass."""
    if report.verdict is Verdict.INCONCLUSIVE and all(case.find("error") is None for case in cases):
        words = f"inconclusive: {len(report.unjudged)} MUST clauses had nothing to be judged on"
        yield unjudged(_class(report), words)


def _summary(report: Report, outcome: Outcome) -> str:
    first = outcome.findings[0]
    more = f" (and {outcome.count - 1:,} more)" if outcome.count > 1 else ""
    if cause := report.follows.get(outcome.clause.id):
        more = f"{more} (follows from {cause})"
    return plain(f"{first.where or 'the whole body'}: expected {first.expected}, received {first.received}{more}")


def _text(report: Report, outcome: Outcome) -> str:
    """Return the block that a terminal would show, without a character that XML 1.0 excludes."""
    return "\n".join(map(plain, breach(report, outcome).strip("\n").split("\n")))
