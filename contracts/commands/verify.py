"""``contracts verify``: judge a target, write the reports, and say the verdict with the exit status."""

import argparse
import os
from pathlib import Path

from contracts import __version__
from contracts.commands import options as settings_options
from contracts.commands import output
from contracts.configuration import resolve
from contracts.core.errors import UsageError
from contracts.core.report import Report
from contracts.event_categories.judge import digest
from contracts.run import Run, prepare, verify
from contracts.writers import terminal


def add(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    settings_options.add(parser)
    output.add(parser)
    parser.add_argument("--show-config", action="store_true", help="print the effective settings and stop")
    parser.add_argument("--prune-deviations", action="store_true", help="take the stale entries out of the file")
    output.add_brevity(parser)


def run(options: argparse.Namespace) -> int:
    """Judge the target. Returns the exit status of the verdict: 0, 1 or 3."""
    settings = resolve(settings_options.given(options), os.environ, Path.cwd())
    outputs = output.outputs_of(options)
    console = output.Console(quiet=output.is_brief(options), to_stderr=output.STANDARD_OUTPUT in outputs.values())
    with prepare(settings, os.environ, say=console.progress) as prepared:
        mask = prepared.target.secrets.mask
        if options.show_config:
            console.write(_configuration(prepared), always=True)
            return 0
        console.write(_header(prepared))
        report = verify(prepared)
        console.done()
        output.write_outputs(report, outputs, mask)
        if options.bundle:
            output.write_bundle(report, options.bundle, settings.deviations)
        output.write_for_github(report, os.environ, mask)
        console.write(mask(output.told(report, options, colour=console.colour)), always=True)
        if options.prune_deviations:
            console.write(_prune(settings.deviations, report))
    return report.status


def _prune(path: str | None, report: Report) -> str:
    from contracts import deviations  # noqa: PLC0415 - only where it was asked for

    if path is None:
        raise UsageError("--prune-deviations: there is no deviations file; name it with --deviations")
    stale = [entry.number for entry in report.stale]
    text = Path(path).read_text("utf-8")
    if stale:
        output.write_file(path, deviations.prune(text, stale, path))
    return f"{path}: {len(stale)} stale entries removed\n"


def _header(prepared: Run) -> str:
    target = prepared.target.address.url + (" (the embedded mock)" if prepared.embedded else "")
    return terminal.header(__version__, digest(), target, prepared.planned, prepared.target.budget.limit)


def _configuration(prepared: Run) -> str:
    shown = prepared.shown()
    width = max(map(len, shown))
    return "".join(f"{name:<{width}}  {value}  ({origin})\n" for name, (value, origin) in shown.items())
