"""Properties of the whole stack: mock, sockets, decoding, checks and report, on a mock with any list."""

import json
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from strategies import Mutated, conforming_bodies, mutated_lists

from contracts.core.contract import Level
from contracts.core.report import Report, State, Verdict
from contracts.event_categories.clauses import KEY
from contracts.event_categories.contract import CONTRACT
from contracts.event_categories.sample import SAMPLE
from contracts.mock.reply import Received, Reply
from contracts.mock.server import MockServer
from contracts.prepare import prepare
from contracts.settings.sources import resolve


@dataclass
class Substitute:
    """A fault that gives every answer with the list another body."""

    body: bytes = b""

    def __call__(self, _: Received, reply: Reply) -> Reply:
        return replace(reply, body=self.body) if reply.status == 200 else reply


@dataclass(frozen=True)
class Stack:
    """The whole way of a run: mock, sockets, target, decoding, checks, report."""

    server: MockServer
    substitute: Substitute
    folder: Path

    def judge(self, body: bytes) -> Report:
        self.substitute.body = body
        with prepare(resolve({"mock": True}, {}, self.folder), CONTRACT, {}, mock=nullcontext(self.server)) as run:
            return run.report(run.evidence(run.exchanges()))


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    substitute = Substitute()
    with MockServer(SAMPLE, faults=[substitute]) as server:
        yield Stack(server, substitute, tmp_path_factory.mktemp("settings"))


# Each example is a whole run over sockets: a quarter of those that a profile asks for elsewhere.
@settings(max_examples=settings.default.max_examples // 4)
@given(body=conforming_bodies())
def test_every_conforming_list_is_accepted_in_every_clause(stack: Stack, body: bytes) -> None:
    """Whatever conforming list an endpoint gives, however it is written, a run over HTTP breaches no clause."""
    report = stack.judge(body)
    assert list(report.of(State.BREACHED, State.INCONCLUSIVE, State.NOT_EXERCISED)) == []
    assert report.verdict is Verdict.CONFORMS


@settings(max_examples=settings.default.max_examples // 4)
@given(mutated=mutated_lists())
def test_every_single_mutation_is_refused_by_its_clause(stack: Stack, mutated: Mutated) -> None:
    """One violation of types, required members, uniqueness or order is refused by the clause it belongs to."""
    report = stack.judge(json.dumps({KEY: mutated.categories}).encode())
    assert mutated.clause in {outcome.clause.id for outcome in report.of(State.BREACHED)}
    if CONTRACT.clause[mutated.clause].level is Level.MUST:
        assert report.verdict is Verdict.VIOLATES
