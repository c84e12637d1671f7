"""Texts for people: short, on one line, numbers with their nouns, nothing that a runner of CI would obey."""

import re

#: What some runners of CI take for a command wherever it stands in a line.
COMMAND = re.compile(r"##(?=\[|vso\[|teamcity\[)", re.IGNORECASE)


def counted(number: int, noun: str, plural: str = "") -> str:
    """Return a number with its noun in the right form."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def shorten(text: str, limit: int = 200) -> str:
    """Return the text on one line, its middle replaced by a count when it is longer than ``limit`` characters."""
    if len(text) <= limit and text.isprintable():
        return text
    flat = "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode()
        for character in text[: limit * 2]
    )
    if len(text) <= limit and len(flat) <= limit * 2:
        return flat
    half = limit // 2
    return f"{flat[:half]}… ({len(text):,} characters)"


def bounded(text: str, limit: int) -> str:
    """Return the text, its end replaced by a count when it is longer than ``limit`` characters."""
    return text if len(text) <= limit else f"{text[:limit]}… ({len(text):,} characters)"
