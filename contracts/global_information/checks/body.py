"""json.*, auth.* and error.*: the body as a JSON text and the answers that refuse; and the checks of every resource.

Those that a schema decides have no function: :func:`checks_of` derives them.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from http import HTTPStatus
from itertools import islice, pairwise
from operator import eq, itemgetter
from typing import Any

from contracts.core.contract import LIST, PER_MINUTE, Checks, Contract, Note, Policy, Steps, findings_of
from contracts.core.errors import CouldNotJudge, NotApplicable, NotExercised, Reason
from contracts.core.exchange import CLIENT_ERRORS, TOO_MANY
from contracts.core.finding import Finding, step, walk
from contracts.global_information.checks import http
from contracts.global_information.checks.http import (
    ERROR_BODY,
    media_types,
    nonconformities,
    repeats,
    status_of,
    undocumented_error,
)
from contracts.judging import shape
from contracts.judging.answer import Answer, Column
from contracts.judging.evidence import REFUSED, Evidence, observed
from contracts.judging.strict_json import Flaw
from contracts.judging.values import ABSENT, describe

CHECKS = Checks()

_SNAKE_OR_CAMEL = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*|[a-z][a-zA-Z0-9]*")


def texts(answer: Answer, name: str) -> Column:
    """Return the texts that a member of the elements holds."""
    return answer.column(name).texts


def place(answer: Answer, index: int, name: str) -> str:
    """Return the JSON Pointer of a member of an element."""
    return step(answer.contract.key) + step(index) + step(name)


def refused(answer: Answer, name: str, values: Iterable[tuple[int, Any]], expected: str) -> Iterator[Finding]:
    """Iterate over the findings about values of a member, each with the index of its element."""
    return findings_of(values, lambda pair: Finding(place(answer, pair[0], name), expected, describe(pair[1])))


def are_texts_such(answer: Answer, name: str, such: Callable[[str], object], expected: str) -> Steps:
    """Judge that every text of a member is as expected; what is empty is the schema's to report."""
    found = texts(answer, name)
    yield from refused(answer, name, (pair for pair in found if pair[1] and not such(pair[1])), expected)
    return len(found) - found.values.count("")


def name_style(answer: Answer) -> Steps:
    """Judge that every name is in snake_case or camelCase."""
    return (yield from are_texts_such(answer, "name", _SNAKE_OR_CAMEL.fullmatch, "snake_case or camelCase"))


def are_unique(answer: Answer, name: str, values: Column) -> Steps:
    """Judge that no two elements share a value of a member."""
    holders = repeated(values)

    def finding(pair: tuple[int, Any]) -> Finding:
        received = f"{describe(pair[1])}, as {place(answer, holders[pair[0]], name)} has"
        return Finding(place(answer, pair[0], name), f"a{'n' * (name[0] in 'aeiou')} {name} of its own", received)

    yield from findings_of((pair for pair in values if pair[0] in holders) if holders else (), finding)
    return len(values)


def repeated(column: Column) -> dict[int, int]:
    """Return the index of each value that another one before it equals, with the index of the first of these.

    Sorted, not hashed: a target can choose numbers whose hashes are all the same.
    """
    values = sorted(column.values)
    if not any(map(eq, values, islice(values, 1, None))):  # nearly always; to know which are equal takes longer
        return {}
    ordered = sorted(column, key=itemgetter(1))  # stable: of equal values the first comes first
    found: dict[int, int] = {}
    first = None
    for before, (index, value) in pairwise(ordered):
        if before[1] != value:
            first = None
            continue
        first = before[0] if first is None else first
        found[index] = first
    return found


def _findings(answer: Answer, flaw: Flaw) -> Iterator[Finding]:
    for violation in answer.require_ok().violations:
        if violation.clause == flaw:
            repeated = ("http.content-type",) if _is_announced(answer, flaw) else ()
            hint = shape.of_answer(answer) if answer.document.value is ABSENT else ""
            yield replace(Finding.of(violation), repeats=repeated, hint=hint)


def _is_announced(answer: Answer, flaw: Flaw) -> bool:
    """Whether the header says already what is wrong: the body is something else than JSON, or in another charset."""
    if answer.document.value is not ABSENT:
        return False
    types = media_types(answer.response)
    if not any(kind.endswith("json") for kind, _ in types):
        return True
    charsets = {text for _, parameters in types for name, text in parameters or () if name == "charset"}
    return flaw is Flaw.ENCODING and bool(charsets - {"utf-8"})


@CHECKS.answer("json.utf-8")
def utf_8(answer: Answer) -> Steps:
    if answer.response.decoded:
        raise NotExercised(Reason.BEYOND_FILE)
    yield from _findings(answer, Flaw.ENCODING)
    return 1


@CHECKS.answer("json.well-formed")
def well_formed(answer: Answer) -> Steps:
    document = answer.require_ok()
    if document.problem:
        raise document.problem
    if not answer.is_text:
        raise NotExercised("the body is not UTF-8")
    yield from _findings(answer, Flaw.GRAMMAR)
    return 1


@CHECKS.answer("json.unique-names")
def unique_names(answer: Answer) -> Steps:
    yield from _findings(answer, Flaw.NAMES)  # before the value: a body may be beyond what is judged, and broken
    answer.require_value()
    return answer.document.objects


@CHECKS.answer("json.unicode-text")
def unicode_text(answer: Answer) -> Steps:
    yield from _findings(answer, Flaw.TEXT)
    value = answer.require_value()
    return answer.document.members or sum(isinstance(node, str) for _, node in walk(value))


