"""A target of several: what a file of targets says of it, and what became of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from contracts.core.contract import DEFAULT
from contracts.core.report import Identity, Report, Verdict


@dataclass(frozen=True)
class Entry:
    """One ``[[target]]``.

    ``token`` and ``api_token`` are the names of variables; the rate limit is an account's: all targets of one share it.
    ``settings`` are those that the entry has for itself; the others are left to those of all targets.
    """

    name: str
    url: str
    token: str = ""
    api_token: str = ""
    contract: str = DEFAULT
    account: str = ""
    tags: tuple[str, ...] = ()
    environment: str = ""
    vendor: str = ""
    product: str = ""
    version: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def variables(self) -> tuple[str, ...]:
        """Every variable that it names: what these hold is a secret."""
        named = (self.token, self.api_token, *(variable for _, variable in self.settings.get("header_env", ())))
        return tuple(filter(None, named))

    @property
    def account_key(self) -> str:
        """The account whose requests a minute these are: as stated, else that of the token, else the target alone."""
        return self.account or self.token or self.api_token or self.name

    @property
    def identity(self) -> Identity:
        """What a report calls this target."""
        return Identity(self.name, self.vendor, self.product, self.version, self.environment)


@dataclass(frozen=True)
class Judged:
    """What became of a target: its report, or why one is ``missing``."""

    entry: Entry
    report: Report | None
    missing: str = ""

    @property
    def verdict(self) -> Verdict:
        """The verdict on the target; without a report nothing was judged."""
        return self.report.verdict if self.report else Verdict.INCONCLUSIVE

    @property
    def conclusion(self) -> str:
        """The verdict in a word, as a report has it."""
        return self.report.conclusion if self.report else self.verdict.value

    @property
    def status(self) -> int:
        """The exit status that this target alone would give."""
        return self.report.status if self.report else self.verdict.status
