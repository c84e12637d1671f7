"""What every test of this project shares: the pytest door of the suite, and the profiles of Hypothesis."""

import os

from hypothesis import HealthCheck, settings

pytest_plugins = ["contracts.pytest_plugin"]

_COMMON = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("dev", max_examples=50, **_COMMON)
# CI judges the same examples on every run: a new one is found at a desk, and kept with @example.
settings.register_profile("ci", max_examples=200, derandomize=True, database=None, print_blob=True, **_COMMON)
settings.register_profile("thorough", max_examples=2000, **_COMMON)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci" if os.environ.get("CI") else "dev"))
