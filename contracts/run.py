"""A run: settings in, a report out. Both doors, the command line and pytest, come through here."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from contracts import __version__
from contracts.configuration import NO_TARGET
from contracts.core.clause import Clause
from contracts.core.errors import UsageError
from contracts.core.exchange import Exchange, Headers, Response
from contracts.core.report import Access, Report, Spent
from contracts.event_categories.clauses import CLAUSES
from contracts.event_categories.digest import digest
from contracts.event_categories.policy import Policy
from contracts.event_categories.probes import PER_MINUTE, Probe, needed
from contracts.selection import select
from contracts.settings import Settings
from contracts.target import certificates
from contracts.target.address import Address, parse
from contracts.target.budget import Budget, Deadline, Limits
from contracts.target.connection import Message
from contracts.target.credentials import (
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
from contracts.target.dial import Place
from contracts.target.masking import Secrets
from contracts.target.observe import observe
from contracts.target.request import Field
from contracts.target.target import Target
from contracts.target.wire import Wire

if TYPE_CHECKING:
    from contracts.deviations import Deviation
    from contracts.event_categories.evidence import Evidence
    from contracts.mock.server import MockServer

#: Requests that a run may send beyond those planned, for retries.
_SPARE = 16
#: Judging may take what is left of the deadline, and so many seconds when the target has used it up.
_JUDGING = 10.0
_MASKED = f"${BEARER}".encode()


@dataclass(frozen=True)
class Run:
    """A run that is ready to be made: what will be asked of which target, and what is judged then."""

    settings: Settings
    clauses: tuple[Clause, ...]
    probes: tuple[Probe, ...]
    target: Target
    embedded: bool
    deviations: "tuple[Deviation, ...]" = ()

    @property
    def planned(self) -> int:
        """The number of requests without retries, at most."""
        return sum(probe.times for probe in self.probes)

    @property
    def live(self) -> bool:
        """Whether the target is anything else than this machine."""
        return not self.target.address.loopback

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
        return observe(self.target, self.probes, meanwhile=_get_ready)

    def evidence(self, exchanges: Iterable[Exchange]) -> "Evidence":
        """Return the exchanges as evidence about this target."""
        from contracts.event_categories.evidence import Evidence, unless_blocked  # noqa: PLC0415 - see _get_ready

        return Evidence(
            self.target.address.url,
            unless_blocked(exchanges),
            policy=self.settings.auth,
            live=self.live,
            plaintext=self.target.address.plaintext_twin is not None,
            unsafe=bool(self.settings.unsafe_methods or self.embedded),
            burst=self.settings.probe_rate_limit,
        )

    def shown(self) -> dict[str, tuple[str, str]]:
        """Return the effective settings as text, each with its origin; of credentials only the variable's name."""
        shown = self.settings.shown()
        shown["target"] = (self.target.address.url, "the embedded mock" if self.embedded else shown["target"][1])
        shown["max_requests"] = (str(self.target.budget.limit), shown["max_requests"][1])
        origin = self.target.credentials.origin
        where = "the embedded mock" if self.embedded else "environment" if origin else "default"
        return {**shown, "credentials": (origin or "none", where)}

    def report(self, evidence: "Evidence", *, started: str = "", seconds: float = 0.0) -> Report:
        """Judge the evidence, apply the deviations, and return the report."""
        from contracts.event_categories.judge import outcomes  # noqa: PLC0415 - see _get_ready

        budget, clock = self.target.budget, self.target.clock
        ends = clock() + max(self.target.remaining, _JUDGING)
        report = Report(
            suite=__version__,
            digest=digest(),
            target=evidence.url,
            outcomes=outcomes(evidence, self.clauses, lambda _: clock() > ends),
            exchanges=evidence.exchanges,
            total=len(CLAUSES),
            settings=self.shown(),
            scope=replace(evidence.scope, embedded=self.embedded),
            access=self.access,
            strict=self.settings.strict,
            allow_empty=self.settings.allow_empty,
            spent=Spent(self.planned, budget.sent, budget.retries, budget.limit),
            notes=tuple(self._notes(evidence)),
            narrowed=self.settings.narrowed,
            implementation=self.settings.implementation,
            started=started,
            seconds=seconds,
        )
        if not self.deviations:
            return report
        from contracts import deviations  # noqa: PLC0415 - only for a run that has some

        return deviations.apply(report, self.deviations, datetime.now(UTC).date())

    def _notes(self, evidence: "Evidence") -> Iterator[str]:
        if self.access.allow_plain_http:
            yield "plain HTTP was allowed: whoever is on the way reads the token and can change the answers"
        if exchanged := getattr(self.target.credentials, "exchanges", 0):
            yield f"beside the requests above, {API} was exchanged {exchanged} time{'s' * (exchanged != 1)}"
        for exchange in evidence.exchanges:
            response = exchange.response
            if response and (_MASKED in response.body or any(_MASKED.decode() in text for _, text in response.headers)):
                yield f"the target repeats the token in its answer to {exchange.probe}: whoever logs answers logs it"


