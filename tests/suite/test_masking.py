"""Masking: no form of a secret that a server may echo survives."""

import base64
import html
import json
from urllib.parse import quote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from contracts.target.masking import Secrets

TOKEN = 'tk-us-a/b+c=d&"<'


def secrets(token: str = TOKEN) -> Secrets:
    """Secrets that know one token."""
    known = Secrets()
    known.add(token, "BEARER_TOKEN")
    return known


@pytest.mark.parametrize(
    "echo",
    [
        TOKEN,
        f"Bearer {TOKEN}, again {TOKEN}",
        TOKEN.upper(),
        quote(TOKEN, safe=""),
        quote(TOKEN, safe="").lower(),
        json.dumps({"echo": TOKEN}),
        json.dumps(TOKEN).replace("/", "\\/"),
        html.escape(TOKEN),
        "".join(f"\\u{ord(c):04X}" for c in TOKEN),
        TOKEN.encode().hex(),
        "".join(f"\\u{ord(c):04x}" if i % 2 else c for i, c in enumerate(TOKEN)),
        "".join(f"%{ord(c):02X}" if i % 3 else c for i, c in enumerate(TOKEN)),
        "".join(f"&#{ord(c)};" for c in TOKEN),
        quote(quote(TOKEN, safe=""), safe=""),
        json.dumps(json.dumps(TOKEN)),
    ],
)
def test_forms(echo: str) -> None:
    """Every form of the token is replaced by the name of its variable."""
    masked = secrets().mask(echo)
    assert "$BEARER_TOKEN" in masked
    assert TOKEN.lower() not in masked.lower()
    assert "tk-us" not in masked.lower()


@given(st.binary(max_size=5), st.binary(max_size=5))
@example(b":", b"")
@example(b"Bearer ", b"")
def test_base64_at_any_alignment(before: bytes, after: bytes) -> None:
    """In Base64 of anything around it, at most the characters shared with the neighbours remain."""
    token = "canary-0123456789-abcdef"
    encoded = base64.b64encode(before + token.encode() + after).decode()
    masked = secrets(token).mask(encoded)
    assert "$BEARER_TOKEN" in masked
    shared = 4  # a character before and one behind, with the padding
    assert len(masked.replace("$BEARER_TOKEN", "")) <= len(base64.b64encode(before + after)) + shared


def test_short_secrets_are_masked_where_they_stand_alone() -> None:
    """A short token does not tear other words apart."""
    assert secrets("abcd").mask("Bearer abcd, abcdef, x-abcd") == "Bearer $BEARER_TOKEN, abcdef, x-abcd"


@pytest.mark.parametrize("token", ["1", "id", "abc"])
def test_what_anybody_could_guess_is_no_secret(token: str) -> None:
    """A token of fewer than four characters is left alone: masking it would rewrite positions and names."""
    assert secrets(token).mask(f'{{"id": "{token}", "position": 1}}') == f'{{"id": "{token}", "position": 1}}'


def test_nothing_to_mask() -> None:
    """Without secrets, and without an echo, bytes come back as they are."""
    assert Secrets().mask_bytes(b"\xff\x00") == b"\xff\x00"
    assert secrets().mask_bytes(b"\xff\x00") == b"\xff\x00"


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_wide_encodings(encoding: str) -> None:
    """A body in UTF-16 or UTF-32 is none that is judged, but it is stored: the token in it is masked, too."""
    masked = secrets().mask_bytes(f"again {TOKEN}!".encode(encoding))
    assert b"$BEARER_TOKEN" in masked
    assert TOKEN not in masked.replace(b"\0", b"").decode("latin-1")
