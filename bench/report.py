"""The report: machine, versions, figures and goals as a page in Markdown."""

import os
import platform
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from bench.tables import Part, goal_table, table

_LIBRARIES = ("event-categories-contracts", "requests", "urllib3", "jsonschema-rs", "schemathesis", "uvicorn", "h11")


def page(parts: Sequence[Part], rounds: int) -> str:
    """Return the whole page: the goals first, for they are what is looked up."""
    goals = [goal for part in parts for goal in part.goals]
    missed = sum(not goal.is_met for goal in goals)
    said = f"{missed} of {len(goals)} goals missed." if missed else f"All {len(goals)} goals met."
    sections = [
        "# What the bench measured",
        f"`make bench` writes this page. {said}",
        machine(rounds),
        f"## Goals\n\nA ratio is the median of the ratios of the rounds.\n\n{goal_table(goals)}" if goals else "",
        *(part.markdown().rstrip() for part in parts),
    ]
    return "\n\n".join(section for section in sections if section) + "\n"


def machine(rounds: int) -> str:
    """Return the table of where and with what was measured."""
    load = " ".join(f"{value:.1f}" for value in os.getloadavg())
    rows = [
        ("date", f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"),
        ("rounds", rounds),
        ("cores", os.cpu_count()),
        ("processor", processor(Path("/proc/cpuinfo").read_text())),
        ("load of 1, 5 and 15 minutes, at the end", load),
        ("system", f"{platform.system()} {platform.release()}"),
        ("Python", f"{platform.python_implementation()} {platform.python_version()}"),
        *((name, version(name)) for name in _LIBRARIES),
    ]
    return table(("", ""), rows)


def processor(told: str) -> str:
    """Return the model of the first core from what /proc/cpuinfo tells; not every architecture names one."""
    found = re.search(r"^model name\s*:\s*(.+)$", told, re.MULTILINE)
    return found[1].strip() if found else platform.machine()
