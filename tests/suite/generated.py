"""What is made from the code: parts of the README, and the lists of published clauses.

``make docs`` writes them; test_readme and test_clause_table say when it is due.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import yaml

from contracts.cli import COMMANDS
from contracts.core.contract import Contract
from contracts.event_categories.contract import CONTRACT as EVENT_CATEGORIES
from contracts.event_types.contract import CONTRACT as EVENT_TYPES
from contracts.mock.faults import catalogue_of

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
PUBLISHED = ROOT / "tests" / "suite" / "published"


def _table(contract: Contract, left_out: Contract | None = None) -> Iterator[str]:
    yield from ("| clause | level | what it asks | source |", "|---|---|---|---|")
    for clause in contract.clauses:
        if left_out is None or clause.id not in left_out.clause or clause.section == "list":
            sources = ", ".join(f"[{source.title}]({source.url})" for source in clause.sources)
            yield f"| `{clause.id}` | {clause.level} | {clause.asks} | {sources} |"


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


def published(contract: Contract) -> str:
    """The ids and levels of the clauses, as they are published: an id is never renamed, dropped or weakened."""
    return "".join(f"{clause.id:<32}{clause.level}\n" for clause in contract.clauses)


PARTS = {part.__name__: part for part in (clauses, types, commands, proof, action)}


def rewritten(text: str) -> str:
    """Return the README with every generated part as the code has it."""
    for name, part in PARTS.items():
        lines = "\n".join(part())
        pattern = rf"(<!-- {name} -->\n).*?(\n<!-- /{name} -->)"
        text, times = re.subn(pattern, lambda match, lines=lines: match[1] + lines + match[2], text, flags=re.DOTALL)
        if times != 1:
            raise SystemExit(f"README.md: the mark {name} is there {times} times, and must be there once")
    count = f"<!-- count -->{len(EVENT_CATEGORIES.clauses)}<!-- /count -->"
    return re.sub("<!-- count -->.*?<!-- /count -->", count, text)


def publish(contract: Contract) -> None:
    """Write the list of published clauses. What was published stays: this adds, and refuses anything else.

    Raises:
        SystemExit: a clause that was published is gone, was renamed or weakened.
    """
    file = PUBLISHED / f"{contract.name}.txt"
    new = published(contract).splitlines()
    gone = [line for line in file.read_text("utf-8").splitlines() if line not in new] if file.exists() else []
    if gone:
        raise SystemExit(f"{file.name}: published, and no clause any more: {gone[0]}")
    file.write_text(published(contract), "utf-8")


if __name__ == "__main__":
    README.write_text(rewritten(README.read_text("utf-8")), "utf-8")
    for each in (EVENT_CATEGORIES, EVENT_TYPES):
        publish(each)
