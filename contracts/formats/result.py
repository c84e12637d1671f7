"""The canonical result as JSON: everything that a report holds, as ``schemas/report.schema.json`` describes it.

Every other format says the same in other words; this one can be read back.
"""

import base64
import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from contracts import __version__
from contracts.core.contract import Clause, load
from contracts.core.errors import watched
from contracts.core.exchange import Exchange, Headers
from contracts.core.finding import Finding
from contracts.core.report import Impact, Outcome, Report, State, worst
from contracts.core.text import COMMAND
from contracts.formats import wording
from contracts.formats.reproduce import of_finding, rerun

if TYPE_CHECKING:
    from contracts.comparison.difference import Difference
    from contracts.comparison.gate import Gate, Source
    from contracts.targets.across import Across
    from contracts.targets.target_entry import Judged

SCHEMA = "report.schema.json"
COMPARISON_SCHEMA = "comparison.schema.json"
TARGETS_SCHEMA = "results.schema.json"

_SURROGATE = re.compile("[\ud800-\udfff]")
#: From this size on, in bytes, it is worth while to look for the shorter way to store a body.
LARGE = 2**16
#: What a string of JSON holds as two characters, and as six.
_ESCAPED_BY_TWO = (b'"', b"\\", b"\b", b"\t", b"\n", b"\f", b"\r")
_ESCAPED_BY_SIX = bytes(sign for sign in range(32) if bytes((sign,)) not in _ESCAPED_BY_TWO)


def render(report: Report) -> str:
    """Return the report as JSON; equal reports give equal texts."""
    return to_json(_document(report))


def to_json(value: object) -> str:
    """Return a value as JSON, indented by 2 and ended by a newline; a lone surrogate stands there as its escape."""
    # A piece is a string or what stands between two: at no time there are two copies of the whole.
    pieces = json.JSONEncoder(indent=2, ensure_ascii=False).iterencode(value)
    return "".join((*map(_safe, watched(pieces)), "\n"))


def _safe(piece: str) -> str:
    piece = _SURROGATE.sub(lambda match: f"\\\\u{ord(match[0]):04x}", piece)
    return COMMAND.sub(r"#\\u0023", piece)  # the same JSON, in which no runner of CI finds a command


def _document(report: Report) -> dict[str, Any]:
    return {
        "$schema": load(SCHEMA)["$id"],
        "headline": wording.headline(report),
        "suite": report.suite,
        "contract": report.digest,
        "name": report.contract.name,
        "verdict": report.conclusion,
        "status": report.status,
        "partial": [reason.value for reason in report.partial],
        "target": report.target,
        "implementation": report.implementation,
        "identity": asdict(report.identity),
        "started": report.started,
        "seconds": report.seconds,
        "strict": report.strict,
        "allow_empty": report.allow_empty,
        "scope": {**asdict(report.scope), "selected": list(report.scope.selected)},
        "access": {**asdict(report.access), "headers": [list(pair) for pair in report.access.headers]},
        "requests": asdict(report.requests),
        "total": report.total,
        "judged": report.judged,
        "counts": {state.value: len(list(report.of(state))) for state in State},
        "failing": [outcome.clause.id for outcome in report.failing],
        "warnings": [outcome.clause.id for outcome in report.warnings],
        "unjudged": [outcome.clause.id for outcome in report.unjudged],
        "notes": list(report.notes),
        "stale": [
            {**asdict(deviation), "expired": deviation.expired and str(deviation.expired)} for deviation in report.stale
        ],
        "shared_deviations": report.shared_deviations,
        "narrowed": list(report.narrowed),
        "settings": {name: {"value": value, "origin": origin} for name, (value, origin) in report.settings.items()},
        "comparison": _comparison(compared) if (compared := wording.gate_of(report)) else None,
        "clauses": [_outcome(report, outcome) for outcome in report.outcomes],
        "exchanges": [_exchange(exchange) for exchange in report.exchanges],
        "bodies": {
            body_digest(body): _body(body)
            for body in dict.fromkeys(exchange.response.body for exchange in report.exchanges if exchange.response)
        },
    }


def _outcome(report: Report, outcome: Outcome) -> dict[str, Any]:
    clause = outcome.clause
    return {
        "id": clause.id,
        "level": clause.level.value,
        "outcome": outcome.state.value,
        "observations": outcome.observations,
        "count": outcome.count,
        "findings": [_finding(report, clause, finding) for finding in outcome.findings],
        "reason": outcome.reason,
        "because": outcome.because and outcome.because.value,
        "notes": list(outcome.notes),
        "follows": report.follows.get(clause.id),
        "asks": clause.asks,
        "detail": clause.detail,
        "why": clause.why,
        "breach": clause.breach,
        "probes": list(clause.probes),
        "sources": _sources(clause),
    }


def _finding(report: Report, clause: Clause, finding: Finding) -> dict[str, Any]:
    return {
        "clause": finding.clause,
        "level": clause.level.value,
        "probe": finding.probe,
        "where": finding.where,
        "expected": finding.expected,
        "received": finding.received,
        "through": finding.through,
        "repeats": list(finding.repeats),
        "hint": finding.hint,
        "sources": _sources(clause),
        "curl": of_finding(report, finding),
        "rerun": rerun(report, clause.id),
    }


def _sources(clause: Clause) -> list[dict[str, str]]:
    return [{"title": source.title, "url": source.url} for source in clause.sources]


