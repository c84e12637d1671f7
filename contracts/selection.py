"""The clauses that a run judges, by their names."""

from collections.abc import Iterable

from contracts.core.clause import Clause
from contracts.core.errors import UsageError
from contracts.event_categories.clauses import BY_ID, CLAUSES


def select(wanted: Iterable[str]) -> tuple[Clause, ...]:
    """Return the clauses whose id is one of these, or begins with one that is no id itself; all for none.

    Raises:
        UsageError: one of them matches nothing.
    """
    wanted = tuple(wanted)
    for name in wanted:
        if not any(_matches(clause, name) for clause in CLAUSES):
            raise UsageError(f"no clause matches {name!r}; `contracts explain` lists them")
    return tuple(clause for clause in CLAUSES if not wanted or any(_matches(clause, name) for name in wanted))


def _matches(clause: Clause, name: str) -> bool:
    return clause.id == name if name in BY_ID else clause.id.startswith(name.rstrip("*"))
