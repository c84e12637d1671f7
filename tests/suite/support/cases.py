"""What the tests of the checks say: evidence made by hand, and cases of a clause that is judged on it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from subject import CONTRACT

from contracts.core.errors import CouldNotJudge, Reason, TooSlow
from contracts.core.exchange import Exchange, Request, Response
from contracts.core.report import Scope, State
from contracts.judging.evidence import Evidence

A = {"id": "a1", "name": "app_operations", "display_name": "App operations", "position": 1}
B = {"id": "b2", "name": "addOns", "display_name": "Add-ons", "position": 2}
TYPE = ("Content-Type", "application/json")
PNG = ("Content-Type", "image/png")
XML = Response(200, (("Content-Type", "application/xml"),), b"<event-categories/>")
DEEP = Response(200, (TYPE,), b"[" * 500 + b"]" * 500)


#: An answer, or why there is none.
Answer = Response | CouldNotJudge


def ok(*categories: Any, **root: Any) -> Response:
    """A 200 with a list of these categories, or of A and B."""
    return Response(200, (TYPE,), json.dumps({"event_categories": categories or (A, B), **root}).encode())


def raw(body: bytes | str, *headers: tuple[str, str], status: int = 200) -> Response:
    return Response(status, headers or (TYPE,), body if isinstance(body, bytes) else body.encode())


def error(status: int, body: Any = None, *headers: tuple[str, str], reason: str = "") -> Response:
    """An error answer; its body is the documented one if none is given."""
    return Response(status, (TYPE, *headers), json.dumps(body or {"error": "no"}).encode(), reason)


def run(
    answers: Mapping[str, Answer | list[Answer]] | None = None,
    /,
    *,
    again: Mapping[str, Answer | list[Answer]] | None = None,
    sent: int = 1,
    seconds: float = 0.0,
    **facts: Any,
) -> Evidence:
    """Evidence of these answers by the names of their probes; ``again`` are those of a second observation."""
    request = Request("GET", "http://127.0.0.1/v1/event_categories")
    exchanges = []
    for observation, observed in ((1, answers), (2, again)):
        for probe, given in (observed or {}).items():
            for answer in given if isinstance(given, list) else [given]:
                response, failure = (answer, None) if isinstance(answer, Response) else (None, answer)
                exchanges.append(Exchange(probe, request, response, failure, (), seconds, sent, observation))
    url = "https://api.example" if facts.get("live") else "http://127.0.0.1"
    return Evidence(url, tuple(exchanges), Scope(**facts), CONTRACT)


def answered(response: Response) -> Evidence:
    """Evidence of the documented request alone."""
    return run({"list": response})


def listed(*categories: Any) -> Evidence:
    """Evidence of a list of these categories."""
    return run({"list": ok(*categories)})


@dataclass(frozen=True)
class Case:
    clause: str
    name: str
    evidence: Evidence
    state: State
    observations: int | None = None
    findings: tuple[tuple[str, ...], ...] = ()
    reason: str = ""
    because: Reason | None = None


def held(clause: str, name: str, evidence: Evidence, observations: int) -> Case:
    return Case(clause, name, evidence, State.HELD, observations)


def breached(clause: str, name: str, evidence: Evidence, *findings: tuple[str, ...], reason: str = "") -> Case:
    """Findings are where, expected, received, and the probe when it is not the list's; reason is what ended it."""
    return Case(clause, name, evidence, State.BREACHED, None, findings, reason)


def idle(clause: str, name: str, evidence: Evidence, reason: str | Reason, state: State = State.NOT_EXERCISED) -> Case:
    known = reason if isinstance(reason, Reason) else None
    return Case(clause, name, evidence, state, reason=known.sentence if known else reason, because=known)


def excused(clause: str, name: str, evidence: Evidence, reason: str) -> Case:
    return idle(clause, name, evidence, reason, State.NOT_APPLICABLE)


def unknown(clause: str, name: str, evidence: Evidence, reason: str) -> Case:
    return idle(clause, name, evidence, reason, State.INCONCLUSIVE)


SLOW = TooSlow("no answer in 10 s")
UNSENT = run()
