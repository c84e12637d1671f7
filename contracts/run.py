"""A run: settings and a contract in, a report out. The command line and the pytest plugin come through here."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from contracts import __version__, ci
from contracts.configuration import NO_TARGET
from contracts.core.clause import REPEATABLE, Clause
from contracts.core.contract import Contract
from contracts.core.deadline import until
from contracts.core.errors import Late, TooSlow, UsageError
from contracts.core.exchange import Exchange, Headers, Response
from contracts.core.identity import Identity
from contracts.core.policy import Policy
from contracts.core.probe import Probe
from contracts.core.report import Access, Report, RequestCounts, Scope
from contracts.core.text import counted
from contracts.global_information.digest import digest
from contracts.global_information.outcome import late
from contracts.global_information.probes import PER_MINUTE, needed
from contracts.global_information.schema import list_schema
from contracts.network import certificates
from contracts.network.address import Address, parse
from contracts.network.budget import Budget, Deadline, Limits
from contracts.network.connection import Message
from contracts.network.credentials import (
    API,
    BEARER,
    Bearer,
    Credentials,
    Exchanged,
    NoCredentials,
    SecretValue,
    check,
    is_ordinary,
)
from contracts.network.dial import Place
from contracts.network.kept import kept
from contracts.network.masking import Secrets
from contracts.network.observe import observe
from contracts.network.pace import Pace
from contracts.network.request import Field
from contracts.network.target import Target
from contracts.network.wire import Wire
from contracts.settings import Settings

if TYPE_CHECKING:
    from contracts.baseline import Baseline
    from contracts.deviations import Deviation
    from contracts.global_information.evidence import Evidence
    from contracts.mock.server import MockServer

#: Requests that a run may send beyond those planned, for retries.
_SPARE = 16
#: Judging, and then writing the reports, may take what is left of the deadline, and each so many seconds when it is
#: used up: the list of an honest target takes a few tenths.
_GRACE = 2.0
_MASKED = f"${BEARER}".encode()


@dataclass(frozen=True)
class Run:
    """A run that is ready to be made: what will be asked of which target, and what is judged then."""

    settings: Settings
    contract: Contract
    clauses: tuple[Clause, ...]
    probes: tuple[Probe, ...]
    target: Target
    embedded: bool
    deviations: "tuple[Deviation, ...]" = ()
    identity: Identity = field(default_factory=Identity)
    baseline: "Baseline | None" = None

    @property
    def planned(self) -> int:
        """The number of requests without retries, at most."""
        return sum(probe.times for probe in self.probes)

    @property
    def live(self) -> bool:
        """Whether the target is anything else than this machine."""
        return not self.target.address.loopback

    @property
    def implementation(self) -> str:
        """Whose product is judged, as far as somebody says it."""
        return self.settings.implementation or self.identity.implementation

    @property
    def access(self) -> Access:
        """What whoever asks the target again needs beside its URL."""
        settings = self.settings
        address = self.target.address
        bundle = self.target.wire.verify
        return Access(
            ca_bundle=bundle if isinstance(bundle, str) and address.scheme == "https" else "",
            client_cert=settings.client_cert or "",
            client_key=settings.client_key or "",
            auth_url=settings.auth_url if self.target.credentials.origin == API else "",
            headers=settings.header_env,
            allow_plain_http=address.scheme == "http" and not address.loopback,
        )

    def exchanges(self) -> Iterator[Exchange]:
        """Send the probes and yield what came of each."""
        for exchange in observe(self.target, self.probes, meanwhile=self._get_ready):
            is_late = isinstance(exchange.failure, Late)  # while its answer was masked
            yield replace(exchange, failure=TooSlow(str(exchange.failure))) if is_late else exchange

    def _get_ready(self) -> None:
        """Load what judging needs, and compile the schemas: half of the time to start, spent while an answer is due."""
        from contracts.global_information import judge  # noqa: F401, PLC0415 - see above

        self.contract.checks  # noqa: B018 - loads them
        list_schema(self.contract.schemas, self.contract.key).accepts(None)

    def evidence(self, exchanges: Iterable[Exchange]) -> "Evidence":
        """Return the exchanges as evidence about this target."""
        from contracts.global_information.evidence import Evidence, unless_blocked  # noqa: PLC0415 - see _get_ready

        scope = Scope(
            policy=self.settings.auth,
            live=self.live,
            plaintext=self.target.address.plaintext_url is not None,
            unsafe=bool(self.settings.unsafe_methods or self.embedded),
            burst=self.settings.probe_rate_limit,
            embedded=self.embedded,
            selected=self.settings.clause,
        )
        bounded = kept(exchanges, self.settings.max_body)
        return Evidence(self.target.address.url, unless_blocked(bounded), scope, self.contract)

    def shown(self) -> dict[str, tuple[str, str]]:
        """Return the effective settings as text, each with its origin; of credentials only the variable's name."""
        shown = self.settings.shown()
        shown["target"] = (self.target.address.url, "the embedded mock" if self.embedded else shown["target"][1])
        shown["max_requests"] = (str(self.target.budget.limit), shown["max_requests"][1])
        origin = self.target.credentials.origin
        where = "the embedded mock" if self.embedded else "environment" if origin else "default"
        return {**shown, "credentials": (origin or "none", where)}

    def report(self, evidence: "Evidence") -> Report:
        """Judge the evidence, apply the deviations, and return the report."""
        from contracts.global_information.judge import outcomes  # noqa: PLC0415 - see _get_ready

        budget, clock = self.target.budget, self.target.clock
        ends = clock() + max(self.target.remaining, _GRACE)
        with until(ends, clock):
            judged = outcomes(evidence, self.clauses, lambda _: clock() > ends)
        report = Report(
            contract=self.contract,
            suite=__version__,
            digest=digest(self.contract),
            target=evidence.url,
            outcomes=judged,
            exchanges=evidence.exchanges,
            settings=self.shown(),
            scope=evidence.scope,
            access=self.access,
            strict=self.settings.strict,
            allow_empty=self.settings.allow_empty,
            requests=RequestCounts(self.planned, budget.sent, budget.retries, budget.limit),
            notes=tuple(self._notes(evidence)),
            narrowed=self.settings.narrowed,
            implementation=self.implementation,
            identity=self.identity,
        )
        return self._waived(report)

    def writing(self) -> AbstractContextManager[None]:
        """Let what is done inside be over in time: rendering goes through bodies, too, and raises Late then."""
        clock = self.target.clock
        return until(clock() + max(self.target.remaining, _GRACE), clock)

    def unwritten(self, report: Report) -> Report:
        """Return what is left of a report for which the time was over before it was written: no body, no judgement.

        A verdict that nobody could reproduce from what was written would be a claim.
        """
        slow = TooSlow("the time of the run was over before this answer was written down (--deadline)")
        exchanges = (replace(e, response=None, failure=slow if e.response else e.failure) for e in report.exchanges)
        outcomes = (late(outcome.clause) for outcome in report.outcomes)
        left = replace(report, exchanges=tuple(exchanges), outcomes=tuple(outcomes), stale=())
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
        from contracts import deviations  # noqa: PLC0415 - only for a run that has some

        return deviations.apply(report, self.deviations, datetime.now(UTC).date())

    def _notes(self, evidence: "Evidence") -> Iterator[str]:
        if self.access.allow_plain_http:
            yield "plain HTTP was allowed: whoever is on the way reads the token and can change the answers"
        if exchanged := getattr(self.target.credentials, "exchanges", 0):
            yield f"beside the requests above, {API} was exchanged {counted(exchanged, 'time')}"
        for exchange in evidence.exchanges:
            response = exchange.response
            if response and (_MASKED in response.body or any(_MASKED.decode() in text for _, text in response.headers)):
                yield f"the target repeats the token in its answer to {exchange.probe}: whoever logs answers logs it"


