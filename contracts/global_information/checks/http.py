"""transport.* and http.*: the way to the target, status, header fields and methods."""

import re
from collections.abc import Iterator
from http import HTTPStatus

from contracts.core.check import Checks, Note, Steps
from contracts.core.clause import LIST
from contracts.core.errors import CouldNotJudge, NotApplicable, NotExercised, Reason, Unreachable, Unverified
from contracts.core.exchange import Response
from contracts.core.finding import Finding
from contracts.core.statuses import CLIENT_ERRORS, REDIRECTS, SERVER_ERRORS
from contracts.core.text import shorten
from contracts.global_information.checks.conformity import ERROR_BODY, nonconformities, repeats, undocumented_error
from contracts.global_information.clauses import UNSAFE
from contracts.judging import hints
from contracts.judging.answer import Answer
from contracts.judging.evidence import Evidence, observed
from contracts.judging.values import describe

CHECKS = Checks()

_ACCEPTED = range(200, 300)
#: What else may be answered in the place of the API, or not at all: another endpoint, and beyond a limit.
_APART = ("plaintext", "burst")
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
    if response.status in REDIRECTS and not location.lower().startswith("https://"):
        raise CouldNotJudge(f"the cleartext endpoint redirects to {location or 'nowhere'}, which is not followed")
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
        received = status_of(response) + (f" to {location}" if location else "")
        yield Finding("status", "200", received, hint=hints.of_answer(answer))
    return 1


def status_of(response: Response) -> str:
    """Return the status with its reason phrase."""
    return f"{response.status} {response.reason}".strip()


@CHECKS.answer("http.content-type")
def media_type(answer: Answer) -> Steps:
    answer.require_ok()
    values, where = answer.response.all("Content-Type"), "header Content-Type"
    hint = hints.of_answer(answer)
    if len(values) != 1:
        yield Finding(where, "application/json", f"{len(values)} such headers" if values else "none", hint=hint)
    for value in values:
        kind, parameters = parse_media_type(value)
        if kind != "application/json" or parameters is None:
            yield Finding(where, "application/json", value, hint=hint)
        elif any(name == "charset" and text != "utf-8" for name, text in parameters):
            yield Finding(where, "charset utf-8, or none", value)
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
    response, again = answer.response, repeats(evidence, answer)
    expected = "a 4xx with a documented error body, or the JSON list"
    if response.is_xml:
        received = ", ".join(response.all("Content-Type")) or "a body of XML"
        yield Finding("header Content-Type", "no XML", received, "xml", repeats=again)
    elif response.status in CLIENT_ERRORS:
        if wrong := undocumented_error(answer):
            yield Finding("", expected, f"{response.status} with {wrong}", "xml", repeats=again)
    elif response.status != HTTPStatus.OK:
        yield Finding("status", expected, status_of(response), "xml", repeats=again)
    else:
        yield from nonconformities(evidence, answer, "xml")[0]
    return 1


@CHECKS.run("http.no-server-error")
def no_server_error(evidence: Evidence) -> Steps:
    unobserved: list[CouldNotJudge] = []
    seen = 0
    for exchange in evidence.exchanges:
        try:
            response = observed(exchange)
        except CouldNotJudge as problem:
            unobserved += [problem] * (exchange.probe not in _APART)
            continue
        seen += 1
        if response.status in SERVER_ERRORS and not _is_refusal(exchange.request.method, response.status):
            again = repeats(evidence, evidence.answer_in(exchange))
            yield Finding("status", "no 5xx", status_of(response), exchange.probe, repeats=again)
    if unobserved:
        raise unobserved[0]
    return seen


def _is_refusal(method: str, status: int) -> bool:
    """Whether a server error says no more than that the method is not served (RFC 9110, section 15.6.2)."""
    return status == HTTPStatus.NOT_IMPLEMENTED and method not in ("GET", "HEAD")


@CHECKS.run("http.unknown-path")
def unknown_path(evidence: Evidence) -> Steps:
    answer = evidence.answer("unknown-path")
    again = repeats(evidence, answer)
    if answer.response.status != HTTPStatus.NOT_FOUND:
        yield Finding("status", "404", status_of(answer.response), "unknown-path", repeats=again)
    elif wrong := undocumented_error(answer):
        yield Finding("", ERROR_BODY, wrong, "unknown-path", repeats=again)
    return 1


@CHECKS.run("http.method-not-allowed")
def method_not_allowed(evidence: Evidence) -> Steps:
    if evidence.scope.offline:
        raise NotExercised(Reason.BEYOND_FILE)
    if not evidence.scope.unsafe:
        raise NotApplicable("sent to the embedded mock only, or with --unsafe-methods")
    for probe in UNSAFE:
        answer = evidence.answer(probe)
        status = answer.response.status
        if status not in CLIENT_ERRORS and not _is_refusal(probe.upper(), status):
            again = repeats(evidence, answer)
            yield Finding("status", "4xx or 501", status_of(answer.response), probe, repeats=again)
    return len(UNSAFE)
