"""A run: settings and a contract in, a report out. The command line and the pytest plugin come through here.

What the settings plan is a value of its own: a run carries it out, and an audit holds the exchanges of a bundle against
it.
"""

import time
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from contracts.core.contract import LIST, REPEAT, Clause, Contract, Probe
from contracts.core.errors import CouldNotJudge, Late, Reason, TooSlow, until
from contracts.core.exchange import Exchange, Request
from contracts.core.made_up import with_made_up
from contracts.core.report import Access, Identity, Listing, Report, RequestCounts, Scope
from contracts.core.text import counted, plain
from contracts.global_information.clauses import REPEATABLE, needed
from contracts.judging.answer import late
from contracts.judging.evidence import Evidence, unless_blocked
from contracts.judging.judge import report_of
from contracts.network.credentials import BEARER, Exchanged
from contracts.network.dial import Address, proxy_of
from contracts.network.observe import limit_bodies, observe
from contracts.network.target import Target, request_of
from contracts.settings.table import Settings

if TYPE_CHECKING:
    from contracts.comparison.gate import Baseline
    from contracts.exceptions.entry import Entry

#: Requests that a run may send beyond those planned and as many for a second observation: the list is asked for three
#: times more there, and retries come on top.
_SPARE = 3 + 16
#: How often the list is asked for again in a second observation, at least.
_TIMES = 4


#: What somebody says of the target, which is masked before a run begins: masked again it would be another text.
SAID = ("implementation", "name", "environment")


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

    def access_by(self, *, auth_url: str, proxy: str) -> Access:
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
        added = tuple((name, f"${variable}") for name, variable in self.settings.header_env)
        return request_of(probe, self.address, self.origin, added, token)


#: Judging, and then writing the reports, may take what is left of the deadline, and each so many seconds when it is
#: used up: the list of an honest target takes a few tenths.
GRACE = 2.0
_MASKED = f"${BEARER}".encode()


