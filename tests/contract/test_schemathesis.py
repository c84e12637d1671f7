"""Schemathesis, a suite that others wrote, judges the target by openapi.yaml.

It knows neither the token nor the network. Its requests leave through the target layer of this suite, which counts
them, ends them in time and masks what comes back; the token takes the place of its name on the way out.
"""

import warnings
from collections.abc import Callable, Iterator
from functools import partial
from importlib.resources import files
from typing import Any, TypeVar

import pytest

pytest.importorskip("schemathesis", reason="needs Schemathesis: install event-categories-contracts[pytest]")

import requests
import schemathesis
from schemathesis import Response
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.openapi.checks import ContentDeserializationError
from schemathesis.transport.requests import REQUESTS_TRANSPORT, RequestsTransport

from contracts.core.contract import Policy
from contracts.core.errors import CouldNotJudge, NotExercised
from contracts.core.report import Report, State
from contracts.judging.evidence import Evidence
from contracts.pytest_plugin.client import PLACEHOLDER, Gateway, through
from contracts.pytest_plugin.errors import ContractWarning, Unjudged
from contracts.pytest_plugin.options import in_pytest
from contracts.pytest_plugin.session import active_contract, session_of
from contracts.run import Run

Case = schemathesis.Case[Any]
Item = TypeVar("Item", bound=Callable[..., None])

OPENAPI = str(files("contracts.schemas") / "openapi.yaml")

#: The way to the target of the session; outside of an item it leads nowhere.
GATEWAY = Gateway(judging=True)


class Transport(RequestsTransport):
    """The way of every request of a schema, whichever check makes it: through the gateway, in a session of its own."""

    def send(self, case: Case, *, session: requests.Session | None = None, **keywords: Any) -> Response:
        """Send a case in a session that leads nowhere but to the gateway; ``session``, another one, is not used."""
        with through(requests.Session(), GATEWAY) as own:
            return REQUESTS_TRANSPORT.send(case, session=own, **keywords)


def load(*, unexpected_methods: bool, token_required: bool) -> Any:
    """Load openapi.yaml; all checks are on.

    Only the coverage phase is: where there is no parameter, the others repeat its requests. Its unexpected methods
    go out with the given token, so a target that is not ours must not see them.
    """
    coverage: dict[str, list[str]] = {} if unexpected_methods else {"unexpected-methods": []}
    phases = {"coverage": coverage, "fuzzing": {"enabled": False}}
    settings = {"seed": 1, "generation": {"deterministic": True}, "max-redirects": 0, "phases": phases}
    schema = schemathesis.openapi.from_path(OPENAPI, config=schemathesis.Config.from_dict(settings))
    if token_required:
        # While openapi.yaml also offers the way without a token, ignored_auth has nothing to say.
        schema.raw_schema["security"].remove({})

    class Relayed(type(schema)):  # type: ignore[misc]
        transport = Transport()

    schema.__class__ = Relayed
    return schema


def each(schema: Any, method: str) -> Callable[[Item], Item]:
    """Return the decorator that makes an item of the operation with this method on the resource that is judged."""
    decorator: Callable[[Item], Item] = schema.include(path=active_contract().path, method=method).parametrize()
    return decorator


READING = load(unexpected_methods=False, token_required=False)
REFUSING = load(unexpected_methods=False, token_required=True)
EVERY_METHOD = load(unexpected_methods=True, token_required=False)


@pytest.fixture(scope="module")
def judge(
    contract_run: Run, contract_evidence: Evidence, contract_report: Report, pytestconfig: pytest.Config
) -> Iterator[Callable[[Case], None]]:
    """Sends a case and applies all checks; an error when the target cannot be judged anyway."""
    try:
        contract_evidence.response("list")
    except NotExercised as reason:
        pytest.skip(f"not exercised: {reason}")
    except CouldNotJudge as reason:
        raise Unjudged(in_pytest(f"could not judge: {reason}"), pytrace=False) from None
    if waived := [outcome.clause.id for outcome in contract_report.of(State.WAIVED)]:
        pytest.skip(f"waived: {', '.join(waived)}; openapi.yaml knows no exceptions")
    contract_run.target.admit(session_of(pytestconfig).allowance)
    GATEWAY.target = contract_run.target
    yield partial(_judge, contract_run, contract_report)
    GATEWAY.target = None


def _judge(run: Run, report: Report, case: Case) -> None:
    # A media type on a request without a body: no clause asks what a server makes of that.
    asked = not any(name.lower() == "content-type" for name in case.headers)
    seen = {"Authorization": PLACEHOLDER} if run.target.credentials.origin else {}
    try:
        case.call_and_validate(run.target.address.base, headers=seen)
    except CouldNotJudge as error:
        problem = in_pytest(f"schemathesis could not judge: {run.target.secrets.sweep(str(error))}")
        raise Unjudged(problem, pytrace=False) from None
    except FailureGroup as failures:
        asked = asked and not _is_beyond_its_reader(failures, report)
        problem = f"schemathesis: {'; '.join(map(_in_one_line, failures.exceptions))}\n\n{failures.message}"
    else:
        return
    # Schemathesis hides whichever header field it is told; here its line is to be pasted.
    problem = run.target.secrets.sweep(problem).replace(
        "'Authorization: [Filtered]'", f'"Authorization: {PLACEHOLDER}"'
    )
    if asked:
        pytest.fail(problem, pytrace=False)
    warnings.warn(f"no clause asks for this: {problem}", ContractWarning, stacklevel=1)


def _is_beyond_its_reader(failures: FailureGroup, report: Report) -> bool:
    """Whether the body is JSON by every clause, and only holds numbers for which Python's own reader has no room."""
    broken = any(outcome.clause.section == "json" for outcome in report.of(State.BREACHED))
    return not broken and all(isinstance(failure, ContentDeserializationError) for failure in failures.exceptions)


def _in_one_line(failure: Failure) -> str:
    reason = " ".join(failure.message.partition("\n\n")[0].split())
    return f"{failure.operation}: {failure.title}{reason and ': '}{reason}"


@pytest.fixture(scope="module")
def token_required(contract_run: Run) -> None:
    """A skip where the policy of the run lets a list without a token pass."""
    if contract_run.settings.auth is not Policy.REQUIRED:
        pytest.skip("not applicable: openapi.yaml allows a list without a token, unless --contract-auth required")


@pytest.fixture(scope="module")
def embedded(contract_run: Run) -> None:
    """A skip where the target is another one than the embedded mock."""
    if not contract_run.settings.mock:
        pytest.skip("not applicable: methods that could change something are sent to the embedded mock only")


@each(READING, "GET")
def test_get(case: Case, judge: Callable[[Case], None]) -> None:
    """GET is answered as openapi.yaml has it, in status, headers, media type and body."""
    judge(case)


@each(READING, "HEAD")
def test_head(case: Case, judge: Callable[[Case], None]) -> None:
    """HEAD is answered as openapi.yaml has it."""
    judge(case)


@each(REFUSING, "GET")
def test_token_is_required(case: Case, token_required: None, judge: Callable[[Case], None]) -> None:
    """Under the policy that requires a token, a request without a valid one is refused."""
    judge(case)


@each(EVERY_METHOD, "GET")
def test_other_methods(case: Case, embedded: None, judge: Callable[[Case], None]) -> None:
    """Methods that openapi.yaml does not have are refused, and Allow names those that it has."""
    judge(case)
