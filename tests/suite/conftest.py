"""What the tests of the suite share."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
#: Fixtures and tests that take many seconds: an installation, a browser, the whole proof.
_LONG = {"wheel", "facts", "test_the_install_step", "test_the_whole_matrix"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what is long, so that no worker still has it before it when the others are done.

    The order is kept otherwise, and so one worker gets all that shares a fixture, and makes it once.
    """
    items.sort(key=lambda item: _LONG.isdisjoint((item.name, *getattr(item, "fixturenames", ()))))


@pytest.fixture(scope="session")
def node_modules() -> Path:
    """The folder of ``make clients``. Without it a desk skips what needs it; CI fails, for it runs every test."""
    folder = ROOT / "node_modules"
    if not (folder / ".stamp").is_file():
        reason = "node_modules is missing: `make clients` installs it, with npm"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(reason)
    return folder
