"""transport.* and http.*: the way to the target, status, header fields and methods."""

import re
from collections.abc import Iterator
from dataclasses import replace
from http import HTTPStatus

from contracts.core.contract import LIST, QUERY, REPEAT, Checks, Clause, Contract, Level, Note, Steps
from contracts.core.errors import CouldNotJudge, NotExercised, Unreachable, Unverified
from contracts.core.exchange import CLIENT_ERRORS, REDIRECTS, SERVER_ERRORS, Response
from contracts.core.finding import Finding
from contracts.core.report import State
from contracts.core.text import shorten
from contracts.global_information.clauses import UNSAFE
from contracts.judging import shape
from contracts.judging.answer import Answer
from contracts.judging.evidence import Evidence, differences, in_words, observed
from contracts.judging.schema import error_schema
from contracts.judging.values import ABSENT, describe

#: What the findings about an error body expect.
ERROR_BODY = 'a documented error body, such as {"error": "text"}'
#: The bytes of an undocumented body that a finding shows.
_BEGINNING = 60


def nonconformities(evidence: Evidence, answer: Answer, probe: str) -> tuple[list[Finding], int]:
    """Return what an answer that should hold the list breaks beyond the documented one, and how many clauses it shows.

    Only MUST clauses count: an answer conforms when these hold, here as for the run as a whole.

    Raises:
        CouldNotJudge: the answer is beyond what can be judged.
    """
    first = _documented(evidence)
    known = _broken(first) if first and first.holds_list else ()
    again = repeats(evidence, answer)
    found, judged = [], 0
    for clause in _of_answers(answer.contract):
        outcome = answer.outcome(clause)
        if outcome.state is State.INCONCLUSIVE:
            raise CouldNotJudge(outcome.reason)
        judged += outcome.observations > 0
        for finding in outcome.findings if clause.id not in known else ():
            repeated = again if clause.id in again else ()
            found.append(replace(finding, probe=probe, through=clause.id, repeats=repeated))
    return found, judged


def repeats(evidence: Evidence, answer: Answer) -> tuple[str, ...]:
    """Return the clauses that an answer repeats the breach of: it is the same thing as the documented one, and no list.

    The likeliest cause comes first: the status, the media type, then the body.
    """
    first = _documented(evidence)
    if first is None or first.holds_list or not _are_alike(first, answer):
        return ()
    return _broken(first)


def _documented(evidence: Evidence) -> Answer | None:
    """Return the answer to the documented request, or None where there is none to judge."""
    try:
        return evidence.answer(LIST)
    except (CouldNotJudge, NotExercised):
        return None


def _broken(answer: Answer) -> tuple[str, ...]:
    """Return the MUST clauses that an answer breaks, in the order of the contract."""
    return tuple(clause.id for clause in _of_answers(answer.contract) if answer.outcome(clause).count)


def _of_answers(contract: Contract) -> Iterator[Clause]:
    for clause in contract.clauses:
        if clause.level is Level.MUST and not contract.checks[clause.id].of_run:
            yield clause


def _are_alike(first: Answer, other: Answer) -> bool:
    """Whether an answer is the same thing as one that is no list, whatever differs from request to request in it."""
    one, another = first.response.status, other.response.status
    if one == HTTPStatus.OK:
        same_type = first.response.media_type == other.response.media_type
        return another == one and not other.holds_list and same_type
    if one in CLIENT_ERRORS:
        return another == one and bool(undocumented_error(first)) == bool(undocumented_error(other))
    return another == one or any(one in kind and another in kind for kind in (REDIRECTS, SERVER_ERRORS))


def undocumented_error(answer: Answer) -> str:
    """Return what an error answer holds instead of a documented body, or an empty string when it is one.

    Source: Global information, section Errors.

    Raises:
        CouldNotJudge: the body is beyond what strict decoding reads.
    """
    document = answer.document
    if document.problem and not document.violations:
        raise document.problem
    if document.value is not ABSENT and not document.violations and error_schema().accepts(document.value):
        return ""
    if not answer.response.body:
        return "an empty body"
    beginning = shorten(answer.response.body[:_BEGINNING].decode("utf-8", "replace"))
    return f"{answer.response.media_type or 'a body without a media type'} that begins {beginning}"


CHECKS = Checks()

