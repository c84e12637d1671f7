"""Auditing a bundle: the requests that its settings plan are built again, and what came of them is judged again.

Nothing in a bundle is believed that can be known without it. What cannot be known, such as who made it, what never came
and by which deviations and which baseline it was judged, is its maker's, and whoever reads it is told.
"""

import re
from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from contracts import bundle
from contracts.bundle import ACCEPT, BASELINE, DEVIATIONS, RESULT
from contracts.comparison.gate import kept
from contracts.core.contract import LIST, Authorization, Contract, Probe
from contracts.core.errors import BrokenAnswer, CouldNotJudge, Reason, Unavailable, UsageError
from contracts.core.exchange import REFUSALS, TOO_MANY, Exchange, intermediary
from contracts.core.made_up import token_like
from contracts.core.report import Report, RequestCounts, StaleDeviation, State
from contracts.core.text import counted, shorten
from contracts.exceptions import deviations
from contracts.formats import result
from contracts.judging.evidence import Evidence, unless_blocked
from contracts.judging.judge import report_of
from contracts.judging.strict_json import value_of
from contracts.network.credentials import service_for
from contracts.network.dial import parse
from contracts.network.http1 import read_again
from contracts.reading import CAP, readable
from contracts.run import Plan
from contracts.settings.sources import restored

#: Clocks differ: what was made so much later than now was not made in the future.
_FORGIVEN = timedelta(minutes=5)
#: Times are rounded to milliseconds.
_ROUNDED = 0.005
#: How a report shows that there is no token, and what the name of a variable that holds one is like.
_NONE, _VARIABLE = "none", re.compile("[A-Za-z_][A-Za-z0-9_]{0,99}")
#: What a bundle was judged by beside its exchanges.
_MAKERS = {DEVIATIONS: "the known deviations", BASELINE: "the baseline", ACCEPT: "the exceptions to it"}
_NOT_SENT = "not sent: "


@dataclass(frozen=True)
class Audit:
    """What a bundle comes to: the report that its exchanges give, and in words what of it is not so.

    ``differences`` are what somebody made up or edited, ``missing`` is what the settings plan and the bundle lacks.
    ``unused`` are deviations that excuse nothing here, where several targets share them; ``texts`` are the files that
    are the maker's, by name, and ``made`` is when the run began.
    """

    report: Report
    differences: tuple[str, ...]
    missing: tuple[str, ...]
    unused: tuple[StaleDeviation, ...]
    texts: Mapping[str, str]
    made: datetime

    def require_agreement(self, name: str) -> None:
        """Refuse a bundle, which is called ``name``, where something of it is not so.

        Raises:
            UsageError: it differs from its exchanges.
        """
        if self.differences:
            raise UsageError(f"{name} differs from its exchanges: {self.differences[0]}")

    @property
    def notes(self) -> tuple[str, ...]:
        """What whoever reads the verdict has to know of it."""
        names = " and ".join(_MAKERS[name] for name in self.texts)
        notes = [f"{names} are those of whoever made the bundle: the verdict stands with them"] if names else []
        if self.unused:
            left = counted(len(self.unused), "deviation")
            notes.append(f"{left} that excuse nothing here would be stale, if no other target shared them as it says")
        return tuple(notes)


def audit(content: bytes, contract_of: Callable[[str], Contract], now: datetime, cap: int = CAP) -> Audit:
    """Judge the exchanges of a bundle again, as its settings plan them; ``contract_of`` gives the contract of a name.

    Its files may hold ``cap`` bytes.

    Raises:
        UsageError: it cannot be read, or was made by another version of the suite or of the contract.
    """
    with readable("the bundle"):
        return _audited(bundle.unpack(content, cap), contract_of, now)


