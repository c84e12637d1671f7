"""transport.* and http.*: the way to the target, status, header fields and methods."""

import re
from collections.abc import Iterator
from http import HTTPStatus

from contracts.core.check import Checks, Note, Steps
from contracts.core.clause import LIST
from contracts.core.errors import (
    CouldNotJudge,
    NotApplicable,
    NotExercised,
    Reason,
    Unavailable,
    Unreachable,
    Unverified,
)
from contracts.core.exchange import Response
from contracts.core.finding import Finding
from contracts.core.statuses import CLIENT_ERRORS, GATEWAY_ERRORS
from contracts.core.text import shorten
from contracts.global_information.checks.conformity import ERROR_BODY, undocumented_error
from contracts.global_information.clauses import UNSAFE
from contracts.judging.answer import Answer, text_of
from contracts.judging.evidence import Evidence
from contracts.judging.values import describe

CHECKS = Checks()

_REDIRECTS = range(300, 400)
_ACCEPTED = range(200, 300)
_SERVER_ERRORS = range(500, 600)
_WORD = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_PARAMETER = re.compile(rf'[ \t]*;[ \t]*(?:({_WORD})=({_WORD}|"(?:[^"\\]|\\.)*"))?')


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


@CHECKS.answer("http.status")
def answered_200(answer: Answer) -> Steps:
    response = answer.response
    if response.status != HTTPStatus.OK:
        location = response.first("Location")
        yield Finding("status", "200", status_of(response) + (f" to {location}" if location else ""))
    return 1


def status_of(response: Response) -> str:
    """Return the status with its reason phrase."""
    return f"{response.status} {response.reason}".strip()


@CHECKS.answer("http.content-type")
def media_type(answer: Answer) -> Steps:
    answer.require_ok()
    values = answer.response.all("Content-Type")
    if len(values) != 1:
        yield Finding("header Content-Type", "application/json", f"{len(values)} such headers" if values else "none")
    for value in values:
        kind, parameters = parse_media_type(value)
        if kind != "application/json" or parameters is None:
            yield Finding("header Content-Type", "application/json", value)
        elif any(name == "charset" and text != "utf-8" for name, text in parameters):
            yield Finding("header Content-Type", "charset utf-8, or none", value)
    return 1


def parse_media_type(value: str) -> tuple[str, list[tuple[str, str]] | None]:
    """Return a media type and its parameters in lower case, None when they are malformed (RFC 9110, 8.3.1)."""
    kind, separator, rest = value.partition(";")
    rest = separator + rest
    parameters, end = [], 0
    while end < len(rest.rstrip()):
        match = _PARAMETER.match(rest, end)
        if not match:
            return kind.strip().lower(), None
        if match[1]:
            text = re.sub(r"\\(.)", r"\1", match[2][1:-1]) if match[2].startswith('"') else match[2]
            parameters.append((match[1].lower(), text.lower()))
        end = match.end()
    return kind.strip().lower(), parameters


@CHECKS.run("http.head")
def head_like_get(evidence: Evidence) -> Steps:
    get, head = evidence.response(LIST), evidence.response("head")
    if head.status != get.status:
        yield Finding("status", f"{get.status}, as for GET", status_of(head), "head")
    else:
        yield from _types_like_get(get, head)
    if head.stray:
        yield Finding("", "no byte of a body", f"{head.stray} bytes or more", "head")
    return 1


def _types_like_get(get: Response, head: Response) -> Iterator[Finding | Note]:
    """Compare the media types: RFC 9110, section 9.3.2, makes equal header fields a SHOULD, and servers differ."""
    expected = ", ".join(get.all("Content-Type")) or "none"
    received = ", ".join(head.all("Content-Type")) or "none"
    kinds = [kind for kind, _ in media_types(head)]
    if kinds and kinds != [kind for kind, _ in media_types(get)]:
        yield Finding("header Content-Type", f"{expected}, as for GET", received, "head")
    elif media_types(head) != media_types(get):
        yield Note(f"HEAD has the Content-Type {shorten(received)}, and GET has {shorten(expected)}")


def media_types(response: Response) -> list[tuple[str, list[tuple[str, str]] | None]]:
    """Return the media type of each Content-Type field, with its parameters."""
    return [parse_media_type(value) for value in response.all("Content-Type")]


@CHECKS.run("http.json-only")
def json_only(evidence: Evidence) -> Steps:
    answer = evidence.answer("xml")
    response = answer.response
    expected = "a 4xx with a documented error body, or the JSON list"
    if response.is_xml:
        yield Finding(
            "header Content-Type", "no XML", ", ".join(response.all("Content-Type")) or "a body of XML", "xml"
        )
    elif response.status in CLIENT_ERRORS:
        if wrong := undocumented_error(answer):
            yield Finding("", expected, f"{response.status} with {wrong}", "xml")
    elif response.status != HTTPStatus.OK or answer.elements is None:
        yield Finding("", expected, f"{status_of(response)} with {text_of(answer.document)}", "xml")
    return 1


@CHECKS.run("http.no-server-error")
def no_server_error(evidence: Evidence) -> Steps:
    unobserved: list[CouldNotJudge] = []
    seen = 0
    for exchange in evidence.exchanges:
        if exchange.failure:
            unobserved += [exchange.failure] * (exchange.probe != "plaintext")
            continue
        response = exchange.observed()
        if response.status in GATEWAY_ERRORS:
            unobserved.append(Unavailable(f"the {exchange.probe} request was answered {status_of(response)}"))
            continue
        seen += 1
        if response.status in _SERVER_ERRORS and not _is_refusal(exchange.request.method, response.status):
            yield Finding("status", "no 5xx", status_of(response), exchange.probe)
    if unobserved:
        raise unobserved[0]
    return seen


def _is_refusal(method: str, status: int) -> bool:
    """Whether a server error says no more than that the method is not served (RFC 9110, section 15.6.2)."""
    return status == HTTPStatus.NOT_IMPLEMENTED and method not in ("GET", "HEAD")


@CHECKS.run("http.unknown-path")
def unknown_path(evidence: Evidence) -> Steps:
    answer = evidence.answer("unknown-path")
    if answer.response.status != HTTPStatus.NOT_FOUND:
        yield Finding("status", "404", status_of(answer.response), "unknown-path")
    elif wrong := undocumented_error(answer):
        yield Finding("", ERROR_BODY, wrong, "unknown-path")
    return 1


@CHECKS.run("http.method-not-allowed")
def method_not_allowed(evidence: Evidence) -> Steps:
    if evidence.scope.offline:
        raise NotExercised(Reason.BEYOND_FILE)
    if not evidence.scope.unsafe:
        raise NotApplicable("sent to the embedded mock only, or with --unsafe-methods")
    for probe in UNSAFE:
        response = evidence.response(probe)
        if response.status not in CLIENT_ERRORS and not _is_refusal(probe.upper(), response.status):
            yield Finding("status", "4xx or 501", status_of(response), probe)
    return len(UNSAFE)
