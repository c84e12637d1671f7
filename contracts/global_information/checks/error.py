"""error.*: the bodies of refusals, and the rate limit."""

from http import HTTPStatus

from contracts.core.check import Steps
from contracts.core.errors import CouldNotJudge, NotApplicable, NotExercised, Reason
from contracts.core.finding import Finding
from contracts.core.statuses import CLIENT_ERRORS
from contracts.global_information.checks.conformity import ERROR_BODY, undocumented_error
from contracts.global_information.checks.registry import CHECKS
from contracts.global_information.probes import PER_MINUTE
from contracts.judging.evidence import REFUSED, Evidence

MINUTE = 60.0


@CHECKS.run("error.body")
def documented_bodies(evidence: Evidence) -> Steps:
    seen = 0
    unobserved: CouldNotJudge | None = None
    probes = (*evidence.contract.clause["error.body"].probes, REFUSED)
    for exchange in (exchange for probe in probes for exchange in evidence.by_probe.get(probe, ())):
        if exchange.failure:
            unobserved = unobserved or exchange.failure
            continue
        answer = evidence.answer_in(exchange)
        if answer.response.status in CLIENT_ERRORS and answer.response.status != HTTPStatus.TOO_MANY_REQUESTS:
            seen += 1
            if wrong := undocumented_error(answer):
                received = f"{answer.response.status} with {wrong}"
                yield Finding("", ERROR_BODY, received, exchange.probe)
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
    if response.status == HTTPStatus.TOO_MANY_REQUESTS:
        if response.media_type != "text/plain":
            received = response.first("Content-Type") or "none"
            yield Finding("header Content-Type", "text/plain", received, "burst")
        return sent
    if sent <= PER_MINUTE or exchange.seconds > MINUTE:
        raise CouldNotJudge(f"only {sent} requests in {exchange.seconds:.0f} s: the limit was not reached")
    yield Finding(
        "status", f"429 beyond {PER_MINUTE} requests in a minute", f"{response.status} to request {sent}", "burst"
    )
    return sent