@dataclass(frozen=True, kw_only=True)
class Run(Plan):
    """A run that is ready to be made: a plan, and the target that is asked by it."""

    target: Target
    deviations: "tuple[Entry, ...]" = ()
    identity: Identity = field(default_factory=Identity)
    baseline: "Baseline | None" = None

    @property
    def implementation(self) -> str:
        """Whose product is judged, as far as somebody says it."""
        return self.settings.implementation or self.identity.implementation

    @cached_property
    def access(self) -> Access:
        """What whoever asks the target again needs beside its URL."""
        credentials = self.target.credentials
        proxy = proxy_of(urlsplit(self.address.url))
        auth_url = credentials.auth.base if isinstance(credentials, Exchanged) else ""
        return self.access_by(auth_url=auth_url, proxy=proxy.name if proxy else "")

    @property
    def counts(self) -> RequestCounts:
        """The requests that were planned, and those that were sent so far."""
        budget = self.target.budget
        return RequestCounts(self.requests, budget.sent, budget.retries, budget.limit)

    def exchanges(self) -> Iterator[Exchange]:
        """Send the probes and yield what came of each; where the answers do not agree, observe the target once more."""
        first = tuple(map(_after_the_run, observe(self.target, self.probes)))
        yield from first
        if self.second and (found := self.evidence(first).unsteady):
            self.target.say(plain(f"the answers do not agree, asked again in {self.settings.settle:.3g} s: {found}"))
            for exchange in self._second():
                yield replace(_after_the_run(exchange), observation=2)

    def _second(self) -> Iterator[Exchange]:
        """Observe what can be read once more, after a pause, the list several times and over new connections."""
        pause, target = self.settings.settle, self.target
        if pause >= target.remaining:
            late = TooSlow("the run ends before the pause in which the target may settle (--deadline, --settle)")
            yield from (target.unsent(probe, late) for probe in self.second)
            return
        target.sleep(pause)
        problem: CouldNotJudge | None = None
        once = [probe for probe in self.second if probe.name != REPEAT]
        for exchange in observe(target, once, fresh_connections=True):
            problem = exchange.failure if exchange.probe == LIST else problem
            yield exchange
        for repeat in self.second[len(once) :]:
            yield target.unsent(repeat, problem) if problem else target.fetch(repeat)

    def evidence(self, exchanges: Iterable[Exchange]) -> Evidence:
        """Return the exchanges as evidence about this target."""
        bounded = limit_bodies(exchanges, self.settings.max_body)
        return Evidence(self.address.url, unless_blocked(bounded), self.scope, self.contract)

    def shown(self) -> dict[str, tuple[str, str]]:
        """Return the effective settings as text, each with its origin; of credentials only the variable's name."""
        shown = self.settings.shown()
        shown["target"] = (self.address.url, "the embedded mock" if self.settings.mock else shown["target"][1])
        shown["max_requests"] = (str(self.target.budget.limit), shown["max_requests"][1])
        origin = self.target.credentials.origin
        where = "the embedded mock" if self.settings.mock else "environment" if origin else "default"
        shown["credentials"] = (origin or "none", where)
        mask = self.target.secrets.mask
        return {name: (value if name in SAID else mask(value), origin) for name, (value, origin) in shown.items()}

    def report(self, evidence: Evidence) -> Report:
        """Judge the evidence, apply the deviations, and return the report."""
        clock = self.target.clock
        ends = clock() + max(self.target.remaining, GRACE)
        with until(ends, clock):
            judged = report_of(evidence, self.clauses, lambda _: clock() > ends)
        report = replace(
            judged,
            settings=self.shown(),
            access=self.access,
            strict=self.settings.strict,
            allow_empty=self.settings.allow_empty,
            requests=self.counts,
            notes=tuple(self._notes(evidence)),
            narrowed=self.settings.narrowed,
            implementation=self.implementation,
            identity=self.identity,
        )
        return self._waived(report)

    def writing(self) -> AbstractContextManager[None]:
        """Let what is done inside be over in time: rendering goes through bodies, too, and raises Late then."""
        clock = self.target.clock
        return until(clock() + max(self.target.remaining, GRACE), clock)

    def unwritten(self, report: Report) -> Report:
        """Return what is left of a report for which the time was over before it was written: no body, no judgement.

        A verdict that nobody could reproduce from what was written would be a claim.
        """
        slow = TooSlow("the time of the run was over before this answer was written down (--deadline)")
        exchanges = (replace(e, response=None, failure=slow if e.response else e.failure) for e in report.exchanges)
        outcomes = (late(outcome.clause) for outcome in report.outcomes)
        listed = Listing(reason=Reason.LATE.sentence)
        left = replace(report, exchanges=tuple(exchanges), outcomes=tuple(outcomes), listing=listed, stale=())
        return self.compared(self._waived(left))

    def compared(self, report: Report) -> Report:
        """Return the report with what differs from the baseline, where there is one."""
        if self.baseline is None:
            return report
        with self.writing():
            return self.baseline.compared(report)

    def _waived(self, report: Report) -> Report:
        if not self.deviations:
            return report
        from contracts.exceptions import deviations  # noqa: PLC0415 - 5 ms, and few runs have any

        return deviations.apply(report, self.deviations, datetime.now(UTC).date())

    def _notes(self, evidence: Evidence) -> Iterator[str]:
        if self.access.allow_plain_http:
            yield "plain HTTP was allowed: whoever is on the way reads the token and can change the answers"
        if self.access.proxy:
            yield f"the target was asked through the proxy {self.access.proxy}"
        credentials = self.target.credentials
        if isinstance(credentials, Exchanged) and credentials.exchanges:
            times = counted(credentials.exchanges, "time")
            yield f"beside the requests above, {credentials.origin} was exchanged {times}"
        for exchange in evidence.exchanges:
            response = exchange.response
            yield from exchange.notes
            if response and (_MASKED in response.body or any(_MASKED.decode() in text for _, text in response.headers)):
                yield f"the target repeats the token in its answer to {exchange.probe}: whoever logs answers logs it"


def _after_the_run(exchange: Exchange) -> Exchange:
    """Return the exchange; as one that was too slow where the time of the run was over while its answer was masked."""
    return replace(exchange, failure=TooSlow(str(exchange.failure))) if isinstance(exchange.failure, Late) else exchange


def verify(run: Run) -> Report:
    """Make the run: send the probes, judge what came back, return the report."""
    run.target.wait(run.settings.wait)
    started = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    clock = time.perf_counter()
    with until(0.0, lambda: -run.target.remaining):  # masking goes through bodies, too
        evidence = run.evidence(run.exchanges())
    report = run.report(evidence)
    return run.compared(replace(report, started=started, seconds=round(time.perf_counter() - clock, 3)))
