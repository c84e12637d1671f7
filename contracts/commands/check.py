"""``contracts check``: judge files offline, as far as they show the contract."""

import argparse
import os
import sys
from pathlib import Path

from contracts import offline
from contracts.commands import output
from contracts.configuration import resolve
from contracts.core.errors import UsageError
from contracts.core.report import BEYOND_FILE, Report, State, Verdict


def add(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("files", nargs="+", metavar="FILE", help="a JSON body, an HTTP response or a HAR; - is stdin")
    parser.add_argument("--strict", action="store_const", const=True, help="let a breached SHOULD clause fail")
    parser.add_argument("--allow-empty", action="store_const", const=True, help="accept an empty list")
    output.add_brevity(parser)
    output.add(parser)


def run(options: argparse.Namespace) -> int:
    """Judge each file. Returns the worst exit status: 1 when one violates, else 3 when one is inconclusive."""
    given = {"strict": options.strict, "allow_empty": options.allow_empty}
    settings = resolve(given, os.environ, Path.cwd())
    outputs = output.outputs_of(options)
    if outputs and len(options.files) > 1:
        raise UsageError("a report is of one file: give one FILE, or no report option")
    verdicts = []
    for file in options.files:
        content = offline.read_file(file)
        evidence = offline.evidence_of(content, "standard input" if file == "-" else file, settings.auth)
        report = offline.report_of(evidence, strict=settings.strict, allow_empty=settings.allow_empty)
        output.write_outputs(report, outputs, str)
        if options.bundle:
            raise UsageError("--bundle: a bundle is of a run against an endpoint")
        stream = sys.stderr if output.STANDARD_OUTPUT in outputs.values() else sys.stdout
        output.write(stream, output.told(report, options) + ("" if output.is_brief(options) else _advice(report)))
        verdicts.append(report.verdict)
    worst = next((v for v in (Verdict.VIOLATES, Verdict.INCONCLUSIVE) if v in verdicts), Verdict.CONFORMS)
    return worst.status


def _advice(report: Report) -> str:
    hidden = [o for o in report.of(State.NOT_EXERCISED) if o.reason == BEYOND_FILE]
    return f"{len(hidden)} clauses need a running endpoint: contracts verify URL\n"
