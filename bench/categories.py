"""Conforming lists of any length, made without the package that is to judge them."""

import json


def body(count: int) -> bytes:
    """Return a conforming body with as many categories."""
    categories = [
        {"id": f"{number:024x}", "name": f"category_{number}", "display_name": f"Category {number}", "position": number}
        for number in range(1, count + 1)
    ]
    return json.dumps({"event_categories": categories}).encode()
