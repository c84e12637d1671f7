"""``contracts merge``: put the results of shards together, as one run over all their targets would have given them."""

import argparse
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from contracts.bundle import CAP
from contracts.commands import files, output, several, streams
from contracts.commands import options as settings_options
from contracts.commands.files import STANDARD_OUTPUT
from contracts.core.errors import UsageError
from contracts.core.report import Report
from contracts.formats import stored
from contracts.network.address import parse
from contracts.reading import read_bytes, read_text
from contracts.resources import contract_of
from contracts.settings.sources import CONFIG, resolve, working_directory
from contracts.settings.table import BY_NAME, OUTPUTS, SEVERAL, Settings
from contracts.targets.judging import slim
from contracts.targets.target_entry import Entry, Judged, worst

STATUSES = (
    "exit status: that of the worst target: 0 all conform; 1 one violates; 2 usage: a result is of no target of the "
    "file, or one of two of the same; 3 one is inconclusive, or has no result"
)
RESULT = output.FORMATS["json"][1]


def add(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("results", nargs="+", metavar="RESULT", help=f"a {RESULT}, or a folder that holds some")
    settings_options.add_several(parser)
    output.add(parser)
    parser.add_argument("--config", metavar="FILE", help=f"read the settings from this file [{CONFIG}]")
    output.add_brevity(parser)


def run(options: argparse.Namespace) -> int:
    """Put the results together. Returns the worst exit status; a target without a result is inconclusive."""
    given = {setting.name: getattr(options, setting.name) for setting in (*SEVERAL, *OUTPUTS)}
    single = BY_NAME["target"].variables  # what a shell may hold for runs against one target
    environ = {name: value for name, value in os.environ.items() if name not in single}
    settings = resolve({**given, "config": options.config}, environ, working_directory())
    if "targets" not in settings.several:
        raise UsageError("there is no file of targets: name the one of the runs with --targets")
    entries = several.entries_of(settings)
    found = list(_found(options.results))
    outputs = several.outputs_of(settings, [settings.several["targets"], *found])
    console = streams.Console(quiet=output.is_brief(options), to_stderr=STANDARD_OUTPUT in outputs.values())
    reports = _read(found, {entry.name: entry for entry in entries}, settings)
    merged = [Judged(entry, reports.get(entry.name, _missing(options.results))) for entry in entries]
    several.tell(merged, options, console, outputs, mask=str, folder=settings.outputs.get(output.REPORTS))
    return worst(merged)


def _missing(places: list[str]) -> str:
    return f"there is no result of it in {', '.join(places)[:200]}"


def _found(places: Iterable[str]) -> Iterator[str]:
    """Yield every file that is named, and those of the usual name in every folder.

    Raises:
        UsageError: a folder holds none.
    """
    for place in places:
        if not Path(place).is_dir():
            yield place
            continue
        inside = sorted(map(str, Path(place).rglob(RESULT)))
        if not inside:
            raise UsageError(f"{place[:100]}: there is no {RESULT} in this folder")
        yield from inside


def _read(found: Iterable[str], entries: Mapping[str, Entry], settings: Settings) -> dict[str, Report]:
    """Return the reports by the name of their target, after writing what a run writes for each."""
    reports: dict[str, Report] = {}
    places: dict[str, str] = {}
    bodies: dict[bytes, bytes] = {}
    for place in found:
        try:
            report = stored.read(read_text(place, CAP), contract_of)
        except UsageError as error:
            raise UsageError(f"{place}: {error}") from None
        name = report.identity.name
        _check(report, entries.get(name), place)
        if name in places:
            raise UsageError(f"{place}: {name} has a result already, in {places[name]}")
        places[name] = place
        _write(report, place, several.folder_of(entries[name], settings))
        reports[name] = slim(report, bodies)
    return reports


def _check(report: Report, entry: Entry | None, place: str) -> None:
    name = report.identity.name
    if entry is None:
        raise UsageError(f"{place}: {f'the file of targets names no {name[:80]!r}' if name else 'it names no target'}")
    url = parse(entry.url, report.contract.path, allow_plain_http=True).url
    for what, here, there in (
        ("contract", report.contract.name, entry.contract),
        ("URL", report.target, url),
    ):
        if here != there:
            raise UsageError(f"{place}: the {what} of {name} is {here[:200]}, and {there[:200]} in the file of targets")


def _write(report: Report, place: str, outputs: Mapping[str, str]) -> None:
    """Write the reports of a target, unless they stand there already; its bundle is taken over as it is."""
    if not outputs or Path(outputs["json"]).resolve() == Path(place).resolve():
        return
    output.write_outputs(report, {name: file for name, file in outputs.items() if name != output.BUNDLE}, str)
    bundle = Path(place).with_name(output.BUNDLE_FILE)
    if bundle.is_file():
        files.write_file(outputs[output.BUNDLE], read_bytes(str(bundle), CAP), private=True)
