"""HAR 1.2, the archive of HTTP exchanges that browsers write and many tools show.

Source: the HAR 1.2 specification. Names that begin with an underscore are ours, as it allows.
"""

import base64
from collections.abc import Callable, Container, Iterator
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, TypeVar, cast
from urllib.parse import parse_qsl, urlsplit

from contracts.core.errors import FAILURES, BrokenAnswer, CouldNotJudge, Unreachable, UsageError
from contracts.core.exchange import NOT_READ, Attempt, Exchange, Headers, Request, Response
from contracts.core.report import Report
from contracts.core.text import shorten
from contracts.formats.result import LARGE, as_text, header_fields, to_json
from contracts.formats.wording import headline

#: The probe of an exchange that another program recorded.
FOREIGN = "foreign"

#: What a browser sends beside these is nobody's business: cookies, tokens of other services, its history.
_KEPT = (
    *("accept", "accept-encoding", "authorization", "content-type", "user-agent"),
    *("if-match", "if-modified-since", "if-none-match", "if-range", "if-unmodified-since", "range"),
)
_THIRTY_YEARS = 1e9  # in seconds; no exchange takes longer
_Kind = TypeVar("_Kind")


def render(report: Report) -> str:
    """Return the masked exchanges as a HAR; one that failed has status 0 and its failure as ``_error``."""
    started = _date(report.started)
    entries: list[dict[str, Any]] = []
    first: dict[bytes, int] = {}
    for number, exchange in enumerate(report.exchanges):
        body = exchange.response.body if exchange.response else b""
        same = first.setdefault(body, number) if len(body) > LARGE else number
        content = _content(body) if same == number else _reference(same)
        entries.append(_entry(exchange, _later(started, exchange.began), content))
    creator = {"name": "event-categories-contracts", "version": report.suite}
    return to_json({"log": {"version": "1.2", "creator": creator, "comment": headline(report), "entries": entries}})


def read(document: Any, probes: Container[str], is_wanted: Callable[[str], bool]) -> tuple[int, dict[int, Exchange]]:
    """Return how many entries a decoded HAR has, and by number, from 1 on, the exchanges that are wanted.

    Ours are those that name one of the probes; each comes back as the exchange that it was. Of those of another program
    the URL tells whether they are wanted; credentials and cookies are not read, and an answer whose content was not
    saved, or not all of it, is a failure. Of all others nothing is read: they may be odd.

    Raises:
        UsageError: it is no HAR, or such an entry is not as HAR 1.2 describes it; the message is one line.
    """
    entries = _member(_member(document, "log", dict, "the HAR"), "entries", list, "its log")
    found = {}
    for number, entry in enumerate(_resolved(entries), 1):
        probe, url = _inside(entry, "_probe"), _inside(entry, "request", "url")
        probe = probe if isinstance(probe, str) and probe in probes else FOREIGN
        if probe != FOREIGN or (isinstance(url, str) and is_wanted(url)):
            found[number] = _exchange(entry, f"entry {number}", probe)
    return len(entries), found


def _inside(value: object, *names: str) -> Any:
    """Return what stands in objects within objects, None where there is nothing."""
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _content(body: bytes) -> dict[str, Any]:
    encoding, text = as_text(body)
    return {"text": text, "encoding": encoding} if encoding == "base64" else {"text": text}


def _reference(number: int) -> dict[str, Any]:
    """Return the content of an entry whose text stands in an earlier one: a large body is stored once."""
    return {"comment": f"the text is that of entry {number}, counted from 0", "_same": number}


def _resolved(entries: list[Any]) -> Iterator[Any]:
    """Iterate over entries with the text of each, also where it stands in an earlier one."""
    contents: list[Any] = []
    for entry in entries:
        content = _inside(entry, "response", "content")
        same = _inside(content, "_same")
        earlier = contents[same] if type(same) is int and 0 <= same < len(contents) else None
        if isinstance(earlier, dict) and "text" not in content:
            content |= {key: earlier[key] for key in ("text", "encoding") if key in earlier}
        contents.append(content)
        yield entry


def _entry(exchange: Exchange, started: datetime, stored: dict[str, Any]) -> dict[str, Any]:
    request = exchange.request
    milliseconds = round(exchange.seconds * 1000, 3)
    query = parse_qsl(urlsplit(request.url).query, keep_blank_values=True)
    return {
        "startedDateTime": started.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "time": milliseconds,
        "request": {
            "method": request.method,
            "url": request.url,
            "httpVersion": "HTTP/1.1",
            "cookies": [],
            "headers": header_fields(request.headers),
            "queryString": header_fields(tuple(query)),
            "headersSize": -1,
            "bodySize": 0,
        },
        "response": _response(exchange, stored),
        "cache": {},
        "timings": {"send": 0, "wait": milliseconds, "receive": 0},
        "comment": exchange.probe,
        "_probe": exchange.probe,
        "_attempts": list(map(asdict, exchange.attempts)),
        "_sent": exchange.sent,
        "_observation": exchange.observation,
    }


