"""The command line: ``contracts COMMAND``; ``python -m contracts`` is the same. Each command is a module."""

import argparse
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module
from typing import NoReturn

from contracts import __version__
from contracts.core.errors import ContractsError, UsageError

USAGE, INCONCLUSIVE, FAULT = 2, 3, 4

COMMANDS = {
    "verify": "judge a target by every clause",
    "check": "judge a JSON body, an HTTP response or a HAR file",
    "explain": "tell the clauses, or one of them whole",
    "prove": "show that every clause can fail",
    "serve": "run the mock in the foreground",
    "audit": "judge a bundle again, offline",
}

_STATUSES = """\
exit status: 0 conforms; 1 violates; 2 usage or configuration; 3 inconclusive: the target could not be judged;
4 a fault of the suite itself
environment: BEARER_TOKEN, or SCALINGO_API_TOKEN, which is exchanged for one. Never an option: others can read those.
"""


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(USAGE, f"{self.prog}: {message}; see {self.prog} --help\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit status."""
    arguments = sys.argv[1:] if arguments is None else arguments
    try:
        return _run(arguments)
    except UsageError as error:
        return _say(str(error), USAGE)
    except ContractsError as error:
        return _say(str(error), INCONCLUSIVE)
    except KeyboardInterrupt:
        return _say("interrupted: nothing was judged", INCONCLUSIVE)
    except BrokenPipeError:
        # Whoever read the output has gone; the exit status must not pretend that all was said.
        with suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAULT
    except Exception as error:  # noqa: BLE001 - a traceback may show what was sent
        if os.environ.get("CONTRACTS_TRACEBACK"):
            import traceback  # noqa: PLC0415 - for the curious only

            traceback.print_exc()
        return _say(f"a fault of the suite itself: {type(error).__name__}; CONTRACTS_TRACEBACK=1 shows where", FAULT)


def _run(arguments: Sequence[str]) -> int:
    parser = _Parser("contracts", description=__doc__, epilog=_STATUSES, formatter_class=_formatter)
    parser.add_argument("--version", action="version", version=f"contracts {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND", parser_class=_Parser)
    wanted = next((argument for argument in arguments if not argument.startswith("-")), None)
    for name, text in COMMANDS.items():
        command = commands.add_parser(name, help=text, description=text, epilog=_STATUSES, formatter_class=_formatter)
        if name == wanted:  # the others are named, not imported
            import_module(f"contracts.commands.{name}").add(command)
    options = parser.parse_args(arguments)
    status: int = import_module(f"contracts.commands.{options.command}").run(options)
    return status


def _formatter(prog: str) -> argparse.HelpFormatter:
    return argparse.RawDescriptionHelpFormatter(prog, width=100, max_help_position=32)


def _say(message: str, status: int) -> int:
    line = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in message)
    with suppress(OSError):
        sys.stderr.write(f"contracts: {line}\n")
    return status


if __name__ == "__main__":
    sys.exit(main())
