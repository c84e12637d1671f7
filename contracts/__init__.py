"""Contract tests for Scalingo's event categories, ``GET /v1/event_categories``."""

__version__ = "0.1.0"
