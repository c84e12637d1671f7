"""The README says what is: its generated parts are those of the code, and the files that it names exist."""

import re
import tomllib
from importlib import import_module

import generated
from door import ROOT
from subject import CLAUSES

from contracts.cli import COMMANDS

README = generated.README.read_text("utf-8")


def test_generated_parts_are_current() -> None:
    """Tables and numbers are those of the code; ``make docs`` writes them."""
    assert generated.rewritten(README) == README, "run make docs"


def test_each_command_is_a_module() -> None:
    """A command is a module with two functions."""
    for name in COMMANDS:
        module = import_module(f"contracts.commands.{name}")
        assert callable(module.add)
        assert callable(module.run)


def test_number_of_clauses() -> None:
    """The first lines count the clauses that there are."""
    assert f"with evidence: <!-- count -->{len(CLAUSES)}<!-- /count --> clauses" in README


def test_links_work_on_an_index_page() -> None:
    """Every link is absolute, and those into this repository name files that exist."""
    home = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["urls"]["Homepage"]
    links = re.findall(r"\]\(([^)]+)\)", README)
    assert all(link.startswith("https://") for link in links)
    files = [link.removeprefix(f"{home}/blob/main/") for link in links if link.startswith(f"{home}/blob/")]
    assert files
    for path in (*files, "action.yml", "schemas/openapi.yaml", "schemas/report.schema.json"):
        assert (ROOT / path).exists(), path
        assert path in README
