"""What the tests of the suite share."""

import os
from collections.abc import Iterator
from pathlib import Path

import coverage
import pytest
from forked import MEASURED

ROOT = Path(__file__).parents[2]
#: Fixtures and tests that take many seconds: an installation, a browser, the whole proof.
_LONG = {"wheel", "facts", "test_the_install_step", "test_the_whole_matrix"}
_COVERAGE = pytest.StashKey[str]()


def pytest_configure(config: pytest.Config) -> None:
    """Measure only those of the processes that the tests start whose lines no other test sees: each costs time."""
    config.addinivalue_line("markers", "uncounted: sees lines that others count, and so is not measured")
    shared = "|".join(path.stem for path in (ROOT / "tests" / "suite" / "support").glob("*.py"))
    config.addinivalue_line("filterwarnings", f"error::DeprecationWarning:({shared})$")
    if hasattr(config, "workerinput"):  # the workers are measured, and have been started
        config.stash[_COVERAGE] = os.environ.pop(MEASURED, "")


def _start_again(measuring: coverage.Coverage, config: pytest.Config) -> None:
    measuring.start()  # which tells the processes to come that they are measured
    if _COVERAGE in config.stash:
        os.environ.pop(MEASURED, None)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Run a test, and measure nothing meanwhile where others count its lines, and to count them takes as long again."""
    measuring = coverage.Coverage.current() if item.get_closest_marker("uncounted") else None
    if measuring is None:
        return (yield)
    measuring.stop()
    try:
        return (yield)
    finally:
        _start_again(measuring, item.config)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what is long, so that no worker still has it before it when the others are done.

    The order is kept otherwise, and so one worker gets all that shares a fixture, and makes it once.
    """
    items.sort(key=lambda item: _LONG.isdisjoint((item.name, *getattr(item, "fixturenames", ()))))


@pytest.fixture
def measured(pytestconfig: pytest.Config, monkeypatch: pytest.MonkeyPatch) -> None:
    """Count the lines of the processes that the test starts, too."""
    if process := pytestconfig.stash.get(_COVERAGE, ""):
        monkeypatch.setenv(MEASURED, process)


@pytest.fixture(scope="session")
def node_modules() -> Path:
    """The folder of ``make clients``. Without it a desk skips what needs it; CI fails, for it runs every test."""
    folder = ROOT / "node_modules"
    if not (folder / ".stamp").is_file():
        reason = "node_modules is missing: `make clients` installs it, with npm"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(reason)
    return folder
