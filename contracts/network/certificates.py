"""The certificates of a run: whom it trusts, and by what it shows who it is; looked at before anything is sent."""

import os
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path

import certifi

from contracts.core.errors import CouldNotJudge, Misdirected, Unverified, UsageError

_LOCK = threading.Lock()
#: Where systems keep the authorities that they trust; Go looks there, too.
_STORES = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
)
#: More than the greatest chain takes, in bytes.
_MOST_RECEIVED = 2**18
#: What OpenSSL finds wrong with a certificate, by the codes of x509_vfy.h.
_WRONG = {
    9: "is not valid yet: it is too new, or the clock of this machine is wrong",
    10: "has expired: whoever runs the server has to renew it",
    62: "is for another name: look at the target, or at how the server chooses its certificate",
    64: "is for another address: look at the target, or at how the server chooses its certificate",
}
_SELF_SIGNED = {18, 19}
_UNKNOWN_ISSUER = _SELF_SIGNED | {2, 20, 21, 27}


def check_authorities(ca_bundle: str | None) -> None:
    """Look at the files and folders of certificates that somebody named for this run.

    Raises:
        UsageError: one does not exist, or holds no certificate.
    """
    for name, path in (("--ca-bundle", ca_bundle),) if ca_bundle else _named():
        if not path or Path(path).is_dir():  # hashed names, which are looked up one by one
            continue
        if not Path(path).exists():
            raise UsageError(f"{name}: there is no file or folder {path}")
        try:
            certificates = context(path, None).cert_store_stats()["x509"]
        except (OSError, ValueError):  # ssl.SSLError is an OSError
            certificates = 0
        if not certificates:
            raise UsageError(f"{name}: {path} holds no certificate that can be read; a PEM file is wanted")


def context(ca_bundle: str | None, files: tuple[str, str] | None) -> ssl.SSLContext:
    """Return what TLS needs: whom to trust, and the files of :func:`client`.

    Trusted is a bundle alone where one is given; else all that OpenSSL, curl, Go and requests would: the store of the
    machine, the files and folders that the environment names, and certifi. Many authorities take a while: they are read
    once, whoever asks, and however many do so at a time.
    """
    paths = (ca_bundle,) if ca_bundle else (*(path for _, path in _named() if path), *_of_system(), certifi.where())
    real = tuple(dict.fromkeys(str(Path(path).resolve()) for path in paths))
    with _LOCK:
        changed = tuple(Path(file).stat().st_mtime_ns for file in (*real, *(files or ())))
        machine = None if ca_bundle else tuple(os.environ.get(name, "") for name in ("SSL_CERT_FILE", "SSL_CERT_DIR"))
        return _context(real, files, changed, machine)


def read_ahead(ca_bundle: str | None, files: tuple[str, str] | None) -> None:
    """Begin to read the authorities, which takes as long as a round trip: :func:`context` then has them sooner."""

    def run() -> None:
        with suppress(OSError, ValueError):  # the connection that needs them says what is wrong
            context(ca_bundle, files)

    with suppress(RuntimeError):  # no more threads
        threading.Thread(target=run, daemon=True).start()


def _named() -> tuple[tuple[str, str | None], ...]:
    return tuple((name, os.environ.get(name)) for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"))


def _of_system() -> Iterator[str]:
    """Yield the store of the system where OpenSSL, built somewhere else, does not look for it."""
    if not ssl.get_default_verify_paths().cafile:
        yield from [path for path in _STORES if Path(path).is_file()][:1]


@cache
def _context(
    paths: tuple[str, ...], files: tuple[str, str] | None, _changed: tuple[int, ...], machine: tuple[str, ...] | None
) -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    made.set_alpn_protocols(["http/1.1"])
    if machine is not None:  # what these name, else where OpenSSL looks; on Windows, the store of the system
        made.load_default_certs()
    for path in paths:
        made.load_verify_locations(**{"capath" if Path(path).is_dir() else "cafile": path})
    if files:
        made.load_cert_chain(*files)
    return made


def untrusted(error: ssl.SSLCertVerificationError, subject: str, proxy: str, count: Callable[[], int]) -> CouldNotJudge:
    """Return what is wrong with a certificate, and what to do.

    It may have come through a proxy of this name. ``count`` returns how many certificates the server sends.
    """
    code, reason = getattr(error, "verify_code", 0), f"({getattr(error, 'verify_message', '')})"
    if words := _WRONG.get(code):
        return Unverified(f"{subject} {words} {reason}")
    if code not in _UNKNOWN_ISSUER:
        return Unverified(f"{subject} does not verify {reason}")
    private = "for a private CA use --ca-bundle FILE"
    if proxy:
        return Misdirected(
            f"{subject}, which came through the proxy {proxy}, is of an issuer that this machine does not know "
            f"{reason}: the proxy may have put it there; {private}"
        )
    if code not in _SELF_SIGNED and count() == 1:
        return Unverified(
            f"{subject} is not trusted {reason}, and the server sends no intermediate certificate with it: "
            f"configure it to send the whole chain; {private}"
        )
    return Unverified(f"{subject} is not trusted {reason}; {private}")


def count_sent(sock: socket.socket, name: str) -> int:
    """Return how many certificates a server sends, which TLS 1.2 does in clear; 0 where that cannot be told.

    Of a chain that does not verify, ssl shows nothing but the first one. Source: RFC 5246, sections 6.2.1 and 7.4.2.
    """
    unverified = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    unverified.check_hostname, unverified.verify_mode = False, ssl.CERT_NONE  # nothing is sent over this
    unverified.maximum_version = ssl.TLSVersion.TLSv1_2
    incoming, outgoing, received = ssl.MemoryBIO(), ssl.MemoryBIO(), bytearray()
    spoken = unverified.wrap_bio(incoming, outgoing, server_hostname=name)
    with suppress(OSError):
        while len(received) < _MOST_RECEIVED:
            with suppress(ssl.SSLWantReadError):
                spoken.do_handshake()
                break
            sock.sendall(outgoing.read())
            if not (piece := sock.recv(_MOST_RECEIVED)):
                break
            received += piece
            incoming.write(piece)
    return _certificates(received)


def _certificates(records: bytearray) -> int:
    """Return how many certificates the handshake holds, as far as it is in clear."""
    messages, at = bytearray(), 0
    while records[at : at + 1] == b"\x16":
        end = at + 5 + int.from_bytes(records[at + 3 : at + 5])
        messages += records[at + 5 : end]
        at = end
    at = 0
    while at < len(messages):
        end = at + 4 + int.from_bytes(messages[at + 1 : at + 4])
        if messages[at] == 11:  # noqa: PLR2004 - Certificate: the length of the list, then each with its own
            count, at = 0, at + 7
            while at < end:
                count, at = count + 1, at + 3 + int.from_bytes(messages[at : at + 3])
            return count
        at = end
    return 0


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
