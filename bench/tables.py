"""Tables in Markdown, and what a part of the bench hands over."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bench.goals import Goal

_MILLI, _HUNDRED = 1000, 100


@dataclass(frozen=True)
class Part:
    """One part of the bench: a title, what was measured and how, tables, and the goals with their ratios."""

    title: str
    introduction: str
    tables: tuple[str, ...]
    goals: tuple[Goal, ...] = ()

    def markdown(self) -> str:
        """Return it as a section."""
        return "\n\n".join((f"## {self.title}", self.introduction, *self.tables)) + "\n"


def table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a table in Markdown; a bar within a cell is escaped."""
    body = [[str(cell).replace("|", r"\|") for cell in row] for row in rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in (header, ["---"] * len(header), *body))


def goal_table(goals: Iterable[Goal]) -> str:
    """Return the table of goals; a missed one is marked."""
    rows = [(goal.what, goal.asked, f"{goal.ratio:.2f}", goal.said) for goal in goals]
    return table(("goal", "asked", "ratio", ""), rows)


def seconds(value: float) -> str:
    """Return a time in the unit in which it is read best."""
    if value >= 1:
        return f"{value:.2f} s"
    thousandths = value * _MILLI
    return f"{thousandths:.0f} ms" if thousandths >= _HUNDRED else f"{thousandths:.3g} ms"
