"""The settings as options of a command, and back."""

import argparse
from typing import Any

from contracts.settings import OUTPUTS, TABLE, Setting


def add(parser: argparse.ArgumentParser) -> None:
    """Declare an option for every setting but the target, which is an argument."""
    for setting in TABLE:
        if setting.name == "target":
            parser.add_argument("target", nargs="?", metavar=setting.metavar, help=_help(setting))
        elif setting.is_flag:
            # None, not False: an option that was not given leaves the word to the environment and the file.
            parser.add_argument(setting.option, action="store_const", const=True, help=_help(setting))
        else:
            action = "append" if setting.many else "store"
            parser.add_argument(setting.option, action=action, metavar=setting.metavar, help=_help(setting))


def given(options: argparse.Namespace) -> dict[str, Any]:
    """Return the settings that were given as options, by name."""
    return {setting.name: getattr(options, setting.name) for setting in (*TABLE, *OUTPUTS)}


def _help(setting: Setting) -> str:
    return f"{setting.help} [{setting.environment}]".replace("%", "%%")
