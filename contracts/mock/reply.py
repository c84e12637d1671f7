"""What a fault works on: the request as the mock understood it, and the reply before it goes on the wire."""

import gzip
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from http import HTTPStatus
from importlib import import_module
from typing import Any

from contracts.core.contract import Contract

Elements = list[dict[str, Any]]


@dataclass(frozen=True)
class Sample:
    """Conforming lists of a resource.

    ``elements`` returns one of any length, whose first two are the documented examples; ``size`` is the length of
    the one that is served. ``noun`` is what a 404 calls the resource. ``others`` maps the path of another resource to
    the value that is served there.
    """

    contract: Contract
    elements: Callable[[int], Elements]
    size: int
    noun: str
    others: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def second(self) -> dict[str, Any]:
        """The second element, whose texts stand nowhere else in the list."""
        return self.elements(2)[1]

    def root(self, elements: Any) -> dict[str, Any]:
        """Return the value of a body that lists the elements."""
        return {self.contract.key: elements}


def sample_of(contract: Contract) -> Sample:
    """Return the sample in the package of a resource."""
    sample: Sample = import_module(f"{contract.package}.sample").SAMPLE
    return sample


Headers = tuple[tuple[str, str], ...]

_PHRASES = {status.value: status.phrase for status in HTTPStatus}


@dataclass(frozen=True)
class Received:
    """A request as it came.

    ``probe`` names the probe that it looks like; ``times`` counts the requests of that kind that came before it.
    ``sample`` is what the mock serves.
    """

    method: str
    path: str
    query: str
    headers: Headers
    sample: Sample
    probe: str = ""
    times: int = 0

    def first(self, name: str) -> str | None:
        """Return the first value of a header field, or None."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)


@dataclass(frozen=True)
class Reply:
    """A reply.

    ``chunked`` (which HTTP/1.0 does not know), ``gzipped``, ``version`` and ``framed`` (with a length) say how it goes
    on the wire; ``raw`` replaces all of it, and ``stray`` bytes follow an answer to HEAD.
    """

    status: int
    body: bytes = b""
    headers: Headers = ()
    reason: str | None = None
    chunked: bool = False
    gzipped: bool = False
    version: str = "1.1"
    framed: bool = True
    stray: bytes = b""
    raw: bytes | None = None

    def with_header(self, name: str, value: str | None) -> "Reply":
        """Return the reply with a header field set, or without it for None."""
        others = tuple((key, text) for key, text in self.headers if key.lower() != name.lower())
        return replace(self, headers=others if value is None else (*others, (name, value)))

    @property
    def closes(self) -> bool:
        """Whether the connection ends with this reply, because nothing else can end it or a header says so."""
        said = any((name.lower(), text.strip().lower()) == ("connection", "close") for name, text in self.headers)
        framed = self.framed or self.chunked or self.status == HTTPStatus.NO_CONTENT
        return said or not framed or self.raw is not None or self.version == "1.0" or bool(self.stray)

    def wire(self, method: str) -> bytes:
        """Return the bytes that go on the wire."""
        if self.raw is not None:
            return self.raw
        reason = _PHRASES.get(self.status, "") if self.reason is None else self.reason
        body = gzip.compress(self.body, mtime=0) if self.gzipped else self.body
        lines = [f"HTTP/{self.version} {self.status} {reason}", *(f"{k}: {v}" for k, v in self.headers)]
        if self.gzipped:
            lines.append("Content-Encoding: gzip")
        if self.chunked and self.version != "1.0":
            lines.append("Transfer-Encoding: chunked")
            halves = [body[: len(body) // 2], body[len(body) // 2 :]]
            body = b"".join(b"%x\r\n%s\r\n" % (len(half), half) for half in halves if half) + b"0\r\n\r\n"
        elif self.framed and self.status != HTTPStatus.NO_CONTENT:
            lines.append(f"Content-Length: {len(body)}")
        head = "\r\n".join(lines).encode("latin-1", "replace") + b"\r\n\r\n"
        return head + (self.stray if method == "HEAD" else body)


#: How a fault changes a reply on its way out.
Change = Callable[[Received, Reply], Reply]


def json_reply(value: Any, status: int = 200, *headers: tuple[str, str]) -> Reply:
    """Return a reply whose body is this value as JSON."""
    content = ("Content-Type", "application/json; charset=utf-8")
    return Reply(status, json.dumps(value).encode(), (content, *headers))


def list_reply(value: Any) -> Reply:
    """Return a reply that lists something, with the header fields and the framing that were recorded of the API.

    Source: the recordings in the repository Scalingo/scalingo-ruby-api (samples/, May 2020).
    """
    reply = json_reply(value)
    fields = (
        ("ETag", f'W/"{hashlib.sha256(reply.body).hexdigest()[:32]}"'),
        ("Cache-Control", "max-age=0, private, must-revalidate"),
        ("Referrer-Policy", "strict-origin-when-cross-origin"),
    )
    return replace(reply, headers=(*reply.headers, *fields), chunked=True)
