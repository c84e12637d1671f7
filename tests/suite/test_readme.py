"""The README says what is: its tables are those of the code, and the files that it names exist."""

import re
from importlib import import_module

import yaml
from door import ROOT

from contracts.cli import COMMANDS
from contracts.event_categories.clauses import CLAUSES
from contracts.mock.faults import FAULTS, NULL_RESPONDERS, VARIANTS

README = (ROOT / "README.md").read_text("utf-8")


def marked(name: str) -> str:
    """The part of the README between two marks."""
    match = re.search(rf"<!-- {name} -->\n(.*?)<!-- /{name} -->", README, re.DOTALL)
    assert match, name
    return match[1].strip()


def test_clause_table() -> None:
    """The table of clauses is the contract; on a difference the lines below are the ones to paste."""
    lines = ["| clause | level | what it asks | source |", "|---|---|---|---|"]
    for clause in CLAUSES:
        sources = ", ".join(f"[{source.title}]({source.url})" for source in clause.sources)
        lines.append(f"| `{clause.id}` | {clause.level} | {clause.asks} | {sources} |")
    assert marked("clauses") == "\n".join(lines)


def test_command_table() -> None:
    """The table of commands is that of --help, and each command is a module with its two functions."""
    lines = ["| command | what it does |", "|---|---|"]
    lines += [f"| `contracts {name}` | {text} |" for name, text in COMMANDS.items()]
    assert marked("commands") == "\n".join(lines)
    for name in COMMANDS:
        module = import_module(f"contracts.commands.{name}")
        assert callable(module.add)
        assert callable(module.run)


def test_proof_is_current() -> None:
    """The line of the proof counts today's catalogue; test_prove shows that it is what a run prints."""
    assert marked("proof") == (
        f"PROVEN: {len(CLAUSES)} of {len(CLAUSES)} clauses killed by {len(FAULTS)} faults; {len(VARIANTS)} conforming "
        f"variants and {len(NULL_RESPONDERS)} null responders; 0 problems"
    )


def test_action_tables() -> None:
    """Inputs and outputs of the Action are those of action.yml."""
    action = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
    lines = ["| input | default | |", "|---|---|---|"]
    for name, value in action["inputs"].items():
        default = "(required)" if value.get("required") else f"`{value['default']}`" if value["default"] else ""
        lines.append(f"| `{name}` | {default} | {value['description']} |".replace("|  |", "| |"))
    lines += ["", "| output | |", "|---|---|"]
    lines += [f"| `{name}` | {value['description']} |" for name, value in action["outputs"].items()]
    assert marked("action") == "\n".join(lines)


def test_number_of_clauses() -> None:
    """The first lines count the clauses that there are."""
    assert f"with evidence: {len(CLAUSES)} clauses" in README


def test_files_that_are_named_exist() -> None:
    """Every file that the README links to is there."""
    for path in re.findall(r"\]\((?!https?:)([^)#]+)\)", README):
        assert (ROOT / path).exists(), path
    for path in ("action.yml", "schemas/openapi.yaml", "schemas/report.schema.json"):
        assert path in README
        assert (ROOT / path).exists(), path
