"""Imports go one way, and the command line does without what only tests need."""

import ast
import importlib
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from contracts.resources import NAMES, contract_of

pytestmark = pytest.mark.uncounted
ROOT = Path(__file__).parents[3]
PACKAGE = ROOT / "contracts"
MODULES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for path in sorted(PACKAGE.rglob("*.py"))
}

RESOURCES = tuple(name.replace("-", "_") for name in NAMES)
CONTRACTS = [contract_of(name) for name in NAMES]
CLAUSE_IDS = {clause.id for contract in CONTRACTS for clause in contract.clauses}
#: What is installed: the modules of the package, and the items of the contract, which travel as ``contracts.suite``.
INSTALLED = MODULES | {f"contracts.suite.{path.stem}": path for path in (ROOT / "tests" / "contract").glob("*.py")}
#: The doors: they alone look a resource up.
DOORS = {"__main__", "cli", "commands", "pytest_plugin", "resources"}
_SHARED = {"core", "judging"}
#: What each part may import of the others. A part is a package or module right below ``contracts``; what is not
#: named here is no resource and no door: it makes runs of what is named, and may import all of that.
BELOW: dict[str, set[str]] = {
    "core": set(),
    "judging": {"core"},
    "global_information": _SHARED,
    "reading": {"core"},
    "exceptions": {"core", "reading"},
    "comparison": _SHARED | {"reading", "exceptions", "settings"},
    "masking": {"core"},
    "network": {"core", "masking", "global_information"},
    "mock": _SHARED | {"reading", "global_information"},
}
#: What is shared with the resource that has rules of its own for comparing lists.
COMPARISON = "comparison"
#: The modules of a resource that say what the mock serves.
SERVED = {"sample", "faults", "variants"}


