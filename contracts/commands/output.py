"""What a command says of a report: at the terminal, in the files of the other formats, and to GitHub."""

import argparse
import os
import sys
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from contracts.commands import writing
from contracts.commands.writing import STANDARD_OUTPUT
from contracts.core.contract import Contract
from contracts.core.errors import Late, UsageError, check_time
from contracts.core.report import Report, Verdict
from contracts.formats.terminal import Detail
from contracts.reading import read_text
from contracts.resources import contract_of
from contracts.settings.sources import CONFIG, from_environment, resolve, value_of, working_directory
from contracts.settings.table import BY_NAME, TABLE, Group, Setting, Settings

if TYPE_CHECKING:
    from contracts.run import Run

#: What stands above the options of a group.
_NOTES = {
    Group.BEFORE: "hold the run against a baseline, as before a release",
    Group.ACCESS: "for private networks and gateways; tokens come only from the environment",
    Group.NETWORK: "how the target is asked",
    Group.TARGETS: "the targets of a file in place of one",
    Group.REPORTS: "a FILE of - is standard output",
}


def add(parser: argparse.ArgumentParser, *groups: Group, without: Container[str] = ()) -> None:
    """Declare an option for each setting of these groups but those without; the target is an argument."""
    for group in groups:
        title = parser.add_argument_group(group.value, _NOTES.get(group))
        for setting in TABLE:
            if setting.group is group and setting.name not in without:
                _declare(title.add_argument, setting)


def add_named(parser: argparse.ArgumentParser, *names: str) -> None:
    """Declare the options of single settings, outside their groups."""
    for name in names:
        _declare(parser.add_argument, BY_NAME[name])


def add_config(parser: argparse.ArgumentParser) -> None:
    """Declare the option that names the file of settings."""
    parser.add_argument("--config", metavar="FILE", help=f"read the settings from this file [{CONFIG}]")


def contract(options: argparse.Namespace) -> Contract:
    """Return the contract that a command is about: that of its option, of the environment, or the default.

    Raises:
        UsageError: there is no contract of that name.
    """
    return contract_of(value(options, "contract"))


def value(options: argparse.Namespace, name: str) -> Any:
    """Return one setting of a command that reads no file of settings: by its option, its variables, or the default.

    Raises:
        UsageError: it cannot be used.
    """
    setting = BY_NAME[name]
    for origin, given in ((f"option {setting.option}", getattr(options, name)), from_environment(setting, os.environ)):
        if given is not None:
            return value_of(setting, given, origin)
    return setting.default


def settings_of(options: argparse.Namespace, environ: Mapping[str, str] = os.environ, /, **fixed: Any) -> Settings:
    """Return the effective settings of a command; what is ``fixed`` takes the place of its options, None of nothing.

    Raises:
        UsageError: a value cannot be used.
    """
    given = {name: getattr(options, name, None) for name in (*BY_NAME, "config")}
    return resolve(given | fixed, environ, working_directory())


def describe(setting: Setting) -> str:
    """Return what a setting is for, with what holds where nobody says it."""
    return setting.help if setting.is_flag else f"{setting.help}; default: {setting.show(setting.default)}"


def _declare(add_argument: Callable[..., object], setting: Setting) -> None:
    text = f"{describe(setting)} [{setting.environment}]".replace("%", "%%")
    if setting.name == "target":
        add_argument("target", nargs="?", metavar=setting.metavar, help=text)
    elif setting.is_flag:
        # None, not False: an option that was not given leaves the word to the environment and the file.
        add_argument(setting.option, action="store_const", const=True, help=text)
    else:
        action = "append" if setting.is_repeatable else "store"
        add_argument(setting.option, action=action, metavar=setting.metavar, help=text)


