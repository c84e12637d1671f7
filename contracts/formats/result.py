"""The canonical result as JSON: everything that a report holds, as ``schemas/report.schema.json`` describes it.

Every other format says the same in other words; this one can be read back. A member that has the name of a field is
that field, written and read.
"""

import base64
import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from datetime import date, datetime
from decimal import Decimal
from inspect import signature
from typing import TYPE_CHECKING, Any, TypeVar

from contracts import __version__
from contracts.core.contract import Clause, Contract, Level, Policy, Source, load, unlike
from contracts.core.errors import FAILURES, Reason, UsageError, watched
from contracts.core.exchange import Attempt, Exchange, Headers, Request, Response
from contracts.core.finding import Finding
from contracts.core.report import (
    Access,
    Identity,
    Impact,
    Outcome,
    Report,
    RequestCounts,
    Scope,
    StaleDeviation,
    State,
    worst,
)
from contracts.core.text import COMMAND, shorten
from contracts.formats import wording
from contracts.formats.reproduce import of_finding, rerun
from contracts.reading import readable

if TYPE_CHECKING:
    from contracts.comparison.compare import Difference
    from contracts.comparison.gate import Gate
    from contracts.comparison.gate import Source as Side
    from contracts.targets.across import Across
    from contracts.targets.target_entry import Judged

SCHEMA = "report.schema.json"
_SURROGATE = re.compile("[\ud800-\udfff]")
#: From this size on, in bytes, it is worth while to look for the shorter way to store a body.
LARGE = 2**16
#: What a string of JSON holds as two characters, and as six.
_ESCAPED_BY_TWO = (b'"', b"\\", b"\b", b"\t", b"\n", b"\f", b"\r")
_ESCAPED_BY_SIX = bytes(sign for sign in range(32) if bytes((sign,)) not in _ESCAPED_BY_TWO)
#: Header fields, findings, notes: no list of a report is longer.
_MOST_ITEMS = 1000
_Value = TypeVar("_Value")


def render(report: Report) -> str:
    """Return the report as JSON; equal reports give equal texts."""
    bodies = dict.fromkeys(exchange.response.body for exchange in report.exchanges if exchange.response)
    return to_json(
        {
            "$schema": load(SCHEMA)["$id"],
            "headline": wording.headline(report),
            "suite": report.suite,
            "contract": report.digest,
            "name": report.contract.name,
            "verdict": report.conclusion,
            **_members(report, "status", "partial", "target", "implementation"),
            "identity": asdict(report.identity),
            **_members(report, "started", "seconds", "strict", "allow_empty"),
            "scope": asdict(report.scope),
            "access": asdict(report.access),
            "requests": asdict(report.requests),
            **_members(report, "total", "judged"),
            "counts": {state: len(list(report.of(state))) for state in State},
            "failing": _ids(report.failing),
            "warnings": _ids(report.warnings),
            "unjudged": _ids(report.unjudged),
            "notes": report.notes,
            "stale": [{**asdict(each), "expired": each.expired and str(each.expired)} for each in report.stale],
            **_members(report, "shared_deviations", "narrowed"),
            "settings": {name: {"value": value, "origin": origin} for name, (value, origin) in report.settings.items()},
            "comparison": _comparison(compared) if (compared := wording.gate_of(report)) else None,
            "clauses": [_outcome(report, outcome) for outcome in report.outcomes],
            "exchanges": list(map(_exchange, report.exchanges)),
            "bodies": {
                body_digest(body): dict(zip(("encoding", "content"), as_text(body), strict=True)) for body in bodies
            },
        }
    )


def to_json(value: object) -> str:
    """Return a value as JSON, indented by 2 and ended by a newline; a lone surrogate stands there as its escape."""
    # A piece is a string or what stands between two: at no time there are two copies of the whole.
    pieces = json.JSONEncoder(indent=2, ensure_ascii=False).iterencode(value)
    return "".join((*map(_safe, watched(pieces)), "\n"))


def _safe(piece: str) -> str:
    if piece.isascii() and "##" not in piece:  # nearly all of them
        return piece
    piece = _SURROGATE.sub(lambda match: f"\\\\u{ord(match[0]):04x}", piece)
    return COMMAND.sub(r"#\\u0023", piece)  # the same JSON, in which no runner of CI finds a command


def _members(value: object, *names: str) -> dict[str, Any]:
    return {name: getattr(value, name) for name in names}


def _ids(outcomes: Sequence[Outcome]) -> list[str]:
    return [outcome.clause.id for outcome in outcomes]


def _outcome(report: Report, outcome: Outcome) -> dict[str, Any]:
    clause = outcome.clause
    return {
        **_members(clause, "id", "level"),
        "outcome": outcome.state,
        **_members(outcome, "observations", "count"),
        "findings": [_finding(report, clause, finding) for finding in outcome.findings],
        **_members(outcome, "reason", "because", "notes"),
        "follows": report.follows.get(clause.id),
        **_members(clause, "asks", "detail", "why", "breach", "probes"),
        "sources": list(map(asdict, clause.sources)),
    }


