"""The settings as options of pytest: their names, and how what is said of them reads there."""

import re
from typing import TYPE_CHECKING

import pytest

from contracts.settings.table import SEVERAL, TABLE

if TYPE_CHECKING:
    from contracts.pytest_plugin.several import Session
    from contracts.run import Run

#: What a session judges, as soon as something has asked for it.
RUN: pytest.StashKey["Run | Session"] = pytest.StashKey()
#: The settings that pytest offers.
OFFERED = tuple(setting for setting in (*TABLE, *SEVERAL) if setting.in_pytest)
# The option --contract has the prefix in itself.
_PREFIXED = [setting.option[2:] for setting in OFFERED if setting.name != "contract"]
_OPTION = re.compile(rf"(?<![\w-])--(?=(?:{'|'.join(_PREFIXED)})(?![\w-]))")


class ContractWarning(UserWarning):
    """Something is wrong that does not fail the run: a SHOULD clause is breached, and the run is not strict."""


def add_options(parser: pytest.Parser) -> None:
    """Offer every setting as an option; the prefix keeps them apart from those of pytest and of other plugins."""
    group = parser.getgroup("event categories contract")
    for setting in OFFERED:
        keywords = {"action": "append" if setting.many else "store", "metavar": setting.metavar}
        if setting.is_flag:
            keywords = {"action": "store_const", "const": True}  # type: ignore[dict-item]
        name, dest = in_pytest(setting.option), f"contract_{setting.name}"
        group.addoption(name, dest=dest, default=None, help=in_pytest(setting.help), **keywords)


def in_pytest(text: str) -> str:
    """Return the text with the options of the command line as pytest names them."""
    return _OPTION.sub("--contract-", text)
