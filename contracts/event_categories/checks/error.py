"""error.*: the bodies of refusals, and the rate limit."""

from contracts.core.errors import CouldNotJudge, NotApplicable, NotExercised
from contracts.core.report import BEYOND_FILE
from contracts.event_categories.checks.conformity import ERROR_BODY, undocumented_error
from contracts.event_categories.checks.registry import Breach, Steps, run_check
from contracts.event_categories.clauses import BY_ID
from contracts.event_categories.evidence import CLIENT_ERRORS, REFUSED, TOO_MANY, Evidence
from contracts.event_categories.probes import PER_MINUTE

MINUTE = 60.0


@run_check("error.body")
def documented_bodies(evidence: Evidence) -> Steps:
    seen = 0
    unobserved: CouldNotJudge | None = None
    probes = (*BY_ID["error.body"].probes, REFUSED)
    for exchange in (exchange for probe in probes for exchange in evidence.by_probe.get(probe, ())):
        if exchange.failure:
            unobserved = unobserved or exchange.failure
            continue
        answer = evidence.answer_in(exchange)
        if answer.response.status in CLIENT_ERRORS and answer.response.status != TOO_MANY:
            seen += 1
            if wrong := undocumented_error(answer):
                received = f"{answer.response.status} with {wrong}"
                yield Breach("", ERROR_BODY, received, exchange.probe)
    if unobserved:
        raise unobserved
    if not seen:
        if evidence.offline:
            raise NotExercised(BEYOND_FILE)
        raise NotApplicable("no GET of the collection was refused")
    return seen


@run_check("error.rate-limit")
def rate_limit(evidence: Evidence) -> Steps:
    if evidence.offline:
        raise NotExercised(BEYOND_FILE)
    if not evidence.burst:
        raise NotApplicable("not asked for: --probe-rate-limit")
    exchange = evidence.exchange("burst")
    response = exchange.observed()
    sent = exchange.sent
    if response.status == TOO_MANY:
        if response.media_type != "text/plain":
            received = response.first("Content-Type") or "none"
            yield Breach("header Content-Type", "text/plain", received, "burst")
        return sent
    if sent <= PER_MINUTE or exchange.seconds > MINUTE:
        raise CouldNotJudge(f"only {sent} requests in {exchange.seconds:.0f} s: the limit was not reached")
    yield Breach(
        "status", f"429 beyond {PER_MINUTE} requests in a minute", f"{response.status} to request {sent}", "burst"
    )
    return sent
