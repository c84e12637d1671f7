"""The settings as options of pytest: their names, and how what is said of them reads there."""

import re
from typing import Any, Literal

import pytest

from contracts.core.text import plain
from contracts.settings.table import BY_NAME, TABLE

#: The session, as soon as something has asked for it.
SESSION: pytest.StashKey[Any] = pytest.StashKey()
#: What xdist hands to a worker: the folder in which the workers of a session share what one of them observed.
FOLDER = "contract_folder"
#: The settings that pytest offers, and where it writes the reports.
OFFERED = (*(setting for setting in TABLE if setting.in_pytest), BY_NAME["reports"])
#: What a project may say of its target in its own configuration of pytest.
IN_FILE = ("target", "mock", "contract")
_PREFIX = "--contract-"
# The option --contract has the prefix in itself.
_PREFIXED = [setting.option[2:] for setting in OFFERED if setting.name != "contract"]
_OPTION = re.compile(rf"(?<![\w-])--(?=(?:{'|'.join(_PREFIXED)})(?![\w-]))")


def add_options(parser: pytest.Parser) -> None:
    """Offer every setting as an option; the prefix keeps them apart from those of pytest and of other plugins."""
    group = parser.getgroup("event categories contract")
    for setting in OFFERED:
        keywords = {"action": "append" if setting.is_repeatable else "store", "metavar": setting.metavar}
        if setting.is_flag:
            keywords = {"action": "store_const", "const": True}
        name, dest = in_pytest(setting.option), f"contract_{setting.name}"
        group.addoption(name, dest=dest, default=None, help=in_pytest(setting.help), **keywords)
    for name in IN_FILE:
        setting = BY_NAME[name]
        kind: Literal["bool", "string"] = "bool" if setting.is_flag else "string"
        parser.addini(_ini(name), in_pytest(setting.help), type=kind, default=None)


def refuse_unknown(parser: pytest.Parser, arguments: list[str]) -> None:
    """Refuse an option with the prefix that nobody knows; pytest would show it whole, and its value may be a secret.

    Raises:
        pytest.UsageError: there is one.
    """
    if not any(argument.startswith(_PREFIX) for argument in arguments):
        return
    for argument in parser.parse_known_and_unknown_args(arguments)[1]:
        if argument.startswith(_PREFIX):
            from contracts.settings.sources import no_option  # noqa: PLC0415 - 4 ms, and only for this mistake

            known = [in_pytest(setting.option) for setting in OFFERED]
            raise pytest.UsageError(in_pytest(no_option(argument.partition("=")[0], known)))


def value_of(config: pytest.Config, name: str) -> object:
    """Return the value of a setting: that of the option, else that of the configuration of pytest, else None."""
    given = config.getoption(f"contract_{name}")
    return config.getini(_ini(name)) or None if given is None and name in IN_FILE else given


def in_pytest(text: str) -> str:
    """Return the text with the options of the command line as pytest names them."""
    return _OPTION.sub(_PREFIX, "\n".join(map(plain, text.split("\n"))))


def _ini(name: str) -> str:
    return "contract" if name == "contract" else f"contract_{name}"
