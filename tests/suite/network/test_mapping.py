"""Every exception of the libraries becomes one of ours."""

import http.client
import inspect
import socket
import ssl
from types import ModuleType

import pytest
import urllib3

from contracts.core.errors import CouldNotJudge, TooSlow, Unreachable, Unverified, UsageError
from contracts.network.mapping import translate


def exceptions_of(module: ModuleType) -> list[type[BaseException]]:
    """Every exception class of a module, warnings aside."""
    members = [member for _, member in inspect.getmembers(module, inspect.isclass)]
    return [
        m
        for m in members
        if issubclass(m, Exception) and m.__module__ == module.__name__ and not issubclass(m, Warning)
    ]


LIBRARIES = [*exceptions_of(urllib3.exceptions), *exceptions_of(http.client)]
SYSTEM = [OSError, ConnectionResetError, BrokenPipeError, TimeoutError, socket.gaierror, ssl.SSLError, UnicodeError]


def name_of(kind: type[BaseException]) -> str:
    """The full name: urllib3 and http.client share some."""
    return f"{kind.__module__}.{kind.__name__}"


@pytest.mark.parametrize("kind", sorted({*LIBRARIES, *SYSTEM}, key=name_of), ids=name_of)
def test_total(kind: type[BaseException]) -> None:
    """Whatever the libraries may raise is a case of could-not-judge or of usage, with a sentence of ours."""
    error = kind.__new__(kind)  # constructors differ; the class alone decides
    ours = translate(error, "api.example")
    assert isinstance(ours, CouldNotJudge | UsageError)
    assert str(ours).startswith("api.example: ")


def test_the_cause_decides() -> None:
    """urllib3 wraps what the system says: the innermost reason is found and said."""
    refused = ConnectionRefusedError(111, "Connection refused")
    outer = urllib3.exceptions.MaxRetryError(None, "/", refused)  # type: ignore[arg-type]
    assert type(translate(outer, "h")) is Unreachable
    assert "refused" in str(translate(outer, "h"))
    verification = ssl.SSLCertVerificationError("no")
    verification.verify_message = "certificate has expired"
    wrapped = urllib3.exceptions.SSLError(verification)
    assert type(translate(wrapped, "h")) is Unverified
    assert "certificate has expired" in str(translate(wrapped, "h"))
    late = urllib3.exceptions.ReadTimeoutError(None, "/", "")  # type: ignore[arg-type]
    assert type(translate(late, "h")) is TooSlow


def test_no_text_of_a_library_is_repeated() -> None:
    """A library's message may hold a header that was sent; ours never quotes it."""
    error = urllib3.exceptions.InvalidHeader("Bearer canary-secret\n")
    assert "canary" not in str(translate(error, "h"))


def test_other_exceptions_are_faults_of_the_suite() -> None:
    """What no library raises is not explained away."""
    with pytest.raises(ZeroDivisionError):
        translate(ZeroDivisionError(), "h")
