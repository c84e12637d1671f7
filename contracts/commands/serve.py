"""``contracts serve``: the mock in the foreground, until it is told to stop."""

import argparse
import signal
import sys
import threading
from collections.abc import Iterator
from types import FrameType
from typing import TYPE_CHECKING, Any

from contracts.commands import output, writing
from contracts.core.contract import PER_MINUTE, Contract
from contracts.core.errors import UsageError
from contracts.core.text import plain
from contracts.mock.faults import Scenario, catalogue_of
from contracts.mock.reply import sample_of
from contracts.mock.server import MockServer, elements_from
from contracts.network.dial import is_loopback
from contracts.settings.sources import hint

if TYPE_CHECKING:
    from contracts.mock.faults import Fault
    from contracts.mock.reply import Received, Reply

STATUSES = "exit status: 0 stopped; 2 usage"

_MOST = 1_000_000


def add(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    output.add_named(parser, "contract")
    parser.add_argument("--port", type=int, default=0, metavar="PORT", help="default: any free one")
    parser.add_argument("--host", default="127.0.0.1", metavar="HOST", help="default: 127.0.0.1")
    parser.add_argument("--expose", action="store_true", help="let --host be an address that other machines reach")
    parser.add_argument(
        "--auth",
        choices=("optional", "required", "public"),
        help="who gets the list: also who has no token but none with a wrong one (optional, the default), only who has "
        "the token (required), everybody (public)",
    )
    parser.add_argument("--rate-limit", type=_count, metavar="N", help="answer 429 beyond N requests a minute")
    parser.add_argument(
        "--elements", "--categories", metavar="N|FILE", help="N made-up elements, or those of a JSON file"
    )
    parser.add_argument("--fault", action="append", default=[], metavar="NAME", help="break the contract; repeatable")
    parser.add_argument(
        "--list-faults",
        nargs="?",
        const="",
        metavar="CLAUSE",
        help="list the faults and conforming variants, or the faults of one clause, and stop",
    )
    parser.add_argument("-v", "--verbose", action="store_true", help="log every request on standard error")


def run(options: argparse.Namespace) -> int:
    """Serve until SIGINT or SIGTERM. Returns 0."""
    contract = output.contract(options)
    if options.list_faults is not None:
        writing.say(sys.stdout, "".join(f"{line}\n" for line in _listed(options.list_faults, contract)))
        return 0
    if not options.expose and not is_loopback(options.host):
        raise UsageError(
            f"--host {options.host!r}: the mock serves this machine alone; --expose lets other machines reach it"
        )
    server = _server(options, contract)
    stopped = threading.Event()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        stopped.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    with server:
        writing.say(sys.stdout, f"{server.url}\nBEARER_TOKEN={server.token}\nSCALINGO_API_TOKEN={server.api_token}\n")
        writing.say(sys.stderr, f"judge it: BEARER_TOKEN={server.token} contracts verify {server.url}\n")
        stopped.wait()
    writing.say(sys.stderr, "stopped\n")
    return 0


def _server(options: argparse.Namespace, contract: Contract) -> MockServer:
    chosen = [_fault(name, contract) for name in options.fault]
    scenarios = [fault.scenario for fault in chosen]
    auth = options.auth or next((s.auth for s in scenarios if s.auth != Scenario.auth), Scenario.auth)
    limit = options.rate_limit or (PER_MINUTE if any(scenario.burst for scenario in scenarios) else None)
    try:
        return MockServer(
            sample_of(contract),
            host=options.host,
            port=options.port,
            auth=auth,
            rate_limit=limit,
            elements=_elements(options.elements, contract),
            faults=(*(fault.apply for fault in chosen), *(_log,) * options.verbose),
        )
    except (OSError, OverflowError) as error:
        raise UsageError(f"cannot listen on {options.host}:{options.port}: {error}") from None


def _log(request: "Received", reply: "Reply") -> "Reply":
    query = f"?{request.query}" if request.query else ""
    writing.say(sys.stderr, plain(f"{request.method} {request.path}{query} -> {reply.status}") + "\n")
    return reply


def _fault(name: str, contract: Contract) -> "Fault":
    known = catalogue_of(contract).by_name
    if name not in known:
        instead = hint(name, known) or "; `contracts serve --list-faults` lists them"
        raise UsageError(f"there is no fault {name[:80]!r}{instead}")
    if known[name].scenario.tls:
        raise UsageError(f"{name} needs a live https target; `contracts prove` arranges one")
    return known[name]


def _listed(clause: str, contract: Contract) -> Iterator[str]:
    catalogue = catalogue_of(contract)
    ids = {chosen.id for chosen in contract.select((clause,) if clause else ())}
    yield "faults, each with the clauses that it breaks"
    for fault in catalogue.faults:
        if ids & fault.breaks:
            yield from ("", f"  {fault.name}: {fault.sentence}", f"    breaks {', '.join(sorted(fault.breaks))}")
    if not clause:
        yield from ("", "conforming variants, which break nothing", "")
        yield from (f"  {variant.name}: {variant.sentence}" for variant in catalogue.variants)
        yield from ("", "null responders, which give nothing to judge", "")
        yield from (f"  {responder.name}: {responder.sentence}" for responder in catalogue.null_responders)


def _count(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text[:9]) <= _MOST:
        raise argparse.ArgumentTypeError(f"{text[:40]!r} is no whole number from 1 to {_MOST:,}")
    return int(text)


def _elements(wanted: str | None, contract: Contract) -> list[dict[str, Any]] | None:
    if wanted is None:
        return None
    if not wanted.isdecimal():
        return elements_from(wanted, contract.key)
    if int(wanted[:9]) > _MOST:
        raise UsageError(f"--elements: {wanted[:40]} are more than {_MOST:,}")
    return sample_of(contract).elements(int(wanted))
