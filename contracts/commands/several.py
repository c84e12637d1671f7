"""``contracts verify --targets``: judge several targets, and write a report of each and one over all."""

import argparse
import os
import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from contracts.commands import output, writing
from contracts.commands.output import Outputs
from contracts.core.errors import Late, UsageError, until
from contracts.core.report import Report, worst
from contracts.core.text import counted
from contracts.formats.wording import targets_last_line
from contracts.prepare import secrets_of
from contracts.resources import contract_of, refuse_other
from contracts.run import GRACE, Run
from contracts.settings.table import BY_NAME, Settings
from contracts.targets import file as file_of_targets
from contracts.targets.across import across
from contracts.targets.file import OVER_ALL, inputs_of
from contracts.targets.judging import Targets
from contracts.targets.target_entry import Entry, Judged

#: Options of a single run: what they ask for is of one target.
_SINGLE = ("show_config", "prune_deviations", "write_deviations", "write_accept")
#: Formats that hold one target.
_OF_EACH = ("har", "bundle", "badge")


def run(options: argparse.Namespace, settings: Settings) -> int:
    """Judge the targets. Returns the worst exit status: 1 when one violates, else 3 when one is inconclusive."""
    for name in _SINGLE:
        if getattr(options, name):
            raise UsageError(f"--{name.replace('_', '-')}: that is of one target: give a URL instead of --targets")
    entries, wanted = entries_of(settings)
    outputs = outputs_of(settings, [*settings.inputs, *(file for entry in entries for file in inputs_of(entry))])
    folders = {entry.name: folder_of(entry, settings) for entry in wanted}
    for each in (outputs, *folders.values()):
        each.clear()
    variables = [name for entry in entries for name in entry.variables]
    secrets = secrets_of(os.environ, settings, contract_of(settings.contract), *variables)
    console = output.console_of(options, outputs)
    console.mask = secrets.sweep

    def finish(entry: Entry, prepared: Run | None, report: Report) -> Report:
        files = folders[entry.name]
        if prepared:
            return output.written(prepared, report, files)
        files.without(output.BUNDLE).write_report(report, console.mask)  # there is nothing to judge again
        return report

    console.progress(f"0 of {len(wanted)} targets judged")
    targets = Targets(entries, wanted, settings, os.environ, contract_of, secrets, finish, console.progress)
    judged = targets.judge()
    if targets.interrupted:
        console.complain(f"interrupted: {counted(targets.interrupted, 'target')} of {len(wanted)} not judged")
    outputs.problems += [problem for each in folders.values() for problem in each.problems]
    return tell(judged, options, settings, console, outputs)


def entries_of(settings: Settings) -> tuple[Sequence[Entry], Sequence[Entry]]:
    """Return all targets of the file, and those that were chosen.

    Raises:
        UsageError: the file cannot be used, or none is left.
    """
    entries = file_of_targets.load(settings.targets or "", contract_of, settings.token_variables)
    for entry in entries:
        refuse_other(entry.url, entry.contract, f"the url of {entry.name}")
    return entries, file_of_targets.chosen(entries, settings.tag, settings.only)


def outputs_of(settings: Settings, inputs: Iterable[str]) -> Outputs:
    """Return the file of each format over all that was asked for, before anything is sent.

    Raises:
        UsageError: a format is of one target, or a file cannot be written or is read, too.
    """
    for name in _OF_EACH:
        if name in settings.outputs:
            raise UsageError(f"{BY_NAME[name].option}: that is of one target: --reports DIR writes it for each")
    return output.claimed(settings.outputs, settings.reports, OVER_ALL, inputs=inputs)


def folder_of(entry: Entry, settings: Settings) -> Outputs:
    """Return the files of one target by their format."""
    folder = settings.reports
    return output.outputs_of(Settings(reports=str(Path(folder, entry.name))), owned=True) if folder else Outputs()


def tell(
    judged: Sequence[Judged],
    options: argparse.Namespace,
    settings: Settings,
    console: writing.Console,
    outputs: Outputs,
) -> int:
    """Write the reports over all, say at the terminal what became of every target, and return the exit status.

    What they differ in is told as far as it was found until the deadline, which is one for comparing and writing; where
    the time does not suffice to write it, the reports say that.
    """
    folder = settings.reports  # in which the targets have one each

    def rendered(name: str, **how: object) -> str:
        differences = () if name in (output.METRICS, "annotations") else (compared,)
        if name == "html":  # beside the page in the folder of the reports are those of the targets
            how["linked"] = folder is not None and outputs.files[name] == str(Path(folder, OVER_ALL[name]))
        return output.rendered(name, "render_targets", judged, *differences, **how)

    status = worst(each.status for each in judged)
    with output.reached(console, status, targets_last_line(judged)):
        ends, problems = time.monotonic() + settings.deadline, list(outputs.problems)
        with until(ends):
            compared = tuple(across(judged))
        try:
            with until(max(ends, time.monotonic() + GRACE)):
                outputs.write_all(lambda name: console.mask(rendered(name)))
        except Late as late:
            compared = tuple(replace(each, comparison=None, problem=str(late)) for each in compared)
            outputs.problems[:] = problems
            outputs.write_all(lambda name: console.mask(rendered(name)))
        output.tell(options, console, outputs, rendered)
    return outputs.end(status, console)
