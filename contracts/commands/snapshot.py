"""``contracts snapshot``: judge a target, and keep what it lists."""

import argparse
import os
from dataclasses import replace

from contracts.commands import output, writing
from contracts.commands.writing import STANDARD_OUTPUT
from contracts.comparison import snapshot
from contracts.comparison.gate import says_the_same
from contracts.comparison.snapshot import CouldNotCompare, Snapshot
from contracts.comparison.subject import subject_of
from contracts.core.contract import Contract
from contracts.core.errors import UsageError
from contracts.core.report import Report, Verdict
from contracts.core.text import plain
from contracts.formats.wording import last_line
from contracts.prepare import prepare
from contracts.reading import read_text
from contracts.resources import contract_of, refuse_other
from contracts.run import Run, verify
from contracts.settings.table import Group

ARGUMENTS = "-o FILE [URL]"
EXAMPLES = "contracts snapshot api.osc-fr1.scalingo.com -o baseline.json"
STATUSES = (
    "exit status: 0 written; 1 not written: the target violates its contract, or a known deviation is stale; 2 usage "
    "or configuration; 3 not written: the list was not observed, or the run is inconclusive; 4 a fault of the suite "
    "itself\n\nWith --even-if-violating, whatever was observed of the list is written, and the status is 0; a list "
    "that was not observed is still 3."
)


def add(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    output.add(parser, Group.JUDGED, Group.ACCESS, Group.NETWORK, without=("clause",))
    output.add_config(parser)
    parser.add_argument(
        "-o", "--output", metavar="FILE", required=True, help="write the snapshot; - is standard output"
    )
    parser.add_argument(
        "--even-if-violating",
        action="store_true",
        help="keep what was observed, also of a target that does not keep its contract, or could not be judged whole",
    )


def run(options: argparse.Namespace) -> int:
    """Judge the target and write the snapshot. Returns 0 when it is written, else the status of the run."""
    settings = replace(output.settings_of(options), baseline=None, accept=None)
    if settings.clause:
        raise UsageError("a snapshot is of a run that judged the whole contract: leave --clause out")
    refuse_other(settings.target, settings.contract)
    writing.claim({"--output": options.output}, settings.inputs)
    console = writing.Console(quiet=False, to_stderr=options.output == STANDARD_OUTPUT)
    with prepare(settings, contract_of(settings.contract), os.environ, say=console.progress) as prepared:
        report = verify(prepared)
        console.mask = prepared.target.secrets.sweep
        console.done()
        console.write(f"{plain(last_line(report))}\n")
        if report.status and not options.even_if_violating:
            console.complain(_refusal(options.output, report))
            return report.status
        with output.reached(console, report.status, last_line(report)):
            return _keep(options.output, prepared, report, console)


def _keep(output: str, prepared: Run, report: Report, console: writing.Console) -> int:
    taken = Snapshot.from_report(report)
    with prepared.writing():
        text = console.mask(snapshot.render(taken))
    if output != STANDARD_OUTPUT and (since := _unchanged(output, text, report.contract)):
        console.write(plain(f"{output}: unchanged since {since}") + "\n")
        return 0
    writing.write(output, text)
    console.write(plain(f"{output}: written") + "\n")
    return 0


def _unchanged(output: str, text: str, contract: Contract) -> str:
    """Return since when the file says what the text of a snapshot does, or an empty string where it does not."""
    try:
        before, after = snapshot.read(read_text(output), output), snapshot.read(text, output)
        same = says_the_same(subject_of(contract), before, after)
    except (UsageError, CouldNotCompare):
        return ""
    return before.taken if same else ""


def _refusal(output: str, report: Report) -> str:
    reasons = {
        Verdict.VIOLATES: "the target violates its contract",
        Verdict.INCONCLUSIVE: "the target could not be judged",
        Verdict.CONFORMS: "a known deviation is stale",
    }
    return plain(f"{output}: not written, {reasons[report.verdict]}; --even-if-violating keeps what was observed")
