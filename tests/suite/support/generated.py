"""The parts of the documentation that are made from the code: ``make docs`` writes them, test_readme says when.

The tables of the clauses are the list of what was published, too: nothing in them is dropped, renamed or weakened.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import yaml

from contracts.cli import COMMANDS
from contracts.comparison.rules import RULES
from contracts.core.contract import Contract
from contracts.event_categories.contract import CONTRACT as EVENT_CATEGORIES
from contracts.event_types.contract import CONTRACT as EVENT_TYPES
from contracts.mock.faults import catalogue_of
from contracts.pytest_plugin.options import OFFERED
from contracts.settings.table import Group, of

ROOT = Path(__file__).parents[3]
README, CLAUSES = ROOT / "README.md", ROOT / "docs" / "clauses.md"
#: Every page that may hold a generated part.
PAGES = (README, *sorted((ROOT / "docs").glob("*.md")))


def _table(contract: Contract, left_out: Contract | None = None) -> Iterator[str]:
    yield from ("| clause | level | what it asks | source |", "|---|---|---|---|")
    for clause in contract.clauses:
        if left_out is None or clause.id not in left_out.clause or clause.section == "list":
            asks = ". ".join(filter(None, (clause.asks, clause.detail)))
            sources = ", ".join(f"[{source.title}]({source.url})" for source in clause.sources)
            yield f"| `{clause.id}` | {clause.level} | {asks} | {sources} |"


def clauses() -> Iterator[str]:
    """The table of the contract."""
    return _table(EVENT_CATEGORIES)


def types() -> Iterator[str]:
    """The table of the clauses that only the event types have."""
    return _table(EVENT_TYPES, EVENT_CATEGORIES)


def commands() -> Iterator[str]:
    """The table of commands."""
    yield from ("| command | what it does |", "|---|---|")
    yield from (f"| `contracts {name}` | {text} |" for name, text in COMMANDS.items())


def proof() -> Iterator[str]:
    """The last line of a whole proof, as the catalogue has it today; test_prove shows that a run prints it."""
    for contract in (EVENT_CATEGORIES, EVENT_TYPES):
        catalogue = catalogue_of(contract)
        number = len(contract.clauses)
        yield (
            f"- PROVEN: {number} of {number} clauses killed by {len(catalogue.faults)} faults; "
            f"{len(catalogue.variants)} conforming variants and {len(catalogue.null_responders)} null responders; "
            "0 problems"
        )


def action() -> Iterator[str]:
    """The tables of the Action's inputs and outputs."""
    content = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
    yield from ("| input | default | |", "|---|---|---|")
    for name, value in content["inputs"].items():
        default = "(required)" if value.get("required") else f"`{value['default']}`" if value["default"] else ""
        yield f"| `{name}` | {default} | {value['description']} |".replace("|  |", "| |")
    yield from ("", "| output | |", "|---|---|")
    yield from (f"| `{name}` | {value['description']} |" for name, value in content["outputs"].items())


def count() -> Iterator[str]:
    """The number of clauses."""
    yield str(len(EVENT_CATEGORIES.clauses))


def settings() -> Iterator[str]:
    """The table of settings, by groups."""
    for group in Group:
        yield from ("", f"### {group.value.capitalize()}", "")
        yield from ("| option | what it does | default | variable | in a file | in pytest |", f"{'|---' * 6}|")
        for setting in of(group):
            option = f"`{setting.option}{f' {setting.metavar}' if setting.metavar else ''}`"
            default = "" if setting.is_flag else setting.show(setting.default)
            in_pytest = "yes" if setting in OFFERED else "no"
            cells = ("`URL`" if setting.name == "target" else option, setting.help, default)
            trust = f"{setting.trust}, while no token is set" if setting.name == "target" else setting.trust
            yield f"| {' | '.join(cells)} | `{setting.environment}` | {trust} | {in_pytest} |"
    yield ""


def rules() -> Iterator[str]:
    """The table of the rules of a comparison."""
    yield from ("| rule | impact | what it says | who notices | what an exception names |", "|---|---|---|---|---|")
    for rule in RULES:
        says = rule.says.format(noun="element", member="*member*")
        keys = "; ".join(f"of {about}: {about.keys}" for about in rule.about)
        yield f"| `{rule.id}` | {rule.impact} | {says} | {rule.audience} | {keys} |"


PARTS = {part.__name__: part for part in (clauses, types, commands, proof, action, count, settings, rules)}
_MARKED = re.compile(r"<!-- (\w+) -->(\n?).*?<!-- /\1 -->", re.DOTALL)


def rewritten(text: str) -> str:
    """Return a page with every generated part as the code has it."""

    def part(match: re.Match[str]) -> str:
        name, end = match[1], match[2]
        if name not in PARTS:
            raise SystemExit(f"the mark {name} names no generated part")
        return f"<!-- {name} -->{end}" + "\n".join(PARTS[name]()) + f"{end}<!-- /{name} -->"

    return _MARKED.sub(part, text)


def published(text: str) -> dict[str, str]:
    """Return the level of each clause that the tables of a page have: what is there was published."""
    return dict(re.findall(r"^\| `([a-z]+\.[a-z0-9-]+)` \| (MUST|SHOULD) \|", text, re.MULTILINE))


def weakened(before: str, after: str) -> list[str]:
    """Return the clauses that were published, and are gone or only a SHOULD: an id is append-only."""
    old, new = published(before), published(after)
    return [id_ for id_, level in old.items() if id_ not in new or (level, new[id_]) == ("MUST", "SHOULD")]


if __name__ == "__main__":
    if gone := weakened(CLAUSES.read_text("utf-8"), rewritten(CLAUSES.read_text("utf-8"))):
        raise SystemExit(f"docs/clauses.md: {gone[0]} was published: a clause is never dropped, renamed or weakened")
    for page in PAGES:
        page.write_text(rewritten(page.read_text("utf-8")), "utf-8")
