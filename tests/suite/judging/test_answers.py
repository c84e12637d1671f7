"""What is said of one answer, and of answers that nobody of the API gave."""

from dataclasses import replace
from decimal import Decimal

import pytest
from cases import A, B, error, ok, raw, run
from subject import BY_ID, CLAUSES, CONTRACT

from contracts.core.errors import Reason
from contracts.core.exchange import Response
from contracts.core.finding import KEPT
from contracts.core.report import State
from contracts.global_information.clauses import needed
from contracts.judging.answer import Answer
from contracts.judging.evidence import unless_blocked
from contracts.judging.judge import outcomes, report_of, said_of
from contracts.judging.values import written

FORBIDDEN = error(403)
ASKED = ("list", "repeat", "head", "xml", "anonymous", "invalid-token", "unknown-path", "unknown-query")


def test_a_firewall_is_not_the_api() -> None:
    """Where whatever is asked meets a 403, with and without credentials, no answer is one; the cleartext one stays."""
    blocked = run({**dict.fromkeys(ASKED, FORBIDDEN), "plaintext": FORBIDDEN})
    exchanges = unless_blocked(blocked.exchanges)
    assert {e.probe for e in exchanges if e.failure is None} == {"plaintext"}
    assert {"firewall" in str(e.failure) for e in exchanges if e.failure} == {True}
    found = outcomes(replace(blocked, exchanges=exchanges))
    assert not [outcome.clause.id for outcome in found if outcome.state in (State.HELD, State.BREACHED)]


@pytest.mark.parametrize(
    "others",
    [
        {"list": FORBIDDEN},
        {"list": FORBIDDEN, "anonymous": error(401)},
        {"anonymous": FORBIDDEN, "xml": FORBIDDEN},
        {**dict.fromkeys(ASKED, FORBIDDEN), "unknown-path": error(404)},
        {},
    ],
    ids=["one request", "another status", "no documented request", "one that is let through", "nothing"],
)
def test_a_refusal_alone_is_no_firewall(others: dict[str, Response]) -> None:
    """It takes the documented request and that without credentials, and no answer of another status."""
    exchanges = run(others).exchanges
    assert unless_blocked(exchanges) == exchanges


def test_answers_of_which_the_same_is_said() -> None:
    """The same is said of answers that no clause tells apart, and something else of those that one does."""
    alike = [ok(), ok({**A, "display_name": "Another"}, B)]
    apart = [ok(), ok(A), ok({**A, "id": 7}, B), error(404), error(404, {"message": "no"}), raw("{"), raw(b"\xff")]
    assert said_of(alike[0], CONTRACT) == said_of(alike[1], CONTRACT)
    said = [said_of(response, CONTRACT) for response in apart]
    assert all(one != other for index, one in enumerate(said) for other in said[:index])


def test_scalingo_js_stands_behind_what_credentials_decide() -> None:
    """A MUST about credentials names the client that sends none; a SHOULD rests on its own source alone."""
    behind = {c.id for c in CLAUSES if c.section == "auth" for source in c.sources if "scalingo.js" in source.title}
    assert behind == {"auth.missing", "auth.invalid"}
    assert "scalingo.js sends none" in next(c.why for c in CLAUSES if c.id == "auth.missing")


def test_elements_that_look_different_are_counted_together() -> None:
    """Of many breaches of two kinds the first are told in their places, and the last counts for all others."""
    elements = [{**A, "id": None} for _ in range(300)] + [{**A, "id": 7} for _ in range(300)]
    outcome = Answer(ok(*elements), CONTRACT).outcome(BY_ID["category.id"])
    assert (outcome.count, len(outcome.findings)) == (600, KEPT)
    places = [f"/event_categories/{index}/id" for index in range(KEPT)]
    assert [finding.where for finding in outcome.findings] == places


@pytest.mark.parametrize("literal", ["1e2", "1E2", "1.50e0", "0.0000001", "1.50", "-0.0", "1e400"])
def test_a_number_is_shown_as_it_was_written(literal: str) -> None:
    """A number that shows itself so is a plain one; any other keeps its text, and its value all the same."""
    number = written(literal)
    assert (repr(number) if str(number) != literal else str(number)) == literal
    assert number == Decimal(literal)
    assert (type(number) is Decimal) == (str(Decimal(literal)) == literal)


def test_a_report_has_its_list_unless_it_was_late() -> None:
    """A report on which every clause was judged lists the elements; one that was late says so in their place."""
    evidence = run({"list": ok()})
    assert report_of(evidence).listing.total == 2
    late = report_of(evidence, is_late=lambda clause: clause.id == "category.id").listing
    assert (late.total, late.reason) == (0, Reason.LATE.sentence)


def test_the_list_is_asked_for_again_as_often_as_was_said() -> None:
    """Every other probe is sent once, and those that are not admitted not at all."""
    names = [probe.name for probe in needed(CONTRACT, CLAUSES, plaintext=False, unsafe=False, burst=False, repeat=3)]
    assert (names.count("list"), names.count("repeat"), names.count("xml")) == (1, 3, 1)
    assert not {"plaintext", "burst", "post"} & {*names}
