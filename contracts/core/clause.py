"""A clause: one promise of the contract, with its level and its source."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypedDict, Unpack


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


class _Rest(TypedDict, total=False):
    """What is said of a clause by name, beside what every one has."""

    detail: str
    probes: tuple[str, ...]
    header: bool
    any_probe: bool


def must(id_: str, asks: str, *sources: Source, breach: str, why: str, **rest: Unpack[_Rest]) -> Clause:
    """Return what is promised by the documentation or a standard, or needed by an official client."""
    return _clause(Level.MUST, id_, asks, *sources, breach=breach, why=why, **rest)


def should(id_: str, asks: str, *sources: Source, breach: str, why: str, **rest: Unpack[_Rest]) -> Clause:
    """Return what is shown by examples only, or good practice."""
    return _clause(Level.SHOULD, id_, asks, *sources, breach=breach, why=why, **rest)


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
