"""Judging a file: a JSON body, a raw HTTP response, or the entries of a HAR. What it does not show is not exercised."""

import json
import re

from contracts import __version__
from contracts.core.errors import BrokenAnswer, CouldNotJudge, Refused, Unavailable, UsageError
from contracts.core.exchange import Exchange, Headers, Request, Response
from contracts.core.report import Report
from contracts.event_categories.clauses import CLAUSES, PATH
from contracts.event_categories.evidence import FORBIDDEN, UNAUTHORIZED, UNAVAILABLE, Evidence
from contracts.event_categories.judge import digest, outcomes
from contracts.event_categories.policy import Policy
from contracts.event_categories.probes import BY_NAME
from contracts.target.reading import read as read_body

_CAP = 32 * 2**20
_STATUS_LINE = re.compile(rb"HTTP/[0-9](?:\.[0-9])? ([0-9]{3})(?: ([^\r\n]*))?\r?\n")
_BLANK_LINE = re.compile(rb"\r?\n\r?\n")
_CHUNK = re.compile(rb"([0-9A-Fa-f]+)[^\r\n]*\r\n")


def evidence_of(content: bytes, name: str, policy: Policy = Policy.EITHER) -> Evidence:
    """Return what a file shows, whichever of the three kinds it is.

    Raises:
        UsageError: it looks like a response or a HAR and is none.
    """
    if content.startswith(b"HTTP/"):
        exchanges: tuple[Exchange, ...] = (_observed("list", _documented(name), response_of(content, name)),)
        return Evidence(name, exchanges, policy, offline=True)
    if _is_har(content):
        return Evidence(name, _chosen(content, name), policy, offline=True)
    body = Exchange("list", _documented(name), Response(200, (), content))
    return Evidence(name, (body,), policy, offline=True, headless=True)


def _observed(probe: str, request: Request, response: Response) -> Exchange:
    """Return the exchange, as a failure where the contract says that such an answer cannot be judged."""
    failure: CouldNotJudge | None = None
    if response.status in UNAVAILABLE:
        failure = Unavailable(f"the answer is {response.status}: the target was not to be had when it was saved")
    elif probe == "list" and response.status in (UNAUTHORIZED, FORBIDDEN):
        failure = Refused(f"the answer is {response.status}: the credentials of the request were refused, or missing")
    return Exchange(probe, request, response, failure)


def report_of(evidence: Evidence, *, strict: bool, allow_empty: bool) -> Report:
    """Judge what a file shows."""
    return Report(
        suite=__version__,
        digest=digest(),
        target=evidence.url,
        outcomes=outcomes(evidence),
        exchanges=evidence.exchanges,
        total=len(CLAUSES),
        scope=evidence.scope,
        strict=strict,
        allow_empty=allow_empty,
    )


def _documented(name: str) -> Request:
    return Request("GET", name)


def response_of(content: bytes, name: str) -> Response:
    """Return a response that was saved as ``curl -i`` writes it; of several, as after redirects, the last.

    Raises:
        UsageError: it has no status line or no end of its header.
    """
    while True:
        start = _STATUS_LINE.match(content)
        end = _BLANK_LINE.search(content)
        if not start or not end:
            raise UsageError(f"{name}: an HTTP response has a status line, header fields and a blank line")
        body = content[end.end() :]
        if not _STATUS_LINE.match(body):
            break
        content = body
    headers = _headers(content[start.end() : end.start()].decode("latin-1"), name)
    response = Response(int(start[1]), headers, b"", (start[2] or b"").decode("latin-1"))
    body = _framed(response, body)
    # curl --compressed saves the inflated body beside the header that it had.
    codings = response.all("Content-Encoding") if body.startswith(b"\x1f\x8b") else []
    try:
        body = read_body([body], codings, _CAP)
    except BrokenAnswer as problem:
        raise UsageError(f"{name}: {problem}") from None
    return Response(response.status, headers, body, response.reason)


def _headers(text: str, name: str) -> Headers:
    fields = []
    for line in text.splitlines():
        key, colon, value = line.partition(":")
        if not colon:
            raise UsageError(f"{name}: {line[:60]!r} is no header field")
        fields.append((key.strip(), value.strip()))
    return tuple(fields)


def _framed(response: Response, body: bytes) -> bytes:
    """Return the body without its chunked framing and without the line end that an editor put behind it."""
    if "chunked" in ",".join(response.all("Transfer-Encoding")).lower():
        whole, rest = b"", body
        while (chunk := _CHUNK.match(rest)) and int(chunk[1], 16):
            size = int(chunk[1], 16)
            whole += rest[chunk.end() : chunk.end() + size]
            rest = rest[chunk.end() + size + 2 :]
        return whole or body
    length = response.first("Content-Length") or ""
    if length.isdecimal() and len(body) > int(length) and not body[int(length) :].strip():
        return body[: int(length)]
    return body


def _is_har(content: bytes) -> bool:
    if b'"entries"' not in content or b'"log"' not in content:
        return False
    try:
        value = json.loads(content)
    except (ValueError, RecursionError):
        return False
    return isinstance(value, dict) and isinstance(value.get("log"), dict) and "entries" in value["log"]


def _chosen(content: bytes, name: str) -> tuple[Exchange, ...]:
    """The entries of a HAR that are about the list: ours by their probe, a browser's by their method."""
    from contracts.writers.har import read  # noqa: PLC0415 - only for a HAR

    chosen: dict[str, Exchange] = {}
    for exchange in read(content.decode("utf-8", "replace")):
        path = exchange.request.url.partition("?")[0].rstrip("/")
        if exchange.probe in BY_NAME:
            probe = exchange.probe
        elif not path.endswith(PATH) or exchange.response is None:
            continue
        else:
            probe = "head" if exchange.request.method == "HEAD" else "list" if "list" not in chosen else "repeat"
        if exchange.response is not None and exchange.failure is None:
            chosen.setdefault(probe, _observed(probe, exchange.request, exchange.response))
        else:
            chosen.setdefault(probe, Exchange(probe, exchange.request, exchange.response, exchange.failure))
    if "list" not in chosen:
        raise UsageError(f"{name}: no entry of this HAR is an answer to GET {PATH}")
    return tuple(chosen.values())
