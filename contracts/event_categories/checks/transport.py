"""transport.*: the way to the target."""

from contracts.core.errors import CouldNotJudge, NotApplicable, NotExercised, Unreachable, Unverified
from contracts.core.report import BEYOND_FILE
from contracts.event_categories.checks.registry import Breach, Steps, run_check
from contracts.event_categories.clauses import KEY
from contracts.event_categories.evidence import Evidence, describe

_REDIRECTS = range(300, 400)
_ACCEPTED = range(200, 300)


@run_check("transport.https")
def reached_over_https(evidence: Evidence) -> Steps:
    if evidence.offline:
        raise NotExercised(BEYOND_FILE)
    if not evidence.live:
        raise NotApplicable("the target is on the loopback interface")
    if evidence.url.startswith("http:"):
        raise NotApplicable("plain HTTP was allowed: --allow-plain-http")
    exchange = evidence.exchange("list")
    if isinstance(exchange.failure, Unverified):
        yield Breach("certificate", "a certificate that verifies", str(exchange.failure))
    elif exchange.response is None:
        exchange.observed()
    return 1


@run_check("transport.no-plaintext")
def no_plaintext(evidence: Evidence) -> Steps:
    if evidence.offline:
        raise NotExercised(BEYOND_FILE)
    if not evidence.plaintext:
        raise NotApplicable("only for an https target on its default port")
    exchange = evidence.exchange("plaintext")
    if isinstance(exchange.failure, Unreachable):
        return 1
    response = exchange.observed()
    location = response.first("Location") or ""
    if response.status in _REDIRECTS and not location.lower().startswith("https://"):
        raise CouldNotJudge(f"the plain-HTTP twin redirects to {location or 'nowhere'}, which is not followed")
    value = evidence.answer("plaintext").document.value
    if response.status in _ACCEPTED and isinstance(value, dict) and KEY in value:
        expected = "a refusal, a redirect to https or a 4xx"
        yield Breach("status", expected, f"{response.status} with {describe(value)}", "plaintext")
    return 1
