"""``contracts serve``: the mock in the foreground, until it is told to stop."""

import argparse
import signal
import sys
import threading
from types import FrameType

from contracts.core.errors import UsageError


def add(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--port", type=int, default=0, metavar="PORT", help="default: any free one")
    parser.add_argument("--host", default="127.0.0.1", metavar="HOST", help="default: 127.0.0.1")
    parser.add_argument(
        "--auth", choices=("required", "public"), default="required", help="whether the list asks for the token"
    )
    parser.add_argument("--rate-limit", type=int, metavar="N", help="answer 429 beyond N requests a minute")
    parser.add_argument("--categories", metavar="N|FILE", help="N made-up categories, or those of a JSON file")
    parser.add_argument("--fault", action="append", default=[], metavar="NAME", help="break the contract; repeatable")
    parser.add_argument("--list-faults", action="store_true", help="list the faults and stop")


def run(options: argparse.Namespace) -> int:
    """Serve until SIGINT or SIGTERM. Returns 0."""
    from contracts.mock.faults import BY_NAME  # noqa: PLC0415 - only this command needs the catalogue
    from contracts.mock.server import MockServer, categories_from, generated  # noqa: PLC0415

    if options.list_faults:
        for fault in BY_NAME.values():
            print(f"{fault.name:<44}{fault.sentence}")  # noqa: T201
        return 0
    unknown = [name for name in options.fault if name not in BY_NAME]
    if unknown:
        raise UsageError(f"there is no fault {unknown[0]!r}; `contracts serve --list-faults` lists them")
    wanted = options.categories
    categories = None if not wanted else generated(int(wanted)) if wanted.isdecimal() else categories_from(wanted)
    stopped = threading.Event()
    try:
        server = MockServer(
            host=options.host,
            port=options.port,
            auth=options.auth,
            rate_limit=options.rate_limit,
            categories=categories,
            faults=tuple(BY_NAME[name].apply for name in options.fault),
        )
    except (OSError, OverflowError) as error:
        raise UsageError(f"cannot listen on {options.host}:{options.port}: {error}") from None

    def stop(_signal: int, _frame: FrameType | None) -> None:
        stopped.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    with server:
        print(f"{server.url}\nBEARER_TOKEN={server.token}\nSCALINGO_API_TOKEN={server.api_token}", flush=True)  # noqa: T201
        stopped.wait()
    print("stopped", file=sys.stderr)  # noqa: T201
    return 0
