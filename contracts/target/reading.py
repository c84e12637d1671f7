"""Reading a body: raw bytes from the wire, inflated under a cap, nothing accepted that is cut short."""

import zlib
from collections.abc import Iterable

from contracts.core.errors import BrokenAnswer

#: The longest header field that a message repeats, in characters.
_SHOWN = 80
_GZIP, _ZLIB = 31, 15  # window bits: with a gzip header, with a zlib header


def read(chunks: Iterable[bytes], codings: list[str], cap: int) -> bytes:
    """Return the body that the chunks hold, its content coding removed.

    At most ``cap`` bytes are kept, raw or inflated: what would be more is not unpacked (RFC 9110, section 8.4).

    Raises:
        BrokenAnswer: the body is larger than the cap, cut short, or coded in a way nobody asked for.
    """
    names = [name.strip().lower() for value in codings for name in value.split(",") if name.strip()]
    names = [name for name in names if name != "identity"]
    if len(names) > 1 or (names and names[0] not in ("gzip", "x-gzip", "deflate")):
        raise BrokenAnswer(f"the body has the content coding {_shown(names)}, and gzip was asked for")
    if not names:
        return _plain(chunks, cap)
    return _inflated(chunks, _ZLIB if names[0] == "deflate" else _GZIP, cap)


def _plain(chunks: Iterable[bytes], cap: int) -> bytes:
    body = bytearray()
    for chunk in chunks:
        body += chunk
        if len(body) > cap:
            raise _too_large(cap)
    return bytes(body)


def _inflated(chunks: Iterable[bytes], window: int, cap: int) -> bytes:
    body = bytearray()
    raw = 0
    inflater = zlib.decompressobj(window)
    for chunk in chunks:
        raw += len(chunk)
        data = chunk
        while data:
            if inflater.eof:  # another member of the same gzip file (RFC 1952, section 2.2)
                inflater = zlib.decompressobj(window)
            try:
                body += inflater.decompress(data, cap + 1 - len(body))
            except zlib.error:
                raise BrokenAnswer("the body is not what its content coding says") from None
            if len(body) > cap or raw > cap:
                raise _too_large(cap)
            data = inflater.unused_data if inflater.eof else inflater.unconsumed_tail
    if raw and not inflater.eof:
        raise BrokenAnswer("the compressed body is cut short")
    return bytes(body)


def check_length(values: list[str]) -> None:
    """Refuse a Content-Length that is no number, or several that differ (RFC 9110, section 8.6)."""
    lengths = {part.strip() for value in values for part in value.split(",")}
    if len(lengths) > 1 or any(not (length.isascii() and length.isdecimal()) for length in lengths):
        raise BrokenAnswer(f"its Content-Length is {_shown(sorted(lengths))}")


def _shown(values: list[str]) -> str:
    # Whole or not at all: a secret in it is masked later, and one that was cut would not be found.
    text = ", ".join(values)
    return repr(text) if len(text) <= _SHOWN else f"a text of {len(text)} characters"


def _too_large(cap: int) -> BrokenAnswer:
    return BrokenAnswer(f"the body is larger than {cap:,} bytes (--max-body)")
