"""``contracts merge``: put the bundles of several runs together, as one run over all their targets would have given."""

import argparse
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from contracts import bundle
from contracts.commands import options as settings_options
from contracts.commands import output, several, streams
from contracts.core.errors import UsageError
from contracts.core.report import Report
from contracts.core.text import shorten
from contracts.network.address import parse
from contracts.reading import read_bytes
from contracts.resources import contract_of
from contracts.settings.sources import resolve, working_directory
from contracts.settings.table import BY_NAME, Group, Settings
from contracts.targets.judging import slim
from contracts.targets.target_entry import Entry, Judged, worst

ARGUMENTS = "--targets FILE FILE.zip ..."
EXAMPLES = "contracts merge first second --targets targets.toml --reports out"
STATUSES = (
    "exit status: that of the worst target: 0 all conform; 1 one violates; 2 usage: a bundle differs from its "
    "exchanges, or is of no target of the file, or one of two of the same; 3 one is inconclusive, or has no bundle"
)


def add(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    words = f"a bundle, or a folder that holds some as {output.BUNDLE_FILE}"
    parser.add_argument("bundles", nargs="+", metavar="FILE.zip", help=words)
    settings_options.add(parser, Group.TARGETS, Group.REPORTS)
    settings_options.add_config(parser)
    output.add_brevity(parser)


def run(options: argparse.Namespace) -> int:
    """Put the bundles together. Returns the worst exit status; a target without a bundle is inconclusive."""
    single = BY_NAME["target"].variables  # what a shell may hold for runs against one target
    environ = {name: value for name, value in os.environ.items() if name not in single}
    settings = resolve(settings_options.given(options), environ, working_directory())
    if not settings.targets:
        raise UsageError("there is no file of targets: name the one of the runs with --targets")
    _, entries = several.entries_of(settings)
    found = list(_found(options.bundles))
    outputs = several.outputs_of(settings, [settings.targets, *found])
    console = streams.Console(quiet=output.is_brief(options), to_stderr=outputs.take_output)
    reports = _read(found, {entry.name: entry for entry in entries}, settings)
    merged = [Judged(entry, reports.get(entry.name, _missing(options.bundles))) for entry in entries]
    several.tell(merged, options, console, outputs, folder=settings.reports, seconds=settings.deadline)
    return outputs.end(worst(merged), console)


def _missing(places: list[str]) -> str:
    return f"there is no bundle of it in {shorten(', '.join(places), 200)}"


def _found(places: Iterable[str]) -> Iterator[str]:
    """Yield every file that is named, and those of the usual name in every folder.

    Raises:
        UsageError: a folder holds none.
    """
    for place in places:
        if not Path(place).is_dir():
            yield place
            continue
        inside = sorted(map(str, Path(place).rglob(output.BUNDLE_FILE)))
        if not inside:
            raise UsageError(f"{place[:100]}: there is no {output.BUNDLE_FILE} in this folder")
        yield from inside


def _read(found: Iterable[str], entries: Mapping[str, Entry], settings: Settings) -> dict[str, Report]:
    """Return the reports by the name of their target, after writing what a run writes for each.

    Raises:
        UsageError: a bundle cannot be judged again, differs from its exchanges, or is not one of these targets.
    """
    reports: dict[str, Report] = {}
    places: dict[str, str] = {}
    bodies: dict[bytes, bytes] = {}
    for place in found:
        content = read_bytes(place, bundle.CAP, follow=False)
        try:
            report, differences = bundle.audit(bundle.unpack(content), contract_of)
        except UsageError as error:
            raise UsageError(f"{place}: {error}") from None
        if differences:
            raise UsageError(f"{place} differs from its exchanges: {differences[0]}")
        name = report.identity.name
        _check(report, entries.get(name), place)
        if name in places:
            raise UsageError(f"{place}: {name} has a bundle already, {places[name]}")
        places[name] = place
        _write(report, content, several.folder_of(entries[name], settings))
        reports[name] = slim(report, bodies)
    return reports


def _check(report: Report, entry: Entry | None, place: str) -> None:
    name = report.identity.name
    if entry is None:
        named = f"the file of targets names no {shorten(name, 80)!r}" if name else "it names no target"
        raise UsageError(f"{place}: {named}")
    url = parse(entry.url, report.contract.path, allow_plain_http=True).url
    for what, here, there in (
        ("contract", report.contract.name, entry.contract),
        ("URL", report.target, url),
    ):
        if here != there:
            raise UsageError(
                f"{place}: the {what} of {name} is {shorten(here, 200)}, and {shorten(there, 200)} in the file of "
                "targets"
            )


def _write(report: Report, content: bytes, outputs: output.Outputs) -> None:
    """Write the reports of a target; its bundle is taken over as it was read."""
    if outputs.files:
        rest = {name: file for name, file in outputs.files.items() if name != output.BUNDLE}
        output.Outputs(rest, outputs.problems).write_report(report, str)
        outputs.write(output.BUNDLE, content)