def _finding(report: Report, clause: Clause, finding: Finding) -> dict[str, Any]:
    return {
        "clause": finding.clause,
        "level": clause.level,
        **_members(finding, "probe", "where", "expected", "received", "through", "repeats", "hint"),
        "sources": list(map(asdict, clause.sources)),
        "curl": of_finding(report, finding),
        "rerun": rerun(report, clause.id),
    }


def _exchange(exchange: Exchange) -> dict[str, Any]:
    request, response, failure = exchange.request, exchange.response, exchange.failure
    return {
        "probe": exchange.probe,
        "request": {**_members(request, "method", "url"), "headers": header_fields(request.headers)},
        "response": response
        and {
            **_members(response, "status", "reason"),
            "headers": header_fields(response.headers),
            "body": body_digest(response.body),
            **_members(response, "stray", "notes"),
        },
        "failure": failure and {"kind": type(failure).__name__, "message": str(failure)},
        "attempts": list(map(asdict, exchange.attempts)),
        **_members(exchange, "sent", "observation", "began", "seconds"),
    }


def header_fields(headers: Headers) -> list[dict[str, str]]:
    """Return pairs of name and value as objects."""
    return [{"name": name, "value": value} for name, value in headers]


def body_digest(body: bytes) -> str:
    """Return the name under which a body stands in ``bodies``: most requests have the same answer, stored once."""
    return f"sha256:{hashlib.sha256(body).hexdigest()}"


def as_text(body: bytes) -> tuple[str, str]:
    """Return the encoding of a body in JSON and its text there: ``utf-8``, or ``base64`` where that is much shorter.

    JSON writes a control character as six: a large body of them would be a report of six times its size.
    """
    is_longer = False
    if len(body) > LARGE:
        doubled = sum(map(body.count, _ESCAPED_BY_TWO))
        sixfold = len(body) - len(body.translate(None, _ESCAPED_BY_SIX))
        is_longer = doubled + 5 * sixfold > len(body) // 3
    with suppress(UnicodeDecodeError):
        if not is_longer:
            return "utf-8", body.decode("utf-8")
    return "base64", base64.b64encode(body).decode("ascii")


# A comparison


def render_comparison(gate: "Gate") -> str:
    """Return the comparison as JSON; equal comparisons give equal texts."""
    schema = load("comparison.schema.json")["$id"]
    return to_json({"$schema": schema, "suite": gate.suite, "name": gate.contract.name, **_comparison(gate)})


def _comparison(gate: "Gate") -> dict[str, Any]:
    comparison = gate.comparison
    return {
        "headline": wording.comparison_headline(gate),
        **_members(gate, "verdict", "status"),
        **_members(gate.terms, "fail_on", "allow_empty", "narrowed"),
        "old": _side(gate.old, comparison.old if comparison else None),
        "new": _side(gate.new, comparison.new if comparison else None),
        "matched": comparison.matched if comparison else None,
        "reason": wording.comparison_reason(gate),
        "counts": {**{impact: gate.count(impact) for impact in Impact}, "accepted": gate.accepted},
        "differences": [
            {**_difference(each), **_members(each, "says", "notices", "accepted"), "fails": gate.fails(each)}
            for each in (comparison.differences if comparison else ())
        ],
        "instability": comparison.instability if comparison else (),
        "read_once": comparison.read_once if comparison else (),
        "unsteady": comparison.unsteady if comparison else "",
        **_members(gate, "notes", "warnings"),
        "stale": list(map(asdict, comparison.stale if comparison else ())),
    }


def _side(side: "Side", elements: int | None) -> dict[str, Any]:
    kept = side.snapshot
    return {
        **_members(side, "kind", "name", "target", "taken", "digest"),
        "suite": kept.suite if kept else "",
        "verdict": kept.verdict if kept else None,
        "partial": kept.partial if kept else (),
        "elements": elements,
    }


def _difference(difference: "Difference") -> dict[str, Any]:
    return {
        "rule": difference.rule.id,
        "impact": difference.impact,
        "element": difference.element and asdict(difference.element),
        **_members(difference, "member", "place", "before", "after", "fingerprint"),
    }


# Several targets


def render_targets(targets: Sequence["Judged"], across: "Sequence[Across]" = ()) -> str:
    """Return the results as JSON; equal reports give equal texts."""
    return to_json(
        {
            "$schema": load("results.schema.json")["$id"],
            "headline": wording.targets_last_line(targets),
            "suite": __version__,
            "status": worst(judged.status for judged in targets),
            "started": wording.targets_started(targets),
            "targets": list(map(_target, targets)),
            "across": [
                {
                    "target": each.name,
                    **_members(each, "base", "problem"),
                    "differences": list(map(_difference, each.comparison.differences if each.comparison else ())),
                }
                for each in across
            ],
        }
    )


