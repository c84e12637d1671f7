"""What every test of this project shares: the plugin of the suite, on the embedded mock."""

import os
import signal
from pathlib import Path

import pytest

from contracts.settings.table import BY_NAME

# Named here, too: the tests of the door run without the entry points of other plugins, and so without its own.
pytest_plugins = ["contracts.pytest_plugin"]

_CONTRACT = Path(__file__).parent / "contract"
#: What a shell may hold for another use: a test of this project reads none of it.
_FOREIGN = ("BEARER_TOKEN", "CONTRACTS_", "SCALINGO_")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Here --target is short for --contract-target."""
    parser.addoption("--target", dest="contract_target", metavar="URL", help="the same as --contract-target")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Test the project on the embedded mock; the contract alone is judged on what somebody names.

    Raises:
        pytest.UsageError: the contract alone is asked for, and the environment has a target that no option names.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # a job in the background, whose processes would inherit it
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if config.rootpath != _CONTRACT.parents[1] or config.option.contract_target or config.option.contract_mock:
        return
    led = next((name for name in BY_NAME["target"].variables if os.environ.get(name)), None)
    if not _is_contract_alone(config):
        for name in [name for name in os.environ if name.startswith(_FOREIGN)]:
            del os.environ[name]
    elif led:
        raise pytest.UsageError(
            f"{led} is set, and pytest does not follow it: say --target URL to judge an endpoint, or --contract-mock "
            "to judge the embedded mock"
        )
    config.option.contract_mock = True


def _is_contract_alone(config: pytest.Config) -> bool:
    """Whether the items of the contract are named on the command line, and not only the project that holds them."""
    for argument in config.args:
        path = (config.invocation_params.dir / argument.partition("::")[0]).resolve()
        if path.is_relative_to(_CONTRACT) or argument.startswith("contracts.suite"):
            return True
    return False
