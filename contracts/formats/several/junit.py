"""JUnit XML over several targets: a suite a target, and the name of the target in every class."""

from collections.abc import Sequence
from xml.etree import ElementTree as ET

from contracts.formats.junit import joined, properties_of, suite, suite_of, unjudged
from contracts.targets.target_entry import Judged


def render(targets: Sequence[Judged]) -> str:
    """Return the reports as one JUnit XML document."""
    return joined([_suite(judged) for judged in targets])


def _suite(judged: Judged) -> ET.Element:
    if judged.report:
        return suite_of(judged.report)
    name = judged.entry.name
    properties = properties_of(name=name, verdict=judged.verdict.value)
    return suite(name, [unjudged(name, f"inconclusive: {judged.missing}")], properties)
