"""``contracts audit``: judge the exchanges of a bundle again, and compare."""

import argparse
import sys
from datetime import UTC, datetime, timedelta

from contracts.audit import Audit, audit
from contracts.bundle import TIMES
from contracts.commands import output, writing
from contracts.core.report import Report, Verdict
from contracts.core.text import counted, in_days, plain
from contracts.formats import terminal
from contracts.formats.wording import headline, last_line
from contracts.reading import read_bytes
from contracts.resources import contract_of

DIFFERS, INCOMPLETE = 1, 3
STATUSES = (
    "exit status: 0 the bundle agrees with its exchanges, whatever their verdict; 1 it differs, or is not what "
    "--expect or --max-age asks for; 2 it cannot be audited: damaged, no bundle, or of another version; 3 it lacks "
    "answers that its settings plan"
)


def add(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("bundle", metavar="FILE.zip", help="what `contracts verify --bundle` wrote")
    parser.add_argument(
        "--expect",
        choices=[verdict.value for verdict in Verdict],
        help="fail on every other verdict; conforms also fails on a run that judged less than the whole contract",
    )
    output.add_named(parser, "max_age", "max_body")
    parser.add_argument("--quiet", action="store_true", help="print what differs, and the last line")


def run(options: argparse.Namespace) -> int:
    """Audit the bundle. Returns 0 when everything agrees and is as expected, else 1, or 3 where answers are missing."""
    most, largest = (output.value(options, name) for name in ("max_age", "max_body"))
    now, cap = datetime.now(UTC), TIMES * largest
    found = audit(read_bytes(options.bundle, cap), contract_of, now, cap)
    unexpected = [*_unexpected(found.report, options.expect), *too_old(found, most, now)]
    lines = [
        *(f"differs   {line}" for line in found.differences),
        *(f"missing   {line}" for line in found.missing),
        *(f"expected  {line}" for line in unexpected),
        *(f"note      {line}" for line in found.notes),
    ]
    if not options.quiet:
        writing.say(sys.stdout, terminal.render(found.report))
    made = f"run of {found.report.started}, {in_days(now - found.made)} ago"
    if found.differences:
        lines.append(f"DIFFERS: {counted(len(found.differences), 'difference')}: {made}")
    elif found.missing:
        lines.append(f"INCOMPLETE: {counted(len(found.missing), 'answer')} missing: {made}: {last_line(found.report)}")
    else:
        lines.append(f"AGREES: {made}: {last_line(found.report)}")
    writing.say(sys.stdout, "".join(f"{plain(line)}\n" for line in lines))
    return DIFFERS if found.differences or unexpected else INCOMPLETE if found.missing else 0


def too_old(found: Audit, most: float | None, now: datetime) -> list[str]:
    """Return in words that a run is older than so many seconds."""
    if most is None or now - found.made <= timedelta(seconds=most):
        return []
    allowed = in_days(timedelta(seconds=most))
    return [f"the run is {in_days(now - found.made)} old, and --max-age allows {allowed}"]


def _unexpected(report: Report, expected: str | None) -> list[str]:
    """Return in words what is not as expected; a part of the contract is no verdict on it."""
    if expected is None:
        return []
    whole = not (expected == Verdict.CONFORMS.value and (report.partial or report.status))
    return (
        []
        if report.verdict.value == expected and whole
        else [f"{expected}, and the exchanges give: {headline(report)}"]
    )
