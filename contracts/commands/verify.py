"""``contracts verify``: judge a target, write the reports, and say the verdict with the exit status."""

import argparse
import os
from datetime import date
from typing import TYPE_CHECKING

from contracts.commands import output, writing
from contracts.commands.output import Outputs
from contracts.core.errors import UsageError
from contracts.core.report import Report
from contracts.core.text import counted
from contracts.formats import terminal, wording
from contracts.reading import read_text
from contracts.resources import contract_of, refuse_other
from contracts.settings.sources import leads_out
from contracts.settings.table import Group, Settings

if TYPE_CHECKING:
    from contracts.run import Run

ARGUMENTS = "[URL]"
EXAMPLES = """\
contracts verify --mock
contracts verify api.osc-fr1.scalingo.com
contracts verify https://api.staging.example --strict --reports out
"""


def add(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    output.add(parser, *Group)
    output.add_config(parser)
    parser.add_argument("--show-config", action="store_true", help="print the effective settings and stop")
    parser.add_argument("--prune-deviations", action="store_true", help="remove the stale entries from the file")
    parser.add_argument(
        "--write-accept", metavar="FILE", help="write an exception for each difference that fails, to be completed"
    )
    parser.add_argument(
        "--write-deviations", metavar="FILE", help="write an entry for each breach that fails the run, to be completed"
    )
    output.add_brevity(parser)


def run(options: argparse.Namespace) -> int:
    """Judge the target. Returns the exit status: that of the verdict, or 1 where a deviation is stale."""
    settings = output.settings_of(options)
    if settings.targets:
        from contracts.commands import several  # noqa: PLC0415 - 30 ms, for runs over targets

        return several.run(options, settings)
    _check(options, settings)
    written = {"--write-deviations": options.write_deviations, "--write-accept": options.write_accept}
    new = {option: file for option, file in written.items() if file}
    outputs = output.outputs_of(settings, inputs=settings.inputs, new=new)
    console = output.console_of(options, outputs)
    return _judge(options, settings, outputs, console)


def _judge(options: argparse.Namespace, settings: Settings, outputs: Outputs, console: writing.Console) -> int:
    from contracts.prepare import prepare  # noqa: PLC0415 - 52 ms: --help needs no network
    from contracts.run import verify  # noqa: PLC0415 - likewise

    with prepare(settings, contract_of(settings.contract), os.environ, say=console.progress) as prepared:
        console.mask = prepared.target.secrets.sweep
        if options.show_config:
            console.write(_configuration(prepared), always=True)
            return 0
        outputs.clear()
        console.write(_header(prepared))
        report = verify(prepared)
        with output.reached(console, report.status, wording.last_line(report)):
            report = output.written(prepared, report, outputs)
            _tell(options, settings, report, outputs, console)
    return outputs.end(report.status, console)


def _tell(
    options: argparse.Namespace, settings: Settings, report: Report, outputs: Outputs, console: writing.Console
) -> None:
    output.tell(options, console, outputs, lambda name, **how: output.rendered(name, "render", report, **how))
    if options.write_deviations:
        from contracts.exceptions import proposal  # noqa: PLC0415 - 5 ms, and few ask for it

        with outputs.attempt():
            text = proposal.deviations(report, date.fromisoformat(report.started[:10]))
            console.write(writing.write_proposal(options.write_deviations, text, "nothing fails the run"))
    if options.write_accept and (compared := wording.gate_of(report)):
        with outputs.attempt():
            console.write(writing.write_proposal(options.write_accept, compared.proposal, "nothing fails"))
    if options.prune_deviations and settings.deviations:
        with outputs.attempt():
            console.write(_prune(settings.deviations, report))


def _check(options: argparse.Namespace, settings: Settings) -> None:
    """Refuse options that have nothing to work on, before anything is sent."""
    refuse_other(settings.target, settings.contract)
    if options.prune_deviations and settings.deviations is None:
        raise UsageError("--prune-deviations: there is no deviations file; name it with --deviations")
    asked = [name for name in ("accept", "fail_on", "max_age") if settings.origins.get(name, "").startswith("option")]
    for name in (*asked, *(["write_accept"] if options.write_accept else [])):
        if settings.baseline is None:
            option = name.replace("_", "-")
            raise UsageError(f"--{option}: nothing is compared; name what was there before with --baseline")
    if options.prune_deviations and settings.deviations:
        writing.claim({"--prune-deviations": settings.deviations})
        if leads_out(settings.deviations) and not settings.origins["deviations"].startswith(("option", "environment")):
            raise UsageError(f"--prune-deviations: {settings.origins['deviations']} may be anybody's: use --deviations")


def _prune(path: str, report: Report) -> str:
    stale = {entry.number for entry in report.stale}
    if stale:
        from contracts.exceptions import deviations  # noqa: PLC0415 - 5 ms, and few runs have any

        writing.write(path, deviations.kind_of(report.contract).prune(read_text(path), stale, path))
    removed = "".join(f"{path}: removed: {wording.stale(entry)}\n" for entry in report.stale)
    return f"{removed}{path}: {counted(len(stale), 'stale entry', 'stale entries')} removed\n"


def _header(prepared: "Run") -> str:
    target = prepared.target.address.url + (" (the embedded mock)" if prepared.settings.mock else "")
    known = wording.identity(prepared.identity, prepared.implementation)
    return terminal.header(prepared.contract, target, prepared.counts, known)


def _configuration(prepared: "Run") -> str:
    shown = prepared.shown()
    width = max(map(len, shown))
    return "".join(f"{name:<{width}}  {value}  ({origin})\n" for name, (value, origin) in shown.items())
