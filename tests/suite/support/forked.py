"""pytest in a process that is forked from one in which all is imported: importing takes longer than most sessions."""

import gc
import multiprocessing
import os
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from unittest.mock import patch

import coverage
import pytest

_TESTS = Path(__file__).parents[2]
_SECONDS = 120
#: How coverage tells a process that it is measured (coverage.control, process_startup).
MEASURED = "COVERAGE_PROCESS_CONFIG"

# No module that pytest wants to load itself, because it rewrites the assertions: it would warn of each.
_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(
    [
        "asyncio",
        "charset_normalizer",
        "contracts.commands.output",
        "contracts.event_categories.contract",
        "contracts.mock.server",
        "contracts.run",
        "contracts.targets.file",
        "coverage",
        "hypothesis.strategies",
        "pytest",
        "requests",
        "schemathesis.openapi",
        "schemathesis.specs.openapi.schemas",
    ]
)


def pytest_forked(arguments: tuple[str, ...], folder: Path, environment: Mapping[str, str]) -> tuple[int, str]:
    """Run pytest in a folder and an environment; return its exit status and everything that it printed."""
    # The first one starts the process to fork from, which never is measured.
    unmeasured = {name: value for name, value in environment.items() if name != MEASURED}
    with tempfile.NamedTemporaryFile("r", encoding="utf-8") as output:
        session = _CONTEXT.Process(target=_session, args=(arguments, folder, dict(environment), output.name))
        with patch.dict(os.environ, unmeasured, clear=True):
            session.start()
        session.join(_SECONDS)
        if session.exitcode is None:
            session.kill()
            raise TimeoutError(f"pytest ran for more than {_SECONDS} seconds:\n{output.read()}")
        return session.exitcode, output.read()


def _session(arguments: tuple[str, ...], folder: Path, environment: Mapping[str, str], output: str) -> None:
    """Be as ``python -m pytest`` in a folder and an environment, and exit with its status."""
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    written = os.open(output, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(written, stream)
    sys.argv = ["pytest", *arguments]
    # As Python makes it at its start; the folders of the tests that asked for this are no part of the session.
    asked = filter(None, environment.get("PYTHONPATH", "").split(os.pathsep))
    sys.path[:] = [str(folder), *asked, *(path for path in sys.path if not Path(path).is_relative_to(_TESTS))]
    gc.freeze()  # pytest collects garbage many times, and none of it is in what was imported before
    measuring = coverage.process_startup() if MEASURED in environment else None
    try:
        status = pytest.main(list(arguments))
    finally:
        if measuring is not None:
            measuring.stop()
            measuring.save()
    sys.exit(status)
