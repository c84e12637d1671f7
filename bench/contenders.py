"""Who is measured against whom: commands that start a whole process each, and what they sent."""

import json
import os
import sys
import tempfile
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from bench import subject
from bench.links import Link
from bench.samples import CouldNotMeasure, run, seconds_of
from bench.server import PATH, TOKEN

OURS, ONE_BY_ONE = "contracts verify", "contracts verify --concurrency 1"
SCRIPT, ONCE, SCHEMATHESIS = "the script, same requests", "the script, one request", "schemathesis run"

#: Of what the suite sent, the fields that the script sends, too; requests adds its own as usual.
_SENT = ("accept", "content-type", "authorization")
#: What a shell holds for another use; nothing of it reaches a contender.
_FOREIGN = ("BEARER_TOKEN", "CONTRACTS_", "SCALINGO_", "SCHEMATHESIS_", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")

#: A request as the server saw it: method, target, header fields in lower case.
Request = tuple[str, str, dict[str, str]]


@dataclass(frozen=True)
class Contender:
    """A command that asks the server, and what it is given on standard input."""

    name: str
    command: list[str]
    given: str = field(default="", repr=False)

    def seconds(self) -> float:
        """Run it once, in an empty folder, and return how long a user has waited."""
        with tempfile.TemporaryDirectory() as folder:
            return seconds_of(lambda: run(self.command, environment(), folder, self.given))

    def requests(self, link: Link) -> list[Request]:
        """Run it once, and return the requests that the server could read; this also warms what is read from disk."""
        before = link.log.stat().st_size
        self.seconds()
        with link.log.open("rb") as log:
            log.seek(before)
            return [tuple(json.loads(line)) for line in log]


def environment() -> dict[str, str]:
    """Return the environment of a contender: that of the bench without what is meant for another target."""
    foreign = {name for name in os.environ if name.startswith(_FOREIGN) or name.lower().endswith("_proxy")}
    return {**{name: os.environ[name] for name in os.environ if name not in foreign}, "BEARER_TOKEN": TOKEN}


def contenders(link: Link) -> tuple[tuple[Contender, ...], dict[str, int]]:
    """Return all contenders on a link, and how many requests each sends.

    Raises:
        CouldNotMeasure: the suite and the script do not send the same requests: a comparison would say nothing.
    """
    ours = suite(link)
    sent = {contender.name: contender.requests(link) for contender in ours}
    same, once = script(SCRIPT, link, sent[OURS]), script(ONCE, link, sent[OURS][:1])
    others = (same, once, schemathesis(link))
    sent |= {contender.name: contender.requests(link) for contender in others}
    if essence(sent[OURS]) != essence(sent[SCRIPT]):
        raise CouldNotMeasure(
            "the suite and the script do not send the same requests: the comparison would say nothing"
        )
    return (*ours, *others), {name: len(requests) for name, requests in sent.items()}


def suite(link: Link) -> tuple[Contender, ...]:
    """Return ``contracts verify`` as it comes and, where it has that option, one request after the other."""
    trust = ["--ca-bundle", link.authority] if link.authority else []
    verify = [subject.COMMAND, "verify", link.address, *trust]
    plain = Contender(OURS, verify)
    return (plain, Contender(ONE_BY_ONE, [*verify, "--concurrency", "1"])) if _has_concurrency() else (plain,)


def script(name: str, link: Link, requests: list[Request]) -> Contender:
    """Return the script that sends the given requests."""
    command = [sys.executable, str(Path(__file__).with_name("script.py")), link.address]
    return Contender(name, [*command, link.authority] if link.authority else command, json.dumps(_plan(requests)))


def schemathesis(link: Link) -> Contender:
    """Return ``schemathesis run`` as it comes, on the categories of the OpenAPI document, the same each time."""
    program = str(Path(sys.executable).with_name("schemathesis"))
    command = [program, "run", str(subject.OPENAPI), "--url", link.address, "--include-path", PATH]
    trust = ["--tls-verify", link.authority] if link.authority else []
    return Contender(SCHEMATHESIS, [*command, "--header", f"Authorization: Bearer {TOKEN}", "--seed", "1", *trust])


@cache
def _has_concurrency() -> bool:
    with tempfile.TemporaryDirectory() as folder:
        return "--concurrency" in run([subject.COMMAND, "verify", "--help"], environment(), folder).stdout


def _plan(requests: list[Request]) -> list[Request]:
    return [(method, target, {k: v for k, v in fields.items() if k in _SENT}) for method, target, fields in requests]


def essence(requests: list[Request]) -> list[Any]:
    """Return what has to agree, in an order of its own: concurrent requests come as they come."""
    return sorted((method, target, sorted(fields.items())) for method, target, fields in _plan(requests))
