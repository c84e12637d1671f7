"""Every exception of the system becomes one of ours."""

import socket
import ssl

import pytest

from contracts.core.errors import CouldNotJudge, TooSlow, Unreachable, Unverified, UsageError
from contracts.network.connection import Connection, Wire

KINDS = [
    *(OSError, EOFError, UnicodeError, TimeoutError, socket.gaierror, socket.herror),
    *(ConnectionResetError, ConnectionAbortedError, ConnectionRefusedError, BrokenPipeError),
    *(ssl.SSLError, ssl.SSLEOFError, ssl.SSLZeroReturnError, ssl.SSLCertVerificationError, ssl.SSLSyscallError),
]


def said(error: BaseException) -> BaseException:
    """What an exception means on the way to a host."""
    return Connection("https://api.example", Wire(cap=1)).meaning(error, "within 2 s")


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_total(kind: type[BaseException]) -> None:
    """Whatever the system may raise is a case of could-not-judge or of usage, with a sentence of ours."""
    error = kind.__new__(kind)  # constructors differ; the class alone decides
    ours = said(error)
    assert isinstance(ours, CouldNotJudge | UsageError)
    assert str(ours).startswith("api.example: ")


def test_the_particular_decides() -> None:
    """An exception that is several things is said as the most particular of them, with the reason of the system."""
    assert type(said(ConnectionRefusedError(111, "Connection refused"))) is Unreachable
    assert str(said(ConnectionRefusedError(111, "Connection refused"))) == "api.example: the connection was refused"
    assert "(No route to host)" in str(said(OSError(113, "No route to host")))
    verification = ssl.SSLCertVerificationError("no")
    verification.verify_message = "certificate has expired"
    assert type(said(verification)) is Unverified
    assert "certificate has expired" in str(said(verification))
    assert type(said(TimeoutError("timed out"))) is Unreachable, "nobody has accepted the connection yet"


def test_no_text_of_a_library_is_repeated() -> None:
    """The message of an exception may hold what was sent or received; ours never quotes it."""
    for kind in (ConnectionError, EOFError, OSError, ssl.SSLError):
        assert "canary" not in str(said(kind("Bearer canary-secret\n")))


def test_other_exceptions_are_faults_of_the_suite() -> None:
    """What no exchange raises is not explained away."""
    error = ZeroDivisionError()
    assert said(error) is error
    assert not isinstance(error, TooSlow)
