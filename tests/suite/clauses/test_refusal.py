"""A refusal of the run's own credentials: never a breach, always with the way out."""

import pytest
from cases import error, ok, run

from contracts.core.errors import Refused, TooSlow
from contracts.core.exchange import Response
from contracts.network.credentials import API, BEARER
from contracts.network.observe import judge_refusal


@pytest.mark.parametrize("status", [401, 403])
@pytest.mark.parametrize(
    ("origin", "said"),
    [(BEARER, f"refused the token of {BEARER}"), (API, f"exchanged for {API}"), ("", f"there are none: set {BEARER}")],
)
def test_a_refusal_says_whose_credentials_they_were(status: int, origin: str, said: str) -> None:
    """401 and 403 to the documented request cannot be judged: the run says what was refused, or that it is missing."""
    exchange = judge_refusal(run({"list": error(status)}).exchanges[0], origin)
    assert isinstance(exchange.failure, Refused)
    assert said in str(exchange.failure)
    assert f"({status})" in str(exchange.failure)


@pytest.mark.parametrize("answer", [ok(), *map(error, (400, 402, 404, 500))])
def test_any_other_answer_is_evidence(answer: Response) -> None:
    """What is no refusal of credentials stays an answer to judge."""
    exchange = run({"list": answer}).exchanges[0]
    assert judge_refusal(exchange, BEARER) is exchange


def test_a_failure_stays_what_it_was() -> None:
    """A request without an answer has failed already."""
    exchange = run({"list": TooSlow("no answer in 10 s")}).exchanges[0]
    assert judge_refusal(exchange, BEARER) is exchange