def _target(judged: "Judged") -> dict[str, Any]:
    entry, report = judged.entry, judged.report
    return {
        **_members(entry, "name", "contract", "tags"),
        "account": entry.account_key,
        "verdict": judged.conclusion,
        "status": judged.status,
        "headline": wording.target_headline(judged),
        "failing": _ids(report.failing) if report else [],
        "reasons": wording.target_reasons(judged),
        "report": report
        and {
            **_members(report, "target", "digest", "implementation"),
            "identity": asdict(report.identity),
            **_members(report, "started", "seconds"),
            "requests": report.requests.sent,
            "partial": report.partial,
            "warnings": _ids(report.warnings),
            "clauses": {
                each.clause.id: {"outcome": each.state, "observations": each.observations} for each in report.outcomes
            },
        },
    }


# A report that is read back


def read(value: Any, contract_of: Callable[[str], Contract]) -> Report:
    """Return the report that a decoded text from :func:`render` holds.

    Only what was observed is read. What follows from it (verdict, counts, lines that reproduce) is computed anew, so
    that rendering the report tells whether somebody edited the text. What a baseline said is not read: it follows from
    the baseline, which a bundle holds.

    Raises:
        UsageError: the value is no such report; the message is one line.
    """
    with readable("the report"):
        # What holds too much is found first: to say what is wrong with it would take a hundred times its size.
        if problem := next(_crowded(value), "") or unlike(value, SCHEMA):
            raise UsageError(f"the report cannot be read: {problem}")
        return _read(value, contract_of)


def _crowded(value: Any, where: str = "") -> Iterator[str]:
    """Yield where something holds more items than any report does; what differs from a baseline is not read."""
    if not isinstance(value, (dict, list)):
        return
    if len(value) > _MOST_ITEMS and where != "/stale":  # as many as a file of deviations holds
        yield f"{where or 'the whole'}: it has more than {_MOST_ITEMS:,} items"
    elif where != "/comparison":
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            if isinstance(item, (dict, list)):  # most are neither
                yield from _crowded(item, f"{where}/{shorten(str(key))}")


def _read(value: dict[str, Any], contract_of: Callable[[str], Contract]) -> Report:
    try:
        datetime.fromisoformat(value["started"] or "1970-01-01")
        bodies = {name: _read_body(body) for name, body in value["bodies"].items()}
        return _built(
            Report,
            value,
            contract=contract_of(value["name"]),
            digest=value["contract"],
            outcomes=tuple(map(_read_outcome, value["clauses"])),
            exchanges=tuple(_read_exchange(exchange, bodies) for exchange in value["exchanges"]),
            settings={name: (setting["value"], setting["origin"]) for name, setting in value["settings"].items()},
            scope=_built(Scope, value["scope"], policy=Policy(value["scope"]["policy"])),
            access=_built(Access, value["access"]),
            requests=_built(RequestCounts, value["requests"]),
            stale=tuple(
                _built(StaleDeviation, each, expired=each["expired"] and date.fromisoformat(each["expired"]))
                for each in value["stale"]
            ),
            identity=_built(Identity, value["identity"]),
            comparison=None,
            seconds=float(value["seconds"]),
        )
    except ValueError:
        raise UsageError("the report cannot be read: a body is not Base64, or a day or time does not exist") from None
    except KeyError:
        raise UsageError("the report cannot be read: an exchange has a body that is not among the bodies") from None


def _built(kind: Callable[..., _Value], members: Mapping[str, Any], **others: Any) -> _Value:
    """Return a value of a dataclass: of the members that have the names of its fields, and of the others given."""
    names = signature(kind).parameters.keys() & members.keys()
    return kind(**{name: _frozen(members[name]) for name in names} | others)


def _frozen(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(map(_frozen, value))
    # To a schema 1.0 is a whole number, and to a report as well.
    return int(value) if isinstance(value, Decimal) else value


def _read_body(value: dict[str, str]) -> bytes:
    content = value["content"]
    return content.encode("utf-8") if value["encoding"] == "utf-8" else base64.b64decode(content, validate=True)


def _read_outcome(value: dict[str, Any]) -> Outcome:
    sources = tuple(_built(Source, source) for source in value["sources"])
    return _built(
        Outcome,
        value,
        clause=_built(Clause, value, level=Level(value["level"]), sources=sources),
        state=State(value["outcome"]),
        findings=tuple(_built(Finding, finding) for finding in value["findings"]),
        because=value["because"] and Reason(value["because"]),
    )


def _read_exchange(value: dict[str, Any], bodies: dict[str, bytes]) -> Exchange:
    request, response, failure = value["request"], value["response"], value["failure"]
    return _built(
        Exchange,
        value,
        request=_built(Request, request, headers=_read_headers(request)),
        response=response
        and _built(Response, response, headers=_read_headers(response), body=bodies[response["body"]]),
        failure=failure and FAILURES[failure["kind"]](failure["message"]),
        attempts=tuple(_built(Attempt, each, waited=float(each["waited"])) for each in value["attempts"]),
        seconds=float(value["seconds"]),
        began=float(value["began"]),
    )


def _read_headers(message: dict[str, Any]) -> Headers:
    return tuple((field["name"], field["value"]) for field in message["headers"])
