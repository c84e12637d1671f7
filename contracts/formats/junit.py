"""JUnit XML, as test dashboards read it: one testcase a clause, and red only where the run is.

A breach that fails the run is a ``<failure>``, a MUST clause that could not be judged an ``<error>``, everything
else that was not judged or is waived ``<skipped>`` with its reason. A breach that is only a warning passes, with
its text as the output of the testcase.

Source: the schema junit-10 of Jenkins' xunit plugin, the strictest reader. It knows no properties of a testcase, so
that level and observations of a clause stand in its output; and no skipped tests of the whole document.
"""

from collections.abc import Iterator, Sequence
from xml.etree import ElementTree as ET

from contracts.comparison.reported import gate_of
from contracts.core.clause import Level
from contracts.core.report import Outcome, Report, State, Verdict
from contracts.formats.terminal import breach
from contracts.formats.wording import headline, identity, last_line, plain, stale


def render(report: Report) -> str:
    """Return the report as a JUnit XML document."""
    return joined([suite_of(report)])


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
        from contracts.formats import comparison_junit  # only for a run with a baseline

        for case in comparison_junit.cases(compared):
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