def _audited(files: Mapping[str, bytes], contract_of: Callable[[str], Contract], now: datetime) -> Audit:
    contract = bundle.contract_in(files, contract_of)
    claimed = result.read(value_of(files[RESULT], "the report"), lambda _: contract)
    bundle.refuse_foreign(claimed.suite, claimed.digest, lambda: contract)
    texts = {name: bundle.text_of(files, name) for name in (DEVIATIONS, BASELINE, ACCEPT) if name in files}
    judge = _Judge(claimed, _plan(claimed), _made(claimed), texts)
    report = judge.report(claimed.exchanges)
    # A run for which the time was over says less than its exchanges do; it must not hide what they break.
    broken = {outcome.clause.id for outcome in report.of(State.BREACHED, State.WAIVED)}
    late = {outcome.clause.id for outcome in claimed.outcomes if outcome.because is Reason.LATE} - broken
    expected = judge.report(claimed.exchanges, late) if late else report
    missing = dict(_missing(judge.plan, claimed.exchanges))
    if missing:
        report = judge.report((*claimed.exchanges, *missing.values()))
    differences = (
        *_when(claimed, judge.made, now),
        *_unplanned(judge.plan, claimed.exchanges),
        *_too_soon(judge.plan, claimed.exchanges),
        *judge.unlike(),
        *_claims(claimed, expected),
        *bundle.unlike(files, expected),
    )
    return Audit(replace(report, foreign=True), differences, tuple(missing), judge.unused, texts, judge.made)


def _plan(claimed: Report) -> Plan:
    """Return the plan of the settings that a report shows.

    Raises:
        UsageError: these are no settings of a run, or the report is of something else.
    """
    shown = {name: value for name, (value, _) in claimed.settings.items()}
    settings = restored(shown, f"{RESULT}: settings")
    origin = shown.get("credentials", _NONE)
    if shown.keys() != {*settings.shown(), "credentials"} or not _VARIABLE.fullmatch(origin):
        raise UsageError(f"{RESULT}: settings: there are others than those of a run")
    if settings.target is None or settings.seed is None:
        raise UsageError(f"{RESULT}: settings: target and seed of the run are missing")
    address = parse(settings.target, claimed.contract.path, allow_plain_http=True)
    plan = Plan(settings, claimed.contract, address, "" if origin == _NONE else origin)
    if (settings.contract, settings.target, settings.max_requests) != (claimed.contract.name, address.url, plan.most):
        raise UsageError(f"{RESULT}: settings: contract, target or max_requests are not shown as a run shows them")
    return plan


def _made(claimed: Report) -> datetime:
    made = datetime.fromisoformat(claimed.started) if claimed.started else None
    if made is None or made.tzinfo is None:
        raise UsageError(f"{RESULT} does not say when the run was made")
    return made


@dataclass
class _Judge:
    """Judges the exchanges of a claimed report again; ``unused`` are the shared deviations that excused nothing."""

    claimed: Report
    plan: Plan
    made: datetime
    texts: Mapping[str, str]
    unused: tuple[StaleDeviation, ...] = ()

    def report(self, exchanges: Iterable[Exchange], late: Container[str] = ()) -> Report:
        """Return the report on the exchanges; the clauses of these ids are left to the lateness of the run."""
        claimed, plan, settings = self.claimed, self.plan, self.plan.settings
        evidence = Evidence(plan.address.url, tuple(exchanges), plan.scope, plan.contract)
        found = report_of(evidence, plan.clauses, lambda clause: clause.id in late)
        judged = replace(
            found,
            settings=claimed.settings,
            access=plan.access_by(auth_url=self._auth_url(), proxy=claimed.access.proxy),
            strict=settings.strict,
            allow_empty=settings.allow_empty,
            requests=RequestCounts(plan.requests, claimed.requests.sent, claimed.requests.retries, plan.most),
            notes=claimed.notes,
            narrowed=claimed.narrowed,
            implementation=settings.implementation or claimed.identity.implementation,
            identity=replace(claimed.identity, name=settings.name, environment=settings.environment),
            started=claimed.started,
            seconds=claimed.seconds,
        )
        if (text := self.texts.get(DEVIATIONS)) is not None:
            entries = deviations.kind_of(plan.contract).read(text, DEVIATIONS)
            judged = deviations.apply(judged, entries, self.made.astimezone(UTC).date())
        if claimed.shared_deviations:
            judged, self.unused = deviations.shared(judged)
        if (text := self.texts.get(BASELINE)) is None:
            return judged
        old = kept(text, self.texts.get(ACCEPT), settings.baseline or "", settings.fail_on, settings.max_age)
        return old.compared(judged)

    def _auth_url(self) -> str:
        """Return where the settings have a token exchanged, if one was."""
        plan = self.plan
        return service_for(plan.address, plan.settings.auth_url).base if self.claimed.access.auth_url else ""

    def unlike(self) -> Iterator[str]:
        """Yield where the bundle is not what the settings say of it."""
        settings, claimed = self.plan.settings, self.claimed
        for file, named in (
            (DEVIATIONS, settings.deviations),
            (BASELINE, settings.baseline),
            (ACCEPT, settings.accept),
        ):
            if (named is None) != (file not in self.texts):
                words = "name none, and it is there" if named is None else "name one, and it is missing"
                yield f"{file}: the settings {words}"
        if claimed.shared_deviations and DEVIATIONS not in self.texts:
            yield f"shared_deviations: targets share their deviations, and there is no {DEVIATIONS}"
        sent, least = claimed.requests.sent, sum(each.sent for each in claimed.exchanges if each.response)
        if sent > self.plan.most:
            yield f"requests: {sent:,} were sent, and {self.plan.most:,} are allowed"
        if sent < least + claimed.requests.retries:
            yield f"requests: {sent:,} were sent, and the answers and retries are more"


