"""``contracts verify --targets``: judge several targets, and write a report of each and one over all."""

import argparse
import os
import sys
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib import import_module
from pathlib import Path

from contracts.commands import files, output, streams
from contracts.commands.files import STANDARD_OUTPUT
from contracts.core.errors import UsageError
from contracts.core.report import Report
from contracts.formats import annotations, terminal
from contracts.formats.wording import target_headline
from contracts.masking.secrets import Secrets
from contracts.network.pace import Pace
from contracts.resources import contract_of
from contracts.run import Run
from contracts.settings.table import BY_NAME, Settings
from contracts.targets import file as file_of_targets
from contracts.targets.across import Across, across
from contracts.targets.file import OVER_ALL
from contracts.targets.judging import Several
from contracts.targets.target_entry import Entry, Judged, worst

#: Options of a single run: what they ask for is of one target.
_SINGLE = ("show_config", "prune_deviations", "write_deviations")
#: Formats that hold one target.
_OF_EACH = ("har", "bundle", "badge")


def run(options: argparse.Namespace, settings: Settings) -> int:
    """Judge the targets. Returns the worst exit status: 1 when one violates, else 3 when one is inconclusive."""
    for name in _SINGLE:
        if getattr(options, name):
            raise UsageError(f"--{name.replace('_', '-')}: that is of one target: give a URL instead of --targets")
    file, entries = settings.targets or "", entries_of(settings)
    outputs = outputs_of(settings, settings.inputs)
    folders = {entry.name: folder_of(entry, settings) for entry in entries}
    console = streams.Console(quiet=output.is_brief(options), to_stderr=STANDARD_OUTPUT in outputs.values())
    finisher = _Finisher(len(entries), folders, console)
    console.progress(f"0 of {len(entries)} targets judged")
    judged = Several(entries, settings, os.environ, file, contract_of, finisher.finish, finisher.pace).judge()
    console.done()
    folder = settings.outputs.get(output.REPORTS)
    tell(judged, options, console, outputs, mask=finisher.secrets.sweep, folder=folder)
    return worst(judged)


def entries_of(settings: Settings) -> list[Entry]:
    """Return the targets of the file that were chosen; raises UsageError where it cannot be used or none is left."""
    entries = file_of_targets.load(settings.targets or "", contract_of)
    return file_of_targets.chosen(entries, settings.tag, settings.only)


def outputs_of(settings: Settings, inputs: Iterable[str]) -> dict[str, str]:
    """Return the file of each format over all that was asked for, before anything is sent.

    Raises:
        UsageError: a format is of one target, or a file cannot be written or is read, too.
    """
    for name in _OF_EACH:
        if name in settings.outputs:
            raise UsageError(f"{BY_NAME[name].option}: that is of one target: --reports DIR writes it for each")
    outputs = {name: file for name, file in settings.outputs.items() if name != output.REPORTS}
    if folder := settings.outputs.get(output.REPORTS):
        output.make_folder(folder)
        outputs = {name: str(Path(folder, file)) for name, file in OVER_ALL.items()} | outputs
    output.check_outputs(outputs, inputs)
    return outputs


def tell(
    judged: Sequence[Judged],
    options: argparse.Namespace,
    console: streams.Console,
    outputs: Mapping[str, str],
    *,
    mask: Callable[[str], str],
    folder: str | None,
) -> None:
    """Write the reports over all, and say at the terminal what became of every target.

    ``folder`` is that of the reports, where the targets have one each.
    """
    compared = tuple(across(judged))
    # Standard output comes last, as in a single run.
    for name, file in sorted(outputs.items(), key=lambda item: item[1] == STANDARD_OUTPUT):
        output.write_output(name, file, mask(_rendered(name, judged, compared, file, folder)))
    _write_for_github(judged, compared, mask)
    text = terminal.render_targets(judged, compared, colour=console.colour, detail=output.detail_of(options))
    console.write(mask(text), always=True)


def _rendered(
    name: str, judged: Sequence[Judged], compared: Sequence[Across], file: str = "", folder: str | None = None
) -> str:
    if name == output.METRICS:
        from contracts.formats import metrics  # only where it was asked for

        return metrics.render_targets(judged)
    module = import_module(f"contracts.formats.{output.FORMATS[name][0]}")
    # Beside the page in the folder of the reports are those of the targets.
    linked = {"linked": True} if folder and file == str(Path(folder, OVER_ALL["html"])) else {}
    text: str = module.render_targets(judged, compared, **linked)
    return text


def _write_for_github(judged: Sequence[Judged], compared: Sequence[Across], mask: Callable[[str], str]) -> None:
    if summary := os.environ.get("GITHUB_STEP_SUMMARY"):
        files.append(summary, mask(_rendered("markdown", judged, compared)))
    if os.environ.get("GITHUB_ACTIONS") == "true":
        streams.write(sys.stderr, mask(annotations.render_targets(judged)))


def folder_of(entry: Entry, settings: Settings) -> dict[str, str]:
    """Return the files of one target by their format."""
    folder = settings.outputs.get(output.REPORTS)
    if not folder:
        return {}
    return output.outputs_of(Settings(reports=str(Path(folder, entry.name))))


class _Finisher:
    """Writes the reports of a target as soon as it was judged, and says how far the run is. Threads share it."""

    def __init__(self, total: int, folders: Mapping[str, Mapping[str, str]], console: streams.Console) -> None:
        self.secrets = Secrets()
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
        if prepared is None:
            output.write_outputs(report, outputs, str)
        else:
            report = output.written(prepared, report, outputs)
        with self._lock:
            self._done += 1
            if prepared is not None:
                self.secrets.include(prepared.target.secrets)
            self._say(f"{entry.name} {target_headline(Judged(entry, report))}")
        return report

    def _say(self, words: str) -> None:
        self._console.progress(f"{self._done} of {self._total} targets judged; {words}")
