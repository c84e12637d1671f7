"""What a command says of a report: at the terminal, in the files of the other formats, and to GitHub."""

import argparse
import sys
from collections.abc import Callable, Iterable, Mapping
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from contracts.commands import files, streams
from contracts.commands.files import STANDARD_OUTPUT
from contracts.core.deadline import check
from contracts.core.errors import Late, UsageError
from contracts.core.report import Report
from contracts.formats import markdown
from contracts.formats.terminal import Detail
from contracts.reading import read_text
from contracts.settings.table import BY_NAME, Settings

if TYPE_CHECKING:
    from contracts.run import Run

#: Each format: the module of contracts.formats with a pure ``render(report) -> str``, and the usual name of the file.
FORMATS: dict[str, tuple[str, str]] = {
    "json": ("result", "result.json"),
    "junit": ("junit", "junit.xml"),
    "html": ("html", "report.html"),
    "markdown": ("markdown", "report.md"),
    "badge": ("badge", "badge.json"),
    "har": ("har", "exchanges.har"),
}
#: What is not of the usual reports: it is for a machine that watches, in a folder of its own.
METRICS = "metrics"
BUNDLE, REPORTS = "bundle", "reports"
BUNDLE_FILE = "run.zip"
#: The formats that hold exchanges: what a target answered is for the owner of the file.
_PRIVATE = ("json", "html", "har", BUNDLE)


def add_brevity(parser: argparse.ArgumentParser) -> None:
    """Declare the ways to say less, or more."""
    group = parser.add_mutually_exclusive_group()
    group.add_argument(
        "--quiet", action="store_true", help="print one line for each breach or reason, and the last line"
    )
    group.add_argument("--summary", action="store_true", help="print the last line only")
    group.add_argument("-v", "--verbose", action="store_true", help="print every clause, and all of each breach")


def is_brief(options: argparse.Namespace) -> bool:
    """Whether less than the whole report was asked for."""
    return bool(options.quiet or options.summary)


def detail_of(options: argparse.Namespace) -> Detail:
    """Return how much the options ask to be told."""
    if is_brief(options):
        return Detail.QUIET if options.quiet else Detail.SUMMARY
    return Detail.VERBOSE if options.verbose else Detail.USUAL


def outputs_of(settings: Settings, *, inputs: Iterable[str] = (), bundle: bool = True) -> dict[str, str]:
    """Return the file of each format that was asked for, before anything is sent.

    Raises:
        UsageError: a file cannot be written, is read, too, or is that of another format.
    """
    outputs = {name: file for name, file in settings.outputs.items() if name != REPORTS}
    if BUNDLE in outputs and not bundle:
        raise UsageError("--bundle: a bundle is of a run against an endpoint")
    if outputs.get(BUNDLE) == STANDARD_OUTPUT:
        raise UsageError("--bundle: an archive is no text for standard output: give the name of a file")
    if folder := settings.outputs.get(REPORTS):
        make_folder(folder)
        usual = {name: file for name, (_, file) in FORMATS.items()} | ({BUNDLE: BUNDLE_FILE} if bundle else {})
        outputs = {name: str(Path(folder, file)) for name, file in usual.items()} | outputs
    check_outputs(outputs, inputs)
    return outputs


def check_outputs(outputs: Mapping[str, str], inputs: Iterable[str]) -> None:
    """Refuse files that cannot be written, or that are read, too; raises what :func:`outputs_of` raises."""
    for name, file in outputs.items():
        files.check_writable(file, BY_NAME[name].option)
    files.check_distinct(((BY_NAME[name].option, file) for name, file in outputs.items()), inputs)


def make_folder(folder: str) -> None:
    """Make the folder of the reports, if it is not there.

    Raises:
        UsageError: it cannot be made.
    """
    try:
        Path(folder).mkdir(parents=True, exist_ok=True)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UsageError(f"--reports: the folder {folder[:100]} cannot be made: {reason}") from None


def write_outputs(
    report: Report,
    outputs: Mapping[str, str],
    mask: Callable[[str], str],
    deviations_text: str | None = None,
    accept_text: str | None = None,
) -> None:
    """Render the report in each format and write it; ``mask`` has the last look at every text.

    Raises:
        Late: the time of the run was over before all was written.
    """
    # Standard output comes last: what was printed is not replaced, should the time of the run be over before the end.
    for name, file in sorted(outputs.items(), key=lambda output: output[1] == STANDARD_OUTPUT):
        check()
        if name == BUNDLE:
            from contracts import bundle  # it needs every writer

            files.write_file(file, bundle.pack(report, deviations_text, accept_text), private=True)
            continue
        module = METRICS if name == METRICS else FORMATS[name][0]
        write_output(name, file, mask(import_module(f"contracts.formats.{module}").render(report)))


def write_output(name: str, file: str, text: str) -> None:
    """Write a rendered format to its file: what holds exchanges for its owner, what another program watches for all."""
    if file == STANDARD_OUTPUT:
        streams.write(sys.stdout, text)
    else:
        files.write_file(file, text, private=name in _PRIVATE, public=name == METRICS)


def written(prepared: "Run", report: Report, outputs: Mapping[str, str]) -> Report:
    """Write the reports and return what they say: where the time is over before all are written, that it was."""
    known, mask = prepared.settings.deviations, prepared.target.secrets.sweep
    accept = prepared.baseline.accept if prepared.baseline else None
    entries = read_text(known) if known else None
    try:
        with prepared.writing():
            write_outputs(report, outputs, mask, entries, accept)
    except Late:
        report = prepared.unwritten(report)
        write_outputs(report, outputs, mask, entries, accept)
    return report


def write_for_github(report: Report, environ: Mapping[str, str], mask: Callable[[str], str]) -> None:
    """Append the summary to the job's page, and print annotations, where GitHub Actions offers them."""
    if summary := environ.get("GITHUB_STEP_SUMMARY"):
        files.append(summary, mask(markdown.render(report)))
    if environ.get("GITHUB_ACTIONS") == "true":
        from contracts.formats import annotations

        # Standard error: standard output may be a report, and the runner reads commands from both.
        streams.write(sys.stderr, mask(annotations.render(report)))
