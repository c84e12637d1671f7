"""What is measured: the only module of the bench that knows how the package is built.

To import it is to import what judging needs. Beside judging it names the commands and files of the package that the
other modules start or hand on.
"""

import sys
from pathlib import Path

from contracts.core.clause import LIST
from contracts.core.exchange import Exchange, Request, Response
from contracts.core.report import Scope, State
from contracts.event_categories.contract import CONTRACT
from contracts.judging.evidence import Evidence
from contracts.judging.judge import outcomes

_ROOT = Path(__file__).parents[1]
COMMAND = str(Path(sys.executable).with_name("contracts"))
COMMAND_MODULE = "contracts.cli"
OPENAPI = _ROOT / "schemas" / "openapi.yaml"
#: Certificate and key of a server on the loopback interface, and the authority that signed it.
CERTIFICATE = _ROOT / "contracts" / "mock" / "server.pem"
AUTHORITY = _ROOT / "contracts" / "mock" / "ca.pem"


def judge(body: bytes) -> dict[str, int]:
    """Decode and judge a body as the answer to the documented request, by every clause about an answer.

    Returns the number of observations behind each clause that held.
    """
    response = Response(200, (("Content-Type", "application/json"),), body)
    exchange = Exchange(LIST, Request("GET", "http://127.0.0.1"), response)
    evidence = Evidence("http://127.0.0.1", (exchange,), Scope(), CONTRACT)
    judged = outcomes(evidence, [clause for clause in CONTRACT.clauses if not CONTRACT.checks[clause.id].of_run])
    return {outcome.clause.id: outcome.observations for outcome in judged if outcome.state is State.HELD}
