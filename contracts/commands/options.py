"""The settings as options of a command, and back."""

import argparse
import os
from collections.abc import Container
from typing import Any

from contracts.core.contract import DEFAULT, Contract
from contracts.resources import contract_of
from contracts.settings.table import BY_NAME, OUTPUTS, SEVERAL, TABLE, Setting


def add(parser: argparse.ArgumentParser, *, without: Container[str] = ()) -> None:
    """Declare an option for every setting but those without, and but the target, which is an argument."""
    for setting in TABLE:
        if setting.name in without:
            continue
        if setting.name == "target":
            parser.add_argument("target", nargs="?", metavar=setting.metavar, help=_help(setting))
        elif setting.is_flag:
            # None, not False: an option that was not given leaves the word to the environment and the file.
            parser.add_argument(setting.option, action="store_const", const=True, help=_help(setting))
        else:
            action = "append" if setting.many else "store"
            parser.add_argument(setting.option, action=action, metavar=setting.metavar, help=_help(setting))


def add_several(parser: argparse.ArgumentParser) -> None:
    """Declare the options that name a file of targets, and those that choose among them."""
    for setting in SEVERAL:
        action = "append" if setting.many else "store"
        parser.add_argument(setting.option, action=action, metavar=setting.metavar, help=_help(setting))


def add_contract(parser: argparse.ArgumentParser) -> None:
    """Declare the option by which a command that does not judge a target knows its contract."""
    setting = BY_NAME["contract"]
    parser.add_argument(setting.option, metavar=setting.metavar, help=_help(setting))


def contract(options: argparse.Namespace) -> Contract:
    """Return the contract that a command is about: that of its option, of the environment, or the default.

    Raises:
        UsageError: there is no contract of that name.
    """
    setting = BY_NAME["contract"]
    return contract_of(options.contract or os.environ.get(setting.environment) or DEFAULT)


def given(options: argparse.Namespace) -> dict[str, Any]:
    """Return the settings that were given as options, by name."""
    return {setting.name: getattr(options, setting.name, None) for setting in (*TABLE, *SEVERAL, *OUTPUTS)}


def _help(setting: Setting) -> str:
    return f"{setting.help} [{setting.environment}]".replace("%", "%%")
