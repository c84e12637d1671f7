"""http.*: status, headers, methods, repetition."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from contracts.core.errors import CouldNotJudge, NotApplicable, NotExercised, Unavailable
from contracts.core.exchange import Response
from contracts.core.finding import shorten, step
from contracts.core.report import BEYOND_FILE
from contracts.event_categories.checks.conformity import nonconformities, undocumented_error
from contracts.event_categories.checks.registry import Breach, Steps, answer_check, run_check
from contracts.event_categories.clauses import KEY, UNSAFE
from contracts.event_categories.evidence import CLIENT_ERRORS, GATEWAY_ERRORS, OK, Answer, Evidence, describe, text_of
from contracts.strict_json import ABSENT

_SERVER_ERRORS = range(500, 600)
_WORD = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_PARAMETER = re.compile(rf'[ \t]*;[ \t]*(?:({_WORD})=({_WORD}|"(?:[^"\\]|\\.)*"))?')


@answer_check("http.status")
def answered_200(answer: Answer) -> Steps:
    response = answer.response
    if response.status != OK:
        location = response.first("Location")
        yield Breach("status", "200", status_of(response) + (f" to {location}" if location else ""))
    return 1


def status_of(response: Response) -> str:
    """Return the status with its reason phrase."""
    return f"{response.status} {response.reason}".strip()


@answer_check("http.content-type")
def media_type(answer: Answer) -> Steps:
    _ = answer.listing
    values = answer.response.all("Content-Type")
    if len(values) != 1:
        yield Breach("header Content-Type", "application/json", f"{len(values)} such headers" if values else "none")
    for value in values:
        kind, parameters = parse_media_type(value)
        if kind != "application/json" or parameters is None:
            yield Breach("header Content-Type", "application/json", value)
        elif any(name == "charset" and text != "utf-8" for name, text in parameters):
            yield Breach("header Content-Type", "charset utf-8, or none", value)
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


@run_check("http.head")
def head_like_get(evidence: Evidence) -> Steps:
    get, head = evidence.response("list"), evidence.response("head")
    if head.status != get.status:
        yield Breach("status", f"{get.status}, as for GET", status_of(head), "head")
    elif _media_types(head) != _media_types(get):
        expected = f"{', '.join(get.all('Content-Type')) or 'none'}, as for GET"
        yield Breach("header Content-Type", expected, ", ".join(head.all("Content-Type")) or "none", "head")
    if head.stray:
        yield Breach("", "no byte of a body", f"{head.stray} bytes or more", "head")
    return 1


def _media_types(response: Response) -> list[object]:
    return [parse_media_type(value) for value in response.all("Content-Type")]


@run_check("http.repeatable")
def repeatable(evidence: Evidence) -> Steps:
    first, second = evidence.answer("list"), evidence.answer("repeat")
    if first.response.status != OK:
        raise NotExercised(f"the first answer has status {first.response.status}")
    clauses = yield from nonconformities(second, "repeat")
    if second.response.status == OK:
        yield from _differences(first.value, second.value)
    return clauses


def _differences(first: Any, second: Any) -> Iterator[Breach]:
    before, after = _elements(first), _elements(second)
    if before is None or after is None:
        if not _identical(first, second):
            yield Breach("", f"{describe(first)}, as before", f"{describe(second)}, another one", "repeat")
        return
    if _identical(before, after):
        return
    known = Counter(map(canonical, before))
    for index, element in enumerate(after):
        text = canonical(element)
        known[text] -= 1
        if known[text] < 0:
            yield Breach(step(KEY) + step(index), "a category of the first answer", shorten(text), "repeat")
    for text in (+known).elements():
        yield Breach(step(KEY), "every category of the first answer", f"not among them: {shorten(text)}", "repeat")


def _elements(value: Any) -> list[Any] | None:
    elements = value.get(KEY) if isinstance(value, dict) else None
    return elements if isinstance(elements, list) else None


def _identical(before: Any, after: Any) -> bool:
    return before is after or canonical(before) == canonical(after)


def canonical(value: Any) -> str:
    """Return a text that is the same for equal JSON values, whatever the order of members and the literals.

    A number of 600 digits or more, which no client reads, may have two texts: as an integer and with an exponent.
    """
    return json.dumps(value, sort_keys=True, default=_number)


def _number(value: Decimal) -> int | str:
    sign, digits, exponent = value.as_tuple()
    text = "".join(map(str, digits)).lstrip("0")
    significant = text.rstrip("0")
    if not significant:
        return 0
    power = int(exponent) + len(text) - len(significant)
    if 0 <= power < 600 - len(significant):  # short enough to be written out as an integer
        return int(f"{'-' * sign}{significant}{'0' * power}")
    return f"{'-' * sign}{significant}e{power}"


@run_check("http.json-only")
def json_only(evidence: Evidence) -> Steps:
    answer = evidence.answer("xml")
    response = answer.response
    expected = "a 4xx with a documented error body, or the JSON list"
    if response.is_xml:
        yield Breach("header Content-Type", "no XML", ", ".join(response.all("Content-Type")) or "a body of XML", "xml")
    elif response.status in CLIENT_ERRORS:
        if wrong := undocumented_error(answer):
            yield Breach("", expected, f"{response.status} with {wrong}", "xml")
    elif response.status != OK or _elements(answer.decoded) is None:
        yield Breach("", expected, f"{status_of(response)} with {text_of(answer.document)}", "xml")
    return 1


@run_check("http.no-server-error")
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
        if response.status in _SERVER_ERRORS:
            yield Breach("status", "no 5xx", status_of(response), exchange.probe)
    if unobserved:
        raise unobserved[0]
    return seen


@run_check("http.unknown-path")
def unknown_path(evidence: Evidence) -> Steps:
    answer = evidence.answer("unknown-path")
    if answer.response.status != 404:  # noqa: PLR2004 - the documented status
        yield Breach("status", "404", status_of(answer.response), "unknown-path")
    elif wrong := undocumented_error(answer):
        yield Breach("", "a documented error body", wrong, "unknown-path")
    return 1


@run_check("http.unknown-query")
def unknown_query(evidence: Evidence) -> Steps:
    plain, queried = evidence.answer("list"), evidence.answer("unknown-query")
    if not _same_content(plain, evidence.answer("repeat")):
        raise NotExercised("the answer changes from request to request, also without the parameter")
    if queried.response.status != plain.response.status:
        expected = f"{plain.response.status}, as without the parameter"
        yield Breach("status", expected, status_of(queried.response), "unknown-query")
    elif _media_types(queried.response) != _media_types(plain.response):
        expected = f"{plain.response.first('Content-Type')}, as without the parameter"
        yield Breach("header Content-Type", expected, queried.response.first("Content-Type") or "none", "unknown-query")
    elif not _same_content(plain, queried):
        expected = f"{text_of(plain.document)}, as without the parameter"
        yield Breach("", expected, f"{text_of(queried.document)}, another one", "unknown-query")
    return 1


def _same_content(one: Answer, other: Answer) -> bool:
    if one is other:
        return True
    if ABSENT in (one.decoded, other.decoded):
        return one.response.body == other.response.body
    return _identical(one.document.value, other.document.value)


@run_check("http.method-not-allowed")
def method_not_allowed(evidence: Evidence) -> Steps:
    if evidence.offline:
        raise NotExercised(BEYOND_FILE)
    if not evidence.unsafe:
        raise NotApplicable("sent to the embedded mock only, or with --unsafe-methods")
    for probe in UNSAFE:
        response = evidence.response(probe)
        if response.status not in CLIENT_ERRORS:
            yield Breach("status", "4xx", status_of(response), probe)
    return len(UNSAFE)