#: Each format: the module of contracts.formats with a pure ``render(report) -> str``, and the usual name of the file.
FORMATS: dict[str, tuple[str, str]] = {
    "json": ("result", "result.json"),
    "junit": ("junit", "junit.xml"),
    "html": ("html", "report.html"),
    "markdown": ("markdown", "report.md"),
    "badge": ("badge", "badge.json"),
    "har": ("har", "exchanges.har"),
}
USUAL = {name: file for name, (_, file) in FORMATS.items()}
#: What is not of the usual reports: it is for a machine that watches, in a folder of its own.
METRICS = "metrics"
BUNDLE = "bundle"
BUNDLE_FILE = "run.zip"
#: The formats that hold exchanges: what a target answered is for the owner of the file.
_PRIVATE = ("json", "html", "har", BUNDLE)
#: The exit status of a run whose verdict is a pass and whose reports could not be written.
_UNWRITTEN = 2


@dataclass
class Outputs:
    """The file of each format that was asked for, and in ``problems`` what could not be written of them."""

    files: Mapping[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    @property
    def take_output(self) -> bool:
        """Whether a report is written to standard output, so that a person has to be told elsewhere."""
        return STANDARD_OUTPUT in self.files.values()

    def clear(self) -> None:
        """Remove what an earlier run has written there."""
        writing.remove(self.files.values())

    def write(self, name: str, content: str | bytes) -> None:
        """Write a rendered format: what holds exchanges for its owner, what another program watches for all."""
        with self.attempt():
            writing.write(self.files[name], content, private=name in _PRIVATE, public=name == METRICS)

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """Write something, or note that it cannot be: all else is written all the same, and a verdict stays one."""
        try:
            yield
        except UsageError as error:
            self.problems.append(str(error))

    def in_order(self) -> list[str]:
        """Return the formats as they are written: standard output last, for what was printed is not replaced."""
        return sorted(self.files, key=lambda name: self.files[name] == STANDARD_OUTPUT)

    def write_all(self, rendered: Callable[[str], str | bytes]) -> None:
        """Write what is rendered of each format, given its name; raises Late where the time for it is over."""
        for name in self.in_order():
            check_time()
            self.write(name, rendered(name))

    def without(self, name: str) -> "Outputs":
        """Return the outputs but for one format; what goes wrong with them is a problem of these."""
        return Outputs({each: file for each, file in self.files.items() if each != name}, self.problems)

    def write_report(self, report: Report, mask: Callable[[str], str], **entries: str | None) -> None:
        """Render a report in each format and write it; ``mask`` has the last look at every text.

        ``entries`` are the texts that a bundle holds beside the report, as :func:`contracts.bundle.pack` takes them.

        Raises:
            Late: the time of the run was over before all was written.
        """

        def content(name: str) -> str | bytes:
            if name != BUNDLE:
                return mask(rendered(name, "render", report))
            from contracts import bundle  # noqa: PLC0415 - 31 ms: it needs every format

            return bundle.pack(report, mask=mask, **entries)

        self.problems.clear()
        self.write_all(content)

    def end(self, status: int, console: writing.Console) -> int:
        """Say what could not be written, and return the exit status: that is no pass, and takes no breach away."""
        for problem in self.problems:
            console.complain(problem)
        return status or (_UNWRITTEN if self.problems else 0)


def rendered(name: str, function: str, *arguments: object, **how: object) -> str:
    """Return what a function of the module of a format gives; a run imports those that it was asked for."""
    module = import_module(f"contracts.formats.{FORMATS[name][0] if name in FORMATS else name}")
    text: str = getattr(module, function)(*arguments, **how)
    return text


def add_brevity(parser: argparse.ArgumentParser) -> None:
    """Declare the ways to say less, or more."""
    parser.set_defaults(detail=Detail.USUAL)
    group = parser.add_mutually_exclusive_group()
    for flags, detail, words in (
        (("--quiet",), Detail.QUIET, "print one line for each breach or reason, and the last line"),
        (("--summary",), Detail.SUMMARY, "print the last line only"),
        (("-v", "--verbose"), Detail.VERBOSE, "print every clause, and all of each breach"),
    ):
        group.add_argument(*flags, dest="detail", action="store_const", const=detail, help=words)


def outputs_of(
    settings: Settings,
    *,
    inputs: Iterable[str] = (),
    new: Mapping[str, str] | None = None,
    bundle: bool = True,
    owned: bool = False,
) -> Outputs:
    """Return the file of each format of a run that was asked for; raises what :func:`claimed` raises.

    Whoever reads a file makes no ``bundle``.
    """
    if BUNDLE in settings.outputs and not bundle:
        raise UsageError("--bundle: a bundle is of a run against an endpoint")
    if settings.outputs.get(BUNDLE) == STANDARD_OUTPUT:
        raise UsageError("--bundle: an archive is no text for standard output: give the name of a file")
    usual = USUAL | ({BUNDLE: BUNDLE_FILE} if bundle else {})
    return claimed(settings.outputs, settings.reports, usual, inputs=inputs, new=new, owned=owned)


def claimed(
    asked: Mapping[str, str],
    folder: str | None,
    usual: Mapping[str, str],
    *,
    inputs: Iterable[str] = (),
    new: Mapping[str, str] | None = None,
    owned: bool = False,
) -> Outputs:
    """Return the file of each format before anything is sent: those that were asked for, in a folder the usual ones.

    ``new`` are files that are written beside them, by their option; ``owned`` says that the folder is one that the
    suite made.

    Raises:
        UsageError: a file cannot be written, is read, too, or is that of another format.
    """
    if folder:
        writing.make_folder(folder, owned=owned)
        asked = {name: str(Path(folder, file)) for name, file in usual.items()} | dict(asked)
    writing.claim({BY_NAME[name].option: file for name, file in asked.items()}, inputs, new)
    return Outputs(asked)


def console_of(options: argparse.Namespace, outputs: Outputs) -> writing.Console:
    """Return the terminal, which leaves standard output to a report that is written there."""
    return writing.Console(quiet=options.detail < Detail.USUAL, to_stderr=outputs.take_output)


def written(prepared: "Run", report: Report, outputs: Outputs) -> Report:
    """Write the reports and return what they say: where the time is over before all are written, that it was."""
    known, mask = prepared.settings.deviations, prepared.target.secrets.sweep
    entries = {
        "deviations_text": prepared.target.secrets.mask(read_text(known)) if known else None,
        "accept_text": prepared.baseline.accept if prepared.baseline else None,
    }
    try:
        with prepared.writing():
            outputs.write_report(report, mask, **entries)
    except Late:
        report = prepared.unwritten(report)
        outputs.write_report(report, mask, **entries)
    return report


@contextmanager
def reached(console: writing.Console, status: int, last_line: str) -> Iterator[None]:
    """Write down a verdict that was reached: it is said, and a breach stays one, where somebody ends the command.

    Raises:
        Ended: somebody did.
    """
    console.done()
    try:
        yield
    except KeyboardInterrupt:
        said = console.mask(f"interrupted before all was written: {last_line}")
        raise writing.Ended(said, status or Verdict.INCONCLUSIVE.status) from None


def tell(options: argparse.Namespace, console: writing.Console, outputs: Outputs, rendered: Callable[..., str]) -> None:
    """Tell what was found at the terminal, and where GitHub Actions asks for it on the page and beside the lines.

    ``rendered`` gives what a format, which it is given the name of, makes of it.
    """
    if page := os.environ.get("GITHUB_STEP_SUMMARY"):
        with outputs.attempt():
            writing.append(page, console.mask(rendered("markdown")))
    if os.environ.get("GITHUB_ACTIONS") == "true":
        # Standard error: standard output may be a report, and the runner reads commands from both.
        writing.say(sys.stderr, console.mask(rendered("annotations")))
    console.write(rendered("terminal", colour=console.colour, detail=options.detail), always=True)
