"""The oracle's own reader of JSON: recursive descent, one character at a time, values as they are written."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Any


class NotJson(Exception):
    """The text is no JSON text."""


@dataclass(frozen=True)
class Number:
    """A number as it is written."""

    literal: str

    @property
    def is_integer_literal(self) -> bool:
        return not set(self.literal) & set(".eE")

    @property
    def value(self) -> Fraction:
        return Fraction(Decimal(self.literal))  # by itself a Fraction reads no more than 4,300 digits


@dataclass(frozen=True)
class Object:
    """An object as it is written: all of its members, repeated ones too."""

    pairs: tuple[tuple[str, Any], ...]

    @property
    def members(self) -> dict[str, Any]:
        return dict(self.pairs)


@lru_cache(64)
def read(text: str) -> Any:
    """The value of a JSON text, which many answers of a run share."""
    return Reader(text).read()


class Reader:
    """Reads one JSON text, character by character (RFC 8259, sections 2 to 7)."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def read(self) -> Any:
        value = self.value()
        if self.at < len(self.text):
            raise NotJson
        return value

    @property
    def next(self) -> str:
        return self.text[self.at : self.at + 1]

    def take(self, expected: str) -> None:
        if not self.text.startswith(expected, self.at):
            raise NotJson
        self.at += len(expected)

    def space(self) -> None:
        while self.next and self.next in " \t\r\n":
            self.at += 1

    def value(self) -> Any:
        self.space()
        words = {"t": ("true", True), "f": ("false", False), "n": ("null", None)}
        if self.next in words:
            word, value = words[self.next]
            self.take(word)
        elif self.next == "{":
            value = self.object()
        elif self.next == "[":
            value = self.array()
        elif self.next == '"':
            value = self.string()
        else:
            value = self.number()
        self.space()
        return value

    def object(self) -> Object:
        self.take("{")
        self.space()
        pairs = []
        while self.next != "}":
            if pairs:
                self.take(",")
                self.space()
            name = self.string()
            self.space()
            self.take(":")
            pairs.append((name, self.value()))
        self.take("}")
        return Object(tuple(pairs))

    def array(self) -> list[Any]:
        self.take("[")
        self.space()
        elements: list[Any] = []
        while self.next != "]":
            if elements:
                self.take(",")
            elements.append(self.value())
        self.take("]")
        return elements

    def string(self) -> str:
        self.take('"')
        units: list[str] = []
        while self.next != '"':
            if not self.next or self.next < " ":
                raise NotJson
            units.append(self.escape() if self.next == "\\" else self.character())
        self.take('"')
        # Two escapes that follow one another may be one character (RFC 8259, section 7).
        return "".join(units).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")

    def character(self) -> str:
        self.at += 1
        return self.text[self.at - 1]

    def escape(self) -> str:
        self.take("\\")
        kind = self.next
        self.at += 1
        if kind and kind in '"\\/bfnrt':
            return dict(zip('"\\/bfnrt', '"\\/\b\f\n\r\t', strict=True))[kind]
        digits = self.text[self.at : self.at + 4]
        if kind != "u" or len(digits) != 4 or set(digits) - set("0123456789abcdefABCDEF"):
            raise NotJson
        self.at += 4
        return chr(int(digits, 16))

    def number(self) -> Number:
        start = self.at
        if self.next == "-":
            self.at += 1
        if self.next == "0":
            self.at += 1
        else:
            self.digits()
        if self.next == ".":
            self.at += 1
            self.digits()
        if self.next and self.next in "eE":
            self.at += 1
            if self.next and self.next in "+-":
                self.at += 1
            self.digits()
        return Number(self.text[start : self.at])

    def digits(self) -> None:
        start = self.at
        while self.next and self.next in "0123456789":
            self.at += 1
        if self.at == start:
            raise NotJson


def inside(value: Any) -> list[Any]:
    """A value and all values in it, discarded ones too."""
    found = [value]
    if isinstance(value, Object):
        for _, member in value.pairs:
            found += inside(member)
    elif isinstance(value, list):
        for element in value:
            found += inside(element)
    return found
