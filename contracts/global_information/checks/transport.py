"""transport.*: the way to the target."""

from contracts.core.check import Steps
from contracts.core.clause import LIST
from contracts.core.errors import CouldNotJudge, NotApplicable, NotExercised, Reason, Unreachable, Unverified
from contracts.core.finding import Finding
from contracts.global_information.checks.registry import CHECKS
from contracts.judging.describe import describe
from contracts.judging.evidence import Evidence

_REDIRECTS = range(300, 400)
_ACCEPTED = range(200, 300)


@CHECKS.run("transport.https")
def reached_over_https(evidence: Evidence) -> Steps:
    if evidence.scope.offline:
        raise NotExercised(Reason.BEYOND_FILE)
    if not evidence.scope.live:
        raise NotApplicable("the target is on the loopback interface")
    if evidence.url.startswith("http:"):
        raise NotApplicable("plain HTTP was allowed: --allow-plain-http")
    exchange = evidence.exchange(LIST)
    if isinstance(exchange.failure, Unverified):
        yield Finding("certificate", "a certificate that verifies", str(exchange.failure))
    elif exchange.response is None:
        exchange.observed()
    return 1


@CHECKS.run("transport.no-plaintext")
def no_plaintext(evidence: Evidence) -> Steps:
    if evidence.scope.offline:
        raise NotExercised(Reason.BEYOND_FILE)
    if not evidence.scope.plaintext:
        raise NotApplicable("only for an https target on its default port")
    exchange = evidence.exchange("plaintext")
    if isinstance(exchange.failure, Unreachable):
        return 1
    response = exchange.observed()
    location = response.first("Location") or ""
    if response.status in _REDIRECTS and not location.lower().startswith("https://"):
        raise CouldNotJudge(f"the plain-HTTP endpoint redirects to {location or 'nowhere'}, which is not followed")
    value = evidence.answer("plaintext").document.value
    if response.status in _ACCEPTED and isinstance(value, dict) and evidence.contract.key in value:
        expected = "a refusal, a redirect to https or a 4xx"
        yield Finding("status", expected, f"{response.status} with {describe(value)}", "plaintext")
    return 1
