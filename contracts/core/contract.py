"""A contract: everything that is promised of one resource, as a value that every machinery is given."""

import hashlib
from collections.abc import Mapping
from dataclasses import astuple, dataclass, field
from functools import cached_property
from importlib import import_module

from contracts.core.check import Check
from contracts.core.clause import Clause
from contracts.core.errors import IncompleteError, UsageError
from contracts.core.probe import Probe
from contracts.core.schemas import ERROR, load

#: The contract that is meant where none is named.
DEFAULT = "event-categories"


@dataclass(frozen=True)
class Schemas:
    """The files of the JSON Schemas of a resource: of one element, and of the body that lists them."""

    element: str
    envelope: str


@dataclass(frozen=True)
class Display:
    """How the list is shown to a person: the member that is the title of an element, and those that programs read.

    ``order`` is the member that gives the order, if any. ``marks`` holds, by clause, the words for an element that
    breaks it.
    """

    title: str
    codes: tuple[str, ...]
    order: str = ""
    marks: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)  # there is one of each: it can be a key
class Contract:
    """The contract of one resource.

    ``name`` is what options call it, ``title`` what people do; ``element`` and ``elements`` are its nouns. ``package``
    holds what is loaded when it is needed: its checks, and for the mock and the proof its sample and its faults.
    ``path`` is where the list is, ``key`` the member that holds it. ``members`` are the documented members of an
    element, in the order of the documentation, ``about_elements`` the sections of the clauses that judge them.
    ``sections`` maps the part of a clause's id before the dot to its title. ``public_note`` is worth knowing where a
    request without credentials is refused.

    Raises:
        IncompleteError: a clause stands on a probe that does not exist.
    """

    name: str
    package: str
    title: str
    element: str
    elements: str
    path: str
    key: str
    members: tuple[str, ...]
    clauses: tuple[Clause, ...]
    probes: tuple[Probe, ...]
    schemas: Schemas
    display: Display
    sections: Mapping[str, str]
    about_elements: tuple[str, ...]
    public_note: str = ""

    def __post_init__(self) -> None:
        for clause in self.clauses:
            if unknown := set(clause.probes) - self.probe.keys():
                raise IncompleteError(
                    f"the clause {clause.id} stands on {min(unknown)}, which is no probe of {self.name}"
                )

    @cached_property
    def checks(self) -> Mapping[str, Check]:
        """The checks by clause; they are loaded when something is judged.

        Raises:
            IncompleteError: a clause has no check, or a check no clause.
        """
        return self.completed(import_module(f"{self.package}.checks").CHECKS)

    def completed(self, checks: Mapping[str, Check]) -> Mapping[str, Check]:
        """Return the checks when each clause has one and each of them a clause.

        Raises:
            IncompleteError: what is missing, and what to write where.
        """
        for clause in self.clauses:
            if clause.id not in checks:
                raise IncompleteError(
                    f"the clause {clause.id} has no check: write a function in the checks of {self.name} and register "
                    f'it with @CHECKS.answer("{clause.id}") or @CHECKS.run("{clause.id}")'
                )
        if foreign := checks.keys() - self.clause.keys():
            raise IncompleteError(
                f"the check of {min(foreign)} judges no clause of {self.name}: write the clause in its clauses.py"
            )
        return checks

    @cached_property
    def digest(self) -> str:
        """``sha256:`` and the digest of every clause and every schema: by it two reports know whether they agree."""
        content = hashlib.sha256()
        for clause in self.clauses:
            content.update(repr(astuple(clause)).encode())
        for name in (self.schemas.element, self.schemas.envelope, ERROR):
            content.update(repr(load(name)).encode())
        return f"sha256:{content.hexdigest()}"

    @cached_property
    def clause(self) -> Mapping[str, Clause]:
        """The clauses by id."""
        return {clause.id: clause for clause in self.clauses}

    @cached_property
    def probe(self) -> Mapping[str, Probe]:
        """The probes by name."""
        return {probe.name: probe for probe in self.probes}

    def select(self, wanted: tuple[str, ...]) -> tuple[Clause, ...]:
        """Return the clauses whose id is one of these, or begins with one that is no id itself; all for none.

        Raises:
            UsageError: one of them matches nothing.
        """
        for name in wanted:
            if not any(self._matches(clause, name) for clause in self.clauses):
                raise UsageError(f"no clause matches {name!r}; `contracts explain` lists them")
        return tuple(c for c in self.clauses if not wanted or any(self._matches(c, name) for name in wanted))

    def _matches(self, clause: Clause, name: str) -> bool:
        return clause.id == name if name in self.clause else clause.id.startswith(name.rstrip("*"))
