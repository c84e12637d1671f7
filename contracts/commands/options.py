"""The settings as options of a command, and back."""

import argparse
import os
from collections.abc import Container
from typing import Any

from contracts.core.contract import DEFAULT, Contract
from contracts.resources import contract_of
from contracts.settings.sources import CONFIG
from contracts.settings.table import BY_NAME, TABLE, Group, Setting

#: What stands above the options of a group.
_NOTES = {
    Group.BEFORE: "hold the run against a baseline, as before a release",
    Group.ACCESS: "for private networks and gateways; tokens come only from the environment",
    Group.NETWORK: "how the target is asked",
    Group.TARGETS: "the targets of a file in place of one",
    Group.REPORTS: "a FILE of - is standard output",
}


def add(parser: argparse.ArgumentParser, *groups: Group, without: Container[str] = ()) -> None:
    """Declare an option for each setting of these groups but those without; the target is an argument."""
    for group in groups:
        title = parser.add_argument_group(group.value, _NOTES.get(group))
        for setting in TABLE:
            if setting.group is group and setting.name not in without:
                _declare(title, setting)


def add_named(parser: argparse.ArgumentParser, *names: str) -> None:
    """Declare the options of single settings, outside their groups."""
    for name in names:
        _declare(parser, BY_NAME[name])


def add_config(parser: argparse.ArgumentParser) -> None:
    """Declare the option that names the file of settings."""
    parser.add_argument("--config", metavar="FILE", help=f"read the settings from this file [{CONFIG}]")


def contract(options: argparse.Namespace) -> Contract:
    """Return the contract that a command is about: that of its option, of the environment, or the default.

    Raises:
        UsageError: there is no contract of that name.
    """
    setting = BY_NAME["contract"]
    return contract_of(options.contract or os.environ.get(setting.environment) or DEFAULT)


def given(options: argparse.Namespace) -> dict[str, Any]:
    """Return the settings that were given as options, by name, and the file of settings."""
    return {name: getattr(options, name, None) for name in (*BY_NAME, "config")}


def describe(setting: Setting) -> str:
    """Return what a setting is for, with what holds where nobody says it."""
    return setting.help if setting.is_flag else f"{setting.help}; default: {setting.show(setting.default)}"


def _declare(parser: "argparse._ActionsContainer", setting: Setting) -> None:
    text = f"{describe(setting)} [{setting.environment}]".replace("%", "%%")
    if setting.name == "target":
        parser.add_argument("target", nargs="?", metavar=setting.metavar, help=text)
    elif setting.is_flag:
        # None, not False: an option that was not given leaves the word to the environment and the file.
        parser.add_argument(setting.option, action="store_const", const=True, help=text)
    else:
        action = "append" if setting.is_repeatable else "store"
        parser.add_argument(setting.option, action=action, metavar=setting.metavar, help=text)
