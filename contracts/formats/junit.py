"""JUnit XML, as test dashboards read it: one testcase a clause or a difference, and red only where the run is.

A breach that fails the run is a ``<failure>``, a MUST clause that could not be judged an ``<error>``, everything
else that was not judged or is waived ``<skipped>`` with its reason. A breach that is only a warning passes, with
its text as the output of the testcase. Of a comparison, what fails is a ``<failure>``, what is accepted ``<skipped>``,
and what could not be compared an ``<error>``; a rule passes only where it could be said that nothing broke it.

What a target said is escaped where the document ends, in :func:`_finished`: XML 1.0 excludes control characters.

Source: the schema junit-10 of Jenkins' xunit plugin, the strictest reader. It knows no properties of a testcase, so
that level and observations of a clause stand in its output; and no skipped tests of the whole document.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from contracts.comparison.rules import RULES
from contracts.core.contract import Level
from contracts.core.report import Outcome, Report, State, Verdict
from contracts.core.text import counted, plain
from contracts.formats import wording
from contracts.formats.terminal import breach

if TYPE_CHECKING:
    from contracts.comparison.compare import Difference
    from contracts.comparison.gate import Gate
    from contracts.targets.across import Across
    from contracts.targets.target_entry import Judged


def render(report: Report) -> str:
    """Return the report on a run as a JUnit XML document."""
    return _finished([_of_run(report)])


def render_comparison(gate: "Gate") -> str:
    """Return a comparison as a JUnit XML document."""
    properties = {
        "headline": wording.comparison_headline(gate),
        "suite": gate.suite,
        "verdict": gate.verdict,
        "old": gate.old.name,
        "new": gate.new.name,
        "summary": wording.comparison_last_line(gate),
    }
    cases = list(_compared(gate, f"{gate.contract.key}.comparison"))
    return _finished([_suite(f"{gate.contract.key} comparison", cases, properties, gate.new.taken)])


def render_targets(targets: "Sequence[Judged]", _across: "Sequence[Across]" = ()) -> str:
    """Return several targets as one JUnit XML document: a suite a target, whose name is in every class."""
    return _finished([_of_run(judged.report) if judged.report else _missing(judged) for judged in targets])


def _finished(suites: Sequence[ET.Element]) -> str:
    """Return the document of these suites, with their sums, and every text in it without what must not be in one."""
    root = ET.Element("testsuites", {"name": "event-categories-contracts"})
    if any(suite.get("time") for suite in suites):
        root.set("time", f"{sum(float(suite.get('time', 0)) for suite in suites):.3f}")
    for attribute in ("tests", "failures", "errors"):
        root.set(attribute, str(sum(int(suite.get(attribute, 0)) for suite in suites)))
    root.extend(suites)
    for element in root.iter():
        element.attrib.update({name: plain(value) for name, value in element.items()})
        element.text = element.text and "\n".join(map(plain, element.text.split("\n")))
    ET.indent(root)
    content: bytes = ET.tostring(root, "utf-8", xml_declaration=True)
    return content.decode("utf-8") + "\n"


def _suite(
    name: str, cases: Sequence[ET.Element], properties: dict[str, str], started: str = "", seconds: str = ""
) -> ET.Element:
    """Return a suite; its time is that of the whole, for testcases share requests."""
    element = ET.Element("testsuite", {"name": name, **({"time": seconds} if seconds else {})})
    element.set("tests", str(len(cases)))
    for attribute, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        element.set(attribute, str(sum(case.find(tag) is not None for case in cases)))
    if started:
        element.set("timestamp", started.removesuffix("Z"))  # the format knows no zone
    told = ET.SubElement(element, "properties")
    for key, value in properties.items():
        ET.SubElement(told, "property", name=key, value=value)
    element.extend(cases)
    return element


def _testcase(name: str, class_name: str, *outcome: str, output: str = "") -> ET.Element:
    """Return a testcase. It passes where it has no outcome: a tag, a message, a type, and maybe a text."""
    case = ET.Element("testcase", {"name": name, "classname": class_name})
    if outcome:
        tag, message, kind, *text = outcome
        ET.SubElement(case, tag, {"message": message, "type": kind}).text = "".join(text) or None
    if output:
        ET.SubElement(case, "system-out").text = output
    return case


# A run


def _of_run(report: Report) -> ET.Element:
    """Return the report as a suite. Of testcases with equal names and classes GitLab keeps the first."""
    class_name = ".".join(filter(None, (report.identity.name, report.contract.key)))
    cases = [_case(report, outcome, f"{class_name}.{outcome.clause.section}") for outcome in report.outcomes]
    if report.stale:
        message, lines = f"{len(report.stale)} of the known deviations are stale", map(wording.stale, report.stale)
        cases.append(_testcase("deviations", class_name, "failure", message, "stale", "\n".join(lines)))
    cases += _verdict(report, cases, class_name)
    if compared := wording.gate_of(report):
        cases += _compared(compared, f"{class_name}.comparison")
    properties = {
        "headline": wording.headline(report),
        "suite": report.suite,
        "contract": report.digest,
        "target": report.target,
        "implementation": report.implementation,
        **wording.identity(report.identity, ""),
        "verdict": report.conclusion,
        "requests": str(report.requests.sent),
        "summary": wording.last_line(report),
    }
    name = report.identity.name or f"{report.contract.key} contract"
    return _suite(name, cases, properties, report.started, f"{report.seconds:.3f}")


def _case(report: Report, outcome: Outcome, class_name: str) -> ET.Element:
    clause, state = outcome.clause, outcome.state
    counts = f"{outcome.observations:,} observations, {outcome.count:,} breaches"
    output = [f"{clause.id} {clause.level}: {state}, {counts}", *(f"note: {note}" for note in outcome.notes)]
    text = breach(report, outcome) if outcome.findings else ""
    problem: tuple[str, ...] = ()
    if outcome in report.failing:
        cause = report.follows.get(clause.id)
        message = wording.first_finding(outcome) + (f" (follows from {cause})" if cause else "")
        problem = ("failure", message, clause.level, text)
    elif state not in (State.HELD, State.BREACHED):
        is_error = state is State.INCONCLUSIVE and clause.level is Level.MUST
        reason = f"{state}: {outcome.reason}" if outcome.reason else state
        problem = ("error" if is_error else "skipped", reason, state)
    if text and outcome not in report.failing:
        output.append(text)
    return _testcase(clause.id, class_name, *problem, output="\n".join(output))


def _verdict(report: Report, cases: Iterable[ET.Element], class_name: str) -> Iterator[ET.Element]:
    """Yield a testcase for a verdict that no other one shows: passed and skipped clauses would look like conforming."""
    if report.verdict is Verdict.INCONCLUSIVE and all(case.find("error") is None for case in cases):
        message = f"inconclusive: {counted(len(report.unjudged), 'MUST clause')} had nothing to be judged on"
        yield _testcase("verdict", class_name, "error", message, report.conclusion)
    elif report.partial:
        yield _testcase("verdict", class_name, "skipped", wording.headline(report), "partial")


# A comparison


def _compared(gate: "Gate", class_name: str) -> Iterator[ET.Element]:
    if reason := wording.comparison_reason(gate):
        yield _testcase("verdict", class_name, "error", reason, "inconclusive")
    if gate.comparison is None:
        return
    told = {difference.rule.id for difference in gate.comparison.differences}
    unsaid = ("skipped", "nobody can say", "inconclusive") if reason else ()
    yield from (_testcase(rule.id, class_name, *unsaid) for rule in RULES if rule.id not in told)
    shown = sorted(wording.differences(gate), key=lambda difference: difference.rule.id)
    yield from (_difference(gate, each, f"{class_name}.{each.rule.id}") for each in shown)
    if message := wording.hidden_differences(gate):
        failing = gate.failures > sum(map(gate.fails, shown))
        problem = ("failure", message, "more") if failing else ()
        yield _testcase("differences that are not written out", class_name, *problem)
    if gate.too_old:
        yield _testcase("baseline", class_name, "failure", gate.too_old, "too old")
    if notes := gate.notes:
        yield _testcase("notes", class_name, "skipped", notes[0], "note", "\n".join(notes))
    if lines := wording.stale_exceptions(gate):
        message = f"{counted(len(lines), 'exception')} excused nothing"
        yield _testcase("exceptions", class_name, "failure", message, "stale", "\n".join(lines))


def _difference(gate: "Gate", difference: "Difference", class_name: str) -> ET.Element:
    name = " ".join(filter(None, (wording.called(difference), difference.member, difference.fingerprint)))
    lines = (
        difference.says,
        f"impact   {difference.impact.value}",
        f"where    {difference.place}",
        f"before   {difference.before}",
        f"after    {difference.after}",
        f"notices  {'; '.join(difference.notices)}",
    )
    text = "\n".join(lines)
    if gate.fails(difference):
        return _testcase(name, class_name, "failure", wording.one_line(difference), difference.impact.value, text)
    skipped = ("skipped", difference.accepted, "accepted") if difference.accepted else ()
    return _testcase(name, class_name, *skipped, output=text)


# Several targets


def _missing(judged: "Judged") -> ET.Element:
    name = judged.entry.name
    case = _testcase("verdict", name, "error", f"inconclusive: {judged.missing}", "inconclusive")
    return _suite(name, [case], {"name": name, "verdict": judged.conclusion})
