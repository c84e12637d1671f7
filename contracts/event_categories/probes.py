"""The probes: every request that a run may send, and which of them a selection of clauses needs."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from contracts.core.clause import Clause
from contracts.event_categories.clauses import UNSAFE

JSON = "application/json"
XML = "application/xml"
MADE_UP_TOKEN = "made-up-by-the-contract-suite"  # noqa: S105 - it is no secret: it is to be refused
NO_SUCH_PATH = "/no-such-category-of-the-contract-suite"
NO_SUCH_PARAMETER = "contract_suite_parameter=1"

#: The documented rate limit, in requests a minute (Rate limit).
PER_MINUTE = 60
#: A burst of twice as many puts more than 60 into one minute even
#: when the server counts by fixed minutes and one of them ends within the burst.
BURST = 121


class Credentials(StrEnum):
    """What a probe sends as Authorization."""

    GIVEN = "given"
    NONE = "none"
    MADE_UP = "made up"


@dataclass(frozen=True)
class Probe:
    """One request: ``below`` is added to the path of the collection, ``query`` to the URL.

    ``twin`` asks the plain-HTTP twin of the target, ``times`` is how often the request is sent at most.
    """

    name: str
    purpose: str
    method: str = "GET"
    below: str = ""
    query: str = ""
    accept: str = JSON
    credentials: Credentials = Credentials.GIVEN
    twin: bool = False
    times: int = 1


PROBES: tuple[Probe, ...] = (
    Probe("list", "the documented request"),
    Probe("repeat", "the same once more"),
    Probe("head", "its HEAD", method="HEAD"),
    Probe("xml", "asks for XML", accept=XML),
    Probe("unknown-path", "a path that does not exist", below=NO_SUCH_PATH),
    Probe("unknown-query", "a parameter that does not exist", query=NO_SUCH_PARAMETER),
    Probe("anonymous", "without credentials", credentials=Credentials.NONE),
    Probe("invalid-token", "with a made-up token", credentials=Credentials.MADE_UP),
    Probe("plaintext", "the plain-HTTP twin", credentials=Credentials.NONE, twin=True),
    *(Probe(method, f"{method.upper()} instead of GET", method=method.upper()) for method in UNSAFE),
    Probe("burst", "more than 60 requests in a minute", times=BURST),
)

BY_NAME: dict[str, Probe] = {probe.name: probe for probe in PROBES}


def needed(clauses: Iterable[Clause], *, plaintext: bool, unsafe: bool, burst: bool) -> tuple[Probe, ...]:
    """Return the probes that the clauses stand on, in the order in which they are sent.

    The three flags admit the plain-HTTP twin, the methods that could change something, and the burst.
    """
    names = {name for clause in clauses for name in clause.probes}
    admitted = {"plaintext": plaintext, "burst": burst, **dict.fromkeys(UNSAFE, unsafe)}
    return tuple(probe for probe in PROBES if probe.name in names and admitted.get(probe.name, True))
