"""``contracts compare``: tell what two observations of a list differ in, and let that fail a release."""

import argparse
import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from contracts import __version__
from contracts.bundle import CAP
from contracts.commands import files, output, streams
from contracts.commands import options as settings_options
from contracts.comparison.gate import Gate, Kind, Source, gate
from contracts.comparison.observed import source_of
from contracts.comparison.rules import Impact
from contracts.comparison.verdict import FAIL_ON
from contracts.core.clause import REPEATABLE
from contracts.core.contract import Contract
from contracts.core.errors import UsageError
from contracts.exceptions import accepted as acceptance
from contracts.formats import terminal
from contracts.prepare import prepare
from contracts.reading import STANDARD_INPUT, read_bytes
from contracts.resources import contract_of
from contracts.run import verify
from contracts.settings.sources import TOKENS, resolve, working_directory
from contracts.settings.table import Group, Settings
from contracts.sources import is_url, read_source

ARGUMENTS = "OLD NEW"
EXAMPLES = """\
contracts compare baseline.json https://api.staging.example
contracts compare old.json https://new.example --new-token NEW_TOKEN
"""
STATUSES = (
    "exit status: 0 nothing fails; 1 a difference fails, or an exception excuses nothing; 2 usage or configuration; "
    "3 inconclusive: a side could not be observed, or the old list is empty; 4 a fault of the suite itself\n\n"
    "environment: the token of a side stands in BEARER_TOKEN, or in SCALINGO_API_TOKEN, which is exchanged for one; "
    "--old-token and --new-token name other variables."
)
#: Each format: the module of contracts.formats with a pure ``render(gate) -> str``, the usual file, and what it is.
FORMATS = {
    "json": ("result", "comparison.json", "the comparison, schemas/comparison.schema.json"),
    "junit": ("junit", "comparison.xml", "JUnit XML, a testcase a difference"),
    "html": ("html", "comparison.html", "one self-contained page"),
    "markdown": ("markdown", "comparison.md", "a summary for a pull request"),
}
#: What a run for a comparison does not depend on, for it judges nothing.
_WITHOUT = (
    *("target", "mock", "clause", "strict", "auth", "unsafe_methods", "probe_rate_limit", "deviations"),
    *("implementation", "name", "environment", "baseline", "fail_on", "max_age"),
)
#: The settings by which a file could let less fail.
_NARROWING = ("contract", "allow_empty", "accept")
_SIDES = ("old", "new")