def imported(path: Path, module: str) -> Iterator[str]:
    """Every module that a file names in an import, wherever in it, relative ones resolved."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            package = module.split(".") if path.name == "__init__.py" else module.split(".")[:-1]
            base = package[: len(package) - node.level + 1] if node.level else []
            name = ".".join([*base, *([node.module] if node.module else [])])
            yield name
            yield from (f"{name}.{alias.name}" for alias in node.names)


def part(module: str) -> str:
    """The part of the package that a module belongs to, or an empty string for the package itself."""
    return module.split(".")[1] if module.startswith("contracts.") else ""


def importers(*names: str) -> set[str]:
    """The modules of the package that import one of the named modules, or a part of it."""
    return {
        module
        for module, path in MODULES.items()
        if any(f"{other}.".startswith(tuple(f"{name}." for name in names)) for other in imported(path, module))
    }


def parts(module: str) -> set[str]:
    """The other parts of the package that a module imports from."""
    named = {part(other) for other in imported(MODULES[module], module) if other in MODULES}
    return named - {part(module), ""}


@pytest.mark.parametrize("module", [module for module in MODULES if part(module) in BELOW])
def test_imports_go_one_way(module: str) -> None:
    """Vocabulary, what every resource has, then network, mock and formats: nothing imports what stands above it."""
    assert parts(module) <= BELOW[part(module)]


@pytest.mark.parametrize("module", [module for module in MODULES if part(module) in RESOURCES])
def test_a_resource_stands_on_what_every_resource_has(module: str) -> None:
    """A resource imports no other one, and what the mock is made of only where it says what the mock serves."""
    served = module.split(".")[2:3] and module.split(".")[2] in SERVED
    assert parts(module) <= _SHARED | {"global_information", COMPARISON} | ({"mock"} if served else set())


@pytest.mark.parametrize("module", [module for module in MODULES if part(module) == "formats"])
def test_formats_never_judge(module: str) -> None:
    """What renders a report is handed values, and what reads one back what the one reader decoded: none parses."""
    assert parts(module) <= {"core", "comparison", "exceptions", "targets", "reading"}
    assert not re.search(r"json\.loads?\b|JSONDecoder|tomllib|h11", MODULES[module].read_text("utf-8"))


@pytest.mark.parametrize("module", [module for module in MODULES if part(module) not in DOORS])
def test_only_the_doors_know_a_resource(module: str) -> None:
    """Nothing outside the doors imports a resource or a door: every machinery is given the contract."""
    assert not parts(module) & ({*RESOURCES} | DOORS - {"__main__"})


def test_no_module_imports_itself_by_way_of_others() -> None:
    """There is no circle of imports, lazy ones included: each part can be read, and tested, from the ground up."""
    TopologicalSorter({module: {*runtime_imports(module)} for module in MODULES}).prepare()  # else it raises CycleError


def runtime_imports(module: str) -> Iterator[str]:
    """The modules of the package that one imports when it runs, and not for its types alone."""
    pending: list[ast.AST] = [ast.parse(MODULES[module].read_text("utf-8"))]
    while pending:
        node = pending.pop()
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in MODULES)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = {f"{node.module}.{alias.name}" for alias in node.names}
            own = names & MODULES.keys() or {node.module} & MODULES.keys()
            yield from own - {module}
        pending += ast.iter_child_nodes(node)


@pytest.mark.parametrize("module", [m for m in MODULES if part(m) in {"core", "judging", "network", "masking"}])
def test_what_serves_every_contract_names_no_clause(module: str) -> None:
    """The vocabulary, the engine and the network know no clause and no resource: these are given to them."""
    tree = ast.parse(MODULES[module].read_text("utf-8"))
    texts = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    known = {*CLAUSE_IDS, *(contract.key for contract in CONTRACTS), *(contract.path for contract in CONTRACTS)}
    assert not texts & known


def test_no_private_name_of_a_library_is_used() -> None:
    """What a library calls private may be gone tomorrow: nothing imports it, or reaches for it in a module."""
    for module, path in INSTALLED.items():
        tree = ast.parse(path.read_text("utf-8"))
        foreign = {
            alias.asname or alias.name
            for node in ast.walk(tree)
            if isinstance(node, ast.Import)
            for alias in node.names
        }
        for node in (*ast.walk(tree), *annotations_in_quotes(tree)):
            if isinstance(node, ast.ImportFrom) and not (node.module or "").startswith("contracts"):
                assert not [alias.name for alias in node.names if alias.name.startswith("_")], module
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in foreign:
                assert not is_private(node.attr), f"{module}: {node.attr}"


def is_private(name: str) -> bool:
    """Whether a name is for its own library alone."""
    return name.startswith("_") and not name.endswith("_")  # those of enum end so, and are documented


def annotations_in_quotes(tree: ast.AST) -> Iterator[ast.AST]:
    """The nodes of the annotations that stand in quotation marks."""
    for node in ast.walk(tree):
        for name in ("annotation", "returns"):
            quoted = getattr(node, name, None)
            if isinstance(quoted, ast.Constant) and isinstance(quoted.value, str):
                yield from ast.walk(ast.parse(quoted.value, mode="eval"))


@pytest.mark.parametrize("module", MODULES)
def test_no_class_overrides_what_a_library_keeps_to_itself(module: str) -> None:
    """A method of a library that begins with an underscore is not ours to define again: it may be gone tomorrow."""
    if module == "contracts.__main__":
        return
    for own in vars(importlib.import_module(module)).values():
        if isinstance(own, type) and own.__module__ == module:
            foreign = [base for base in own.__mro__ if not base.__module__.startswith("contracts")]
            private = {name for name in vars(own) if is_private(name)} - {"_abc_impl", "_is_protocol"}  # of typing
            assert not [name for name in private if any(name in vars(base) for base in foreign)], own


def test_what_is_private_and_used_is_our_own() -> None:
    """A private attribute that the product reads is one that the product defines: none is of a library's object."""
    trees = {module: ast.parse(path.read_text("utf-8")) for module, path in INSTALLED.items()}
    used, ours = {}, set()
    for module, tree in trees.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
                used.setdefault(node.attr, module)
            elif isinstance(node, ast.Attribute):
                ours.add(node.attr)
            elif isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                ours.add(node.name)
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                ours.add(node.id)
    assert {name: module for name, module in used.items() if is_private(name) and name not in ours} == {}


