"""Judging a file: a JSON body, a raw HTTP response, or the entries of a HAR. What it does not show is not exercised."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from http import HTTPStatus

from contracts.core.clause import LIST
from contracts.core.contract import Contract
from contracts.core.errors import BrokenAnswer, CouldNotJudge, Refused, Unavailable, UsageError
from contracts.core.exchange import NOT_READ, Exchange, Request, Response
from contracts.core.policy import Policy
from contracts.core.report import Report, Scope
from contracts.core.statuses import CLIENT_ERRORS, UNAVAILABLE
from contracts.judging import judge
from contracts.judging.evidence import REFUSED, Evidence
from contracts.network.http1 import answer_of

_CAP = 32 * 2**20
#: The versions whose answers have no text on the wire.
_OF_LATER_VERSIONS = re.compile(rb"\AHTTP/[23](?=[ ])")
#: Header fields that ask for less than the list.
_CONDITIONS = {"if-none-match", "if-modified-since", "if-match", "if-unmodified-since", "if-range", "range"}
#: The statuses that refuse the credentials of a request.
REFUSALS = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)


def evidence_of(content: bytes, name: str, contract: Contract, policy: Policy = Policy.EITHER) -> Evidence:
    """Return what a file shows, whichever of the three kinds it is.

    Raises:
        UsageError: it looks like a response or a HAR and is none.
    """
    scope = Scope(policy, offline=True)
    if content.startswith(b"HTTP/"):
        exchanges: tuple[Exchange, ...] = (_saved(content, _documented(name)),)
    elif _is_har(content):
        exchanges = _chosen(content, name, contract)
    else:
        exchanges = (Exchange(LIST, _documented(name), Response(200, (), content)),)
        scope = replace(scope, body_only=True)
    return Evidence(name, exchanges, scope, contract)


def _saved(content: bytes, request: Request) -> Exchange:
    try:
        return _observed(LIST, request, response_of(content))
    except BrokenAnswer as problem:
        failure = f"{request.url}: {problem} (curl saves an answer as it came with --include --raw)"
        return Exchange(LIST, request, failure=BrokenAnswer(failure))


def _observed(probe: str, request: Request, response: Response) -> Exchange:
    """Return the exchange, as a failure where the contract says that such an answer cannot be judged."""
    failure: CouldNotJudge | None = None
    if response.status in UNAVAILABLE:
        failure = Unavailable(f"the answer is {response.status}: the target was not to be had when it was saved")
    elif probe == LIST and response.status in REFUSALS:
        failure = Refused(f"the answer is {response.status}: the credentials of the request were refused, or missing")
    return Exchange(probe, request, response, failure)


def report_of(evidence: Evidence, *, strict: bool, allow_empty: bool) -> Report:
    """Judge what a file shows."""
    notes = tuple(note for exchange in evidence.exchanges for note in exchange.notes)
    return replace(judge.report_of(evidence), notes=notes, strict=strict, allow_empty=allow_empty)


def _documented(name: str) -> Request:
    return Request("GET", name)


def response_of(content: bytes) -> Response:
    """Return the response that was saved as it came over the wire, read as one that comes over the wire.

    What curl writes of HTTP/2 and HTTP/3, which have no such line, ends with the file.

    Raises:
        BrokenAnswer: it is none, or is cut short.
    """
    try:
        return answer_of(_OF_LATER_VERSIONS.sub(b"HTTP/1.1", content, count=1), cap=_CAP).response
    except EOFError:
        raise BrokenAnswer("the file ends before the answer") from None


def _is_har(content: bytes) -> bool:
    if b'"entries"' not in content or b'"log"' not in content:
        return False
    try:
        value = json.loads(content)
    except (ValueError, RecursionError):
        return False
    return isinstance(value, dict) and isinstance(value.get("log"), dict) and "entries" in value["log"]


def _chosen(content: bytes, name: str, contract: Contract) -> tuple[Exchange, ...]:
    """The entries of a HAR that are about the list: ours by their probe, a browser's by what they ask."""
    from contracts.formats.har import FOREIGN, read  # only for a HAR

    entries = read(content.decode("utf-8", "replace"))
    ours = [exchange for exchange in entries if exchange.probe in contract.probe]
    foreign = [
        exchange for exchange in entries if exchange.probe == FOREIGN and _is_documented(exchange, contract.path)
    ]
    chosen = [*_first_of_each(ours), *_of_a_browser(foreign if not ours else [])]
    if not any(exchange.probe == LIST for exchange in chosen):
        raise UsageError(f"{name}: no entry of this HAR is an answer to GET {contract.path}")
    return tuple(chosen)


def _first_of_each(exchanges: list[Exchange]) -> Iterator[Exchange]:
    first: dict[str, Exchange] = {}
    for exchange in exchanges:
        first.setdefault(exchange.probe, exchange)
    yield from (_named(probe, exchange) for probe, exchange in first.items())


def _is_documented(exchange: Exchange, path: str) -> bool:
    """Whether a browser asked for the list as a whole: no parameter, no condition, no range, and a whole answer."""
    names = {name.lower() for name, _ in exchange.request.headers}
    response = exchange.response
    return (
        exchange.request.method in ("GET", "HEAD")
        and exchange.request.url.rstrip("/").endswith(path)
        and not names & _CONDITIONS
        and response is not None
        and response.status not in (HTTPStatus.NOT_MODIFIED, HTTPStatus.PARTIAL_CONTENT)
    )


def _of_a_browser(exchanges: list[Exchange]) -> Iterator[Exchange]:
    """Name the probes that the entries stand for: a 200 is the list, a second one of the same target its repetition.

    A refusal beside it, such as that of a token that had expired, is judged as an error body alone.
    """
    gets = [exchange for exchange in exchanges if exchange.request.method == "GET"]
    answered = [e for e in gets if e.response and e.response.status not in REFUSALS] or gets
    if not answered:
        return
    url = answered[0].request.url
    same = [exchange for exchange in answered if exchange.request.url == url][:2]
    yield from map(_named, (LIST, "repeat"), same)
    for exchange in gets:
        response = exchange.response
        if exchange not in same and response and response.status in CLIENT_ERRORS:
            yield replace(exchange, probe=REFUSED)
    heads = [e for e in exchanges if e.request.method == "HEAD" and e.request.url == url]
    yield from (_named("head", exchange) for exchange in heads[:1])


def _named(probe: str, exchange: Exchange) -> Exchange:
    # The host is one that a file names: no line to paste may send a token there.
    headers = tuple((name, NOT_READ if "$" in value else value) for name, value in exchange.request.headers)
    exchange = replace(exchange, request=replace(exchange.request, headers=headers))
    if exchange.response is None or exchange.failure is not None:
        return replace(exchange, probe=probe)
    return _observed(probe, exchange.request, exchange.response)
