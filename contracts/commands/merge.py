"""``contracts merge``: put the bundles of several runs together, as one run over all their targets would have given."""

import argparse
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from contracts.audit import audit
from contracts.bundle import DEVIATIONS, TIMES
from contracts.commands import output, several
from contracts.commands.audit import too_old
from contracts.core.errors import UsageError
from contracts.core.report import Report, StaleDeviation
from contracts.core.text import counted, in_days, plain, shorten
from contracts.network.dial import parse
from contracts.reading import read_bytes
from contracts.resources import contract_of
from contracts.settings.table import BY_NAME, Group, Settings
from contracts.targets.judging import slim, with_stale
from contracts.targets.target_entry import Entry, Judged

ARGUMENTS = "--targets FILE FILE.zip ..."
EXAMPLES = "contracts merge first second --targets targets.toml --reports out"
STATUSES = (
    "exit status: that of the worst target: 0 all conform; 1 one violates; 2 usage: a bundle differs from its "
    "exchanges, or is of no target of the file, or one of two of the same; 3 one is inconclusive, or has no whole "
    "bundle, or none that is young enough"
)


def add(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    words = f"a bundle, or a folder that holds some as {output.BUNDLE_FILE}"
    parser.add_argument("bundles", nargs="+", metavar="FILE.zip", help=words)
    output.add_named(parser, "max_age", "max_body")
    output.add(parser, Group.TARGETS, Group.REPORTS)
    output.add_config(parser)
    output.add_brevity(parser)


def run(options: argparse.Namespace) -> int:
    """Put the bundles together. Returns the worst exit status; a target without a bundle is inconclusive."""
    single = BY_NAME["target"].variables  # what a shell may hold for runs against one target
    environ = {name: value for name, value in os.environ.items() if name not in single}
    settings = output.settings_of(options, environ)
    if not settings.targets:
        raise UsageError("there is no file of targets: name the one of the runs with --targets")
    _, entries = several.entries_of(settings)
    found = list(_found(options.bundles))
    outputs = several.outputs_of(settings, [settings.targets, *found])
    outputs.clear()
    console = output.console_of(options, outputs)
    merged, now = _Merged({entry.name: entry for entry in entries}, settings), datetime.now(UTC)
    why = f"there is no bundle of it in {shorten(', '.join(options.bundles), 200)}"
    try:
        for place in found:
            merged.add(place, now)
    except KeyboardInterrupt:
        why = "the command was interrupted before its bundle was judged"
        console.complain(
            f"interrupted: {len(found) - len(merged.results)} of {counted(len(found), 'bundle')} not judged"
        )
    judged = merged.judged(why)
    console.write("".join(f"{plain(line)}\n" for line in merged.lines))
    outputs.problems += merged.problems
    return several.tell(judged, options, settings, console, outputs)


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


@dataclass
class _Merged:
    """What the bundles come to, by the name of their target.

    ``unused`` and ``texts`` are of the deviations that targets share, ``problems`` say what could not be written.
    """

    entries: Mapping[str, Entry]
    settings: Settings
    results: dict[str, Judged] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)
    unused: dict[str, tuple[StaleDeviation, ...]] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    _places: dict[str, str] = field(default_factory=dict)
    _clauses: set[tuple[str, ...]] = field(default_factory=set)
    _bodies: dict[bytes, bytes] = field(default_factory=dict)

    def add(self, place: str, now: datetime) -> None:
        """Audit a bundle and write what a run writes for its target.

        Raises:
            UsageError: it cannot be judged again, differs from its exchanges, or is none of these targets.
        """
        cap = TIMES * self.settings.max_body
        content = read_bytes(place, cap, follow=False)
        try:
            found = audit(content, contract_of, now, cap)
        except UsageError as error:
            raise UsageError(f"{place}: {error}") from None
        found.require_agreement(place)
        report, name = found.report, found.report.identity.name
        if name in self._places:
            raise UsageError(f"{place}: {name} has a bundle already, {self._places[name]}")
        entry = self.entries.get(name)
        if entry is None:
            named = f"the file of targets names no {shorten(name, 80)!r}" if name else "it names no target"
            raise UsageError(f"{place}: {named}")
        _check(report, entry, place)
        self._clauses.add(report.scope.selected)
        if len(self._clauses) > 1:
            raise UsageError(f"{place}: {name} was judged by other clauses than the targets before it")
        self._places[name] = place
        self.lines.append(f"{name}: run of {report.started}, {in_days(now - found.made)} ago")
        self.lines += [f"{name}: {note}" for note in found.notes]
        self._write(entry, report, content)
        lacks = [f"its bundle lacks {line}" for line in found.missing] + too_old(found, self.settings.max_age, now)
        self.results[name] = Judged(entry, None, lacks[0]) if lacks else Judged(entry, slim(report, self._bodies))
        if report.shared_deviations and DEVIATIONS in found.texts:
            self.unused[name], self.texts[name] = found.unused, found.texts[DEVIATIONS]

    def _write(self, entry: Entry, report: Report, content: bytes) -> None:
        """Write the reports of a target; its bundle is taken over as it was read."""
        outputs = several.folder_of(entry, self.settings)
        if outputs.files:
            others = outputs.without(output.BUNDLE)
            others.clear()
            others.write_report(report, str)
            outputs.write(output.BUNDLE, content)
        self.problems += outputs.problems

    def judged(self, why: str) -> tuple[Judged, ...]:
        """Return what became of every target of the file; ``why`` says it of one without a bundle."""
        for name in self.entries.keys() - self.results.keys():
            several.folder_of(self.entries[name], self.settings).clear()
        targets = tuple(self.results.get(name) or Judged(entry, None, why) for name, entry in self.entries.items())
        return with_stale(targets, self.unused, self.texts if len(self.results) == len(targets) else {})


def _check(report: Report, entry: Entry, place: str) -> None:
    """Hold what the entry of a target says against the settings of a report."""
    url = parse(entry.url, report.contract.path, allow_plain_http=True).url
    planned = {"contract": entry.contract, "target": url, **entry.settings}
    said = [(name, report.settings[name][0], BY_NAME[name].show(value)) for name, value in planned.items()]
    for name in ("vendor", "product", "version", "environment"):  # which a run need not say
        here, there = getattr(report.identity, name), getattr(entry, name)
        said += [(name, here, there)] if here and there else []
    for name, here, there in said:
        if here != there:
            raise UsageError(
                f"{place}: {name} of {entry.name} is {shorten(here, 200)}, and {shorten(there, 200)} in the file of "
                "targets"
            )
