"""Short texts for decoded values, as findings show them."""

from typing import Any

from contracts.core.text import counted, shorten


def describe(value: Any) -> str:
    """Return a short text for a decoded value: scalars as JSON writes them, containers by their size."""
    if isinstance(value, dict):
        return f"an object with {counted(len(value), 'member')}"
    if isinstance(value, list):
        return f"an array of {len(value):,}"
    if isinstance(value, str):
        return '"' + shorten(value) + '"'
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int) and value.bit_length() > 4096:  # noqa: PLR2004 - str() of more would be refused
        return f"an integer of {value.bit_length():,} bits"
    return shorten(str(value))
