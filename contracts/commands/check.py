"""``contracts check``: judge files offline, as far as they show the contract."""

import argparse
import os
from dataclasses import replace
from datetime import UTC, datetime

from contracts import offline
from contracts.commands import output
from contracts.core.contract import Contract
from contracts.core.errors import BrokenAnswer, Reason, UsageError
from contracts.core.exchange import NOT_READ, Exchange
from contracts.core.report import Report, State, Verdict, worst
from contracts.core.text import counted
from contracts.exceptions import deviations
from contracts.formats import terminal
from contracts.formats.wording import last_line
from contracts.judging.judge import said_of
from contracts.masking.secrets import Secrets
from contracts.prepare import secrets_of
from contracts.reading import STANDARD_INPUT, read_bytes
from contracts.resources import contract_of
from contracts.settings.table import Group

ARGUMENTS = "FILE ..."
EXAMPLES = "contracts check body.json"


def add(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("files", nargs="+", metavar="FILE", help="a JSON body, an HTTP response or a HAR; - is stdin")
    parser.add_argument(
        "--as",
        dest="kind",
        choices=[kind.value for kind in offline.Kind],
        metavar="KIND",
        help="what the files are: body, response or har; else each is known by how it begins",
    )
    output.add_named(parser, "contract", "strict", "allow_empty", "auth", "deviations")
    output.add_brevity(parser)
    output.add(parser, Group.REPORTS)


def run(options: argparse.Namespace) -> int:
    """Judge each file. Returns the worst exit status: 1 when one violates, else 3 when one is inconclusive."""
    settings = output.settings_of(options)
    contract = contract_of(settings.contract)
    known = deviations.kind_of(contract).load(settings.deviations) if settings.deviations else ()
    outputs = output.outputs_of(settings, inputs=(*options.files, *settings.inputs), bundle=False)
    if outputs.files and len(options.files) > 1:
        raise UsageError("a report is of one file: give one FILE, or no report option")
    outputs.clear()
    console = output.console_of(options, outputs)
    secrets = secrets_of(os.environ, settings, contract)
    console.mask = secrets.sweep
    kind = offline.Kind(options.kind) if options.kind else None
    judged: list[int] = []
    try:
        for file in options.files:
            name = "standard input" if file == STANDARD_INPUT else file
            shown = offline.recording_of(read_bytes(file), name, contract, settings.auth, kind)
            shown = _without_secrets(shown, secrets)
            report = offline.report_of(shown, strict=settings.strict, allow_empty=settings.allow_empty)
            report = replace(deviations.apply(report, known, datetime.now(UTC).date()), narrowed=settings.narrowed)
            judged.append(report.status)
            with output.reached(console, worst(judged), last_line(report)):
                outputs.write_report(report, secrets.sweep)
                console.write(terminal.render(report, detail=options.detail), always=True)
                console.write(_advice(report))
    except KeyboardInterrupt:
        left = len(options.files) - len(judged)
        console.complain(f"interrupted: {left} of {counted(len(options.files), 'file')} not judged")
        judged.append(Verdict.INCONCLUSIVE.status)
    return outputs.end(worst(judged), console)


def _without_secrets(shown: offline.Recording, secrets: Secrets) -> offline.Recording:
    """Return what a file shows without the tokens in it."""
    evidence = shown.evidence
    exchanges = tuple(_masked(exchange, secrets, evidence.contract) for exchange in evidence.exchanges)
    return offline.Recording(replace(evidence, exchanges=exchanges), tuple(map(secrets.mask, shown.account)))


def _masked(exchange: Exchange, secrets: Secrets, contract: Contract) -> Exchange:
    """Return an exchange without a token; nothing can be judged of an answer where masking it changes that.

    The host is one that the file names, so no variable stands for a token.
    """
    request, response, failure = exchange.request, exchange.response, exchange.failure
    headers = tuple((name, value if secrets.mask(value) == value else NOT_READ) for name, value in request.headers)
    request = replace(request, url=secrets.mask(request.url), headers=headers)
    masked = response and secrets.mask_response(response)
    if response and masked and masked != response and said_of(masked, contract) != said_of(response, contract):
        masked = None
        failure = BrokenAnswer(
            "the file repeats a token of the environment where masking it changes what is judged: "
            "judge a file without it, or without the token in the environment"
        )
    failure = failure and type(failure)(secrets.mask(str(failure)))
    return replace(exchange, request=request, response=masked, failure=failure)


def _advice(report: Report) -> str:
    hidden = [o for o in report.of(State.NOT_EXERCISED) if o.because is Reason.BEYOND_FILE]
    return f"{len(hidden)} clauses need a running endpoint: contracts verify URL\n"
