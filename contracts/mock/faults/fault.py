"""What a fault is, and the few ways in which one takes hold of a reply.

Faults are written for every resource: what they need of the one that is served stands in the request that the mock
received. ``{text}`` and ``{name}`` in a literal are the display name and the name of the second element.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from contracts.core.contract import LIST, Policy
from contracts.mock.reply import Change, Received, Reply, json_reply

#: Another reply, or what makes one for a request.
Other = Reply | Callable[[Received], Reply]

#: How elements are changed: in place, or into a new list.
ChangeOfList = Callable[[list[Any]], list[Any] | None]

#: The probes that the conforming mock answers with the list.
LISTED = (LIST, "xml", "unknown-query")
#: The probes whose status and header must agree when the list is answered in another way.
DOCUMENTED = (LIST, "head", "unknown-query")
REFUSED = ("anonymous", "invalid-token")
MANY = 1000
#: In ``breaks``: the clause by which the root has the list, whose id ends with the name of the resource.
ENVELOPE_LIST = "envelope.*"


@dataclass(frozen=True)
class Scenario:
    """How a run is arranged around a fault.

    ``policy`` is the suite's, ``auth`` says who gets the list of the mock, ``burst`` that the rate limit is probed.
    ``tls`` (trusted or untrusted) makes the mock a live https target called ``host``, whose cleartext endpoint answers
    as ``plaintext`` changes it, or not at all.
    """

    policy: Policy = Policy.EITHER
    auth: str = "optional"
    burst: bool = False
    tls: str = ""
    host: str = "api.contracts.test"
    plaintext: Change | None = None


@dataclass(frozen=True)
class Fault:
    """One way to break the contract, or, with nothing in ``breaks``, one way to keep it.

    ``breaks`` is the exact set of clauses that the contract says it breaks. An ``unlisted`` fault leaves no list in any
    answer, so that the catalogue adds the clauses by which another answer has to hold one.
    """

    name: str
    sentence: str
    breaks: frozenset[str]
    apply: Change
    scenario: Scenario = Scenario()
    unlisted: bool = False


def fault(name: str, sentence: str, breaks: Iterable[str], apply: Change, scenario: Scenario = Scenario()) -> Fault:
    """Return a fault that breaks exactly these clauses."""
    return Fault(name, sentence, frozenset(breaks), apply, scenario)


def variant(name: str, sentence: str, apply: Change, scenario: Scenario = Scenario()) -> Fault:
    """Return what breaks nothing."""
    return Fault(name, sentence, frozenset(), apply, scenario)


def unlisted(name: str, sentence: str, breaks: Iterable[str], apply: Change, scenario: Scenario = Scenario()) -> Fault:
    """Return a fault that leaves no list in any answer: the others have to hold one as well."""
    return Fault(name, sentence, frozenset(breaks), apply, scenario, unlisted=True)


def same(_received: Received, reply: Reply) -> Reply:
    """Change nothing: the scenario alone makes the difference."""
    return reply


def on(probes: Iterable[str], change: Callable[[Reply], Reply]) -> Change:
    """Return a change of the replies to these probes."""
    probes = tuple(probes)
    return lambda received, reply: change(reply) if received.probe in probes else reply


def instead(probes: Iterable[str], other: Other) -> Change:
    """Return a change that answers these probes with another reply."""
    probes = tuple(probes)
    change = wholly(other)
    return lambda received, reply: change(received, reply) if received.probe in probes else reply


def wholly(other: Other) -> Change:
    """Return a change of a reply into another one."""
    return lambda received, _: other if isinstance(other, Reply) else other(received)


def second(change: Change) -> Change:
    """Return a change of every second answer to the documented request: one difference alone would be no proof."""
    return lambda received, reply: change(received, reply) if received.probe == LIST and received.times % 2 else reply


def listed(count: int, **changes: Any) -> Callable[[Received], Reply]:
    """Return what makes a reply with a list of so many elements, some of whose members are changed, None removed."""

    def reply(received: Received) -> Reply:
        elements = [{**element, **changes} for element in received.sample.elements(count)]
        kept = [{name: member for name, member in e.items() if name not in changes or changes[name]} for e in elements]
        return json_reply(received.sample.root(kept))

    return reply


def status(code: int) -> Callable[[Reply], Reply]:
    """Return a change of the status alone."""
    return lambda reply: replace(reply, status=code, reason=None)


def header(name: str, value: str | None) -> Callable[[Reply], Reply]:
    """Return a change of one header field; None takes it away."""
    return lambda reply: reply.with_header(name, value)


def is_list(received: Received, reply: Reply) -> bool:
    """Whether a reply of the conforming mock holds the list."""
    is_other = received.path in received.sample.others
    return reply.status == 200 and received.sample.contract.key.encode() in reply.body and not is_other  # noqa: PLR2004


def body(change: Callable[[bytes], bytes]) -> Change:
    """Return a change of the bytes of every list.

    Faults can be combined: a list in which an earlier one left nothing to change stays as it is.
    """

    def changed(received: Received, reply: Reply) -> Reply:
        try:
            return replace(reply, body=change(reply.body)) if is_list(received, reply) else reply
        except (AttributeError, LookupError, TypeError, ValueError):
            return reply

    return changed


def value(change: Callable[[Any, str], Any]) -> Change:
    """Return a change of the decoded value of every list, given with the key of the list."""

    def changed(received: Received, reply: Reply) -> Reply:
        key = received.sample.contract.key
        return body(lambda content: json.dumps(change(json.loads(content), key)).encode())(received, reply)

    return changed


def elements(change: ChangeOfList) -> Change:
    """Return a change of the elements of every list."""
    return value(lambda root, key: {**root, key: _changed(root[key], change)})


def of_many(change: ChangeOfList) -> Change:
    """Return a change of a list of a thousand elements, which takes the place of every list."""

    def changed(received: Received, reply: Reply) -> Reply:
        return elements(lambda _: _changed(received.sample.elements(MANY), change))(received, reply)

    return changed


def _changed(items: list[Any], change: ChangeOfList) -> list[Any]:
    new = change(items)
    return items if new is None else new


def member(name: str, new: Any, index: int = 0) -> Change:
    """Return a change of one member of one element; MISSING takes it away."""
    return elements(_member(name, new, index))


def in_last_of_many(name: str, new: Any) -> Change:
    """Return a change of one member of the last element of a thousand; MISSING takes it away."""
    return of_many(_member(name, new, -1))


def _member(name: str, new: Any, index: int) -> ChangeOfList:
    def changed(items: list[Any]) -> None:
        if new is MISSING:
            del items[index][name]
        else:
            items[index][name] = new

    return changed


class _Missing:
    """The type of MISSING."""


MISSING = _Missing()


def literal(*texts: str) -> Change:
    """Return a change of literals, each followed by the new one, in every list: what values cannot express.

    The last that is found is replaced.
    """

    def changed(received: Received, reply: Reply) -> Reply:
        def replaced(content: bytes) -> bytes:
            for old, new in zip(texts[::2], texts[1::2], strict=True):
                before, found, after = content.decode().rpartition(of_second(old, received))
                content = (before + of_second(new, received) + after).encode() if found else content
            return content

        return body(replaced)(received, reply)

    return changed


def of_second(literal: str, received: Received) -> str:
    """Return a literal with the texts of the second element in it."""
    second_element = received.sample.second
    return literal.replace("{text}", second_element["display_name"]).replace("{name}", second_element["name"])


def html(code: int = 200) -> Reply:
    """Return a page for people."""
    page = b"<!doctype html><title>Oops</title><p>Something happened."
    return Reply(code, page, (("Content-Type", "text/html; charset=utf-8"),))


def error(code: int, content: Any = None) -> Reply:
    """Return a documented error."""
    return json_reply({"error": "no"} if content is None else content, code)


def text_member(name: str, element: str, clause: str, required: str, also: tuple[str, ...] = ()) -> tuple[Fault, ...]:
    """Return the faults of a member that is to be a non-empty string, in words that call its owner an ``element``.

    ``clause`` asks that it is a text, ``required`` that it is there; a value of another type breaks ``also`` those.
    """
    shown = name.replace("_", "-")
    typed, last = [clause, *also], f"The last {element} of a thousand"
    return (
        fault(f"{shown}-missing", f"A {element} lacks {name}.", [required], member(name, MISSING)),
        fault(f"{shown}-null", f"A {element} has null as {name}.", [clause], member(name, None)),
        fault(f"{shown}-empty", f"A {element} has an empty {name}.", [clause], member(name, "")),
        fault(f"{shown}-number", f"A {element} has a number as {name}.", typed, member(name, 7)),
        fault(f"{shown}-boolean", f"A {element} has false as {name}.", typed, member(name, new=False)),
        fault(f"{shown}-object", f"A {element} has an object as {name}.", typed, member(name, {"$oid": "5982"})),
        fault(f"{shown}-array", f"A {element} has an array as {name}.", typed, member(name, ["a"])),
        fault(f"{shown}-missing-in-last-of-many", f"{last} lacks {name}.", [required], in_last_of_many(name, MISSING)),
        fault(f"{shown}-number-in-last-of-many", f"{last} has a number as {name}.", typed, in_last_of_many(name, 7)),
    )
