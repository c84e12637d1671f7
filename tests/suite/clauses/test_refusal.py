"""A refusal of the run's own credentials: never a breach, always with the way out."""

from dataclasses import replace

import pytest
from cases import error, ok, run
from subject import CONTRACT

from contracts.core.errors import Refused, TooSlow
from contracts.core.exchange import Response
from contracts.masking.secrets import Secrets
from contracts.network.credentials import Bearer, Credentials, Exchanged
from contracts.network.dial import parse
from contracts.network.observe import judge_refusal

EXCHANGED = Exchanged("an-api-token", parse("auth.example"), Secrets(), lambda *_: ok(), lambda: 0.0, CONTRACT)


@pytest.mark.parametrize("status", [401, 403])
@pytest.mark.parametrize(
    ("credentials", "said"),
    [
        (Bearer("a-bearer-token"), "refused the token of BEARER_TOKEN"),
        (Bearer("a-bearer-token", "FR1_TOKEN"), "refused the token of FR1_TOKEN"),
        (replace(EXCHANGED, origin="FR1_API"), "exchanged for FR1_API"),
        (Credentials(), "there are none: set BEARER_TOKEN"),
    ],
    ids=["bearer", "of-a-target", "exchanged", "none"],
)
def test_a_refusal_says_whose_credentials_they_were(status: int, credentials: Credentials, said: str) -> None:
    """401 and 403 to the documented request cannot be judged: the run says what was refused, or that it is missing."""
    exchange = judge_refusal(run({"list": error(status)}).exchanges[0], credentials)
    assert isinstance(exchange.failure, Refused)
    assert said in str(exchange.failure)
    assert f"({status})" in str(exchange.failure)


@pytest.mark.parametrize("answer", [ok(), *map(error, (400, 402, 404, 500))])
def test_any_other_answer_is_evidence(answer: Response) -> None:
    """What is no refusal of credentials stays an answer to judge."""
    exchange = run({"list": answer}).exchanges[0]
    assert judge_refusal(exchange, Credentials()) is exchange


def test_a_failure_stays_what_it_was() -> None:
    """A request without an answer has failed already."""
    exchange = run({"list": TooSlow("no answer in 10 s")}).exchanges[0]
    assert judge_refusal(exchange, Credentials()) is exchange
