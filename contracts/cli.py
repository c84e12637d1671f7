"""The command line: ``contracts COMMAND``; ``python -m contracts`` is the same. Each command is a module."""

import argparse
import gc
import os
import re
import shutil
import signal
import sys
import textwrap
import traceback
from collections.abc import Iterable, Sequence
from importlib import import_module
from typing import Any, NoReturn

from contracts import __version__
from contracts.commands import writing
from contracts.core.errors import ContractsError, IncompleteError, UsageError
from contracts.core.text import plain
from contracts.masking.secrets import Secrets
from contracts.settings.sources import TOKENS, hint, no_option

USAGE, INCONCLUSIVE, FAULT = 2, 3, 4

COMMANDS = {
    "verify": "judge a target by every clause",
    "check": "judge a JSON body, an HTTP response or a HAR file",
    "explain": "list the clauses, or describe one",
    "prove": "show that every clause can fail",
    "serve": "run the mock in the foreground",
    "audit": "judge a bundle again, offline",
    "snapshot": "save a target's list as a baseline",
    "merge": "put the bundles of several runs together",
    "compare": "show what changed between two lists and which clients are affected",
}

_DESCRIPTION = "Does an endpoint keep the documented contract of Scalingo's event categories?"
_EXAMPLES = """\
contracts verify --mock
contracts verify api.osc-fr1.scalingo.com
contracts help verify
"""
_STATUSES = """\
exit status: 0 conforms; 1 violates; 2 usage or configuration; 3 inconclusive: the target could not be judged; \
4 a fault of the suite itself

environment: BEARER_TOKEN, or SCALINGO_API_TOKEN, which is exchanged for one. Tokens come only from the environment; \
other users can see command lines.
"""
#: An option where a line of the help explains it, and what Python 3.14 colours such a line with.
_OPTION_IN_HELP = re.compile(r"(?m)^  (?:-\w[^,]*, )?(--[a-z-]+)")
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line, and shows no value: somebody may have written a token in its place.

    It takes no abbreviation: tomorrow it could mean another option.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        # argparse makes the parsers of commands, and a later Python gives them more (3.14: color).
        options |= {"formatter_class": argparse.RawDescriptionHelpFormatter, "allow_abbrev": False}
        super().__init__(*arguments, **options)

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Refuse what is not known here, where the options that there are can be told."""
        options, left = super().parse_known_args(args, namespace)
        if left:
            known = _OPTION_IN_HELP.findall(_COLOUR.sub("", self.format_help()))
            self.error(_unknown(left, known))
        return options, left

    def print_help(self, file: Any = None) -> None:  # noqa: ARG002 - as argparse has it
        """Print the help; argparse would pass over a stream that cannot be written, and exit with 0."""
        writing.say(sys.stdout, self.format_help())

    def error(self, message: str) -> NoReturn:
        message = re.sub(r"invalid choice: .* \(choose from (.*)\)", r"must be one of \1", message, flags=re.DOTALL)
        message = re.sub(r"ignored explicit argument .*", "it takes no value", message, flags=re.DOTALL)
        message = re.sub(r"invalid \w+ value: .*", "must be a whole number", message, flags=re.DOTALL)
        raise UsageError(f"{message}{_more(message, self.prog)}")


def _unknown(left: Sequence[str], known: Iterable[str]) -> str:
    """Return in words that arguments are not understood, and which option was probably meant."""
    given = next((argument for argument in left if argument.startswith("-") and argument != "-"), None)
    if given is None:
        return "there are more arguments than it takes"
    name = given.partition("=")[0] if given.startswith("--") else given[:2]
    return no_option(name, known)


def _more(message: str, program: str) -> str:
    return f"{'' if message.endswith('?') else ';'} see {program} --help"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit status."""
    writing.open_missing()
    arguments = sys.argv[1:] if arguments is None else arguments
    try:
        return _run(arguments)
    except KeyboardInterrupt:
        return _say("interrupted: nothing was judged", INCONCLUSIVE)
    except writing.StreamError as error:
        # The exit status must not pretend that all was said.
        return _say(f"standard output cannot be written: {error}", FAULT)
    except ContractsError as error:
        return _say(str(error), USAGE if isinstance(error, UsageError) else INCONCLUSIVE)
    except IncompleteError as error:
        return _say(f"a fault of the suite itself: {error}", FAULT)
    except Exception as error:  # noqa: BLE001 - a traceback may show what was sent
        if os.environ.get("CONTRACTS_TRACEBACK"):
            traceback.print_exc()
        return _say(f"a fault of the suite itself: {type(error).__name__}; CONTRACTS_TRACEBACK=1 shows where", FAULT)