def _when(claimed: Report, made: datetime, now: datetime) -> Iterator[str]:
    ended = max((each.began + each.seconds for each in claimed.exchanges), default=0.0)
    if made + timedelta(seconds=max(claimed.seconds, ended)) > now + _FORGIVEN:
        yield f"made in the future: the run began at {claimed.started}"


def _planned(plan: Plan, exchanges: tuple[Exchange, ...]) -> tuple[tuple[Probe, ...], ...]:
    """Return the probes of each observation that is planned; the second one where the answers of the first differ.

    Where one of these is not there, nobody can say whether they differed.
    """
    first = tuple(each for each in exchanges if each.observation == 1)
    is_unsteady = bool(Evidence(plan.address.url, first, plan.scope, plan.contract).unsteady)
    is_open = len(first) < len(exchanges) and any(each.response is None for each in first)
    return (plan.probes, plan.second) if plan.second and (is_unsteady or is_open) else (plan.probes,)


def _missing(plan: Plan, exchanges: tuple[Exchange, ...]) -> Iterator[tuple[str, Exchange]]:
    """Yield in words each exchange that is planned and not there, with one that stands in its place."""
    for observation, probes in enumerate(_planned(plan, exchanges), 1):
        there = Counter(each.probe for each in exchanges if each.observation == observation)
        for probe in probes:
            there[probe.name] -= 1
            if there[probe.name] < 0:
                request = plan.request(probe, token_like("", plan.settings.seed or 0))
                words = f"the answer to {probe.name} of observation {observation}"
                failure = CouldNotJudge(f"the bundle lacks {words}")
                yield words, Exchange(probe.name, request, failure=failure, observation=observation)


def _unplanned(plan: Plan, exchanges: tuple[Exchange, ...]) -> Iterator[str]:
    """Yield what is there and not planned, what was sent otherwise than planned, and what hides an answer."""
    planned = _planned(plan, exchanges)
    for (observation, name), times in Counter((each.observation, each.probe) for each in exchanges).items():
        if observation > len(planned):
            yield f"{shorten(name, 80)} is there in a second observation, and the answers of the first agree"
        elif times > (wanted := Counter(probe.name for probe in planned[observation - 1])[name]):
            yield f"{shorten(name, 80)} is there {times:,} times in observation {observation}, and {wanted} are planned"
    by_name = {probe.name: probe for probe in plan.probes}
    bare = (replace(each, failure=None) if each.response else each for each in exchanges)
    for each, judged in zip(exchanges, unless_blocked(bare), strict=True):
        if each.probe in by_name:
            yield from _unlike_its_probe(plan, by_name[each.probe], each)
            yield from _hidden(by_name[each.probe], each, judged.failure)
    for observation in range(1, len(planned) + 1):
        those = [each for each in exchanges if each.observation == observation]
        if not any(each.probe == LIST and each.failure for each in those):
            unsent = (each.probe for each in those if _is_unsent(each))
            yield from (f"{name} was not sent, although the list was answered" for name in unsent)


