"""The checks of the event categories: one small function a clause, in files named after the sections."""

from contracts.event_categories.checks import category, client, lists  # noqa: F401 - importing them fills the table
from contracts.event_categories.checks.registry import CHECKS

__all__ = ["CHECKS"]
