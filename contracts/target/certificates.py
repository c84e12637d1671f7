"""The certificates of a run: whom it trusts, and by what it shows who it is; looked at before anything is sent."""

import os
import ssl
from functools import cache
from pathlib import Path

from contracts.core.errors import UsageError


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


def _check(name: str, path: str) -> None:
    if not Path(path).exists():
        raise UsageError(f"{name}: there is no file or folder {path}")
    if Path(path).is_dir():  # hashed names, which are looked up one by one
        return
    if not _holds_certificates(path, Path(path).stat().st_mtime_ns):
        raise UsageError(f"{name}: {path} holds no certificate that can be read; a PEM file is wanted")


@cache
def _holds_certificates(path: str, _changed: int) -> bool:
    """Whether the file holds one at least; a bundle of all authorities takes a while, and is looked at once."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        context.load_verify_locations(path)
    except (OSError, ValueError):  # ssl.SSLError is an OSError
        return False
    return context.cert_store_stats()["x509"] > 0


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
