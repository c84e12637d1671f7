"""What a run makes up: nobody can foresee it, and whoever has the report can make it again."""

import base64
import json
import string

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from servers import KINDS, serving
from subject import CONTRACT, SAMPLE

from contracts.core.made_up import shuffled, token_like, with_made_up
from contracts.core.report import Report
from contracts.mock.server import MockServer
from contracts.prepare import prepare
from contracts.run import verify
from contracts.settings.table import Settings

JWT = ".".join(
    base64.urlsafe_b64encode(part).decode().rstrip("=")
    for part in (b'{"alg":"HS256","typ":"JWT"}', b'{"sub":"1234567890","name":"somebody","exp":1516239022}', b"s" * 32)
)
TOKENS = st.text(string.ascii_letters + string.digits + "-_.~+/=", min_size=8, max_size=60) | st.just(JWT)


@given(TOKENS, st.integers(0, 2**64 - 1))
@example("tk-us-0123456789-abcdef", 0)
@example("a.b.c.d.e", 0)
def test_a_made_up_token_has_the_form_of_the_given_one(token: str, seed: int) -> None:
    """Its length, its alphabet and what stands between are those of the given one; with the seed it makes itself."""
    made = token_like(token, seed)
    assert token_like(made, seed) == made
    if token != JWT and not token.startswith("ey"):
        known = set(string.ascii_letters + string.digits)
        assert [each if each not in known else "x" for each in made] == [
            each if each not in known else "x" for each in token
        ]
        for alphabet in (string.digits, string.digits + "abcdef", string.digits + string.ascii_lowercase):
            assert (set(made) & known <= set(alphabet)) == (set(token) & known <= set(alphabet))


def claims(token: str) -> tuple[dict[str, str], dict[str, str], str]:
    """The parts of a JSON Web Token."""
    head, claim, signature = token.split(".")
    head, claim = (base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)).decode() for part in (head, claim))
    return json.loads(head), json.loads(claim), signature


@pytest.mark.parametrize("seed", range(20))
def test_a_made_up_json_web_token_is_signed_by_nobody(seed: int) -> None:
    """Three parts of the lengths of the given one, alg none, and no claim of the given one."""
    header, claim, signature = claims(token_like(JWT, seed))
    theirs = claims(JWT)
    assert header == {"alg": "none", "typ": "JWT"}
    assert len(claim) == 1
    assert not {*claim, *claim.values()} & {*theirs[1], *map(str, theirs[1].values())}
    assert [len(part) for part in token_like(JWT, seed).split(".")][1:] == [len(part) for part in JWT.split(".")][1:]
    assert signature != theirs[2]


def test_another_seed_makes_up_something_else() -> None:
    """Token, path, parameter and order depend on the seed, and on nothing else."""

    def made(seed: int) -> tuple[object, ...]:
        probes = with_made_up(CONTRACT.probes, seed)
        return token_like(JWT, seed), probes, tuple(shuffled(range(20), seed))

    one, same, other = made(1), made(1), made(2)
    assert one == same
    assert all(first != second for first, second in zip(one, other, strict=True))
    changed = [p.name for p, q in zip(CONTRACT.probes, with_made_up(CONTRACT.probes, 1), strict=True) if p != q]
    assert changed == ["unknown-path", "unknown-query"]


def run(seed: int | None) -> tuple[Report, list[str]]:
    """The report of a run with a seed, and the requests in the order in which they came."""
    with MockServer(SAMPLE) as mock, serving(KINDS["threads-keep-alive"], mock) as server:
        settings = Settings(target=server.url, seed=seed, concurrency=1)
        with prepare(settings, CONTRACT, {"BEARER_TOKEN": mock.token}, sleep=lambda _: None) as made:
            return verify(made), server.requests


def test_the_report_holds_the_seed() -> None:
    """A run without one draws one, says so, and is repeated to the request with it."""
    report, requests = run(None)
    seed, origin = report.settings["seed"]
    assert origin == "made up for this run"
    again, same = run(int(seed))
    assert same == requests
    assert [exchange.request.headers for exchange in again.exchanges] == [e.request.headers for e in report.exchanges]
    other = {tuple(run(number)[1]) for number in range(4)}
    assert len(other) == 4
    assert "contract" not in " ".join(requests).lower()
    [exchange] = [exchange for exchange in report.exchanges if exchange.probe == "invalid-token"]
    shown = dict(exchange.request.headers)["Authorization"].removeprefix("Bearer ")
    assert token_like(shown, int(seed)) == shown
