"""A contract as a value, and what it is made of: clauses with their sources, probes, checks, schemas and policy.

A contract is everything that is promised of one resource. Every machinery is given one, and none knows which there are.
A check is a generator over evidence: it yields a finding for everything that is wrong and a :class:`Note` for what is
worth knowing, and returns the number of things that it looked at: a check that looked at nothing proves nothing. It
raises NotExercised, NotApplicable or CouldNotJudge when there is nothing to look at.
"""

import hashlib
import json
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from dataclasses import astuple, dataclass, field, replace
from enum import StrEnum
from functools import cache, cached_property, partial
from importlib import import_module
from importlib.resources import files
from itertools import islice
from typing import Any, NamedTuple, TypeVar

from contracts.core.errors import IncompleteError, UsageError, watched
from contracts.core.finding import KEPT, Finding
from contracts.core.text import shorten


class Policy(StrEnum):
    """What such a request may be answered: a 401 or a conforming list, the 401 alone, or the list alone."""

    EITHER = "either"
    REQUIRED = "required"
    PUBLIC = "public"


class Level(StrEnum):
    """How binding a clause is, in the sense of RFC 2119."""

    MUST = "MUST"
    SHOULD = "SHOULD"


@dataclass(frozen=True)
class Source:
    """Where a promise is written: a section of the documentation, a standard or a client's code."""

    title: str
    url: str


@dataclass(frozen=True)
class Clause:
    """One promise.

    ``id`` is stable and append-only, ``asks`` says in one short sentence what is promised, ``probes`` names the
    requests that give its evidence, ``breach`` is an example of an answer that breaks it, and ``why`` tells
    who is hurt by that. ``detail`` says what the short sentence leaves out, or nothing. A clause that looks at the
    ``header`` is not shown by a body alone; one about ``any_probe`` is shown by the answer to one of its probes.
    """

    id: str
    level: Level
    asks: str
    sources: tuple[Source, ...]
    probes: tuple[str, ...]
    breach: str
    why: str
    detail: str = ""
    header: bool = field(default=False, compare=False)
    any_probe: bool = field(default=False, compare=False)

    @property
    def section(self) -> str:
        """The part of the id before the dot, for example ``category``."""
        return self.id.partition(".")[0]


#: The name of the documented request, whose answer most clauses judge; that of the same once more, and that of the
#: request with a parameter, which is to change nothing.
LIST, REPEAT, QUERY = "list", "repeat", "unknown-query"


def _clause(
    level: Level,
    id_: str,
    asks: str,
    *sources: Source,
    breach: str,
    why: str,
    probes: tuple[str, ...] = (LIST,),
    detail: str = "",
    header: bool = False,
    any_probe: bool = False,
) -> Clause:
    return Clause(id_, level, asks, sources, probes, breach, why, detail, header, any_probe)


#: A clause that is promised by the documentation or a standard, or needed by an official client.
must = partial(_clause, Level.MUST)
#: A clause that is shown by examples only, or good practice.
should = partial(_clause, Level.SHOULD)

JSON = "application/json"
#: The documented rate limit of every resource, in requests a minute (Rate limit).
PER_MINUTE = 60


class Authorization(StrEnum):
    """What a probe sends as Authorization."""

    GIVEN = "given"
    NONE = "none"
    MADE_UP = "made up"


@dataclass(frozen=True)
class Probe:
    """One request: ``below`` is added to the path of the list, ``query`` to the URL.

    ``path`` takes the place of the path of the list. ``plaintext`` asks the cleartext endpoint of the target,
    ``times`` is how often the request is sent at most.
    """

    name: str
    purpose: str
    method: str = "GET"
    below: str = ""
    query: str = ""
    accept: str = JSON
    authorization: Authorization = Authorization.GIVEN
    path: str = ""
    plaintext: bool = False
    times: int = 1

    @property
    def asks_for_list(self) -> bool:
        """Whether it is answered with the list that the documented request is answered with, where nothing is wrong."""
        if self.below or self.path or self.plaintext or self.times > 1:
            return False
        return self.method == "GET" and self.authorization is Authorization.GIVEN

    @property
    def is_reading(self) -> bool:
        """Whether it reads the target, once: it changes nothing, and tests neither another endpoint nor a limit."""
        return self.method in ("GET", "HEAD") and not self.plaintext and self.times == 1


_Found = TypeVar("_Found")


class Note(NamedTuple):
    """What is worth knowing and no breach."""

    text: str


Steps = Generator[Finding | Note, None, int]
#: A function of one answer, or of the evidence of a whole run; what these are is known above the vocabulary.
Judging = Callable[[Any], Steps]


@dataclass(frozen=True)
class Check:
    """How a clause is judged: by one answer to the documented request, or by the evidence of the whole run."""

    steps: Judging
    of_run: bool


class Checks(dict[str, Check]):
    """The checks of a package, by clause. Its two methods register the function that they decorate."""

    def answer(self, clause: str) -> Callable[[Judging], Judging]:
        """Register a function that judges one answer to the documented request."""
        return self._register(clause, of_run=False)

    def run(self, clause: str) -> Callable[[Judging], Judging]:
        """Register a function that judges the evidence of a whole run."""
        return self._register(clause, of_run=True)

    def _register(self, clause: str, *, of_run: bool) -> Callable[[Judging], Judging]:
        def register(steps: Judging) -> Judging:
            if clause in self:
                raise IncompleteError(f"the clause {clause} has two checks: {steps.__name__} and another one")
            self[clause] = Check(steps, of_run)
            return steps

        return register


def findings_of(found: Iterable[_Found], finding: Callable[[_Found], Finding]) -> Iterator[Finding]:
    """Iterate over the findings about what was found; one stands for all that a report does not keep.

    Words are what costs: without this a target that breaks a clause a million times has a million texts written.
    """
    rest = watched(found)
    yield from map(finding, islice(rest, KEPT))
    for other in rest:
        yield replace(finding(other), times=1 + sum(1 for _ in rest))


#: That of the body of an error, which every resource has.
ERROR = "error.schema.json"


@cache
def load(name: str) -> dict[str, Any]:
    """Return a schema by the name of its file."""
    schema: dict[str, Any] = json.loads(files("contracts.schemas").joinpath(name).read_text("utf-8"))
    return schema


def unlike(value: Any, name: str) -> str:
    """Return in words what the schema of this name first refuses in what a file holds, or nothing.

    What stands there is not repeated: it may be of any size.
    """
    try:
        error = next(_validator(name).iter_errors(value), None)
    except ValueError:
        return "it holds a number or a text that is too odd to be one of these"
    where = "".join(f"/{part}" for part in error.instance_path) or "the whole" if error else ""
    return f"{shorten(where)}: {shorten(error.message)}" if error else ""


@cache
def _validator(name: str) -> Any:
    import jsonschema_rs  # noqa: PLC0415 - 17 ms: only for what is read back

    return jsonschema_rs.Draft202012Validator(load(name), mask="it")


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
            IncompleteError: a clause has no check, or a check no clause; the message says what to write where.
        """
        checks: Mapping[str, Check] = import_module(f"{self.package}.checks").CHECKS
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
