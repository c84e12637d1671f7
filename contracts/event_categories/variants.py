"""Conforming lists of categories that look unusual: other positions, and other lists beside them."""

from contracts.mock.faults.fault import Fault, literal, value, variant
from contracts.mock.faults.lists import changed

_EXACT_IN_JS = 2**53 - 1

VARIANTS: tuple[Fault, ...] = (
    variant(
        "objects-beside",
        "Another list of objects stands beside the list.",
        value(lambda root, _: {"event_types": [{"id": "1"}], **root}),
    ),
    variant(
        "nulls-beside",
        "A list of objects stands beside the list that say nothing.",
        value(lambda root, _: {**root, "more": [{"id": None, "name": None, "position": None}, {}]}),
    ),
    variant("sparse", "Positions are negative and have gaps.", changed("position", lambda i, _: i * 10 - 5)),
    variant(
        "extreme",
        "Positions reach to what JavaScript knows exactly.",
        changed("position", lambda i, _: _EXACT_IN_JS - 11 + i),
    ),
    variant(
        "lowest",
        "Positions begin at the lowest that JavaScript knows exactly.",
        changed("position", lambda i, _: i - _EXACT_IN_JS),
    ),
    variant("minus-zero", "A position is written -0.", literal('"position": 1}', '"position": -0}')),
)
