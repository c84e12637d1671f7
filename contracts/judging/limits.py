"""What of a JSON text is judged at all: beyond these limits it costs more than a client would spend on it."""

from itertools import accumulate

#: Deeper nesting than this is not judged: no client of a flat list reads it, and recursion would not end well.
MAX_DEPTH = 200

#: More values, or more objects and arrays, are not judged: each of the latter takes some 300 bytes, and a list of
#: 200,000 categories has as many.
MAX_VALUES, MAX_CONTAINERS = 1_000_000, 200_000

#: Bytes that are taken apart at once: a body may be nothing but quotation marks.
_BLOCK = 2**16
_NOT_A_BRACKET = bytes(set(range(256)) - set(b"[]{}"))
_OPEN, _CLOSE = 1, 255  # 255 is -1 in a signed byte
_BRACKET_STEPS = bytes.maketrans(b"[{]}", bytes((_OPEN, _OPEN, _CLOSE, _CLOSE)))


def beyond(body: bytes) -> str:
    """Return why a body is not decoded, or an empty string."""
    # What stands in strings may exaggerate: only then the strings are taken out, which costs more.
    return _limit_of(body) and _limit_of(_without_strings(body))


def count_members(body: bytes) -> int:
    """Return how many members the objects of a JSON text have, one that another replaces included."""
    return _without_strings(body).count(b":")


def _without_strings(body: bytes) -> bytes:
    """Return what stands outside strings; one that is never closed reaches to the end."""
    body = body.replace(rb"\\", b"").replace(rb"\"", b"")
    kept, inside = bytearray(), 0
    for start in range(0, len(body), _BLOCK):
        parts = body[start : start + _BLOCK].split(b'"')
        kept += b"".join(parts[inside::2])
        inside = (inside + len(parts) - 1) % 2
    return bytes(kept)


def _limit_of(body: bytes) -> str:
    containers = body.count(b"{") + body.count(b"[")
    if containers + body.count(b",") >= MAX_VALUES:  # a value stands behind each of these
        return f"the body holds more than the {MAX_VALUES:,} values that are judged"
    if containers > MAX_CONTAINERS:
        return f"the body holds more than the {MAX_CONTAINERS:,} objects and arrays that are judged"
    return f"the body nests deeper than the {MAX_DEPTH} levels that are judged" if _depth(body) > MAX_DEPTH else ""


def _depth(body: bytes) -> int:
    brackets = body.translate(_BRACKET_STEPS, _NOT_A_BRACKET)
    return max(accumulate(memoryview(brackets).cast("b")), default=0)
