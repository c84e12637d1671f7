"""README and documentation say what is: generated parts are those of the code, and the files that they name exist."""

import re
import tomllib
from functools import cache
from importlib import import_module
from pathlib import Path

import generated
import pytest
from door import ROOT, contracts
from subject import CLAUSES

from contracts.cli import COMMANDS
from contracts.pytest_plugin.options import OFFERED, in_pytest
from contracts.settings.table import TABLE

README = generated.README.read_text("utf-8")


@pytest.mark.parametrize("page", generated.PAGES, ids=lambda page: page.name)
def test_generated_parts_are_current(page: Path) -> None:
    """Tables and numbers are those of the code; ``make docs`` writes them."""
    text = page.read_text("utf-8")
    assert generated.rewritten(text) == text, "run make docs"


def test_every_generated_part_stands_somewhere() -> None:
    """What is made from the code is shown on exactly one page."""
    text = "".join(page.read_text("utf-8") for page in generated.PAGES)
    assert {name: text.count(f"<!-- {name} -->") for name in generated.PARTS} == dict.fromkeys(generated.PARTS, 1)


def test_the_readme_is_short() -> None:
    """A newcomer reads it whole: 150 lines, and everything else is in docs/."""
    assert len(README.splitlines()) <= 150


@pytest.mark.parametrize("page", generated.PAGES[1:], ids=lambda page: page.name)
def test_links_between_pages_work(page: Path) -> None:
    """A link from one file of the documentation to another one names a file that exists."""
    for link in re.findall(r"\]\(([^)#]+)\)", page.read_text("utf-8")):
        assert link.startswith("https://") or (page.parent / link).exists(), link
    assert f"docs/{page.name}" in README


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
    files = [found[1] for link in links if (found := re.fullmatch(rf"{re.escape(home)}/(?:blob|raw)/main/(.*)", link))]
    assert files
    for path in files:
        assert (ROOT / path).exists(), path


@cache
def _options() -> set[str]:
    """Every option of the command line and of pytest."""
    helps = "".join(contracts("help", *name).out for name in ((), *((name,) for name in COMMANDS)))
    offered = {in_pytest(setting.option) for setting in OFFERED}
    return {*re.findall(r"(?<![\w-])--[a-z][a-z-]+", helps), *offered, "--target"}  # conftest.py has the last one


#: Options of other programs that the documentation shows.
_FOREIGN = {"--pyargs", "--rm", "--include", "--raw", "--from", "--directory", "--python"}
_TEXTS = (*generated.PAGES, ROOT / "SECURITY.md", ROOT / "action.yml", *sorted((ROOT / "ci").iterdir()))


@pytest.mark.parametrize("page", _TEXTS, ids=lambda page: page.name)
def test_options_and_variables_exist(page: Path) -> None:
    """Whatever is written like an option or a variable of the suite is one."""
    text = page.read_text("utf-8")
    named = set(re.findall(r"(?<![\w-])--[a-z][a-z-]*[a-z]\b(?!-)", text)) - _FOREIGN
    assert named <= _options(), named - _options()
    variables = set(re.findall(r"\bCONTRACTS_[A-Z_]+\b", text))
    known = {variable for setting in TABLE for variable in setting.variables}
    unknown = {name for name in variables - known if not name.startswith("CONTRACTS_TOKEN_")}
    assert unknown <= {"CONTRACTS_CONFIG", "CONTRACTS_TRACEBACK"}


def test_a_test_holds_each_promise_of_security() -> None:
    """Each row of the table names a test, and each of these is there."""
    text = (ROOT / "SECURITY.md").read_text("utf-8")
    [table] = re.findall(r"(?ms)^\| promise .*?\n\n", text)
    files = {path.name: path.read_text("utf-8") for path in (ROOT / "tests" / "suite").rglob("test_*.py")}
    for row in table.strip().splitlines()[2:]:
        named = re.findall(r"`(test_\w+\.py)(?:::(\w+))?`", row.split(" | ")[-1])
        assert named, row
        for file, test in named:
            assert f"def {test}(" in files[file] if test else files[file], f"{file}::{test}"


def test_only_settings_are_claimed_to_be_variables() -> None:
    """What the documentation lists as an option only is no setting, and each of these is an option of verify."""
    text = (ROOT / "docs" / "configuration.md").read_text("utf-8")
    [sentence] = re.findall(r"[^.]*they are options only", text)
    only = set(re.findall(r"`(--[a-z-]+)`", sentence))
    declared = set(re.findall(r"(?m)^  (?:-., )?(--[a-z-]+)", contracts("help", "verify").out))
    assert only == declared - {setting.option for setting in TABLE} - {"--help"}
