"""``contracts audit``: judge the exchanges of a bundle again, and compare."""

import argparse
import sys

from contracts import bundle
from contracts.commands import streams
from contracts.core.report import Report, Verdict
from contracts.core.text import counted, plain
from contracts.formats import terminal
from contracts.formats.wording import headline, last_line
from contracts.reading import read_bytes
from contracts.resources import contract_of

DIFFERS = 1
STATUSES = (
    "exit status: 0 the bundle agrees with its exchanges, whatever their verdict; 1 it differs, or is not what "
    "--expect asks for; 2 it cannot be audited: damaged, no bundle, or made by another version"
)


def add(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("bundle", metavar="FILE.zip", help="what `contracts verify --bundle` wrote")
    parser.add_argument(
        "--expect",
        choices=[verdict.value for verdict in Verdict],
        help="fail on every other verdict; conforms also fails on a run that judged less than the whole contract",
    )
    parser.add_argument("--quiet", action="store_true", help="print what differs, and the last line")


def run(options: argparse.Namespace) -> int:
    """Audit the bundle. Returns 0 when everything agrees and is as expected, else 1."""
    judged, differences = bundle.audit(bundle.unpack(read_bytes(options.bundle, bundle.CAP)), contract_of)
    unexpected = _unexpected(judged, options.expect)
    lines = [*(f"differs   {line}" for line in differences), *(f"expected  {line}" for line in unexpected)]
    if not options.quiet:
        streams.write(sys.stdout, terminal.render(judged))
    words = f"DIFFERS: {counted(len(differences), 'difference')}" if differences else "AGREES"
    lines.append(f"{words}: run of {judged.started}: {last_line(judged)}")
    streams.write(sys.stdout, "".join(f"{plain(line)}\n" for line in lines))
    return DIFFERS if differences or unexpected else 0


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
