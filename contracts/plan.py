"""What the settings of a run plan: the requests to send, and what a judgement of the answers depends on beside them.

A run carries it out, and an audit holds the exchanges of a bundle against it.
"""

from dataclasses import dataclass
from functools import cached_property

from contracts.core.contract import REPEAT, Clause, Contract, Probe
from contracts.core.exchange import Request
from contracts.core.made_up import with_made_up
from contracts.core.report import Access, Scope
from contracts.global_information.clauses import REPEATABLE, needed
from contracts.network.connection import Field, build
from contracts.network.credentials import Bearer, NoCredentials
from contracts.network.dial import Address
from contracts.settings.table import Settings

#: Requests that a run may send beyond those planned and as many for a second observation: the list is asked for three
#: times more there, and retries come on top.
_SPARE = 3 + 16
#: How often the list is asked for again in a second observation, at least.
_TIMES = 4


@dataclass(frozen=True)
class Plan:
    """The plan of a run against an address; ``origin`` is the variable that holds the token, empty where there is none.

    The settings have a seed, which decides on what is made up.
    """

    settings: Settings
    contract: Contract
    address: Address
    origin: str = ""

    @cached_property
    def clauses(self) -> tuple[Clause, ...]:
        """The clauses that are judged; raises UsageError where a name that was given is none."""
        return self.contract.select(self.settings.clause)

    @cached_property
    def probes(self) -> tuple[Probe, ...]:
        """The probes of the first observation, in the order in which they are told."""
        compared = (self.contract.clause[REPEATABLE],) if self.settings.baseline else ()
        probes = needed(
            self.contract,
            (*self.clauses, *compared),  # also where only others are judged
            plaintext=self.scope.plaintext,
            unsafe=self.scope.unsafe,
            burst=self.scope.burst,
            repeat=self.settings.repeat,
        )
        return with_made_up(probes, self.settings.seed or 0)

    @cached_property
    def second(self) -> tuple[Probe, ...]:
        """The probes of a second observation: what reads once more, and at the end the list several times.

        There is none where nothing is asked for twice, so that nobody could tell whether the answers agree.
        """
        reading = tuple(probe for probe in dict.fromkeys(self.probes) if probe.is_reading)
        repeat = tuple(probe for probe in reading if probe.name == REPEAT)
        if not repeat:
            return ()
        return (*(probe for probe in reading if probe.name != REPEAT), *repeat * max(_TIMES, self.settings.repeat))

    @property
    def requests(self) -> int:
        """The number of requests without retries and without a second observation, at most."""
        return sum(probe.times for probe in self.probes)

    @property
    def most(self) -> int:
        """The number of requests that may be sent."""
        return self.settings.max_requests or 2 * self.requests + _SPARE

    @property
    def scope(self) -> Scope:
        """What a judgement depends on beside the exchanges."""
        settings = self.settings
        return Scope(
            policy=settings.auth,
            live=not self.address.loopback,
            plaintext=self.address.plaintext_url is not None,
            unsafe=settings.unsafe_methods or settings.mock,
            burst=settings.probe_rate_limit,
            embedded=settings.mock,
            selected=settings.clause,
        )

    def access(self, *, auth_url: str, proxy: str) -> Access:
        """Return what whoever asks the target again needs beside its URL."""
        settings, address = self.settings, self.address
        return Access(
            ca_bundle=(settings.ca_bundle or "") if address.scheme == "https" else "",
            client_cert=settings.client_cert or "",
            client_key=settings.client_key or "",
            auth_url=auth_url,
            proxy=proxy,
            headers=settings.header_env,
            allow_plain_http=address.scheme == "http" and not address.loopback,
        )

    def request(self, probe: Probe, token: str) -> Request:
        """Return the request of a probe as a report shows it; ``token`` is the made-up one."""
        credentials = Bearer("", self.origin) if self.origin else NoCredentials()
        fields = tuple(Field(name, f"${variable}") for name, variable in self.settings.header_env)
        return build(probe, self.address, credentials, fields, lambda: token).record
