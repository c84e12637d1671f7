"""JUnit XML over several targets: a suite a target, and the name of the target in every class."""

from collections.abc import Sequence
from xml.etree import ElementTree as ET

from contracts.core.entry import Judged
from contracts.writers.junit import document, error, suite_of, suite_with


def render(targets: Sequence[Judged]) -> str:
    """Return the reports as one JUnit XML document."""
    return document([_suite(judged) for judged in targets])


def _suite(judged: Judged) -> ET.Element:
    if judged.report:
        return suite_of(judged.report)
    return suite_with(judged.entry.name, [error(judged.entry.name, f"inconclusive: {judged.missing}")])
