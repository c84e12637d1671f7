"""The parts of the README that are made from the code: ``make docs`` writes them, test_readme says when it is due."""

import re
from collections.abc import Iterator
from pathlib import Path

import yaml
from subject import CLAUSES, FAULTS, NULL_RESPONDERS, VARIANTS

from contracts.cli import COMMANDS

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"


def clauses() -> Iterator[str]:
    """The table of the contract."""
    yield from ("| clause | level | what it asks | source |", "|---|---|---|---|")
    for clause in CLAUSES:
        sources = ", ".join(f"[{source.title}]({source.url})" for source in clause.sources)
        yield f"| `{clause.id}` | {clause.level} | {clause.asks} | {sources} |"


def commands() -> Iterator[str]:
    """The table of commands."""
    yield from ("| command | what it does |", "|---|---|")
    yield from (f"| `contracts {name}` | {text} |" for name, text in COMMANDS.items())


def proof() -> Iterator[str]:
    """The last line of a whole proof, as the catalogue has it today; test_prove shows that a run prints it."""
    yield (
        f"PROVEN: {len(CLAUSES)} of {len(CLAUSES)} clauses killed by {len(FAULTS)} faults; {len(VARIANTS)} conforming "
        f"variants and {len(NULL_RESPONDERS)} null responders; 0 problems"
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


PARTS = {part.__name__: part for part in (clauses, commands, proof, action)}


def rewritten(text: str) -> str:
    """Return the README with every generated part as the code has it."""
    for name, part in PARTS.items():
        lines = "\n".join(part())
        pattern = rf"(<!-- {name} -->\n).*?(\n<!-- /{name} -->)"
        text, times = re.subn(pattern, lambda match, lines=lines: match[1] + lines + match[2], text, flags=re.DOTALL)
        if times != 1:
            raise SystemExit(f"README.md: the mark {name} is there {times} times, and must be there once")
    return text


if __name__ == "__main__":
    README.write_text(rewritten(README.read_text("utf-8")), "utf-8")
