"""What a run makes up: a token, a path and a parameter that do not exist, and an order, all from one seed.

A server that knows this suite by a fixed word could answer it by the book and everybody else as it likes; one that
looks at the form of a token alone accepts any. Whoever has a report can build each request of it again: the seed stands
in it, and a made-up token has the form of the given one, so that ``token_like`` of it and the seed is itself.
"""

import json
import re
import string
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable
from dataclasses import replace
from random import Random
from typing import TypeVar

from contracts.core.contract import Probe

_Item = TypeVar("_Item")

#: Three parts in the alphabet of Base64 for URLs (RFC 7519): a JSON Web Token, if the first one is an object.
_JWT = re.compile(r"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]*)\.([A-Za-z0-9_-]*)")
_BASE64 = string.ascii_letters + string.digits + "-_"
#: What stands for letters and digits, the smallest alphabet first.
_ALPHABETS = (
    string.digits,
    string.digits + "abcdef",
    string.digits + "ABCDEF",
    string.digits + string.ascii_lowercase,
    string.digits + string.ascii_uppercase,
    string.digits + string.ascii_letters,
)
#: The form of a token where none is given.
_USUAL = "mZ0" * 13


def token_like(given: str, seed: int) -> str:
    """Return a token that nobody has given out, in the form of one that somebody did.

    It depends on the seed and on that form alone: of a JSON Web Token on the lengths of its parts, of any other on its
    length, on the alphabet of its letters and digits, and on what stands between them. A made-up JSON Web Token is
    signed by nobody (``alg`` is ``none``) and holds no claim but one that has no meaning.
    """
    chance = _chance(seed, "token")
    if (parts := _JWT.fullmatch(given)) and _is_object(parts[1]):
        header = _encoded({"alg": "none", "typ": "JWT"})
        return f"{header}.{_claim(chance, len(parts[2]) * 3 // 4)}.{_drawn(chance, _BASE64, len(parts[3]))}"
    given = given or _USUAL
    alphabet, made = _alphabet(given), ""
    while not made or _alphabet(made) != alphabet:
        made = "".join(_drawn(chance, alphabet, 1) if each in _ALPHABETS[-1] else each for each in given)
    return made


def with_made_up(probes: Iterable[Probe], seed: int) -> tuple[Probe, ...]:
    """Return the probes, those of something that does not exist with a path or a parameter that nobody can foresee."""
    chance = _chance(seed, "names")
    path, name, value = (_drawn(chance, alphabet, 12) for alphabet in _ALPHABETS[1:2] + (string.ascii_lowercase,) * 2)
    return tuple(
        replace(probe, below=probe.below and f"/{path}", query=probe.query and f"{name}={value}") for probe in probes
    )


def shuffled(items: Iterable[_Item], seed: int) -> list[_Item]:
    """Return the items in an order that nobody can foresee."""
    chance = _chance(seed, "order")
    return sorted(items, key=lambda _: chance.random())


def _chance(seed: int, what: str) -> Random:
    # Of these only random() gives the same numbers in every version of Python, and so it alone is used.
    return Random(f"{seed} {what}")  # noqa: S311 - what comes of it is no secret


def _drawn(chance: Random, alphabet: str, length: int) -> str:
    return "".join(alphabet[int(chance.random() * len(alphabet))] for _ in range(length))


def _alphabet(token: str) -> str:
    used = set(token) & set(_ALPHABETS[-1])
    return next(each for each in _ALPHABETS if used <= set(each))


def _claim(chance: Random, size: int) -> str:
    """Return a part of a token with one claim, of so many bytes; its name begins with a digit, as none does."""
    name = _drawn(chance, string.digits, 1) + _drawn(chance, string.ascii_lowercase, 5)
    rest = max(0, size - len(json.dumps({name: ""}, separators=(",", ":"))))
    return _encoded({name: _drawn(chance, _BASE64, rest)})


def _encoded(value: dict[str, str]) -> str:
    return urlsafe_b64encode(json.dumps(value, separators=(",", ":")).encode()).decode().rstrip("=")


def _is_object(part: str) -> bool:
    try:
        return isinstance(json.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4))), dict)
    except (ValueError, RecursionError):
        return False
