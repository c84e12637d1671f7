"""Preparing a run: from settings, a contract and the variables that hold the secrets to a run that can be made."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import fields, replace
from secrets import randbits
from string import Formatter
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote

from contracts.core.contract import LIST, PER_MINUTE, Contract, Policy
from contracts.core.errors import NoTarget, UsageError
from contracts.core.exchange import Headers, Response
from contracts.core.report import Identity
from contracts.judging.judge import said_of
from contracts.masking.secrets import Secrets
from contracts.network import certificates
from contracts.network.connection import Connection, Wire
from contracts.network.credentials import (
    API,
    BEARER,
    Bearer,
    Credentials,
    Exchanged,
    Field,
    SecretValue,
    Variables,
    check,
    is_ordinary,
    mistake,
    service_for,
)
from contracts.network.dial import Address, Place, parse
from contracts.network.http1 import Message
from contracts.network.pace import Budget, Deadline, Limits, Pace
from contracts.network.target import Target
from contracts.run import SAID, Plan, Run
from contracts.settings.sources import TOKENS
from contracts.settings.table import Settings

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    from contracts.comparison.gate import Baseline
    from contracts.exceptions.entry import Entry
    from contracts.mock.server import MockServer

Value = TypeVar("Value", bound="DataclassInstance")

#: The URL of a run as its service makes it: GitHub Actions, GitLab, Buildkite, CircleCI, Azure Pipelines; Jenkins comes
#: last, for its variable has a name that others use, too.
_CI_URLS = (
    "{GITHUB_SERVER_URL}/{GITHUB_REPOSITORY}/actions/runs/{GITHUB_RUN_ID}",
    "{CI_JOB_URL}",
    "{BUILDKITE_BUILD_URL}",
    "{CIRCLE_BUILD_URL}",
    "{SYSTEM_COLLECTIONURI}{SYSTEM_TEAMPROJECT}/_build/results?buildId={BUILD_BUILDID}",
    "{BUILD_URL}",
)
#: A longer text is no URL of a run, in characters.
_LONGEST_URL = 2000


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
    tokens: Variables | None = None,
    secrets: Secrets | None = None,
    sleep: Callable[[float], None] | None = None,
) -> Iterator[Run]:
    """Give a run of these settings by a contract; the embedded mock, when it is judged, lives as long as the context.

    ``mock`` is another embedded mock than the default one; ``identity`` is what the settings do not say of the target,
    ``pace`` that of its account; ``tokens`` names the variables of its token; ``secrets`` are those of all runs of
    this process; ``sleep`` waits before a retry and a second observation, which the embedded mock is not worth. Nothing
    is sent to the target here.

    Raises:
        UsageError: the settings cannot be used.
    """
    identity = identity or Identity()
    identity = replace(identity, name=settings.name, environment=settings.environment, ci=ci_url(environ))
    secrets = Secrets(secrets or secrets_of(environ, settings, contract))
    identity = _masked(identity, secrets)
    said: dict[str, Any] = {name: secrets.mask(getattr(settings, name)) for name in SAID}
    settings = replace(_seeded(settings), **said)
    with _judged(settings, contract, environ, mock) as (address, variables):
        if secrets.mask(address.url) != address.url:
            raise UsageError("the target holds a token: an address is printed, logged and stored; take it out")
        plan = Plan(settings, contract, address)
        contract.select(settings.clause)  # a name that is none is told before any file is read
        known = _deviations(settings.deviations, contract) if settings.deviations else ()
        known = tuple(_masked(entry, secrets) for entry in known)
        baseline = _baseline(settings.baseline, settings, contract) if settings.baseline else None
        baseline = baseline and _masked(baseline, secrets)
        sleep = sleep or (_at_once if settings.mock else time.sleep)
        wire = _wire(settings, address, connect_to or {})
        target = _target(plan, wire, variables, tokens or Variables(), secrets, pace=pace, sleep=sleep, say=say)
        yield Run(
            settings,
            contract,
            address,
            target.credentials.origin,
            target=target,
            deviations=known,
            identity=identity,
            baseline=baseline,
        )


def _at_once(_seconds: float) -> None:
    """Wait for nothing."""


@contextmanager
def _judged(
    settings: Settings,
    contract: Contract,
    environ: Mapping[str, str],
    mock: "AbstractContextManager[MockServer] | None",
) -> Iterator[tuple[Address, Mapping[str, str]]]:
    """Give the address of what is judged, the embedded mock or the target, and the variables with its secrets.

    Raises:
        UsageError: there is no target, or it is no address.
    """
    if settings.mock:
        with mock or _mock(settings, contract) as server:
            yield parse(server.url, contract.path), {BEARER: server.token}
    elif settings.target is None:
        raise NoTarget
    else:
        yield parse(settings.target, contract.path, allow_plain_http=settings.allow_plain_http), environ


def _deviations(path: str, contract: Contract) -> "tuple[Entry, ...]":
    from contracts.exceptions import deviations  # noqa: PLC0415 - 5 ms, and few runs have any

    return deviations.kind_of(contract).load(path)


def _baseline(path: str, settings: Settings, contract: Contract) -> "Baseline":
    from contracts.sources import load_baseline  # noqa: PLC0415 - 34 ms, and few runs have one

    asked = {name: getattr(settings, name) for name in ("accept", "fail_on", "max_age")}
    return load_baseline(path, contract, **asked)


def _mock(settings: Settings, contract: Contract) -> "MockServer":
    from contracts.mock.reply import sample_of  # noqa: PLC0415 - 9 ms, and a live target needs none of it
    from contracts.mock.server import MockServer  # noqa: PLC0415 - likewise

    return MockServer(
        sample_of(contract),
        auth="optional" if settings.auth is Policy.EITHER else settings.auth,
        rate_limit=PER_MINUTE if settings.probe_rate_limit else None,
    )


def _seeded(settings: Settings) -> Settings:
    """Return the settings with a seed: one that nobody can foresee, but for the embedded mock, which looks at none."""
    if settings.seed is not None:
        return settings
    origins = {**settings.origins, "seed": "made up for this run"}
    return replace(settings, seed=0 if settings.mock else randbits(32), origins=origins)


def _wire(settings: Settings, address: Address, connect_to: Mapping[Place, Place]) -> Wire:
    client, named = None, (settings.ca_bundle, settings.client_cert, settings.client_key)
    if any(named) or not settings.mock:  # which speaks no TLS
        certificates.check_authorities(settings.ca_bundle)
        client = certificates.client(settings.client_cert, settings.client_key)
    if address.scheme == "https":
        certificates.read_ahead(settings.ca_bundle, client)
    return Wire(settings.max_body, settings.ca_bundle, client, connect_to)


def _target(
    plan: Plan,
    wire: Wire,
    environ: Mapping[str, str],
    tokens: Variables,
    secrets: Secrets,
    *,
    pace: Pace | None,
    sleep: Callable[[float], None],
    say: Callable[[str], None],
) -> Target:
    """Return the target of a plan, with what its variables hold."""
    settings, contract, address = plan.settings, plan.contract, plan.address
    if settings.auth_url:  # one that is none is told before anything is sent
        service_for(address, settings.auth_url)
    limits = Limits(timeout=settings.timeout, retries=settings.retries, concurrency=settings.concurrency)
    deadline = Deadline(settings.deadline)

    def post(url: str, headers: Headers) -> Response:
        connection = Connection(url, wire, fresh=True)
        return connection.exchange(Message("POST", url, headers), min(limits.timeout, deadline.remaining))

    def exchanged(token: str, name: str) -> Credentials:
        return Exchanged(token, service_for(address, settings.auth_url), secrets, post, deadline.clock, contract, name)

    credentials = Credentials()
    for name, shown, made in ((tokens.bearer, BEARER, Bearer), (tokens.api, API, exchanged)):
        if token := environ.get(name):
            check(token, name, contract)
            secrets.add(token, shown)
            credentials = made(token, name)
            break
    return Target(
        address,
        wire,
        Budget(plan.most, pace or (None if address.loopback else Pace()), shared=pace is not None),
        secrets,
        deadline,
        credentials,
        limits,
        tuple(_fields(settings, environ)),
        sleep,
        say,
        lambda response: said_of(response, contract),
        contract.probe[LIST],
        settings.seed or 0,
    )


def _fields(settings: Settings, environ: Mapping[str, str]) -> Iterator[Field]:
    """Yield each additional header field, its value a secret."""
    for name, variable in settings.header_env:
        value = environ.get(variable)
        if value is None:
            raise UsageError(f"--header-env {name}: the variable that is named there is not set")
        if words := mistake(value):
            raise UsageError(f"--header-env {name}: {variable} {words}")
        yield Field(name, variable, SecretValue(value))


def secrets_of(environ: Mapping[str, str], settings: Settings, contract: Contract, *variables: str) -> Secrets:
    """Return the secrets of a process: what its variables hold, whichever run sends them, and those named besides."""
    secrets = Secrets()
    for name in dict.fromkeys((*TOKENS, *variables, *(variable for _, variable in settings.header_env))):
        value = environ.get(name, "")
        if not is_ordinary(value, contract):  # such as the name of an environment: in many answers
            secrets.add(value, name)
    return secrets


def _masked(value: Value, secrets: Secrets) -> Value:
    """Return a frozen value whose texts hold no secret; such a text may be anybody's, and stands in every report."""
    texts: dict[str, Any] = {each.name: getattr(value, each.name) for each in fields(value)}
    return replace(value, **{name: secrets.mask(text) for name, text in texts.items() if type(text) is str})


def ci_url(environ: Mapping[str, str]) -> str:
    """Return the URL of the CI run that this process is a part of, or nothing.

    The variables are somebody's text: what is no http or https URL of one line is left out. What is in a URL may
    still be markup to somebody, and is text to every writer.
    """
    for pattern in _CI_URLS:
        names = [name for _, name, _, _ in Formatter().parse(pattern) if name]
        if all(environ.get(name) for name in names):
            values = {name: environ[name] for name in names}
            if "SYSTEM_TEAMPROJECT" in values:
                values["SYSTEM_TEAMPROJECT"] = quote(values["SYSTEM_TEAMPROJECT"])  # a project may have blanks
            url = pattern.format(**values)
            is_url = url.startswith(("https://", "http://")) and url.isprintable() and " " not in url
            return url if is_url and len(url) <= _LONGEST_URL else ""
    return ""
