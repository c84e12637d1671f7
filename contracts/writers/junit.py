"""JUnit XML, as test dashboards read it: one testcase a clause, and red only where the run is.

A breach that fails the run is a ``<failure>``, a MUST clause that could not be judged an ``<error>``, everything
else that was not judged or is waived ``<skipped>`` with its reason. A breach that is only a warning passes, with
its text as the output of the testcase.
"""

from io import BytesIO
from typing import TYPE_CHECKING

from contracts.core.clause import Level
from contracts.core.report import Outcome, Report, State, Verdict
from contracts.writers.terminal import breach
from contracts.writers.wording import headline, last_line, plain, stale

if TYPE_CHECKING:
    from junitparser.xunit2 import TestCase

_CLASS = "event_categories"


def render(report: Report) -> str:
    """Return the report as a JUnit XML document."""
    from junitparser import JUnitXml, TestSuite  # noqa: PLC0415 - slow to import

    suite = TestSuite(f"{_CLASS} contract")
    if report.started:
        suite.timestamp = plain(report.started.removesuffix("Z"))  # the format knows no zone
    facts = {
        "headline": headline(report),
        "suite": report.suite,
        "contract": report.digest,
        "target": report.target,
        "verdict": report.verdict.value,
        "requests": str(report.spent.sent),
        "summary": last_line(report),
    }
    for name, value in facts.items():
        suite.add_property(name, plain(value))
    cases = [*(_case(report, outcome) for outcome in report.outcomes), *_stale(report)]
    suite.add_testcases([*cases, *_verdict(report, cases)])
    document = JUnitXml("event-categories-contracts")
    document.add_testsuite(suite)
    document.update_statistics()  # type: ignore[no-untyped-call]
    suite.time = document.time = report.seconds  # clauses share requests: they have no times to add up
    stream = BytesIO()
    document.write(stream)
    return stream.getvalue().decode("utf-8") + "\n"


def _case(report: Report, outcome: Outcome) -> "TestCase":
    from junitparser import Error, Failure, Skipped  # noqa: PLC0415 - see above
    from junitparser.xunit2 import TestCase  # noqa: PLC0415 - see above

    clause = outcome.clause
    case = TestCase(clause.id, f"{_CLASS}.{clause.section}")
    facts = {
        "clause": clause.id,
        "level": clause.level.value,
        "outcome": outcome.state.value,
        "observations": str(outcome.observations),
        "breaches": str(outcome.count),
    }
    for name, value in facts.items():
        case.add_property(name, value)
    reason = plain(f"{outcome.state}: {outcome.reason}" if outcome.reason else outcome.state)
    if outcome in report.failing:
        failure = Failure(_summary(report, outcome), clause.level.value)
        failure.text = _text(report, outcome)
        case.result = failure
    elif outcome.state is State.INCONCLUSIVE and clause.level is Level.MUST:
        case.result = Error(reason, outcome.state.value)
    elif outcome.state not in (State.HELD, State.BREACHED):
        case.result = Skipped(reason, outcome.state.value)
    output = [f"note: {plain(note)}" for note in outcome.notes]
    if outcome.findings and outcome not in report.failing:
        output.append(_text(report, outcome))
    if output:
        case.system_out = "\n".join(output)
    return case


def _stale(report: Report) -> "list[TestCase]":
    """Return a testcase that fails for deviations which excuse nothing: they fail the run, so they show."""
    from junitparser import Failure  # noqa: PLC0415 - see above
    from junitparser.xunit2 import TestCase  # noqa: PLC0415 - see above

    if not report.stale:
        return []
    case = TestCase("deviations", _CLASS)
    failure = Failure(f"{len(report.stale)} of the known deviations are stale", "stale")
    failure.text = "\n".join(plain(stale(deviation)) for deviation in report.stale)
    case.result = failure
    return [case]


def _verdict(report: Report, cases: "list[TestCase]") -> "list[TestCase]":
    """Return a testcase for an inconclusive run that no other shows: skipped clauses alone would look like a pass."""
    from junitparser import Error  # noqa: PLC0415 - see above
    from junitparser.xunit2 import TestCase  # noqa: PLC0415 - see above

    if report.verdict is not Verdict.INCONCLUSIVE or any(isinstance(r, Error) for c in cases for r in c.result):
        return []
    case = TestCase("verdict", _CLASS)
    case.result = Error(
        f"inconclusive: {len(report.unjudged)} MUST clauses had nothing to be judged on", "inconclusive"
    )
    return [case]


def _summary(report: Report, outcome: Outcome) -> str:
    first = outcome.findings[0]
    more = f" (and {outcome.count - 1:,} more)" if outcome.count > 1 else ""
    if cause := report.follows.get(outcome.clause.id):
        more = f"{more} (follows from {cause})"
    return plain(f"{first.where or 'the whole body'}: expected {first.expected}, received {first.received}{more}")


def _text(report: Report, outcome: Outcome) -> str:
    """Return the block that a terminal would show, without a character that XML 1.0 excludes."""
    return "\n".join(map(plain, breach(report, outcome).strip("\n").split("\n")))
