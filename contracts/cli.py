"""The command line: ``contracts COMMAND``; ``python -m contracts`` is the same. Each command is a module."""

import argparse
import os
import sys
import textwrap
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module
from typing import TYPE_CHECKING, Any, NoReturn

from contracts import __version__
from contracts.commands import streams
from contracts.core.errors import ContractsError, IncompleteError, UsageError

if TYPE_CHECKING:
    from _typeshed import SupportsWrite

USAGE, INCONCLUSIVE, FAULT = 2, 3, 4

COMMANDS = {
    "verify": "judge a target by every clause",
    "check": "judge a JSON body, an HTTP response or a HAR file",
    "explain": "list the clauses, or describe one",
    "prove": "show that every clause can fail",
    "serve": "run the mock in the foreground",
    "audit": "re-check a bundle offline",
    "snapshot": "keep what a target lists, to be compared with what comes",
    "merge": "put the bundles of several runs together",
    "compare": "tell what two observations differ in, and who notices",
}

_DESCRIPTION = "Does an endpoint keep the documented contract of Scalingo's event categories?"
_STATUSES = """\
exit status: 0 conforms; 1 violates; 2 usage or configuration; 3 inconclusive: the target could not be judged; \
4 a fault of the suite itself

environment: BEARER_TOKEN, or SCALINGO_API_TOKEN, which is exchanged for one. A token is never an option: others can \
read those.
"""


class _Formatter(argparse.HelpFormatter):
    """Wraps to the terminal, and keeps the paragraphs of a text apart."""

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        paragraphs = (textwrap.fill(part, width, initial_indent=indent) for part in text.strip().split("\n\n"))
        return "\n\n".join(paragraphs)


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line, and takes no abbreviation: tomorrow it could mean another option."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        # argparse makes the parsers of commands, and a later Python gives them more (3.14: color).
        options.setdefault("formatter_class", _Formatter)
        options.setdefault("allow_abbrev", False)
        super().__init__(*arguments, **options)

    def _print_message(self, message: str, file: "SupportsWrite[str] | None" = None) -> None:
        # argparse passes over a stream that cannot be written, and would exit with 0.
        to_stderr = file is sys.stderr
        streams.write(sys.stderr if to_stderr else sys.stdout, message)

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message}; see {self.prog} --help")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit status."""
    streams.open_missing()
    arguments = sys.argv[1:] if arguments is None else arguments
    try:
        return _run(arguments)
    except KeyboardInterrupt:
        return _say("interrupted: nothing was judged", INCONCLUSIVE)
    except streams.StreamError as error:
        streams.close_output()  # the exit status must not pretend that all was said
        return _say(f"standard output cannot be written: {error}", FAULT)
    except ContractsError as error:
        return _say(str(error), USAGE if isinstance(error, UsageError) else INCONCLUSIVE)
    except IncompleteError as error:
        return _say(f"a fault of the suite itself: {error}", FAULT)
    except Exception as error:  # noqa: BLE001 - a traceback may show what was sent
        if os.environ.get("CONTRACTS_TRACEBACK"):
            import traceback  # for the curious only

            traceback.print_exc()
        return _say(f"a fault of the suite itself: {type(error).__name__}; CONTRACTS_TRACEBACK=1 shows where", FAULT)


def command() -> NoReturn:
    """Be the command of that name: end the process with the exit status that :func:`main` returns, and at once.

    All that was said is written by then. Taking every module apart takes a fifth of the time of a run against a target
    nearby. A profiler, or whatever else watches this process, gets its end.
    """
    status = main()
    if sys.gettrace() or sys.getprofile():
        sys.exit(status)
    os._exit(status)


def _run(arguments: Sequence[str]) -> int:
    parser = _Parser("contracts", description=_DESCRIPTION, epilog=_STATUSES)
    parser.add_argument("--version", action="version", version=f"contracts {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", parser_class=_Parser)
    wanted = next((argument for argument in arguments if not argument.startswith("-")), None)
    for name, text in COMMANDS.items():
        module = import_module(f"contracts.commands.{name}") if name == wanted else None  # the others are only named
        epilog = getattr(module, "STATUSES", _STATUSES)
        description = f"{text[0].upper()}{text[1:]}."
        command = commands.add_parser(name, help=text, description=description, epilog=epilog)
        if module:
            module.add(command)
    options = parser.parse_args(list(arguments))
    if options.command is None:
        streams.write(sys.stdout, parser.format_help())
        return USAGE
    status: int = import_module(f"contracts.commands.{options.command}").run(options)
    return status


def _say(message: str, status: int) -> int:
    from contracts.core.text import plain  # only where there is something to say

    with suppress(OSError, ValueError):
        sys.stderr.write(f"contracts: {plain(message)}\n")
        sys.stderr.flush()
    return status
