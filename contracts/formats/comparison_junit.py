"""A comparison as JUnit XML: one testcase a difference, red where the comparison is, and one for each other rule.

A difference that fails is a ``<failure>``, an accepted one ``<skipped>`` with its reason, any other passes with its
text as output. A comparison that could not be made is one ``<error>``.
"""

from collections.abc import Iterator
from itertools import groupby
from xml.etree import ElementTree as ET

from contracts.comparison.difference import Difference
from contracts.comparison.gate import Gate
from contracts.comparison.rules import RULES
from contracts.core.text import counted
from contracts.formats.comparison_terminal import one_line
from contracts.formats.comparison_wording import SHOWN, called, headline, last_line, reason, stale, verdict
from contracts.formats.junit import add, document, properties_of, testcase
from contracts.formats.wording import plain


def render(gate: Gate) -> str:
    """Return the comparison as a JUnit XML document."""
    properties = properties_of(
        headline=headline(gate),
        suite=gate.suite,
        verdict=verdict(gate),
        old=gate.old.name,
        new=gate.new.name,
        summary=last_line(gate),
    )
    return document(f"{gate.contract.key} comparison", list(cases(gate)), properties, gate.new.taken)


def cases(gate: Gate) -> Iterator[ET.Element]:
    """Iterate over the testcases of a comparison."""
    class_name = f"{gate.contract.key}.comparison"
    if reason(gate):
        case = testcase("verdict", class_name)
        add(case, "error", reason(gate), "inconclusive")
        yield case
    if gate.comparison is None:
        return
    differences = gate.comparison.differences
    told = {difference.rule.id for difference in differences}
    yield from (testcase(rule.id, class_name) for rule in RULES if rule.id not in told)
    by_rule = sorted(differences[:SHOWN], key=lambda difference: difference.rule.id)
    for rule, group in groupby(by_rule, key=lambda difference: difference.rule.id):
        yield from (_case(gate, each, f"{class_name}.{rule}") for each in group)
    if left := differences[SHOWN:]:
        case = testcase("differences that are not written out", class_name)
        failing = sum(map(gate.fails, left))
        if failing:
            add(case, "failure", f"{counted(failing, 'more difference')}: the JSON has them all", "more")
        yield case
    if gate.comparison.stale:
        case = testcase("exceptions", class_name)
        words = f"{counted(len(gate.comparison.stale), 'exception')} excused nothing"
        add(case, "failure", words, "stale").text = "\n".join(map(plain, stale(gate.comparison)))
        yield case


def _case(gate: Gate, difference: Difference, class_name: str) -> ET.Element:
    name = " ".join(filter(None, (called(difference), difference.member, difference.fingerprint)))
    case = testcase(name, class_name)
    text = _text(difference)
    if gate.fails(difference):
        add(case, "failure", one_line(difference), difference.impact.value).text = text
    elif difference.accepted:
        add(case, "skipped", difference.accepted, "accepted")
    if not gate.fails(difference):
        ET.SubElement(case, "system-out").text = text
    return case


def _text(difference: Difference) -> str:
    lines = (
        difference.says,
        f"impact   {difference.impact.value}",
        f"where    {difference.place}",
        f"before   {difference.before}",
        f"after    {difference.after}",
        f"notices  {'; '.join(difference.notices)}",
    )
    return "\n".join(map(plain, lines))
