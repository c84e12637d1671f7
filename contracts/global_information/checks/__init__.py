"""The checks of what is promised of every resource: one small function a clause, in files named after their subject.

Those that a schema decides have no function: :func:`checks_of` derives them.
"""

from contracts.core.contract import Checks, Contract
from contracts.global_information.checks import body, http, refusals
from contracts.judging.shape import shape_checks


def checks_of(contract: Contract) -> Checks:
    """Return the checks that every resource has; one adds those of its own."""
    shared = (http.CHECKS, refusals.CHECKS, body.CHECKS)
    shapes = shape_checks(contract.schemas, contract.key)
    return Checks({clause: check for checks in (*shared, shapes) for clause, check in checks.items()})
