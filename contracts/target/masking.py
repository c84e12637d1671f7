"""Masking: a secret is replaced before anything that holds it can be stored, judged or printed."""

import base64
import re
from collections.abc import Iterator
from functools import cache

#: A shorter secret is masked only where it stands alone: else it would be found within other words.
_SHORT = 8
#: A still shorter one is no secret, and masking it would change positions and names: it could cost a false breach.
_GUESSABLE = 4
#: What any escaped form of a character begins with: a backslash, a percent sign, an ampersand.
_ESCAPES = (b"\\", b"%", b"&")
_ENTITIES = {"&": "amp", "<": "lt", ">": "gt", '"': "quot", "'": "apos"}


class Secrets:
    """The secrets of a run, each with the name that is shown in its place.

    A secret is found as it is, and as a server may echo it: each of its characters plain or escaped for JSON, a URL
    or HTML; in UTF-16 and UTF-32; in hexadecimal digits; and in Base64 at any alignment, as in the value of a Basic
    Authorization header.
    """

    def __init__(self) -> None:
        self._names: dict[bytes, bytes] = {}
        self._secrets: dict[str, bytes] = {}

    def add(self, secret: str, name: str) -> None:
        """Mask the secret, which is ASCII, from now on; ``name`` is the variable that holds it."""
        if len(secret) < _GUESSABLE:
            return
        shown = f"${name}".encode()
        self._secrets[secret] = shown
        for form in (secret.encode(), *_encodings(secret)):
            self._names.setdefault(form.lower(), shown)

    def mask(self, text: str) -> str:
        """Return the text with every secret replaced."""
        return self.mask_bytes(text.encode("utf-8", "surrogatepass")).decode("utf-8", "surrogatepass")

    def mask_bytes(self, content: bytes) -> bytes:
        """Return the content with every secret replaced."""
        lowered = content.lower()
        # A search is far cheaper than a pattern, and most answers repeat nothing.
        if any(form in lowered for form in self._names):
            forms = sorted(self._names, key=lambda form: -len(form))
            plain = b"|".join(_bounded(re.escape(form), form) for form in forms)
            content = re.sub(plain, lambda match: self._names[match[0].lower()], content, flags=re.IGNORECASE)
        if any(escape in content for escape in _ESCAPES):
            for secret, shown in self._secrets.items():
                content = _escaped(secret).sub(lambda _, shown=shown: shown, content)  # type: ignore[misc]
        return content


@cache
def _escaped(secret: str) -> re.Pattern[bytes]:
    characters = b"".join(b"(?:" + b"|".join(_characters(character)) + b")" for character in secret)
    return re.compile(_bounded(characters, secret.encode()), re.IGNORECASE)


def _bounded(pattern: bytes, secret: bytes) -> bytes:
    return pattern if len(secret) >= _SHORT else rb"(?<![\w-])" + pattern + rb"(?![\w-])"


def _characters(character: str) -> Iterator[bytes]:
    """Every way in which a server may write an ASCII character."""
    code = ord(character)
    yield re.escape(character).encode()
    yield rb"\\+u00%02x" % code
    yield rb"\\+x%02x" % code
    yield rb"%%(?:25)*%02x" % code
    yield rb"&#0*%d;" % code
    yield rb"&#x0*%x;" % code
    if not character.isalnum():
        yield rb"\\+" + re.escape(character).encode()
    if character in _ENTITIES:
        yield f"&{_ENTITIES[character]};".encode()


def _encodings(secret: str) -> Iterator[bytes]:
    yield secret.encode().hex().encode()
    for zeros in ("\0", "\0\0\0"):  # UTF-16 and UTF-32, in either order of their bytes
        yield zeros.join(secret).encode()
    for shift in range(3):
        # Bytes before the secret shift its place in the groups of three that Base64 encodes together; the
        # characters that also depend on the neighbours are left out.
        content = b"\0" * shift + secret.encode()
        clean = slice((shift * 8 + 5) // 6, len(content) * 8 // 6)
        for encode in (base64.standard_b64encode, base64.urlsafe_b64encode):
            if len(form := encode(content)[clean]) >= _SHORT:
                yield form
