"""Judging a file: a JSON body, a raw HTTP response, or the entries of a HAR. What it does not show is not exercised.

A file is accounted for: what of it is judged, what is set aside and why, and how much is about something else.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from http import HTTPStatus
from urllib.parse import urlsplit

from contracts.core.contract import LIST, REPEAT, Contract, Policy
from contracts.core.errors import BrokenAnswer, Refused, Unavailable, UsageError
from contracts.core.exchange import REFUSALS, Exchange, Request, Response, intermediary
from contracts.core.report import Report, Scope
from contracts.core.text import counted, shorten
from contracts.formats import har
from contracts.judging import judge
from contracts.judging.evidence import REFUSED, Evidence
from contracts.judging.strict_json import decode, value_of
from contracts.network.http1 import Answer, answer_of
from contracts.reading import CAP, readable

_BOM = b"\xef\xbb\xbf"
_UTF_16 = ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"H\0T\0T\0P\0/\0", "utf-16-le"))
_JSON_BEGINS = re.compile(rb"\0?(?:[\[{\"0-9-]|true|false|null)")
#: The versions whose answers have no text on the wire.
_OF_LATER_VERSIONS = re.compile(rb"\AHTTP/[23](?=[ ])")
_NEXT_ANSWER = re.compile(rb"(?m)^HTTP/[0-9.]+ [0-9]{3}")
_TUNNEL = re.compile(r"(?i)connection established")
#: How what curl -v tells begins, and what it has between the header fields of an answer and beside its body.
_TRANSCRIPT = re.compile(rb"(?:[*<>] |% Total |Note: )(?s:.*?)^< HTTP/|< HTTP/", re.MULTILINE)
_HEAD_LINE = re.compile(rb"(?m)^< ?(.*?)\r?$\n?")
_BESIDE = re.compile(rb"(?m)^(?:[*>] .*|[{}] \[[0-9]+ bytes data\]\r?|\r *[0-9].*)(?:\n|\Z)")
#: Its last words, which stand behind a body that ends in no line end as well.
_FAREWELL = re.compile(rb"\* (?:Connection #[0-9]+ to host \S+ left intact|Closing connection[^\n]*)\s*\Z")
#: Header fields that ask for less than the list.
_CONDITIONS = {"if-none-match", "if-modified-since", "if-match", "if-unmodified-since", "if-range", "range"}
_REDIRECTS = (301, 302, 303, 307, 308)
#: So many redirects does curl follow.
_MOST_HOPS = 50
#: Entries that an account names one by one.
_NAMED = 10


class Kind(StrEnum):
    """What a file is."""

    BODY = "body"
    RESPONSE = "response"
    HAR = "har"


@dataclass(frozen=True)
class Recording:
    """What a file shows, and an account of it: what is judged, what is set aside, and why."""

    evidence: Evidence
    account: tuple[str, ...] = ()


def recording_of(
    content: bytes, name: str, contract: Contract, policy: Policy = Policy.EITHER, kind: Kind | None = None
) -> Recording:
    """Return what a file shows; its kind is known by how it begins, where nobody says it.

    Raises:
        UsageError: it is of no kind that is known, or none of the kind that it is said to be.
    """
    scope = Scope(policy, offline=True)
    with readable(name):
        text, is_recoded = _text(content)
        kind = kind or _kind(text, name)
        if kind is Kind.BODY:
            exchange = Exchange(LIST, Request("GET", name), Response(200, (), content))
            return Recording(Evidence(name, (exchange,), replace(scope, body_only=True), contract))
        if kind is Kind.HAR:
            exchanges, account = _of_har(text, name, contract)
        else:
            exchanges, account = _of_response(text, name, is_recoded=is_recoded)
        return Recording(Evidence(name, tuple(exchanges), scope, contract), tuple(account))


def report_of(recording: Recording, *, strict: bool, allow_empty: bool) -> Report:
    """Judge what a file shows."""
    notes = (note for exchange in recording.evidence.exchanges for note in exchange.notes)
    judged = judge.report_of(recording.evidence)
    return replace(judged, notes=(*recording.account, *notes), strict=strict, allow_empty=allow_empty)


def _text(content: bytes) -> tuple[bytes, bool]:
    """Return a file from where it begins, behind a byte order mark and blank lines; and whether it was UTF-16."""
    for mark, encoding in _UTF_16:
        if content.startswith(mark):
            return content.decode(encoding, "replace").encode().lstrip(), True
    return content.removeprefix(_BOM).lstrip(), False


def _kind(text: bytes, name: str) -> Kind:
    if text.startswith(b"HTTP/") or _TRANSCRIPT.match(text):
        return Kind.RESPONSE
    if text.startswith(b"{") and b'"entries"' in text and b'"log"' in text:
        document = decode(text).value
        log = document.get("log") if isinstance(document, dict) else None
        if isinstance(log, dict) and "entries" in log:
            return Kind.HAR
    if _JSON_BEGINS.match(text) or name.lower().endswith(".json"):
        return Kind.BODY
    raise UsageError(f"{name} begins neither as an HTTP response nor as JSON: say what it is with --as")


def _of_response(text: bytes, name: str, *, is_recoded: bool) -> tuple[list[Exchange], list[str]]:
    """Return the answer that a file holds, read as one that comes over the wire, and what stood before it."""
    request, account = Request("GET", name), list[str]()
    content = _told(text) if _TRANSCRIPT.match(text) else text
    try:
        while True:
            response, behind, _ = _answer(content)
            left = behind or response.body
            following = _NEXT_ANSWER.search(left)
            if not following or not (aside := _aside(response)):
                break
            if len(account) == _MOST_HOPS:
                raise UsageError(f"{name}: more than {_MOST_HOPS} answers come before the one to judge")
            account.append(f"the answer {response.status} is set aside: {aside}")
            content = left[following.start() :]
    except BrokenAnswer as problem:
        failure = f"{name}: {problem} (curl saves an answer as it came with --include --raw)"
        return [Exchange(LIST, request, failure=BrokenAnswer(failure))], account
    return [_observed(Exchange(LIST, request, replace(response, decoded=is_recoded)), LIST)], account


def _answer(content: bytes) -> Answer:
    """Return the answer with which a file begins; what curl writes of HTTP/2 and HTTP/3 ends with the file.

    Raises:
        BrokenAnswer: it is none, or is cut short.
    """
    try:
        return answer_of(_OF_LATER_VERSIONS.sub(b"HTTP/1.1", content, count=1), cap=CAP)
    except EOFError:
        raise BrokenAnswer("the file ends before the answer") from None


def _aside(response: Response) -> str:
    """Return why an answer before another one is not the one to judge, or nothing."""
    if response.status == HTTPStatus.OK and _TUNNEL.match(response.reason):
        return "it is that of a proxy"
    is_hop = response.status in _REDIRECTS and (response.first("Location") or "").startswith("https://")
    return "it leads to https" if is_hop else ""


def _told(text: bytes) -> bytes:
    """Return the last answer that curl -v has told, without that of its framing which curl had undone."""
    head: list[bytes] = []
    end = 0
    for line in _HEAD_LINE.finditer(text):
        head = [line[1]] if line[1].startswith(b"HTTP/") else [*head, line[1]]
        end = line.end()
    body = _FAREWELL.sub(b"", _BESIDE.sub(b"", text[end:]))
    if body.startswith(b"HTTP/"):  # with --include the head is there twice
        body = body.partition(b"\r\n\r\n")[2]
    is_coded = any(line.lower().startswith(b"content-encoding:") for line in head)
    undone = (b"transfer-encoding:", *((b"content-encoding:", b"content-length:") if is_coded else ()))
    kept = [line for line in head if line and not line.lower().startswith(undone)]
    return b"\r\n".join((*kept, b"", body))


def _observed(exchange: Exchange, probe: str) -> Exchange:
    """Return the exchange as that of a probe; as a failure where the contract says that its answer is not judged."""
    response, failure = exchange.response, exchange.failure
    if response and not failure:
        if who := intermediary(response):
            failure = Unavailable(f"the answer is {who}: the target was not to be had when it was saved")
        elif probe == LIST and response.status in REFUSALS:
            failure = Refused(
                f"the answer is {response.status}: the credentials of the request were refused, or missing"
            )
    return replace(exchange, probe=probe, failure=failure)


def _of_har(text: bytes, name: str, contract: Contract) -> tuple[list[Exchange], list[str]]:
    """Return the entries of a HAR that are about the list: ours by their probe, a browser's by what they ask.

    Raises:
        UsageError: it is no HAR, or none of its entries is an answer to the documented request.
    """
    document = value_of(text, "the HAR", may_be_odd=lambda _: True)
    total, entries = har.read(document, contract.probe, lambda url: _is_list(url, contract.path))
    ours = {number: each for number, each in entries.items() if each.probe in contract.probe}
    _refuse_doubled(ours.values(), name)
    url = next((each.request.url for each in ours.values() if each.probe == LIST), "")
    browsed, aside = _of_a_browser({number: each for number, each in entries.items() if number not in ours}, url)
    judged = {number: _observed(each, each.probe) for number, each in ours.items()} | browsed
    if not any(exchange.probe == LIST for exchange in judged.values()):
        raise UsageError(f"{name}: no entry of this HAR is an answer to GET {contract.path}")
    reasons: dict[str, list[int]] = {}
    for number, why in sorted(aside.items()):
        reasons.setdefault(why, []).append(number)
    account = [f"{_entries(sorted(judged))} judged"]
    account += [f"{_entries(numbers)} set aside: {why}" for why, numbers in reasons.items()]
    if others := total - len(entries):
        account.append(f"{counted(others, 'entry is', 'entries are')} not about the list")
    return list(judged.values()), account


def _entries(numbers: list[int]) -> str:
    """Return the numbers of entries in words, with a verb behind them."""
    named = ", ".join(map(str, numbers[:_NAMED]))
    more = f" and {len(numbers) - _NAMED:,} more" if len(numbers) > _NAMED else ""
    return f"entry {named} is" if len(numbers) == 1 else f"entries {named}{more} are"


def _is_list(url: str, path: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:  # the library refuses some hosts
        return False
    return parts.scheme in ("http", "https") and parts.path.rstrip("/").endswith(path)


def _refuse_doubled(ours: Iterable[Exchange], name: str) -> None:
    """Refuse a second answer to a probe of an observation: nobody could say which of them the run was given."""
    times = Counter((each.probe, each.observation) for each in ours if each.probe != REPEAT)
    for (probe, _), number in times.items():
        if number > 1:
            raise UsageError(f"{name}: {number:,} entries are the answer to the probe {probe}, and a run has one")


def _of_a_browser(entries: Mapping[int, Exchange], url: str) -> tuple[dict[int, Exchange], dict[int, str]]:
    """Return by number the entries that are judged, as exchanges of a probe, and why the others are not.

    The first answer of the API is the list, where that of ``url`` is not known; every other one of the same URL is its
    repetition. A refusal beside it, such as that of a token that had expired, is judged as an error body alone.
    """
    aside = {number: why for number, each in entries.items() if (why := _asks_for_less(each))}
    left = {number: each for number, each in entries.items() if number not in aside}
    gets = {number: each for number, each in left.items() if each.request.method == "GET"}
    answered = [number for number, each in gets.items() if not _is_no_answer(each) and not _is_refused(each)]
    first = next(iter(answered or gets), None) if not url else None
    url = gets[first].request.url if first is not None else url
    judged: dict[int, Exchange] = {}
    for number, each in left.items():
        if each.request.url != url:
            aside[number] = "it is of another target"
        elif number == first:
            judged[number] = _observed(each, LIST)
        elif each.request.method == "HEAD":
            judged[number] = _observed(each, "head")
        elif why := _is_no_answer(each):
            aside[number] = why
        else:
            judged[number] = _observed(each, REFUSED if _is_refused(each) else REPEAT)
    return judged, aside


def _asks_for_less(exchange: Exchange) -> str:
    """Return why an exchange of a browser shows less than the documented request does, or nothing."""
    request, response = exchange.request, exchange.response
    if request.method not in ("GET", "HEAD"):
        return f"{shorten(request.method, 20)} does not ask for the list"
    if urlsplit(request.url).query:
        return "it asks with a query"
    if {name.lower() for name, _ in request.headers} & _CONDITIONS:
        return "it asks on a condition, or for a part"
    if response and response.status in (HTTPStatus.NOT_MODIFIED, HTTPStatus.PARTIAL_CONTENT):
        return f"its answer {response.status} is not the whole list"
    return _aside(response) if response and request.url.startswith("http:") else ""


def _is_no_answer(exchange: Exchange) -> str:
    """Return why an exchange holds no answer of the API, or nothing; one whose text is cut short is an answer."""
    response = exchange.response
    if response is None:
        return "it has no answer"
    if exchange.failure and not response.body:
        return "it was saved without its content"
    who = intermediary(response)
    return f"{who} is no answer of the API" if who else ""


def _is_refused(exchange: Exchange) -> bool:
    return exchange.response is not None and exchange.response.status in REFUSALS