def add(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    for name in _SIDES:
        help_text = "a snapshot, a result, a bundle, or a URL with its scheme"
        parser.add_argument(name, metavar=name.upper(), help=help_text)
    parser.add_argument(
        "--fail-on",
        choices=[impact.value for impact in FAIL_ON],
        default=Impact.BREAKING.value,
        help="the least impact that fails; default: breaking",
    )
    for name in _SIDES:
        parser.add_argument(
            f"--{name}-token", metavar="VARIABLE", help=f"the variable that holds the bearer token for {name.upper()}"
        )
    settings_options.add(parser, Group.JUDGED, Group.BEFORE, Group.ACCESS, Group.NETWORK, without=_WITHOUT)
    settings_options.add_config(parser)
    group = parser.add_argument_group("reports", "a FILE of - is standard output")
    group.add_argument("--reports", metavar="DIR", help="write all of the following, under their usual names")
    for name, (_, _, words) in FORMATS.items():
        group.add_argument(f"--{name}", metavar="FILE", help=f"write {words}")
    output.add_brevity(parser)


def run(options: argparse.Namespace) -> int:
    """Observe both sides and compare them. Returns the exit status."""
    settings = _settings(options)
    acceptances = acceptance.load(settings.accept) if settings.accept else ()
    outputs = _outputs(options, settings)
    console = streams.Console(quiet=output.is_brief(options), to_stderr=outputs.take_output)
    sides, contract, mask = _observed(options, settings, console)
    judged = gate(
        contract,
        __version__,
        *sides,
        today=datetime.now(UTC).date(),
        acceptances=acceptances,
        fail_on=Impact(options.fail_on),
        allow_empty=settings.allow_empty,
        narrowed=tuple(name for name in settings.narrowed if name in _NARROWING),
    )
    console.mask = mask
    for name in outputs.in_order():
        outputs.write(name, mask(_rendered(name, judged)))
    output.tell_github(outputs, lambda: mask(_rendered("markdown", judged)))
    text = terminal.render_comparison(judged, colour=console.colour, detail=output.detail_of(options))
    console.write(text, always=True)
    return outputs.end(judged.status, console)


def _settings(options: argparse.Namespace) -> Settings:
    given = settings_options.given(options)
    given.update(dict.fromkeys(FORMATS), reports=None)  # what a file says of reports is meant for those of a run
    given.update(target=options.new, mock=False)
    return resolve(given, os.environ, working_directory())


def _outputs(options: argparse.Namespace, settings: Settings) -> output.Outputs:
    asked = {name: file for name in FORMATS if (file := getattr(options, name))}
    if options.reports:
        files.make_folder(options.reports)
        usual = {name: str(Path(options.reports, file)) for name, (_, file, _) in FORMATS.items()}
        asked = {**usual, **asked}
    outputs = output.Outputs(asked)
    inputs = (*settings.inputs, *(side for side in (options.old, options.new) if not is_url(side)))
    outputs.claim(inputs)
    outputs.clear()
    return outputs


def _observed(
    options: argparse.Namespace, settings: Settings, console: streams.Console
) -> tuple[list[Source], Contract, Callable[[str], str]]:
    """Return both sides, the contract that they are about, and what masks every secret of theirs in a text."""
    names = {name: getattr(options, name) for name in _SIDES}
    environs = {name: _environ(name, side, getattr(options, f"{name}_token")) for name, side in names.items()}
    if list(names.values()) == [STANDARD_INPUT] * len(names):
        raise UsageError("both sides are standard input: give the name of a file for one of them")
    stored = {name: side for name, side in names.items() if not is_url(side)}
    kept = {name: read_source(_content(side), _called(side), contract_of) for name, side in stored.items()}
    contract = _contract(settings, {side.name: contract for side, contract in kept.values()})
    if settings.header_env and not kept:  # the key of one gateway is nothing for another one
        raise UsageError("--header-env would go to both targets: take a snapshot of one side, and compare with that")
    sides, masks = [], []
    for name, side in names.items():
        if name in kept:
            sides.append(kept[name][0])
            continue
        observed, mask = _observe(settings, contract, environs[name], side, console.progress)
        sides.append(observed)
        masks.append(mask)
    console.done()
    return sides, contract, lambda text: _masked(text, masks)


def _observe(
    settings: Settings, contract: Contract, environ: Mapping[str, str], url: str, say: Callable[[str], None]
) -> tuple[Source, Callable[[str], str]]:
    """Ask a target for its list and for the same once more; return the side, and what masks its secrets in a text."""
    needed = replace(
        settings,
        target=url,
        mock=False,
        clause=(REPEATABLE,),
        deviations=None,
        baseline=None,
        unsafe_methods=False,
        probe_rate_limit=False,
    )
    with prepare(needed, contract, environ, say=say) as prepared:
        return source_of(verify(prepared), Kind.URL, url), prepared.target.secrets.sweep


def _masked(text: str, masks: list[Callable[[str], str]]) -> str:
    for mask in masks:
        text = mask(text)
    return text


def _called(side: str) -> str:
    return "standard input" if side == STANDARD_INPUT else side


def _content(name: str) -> bytes:
    if name != STANDARD_INPUT and not os.path.lexists(name):
        raise UsageError(f"there is no file {name[:100]!r}; a target is written with its scheme, such as https://host")
    return read_bytes(name, CAP)


def _environ(name: str, side: str, variable: str | None) -> dict[str, str]:
    """Return the environment of a side: with the token of its own variable there is no other one."""
    if variable is None:
        return dict(os.environ)
    if not is_url(side):
        raise UsageError(f"--{name}-token: {name.upper()} is a file, which needs no token")
    if not os.environ.get(variable):
        raise UsageError(f"--{name}-token: the variable {variable[:80]!r} is not set, or empty; give its name")
    others = {key: value for key, value in os.environ.items() if key not in TOKENS}
    return {**others, TOKENS[0]: os.environ[variable]}


def _contract(settings: Settings, kept: Mapping[str, Contract]) -> Contract:
    """Return the contract that the sides are about: that of the files, or where there is none that of the setting."""
    wanted = {file: contract.name for file, contract in kept.items()}
    if "contract" in settings.origins or not wanted:
        wanted[settings.origins.get("contract", "default")] = settings.contract
    first, *others = wanted
    for other in others:
        if wanted[other] != wanted[first]:
            raise UsageError(f"{first} is about {wanted[first]}, and {other} about {wanted[other]}")
    return contract_of(wanted[first])


def _rendered(name: str, judged: Gate) -> str:
    text: str = output.module_of(name).render_comparison(judged)
    return text
