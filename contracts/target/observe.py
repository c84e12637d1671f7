"""Observing: the probes of a run in their order, and none that is pointless after what came before."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from http import HTTPStatus

from contracts.core.errors import CouldNotJudge, Refused
from contracts.core.exchange import Exchange
from contracts.core.probe import Authorization, Probe
from contracts.target.credentials import API, BEARER
from contracts.target.target import Target


def observe(target: Target, probes: Iterable[Probe]) -> Iterator[Exchange]:
    """Send the probes one after the other and yield the exchange of each.

    A target that does not answer the documented request is left alone: the other probes are not sent. One that
    refuses the credentials is only asked what can be asked without them.
    """
    silent: CouldNotJudge | None = None
    for probe in probes:
        pointless = silent and not (isinstance(silent, Refused) and probe.authorization is not Authorization.GIVEN)
        if silent and pointless:
            yield target.unsent(probe, silent)
            continue
        if probe.times > 1:
            yield target.burst(probe)
            continue
        exchange = target.fetch(probe)
        if probe.name == "list":
            exchange = judge_refusal(exchange, target.credentials.origin)
            silent = exchange.failure
        yield exchange


def judge_refusal(exchange: Exchange, origin: str) -> Exchange:
    """Return the documented exchange, as a failure when its credentials were refused or are missing."""
    if exchange.failure or exchange.response is None:
        return exchange
    status = exchange.response.status
    if status not in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        return exchange
    words = {
        BEARER: f"the target refused the token of {BEARER} ({status}): a bearer token is valid for one hour; "
        f"exchange a new one, or set {API} instead, which is exchanged and renewed for you",
        API: f"the target refused the token that was exchanged for {API} ({status}): look whether the account may "
        "use this API",
        "": f"the target asks for credentials ({status}), and there are none: set {BEARER} or {API}",
    }
    return replace(exchange, failure=Refused(words[origin]))
