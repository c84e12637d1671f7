"""Masking: a secret is replaced before anything that holds it can be stored, judged or printed."""

import base64
import html
import json
import re
from collections.abc import Iterator
from urllib.parse import quote, quote_plus

#: A shorter secret is masked only where it stands alone: else it would be found within other words.
_SHORT = 8


class Secrets:
    """The secrets of a run, each with the name that is shown in its place.

    A secret is found as it is, and as a server may echo it: percent-encoded, escaped for JSON or HTML, in
    hexadecimal digits, and in Base64 at any alignment, as in the value of a Basic Authorization header.
    """

    def __init__(self) -> None:
        self._names: dict[bytes, bytes] = {}
        self._pattern: re.Pattern[bytes] | None = None

    def add(self, secret: str, name: str) -> None:
        """Mask the secret from now on; ``name`` is the variable that holds it."""
        for form in _forms(secret):
            self._names.setdefault(form.lower(), f"${name}".encode())
        alternatives = [_alternative(form) for form in sorted(self._names, key=lambda form: (-len(form), form))]
        self._pattern = re.compile(b"|".join(alternatives), re.IGNORECASE)

    def mask(self, text: str) -> str:
        """Return the text with every secret replaced."""
        return self.mask_bytes(text.encode("utf-8", "surrogatepass")).decode("utf-8", "surrogatepass")

    def mask_bytes(self, content: bytes) -> bytes:
        """Return the content with every secret replaced."""
        lowered = content.lower()
        if self._pattern is None or not any(form in lowered for form in self._names):
            return content  # a search for each form is far cheaper than the pattern
        return self._pattern.sub(lambda match: self._names[match[0].lower()], content)


def _alternative(form: bytes) -> bytes:
    pattern = re.escape(form)
    return pattern if len(form) >= _SHORT else rb"(?<![\w-])" + pattern + rb"(?![\w-])"


def _forms(secret: str) -> Iterator[bytes]:
    escaped = json.dumps(secret)[1:-1]
    texts = {
        secret,
        quote(secret, safe=""),
        quote_plus(secret),
        "".join(f"%{byte:02x}" for byte in secret.encode()),
        escaped,
        escaped.replace("/", "\\/"),
        "".join(f"\\u{ord(character):04x}" for character in secret),
        html.escape(secret),
        secret.encode().hex(),
    }
    yield from sorted(text.encode() for text in texts)
    for shift in range(3):
        # Bytes before the secret shift its place in the groups of three that Base64 encodes together; the
        # characters that also depend on the neighbours are left out.
        content = b"\0" * shift + secret.encode()
        clean = slice((shift * 8 + 5) // 6, len(content) * 8 // 6)
        for encode in (base64.standard_b64encode, base64.urlsafe_b64encode):
            if len(form := encode(content)[clean]) >= _SHORT:
                yield form
