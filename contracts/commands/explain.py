"""``contracts explain``: the clauses or the rules of a comparison in a list, one of them whole, or all as JSON."""

import argparse
import json
import shutil
import sys
import textwrap
from dataclasses import asdict
from typing import Any

from contracts import __version__
from contracts.commands import output, writing
from contracts.comparison.rules import BY_ID, FORMER, RULES, Rule
from contracts.core.contract import DEFAULT, Clause, Contract

EXAMPLES = """\
contracts explain category.position
contracts explain rules
contracts explain element-removed
contracts explain --json
"""
STATUSES = "exit status: 0 told; 2 there is no such clause and no such rule"
#: What stands for all rules in the place of one.
_RULES = "rules"


def add(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    output.add_named(parser, "contract")
    parser.add_argument(
        "clause",
        nargs="?",
        metavar="CLAUSE | RULE",
        help="an id, or the beginning of some; rules lists those of the comparison; default: all clauses",
    )
    parser.add_argument(
        "--json", action="store_true", help="print clauses and rules for tools, with the digest of the contract"
    )


def run(options: argparse.Namespace) -> int:
    """Print the clauses, or the rules; a single one is told whole. Returns 0."""
    contract = output.contract(options)
    rules = _rules(options.clause)
    clauses = () if rules and options.clause else contract.select((options.clause,) if options.clause else ())
    if options.json:
        told = {
            "suite": __version__,
            "contract": contract.name,
            "digest": contract.digest,
            "clauses": [as_json(clause) for clause in clauses],
            "rules": [rule_as_json(rule) for rule in rules],
        }
        writing.write(writing.STANDARD_OUTPUT, json.dumps(told, indent=2) + "\n")
        return 0
    if options.clause and rules:
        told_rules = whole_rule(rules[0]) if len(rules) == 1 else "\n".join(map(_rule_line, rules))
        writing.say(sys.stdout, told_rules + "\n")
        return 0
    if len(clauses) == 1:
        writing.say(sys.stdout, whole(clauses[0], contract) + "\n")
        return 0
    width = shutil.get_terminal_size((120, 24)).columns
    for clause in clauses:
        asks = textwrap.shorten(clause.asks, max(20, width - 41), placeholder=" …")
        writing.say(sys.stdout, f"{clause.id:<32}{clause.level:<8}{asks}\n")
    return 0


def _rules(name: str | None) -> tuple[Rule, ...]:
    """Return the rules that a name stands for, all of them without one; nothing where it is that of a clause."""
    if name in (None, _RULES):
        return RULES
    found = BY_ID.get(FORMER.get(name, name))
    return (found,) if found else ()


def _rule_line(rule: Rule) -> str:
    return f"{rule.id:<26}{rule.impact:<10}{rule.audience}"


def _says(rule: Rule) -> str:
    return rule.says.format(noun="element", member="MEMBER")


def rule_as_json(rule: Rule) -> dict[str, Any]:
    """Return what is known of a rule as JSON has it."""
    return {**asdict(rule), "says": _says(rule), "keys": {about: about.keys for about in rule.about}}


def whole_rule(rule: Rule) -> str:
    """Return everything that is known of a rule."""
    keys = "\n             ".join(f"{about}: {about.keys}" for about in rule.about)
    return (
        f"{rule.id} ({rule.impact})\n\n"
        f"  says       {_says(rule)}\n"
        f"  notices    {rule.audience}\n"
        f"  mirror     {rule.mirror}, which tells the same from the other side\n"
        f"  exception  {keys}\n"
        f"             after pins what is agreed upon, as the comparison shows it"
    )


def as_json(clause: Clause) -> dict[str, Any]:
    """Return what is known of a clause as JSON has it."""
    names = ("id", "level", "asks", "detail", "why", "breach", "probes", "sources")
    return {name: value for name, value in asdict(clause).items() if name in names}


def whole(clause: Clause, contract: Contract) -> str:
    """Return everything that is known of a clause."""
    probes = "\n          ".join(f"{name}: {contract.probe[name].purpose}" for name in clause.probes)
    option = "" if contract.name == DEFAULT else f" --contract {contract.name}"
    sources = "\n          ".join(f"{source.title}, {source.url}" for source in clause.sources)
    detail = f"  detail  {_filled(clause.detail)}\n" if clause.detail else ""
    return (
        f"{clause.id} ({clause.level})\n\n"
        f"  asks    {_filled(clause.asks)}\n"
        f"{detail}"
        f"  why     {_filled(clause.why)}\n"
        f"  breach  {clause.breach}\n"
        f"  probes  {probes}\n"
        f"  source  {sources}\n\n"
        f"  contracts verify URL{option} --clause {clause.id}"
    )


def _filled(text: str) -> str:
    margin = " " * 10
    return textwrap.fill(text, 78, initial_indent=margin, subsequent_indent=margin).lstrip()
