"""``contracts compare``: tell what two observations of a list differ in, and let that fail a release."""

import argparse
import os
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import urlsplit

from contracts import __version__
from contracts.commands import output, writing
from contracts.comparison.accepted import ACCEPT
from contracts.comparison.gate import Kind, Source, Terms, gate
from contracts.comparison.snapshot import CouldNotCompare
from contracts.core.contract import Contract
from contracts.core.errors import UsageError, until
from contracts.core.report import Impact
from contracts.formats.wording import comparison_last_line
from contracts.global_information.clauses import REPEATABLE
from contracts.masking.secrets import Secrets
from contracts.network.credentials import Variables
from contracts.prepare import prepare, secrets_of
from contracts.reading import STANDARD_INPUT, read_bytes
from contracts.resources import contract_of, refuse_other
from contracts.run import verify
from contracts.settings.sources import KEYS
from contracts.settings.table import BY_NAME, Group, Settings
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
#: Each format: the usual file, and what it is.
FORMATS = {
    "json": ("comparison.json", "the comparison, schemas/comparison.schema.json"),
    "junit": ("comparison.xml", "JUnit XML, a testcase a difference"),
    "html": ("comparison.html", "one self-contained page"),
    "markdown": ("comparison.md", "a summary for a pull request"),
}
#: What a run for a comparison does not depend on, for it judges nothing.
_WITHOUT = (
    *("target", "mock", "clause", "strict", "auth", "unsafe_methods", "probe_rate_limit", "deviations"),
    *("implementation", "name", "environment", "baseline"),
)
#: The settings by which a file could let less fail.
_NARROWING = ("contract", "allow_empty", "accept")
_SIDES = ("old", "new")
Observe = Callable[[str, Variables], Source]


