"""What of a resource matters to a comparison: the one thing that a resource has to bring."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from contracts.core.contract import Contract
from contracts.judging.values import ABSENT

#: Who notices a change of what no client is known to read.
OTHERS = "whoever reads members that are not documented"


@dataclass(frozen=True)
class Client:
    """A client of the list.

    ``members`` are those it reads. ``reads`` tells by name and value whether it can read a member of an element,
    ``reads_top_level`` by its value whether it can read an additional member of the root.
    """

    name: str
    members: tuple[str, ...]
    reads: Callable[[str, Any], bool] = lambda *_: True
    reads_top_level: Callable[[Any], bool] = lambda _: True


@dataclass(frozen=True)
class Subject:
    """A list, as a comparison sees it.

    ``key`` is the member of the root that holds it, ``members`` are the documented ones of an element. Elements are
    matched by their id, then by their name. ``references`` name elements of another list; ``display`` members
    are read by people only; ``position`` is the place of an element when it is displayed. ``ordered`` tells whether
    the order of the list means anything. ``keepers`` says who holds ids of these elements.
    """

    noun: str
    nouns: str
    key: str
    members: tuple[str, ...]
    clients: tuple[Client, ...]
    keepers: str
    references: tuple[str, ...] = ()
    display: tuple[str, ...] = ()
    position: str | None = None
    ordered: bool = True

    @property
    def audience(self) -> tuple[str, ...]:
        """Everybody who reads the list at all."""
        return tuple(client.name for client in self.clients)

    def readers(self, member: str) -> tuple[str, ...]:
        """Return who notices when a member of an element changes."""
        clients = tuple(client.name for client in self.clients if member in client.members)
        return (*clients, self.keepers) if member == "id" else clients or (OTHERS,)

    def read_by(self, member: str, value: Any) -> tuple[str, ...]:
        """Return which clients can read a member of an element, or pass over it when it is ABSENT."""
        return tuple(client.name for client in self.clients if value is ABSENT or client.reads(member, value))

    def top_level_read_by(self, value: Any) -> tuple[str, ...]:
        """Return which clients can read an additional member of the root, or pass over it when it is ABSENT."""
        return tuple(client.name for client in self.clients if value is ABSENT or client.reads_top_level(value))


def subject_of(contract: Contract) -> Subject:
    """Return the subject in the package of a resource."""
    subject: Subject = import_module(f"{contract.package}.comparison").SUBJECT
    return subject
