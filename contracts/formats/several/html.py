"""Several targets as one HTML page without a script: clauses by targets, and what the targets differ in."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from contracts.comparison.across import Across, across
from contracts.comparison.difference import Difference
from contracts.core.clause import Clause
from contracts.core.contract import Contract
from contracts.core.text import counted
from contracts.formats.comparison_html import GROUPS as IMPACTS
from contracts.formats.comparison_wording import called
from contracts.formats.html import GROUPS, Group, group_of, page_without_script
from contracts.formats.several.wording import causes, failing, headline, last_line, started
from contracts.targets.target_entry import Judged, worst

_CLASSES = {0: "conforms", 1: "violates", 3: "inconclusive"}
_INCONCLUSIVE = next(group for group in GROUPS if group.name == "inconclusive")
#: Of one target so many differences are written out; its own comparison has them all.
_SHOWN = 40


@dataclass(frozen=True)
class _Matrix:
    """The clauses of a contract by its targets: by section the clauses, each with a group a target, None unjudged."""

    contract: Contract
    targets: tuple[Judged, ...]
    sections: tuple[tuple[str, tuple[tuple[Clause, tuple[Group | None, ...]], ...]], ...]


def render(targets: Sequence[Judged], *, linked: bool = False) -> str:
    """Return the page; ``linked`` to the page of each target, which stands beside it in a folder of its name."""
    status = worst(targets)
    summary = last_line(targets)
    return page_without_script(
        "several.html",
        state=_CLASSES[status],
        headline=summary.partition(":")[0].capitalize(),
        sentence=summary.partition(": ")[2],
        total=counted(len(targets), "target"),
        started=started(targets),
        linked=linked,
        rows=[(judged, _CLASSES[judged.status], headline(judged), failing(judged)) for judged in targets],
        reasons=[(judged.entry.name, causes(judged)) for judged in targets if causes(judged)],
        matrices=list(_matrices(targets)),
        groups=GROUPS,
        across=[(each, _differences(each), _hidden(each)) for each in across(targets)],
        suites=sorted({judged.report.suite for judged in targets if judged.report}),
    )


def _matrices(targets: Sequence[Judged]) -> Iterator[_Matrix]:
    names = dict.fromkeys(judged.entry.contract for judged in targets)
    for name in names:
        own = tuple(judged for judged in targets if judged.entry.contract == name)
        contract = next((judged.report.contract for judged in own if judged.report), None)
        if contract is not None:
            columns = [_column(judged, contract) for judged in own]
            parts = groupby(contract.clauses, key=lambda clause: clause.section)
            sections = tuple(
                (
                    contract.sections.get(section, section),
                    tuple((clause, tuple(column.get(clause.id) for column in columns)) for clause in clauses),
                )
                for section, clauses in parts
            )
            yield _Matrix(contract, own, sections)


def _column(judged: Judged, contract: Contract) -> dict[str, Group]:
    if judged.report is None:
        return dict.fromkeys(contract.clause, _INCONCLUSIVE)
    return {outcome.clause.id: group_of(judged.report, outcome) for outcome in judged.report.outcomes}


def _differences(each: Across) -> list[tuple[Group, str, Difference]]:
    differences = each.comparison.differences[:_SHOWN] if each.comparison else ()
    return [(IMPACTS[d.impact], called(d) or d.member or "the whole list", d) for d in differences]


def _hidden(each: Across) -> str:
    left = len(each.comparison.differences) - _SHOWN if each.comparison else 0
    return f"and {counted(left, 'more difference')}" if left > 0 else ""
