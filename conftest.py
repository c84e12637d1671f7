"""The profiles of Hypothesis, for every test of this project; the rest of what tests share is in tests/conftest.py."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

_COMMON = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("dev", max_examples=50, **_COMMON)
# CI judges the same examples on every run: a new one is found at a desk, and kept with @example.
settings.register_profile("ci", max_examples=100, derandomize=True, database=None, print_blob=True, **_COMMON)
settings.register_profile("thorough", max_examples=2000, **_COMMON)


def pytest_configure(config: pytest.Config) -> None:
    """Load the profile; a project that runs the contract from an editable install of this one keeps its own."""
    if config.rootpath == Path(__file__).parent:
        settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci" if os.environ.get("CI") else "dev"))
