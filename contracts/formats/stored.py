"""The canonical result read back: only what was observed, and nothing that follows from it."""

import base64
from collections.abc import Callable, Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from contracts.core.contract import Clause, Contract, Level, Policy, Source, unlike
from contracts.core.errors import FAILURES, Reason, UsageError
from contracts.core.exchange import Attempt, Exchange, Headers, Request, Response
from contracts.core.finding import Finding
from contracts.core.report import Access, Identity, Outcome, Report, RequestCounts, Scope, StaleDeviation, State
from contracts.core.text import shorten
from contracts.formats.result import SCHEMA
from contracts.judging.strict_json import value_of
from contracts.reading import readable

#: Header fields, findings, notes: no list of a report is longer.
_MOST_ITEMS = 1000
#: No number of a report has more digits.
_MOST_DIGITS = 18


def read(text: str, contract_of: Callable[[str], Contract]) -> Report:
    """Return the report that a text from :func:`render` holds.

    Only what was observed is read. What follows from it (verdict, counts, lines that reproduce) is computed anew,
    so ``render(read(text)) == text`` tells whether somebody edited the text. What a baseline said is not read: it
    follows from the baseline, which a bundle holds.

    Raises:
        UsageError: the text is no such report; the message is one line.
    """
    with readable("the report"):
        return _read(_checked(text), contract_of)


def _read(value: dict[str, Any], contract_of: Callable[[str], Contract]) -> Report:
    try:
        bodies = {name: _read_body(body) for name, body in value["bodies"].items()}
        return Report(
            contract=contract_of(value["name"]),
            suite=value["suite"],
            digest=value["contract"],
            target=value["target"],
            outcomes=tuple(map(_read_outcome, value["clauses"])),
            exchanges=tuple(_read_exchange(exchange, bodies) for exchange in value["exchanges"]),
            settings={name: (setting["value"], setting["origin"]) for name, setting in value["settings"].items()},
            scope=_read_scope(value["scope"]),
            access=Access(**{**value["access"], "headers": tuple(map(tuple, value["access"]["headers"]))}),
            strict=value["strict"],
            allow_empty=value["allow_empty"],
            requests=RequestCounts(**value["requests"]),
            notes=tuple(value["notes"]),
            stale=tuple(map(_read_stale, value["stale"])),
            shared_deviations=value["shared_deviations"],
            narrowed=tuple(value["narrowed"]),
            implementation=value["implementation"],
            identity=Identity(**value["identity"]),
            started=_read_time(value["started"]),
            seconds=float(value["seconds"]),
        )
    except ValueError:
        raise UsageError("the report cannot be read: a body is not Base64, or a day does not exist") from None
    except KeyError:
        raise UsageError("the report cannot be read: an exchange has a body that is not among the bodies") from None


def _checked(text: str) -> dict[str, Any]:
    """Return the decoded text after holding it against the schema."""
    value: dict[str, Any] = value_of(text.encode("utf-8", "surrogatepass"), "the report", _number)
    # What holds too much is found first: to say what is wrong with it would take a hundred times its size.
    if problem := next(_crowded(value), "") or unlike(value, SCHEMA):
        raise UsageError(f"the report cannot be read: {problem}")
    return value


def _number(literal: str) -> Any:
    """Return a whole number as an integer, however it is written: to a schema 1.0 is one, and to a report as well."""
    number = Decimal(literal)
    return int(number) if number.adjusted() < _MOST_DIGITS and number == number.to_integral_value() else number


def _crowded(value: Any, where: str = "") -> Iterator[str]:
    """Yield where something holds more items than any report does; what differs from a baseline is not read."""
    if not isinstance(value, (dict, list)):
        return
    if len(value) > _MOST_ITEMS:
        yield f"{where or 'the whole'}: it has more than {_MOST_ITEMS:,} items"
    elif where != "/comparison":
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            if isinstance(item, (dict, list)):  # most are neither
                yield from _crowded(item, f"{where}/{shorten(str(key))}")


def _read_time(text: str) -> str:
    try:
        datetime.fromisoformat(text or "1970-01-01")
    except ValueError:
        raise UsageError(f"the report cannot be read: /started: {shorten(text)!r} is no time") from None
    return text


def _read_stale(value: dict[str, Any]) -> StaleDeviation:
    return StaleDeviation(**{**value, "expired": value["expired"] and date.fromisoformat(value["expired"])})


def _read_scope(value: dict[str, Any]) -> Scope:
    return Scope(**{**value, "policy": Policy(value["policy"]), "selected": tuple(value["selected"])})


def _read_outcome(value: dict[str, Any]) -> Outcome:
    clause = Clause(
        value["id"],
        Level(value["level"]),
        value["asks"],
        tuple(Source(**source) for source in value["sources"]),
        tuple(value["probes"]),
        value["breach"],
        value["why"],
        value["detail"],
    )
    return Outcome(
        clause,
        State(value["outcome"]),
        value["observations"],
        tuple(map(_read_finding, value["findings"])),
        value["count"],
        value["reason"],
        tuple(value["notes"]),
        value["because"] and Reason(value["because"]),
    )


def _read_finding(value: dict[str, Any]) -> Finding:
    names = ("clause", "probe", "where", "expected", "received", "through", "hint")
    return Finding(**{name: value[name] for name in names}, repeats=tuple(value["repeats"]))


def _read_exchange(value: dict[str, Any], bodies: dict[str, bytes]) -> Exchange:
    request, response, failure = value["request"], value["response"], value["failure"]
    return Exchange(
        value["probe"],
        Request(request["method"], request["url"], _read_headers(request["headers"])),
        response
        and Response(
            response["status"],
            _read_headers(response["headers"]),
            bodies[response["body"]],
            response["reason"],
            response["stray"],
            tuple(response["notes"]),
        ),
        failure and FAILURES[failure["kind"]](failure["message"]),
        tuple(Attempt(attempt["outcome"], float(attempt["waited"])) for attempt in value["attempts"]),
        float(value["seconds"]),
        value["sent"],
        value["observation"],
        float(value["began"]),
    )


def _read_headers(value: list[dict[str, str]]) -> Headers:
    return tuple((field["name"], field["value"]) for field in value)


def _read_body(value: dict[str, str]) -> bytes:
    content = value["content"]
    return content.encode("utf-8") if value["encoding"] == "utf-8" else base64.b64decode(content, validate=True)