def _response(exchange: Exchange, stored: dict[str, Any]) -> dict[str, Any]:
    response = exchange.response or Response(0, (), b"")
    content = {"size": len(response.body), "mimeType": response.first("Content-Type") or "x-unknown", **stored}
    rendered = {
        "status": response.status,
        "statusText": response.reason,
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": header_fields(response.headers),
        "content": content,
        "redirectURL": response.first("Location") or "",
        "headersSize": -1,
        "bodySize": -1,
        "_stray": response.stray,
        "_notes": list(response.notes),
    }
    if exchange.failure:
        rendered |= {"_error": str(exchange.failure), "_failure": type(exchange.failure).__name__}
    return rendered


def _date(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):  # a report that was not made by a run has no time
        return datetime.fromtimestamp(0, UTC)


def _later(date: datetime, seconds: float) -> datetime:
    try:
        return date + timedelta(seconds=seconds)
    except (ValueError, OverflowError):  # a stored report may say anything
        return date


def _exchange(entry: object, name: str, probe: str) -> Exchange:
    request, response = _member(entry, "request", dict, name), _member(entry, "response", dict, name)
    headers = _read_headers(request, name)
    is_foreign = probe == FOREIGN
    if is_foreign:
        kept = ((key, value) for key, value in headers if key.lower() in _KEPT)
        headers = tuple((key, NOT_READ if key.lower() == "authorization" else value) for key, value in kept)
    sent = Request(_member(request, "method", str, name), _member(request, "url", str, name), headers)
    received, failure = _received(response, sent, name, is_foreign=is_foreign)
    if received and is_foreign:
        headers = tuple((key, value) for key, value in received.headers if key.lower() != "set-cookie")
        received = replace(received, headers=headers)
    return Exchange(
        probe,
        sent,
        received,
        failure,
        tuple(_attempt(attempt, name) for attempt in _member(entry, "_attempts", list, name, [])),
        _seconds(entry, "time", name) / 1000,
        _member(entry, "_sent", int, name, 1),
        2 if not is_foreign and _member(entry, "_observation", int, name, 1) == 2 else 1,  # noqa: PLR2004 - no third
    )


def _received(
    response: dict[str, Any], request: Request, name: str, *, is_foreign: bool
) -> tuple[Response | None, CouldNotJudge | None]:
    status = _member(response, "status", int, name)
    said = _member(response, "_error", (str, type(None)), name, None)
    kind = FAILURES.get(_member(response, "_failure", str, name, ""), Unreachable)
    failure = kind(said if "_failure" in response else shorten(said)) if said else None
    if not status:
        return None, failure or Unreachable(f"{name} of the HAR has no answer")
    content = _member(response, "content", dict, name, {})
    body = _body(content, name)
    if body is None:
        body = b""
        bodiless = request.method == "HEAD" or status in (204, 304) or content.get("size") == 0
        failure = failure or (None if bodiless else BrokenAnswer(f"{name}: the HAR was saved without its content"))
    elif is_foreign and len(body) < _number(content, "size", name):
        failure = failure or BrokenAnswer(f"{name}: the HAR has {len(body):,} bytes of its content, which had more")
    reason = _member(response, "statusText", str, name, "")
    stray = _member(response, "_stray", int, name, 0)
    notes = tuple(map(str, _member(response, "_notes", list, name, [])))
    decoded = is_foreign and content.get("encoding") != "base64"  # in the text that a browser has read
    return Response(status, _read_headers(response, name), body, reason, stray, notes, decoded), failure


def _body(content: dict[str, Any], name: str) -> bytes | None:
    if "text" not in content:
        return None
    text = _member(content, "text", str, name)
    if content.get("encoding") != "base64":
        return text.encode("utf-8", "replace")
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        raise UsageError(f"the HAR cannot be read: {name} has content that is not Base64") from None


def _read_headers(message: dict[str, Any], name: str) -> Headers:
    fields = _member(message, "headers", list, name, [])
    pairs = [(_member(field, "name", str, name), _member(field, "value", str, name)) for field in fields]
    return tuple(pair for pair in pairs if not pair[0].startswith(":"))  # HTTP/2 has its request line among them


def _attempt(value: object, name: str) -> Attempt:
    return Attempt(_member(value, "outcome", str, name), _seconds(value, "waited", name))


def _seconds(owner: object, key: str, name: str) -> float:
    number = _number(owner, key, name)
    return float(number) if 0 <= number < _THIRTY_YEARS else 0.0


def _number(owner: object, key: str, name: str) -> int | Decimal:
    """Return a number as strict decoding gives it, 0 where there is none; raises what :func:`_member` raises."""
    kinds: tuple[type[Any], ...] = (int, Decimal)
    return cast("int | Decimal", _member(owner, key, kinds, name, 0))


_REQUIRED: Any = object()


def _member(
    owner: object, key: str, kind: type[_Kind] | tuple[type[_Kind], ...], name: str, default: _Kind = _REQUIRED
) -> _Kind:
    """Return a member of an object of the HAR, if it is of the right kind.

    Raises:
        UsageError: it is of another kind, or is missing and has no default.
    """
    value = owner.get(key, default) if isinstance(owner, dict) else _REQUIRED
    if not isinstance(value, kind) or isinstance(value, bool):
        raise UsageError(f"the HAR cannot be read: {name} has no {key} as HAR 1.2 describes it")
    return value