#: What a class of the standard library calls, and what pytest finds by its name.
CALLED_BY_OTHERS = {"__all__", "handle_error", "log_message", "print_help", "ContractWarning"}


def test_the_product_uses_what_it_defines() -> None:
    """No function, class or constant is there for tests alone; what pytest and decorators register is used by them."""
    sources = [*PACKAGE.rglob("*.py"), *PACKAGE.rglob("*.html"), ROOT / "tests" / "contract" / "test_schemathesis.py"]
    words = Counter(re.findall(r"\w+", "\n".join(path.read_text("utf-8") for path in sources)))
    unused = {
        name for path in MODULES.values() for name in defined(ast.parse(path.read_text("utf-8"))) if words[name] < 2
    }
    assert unused - CALLED_BY_OTHERS == set()


def defined(tree: ast.Module | ast.ClassDef) -> Iterator[str]:
    """The names that a module defines, those within its classes included, but what a decorator registers."""
    plain = {"property", "cached_property", "staticmethod", "classmethod", "cache", "contextmanager"}
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            yield node.name
            yield from defined(node)
        elif isinstance(node, ast.FunctionDef) and {ast.unparse(each) for each in node.decorator_list} <= plain:
            yield from () if node.name.startswith(("__", "pytest_")) else (node.name,)
        elif isinstance(node, ast.Assign) and isinstance(tree, ast.Module):
            yield from (target.id for target in node.targets if isinstance(target, ast.Name))


def test_every_layer_is_there() -> None:
    """A part that was renamed would else be held by nothing."""
    assert BELOW.keys() | DOORS | {*RESOURCES} <= {part(module) for module in MODULES}


def test_the_resources_are_those_that_can_be_named() -> None:
    """Each resource is a package of its own, and the only place that lists them lists all of them."""
    assert {path.parent.name for path in PACKAGE.glob("*/contract.py")} - {"core"} == {*RESOURCES}


def test_the_mock_knows_no_check() -> None:
    """The mock imports neither checks nor judge: it could not agree with them by copying their errors."""
    for module, path in MODULES.items():
        if part(module) == "mock":
            used = {
                name for name in imported(path, module) if name.startswith(("contracts.global_", "contracts.judging."))
            }
            judging = {"answer", "checks", "evidence", "judge", "outcome", "schema"}
            assert not {name.split(".")[2] for name in used} & judging, module


def test_only_one_package_speaks_to_the_network() -> None:
    """Nothing beside contracts.network imports an HTTP client: manners are kept in one place.

    What pytest offers speaks of requests and answers in the classes of requests; test_schemathesis_door counts at a
    server that none of it goes another way.
    """
    clients = importers("h11", "requests", "urllib3", "http.client", "httpx", "urllib.request")
    assert {part(module) for module in clients - {"contracts.pytest_plugin.client"}} == {"network"}


def test_only_the_pytest_door_knows_the_test_tools() -> None:
    """No other module of the package imports pytest, hypothesis or schemathesis, not even inside a function."""
    users = importers("hypothesis", "pytest", "_pytest", "schemathesis")
    assert users <= {
        "contracts.pytest_plugin",
        "contracts.pytest_plugin.errors",
        "contracts.pytest_plugin.options",
        "contracts.pytest_plugin.session",
    }


