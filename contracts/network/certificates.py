"""The certificates of a run: whom it trusts, and by what it shows who it is; looked at before anything is sent."""

import os
import ssl
import threading
from functools import cache
from pathlib import Path

import certifi

from contracts.core.errors import UsageError

_LOCK = threading.Lock()


def authorities(ca_bundle: str | None) -> str | bool:
    """Return the file or folder of certificates to trust: the given one, the environment's, or True for the default.

    Raises:
        UsageError: it does not exist, or holds no certificate.
    """
    for name, path in (
        ("--ca-bundle", ca_bundle),
        *((name, os.environ.get(name)) for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")),
    ):
        if path:
            _check(name, path)
            return path
    return True


def context(verify: str | bool, files: tuple[str, str] | None) -> ssl.SSLContext:  # noqa: FBT001 - a path, or the default
    """Return what TLS needs: whom to trust, as :func:`authorities` has it, and the files of :func:`client`.

    A bundle of all authorities takes a while: it is read once, whoever asks, and however many do so at a time.
    """
    path = verify if isinstance(verify, str) else certifi.where()
    with _LOCK:
        return _context(path, files, tuple(Path(file).stat().st_mtime_ns for file in (path, *(files or ()))))


def _check(name: str, path: str) -> None:
    if not Path(path).exists():
        raise UsageError(f"{name}: there is no file or folder {path}")
    if Path(path).is_dir():  # hashed names, which are looked up one by one
        return
    try:
        certificates = context(path, None).cert_store_stats()["x509"]
    except (OSError, ValueError):  # ssl.SSLError is an OSError
        certificates = 0
    if not certificates:
        raise UsageError(f"{name}: {path} holds no certificate that can be read; a PEM file is wanted")


@cache
def _context(path: str, files: tuple[str, str] | None, _changed: tuple[int, ...]) -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    made.set_alpn_protocols(["http/1.1"])
    made.load_verify_locations(**{"capath" if Path(path).is_dir() else "cafile": path})
    if files:
        made.load_cert_chain(*files)
    return made


def client(certificate: str | None, key: str | None) -> tuple[str, str] | None:
    """Return the files of the client's certificate and of its key, which may be the same file; None without.

    Raises:
        UsageError: one is missing or cannot be read, the key is encrypted, or they do not belong together.
    """
    if certificate is None:
        if key is not None:
            raise UsageError("--client-key: there is no certificate to it; name it with --client-cert")
        return None
    key = key or certificate
    for option, path in (("--client-cert", certificate), ("--client-key", key)):
        if not Path(path).is_file():
            raise UsageError(f"{option}: there is no file {path}")

    def no_password() -> bytes:
        raise UsageError(f"--client-key: {key} is encrypted; the suite reads keys without a password")

    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_cert_chain(certificate, key, no_password)
    except (OSError, ValueError):
        raise UsageError(f"--client-cert: {certificate} and {key} are no certificate and its key in PEM") from None
    return certificate, key
