"""``contracts explain``: the clauses or the rules of a comparison in a list, one of them whole, or all as JSON."""

import argparse
import json
import shutil
import sys
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict

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
#: What is told of a clause for tools.
_OF_A_CLAUSE = ("id", "level", "asks", "sources", "probes", "breach", "why", "detail")
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
            "clauses": [{name: getattr(clause, name) for name in _OF_A_CLAUSE} for clause in clauses],
            "rules": [
                {**asdict(rule), "mirror": rule.mirror, "says": _says(rule), "keys": _keys(rule)} for rule in rules
            ],
        }
        writing.write(writing.STANDARD_OUTPUT, json.dumps(told, indent=2, default=asdict) + "\n")
        return 0
    if options.clause and rules:
        listed = [f"{rule.id:<26}{rule.impact:<10}{rule.audience}" for rule in rules]
        lines = whole_rule(rules[0]) if len(rules) == 1 else listed
    else:
        width = max(20, shutil.get_terminal_size((120, 24)).columns - 41)
        listed = [f"{c.id:<32}{c.level:<8}{textwrap.shorten(c.asks, width, placeholder=' …')}" for c in clauses]
        lines = whole(clauses[0], contract) if len(clauses) == 1 else listed
    writing.say(sys.stdout, "".join(f"{line}\n" for line in lines))
    return 0


def _rules(name: str | None) -> tuple[Rule, ...]:
    """Return the rules that a name stands for, all of them without one; nothing where it is that of a clause."""
    if name in (None, _RULES):
        return RULES
    found = BY_ID.get(FORMER.get(name, name))
    return (found,) if found else ()


def _keys(rule: Rule) -> dict[str, str]:
    return {about: about.keys for about in rule.about}


def _says(rule: Rule) -> str:
    return rule.says.format(noun="element", member="MEMBER")


def whole_rule(rule: Rule) -> Iterator[str]:
    """Yield the lines that tell everything of a rule."""
    yield f"{rule.id} ({rule.impact})"
    yield ""
    yield from _labelled(
        {
            "says": [_says(rule)],
            "notices": [rule.audience],
            "mirror": [f"{rule.mirror}, which tells the same from the other side"],
            "exception": [
                *(f"{about}: {about.keys}" for about in rule.about),
                "after pins what is agreed upon, as the comparison shows it",
            ],
        }
    )


def whole(clause: Clause, contract: Contract) -> Iterator[str]:
    """Yield the lines that tell everything of a clause."""
    option = "" if contract.name == DEFAULT else f" --contract {contract.name}"
    yield f"{clause.id} ({clause.level})"
    yield ""
    yield from _labelled(
        {
            "asks": textwrap.wrap(clause.asks, 68),
            "detail": textwrap.wrap(clause.detail, 68),
            "why": textwrap.wrap(clause.why, 68),
            "breach": [clause.breach],
            "probes": [f"{name}: {contract.probe[name].purpose}" for name in clause.probes],
            "source": [f"{source.title}, {source.url}" for source in clause.sources],
        }
    )
    yield ""
    yield f"  contracts verify URL{option} --clause {clause.id}"


def _labelled(texts: Mapping[str, Iterable[str]]) -> Iterator[str]:
    """Yield the lines of each text, the first of them behind its label."""
    width = max(map(len, texts)) + 2
    for label, lines in texts.items():
        for number, line in enumerate(lines):
            yield f"  {'' if number else label:<{width}}{line}"
