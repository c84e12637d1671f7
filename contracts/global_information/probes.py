"""The probes of every resource: the requests that a run may send, and which of them a selection of clauses needs."""

from collections.abc import Iterable

from contracts.core.clause import LIST, QUERY, REPEAT, Clause
from contracts.core.contract import Contract
from contracts.core.probe import Authorization, Probe
from contracts.global_information.clauses import UNSAFE

XML = "application/xml"
#: These stand for what each run makes up from its seed.
NO_SUCH_PATH = "/no-such-element-of-the-contract-suite"
NO_SUCH_PARAMETER = "contract_suite_parameter=1"

#: A burst of twice as many puts more than 60 into one minute even
#: when the server counts by fixed minutes and one of them ends within the burst.
BURST = 121

#: What every run may read.
READING_PROBES: tuple[Probe, ...] = (
    Probe(LIST, "the documented request"),
    Probe(REPEAT, "the same once more"),
    Probe("head", "its HEAD", method="HEAD"),
    Probe("xml", "asks for XML", accept=XML),
    Probe("unknown-path", "a path that does not exist", below=NO_SUCH_PATH),
    Probe(QUERY, "a parameter that does not exist", query=NO_SUCH_PARAMETER),
    Probe("anonymous", "without credentials", authorization=Authorization.NONE),
    Probe("invalid-token", "with a made-up token", authorization=Authorization.MADE_UP),
    Probe("plaintext", "the cleartext endpoint", authorization=Authorization.NONE, plaintext=True),
)

#: What is sent only where it was asked for, and after everything else.
PROBES_ON_REQUEST: tuple[Probe, ...] = (
    *(Probe(method, f"{method.upper()} instead of GET", method=method.upper()) for method in UNSAFE),
    Probe("burst", "more than 60 requests in a minute", times=BURST),
)


def needed(
    contract: Contract, clauses: Iterable[Clause], *, plaintext: bool, unsafe: bool, burst: bool, repeat: int = 1
) -> tuple[Probe, ...]:
    """Return the probes that the clauses stand on, in the order in which they are sent.

    The three flags admit the cleartext endpoint, the methods that could change something, and the burst. ``repeat`` is
    how often the list is asked for again.
    """
    names = {name for clause in clauses for name in clause.probes}
    admitted = {"plaintext": plaintext, "burst": burst, **dict.fromkeys(UNSAFE, unsafe)}
    chosen = (probe for probe in contract.probes if probe.name in names and admitted.get(probe.name, True))
    return tuple(probe for probe in chosen for _ in range(repeat if probe.name == REPEAT else 1))
