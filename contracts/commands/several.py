"""``contracts verify --targets``: judge several targets, and write a report of each and one over all."""

import argparse
import os
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from contracts.commands import output, writing
from contracts.commands.output import Outputs
from contracts.core.errors import UsageError, until
from contracts.core.report import Report, worst
from contracts.core.text import counted
from contracts.formats.wording import target_headline
from contracts.network.pace import Pace
from contracts.prepare import secrets_of
from contracts.resources import contract_of, refuse_other
from contracts.run import Run
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
    file, (entries, wanted) = settings.targets or "", entries_of(settings)
    outputs = outputs_of(settings, [*settings.inputs, *(file for entry in entries for file in inputs_of(entry))])
    folders = {entry.name: folder_of(entry, settings) for entry in wanted}
    for each in (outputs, *folders.values()):
        each.clear()
    variables = [name for entry in entries for name in entry.variables]
    secrets = secrets_of(os.environ, settings, contract_of(settings.contract), *variables)
    console = output.console_of(options, outputs)
    console.mask = secrets.sweep
    finisher = _Finisher(len(wanted), folders, console)
    console.progress(f"0 of {len(wanted)} targets judged")
    targets = Targets(entries, wanted, settings, os.environ, file, contract_of, finisher.finish, secrets, finisher.pace)
    judged = targets.judge()
    console.done()
    tell(judged, options, console, outputs, folder=settings.reports, seconds=settings.deadline)
    if targets.interrupted:
        console.complain(f"interrupted: {counted(targets.interrupted, 'target')} of {len(wanted)} not judged")
    outputs.problems[:0] = [problem for each in folders.values() for problem in each.problems]
    return outputs.end(worst(each.status for each in judged), console)


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
    console: writing.Console,
    outputs: Outputs,
    *,
    folder: str | None,
    seconds: float,
) -> None:
    """Write the reports over all, and say at the terminal what became of every target.

    ``folder`` is that of the reports, where the targets have one each. What they differ in is told as far as it was
    found in so many ``seconds``.
    """
    with until(time.monotonic() + seconds):
        compared = tuple(across(judged))

    def rendered(name: str, **how: object) -> str:
        differences = () if name in (output.METRICS, "annotations") else (compared,)
        if name == "html":  # beside the page in the folder of the reports are those of the targets
            how["linked"] = folder is not None and outputs.files[name] == str(Path(folder, OVER_ALL[name]))
        return output.rendered(name, "render_targets", judged, *differences, **how)

    outputs.write_all(lambda name: console.mask(rendered(name)))
    output.tell(options, console, outputs, rendered)


class _Finisher:
    """Writes the reports of a target as soon as it was judged, and says how far the run is. Threads share it."""

    def __init__(self, total: int, folders: Mapping[str, Outputs], console: writing.Console) -> None:
        self._total = total
        self._done = 0
        self._folders = folders
        self._console = console
        self._lock = threading.Lock()

    def pace(self, account: str) -> Pace:
        """Return the pace of an account, which says when it has to wait."""
        return Pace(say=lambda seconds: self._say(f"the account {account} waits {seconds:.0f} s"))

    def finish(self, entry: Entry, prepared: Run | None, report: Report) -> Report:
        """Write the reports of a target, and return what they say."""
        outputs = self._folders[entry.name]
        if prepared is None:  # there is nothing that anybody could judge again
            outputs.without(output.BUNDLE).write_report(report, self._console.mask)
        else:
            report = output.written(prepared, report, outputs)
        with self._lock:
            self._done += 1
            self._say(f"{entry.name} {target_headline(Judged(entry, report))}")
        return report

    def _say(self, words: str) -> None:
        self._console.progress(f"{self._done} of {self._total} targets judged; {words}")
