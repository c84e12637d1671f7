"""``contracts explain``: the clauses in a list, one of them whole, or all that is known of them as JSON."""

import argparse
import json
import shutil
import sys
import textwrap
from dataclasses import asdict
from typing import Any

from contracts import __version__
from contracts.commands import options as settings_options
from contracts.commands import streams
from contracts.core.clause import Clause
from contracts.core.contract import DEFAULT, Contract

EXAMPLES = """\
contracts explain category.position
contracts explain --json
"""
STATUSES = "exit status: 0 told; 2 there is no such clause"


def add(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    settings_options.add_named(parser, "contract")
    parser.add_argument("clause", nargs="?", metavar="CLAUSE", help="an id, or the beginning of some; default: all")
    parser.add_argument(
        "--json", action="store_true", help="print the clauses for tools, with the digest of the contract"
    )


def run(options: argparse.Namespace) -> int:
    """Print the clauses; a single one is told whole. Returns 0."""
    contract = settings_options.contract(options)
    clauses = contract.select((options.clause,) if options.clause else ())
    if options.json:
        told = {
            "suite": __version__,
            "contract": contract.name,
            "digest": contract.digest,
            "clauses": [as_json(clause) for clause in clauses],
        }
        streams.write(sys.stdout, json.dumps(told, indent=2) + "\n")
        return 0
    if len(clauses) == 1:
        streams.write(sys.stdout, whole(clauses[0], contract) + "\n")
        return 0
    width = shutil.get_terminal_size((120, 24)).columns
    for clause in clauses:
        asks = textwrap.shorten(clause.asks, max(20, width - 41), placeholder=" …")
        streams.write(sys.stdout, f"{clause.id:<32}{clause.level:<8}{asks}\n")
    return 0


def as_json(clause: Clause) -> dict[str, Any]:
    """Return what is known of a clause as JSON has it."""
    names = ("id", "level", "asks", "detail", "why", "breach", "probes", "sources")
    return {name: value for name, value in asdict(clause).items() if name in names}


def whole(clause: Clause, contract: Contract) -> str:
    """Return everything that is known of a clause."""
    probes = "\n          ".join(f"{name}: {contract.probe[name].purpose}" for name in clause.probes)
    option = "" if contract.name == DEFAULT else f" --contract {contract.name}"
    sources = "\n          ".join(f"{source.title}, {source.url}" for source in clause.sources)
    asks = textwrap.fill(" ".join(filter(None, (clause.asks, clause.detail))), 68, subsequent_indent=" " * 10)
    return (
        f"{clause.id} ({clause.level})\n\n"
        f"  asks    {asks}\n"
        f"  why     {textwrap.fill(clause.why, 68, subsequent_indent=' ' * 10)}\n"
        f"  breach  {clause.breach}\n"
        f"  probes  {probes}\n"
        f"  source  {sources}\n\n"
        f"  contracts verify URL{option} --clause {clause.id}"
    )
