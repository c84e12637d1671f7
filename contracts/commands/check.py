"""``contracts check``: judge files offline, as far as they show the contract."""

import argparse
import os
import sys

from contracts import offline
from contracts.commands import output, streams
from contracts.commands.files import STANDARD_OUTPUT
from contracts.configuration import resolve, working_directory
from contracts.core.errors import UsageError
from contracts.core.report import BEYOND_FILE, Report, State, Verdict
from contracts.reading import read_bytes
from contracts.settings import OUTPUTS


def add(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("files", nargs="+", metavar="FILE", help="a JSON body, an HTTP response or a HAR; - is stdin")
    parser.add_argument("--strict", action="store_const", const=True, help="let a breached SHOULD clause fail")
    parser.add_argument("--allow-empty", action="store_const", const=True, help="accept an empty list")
    output.add_brevity(parser)
    output.add(parser)


def run(options: argparse.Namespace) -> int:
    """Judge each file. Returns the worst exit status: 1 when one violates, else 3 when one is inconclusive."""
    given = {name: getattr(options, name) for name in ("strict", "allow_empty", *(setting.name for setting in OUTPUTS))}
    settings = resolve(given, os.environ, working_directory())
    outputs = output.outputs_of(settings, inputs=options.files, bundle=False)
    if outputs and len(options.files) > 1:
        raise UsageError("a report is of one file: give one FILE, or no report option")
    verdicts = []
    for file in options.files:
        content = read_bytes(file)
        evidence = offline.evidence_of(content, "standard input" if file == "-" else file, settings.auth)
        report = offline.report_of(evidence, strict=settings.strict, allow_empty=settings.allow_empty)
        output.write_outputs(report, outputs, str)
        stream = sys.stderr if STANDARD_OUTPUT in outputs.values() else sys.stdout
        streams.write(stream, output.told(report, options) + ("" if output.is_brief(options) else _advice(report)))
        verdicts.append(report.verdict)
    worst = next((v for v in (Verdict.VIOLATES, Verdict.INCONCLUSIVE) if v in verdicts), Verdict.CONFORMS)
    return worst.status


def _advice(report: Report) -> str:
    hidden = [o for o in report.of(State.NOT_EXERCISED) if o.reason == BEYOND_FILE]
    return f"{len(hidden)} clauses need a running endpoint: contracts verify URL\n"
