"""The result of a run: an outcome for each clause, and the verdict they add up to."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import Protocol

from contracts.core.contract import Clause, Contract, Level, Policy
from contracts.core.errors import Reason
from contracts.core.exchange import Exchange
from contracts.core.finding import Finding


@dataclass(frozen=True)
class Identity:
    """What a report calls its target. Each is text that somebody else may have chosen, or empty.

    ``name`` is that of the target, ``environment`` where it runs, such as staging; ``vendor``, ``product`` and
    ``version`` say whose it is. ``ci`` is the URL of the CI run that judged it.
    """

    name: str = ""
    vendor: str = ""
    product: str = ""
    version: str = ""
    environment: str = ""
    ci: str = ""

    @property
    def implementation(self) -> str:
        """Vendor, product and version in one text."""
        return " ".join(filter(None, (self.vendor, self.product, self.version)))


@dataclass(frozen=True)
class Item:
    """An element of the list: its ``index`` in the answer, its texts, and what is wrong with it.

    ``place`` is the value that gives the order, ``title`` what a person reads, ``codes`` what a program does.
    ``skipped`` is the number of elements that are left out before it.
    """

    index: int
    place: str
    title: str
    codes: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    skipped: int = 0


@dataclass(frozen=True)
class Listing:
    """What is shown of a list of ``total`` elements, in the order of a member, or as they came when there is none.

    ``unplaced`` are those without a value to sort by, ``omitted`` the number of those left out at the end. Without a
    list, ``reason`` says why there is none.
    """

    order: str = ""
    items: tuple[Item, ...] = ()
    unplaced: tuple[Item, ...] = ()
    total: int = 0
    omitted: int = 0
    unplaced_omitted: int = 0
    reason: str = "no answer was judged"


class State(StrEnum):
    """What became of a clause."""

    HELD = "held"
    BREACHED = "breached"
    WAIVED = "waived"
    NOT_EXERCISED = "not exercised"
    NOT_APPLICABLE = "not applicable"
    INCONCLUSIVE = "inconclusive"


@dataclass(frozen=True)
class Outcome:
    """What became of one clause.

    ``observations`` counts the things that were looked at (answers, objects, members). ``findings`` are the first
    of ``count`` breaches. ``reason`` says why there is nothing to judge, and ``because`` which of the known reasons
    that is. ``notes`` are worth knowing, no breach.
    """

    clause: Clause
    state: State
    observations: int = 0
    findings: tuple[Finding, ...] = ()
    count: int = 0
    reason: str = ""
    notes: tuple[str, ...] = ()
    because: Reason | None = None


class Partial(StrEnum):
    """Why a run judged less than the whole contract on an endpoint of its owner."""

    EMBEDDED_MOCK = "the embedded mock was judged"
    FILE = "a file was judged"
    PLAIN_HTTP = "plain HTTP was allowed"
    CLAUSES = "only some clauses were selected"
    EMPTY_LIST = "an empty list was accepted"
    WAIVED = "breaches are waived"


@dataclass(frozen=True)
class StaleDeviation:
    """A known deviation that excuses nothing: it expired on a day, or (None) matches no finding any more.

    ``number`` counts the entries of the file from 1; a ``pointer`` of None stands for the whole clause.
    """

    number: int
    clause: str
    pointer: str | None = None
    expired: date | None = None


class Verdict(StrEnum):
    """What a run says of the target."""

    CONFORMS = "conforms"
    VIOLATES = "violates"
    INCONCLUSIVE = "inconclusive"

    @property
    def status(self) -> int:
        """The exit status of a run whose deviations are in order."""
        return {"conforms": 0, "violates": 1, "inconclusive": 3}[self.value]


def worst(statuses: Iterable[int]) -> int:
    """Return the exit status over several: 1 before 3 before 0, and 3 of none at all."""
    return min(statuses, key=(1, 3, 0).index, default=Verdict.INCONCLUSIVE.status)


@dataclass(frozen=True)
class RequestCounts:
    """The requests of a run: ``planned`` before it, ``sent`` in it, ``limit`` it may not pass."""

    planned: int = 0
    sent: int = 0
    retries: int = 0
    limit: int = 0


@dataclass(frozen=True)
class Scope:
    """What a judgement depends on beside the exchanges: the policy, and what the run was allowed to ask.

    ``live`` is false for a loopback target; ``plaintext``, ``unsafe`` and ``burst`` tell whether the run asked the
    cleartext endpoint, the unsafe methods and for the rate limit. ``offline`` exchanges come from a file, and
    ``body_only`` ones from a file that holds a body alone. ``embedded`` says that the target was the embedded mock.
    ``selected`` are the clauses, or beginnings of their ids, that were chosen; all when there is none.
    """

    policy: Policy = Policy.EITHER
    live: bool = False
    plaintext: bool = False
    unsafe: bool = False
    burst: bool = False
    offline: bool = False
    body_only: bool = False
    embedded: bool = False
    selected: tuple[str, ...] = ()


@dataclass(frozen=True)
class Access:
    """What whoever asks the target again needs beside its URL; of a secret only the variable that holds it.

    ``auth_url`` is where a bearer token is obtained for the long-lived one, empty when none was; ``proxy`` is the host
    and port of the proxy on the way, and ``headers`` are pairs of a field and of the variable that holds its value.
    """

    ca_bundle: str = ""
    client_cert: str = ""
    client_key: str = ""
    auth_url: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    allow_plain_http: bool = False
    proxy: str = ""


#: Returns the text of a body, and the places in it to which a JSON Pointer leads, the root first, as far as they exist:
#: where each value begins and ends, counted in characters.
Locate = Callable[[bytes, str], tuple[str, Sequence[tuple[int, int]]]]


def nowhere(_body: bytes, _pointer: str) -> tuple[str, Sequence[tuple[int, int]]]:
    """Return no text and no place: so nobody has looked for them."""
    return "", ()


class Impact(StrEnum):
    """The class of a difference, the worst first. What is unstable is never called any of the others."""

    BREAKING = "breaking"
    VISIBLE = "visible"
    ADDITIVE = "additive"
    UNSTABLE = "unstable"


class Compared(Protocol):
    """What a comparison of the list with a baseline comes to; what it is made of is known above the vocabulary."""

    @property
    def status(self) -> int:
        """The exit status: 0 nothing is broken, 1 something is, 3 there is no evidence to say so."""


@dataclass(frozen=True)
class Report:
    """Everything that a run has to say. Every format is rendered from this value.

    ``settings`` maps a setting to its effective value and to where that came from; ``narrowed`` names those by which a
    file narrowed what is judged. ``listing`` is the list as a person sees it, and ``locate`` finds a place in a body as
    whoever judged has read it. ``implementation`` says whose product was judged, ``identity`` what the target is
    called. ``comparison`` is that with a baseline, None when there was none. With ``shared_deviations`` these are those
    of several targets: what excuses nothing here may do so at another. ``expiring`` is when those deviations end that
    end soon. ``foreign`` evidence was observed by somebody else: no line to paste takes a variable from it. ``started``
    is the time in UTC (RFC 3339), ``seconds`` the length of the run.
    """

    contract: Contract
    suite: str
    digest: str
    target: str
    outcomes: tuple[Outcome, ...]
    exchanges: tuple[Exchange, ...]
    listing: Listing = field(default_factory=Listing, compare=False)  # it follows from the exchanges
    locate: Locate = field(default=nowhere, compare=False, repr=False)
    settings: dict[str, tuple[str, str]] = field(default_factory=dict)
    scope: Scope = Scope()
    access: Access = Access()
    strict: bool = False
    allow_empty: bool = False
    requests: RequestCounts = RequestCounts()
    notes: tuple[str, ...] = ()
    stale: tuple[StaleDeviation, ...] = ()
    shared_deviations: bool = False
    expiring: tuple[date, ...] = ()
    narrowed: tuple[str, ...] = ()
    implementation: str = ""
    identity: Identity = field(default_factory=Identity)
    comparison: Compared | None = None
    foreign: bool = field(default=False, compare=False)
    started: str = field(default="", compare=False)
    seconds: float = field(default=0.0, compare=False)

    @property
    def total(self) -> int:
        """The number of clauses of the contract, selected or not."""
        return len(self.contract.clauses)

    def of(self, *states: State) -> Iterator[Outcome]:
        """Iterate over the outcomes that are in one of the states."""
        return (outcome for outcome in self.outcomes if outcome.state in states)

    @cached_property
    def failing(self) -> tuple[Outcome, ...]:
        """The breached clauses that fail the run: a MUST, and under ``strict`` a SHOULD."""
        return tuple(
            outcome for outcome in self.of(State.BREACHED) if self.strict or outcome.clause.level is Level.MUST
        )

    @cached_property
    def warnings(self) -> tuple[Outcome, ...]:
        """The breached clauses that do not fail the run."""
        return tuple(outcome for outcome in self.of(State.BREACHED) if outcome not in self.failing)

    @cached_property
    def unjudged(self) -> tuple[Outcome, ...]:
        """The MUST clauses that were asked for and could not be judged."""
        return tuple(
            outcome
            for outcome in self.of(State.INCONCLUSIVE, State.NOT_EXERCISED)
            if outcome.clause.level is Level.MUST and not self._excused(outcome)
        )

    def _excused(self, outcome: Outcome) -> bool:
        """Whether it is accepted that this clause had nothing to judge: ``--allow-empty``, or a file was judged."""
        if outcome.state is not State.NOT_EXERCISED:
            return False
        return outcome.because is Reason.BEYOND_FILE or (self.allow_empty and outcome.because is Reason.EMPTY_LIST)

    @cached_property
    def follows(self) -> dict[str, str]:
        """For each breached clause whose findings only repeat the breach of another one, the id of that: the cause.

        The cause is breached itself, and fails the run where what follows does: one that was not selected, or is
        waived, excuses nothing.
        """
        breached = {outcome.clause.id: outcome for outcome in self.of(State.BREACHED)}
        found = {}
        for outcome in breached.values():
            causes = [self._cause(outcome, finding, breached) for finding in outcome.findings]
            if all(causes):
                found[outcome.clause.id] = causes[0]
        firsts = {clause: self._first(clause, found) for clause in found}
        return {clause: first for clause, first in firsts.items() if first not in found}

    def _cause(self, outcome: Outcome, finding: Finding, breached: Mapping[str, Outcome]) -> str:
        """Return the first breached clause that a finding repeats, or an empty string."""
        causes = (breached[clause] for clause in finding.repeats if clause in breached and clause != outcome.clause.id)
        return next((c.clause.id for c in causes if c in self.failing or outcome not in self.failing), "")

    @staticmethod
    def _first(clause: str, found: Mapping[str, str]) -> str:
        """Return what a clause follows from in the end; one that follows, too, where a forged result has a ring."""
        seen: set[str] = set()
        while clause in found and clause not in seen:
            seen.add(clause)
            clause = found[clause]
        return clause

    @cached_property
    def causes(self) -> tuple[Outcome, ...]:
        """The breached clauses that fail the run and follow from no other one."""
        return tuple(outcome for outcome in self.failing if outcome.clause.id not in self.follows)

    @cached_property
    def followers(self) -> tuple[Outcome, ...]:
        """The breached clauses that only meet again what another one is about: counted apart, and told last."""
        return tuple(outcome for outcome in self.of(State.BREACHED) if outcome.clause.id in self.follows)

    @cached_property
    def partial(self) -> tuple[Partial, ...]:
        """Why this run is no verdict on the whole contract; nothing when it is one."""
        reasons = {
            Partial.EMBEDDED_MOCK: self.scope.embedded,
            Partial.FILE: self.scope.offline,
            Partial.PLAIN_HTTP: self.access.allow_plain_http,
            Partial.CLAUSES: len(self.outcomes) < self.total,
            Partial.EMPTY_LIST: self.allow_empty
            and any(outcome.because is Reason.EMPTY_LIST for outcome in self.of(State.NOT_EXERCISED)),
            Partial.WAIVED: any(self.of(State.WAIVED)),
        }
        return tuple(reason for reason, holds in reasons.items() if holds)

    @property
    def conclusion(self) -> str:
        """The verdict in a word, and `partial` for a target that conforms in less than the whole contract."""
        return "partial" if self.verdict is Verdict.CONFORMS and self.partial else self.verdict.value

    @cached_property
    def judged(self) -> int:
        """The number of clauses that were judged."""
        return len(list(self.of(State.HELD, State.BREACHED, State.WAIVED)))

    @cached_property
    def verdict(self) -> Verdict:
        """The verdict on the target. A breach outranks inconclusive; a run in which nothing held is never a pass."""
        if self.failing:
            return Verdict.VIOLATES
        return Verdict.INCONCLUSIVE if self.unjudged or not any(self.of(State.HELD)) else Verdict.CONFORMS

    @property
    def status(self) -> int:
        """The exit status: the worst of the verdict's, of that of the comparison, and 1 for a stale deviation."""
        return worst((self.verdict.status, self.comparison.status if self.comparison else 0, int(bool(self.stale))))
