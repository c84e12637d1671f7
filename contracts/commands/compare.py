"""``contracts compare``: tell what two observations of a list differ in, and let that fail a release."""

import argparse
import os
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from contracts import __version__
from contracts.commands import files, output, streams
from contracts.commands import options as settings_options
from contracts.comparison import accepted
from contracts.comparison.gate import Gate, Kind, Source, Terms, gate
from contracts.comparison.observation import CouldNotCompare
from contracts.comparison.rules import Impact
from contracts.core.contract import Contract
from contracts.core.deadline import until
from contracts.core.errors import UsageError
from contracts.formats import terminal
from contracts.global_information.clauses import REPEATABLE
from contracts.prepare import prepare
from contracts.reading import STANDARD_INPUT, read_bytes
from contracts.resources import contract_of, refuse_other
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
    "exit status: 0 nothing fails; 1 a difference fails, an exception excuses nothing, or OLD is older than --max-age; "
    "2 usage or configuration, or a file that is no baseline; 3 inconclusive: a side could not be observed or does not "
    "repeat itself, or the old list is empty; 4 a fault of the suite itself\n\n"
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
    *("implementation", "name", "environment", "baseline"),
)
#: The settings by which a file could let less fail.
_NARROWING = ("contract", "allow_empty", "accept")
_SIDES = ("old", "new")


def add(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    for name in _SIDES:
        help_text = "a snapshot, a result, a bundle, or a URL with its scheme"
        parser.add_argument(name, metavar=name.upper(), help=help_text)
    for name in _SIDES:
        parser.add_argument(
            f"--{name}-token", metavar="VARIABLE", help=f"the variable that holds the bearer token for {name.upper()}"
        )
    settings_options.add(parser, Group.JUDGED, Group.BEFORE, Group.ACCESS, Group.NETWORK, without=_WITHOUT)
    parser.add_argument(
        "--write-accept", metavar="FILE", help="write an exception for each difference that fails, to be completed"
    )
    settings_options.add_config(parser)
    group = parser.add_argument_group("reports", "a FILE of - is standard output")
    group.add_argument("--reports", metavar="DIR", help="write all of the following, under their usual names")
    for name, (_, _, words) in FORMATS.items():
        group.add_argument(f"--{name}", metavar="FILE", help=f"write {words}")
    output.add_brevity(parser)


def run(options: argparse.Namespace) -> int:
    """Observe both sides and compare them. Returns the exit status."""
    settings = _settings(options)
    terms = Terms(
        Impact(settings.fail_on),
        settings.max_age,
        settings.allow_empty,
        accepted.load(settings.accept) if settings.accept else (),
        tuple(name for name in settings.narrowed if name in _NARROWING),
    )
    outputs = _outputs(options, settings)
    console = streams.Console(quiet=output.is_brief(options), to_stderr=outputs.take_output)
    sides, contract, mask = _observed(options, settings, console)
    with until(time.monotonic() + settings.deadline):
        judged = gate(contract, __version__, sides, terms, datetime.now(UTC))
    console.mask = mask
    for name in outputs.in_order():
        outputs.write(name, mask(_rendered(name, judged)))
    output.tell_github(outputs, lambda: mask(_rendered("markdown", judged)))
    text = terminal.render_comparison(judged, colour=console.colour, detail=output.detail_of(options))
    console.write(text, always=True)
    if options.write_accept:
        console.write(files.write_proposal(options.write_accept, judged.proposal, "nothing fails"))
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
    outputs.claim(inputs, {"--write-accept": options.write_accept} if options.write_accept else {})
    outputs.clear()
    return outputs


def _observed(
    options: argparse.Namespace, settings: Settings, console: streams.Console
) -> tuple[tuple[Source, Source], Contract, Callable[[str], str]]:
    """Return both sides, the contract that they are about, and what masks every secret of theirs in a text."""
    names = {name: getattr(options, name) for name in _SIDES}
    environs = {name: _environ(name, side, getattr(options, f"{name}_token")) for name, side in names.items()}
    if list(names.values()) == [STANDARD_INPUT] * len(names):
        raise UsageError("both sides are standard input: give the name of a file for one of them")
    stored = {name: side for name, side in names.items() if not is_url(side)}
    kept = {name: read_source(_content(side), _called(side), contract_of) for name, side in stored.items()}
    contract = _contract(settings, {side.name: contract for side, contract in kept.values()})
    for name, side in names.items():
        if name not in kept:
            refuse_other(side, contract.name, name.upper())
    if "old" in kept:
        with suppress(CouldNotCompare):  # which is told with the comparison
            kept["old"][0].refuse_unsteady(contract)
    _refuse_one_token(options, environs)
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
    old, new = sides
    return (old, new), contract, lambda text: _masked(text, masks)


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
        return Source.from_report(verify(prepared), Kind.URL, url), prepared.target.secrets.sweep


def _masked(text: str, masks: list[Callable[[str], str]]) -> str:
    for mask in masks:
        text = mask(text)
    return text


def _called(side: str) -> str:
    return "standard input" if side == STANDARD_INPUT else side


def _content(name: str) -> bytes:
    if name != STANDARD_INPUT and not os.path.lexists(name):
        raise UsageError(f"there is no file {name[:100]!r}; a target is written with its scheme, such as https://host")
    return read_bytes(name)


def _environ(name: str, side: str, variable: str | None) -> dict[str, str]:
    """Return the environment of a side: with the token of its own variable there is no other one."""
    if variable is None:
        return dict(os.environ)
    if not is_url(side):
        raise UsageError(f"--{name}-token: {name.upper()} is a file, which needs no token")
    if not os.environ.get(variable):  # what was typed may be the token itself
        raise UsageError(f"--{name}-token: no variable of this name is set; give the name of one, and not a token")
    others = {key: value for key, value in os.environ.items() if key not in TOKENS}
    return {**others, TOKENS[0]: os.environ[variable]}


def _refuse_one_token(options: argparse.Namespace, environs: Mapping[str, Mapping[str, str]]) -> None:
    """Refuse to send one token to two hosts, unless the variable of each was named.

    Raises:
        UsageError: both sides are targets, on two hosts, and share a token.
    """
    urls = {name: getattr(options, name) for name in _SIDES}
    hosts = {urlsplit(url).hostname for url in urls.values() if is_url(url)}
    tokens = [next((environ[key] for key in TOKENS if environ.get(key)), None) for environ in environs.values()]
    named = all(getattr(options, f"{name}_token") for name in _SIDES)
    if len(hosts) == len(_SIDES) and tokens[0] and tokens[0] == tokens[1] and not named:
        raise UsageError(
            "one token would go to two hosts: name the variable that holds the token of each with --old-token and "
            "--new-token, or take a snapshot of one side and compare with that"
        )


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