#: An auth-scheme, then nothing, another list element, or what belongs to the scheme; a parameter has a ``=`` there
#: (RFC 9110, sections 11.1 and 11.6.1). Empty list elements may stand before it (section 5.6.1.2).
_SCHEME = re.compile(r"[ \t,]*[!#$%&'*+.^_`|~0-9A-Za-z-]+(?:[ \t]*(?:,|$)|[ \t]+[^ \t=,])")

#: The time that a rate limit is about, in seconds.
_MINUTE = 60.0

_PROMISES = {
    Policy.EITHER: "401 with a documented error body, or 200 with a conforming list",
    Policy.REQUIRED: "401 with a documented error body",
    Policy.PUBLIC: "200 with a conforming list",
}


@CHECKS.run("auth.missing")
def without_credentials(evidence: Evidence) -> Steps:
    answer = evidence.answer("anonymous")
    if answer.response.status == HTTPStatus.UNAUTHORIZED and evidence.contract.public_note:
        yield Note(evidence.contract.public_note)
    elif answer.holds_list and _gave_credentials(evidence):
        yield Note("the list is public: it is served without credentials, too")
    return (yield from _judge(evidence, "anonymous"))


def _gave_credentials(evidence: Evidence) -> bool:
    documented = evidence.by_probe.get(LIST, ())
    return any(name.lower() == "authorization" for exchange in documented for name, _ in exchange.request.headers)


@CHECKS.run("auth.invalid")
def with_a_made_up_token(evidence: Evidence) -> Steps:
    return (yield from _judge(evidence, "invalid-token"))


def _judge(evidence: Evidence, probe: str) -> Steps:
    answer = evidence.answer(probe)
    status, policy = answer.response.status, evidence.scope.policy
    if policy is Policy.PUBLIC and probe == "invalid-token":
        policy = Policy.EITHER  # a server may serve everybody, and refuse a token that it cannot read
    again = repeats(evidence, answer)
    allowed = (status == HTTPStatus.UNAUTHORIZED and policy is not Policy.PUBLIC) or (
        status == HTTPStatus.OK and policy is not Policy.REQUIRED
    )
    if not allowed:
        yield Finding("status", _PROMISES[policy], status_of(answer.response), probe, repeats=again)
    elif status == HTTPStatus.OK:
        yield from nonconformities(evidence, answer, probe)[0]
        answer.require_list()  # an empty list shows nothing of whether the list is served
    elif wrong := undocumented_error(answer):
        yield Finding("", ERROR_BODY, f"401 with {wrong}", probe, repeats=again)
    return 1


@CHECKS.run("auth.challenge")
def challenge(evidence: Evidence) -> Steps:
    seen = 0
    unobserved = None
    for probe in ("anonymous", "invalid-token"):
        try:
            response = evidence.response(probe)
        except (CouldNotJudge, NotExercised) as problem:
            unobserved = unobserved or problem
            continue
        if response.status == HTTPStatus.UNAUTHORIZED:
            seen += 1
            values = response.all("WWW-Authenticate")
            if not any(map(_SCHEME.match, values)):
                received = ", ".join(values) or "none"
                yield Finding("header WWW-Authenticate", "a scheme, for example Bearer", received, probe)
    if unobserved:
        raise unobserved
    if not seen:
        raise NotExercised("nothing was answered 401")
    return seen


@CHECKS.run("error.body")
def documented_bodies(evidence: Evidence) -> Steps:
    seen = 0
    unobserved: CouldNotJudge | None = None
    probes = (*evidence.contract.clause["error.body"].probes, REFUSED)
    for exchange in (exchange for probe in probes for exchange in evidence.by_probe.get(probe, ())):
        try:
            answer = evidence.answer_in(exchange)
        except CouldNotJudge as problem:
            unobserved = unobserved or problem
            continue
        if answer.response.status in CLIENT_ERRORS:
            seen += 1
            if wrong := undocumented_error(answer):
                received = f"{answer.response.status} with {wrong}"
                yield Finding("", ERROR_BODY, received, exchange.probe, repeats=repeats(evidence, answer))
    if unobserved:
        raise unobserved
    if not seen:
        if evidence.scope.offline:
            raise NotExercised(Reason.BEYOND_FILE)
        raise NotApplicable("no GET of the collection was refused")
    return seen


@CHECKS.run("error.rate-limit")
def rate_limit(evidence: Evidence) -> Steps:
    evidence.require_asked("not asked for: --probe-rate-limit", asked=evidence.scope.burst)
    exchange = evidence.exchange("burst")
    response = exchange.observed()
    sent = exchange.sent
    if response.status == TOO_MANY:
        if response.media_type != "text/plain":
            received = response.first("Content-Type") or "none"
            yield Finding("header Content-Type", "text/plain", received, "burst")
        return sent
    observed(exchange)
    if sent <= PER_MINUTE or exchange.seconds > _MINUTE:
        raise CouldNotJudge(f"only {sent} requests in {exchange.seconds:.0f} s: the limit was not reached")
    yield Finding(
        "status", f"429 beyond {PER_MINUTE} requests in a minute", f"{response.status} to request {sent}", "burst"
    )
    return sent


def checks_of(contract: Contract) -> Checks:
    """Return the checks that every resource has; one adds those of its own."""
    return Checks({**http.CHECKS, **CHECKS, **shape.shape_checks(contract.schemas, contract.key)})