@contextmanager
def prepare(
    settings: Settings,
    contract: Contract,
    environ: Mapping[str, str],
    *,
    say: Callable[[str], None] = lambda _: None,
    connect_to: Mapping[Place, Place] | None = None,
    mock: "AbstractContextManager[MockServer] | None" = None,
    identity: Identity | None = None,
    pace: Pace | None = None,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[Run]:
    """Give a run of these settings by a contract; the embedded mock, when it is judged, lives as long as the context.

    ``mock`` is another embedded mock than the default one; ``identity`` is what the settings do not say of the target,
    ``pace`` that of its account; ``sleep`` waits before a retry. Nothing is sent to the target here.

    Raises:
        UsageError: the settings cannot be used.
    """
    if not settings.mock and settings.target is None:
        raise UsageError(NO_TARGET)
    identity = replace(identity or Identity(settings.name, environment=settings.environment), ci=ci.run_url(environ))
    clauses = contract.select(settings.clause)
    known = _known(settings.deviations, contract) if settings.deviations else ()
    baseline = _baseline(settings.baseline, settings.accept, contract) if settings.baseline else None
    plain = settings.allow_plain_http
    address = None if settings.mock else parse(settings.target or "", contract.path, allow_plain_http=plain)
    auth = parse(settings.auth_url, what="auth-url")
    embedded = address is None
    with (mock or _mock(settings, contract)) if embedded else nullcontext() as server:
        if server is not None:
            address = parse(server.url, contract.path)
            environ = {BEARER: server.token}
        if address is None:
            raise UsageError("there is no target")
        probes = _probes(settings, contract, clauses, address, embedded=embedded)
        most = settings.max_requests or sum(probe.times for probe in probes) + _SPARE
        parts = _Parts(settings, contract, address, auth, environ)
        target = parts.target(most=most, connect_to=connect_to, sleep=sleep, say=say)
        target.budget.pace = pace
        yield Run(settings, contract, clauses, probes, target, embedded, known, identity, baseline)


def _probes(
    settings: Settings, contract: Contract, clauses: tuple[Clause, ...], address: Address, *, embedded: bool
) -> tuple[Probe, ...]:
    compared = (contract.clause[REPEATABLE],) if settings.baseline else ()  # also where only others are judged
    return needed(
        contract,
        (*clauses, *compared),
        plaintext=address.plaintext_url is not None,
        unsafe=settings.unsafe_methods or embedded,
        burst=settings.probe_rate_limit,
    )


def _known(path: str, contract: Contract) -> "tuple[Deviation, ...]":
    from contracts import deviations  # noqa: PLC0415 - likewise

    return deviations.load(path, contract)


def _baseline(path: str, accept: str | None, contract: Contract) -> "Baseline":
    from contracts import baseline  # noqa: PLC0415 - likewise

    return baseline.load(path, accept, contract)


def _mock(settings: Settings, contract: Contract) -> "MockServer":
    from contracts.mock.sample import sample_of  # noqa: PLC0415 - likewise
    from contracts.mock.server import MockServer  # noqa: PLC0415 - a run against a live target needs no server

    return MockServer(
        sample_of(contract),
        auth="public" if settings.auth is Policy.PUBLIC else "required",
        rate_limit=PER_MINUTE if settings.probe_rate_limit else None,
    )


@dataclass(frozen=True)
class _Parts:
    """What a target is made of: what was asked for, and the variables that hold the secrets."""

    settings: Settings
    contract: Contract
    address: Address
    auth: Address
    environ: Mapping[str, str]

    def target(
        self,
        *,
        most: int,
        connect_to: Mapping[Place, Place] | None,
        sleep: Callable[[float], None],
        say: Callable[[str], None],
    ) -> Target:
        """Return the target, finished; ``most`` requests may be sent to it."""
        settings, address = self.settings, self.address
        client = certificates.client(settings.client_cert, settings.client_key)
        wire = Wire(cap=settings.max_body, ca_bundle=settings.ca_bundle, client=client, connect_to=connect_to)
        if address.scheme == "https":
            wire.prepare()
        limits = Limits(timeout=settings.timeout, retries=settings.retries, concurrency=settings.concurrency)
        secrets, deadline = Secrets(), Deadline(settings.deadline)

        def post(url: str, headers: Headers) -> Response:
            return wire.send(Message("POST", url, headers), min(limits.timeout, deadline.remaining))

        return Target(
            self.contract,
            address,
            wire,
            Budget(most, live=not address.loopback),
            secrets,
            deadline,
            self._credentials(secrets, post, deadline.clock),
            limits,
            tuple(self._fields(secrets)),
            sleep,
            say,
        )

    def _fields(self, secrets: Secrets) -> Iterator[Field]:
        """Yield each additional header field, its value a secret."""
        for name, variable in self.settings.header_env:
            value = self.environ.get(variable, "")
            if not value or value != value.strip() or not (value.isascii() and value.isprintable()):
                raise UsageError(f"--header-env: {variable} is empty, or holds what no header field may")
            if not is_ordinary(value, self.contract):  # such as the name of an environment: in many answers
                secrets.add(value, variable)
            yield Field(name, f"${variable}", partial(SecretValue, value))

    def _credentials(
        self, secrets: Secrets, post: Callable[[str, Headers], Response], clock: Callable[[], float]
    ) -> Credentials:
        if token := self.environ.get(BEARER):
            check(token, BEARER, self.contract)
            secrets.add(token, BEARER)
            return Bearer(token)
        if token := self.environ.get(API):
            check(token, API, self.contract)
            secrets.add(token, API)
            return Exchanged(token, self.auth, secrets, post, clock, self.contract)
        return NoCredentials()


def verify(run: Run) -> Report:
    """Make the run: send the probes, judge what came back, return the report."""
    started = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    clock = time.perf_counter()
    with until(run.target.clock() + run.target.remaining, run.target.clock):  # masking goes through bodies, too
        evidence = run.evidence(run.exchanges())
    report = run.report(evidence)
    return run.compared(replace(report, started=started, seconds=round(time.perf_counter() - clock, 3)))