_ACCEPTED = range(200, 300)
#: What else may be answered in the place of the API, or not at all: another endpoint, and beyond a limit.
_APART = ("plaintext", "burst")
_WORD = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_PARAMETER = re.compile(rf'[ \t]*;[ \t]*(?:({_WORD})=({_WORD}|"(?:[^"\\]|\\.)*"))?')


@CHECKS.run("transport.https")
def reached_over_https(evidence: Evidence) -> Steps:
    evidence.require_asked("the target is on the loopback interface", asked=evidence.scope.live)
    evidence.require_asked("plain HTTP was allowed: --allow-plain-http", asked=not evidence.url.startswith("http:"))
    exchange = evidence.exchange(LIST)
    if isinstance(exchange.failure, Unverified):
        yield Finding("certificate", "a certificate that verifies", str(exchange.failure))
    elif exchange.response is None:
        exchange.observed()
    return 1


@CHECKS.run("transport.no-plaintext")
def no_plaintext(evidence: Evidence) -> Steps:
    evidence.require_asked("only for an https target on its default port", asked=evidence.scope.plaintext)
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
        yield Finding("status", "200", received, hint=shape.of_answer(answer))
    return 1


def status_of(response: Response) -> str:
    """Return the status with its reason phrase."""
    return f"{response.status} {response.reason}".strip()


@CHECKS.answer("http.content-type")
def media_type(answer: Answer) -> Steps:
    answer.require_ok()
    values, where = answer.response.all("Content-Type"), "header Content-Type"
    hint = shape.of_answer(answer)
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
    evidence.require_asked("sent to the embedded mock only, or with --unsafe-methods", asked=evidence.scope.unsafe)
    for probe in UNSAFE:
        answer = evidence.answer(probe)
        status = answer.response.status
        if status not in CLIENT_ERRORS and not _is_refusal(probe.upper(), status):
            again = repeats(evidence, answer)
            yield Finding("status", "4xx or 501", status_of(answer.response), probe, repeats=again)
    return len(UNSAFE)


@CHECKS.run("http.repeatable")
def repeatable(evidence: Evidence) -> Steps:
    first = evidence.answer(LIST)
    evidence.exchange(REPEAT)
    _difference(evidence, REPEAT)
    if evidence.earlier is not None:
        what = evidence.earlier.unsteady
        yield Note(f"the first observation was unsteady, and the second is judged; what differed: {what}")
    clauses = 0
    for again in dict.fromkeys(answer for probe, answer in evidence.plain() if probe == REPEAT):
        found, judged = nonconformities(evidence, again, REPEAT)
        clauses = max(clauses, judged)
        yield from found
        if again.holds_list or not found:  # what is no list is told of as that
            yield from _beside(found, differences(first, again, REPEAT))
    for exchange in evidence.by_probe[REPEAT]:
        observed(exchange)
    return clauses


@CHECKS.run("http.unknown-query")
def unknown_query(evidence: Evidence) -> Steps:
    plain, queried = evidence.answer(LIST), evidence.answer(QUERY)
    evidence.response(REPEAT)
    if evidence.difference is not None and evidence.difference.probe == REPEAT:
        raise NotExercised("the answer changes from request to request, also without the parameter")
    _difference(evidence, QUERY)
    both = plain.holds_list and queried.holds_list
    found = nonconformities(evidence, queried, QUERY)[0] if both else []
    yield from found
    yield from _beside(found, differences(plain, queried, QUERY, "as without the parameter"))
    return 1


def _beside(told: list[Finding], found: Iterator[Finding | Note]) -> Iterator[Finding | Note]:
    """Leave out what was told of the same place already: what is broken there is no difference as well."""
    places = {finding.where for finding in told}
    return (step for step in found if isinstance(step, Note) or step.where not in places)


def _difference(evidence: Evidence, probe: str) -> Finding | None:
    """Return what differs first in the answers to a probe, if that is what differs first at all.

    Raises:
        CouldNotJudge: there was one observation, so that the list may only have changed meanwhile.
    """
    found = evidence.difference
    if found is None or found.probe != probe:
        return None
    if evidence.earlier is None:
        why = evidence.abandoned or "the target was observed once"
        raise CouldNotJudge(
            f"one difference is no proof, and no second observation confirms it: {why}; {in_words(found)}"
        )
    return found
