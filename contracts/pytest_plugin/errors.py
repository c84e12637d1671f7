"""What goes wrong in a session of pytest, raised without a frame that could show a secret."""

from collections.abc import Callable
from typing import Any, TypeVar

import pytest

from contracts.core.errors import ContractsError
from contracts.pytest_plugin.options import in_pytest

Result = TypeVar("Result")


class ContractWarning(UserWarning):
    """Something is wrong that does not fail the run: a SHOULD clause is breached, and the run is not strict."""


_Failed: Any = pytest.fail.Exception


class Unjudged(_Failed):  # type: ignore[misc]  # pytest has no name of its own for the class
    """The target could not be judged: an error of the item, wherever in it this is raised, and never a failure."""


def shielded(function: Callable[[], Result]) -> Result:
    """Return what the function returns. What it raises is raised anew, without the frames that could show a secret.

    An exception that says why the target could not be judged, or what to change, becomes its one line.
    """
    try:
        return function()
    except ContractsError as error:
        problem: BaseException = Unjudged(in_pytest(str(error)), pytrace=False)
    except Exception as error:  # noqa: BLE001 - whatever it is, its traceback may show what was sent
        if type(error).__module__ == "pytest_socket":
            problem = Unjudged(
                "pytest-socket blocks the way to the target: mark the test with enable_socket, or run it without "
                "--disable-socket",
                pytrace=False,
            )
        else:
            problem = RuntimeError(f"a fault of the suite itself: {type(error).__name__}")
    except BaseException as error:  # noqa: BLE001 - Ctrl-C, or how another plugin ends a test
        problem = error.with_traceback(None)
    raise problem from None
