"""auth.* and error.*: the answers without valid credentials, the bodies of refusals, and the rate limit."""

import re
from http import HTTPStatus

from contracts.core.contract import LIST, PER_MINUTE, Checks, Note, Policy, Steps
from contracts.core.errors import CouldNotJudge, NotApplicable, NotExercised, Reason
from contracts.core.exchange import CLIENT_ERRORS, TOO_MANY
from contracts.core.finding import Finding
from contracts.global_information.checks.http import ERROR_BODY, nonconformities, repeats, status_of, undocumented_error
from contracts.judging.evidence import REFUSED, Evidence, observed

CHECKS = Checks()

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
    if evidence.scope.offline:
        raise NotExercised(Reason.BEYOND_FILE)
    if not evidence.scope.burst:
        raise NotApplicable("not asked for: --probe-rate-limit")
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
