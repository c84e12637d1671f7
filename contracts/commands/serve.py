"""``contracts serve``: the mock in the foreground, until it is told to stop."""

import argparse
import signal
import sys
import threading
from types import FrameType
from typing import Any

from contracts.core.errors import UsageError
from contracts.event_categories.probes import PER_MINUTE

_MOST = 1_000_000


def add(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--port", type=int, default=0, metavar="PORT", help="default: any free one")
    parser.add_argument("--host", default="127.0.0.1", metavar="HOST", help="default: 127.0.0.1")
    parser.add_argument(
        "--auth", choices=("required", "public"), default="required", help="whether the list asks for the token"
    )
    parser.add_argument("--rate-limit", type=_count, metavar="N", help="answer 429 beyond N requests a minute")
    parser.add_argument("--categories", metavar="N|FILE", help="N made-up categories, or those of a JSON file")
    parser.add_argument("--fault", action="append", default=[], metavar="NAME", help="break the contract; repeatable")
    parser.add_argument("--list-faults", action="store_true", help="list the faults and stop")


def run(options: argparse.Namespace) -> int:
    """Serve until SIGINT or SIGTERM. Returns 0."""
    from contracts.mock.faults import BY_NAME  # noqa: PLC0415 - only this command needs the catalogue
    from contracts.mock.server import MockServer  # noqa: PLC0415

    if options.list_faults:
        for fault in BY_NAME.values():
            print(f"{fault.name:<44} {fault.sentence}")  # noqa: T201
        return 0
    for name in options.fault:
        if name not in BY_NAME:
            raise UsageError(f"there is no fault {name!r}; `contracts serve --list-faults` lists them")
        if BY_NAME[name].scene.tls:
            raise UsageError(f"{name} needs a live https target; `contracts prove` arranges one")
    scenes = [BY_NAME[name].scene for name in options.fault]
    public = options.auth == "public" or any(scene.public for scene in scenes)
    limit = options.rate_limit or (PER_MINUTE if any(scene.burst for scene in scenes) else None)
    stopped = threading.Event()
    try:
        server = MockServer(
            host=options.host,
            port=options.port,
            auth="public" if public else "required",
            rate_limit=limit,
            categories=_categories(options.categories),
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


def _count(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text[:9]) <= _MOST:
        raise argparse.ArgumentTypeError(f"{text[:40]!r} is no whole number from 1 to {_MOST:,}")
    return int(text)


def _categories(wanted: str | None) -> list[dict[str, Any]] | None:
    from contracts.mock.server import categories_from, generated  # noqa: PLC0415 - only this command needs them

    if wanted is None:
        return None
    if not wanted.isdecimal():
        return categories_from(wanted)
    if int(wanted[:9]) > _MOST:
        raise UsageError(f"--categories: {wanted[:40]} are more than {_MOST:,}")
    return generated(int(wanted))