def test_the_plugin_costs_nothing_where_it_is_not_used() -> None:
    """Every project that has the package installed loads the plugin: it brings only pytest and a table of options."""
    bare, loaded = modules_after("import pytest"), modules_after("import contracts.pytest_plugin")
    own = {module for module in loaded if module.startswith("contracts.")}
    assert own <= {
        "contracts.core",
        "contracts.core.contract",
        "contracts.core.errors",
        "contracts.core.finding",
        "contracts.core.text",
        "contracts.pytest_plugin.errors",
        "contracts.pytest_plugin.options",
        "contracts.pytest_plugin",
        "contracts.settings",
        "contracts.settings.table",
    }
    assert not {module.partition(".")[0] for module in loaded - bare} & {"requests", "urllib3", "jsonschema_rs", "ssl"}


def modules_after(statement: str) -> set[str]:
    """The top-level modules that a new interpreter holds after a statement."""
    code = f"{statement}\nimport sys\nprint(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(run.stdout.splitlines()[-1].split())


def test_verify_imports_no_test_tool_and_nothing_slow() -> None:
    """A run of the command line starts without pytest, hypothesis and schemathesis, and without what few runs need."""
    loaded = modules_after(
        "import contracts.cli\n"
        "try: contracts.cli.main(['verify', '--mock', '--quiet'])\n"
        "except SystemExit as end: assert not end.code, end.code"
    )
    assert "contracts.judging.judge" in loaded
    slow = {"pytest", "_pytest", "hypothesis", "schemathesis", "jsonschema", "jinja2", "junitparser"}
    assert not loaded & slow


#: Prints every module of the package in which a plain run calls a function, or makes a class.
_ENTERED = """
import sys, threading
entered = set()
def note(frame, event, _):
    name = frame.f_globals.get("__name__", "")
    if event == "call" and name.startswith("contracts.") and frame.f_code.co_name != "<module>":
        entered.add(name)
threading.setprofile(note)
sys.setprofile(note)
import contracts.cli
status = contracts.cli.main(["verify", "--mock", "--quiet"])
sys.setprofile(None)
assert status == 0, status
print(*sorted(entered))
"""
#: How many modules one has to know to follow a plain run from the command line to the verdict.
MOST_ENTERED = 45


def test_a_plain_run_enters_few_modules() -> None:
    """Who follows a plain run through the code meets few modules; what is new is a part of one, or takes its place."""
    run = subprocess.run([sys.executable, "-c", _ENTERED], cwd=ROOT, capture_output=True, text=True, check=True)
    entered = run.stdout.splitlines()[-1].split()
    assert "contracts.judging.judge" in entered and set(entered) <= {*MODULES}
    assert len(entered) <= MOST_ENTERED, "\n".join(entered)


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["verify", "--help"], ["explain", "http.head"]])
def test_what_sends_nothing_starts_without_the_network(arguments: list[str]) -> None:
    """Help, version and explanations import no HTTP library, no validator and no check."""
    loaded = modules_after(
        f"import contracts.cli\ntry: contracts.cli.main({arguments})\nexcept SystemExit as end: assert not end.code"
    )
    heavy = {"requests", "urllib3", "http.client", "ssl", "jsonschema_rs", "contracts.judging.judge"}
    assert not loaded & heavy


LAZY = re.compile(r"^ +(?:from [\w.]+ )?import .*# noqa: PLC0415 - (?:[0-9]+ ms\b|likewise)")


def test_a_lazy_import_says_what_it_saves() -> None:
    """An import within a function costs whoever reads it: it stands there for a figure, and the line has it."""
    lazy = [(module, line) for module, path in MODULES.items() for line in path.read_text("utf-8").splitlines()]
    lines = [(module, line) for module, line in lazy if "PLC0415" in line]
    assert lines
    assert [(module, line) for module, line in lines if not LAZY.match(line)] == []


def test_the_reader_of_imports_knows_every_form(tmp_path: Path) -> None:
    """Imports are seen in all their forms, also relative, also inside functions."""
    path = tmp_path / "module.py"
    path.write_text("import a.b as c\nfrom .d import e\nfrom .. import f\ndef g():\n    from h import i\n")
    found = set(imported(path, "contracts.core.module"))
    assert {"a.b", "contracts.core.d", "contracts.core.d.e", "contracts.f", "h", "h.i"} <= found