def _get_ready() -> None:
    """Import what judging needs, and compile the schemas: half of the time to start, spent while an answer is due."""
    from contracts.event_categories import judge, schema  # noqa: F401, PLC0415 - see above

    schema.accepts(schema.ENVELOPE, None)


@contextmanager
def prepare(
    settings: Settings,
    environ: Mapping[str, str],
    *,
    say: Callable[[str], None] = lambda _: None,
    connect_to: Mapping[Place, Place] | None = None,
    mock: "AbstractContextManager[MockServer] | None" = None,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[Run]:
    """Give a run of these settings; the embedded mock, when it is judged, lives as long as the context.

    ``mock`` is another embedded mock than the default one; ``sleep`` waits before a retry. Nothing
    is sent to the target here.

    Raises:
        UsageError: the settings cannot be used.
    """
    if not settings.mock and settings.target is None:
        raise UsageError(NO_TARGET)
    clauses = select(settings.clause)
    known = _known(settings.deviations) if settings.deviations else ()
    plain = settings.allow_plain_http
    address = None if settings.mock else parse(settings.target or "", allow_plain_http=plain)
    auth = parse(settings.auth_url, what="auth-url")
    embedded = address is None
    with (mock or _mock(settings)) if embedded else nullcontext() as server:
        if server is not None:
            address = parse(server.url)
            environ = {BEARER: server.token}
        if address is None:
            raise UsageError("there is no target")
        probes = needed(
            clauses,
            plaintext=address.plaintext_twin is not None,
            unsafe=settings.unsafe_methods or embedded,
            burst=settings.probe_rate_limit,
        )
        most = settings.max_requests or sum(probe.times for probe in probes) + _SPARE
        target = _target(settings, address, auth, environ, most=most, connect_to=connect_to, sleep=sleep, say=say)
        yield Run(settings, clauses, probes, target, embedded, known)


def _known(path: str) -> "tuple[Deviation, ...]":
    from contracts import deviations  # noqa: PLC0415 - likewise

    return deviations.load(path)


def _mock(settings: Settings) -> "MockServer":
    from contracts.mock.server import MockServer  # noqa: PLC0415 - a run against a live target needs no server

    return MockServer(
        auth="public" if settings.auth is Policy.PUBLIC else "required",
        rate_limit=PER_MINUTE if settings.probe_rate_limit else None,
    )


def _target(
    settings: Settings,
    address: Address,
    auth: Address,
    environ: Mapping[str, str],
    *,
    most: int,
    connect_to: Mapping[Place, Place] | None,
    sleep: Callable[[float], None],
    say: Callable[[str], None],
) -> Target:
    client = certificates.client(settings.client_cert, settings.client_key)
    wire = Wire(cap=settings.max_body, ca_bundle=settings.ca_bundle, client=client, connect_to=connect_to)
    if address.scheme == "https":
        wire.prepare()
    limits = Limits(timeout=settings.timeout, retries=settings.retries, concurrency=settings.concurrency)
    secrets, deadline = Secrets(), Deadline(settings.deadline)

    def post(url: str, headers: Headers) -> Response:
        return wire.send(Message("POST", url, headers), min(limits.timeout, deadline.remaining))

    return Target(
        address,
        wire,
        Budget(most, live=not address.loopback),
        secrets,
        deadline,
        _credentials(environ, auth, secrets, post, deadline.clock),
        limits,
        tuple(_fields(settings.header_env, environ, secrets)),
        sleep,
        say,
    )


def _fields(wanted: Iterable[tuple[str, str]], environ: Mapping[str, str], secrets: Secrets) -> Iterator[Field]:
    """Yield each additional header field, its value a secret."""
    for name, variable in wanted:
        value = environ.get(variable, "")
        if not value or value != value.strip() or not (value.isascii() and value.isprintable()):
            raise UsageError(f"--header-env: {variable} is empty, or holds what no header field may")
        if not is_ordinary(value):  # such as the name of an environment: no secret, and in many answers
            secrets.add(value, variable)
        yield Field(name, f"${variable}", partial(SecretValue, value))


def _credentials(
    environ: Mapping[str, str],
    auth: Address,
    secrets: Secrets,
    post: Callable[[str, Headers], Response],
    clock: Callable[[], float],
) -> Credentials:
    if token := environ.get(BEARER):
        check(token, BEARER)
        secrets.add(token, BEARER)
        return Bearer(token)
    if token := environ.get(API):
        check(token, API)
        secrets.add(token, API)
        return Exchanged(token, auth, secrets, post, clock)
    return NoCredentials()


def verify(run: Run) -> Report:
    """Make the run: send the probes, judge what came back, return the report."""
    started = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    clock = time.perf_counter()
    evidence = run.evidence(run.exchanges())
    report = run.report(evidence)
    return replace(report, started=started, seconds=round(time.perf_counter() - clock, 3))