def command() -> NoReturn:
    """Be the command of that name: end the process with the exit status that :func:`main` returns.

    SIGTERM, by which a runner of CI ends a job, is what Ctrl-C is: what was judged by then is told.
    """
    if signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
        signal.signal(signal.SIGTERM, signal.default_int_handler)
    status = main()
    gc.freeze()  # else the collector goes through all that was loaded before the process ends: 35 ms
    sys.exit(status)


def _run(arguments: Sequence[str]) -> int:
    wanted = next((argument for argument in arguments if not argument.startswith("-")), None)
    if wanted == "help":
        arguments = [*[argument for argument in arguments if argument != "help"][:1], "--help"]
        wanted = arguments[0]
    parser = _parser(wanted)
    options = parser.parse_args(list(arguments))
    if options.version:
        writing.say(sys.stdout, f"contracts {__version__}\n")
        return 0
    if options.command is None:
        parser.print_help()
        return USAGE
    try:
        status: int = import_module(f"contracts.commands.{options.command}").run(options)
    except writing.Ended as end:
        return _say(str(end), end.status)
    return status


def _parser(wanted: str | None) -> _Parser:
    """Return the parser, with the options of the command that is wanted; the others are only named.

    Raises:
        UsageError: there is no such command.
    """
    if wanted and not wanted.startswith("-") and wanted not in COMMANDS:
        message = f"there is no such command{hint(wanted, COMMANDS)}"
        raise UsageError(f"{message}{_more(message, 'contracts')}")
    parser = _Parser("contracts", description=_DESCRIPTION, epilog=_epilog(_EXAMPLES, _STATUSES))
    parser.add_argument("--version", action="store_true", help="print the version and stop")
    commands = parser.add_subparsers(
        dest="command", metavar="COMMAND", help="`contracts help COMMAND` tells the options", parser_class=_Parser
    )
    for name, text in COMMANDS.items():
        module: Any = import_module(f"contracts.commands.{name}") if name == wanted else None
        epilog = _epilog(getattr(module, "EXAMPLES", ""), getattr(module, "STATUSES", _STATUSES))
        arguments = getattr(module, "ARGUMENTS", None)
        usage = f"contracts {name} [OPTION ...] {arguments}" if arguments else None
        description = f"{text[0].upper()}{text[1:]}."
        command = commands.add_parser(name, help=text, description=description, epilog=epilog, usage=usage)
        if module:
            module.add(command)
    return parser


def _epilog(examples: str, statuses: str) -> str:
    """Return what stands below the options: the examples as they are, and paragraphs as wide as the terminal."""
    width = max(shutil.get_terminal_size().columns - 2, 20)
    told = "\n\n".join(textwrap.fill(part, width) for part in statuses.split("\n\n"))
    return f"examples:\n\n{textwrap.indent(examples, '  ')}\n\n{told}" if examples else told


def _say(message: str, status: int) -> int:
    secrets = Secrets()
    for name in TOKENS:
        secrets.add(os.environ.get(name, ""), name)
    writing.say(sys.stderr, f"contracts: {plain(secrets.sweep(message))}\n")
    return status