def _exchange(exchange: Exchange) -> dict[str, Any]:
    request, response, failure = exchange.request, exchange.response, exchange.failure
    return {
        "probe": exchange.probe,
        "request": {"method": request.method, "url": request.url, "headers": _headers(request.headers)},
        "response": response
        and {
            "status": response.status,
            "reason": response.reason,
            "headers": _headers(response.headers),
            "body": body_digest(response.body),
            "stray": response.stray,
            "notes": list(response.notes),
        },
        "failure": failure and {"kind": type(failure).__name__, "message": str(failure)},
        "attempts": [{"outcome": attempt.outcome, "waited": attempt.waited} for attempt in exchange.attempts],
        "sent": exchange.sent,
        "observation": exchange.observation,
        "began": exchange.began,
        "seconds": exchange.seconds,
    }


def _headers(headers: Headers) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in headers]


def body_digest(body: bytes) -> str:
    """Return the name under which a body stands in ``bodies``: most requests have the same answer, stored once."""
    return f"sha256:{hashlib.sha256(body).hexdigest()}"


def as_text(body: bytes) -> str | None:
    """Return a body as the text that stands for it in JSON, or None where Base64 has to, or is much the shorter one.

    JSON writes a control character as six: a large body of them would be a report of six times its size.
    """
    if len(body) > LARGE and _grows(body) > len(body) // 3:
        return None
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _grows(body: bytes) -> int:
    """Return by how many bytes a body is longer as a string of JSON: by a third, and it is as long as its Base64."""
    two = sum(map(body.count, _ESCAPED_BY_TWO))
    return two + 5 * (len(body) - len(body.translate(None, _ESCAPED_BY_SIX)))


def _body(body: bytes) -> dict[str, str]:
    text = as_text(body)
    if text is None:
        return {"encoding": "base64", "content": base64.b64encode(body).decode("ascii")}
    return {"encoding": "utf-8", "content": text}


def render_comparison(gate: "Gate") -> str:
    """Return the comparison as JSON; equal comparisons give equal texts."""
    schema = load(COMPARISON_SCHEMA)["$id"]
    return to_json({"$schema": schema, "suite": gate.suite, "name": gate.contract.name, **_comparison(gate)})


def _comparison(gate: "Gate") -> dict[str, Any]:
    comparison = gate.comparison
    return {
        "headline": wording.comparison_headline(gate),
        "verdict": gate.verdict,
        "status": gate.status,
        "fail_on": gate.terms.fail_on.value,
        "allow_empty": gate.terms.allow_empty,
        "narrowed": list(gate.terms.narrowed),
        "old": _side(gate.old, comparison.old if comparison else None),
        "new": _side(gate.new, comparison.new if comparison else None),
        "matched": comparison.matched if comparison else None,
        "reason": wording.comparison_reason(gate),
        "counts": {**{impact.value: gate.count(impact) for impact in Impact}, "accepted": gate.accepted},
        "differences": [
            {
                **_difference(difference),
                "says": difference.says,
                "notices": list(difference.notices),
                "accepted": difference.accepted,
                "fails": gate.fails(difference),
            }
            for difference in (comparison.differences if comparison else ())
        ],
        "instability": list(comparison.instability) if comparison else [],
        "read_once": list(comparison.read_once) if comparison else [],
        "unsteady": comparison.unsteady if comparison else "",
        "notes": list(gate.notes),
        "warnings": list(gate.warnings),
        "stale": [asdict(stale) for stale in (comparison.stale if comparison else ())],
    }


def _side(side: "Source", elements: int | None) -> dict[str, Any]:
    return {
        "kind": side.kind.value,
        "name": side.name,
        "target": side.target,
        "taken": side.taken,
        "digest": side.digest,
        "suite": side.snapshot.suite if side.snapshot else "",
        "verdict": side.snapshot.verdict if side.snapshot else None,
        "partial": list(side.snapshot.partial) if side.snapshot else [],
        "elements": elements,
    }


def _difference(difference: "Difference") -> dict[str, Any]:
    return {
        "rule": difference.rule.id,
        "impact": difference.impact.value,
        "element": difference.element and asdict(difference.element),
        "member": difference.member,
        "place": difference.place,
        "before": difference.before,
        "after": difference.after,
        "fingerprint": difference.fingerprint,
    }


def render_targets(targets: "Sequence[Judged]", across: "Sequence[Across]" = ()) -> str:
    """Return the results as JSON; equal reports give equal texts."""
    return to_json(
        {
            "$schema": load(TARGETS_SCHEMA)["$id"],
            "headline": wording.targets_last_line(targets),
            "suite": __version__,
            "status": worst(judged.status for judged in targets),
            "started": wording.targets_started(targets),
            "targets": [_target(judged) for judged in targets],
            "across": [_across(each) for each in across],
        }
    )


def _across(each: "Across") -> dict[str, Any]:
    differences = each.comparison.differences if each.comparison else ()
    return {
        "target": each.name,
        "base": each.base,
        "problem": each.problem,
        "differences": list(map(_difference, differences)),
    }


def _target(judged: "Judged") -> dict[str, Any]:
    entry = judged.entry
    return {
        "name": entry.name,
        "contract": entry.contract,
        "tags": list(entry.tags),
        "account": entry.account_key,
        "verdict": judged.conclusion,
        "status": judged.status,
        "headline": wording.target_headline(judged),
        "failing": [outcome.clause.id for outcome in judged.report.failing] if judged.report else [],
        "reasons": wording.target_reasons(judged),
        "report": judged.report and _report(judged.report),
    }


def _report(report: Report) -> dict[str, Any]:
    return {
        "target": report.target,
        "digest": report.digest,
        "implementation": report.implementation,
        "identity": asdict(report.identity),
        "started": report.started,
        "seconds": report.seconds,
        "requests": report.requests.sent,
        "partial": [reason.value for reason in report.partial],
        "warnings": [outcome.clause.id for outcome in report.warnings],
        "clauses": {
            outcome.clause.id: {"outcome": outcome.state.value, "observations": outcome.observations}
            for outcome in report.outcomes
        },
    }
