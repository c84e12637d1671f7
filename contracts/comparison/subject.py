"""What of a resource matters to a comparison: the one thing that a resource has to bring."""

from dataclasses import dataclass
from importlib import import_module

from contracts.comparison.clients import Client
from contracts.core.contract import Contract

#: Who notices a change of what no client is known to read.
OTHERS = "whoever reads members that are not documented"


@dataclass(frozen=True)
class Subject:
    """A list, as a comparison sees it.

    ``key`` is the member of the root that holds it. Elements are matched by the member ``id``, then by ``name``.
    ``references`` name elements of another list; ``display`` members are read by people only; ``position`` is the
    place of an element when it is displayed. ``ordered`` tells whether the order of the list means anything.
    ``keepers`` says who holds ids of these elements.
    """

    noun: str
    key: str
    clients: tuple[Client, ...]
    keepers: str
    id: str = "id"
    name: str = "name"
    references: tuple[str, ...] = ()
    display: tuple[str, ...] = ()
    position: str | None = None
    ordered: bool = True

    @property
    def audience(self) -> tuple[str, ...]:
        """Everybody who reads the list at all."""
        return tuple(client.name for client in self.clients)

    def readers(self, member: str) -> tuple[str, ...]:
        """Return who notices when a member changes."""
        clients = tuple(client.name for client in self.clients if member in client.members)
        if member == self.id:
            return (*clients, self.keepers)
        return clients or (OTHERS,)


def subject_of(contract: Contract) -> Subject:
    """Return the subject in the package of a resource."""
    subject: Subject = import_module(f"{contract.package}.comparison").SUBJECT
    return subject
