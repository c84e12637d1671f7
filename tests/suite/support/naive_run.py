"""A second opinion on a whole run: every clause that compares answers or looks at refusals, in the plainest way.

Like the oracle, which it asks about single answers, it reads the contract anew and imports nothing from it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import naive_json
import oracle
from naive_json import NotJson, Number, Object

READING = ("list", "repeat", "xml", "unknown-path", "unknown-query", "anonymous", "invalid-token")
UNSAFE = ("post", "put", "patch", "delete")
STRICT = ("json.utf-8", "json.well-formed", "json.unique-names", "json.unicode-text")
NOTHING = object()


@dataclass(frozen=True)
class Seen:
    """One answer; ``stray`` are the bytes behind it that belong to nothing."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    stray: bytes = b""

    def values(self, name: str) -> list[str]:
        return [value.strip() for key, value in self.headers if key.lower() == name]

    @property
    def types(self) -> list[str]:
        """The media types, without their parameters."""
        return [value.partition(";")[0].strip().lower() for value in self.values("content-type")]


@cache
def broken_by_answer(answer: Seen) -> frozenset[str]:
    """The clauses of one answer that it breaks, by the oracle."""
    said = oracle.opinion(answer.status, answer.values("content-type"), answer.body)
    return frozenset(clause for clause, state in said.items() if state == oracle.BREACHED)


def beyond(first: Seen, answer: Seen) -> set[str]:
    """The MUST clauses that an answer breaks, but for those that the documented list breaks as well."""
    known = broken_by_answer(first) if is_list(first) else frozenset()
    return set(broken_by_answer(answer) - oracle.SHOULD - known)


def is_list(answer: Seen) -> bool:
    return answer.status == 200 and documented(answer) is not None


def are_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(text, str) for text in value)


def read(answer: Seen) -> Any:
    """The value of a body, or NOTHING when it is no JSON; a byte order mark is passed over."""
    content = answer.body.removeprefix(b"\xef\xbb\xbf")
    try:
        return NOTHING if oracle.is_other_unicode(content) else naive_json.read(content.decode("utf-8"))
    except (UnicodeDecodeError, NotJson):
        return NOTHING


def text_of(value: Any) -> str:
    """A text that is the same for equal values, whatever the order of members and the literals of numbers."""
    if isinstance(value, Object):
        return "{" + ",".join(f"{name!r}:{text_of(member)}" for name, member in sorted(value.members.items())) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(text_of, value)) + "]"
    if isinstance(value, Number):
        return f"{value.value.numerator:x}/{value.value.denominator:x}"  # in decimals Python writes 4,300 digits
    return repr(value)


@cache
def is_documented_error(answer: Seen) -> bool:
    """Whether the body is strict JSON with ``error``, a text, or ``errors``, texts by field."""
    said = oracle.opinion(200, ["application/json"], answer.body)
    value = read(answer)
    if not isinstance(value, Object) or any(said[clause] == oracle.BREACHED for clause in STRICT):
        return False
    error, errors = value.members.get("error"), value.members.get("errors")
    return (isinstance(error, str) and error != "") or (
        isinstance(errors, Object) and all(map(are_texts, errors.members.values()))
    )


def said(answer: Seen) -> object:
    """What of an answer is documented: its status, its media types, and the elements of its list in any order."""
    elements = documented(answer)
    return answer.status, answer.types, None if elements is None else sorted(elements)


def categories(answer: Seen) -> list[str] | None:
    """The elements of the list as texts, or None without a list."""
    value = read(answer)
    elements = value.members.get("event_categories") if isinstance(value, Object) else None
    return list(map(text_of, elements)) if isinstance(elements, list) else None


def is_xml(answer: Seen) -> bool:
    return any(kind.endswith(("/xml", "+xml")) for kind in answer.types) or answer.body.lstrip().startswith(b"<?xml")


def broken(seen: Mapping[str, Seen], policy: str, burst: Sequence[Seen]) -> set[str]:
    """The clauses that a run of these answers, by probe, breaks; ``burst`` are more than 60 within a minute."""
    found = set(broken_by_answer(seen["list"]))
    found |= set(of_repetition(seen))
    found |= set(of_refusals(seen, policy))
    if any(500 <= answer.status < 600 and not is_refusal(probe, answer) for probe, answer in seen.items()):
        found.add("http.no-server-error")
    if not all(400 <= seen[method].status < 500 or is_refusal(method, seen[method]) for method in UNSAFE):
        found.add("http.method-not-allowed")
    if burst and (burst[-1].status != 429 or burst[-1].types != ["text/plain"]):
        found.add("error.rate-limit")
    return found


def is_refusal(probe: str, answer: Seen) -> bool:
    return probe in UNSAFE and answer.status == 501


def names_a_scheme(value: str) -> bool:
    """Whether a challenge begins with a scheme: its first word is not the name of a parameter."""
    first = value.strip(" \t,").partition(",")[0]
    word, blank, rest = first.replace("\t", " ").partition(" ")
    return bool(word) and "=" not in word and not (blank and rest.lstrip().startswith("="))


def documented(answer: Seen) -> list[str] | None:
    """The elements of the list as texts, without the members that nobody documented."""
    value = read(answer)
    elements = value.members.get("event_categories") if isinstance(value, Object) else None
    if not isinstance(elements, list):
        return None
    kept = ("id", "name", "display_name", "position")
    return [
        text_of(Object(tuple((n, m) for n, m in e.members.items() if n in kept)) if isinstance(e, Object) else e)
        for e in elements
    ]


def of_repetition(seen: Mapping[str, Seen]) -> Iterator[str]:
    first, second, head, queried = seen["list"], seen["repeat"], seen["head"], seen["unknown-query"]
    unlike_get = bool(head.types) and head.types != first.types
    if head.status != first.status or unlike_get or head.stray:
        yield "http.head"
    if beyond(first, second) or said(first) != said(second):
        yield "http.repeatable"
    broken_by_parameter = is_list(first) and is_list(queried) and beyond(first, queried)
    if said(first) == said(second) and (said(first) != said(queried) or broken_by_parameter):
        yield "http.unknown-query"


def of_refusals(seen: Mapping[str, Seen], policy: str) -> Iterator[str]:
    xml, unknown = seen["xml"], seen["unknown-path"]
    refused = 400 <= xml.status < 500 and is_documented_error(xml)
    if is_xml(xml) or (beyond(seen["list"], xml) and not refused):
        yield "http.json-only"
    if unknown.status != 404 or not is_documented_error(unknown):
        yield "http.unknown-path"
    for clause, probe in (("auth.missing", "anonymous"), ("auth.invalid", "invalid-token")):
        answer = seen[probe]
        may_refuse = policy != "public" or probe == "invalid-token"
        unauthorized = may_refuse and answer.status == 401 and is_documented_error(answer)
        served = policy != "required" and not beyond(seen["list"], answer) and answer.status == 200
        if not (unauthorized or served):
            yield clause
        if answer.status == 401 and not any(map(names_a_scheme, answer.values("www-authenticate"))):
            yield "auth.challenge"
    for probe in READING:
        if probe == "unknown-path":
            continue
        if 400 <= seen[probe].status < 500 and seen[probe].status != 429 and not is_documented_error(seen[probe]):
            yield "error.body"