def add(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    for name in _SIDES:
        help_text = "a snapshot, a result, a bundle, or a URL with its scheme"
        parser.add_argument(name, metavar=name.upper(), help=help_text)
    for name in _SIDES:
        parser.add_argument(
            f"--{name}-token", metavar="VARIABLE", help=f"the variable that holds the bearer token for {name.upper()}"
        )
    output.add(parser, Group.JUDGED, Group.BEFORE, Group.ACCESS, Group.NETWORK, without=_WITHOUT)
    parser.add_argument(
        "--write-accept", metavar="FILE", help="write an exception for each difference that fails, to be completed"
    )
    output.add_config(parser)
    group = parser.add_argument_group("reports", "a FILE of - is standard output")
    group.add_argument("--reports", metavar="DIR", help="write all of the following, under their usual names")
    for name, (_, words) in FORMATS.items():
        group.add_argument(f"--{name}", metavar="FILE", help=f"write {words}")
    output.add_brevity(parser)


def run(options: argparse.Namespace) -> int:
    """Observe both sides and compare them. Returns the exit status."""
    settings = _settings(options)
    terms = Terms(
        Impact(settings.fail_on),
        settings.max_age,
        settings.allow_empty,
        ACCEPT.load(settings.accept) if settings.accept else (),
        tuple(name for name in settings.narrowed if name in _NARROWING),
    )
    outputs = _outputs(options, settings)
    console = output.console_of(options, outputs)
    sides, contract = _observed(options, settings, console)
    with until(time.monotonic() + settings.deadline):
        judged = gate(contract, __version__, sides, terms, datetime.now(UTC))

    def rendered(name: str, **how: object) -> str:
        return "" if name == "annotations" else output.rendered(name, "render_comparison", judged, **how)

    with output.reached(console, judged.status, comparison_last_line(judged)):
        outputs.write_all(lambda name: console.mask(rendered(name)))
        output.tell(options, console, outputs, rendered)
        if options.write_accept:
            with outputs.attempt():
                console.write(writing.write_proposal(options.write_accept, judged.proposal, "nothing fails"))
    return outputs.end(judged.status, console)


def _settings(options: argparse.Namespace) -> Settings:
    of_a_run = dict.fromkeys((*FORMATS, "reports"))  # what a file says of reports is meant for those of a run
    return output.settings_of(options, **of_a_run, target=options.new, mock=False)


def _outputs(options: argparse.Namespace, settings: Settings) -> output.Outputs:
    asked = {name: file for name in FORMATS if (file := getattr(options, name))}
    usual = {name: file for name, (file, _) in FORMATS.items()}
    inputs = (*settings.inputs, *(side for side in (options.old, options.new) if not is_url(side)))
    new = {"--write-accept": options.write_accept} if options.write_accept else {}
    outputs = output.claimed(asked, options.reports, usual, inputs=inputs, new=new)
    outputs.clear()
    return outputs


def _observed(
    options: argparse.Namespace, settings: Settings, console: writing.Console
) -> tuple[tuple[Source, Source], Contract]:
    """Return both sides, and the contract that they are about; the console masks every secret of theirs."""
    names = {name: getattr(options, name) for name in _SIDES}
    tokens = {name: _tokens(name, side, getattr(options, f"{name}_token")) for name, side in names.items()}
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
    if not kept:
        _refuse_what_is_of_one(options, settings, tokens)
    secrets = secrets_of(os.environ, settings, contract, *(each.bearer for each in tokens.values()))
    console.mask = secrets.sweep
    observe = _observe(settings, contract, secrets, console)
    old, new = (kept[name][0] if name in kept else observe(side, tokens[name]) for name, side in names.items())
    console.done()
    return (old, new), contract


def _observe(settings: Settings, contract: Contract, secrets: Secrets, console: writing.Console) -> Observe:
    """Return what asks a target, by its URL and the variables of its token, for its list and for the same once more."""
    needed = replace(
        settings,
        mock=False,
        clause=(REPEATABLE,),
        deviations=None,
        baseline=None,
        unsafe_methods=False,
        probe_rate_limit=False,
    )

    def observe(url: str, tokens: Variables) -> Source:
        own = replace(needed, target=url)
        with prepare(own, contract, os.environ, tokens=tokens, secrets=secrets, say=console.progress) as prepared:
            return Source.from_report(verify(prepared), Kind.URL, url)

    return observe


def _called(side: str) -> str:
    return "standard input" if side == STANDARD_INPUT else side


def _content(name: str) -> bytes:
    if name != STANDARD_INPUT and not os.path.lexists(name):
        raise UsageError(f"there is no file {name[:100]!r}; a target is written with its scheme, such as https://host")
    return read_bytes(name)


def _tokens(name: str, side: str, variable: str | None) -> Variables:
    """Return the variables that hold the token of a side: where one was named, no other one."""
    if variable is None:
        return Variables()
    if not is_url(side):
        raise UsageError(f"--{name}-token: {name.upper()} is a file, which needs no token")
    if not os.environ.get(variable):  # what was typed may be the token itself
        raise UsageError(f"--{name}-token: no variable of this name is set; give the name of one, and not a token")
    return Variables(variable, "")


def _refuse_what_is_of_one(options: argparse.Namespace, settings: Settings, tokens: Mapping[str, Variables]) -> None:
    """Refuse to show one target what belongs to the other.

    Raises:
        UsageError: the key or the certificate of one gateway would go to both, or one token to two hosts of which not
            each was given its own variable.
    """
    for name in KEYS:
        if getattr(settings, name):
            option = BY_NAME[name].option
            raise UsageError(f"{option} would go to both targets: take a snapshot of one side, and compare with that")
    hosts = {urlsplit(getattr(options, name)).hostname for name in _SIDES}
    held = {os.environ.get(each.bearer) or os.environ.get(each.api) for each in tokens.values()}
    named = all(getattr(options, f"{name}_token") for name in _SIDES)
    if len(hosts) > 1 and held == {next(iter(held))} != {None} and not named:
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
