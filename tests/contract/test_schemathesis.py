"""Schemathesis, a suite that others wrote, judges the target by openapi.yaml.

It knows neither the token nor the network. Its requests leave through the target layer of this suite, which counts
them, ends them in time and masks what comes back; the token takes the place of its name on the way out.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import requests
import schemathesis
import urllib3
from requests.adapters import HTTPAdapter
from schemathesis.config import SchemathesisConfig

from contracts.core.errors import CouldNotJudge, NotExercised, Refused, Unavailable
from contracts.core.report import Report, State
from contracts.event_categories.evidence import Evidence
from contracts.event_categories.policy import Policy
from contracts.pytest_plugin import TargetAccess
from contracts.run import Run

Judge = Callable[[schemathesis.Case], object]

OPENAPI = Path(__file__).parents[2] / "schemas" / "openapi.yaml"
PLACEHOLDER = "Bearer $BEARER_TOKEN"
UNAVAILABLE = (429, 502, 503, 504)
REFUSED = (401, 403)
#: What the target layer has undone by the time a response gets here.
UNDONE = ("content-encoding", "content-length", "transfer-encoding")


def load(*, unexpected_methods: bool, token_required: bool) -> Any:
    """Load openapi.yaml; all checks are on.

    Only the coverage phase is: where there is no parameter, the others repeat its requests. Its unexpected methods
    go out with the given token, so a target that is not ours must not see them.
    """
    coverage = {} if unexpected_methods else {"unexpected-methods": []}
    phases = {"coverage": coverage, "fuzzing": {"enabled": False}}
    settings = {"seed": 1, "generation": {"deterministic": True}, "max-redirects": 0, "phases": phases}
    schema = schemathesis.openapi.from_path(OPENAPI, config=SchemathesisConfig.from_dict(settings))
    if token_required:
        # While openapi.yaml also offers the way without a token, ignored_auth has nothing to say.
        schema.raw_schema["security"].remove({})
    return schema


READING = load(unexpected_methods=False, token_required=False)
REFUSING = load(unexpected_methods=False, token_required=True)
EVERY_METHOD = load(unexpected_methods=True, token_required=False)


class Gateway(HTTPAdapter):
    """Sends the requests of Schemathesis through the target layer."""

    def __init__(self, access: TargetAccess) -> None:
        super().__init__()
        self.access = access

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        target = self.access.run.target
        mine = request.headers.get("Authorization") == PLACEHOLDER
        sent = tuple(item for item in request.headers.items() if not (mine and item[0].lower() == "authorization"))
        if not self.access.run.embedded:
            self.access.budget.take()
        answer = target.relay(str(request.method), str(request.url), sent, authorized=mine)
        if isinstance(answer, CouldNotJudge):
            raise answer
        what = f"{request.method} {request.url} of schemathesis was answered {answer.status}"
        if answer.status in UNAVAILABLE:
            raise Unavailable(what)
        if answer.status in REFUSED and (mine or not self.access.authenticated):
            raise Refused(f"{what}, with the credentials of this run")
        headers = urllib3.HTTPHeaderDict(item for item in answer.headers if item[0].lower() not in UNDONE)
        body = BytesIO(answer.body)
        raw = urllib3.HTTPResponse(body, headers, answer.status, reason=answer.reason, preload_content=False)
        return self.build_response(request, raw)


@pytest.fixture(scope="module")
def judge(target_access: TargetAccess, evidence: Evidence, report: Report) -> Iterator[Judge]:
    """Sends a case and applies all checks; an error when the target cannot be judged anyway."""
    with suppress(NotExercised):
        evidence.response("list")
    if waived := [outcome.clause.id for outcome in report.of(State.WAIVED)]:
        pytest.skip(f"waived: {', '.join(waived)}; openapi.yaml knows no exceptions")
    seen = {"Authorization": PLACEHOLDER} if target_access.authenticated else {}
    with requests.Session() as session:
        session.trust_env = False  # else .netrc would take the place of the token
        for scheme in ("http://", "https://"):
            session.mount(scheme, Gateway(target_access))
        yield lambda case: case.call_and_validate(target_access.url, session, seen)


@pytest.fixture(scope="module")
def token_required(contract_run: Run) -> None:
    if contract_run.settings.auth is not Policy.REQUIRED:
        pytest.skip("not applicable: openapi.yaml allows a list without a token, unless --auth required")


@pytest.fixture(scope="module")
def embedded(contract_run: Run) -> None:
    if not contract_run.embedded:
        pytest.skip("not applicable: methods that could change something are sent to the embedded mock only")


@READING.include(method="GET").parametrize()
def test_get(case: schemathesis.Case, judge: Judge) -> None:
    """GET is answered as openapi.yaml has it, in status, headers, media type and body."""
    judge(case)


@READING.include(method="HEAD").parametrize()
def test_head(case: schemathesis.Case, judge: Judge) -> None:
    """HEAD is answered as openapi.yaml has it."""
    judge(case)


@REFUSING.include(method="GET").parametrize()
def test_token_is_required(case: schemathesis.Case, token_required: None, judge: Judge) -> None:
    """Under the policy that requires a token, a request without a valid one is refused."""
    judge(case)


@EVERY_METHOD.include(method="GET").parametrize()
def test_other_methods(case: schemathesis.Case, embedded: None, judge: Judge) -> None:
    """Methods that openapi.yaml does not have are refused, and Allow names those that it has."""
    judge(case)
