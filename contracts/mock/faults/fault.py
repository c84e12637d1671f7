"""What a fault is, and the few ways in which one takes hold of a reply."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from contracts.core.clause import Level
from contracts.event_categories.clauses import BY_ID, KEY
from contracts.mock import reply as replies
from contracts.mock.reply import Reply, Request, json_reply
from contracts.mock.server import generated

Change = replies.Fault

#: The kinds of request that the conforming mock answers with the list.
LISTING = ("list", "xml", "unknown-query")
#: The kinds whose status and header must agree when the list is answered in another way.
DOCUMENTED = ("list", "head", "unknown-query")
REFUSED = ("anonymous", "invalid-token")
MANY = 1000


@dataclass(frozen=True)
class Scene:
    """How a run is arranged around a fault.

    ``policy`` is the suite's, ``public`` says that the mock asks for no token, ``burst`` that the rate limit is
    probed. ``tls`` (trusted or untrusted) makes the mock a live https target called ``host``, whose plain-HTTP twin
    answers as ``twin`` changes it, or not at all.
    """

    policy: str = "either"
    public: bool = False
    burst: bool = False
    tls: str = ""
    host: str = "api.contracts.test"
    twin: Change | None = None
    categories: tuple[dict[str, Any], ...] | None = None


@dataclass(frozen=True)
class Fault:
    """One way to break the contract, or, with nothing in ``breaks``, one way to keep it.

    ``breaks`` is the exact set of clauses that the contract says it breaks.
    """

    name: str
    sentence: str
    breaks: frozenset[str]
    apply: Change
    scene: Scene = Scene()


def fault(name: str, sentence: str, breaks: Iterable[str], apply: Change, scene: Scene = Scene()) -> Fault:
    """Return a fault that breaks exactly these clauses."""
    return Fault(name, sentence, frozenset(breaks), apply, scene)


def variant(name: str, sentence: str, apply: Change, scene: Scene = Scene()) -> Fault:
    """Return what breaks nothing."""
    return Fault(name, sentence, frozenset(), apply, scene)


def lasting(name: str, sentence: str, breaks: Iterable[str], apply: Change, scene: Scene = Scene()) -> Fault:
    """Return a fault of every listing: when it breaks a MUST, the second answer does not conform either."""
    clauses = set(breaks)
    if any(BY_ID[clause].level is Level.MUST for clause in clauses):
        clauses |= {"http.repeatable", *(("auth.missing", "auth.invalid") if scene.public else ())}
    return Fault(name, sentence, frozenset(clauses), apply, scene)


def same(_request: Request, reply: Reply) -> Reply:
    """Change nothing: the scene alone makes the difference."""
    return reply


def on(kinds: Iterable[str], change: Callable[[Reply], Reply]) -> Change:
    """Return a change of the replies to these kinds of request."""
    kinds = tuple(kinds)
    return lambda request, reply: change(reply) if request.kind in kinds else reply


def instead(kinds: Iterable[str], other: Reply) -> Change:
    """Return a change that answers these kinds with another reply."""
    return on(kinds, lambda _: other)


def second(change: Callable[[Reply], Reply]) -> Change:
    """Return a change of the second answer to the documented request only."""
    return lambda request, reply: change(reply) if request.kind == "list" and request.times == 1 else reply


def status(code: int) -> Callable[[Reply], Reply]:
    """Return a change of the status alone."""
    return lambda reply: replace(reply, status=code, reason=None)


def header(name: str, value: str | None) -> Callable[[Reply], Reply]:
    """Return a change of one header field; None takes it away."""
    return lambda reply: reply.with_header(name, value)


def is_list(reply: Reply) -> bool:
    """Whether a reply of the conforming mock holds the list."""
    return reply.status == 200 and KEY.encode() in reply.body  # noqa: PLR2004 - the documented status


def body(change: Callable[[bytes], bytes]) -> Change:
    """Return a change of the bytes of every listing.

    Faults can be combined: a listing in which an earlier one left nothing to change stays as it is.
    """

    def changed(_: Request, reply: Reply) -> Reply:
        try:
            return replace(reply, body=change(reply.body)) if is_list(reply) else reply
        except (AttributeError, LookupError, TypeError, ValueError):
            return reply

    return changed


def value(change: Callable[[Any], Any]) -> Change:
    """Return a change of the decoded value of every listing."""
    return body(lambda content: json.dumps(change(json.loads(content))).encode())


def elements(change: Callable[[list[Any]], list[Any] | None]) -> Change:
    """Return a change of the list in every listing, in place or by a new one."""

    def changed(root: Any) -> Any:
        new = change(root[KEY])
        return {**root, KEY: root[KEY] if new is None else new}

    return value(changed)


def member(name: str, new: Any, index: int = 0) -> Change:
    """Return a change of one member of one element; MISSING takes it away."""

    def changed(items: list[Any]) -> None:
        if new is MISSING:
            del items[index][name]
        else:
            items[index][name] = new

    return elements(changed)


def in_last_of_many(name: str, new: Any) -> Change:
    """Return a change of the last element of a thousand."""

    def changed(_: list[Any]) -> list[Any]:
        items: list[Any] = generated(MANY)
        if new is MISSING:
            del items[-1][name]
        else:
            items[-1][name] = new
        return items

    return elements(changed)


class _Missing:
    """The type of MISSING."""


MISSING = _Missing()


def literal(*texts: str) -> Change:
    """Return a change of literals, each followed by the new one, in every listing: what values cannot express.

    The last that is found is replaced.
    """

    def changed(content: bytes) -> bytes:
        for old, new in zip(texts[::2], texts[1::2], strict=True):
            before, found, after = content.decode().rpartition(old)
            content = (before + new + after).encode() if found else content
        return content

    return body(changed)


def html(code: int = 200) -> Reply:
    """Return a page for people."""
    page = b"<!doctype html><title>Oops</title><p>Something happened."
    return Reply(code, page, (("Content-Type", "text/html; charset=utf-8"),))


def error(code: int, content: Any = None) -> Reply:
    """Return a documented error."""
    return json_reply({"error": "no"} if content is None else content, code)