def _too_soon(plan: Plan, exchanges: Iterable[Exchange]) -> Iterator[str]:
    """Yield that a second observation did not wait for what may settle; the embedded mock is not waited for."""
    sent = [each for each in exchanges if not _is_unsent(each)]
    ends = [each.began + each.seconds for each in sent if each.observation == 1]
    begins = [each.began for each in sent if each.observation != 1]
    if ends and begins and not plan.settings.mock:
        paused, settle = min(begins) - max(ends), plan.settings.settle
        if paused < settle - _ROUNDED:
            yield f"observation 2 began {paused:.3g} s after the first, and has to wait {settle:g} s (--settle)"


def _is_unsent(exchange: Exchange) -> bool:
    return exchange.response is None and str(exchange.failure or "").startswith(_NOT_SENT)


def _unlike_its_probe(plan: Plan, probe: Probe, exchange: Exchange) -> Iterator[str]:
    sent, token = exchange.request, ""
    if exchange.sent > probe.times:
        yield f"{probe.name} was sent {exchange.sent:,} times, and at most {probe.times:,} are planned"
    if probe.authorization is Authorization.MADE_UP:
        token = dict(sent.headers).get("Authorization", "").removeprefix("Bearer ")
        if not token or token_like(token, plan.settings.seed or 0) != token:
            yield f"{probe.name} was sent with another token than the seed makes up"
    planned = plan.request(probe, token)
    if (sent.method, sent.url) != (planned.method, planned.url):
        line = shorten(f"{sent.method} {sent.url}", 200)
        yield f"{probe.name} was sent as {line}, and {planned.method} {planned.url} is planned"
    elif sent.headers != planned.headers:
        names = {name for name, _ in set(sent.headers) ^ set(planned.headers)} or {"their order"}
        yield f"{probe.name} was sent with other header fields than planned: {shorten(', '.join(sorted(names)), 200)}"


def _hidden(probe: Probe, exchange: Exchange, blocked: CouldNotJudge | None) -> Iterator[str]:
    """Yield what is wrong with the failure of an exchange: what is there is judged, unless it is not the API's."""
    response, failure = exchange.response, exchange.failure
    if response is None:
        if failure is None:
            yield f"{probe.name} has neither an answer nor a failure"
        return
    try:
        read_again(response, exchange.request.method)
    except BrokenAnswer as problem:
        yield f"the answer to {probe.name} can have come over no wire: {problem}"
    who = "" if probe.times > 1 and response.status == TOO_MANY else intermediary(response)
    is_refused = response.status in REFUSALS and probe.authorization is Authorization.GIVEN
    if failure is None and (who or blocked):
        yield f"the answer to {probe.name} is taken for one of the API: {who or blocked}"
    if failure is not None and not (is_refused or failure == blocked or (who and isinstance(failure, Unavailable))):
        yield f"the answer to {probe.name} is there, and is not judged: {shorten(str(failure))}"


def _claims(claimed: Report, expected: Report) -> Iterator[str]:
    if claimed.conclusion != expected.conclusion:
        yield f"verdict: {claimed.conclusion} is claimed, the exchanges give {expected.conclusion}"
    before = {outcome.clause.id: outcome for outcome in claimed.outcomes}
    after = {outcome.clause.id: outcome for outcome in expected.outcomes}
    for name in [*after, *(before.keys() - after.keys())]:
        one, other = before.get(name), after.get(name)
        if one is None or other is None:
            yield f"clauses: {name} is {'missing' if one is None else 'foreign'}"
        elif one != other:
            yield (
                f"{name}: {one.state} with {one.observations} observations and {one.count} findings is claimed, "
                f"the exchanges give {other.state} with {other.observations} and {other.count}"
            )
