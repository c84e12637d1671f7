"""Where the words of a command go: the terminal, and the files of the other formats."""

import argparse
import os
import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import TextIO

from contracts.core.errors import UsageError
from contracts.core.report import Report
from contracts.writers import terminal, wording

#: Each format is a module of contracts.writers with a pure ``render(report) -> str``.
FORMATS: dict[str, tuple[str, str]] = {
    "json": ("result", "the canonical result, schemas/report.schema.json"),
    "junit": ("junit", "JUnit XML, a testcase a clause"),
    "html": ("html", "one self-contained page"),
    "markdown": ("markdown", "a summary for a pull request"),
    "badge": ("badge", "a shields.io endpoint"),
    "har": ("har", "the masked exchanges as HAR 1.2"),
}
STANDARD_OUTPUT = "-"


def add(parser: argparse.ArgumentParser) -> None:
    """Declare an option for every format."""
    group = parser.add_argument_group("reports", "a FILE of - is standard output")
    for name, (_, text) in FORMATS.items():
        group.add_argument(f"--{name}", metavar="FILE", help=f"write {text}")
    group.add_argument("--bundle", metavar="FILE.zip", help="write all of them in one archive for `contracts audit`")


def add_brevity(parser: argparse.ArgumentParser) -> None:
    """Declare the two ways to say less."""
    group = parser.add_mutually_exclusive_group()
    group.add_argument(
        "--quiet", action="store_true", help="print one line for each breach or reason, and the last line"
    )
    group.add_argument("--summary", action="store_true", help="print the last line only")


def is_brief(options: argparse.Namespace) -> bool:
    """Whether less than the whole report was asked for."""
    return bool(options.quiet or options.summary)


def told(report: Report, options: argparse.Namespace, *, colour: bool = False) -> str:
    """Return the report for the terminal, as briefly as the options ask."""
    if not is_brief(options):
        return terminal.render(report, colour=colour)
    lines = wording.brief(report) if options.quiet else []
    return "".join(f"{line}\n" for line in (*lines, wording.last_line(report)))


def outputs_of(options: argparse.Namespace) -> dict[str, str]:
    """Return the file of each format that was asked for.

    Raises:
        UsageError: two formats share a file, or a folder does not exist: said before anything is sent.
    """
    outputs = {name: str(getattr(options, name)) for name in FORMATS if getattr(options, name, None)}
    files = [*outputs.values(), options.bundle]
    if options.bundle:
        check_writable(options.bundle, "--bundle")
    for name, file in outputs.items():
        if files.count(file) > 1:
            raise UsageError(f"--{name}: two reports cannot share {file}")
        check_writable(file, f"--{name}")
    return outputs


def check_writable(file: str, option: str) -> None:
    """Refuse a file that cannot be written, before the run and not after it."""
    path = Path(file)
    if file == STANDARD_OUTPUT:
        return
    if path.is_dir() or not path.absolute().parent.is_dir():
        raise UsageError(f"{option}: {file} cannot be written: " + ("a folder" if path.is_dir() else "no such folder"))
    if not os.access(path if path.exists() else path.absolute().parent, os.W_OK):
        raise UsageError(f"{option}: {file} cannot be written: no permission")


def write_outputs(report: Report, outputs: Mapping[str, str], mask: Callable[[str], str]) -> None:
    """Render the report in each format and write it; ``mask`` has the last look at every text."""
    for name, file in outputs.items():
        text = mask(import_module(f"contracts.writers.{FORMATS[name][0]}").render(report))
        if file == STANDARD_OUTPUT:
            write(sys.stdout, text)
        else:
            write_file(file, text)


def write_for_github(report: Report, environ: Mapping[str, str], mask: Callable[[str], str]) -> None:
    """Append the summary to the job's page, and print annotations, where GitHub Actions offers them."""
    if summary := environ.get("GITHUB_STEP_SUMMARY"):
        from contracts.writers import markdown  # noqa: PLC0415

        write_file(summary, mask(markdown.render(report)), append=True)
    if environ.get("GITHUB_ACTIONS") == "true":
        from contracts.writers import annotations  # noqa: PLC0415

        # Standard error: standard output may be a report, and the runner reads commands from both.
        write(sys.stderr, mask(annotations.render(report)))


def write_bundle(report: Report, path: str, deviations_file: str | None) -> None:
    """Write the archive of a report.

    Raises:
        UsageError: it cannot be written.
    """
    from contracts import bundle  # noqa: PLC0415 - it needs every writer

    text = Path(deviations_file).read_text("utf-8") if deviations_file else None
    try:
        Path(path).write_bytes(bundle.pack(report, text))
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}") from None


def write_file(file: str, text: str, *, append: bool = False) -> None:
    """Write, or append to, a file.

    Raises:
        UsageError: it cannot be written.
    """
    try:
        with open(file, "a" if append else "w", encoding="utf-8", errors="backslashreplace", newline="\n") as stream:  # noqa: PTH123
            stream.write(text)
    except OSError as error:
        raise UsageError(f"{file} cannot be written: {error.strerror}") from None


def write(stream: TextIO, text: str) -> None:
    """Write a text to a stream whose encoding may lack some of its characters."""
    encoding = stream.encoding or "utf-8"
    stream.write(text.encode(encoding, "backslashreplace").decode(encoding))
    stream.flush()


class Console:
    """The terminal: the report on standard output, or on standard error when a format takes its place."""

    def __init__(self, *, quiet: bool, to_stderr: bool) -> None:
        self.quiet = quiet
        self.stream = sys.stderr if to_stderr else sys.stdout
        self.colour = self.stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
        self._shows_progress = sys.stderr.isatty() and not quiet

    def write(self, text: str, *, always: bool = False) -> None:
        """Write a text; under --quiet only what is always said."""
        if always or not self.quiet:
            write(self.stream, text)

    def progress(self, text: str) -> None:
        """Show what is being waited for, on a terminal only, in one line that the next one replaces."""
        if self._shows_progress:
            write(sys.stderr, f"\r\x1b[K{text[:100]}")

    def done(self) -> None:
        """Remove the progress line."""
        if self._shows_progress:
            write(sys.stderr, "\r\x1b[K")
