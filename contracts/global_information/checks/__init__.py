"""The checks of what is promised of every resource: one small function a clause, in files named after the sections."""

from contracts.global_information.checks import (  # noqa: F401 - importing them fills the table
    auth,
    envelope,
    error,
    http,
    repetition,
    text,
    transport,
)
from contracts.global_information.checks.registry import CHECKS

__all__ = ["CHECKS"]
