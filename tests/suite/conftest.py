"""What the tests of the suite share."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def node_modules() -> Path:
    """The folder of ``make clients``. Without it a desk skips what needs it; CI fails, for it runs every test."""
    folder = ROOT / "node_modules"
    if not (folder / ".stamp").is_file():
        reason = "node_modules is missing: `make clients` installs it, with npm"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(reason)
    return folder
