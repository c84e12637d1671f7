"""The table of settings: one dataclass whose fields carry option, variable, help and trust.

A setting is read from the text that a person writes: what cannot be used is a ValueError that says what is wanted.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from enum import StrEnum
from functools import partial
from typing import Any, TypeVar

from contracts.core.contract import DEFAULT, Policy

_Choice = TypeVar("_Choice", bound=str)


class Group(StrEnum):
    """What a setting is about: the group in which ``--help`` and the documentation have it."""

    JUDGED = "what is judged"
    BEFORE = "what was there before"
    ACCESS = "access"
    NETWORK = "network"
    TARGETS = "targets"
    REPORTS = "reports"


class Trust(StrEnum):
    """What a file of the working directory may do with a setting: it may be anybody's, a pull request's for one."""

    FREE = "yes"
    #: It leaves less to be judged, so that the run has to say it.
    SAID = "yes, and the run says so"
    #: It names what is written, which has to lie in the working directory.
    INSIDE = "yes, within the working directory"
    #: It leads a secret somewhere, does harm, or must not be foreseen.
    NEVER = "no"


_TRUE, _FALSE = ("1", "true", "yes", "on"), ("0", "false", "no", "off", "")
#: In what a size and an age are written, in bytes and in seconds, the largest first.
_SIZES = {"GiB": 2**30, "MiB": 2**20, "KiB": 2**10, "B": 1}
_AGES = {"d": 86400, "h": 3600, "m": 60}
#: An hour is more than any run needs, in seconds.
_HOUR = 3600.0
#: The variables that a file of targets may name where nobody says anything else: those that are made for this suite.
TOKEN_VARIABLES = ("BEARER_TOKEN", "SCALINGO_API_TOKEN", "CONTRACTS_TOKEN_*")
#: The fields that the suite itself sends, that frame a message, or that carry a login.
_RESERVED = {
    *("accept", "accept-encoding", "authorization", "connection", "content-length", "content-type", "cookie", "expect"),
    *("host", "proxy-authorization", "te", "trailer", "transfer-encoding", "upgrade", "user-agent"),
}


def _matching(pattern: str, wanted: str) -> Callable[[str], str]:
    """Return what reads a text of a form, which ``wanted`` says in words."""

    def read(text: str) -> str:
        if not re.fullmatch(pattern, text, re.DOTALL):
            raise ValueError(wanted)
        return text

    return read


as_text = _matching(r".+", "something, not nothing")
#: A name that can be that of a folder on every system, and of a suite in every dashboard.
as_name = _matching(
    # What stands first is what Windows takes for a device and not for a file.
    r"(?!(?i:CON|PRN|AUX|NUL|COM[0-9]|LPT[0-9])(?:\.|\Z))[A-Za-z0-9](?:[A-Za-z0-9._-]{0,62}[A-Za-z0-9_-])?",
    "a name of at most 64 letters, digits, dots, dashes and underscores that can name a folder",
)
#: A pattern for the names of variables.
as_pattern = _matching(r"[A-Za-z_*][A-Za-z0-9_*]*", "the name of a variable, in which * may stand for any characters")


def as_pause(text: str) -> float:
    """Return a number of seconds to wait, which may be none."""
    try:
        seconds = float(text)
    except ValueError:
        raise ValueError("a number of seconds") from None
    if not 0 <= seconds <= _HOUR:
        raise ValueError("seconds, from 0 to 3600")
    return seconds


def as_seconds(text: str) -> float:
    """Return a number of seconds of which a run may need as many."""
    if not (seconds := as_pause(text)):
        raise ValueError("seconds, more than 0 and at most 3600")
    return seconds


def as_age(text: str) -> int:
    """Return an age in seconds; a number alone counts days."""
    if not (match := re.fullmatch(r"([1-9][0-9]{0,5})([dhm]?)", text)):
        raise ValueError("an age in days, or in minutes or hours, such as 30, 12h or 90m")
    return int(match[1]) * _AGES[match[2] or "d"]


def as_size(text: str) -> int:
    """Return a number of bytes."""
    match = re.fullmatch(r"(?i)([0-9]{1,15})\s*(GiB|MiB|KiB|B)?", text)
    if not match or not int(match[1]):
        raise ValueError("a size such as 1048576, 512KiB or 32MiB")
    units = {unit.lower(): number for unit, number in _SIZES.items()}
    return int(match[1]) * units[(match[2] or "B").lower()]


def as_flag(text: str) -> bool:
    """Return whether something is on."""
    if text.lower() not in _TRUE + _FALSE:
        raise ValueError("true or false")
    return text.lower() in _TRUE


def as_header(text: str) -> tuple[str, str]:
    """Return the name of a header field and of the variable that holds its value."""
    name, sign, variable = text.partition("=")
    if not (sign and re.fullmatch(r"[A-Za-z0-9_-]+", name) and re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", variable)):
        raise ValueError("NAME=VARIABLE, the name of a header field and of an environment variable")
    if name.lower() in _RESERVED:
        raise ValueError(f"another field than {name}, which the suite itself sends or which frames a message")
    return name, variable


def _whole(least: int, most: int) -> Callable[[str], int]:
    """Return what reads a whole number between these, both included."""

    def read(text: str) -> int:
        if not re.fullmatch(r"[0-9]{1,20}", text) or not least <= int(text) <= most:
            raise ValueError(f"a whole number from {least} to {most}")
        return int(text)

    return read


def _one_of(*choices: _Choice) -> Callable[[str], _Choice]:
    """Return what reads one of these."""
    *others, last = choices

    def read(text: str) -> _Choice:
        if text not in choices:
            raise ValueError(f"{', '.join(others)} or {last}")
        return choices[choices.index(text)]

    return read


as_policy = _one_of(*Policy)
as_impact = _one_of("breaking", "visible", "additive")


@dataclass(frozen=True)
class Setting:
    """One setting: ``read`` turns text into its value, and says in a ValueError what it wants instead.

    ``unset`` says what holds where there is neither a value nor a default.
    """

    read: Callable[[str], Any]
    help: str
    metavar: str | None
    default: Any
    name: str = ""
    group: Group = Group.JUDGED
    trust: Trust = Trust.FREE
    variable: str = ""
    unset: str = "none"

    @property
    def option(self) -> str:
        """The option on the command line."""
        return "--" + self.name.replace("_", "-")

    @property
    def environment(self) -> str:
        """The environment variable."""
        return self.variable or f"CONTRACTS_{self.name.upper()}"

    @property
    def variables(self) -> tuple[str, ...]:
        """All environment variables that hold the setting: one with a name of its own keeps to the rule, too."""
        return tuple(dict.fromkeys((self.environment, f"CONTRACTS_{self.name.upper()}")))

    @property
    def is_flag(self) -> bool:
        """Whether the option takes no value."""
        return self.read is as_flag

    @property
    def is_input(self) -> bool:
        """Whether it names a file that is read."""
        return self.metavar == "FILE" and self.trust is not Trust.INSIDE

    @property
    def is_repeatable(self) -> bool:
        """Whether it takes any number of values."""
        return isinstance(self.default, tuple)

    @property
    def is_quoted(self) -> bool:
        """Whether a value that cannot be used is shown: where a name belongs, somebody may have written the token."""
        return self.read not in (as_header, as_pattern, as_policy)

    @property
    def in_pytest(self) -> bool:
        """Whether the pytest plugin knows it: what fails no item would be read as a pass there."""
        return self.group in (Group.JUDGED, Group.ACCESS, Group.NETWORK)

    def show(self, value: Any) -> str:
        """Return a value as a person would write it."""
        if isinstance(value, tuple):
            value = ", ".join("=".join(item) if isinstance(item, tuple) else item for item in value)
        if value is None or value == "":
            return self.unset
        if isinstance(value, bool):
            return str(value).lower()
        if self.read in (as_age, as_size) and isinstance(value, int):
            units = _AGES if self.read is as_age else _SIZES
            return next(f"{value // number}{unit}" for unit, number in units.items() if value % number == 0)
        return f"{value:g}" if isinstance(value, float) else str(value)


def _setting(default: Any, read: Callable[[str], Any], text: str, metavar: str | None = None, **more: Any) -> Any:
    return field(default=default, metadata={"setting": Setting(read, text, metavar, default, **more)})


def _flag(text: str, **more: Any) -> Any:
    return _setting(False, as_flag, text, **more)  # noqa: FBT003 - what holds of a flag that nobody gives


def _report(text: str, metavar: str = "FILE") -> Any:
    return _setting(None, as_text, text, metavar, group=Group.REPORTS, trust=Trust.INSIDE)


_before, _network = (partial(_setting, group=group) for group in (Group.BEFORE, Group.NETWORK))
_access, _targets = (partial(_setting, group=group, trust=Trust.NEVER) for group in (Group.ACCESS, Group.TARGETS))
_NEVER, _SAID = {"trust": Trust.NEVER}, {"trust": Trust.SAID}


@dataclass(frozen=True)
class Settings:
    """The effective settings, for each where its value came from, and those by which a file narrows the run."""

    target: str | None = _setting(
        None, as_text, "the endpoint; a bare host means https", "URL", variable="SCALINGO_API_URL"
    )
    contract: str = _setting(
        DEFAULT, as_text, "the resource whose contract is judged, such as event-types", "NAME", **_SAID
    )
    mock: bool = _flag("judge the embedded mock instead of a target", **_NEVER)
    clause: tuple[str, ...] = _setting(
        (), as_text, "judge only this clause or those with this prefix; repeatable", "ID", unset="all", **_SAID
    )
    strict: bool = _flag("let a breached SHOULD clause fail the run")
    auth: Policy = _setting(  # noqa: RUF009 - a field, as the others are
        Policy.EITHER,
        as_policy,
        "what requests without valid credentials must meet: either (401 or the list), required (401), public (200)",
        "POLICY",
        **_SAID,
    )
    allow_empty: bool = _flag("accept an empty list, which leaves nothing to judge in it", **_SAID)
    unsafe_methods: bool = _flag("also send POST, PUT, PATCH and DELETE to a live target", **_NEVER)
    probe_rate_limit: bool = _flag("also exceed the rate limit: up to 121 requests at once", **_NEVER)
    deviations: str | None = _setting(
        None, as_text, "a file of known deviations, each with reason and expiry", "FILE", **_SAID
    )
    implementation: str = _setting("", as_text, "vendor, product and version of the target, for reports", "TEXT")
    name: str = _setting("", as_name, "what the reports call the target", "NAME")
    environment: str = _setting("", as_text, "where the target runs, such as staging, for reports", "TEXT")

    baseline: str | None = _before(
        None, as_text, "a snapshot, result or bundle of before: what breaks it fails the run", "FILE"
    )
    accept: str | None = _before(
        None, as_text, "a file of exceptions to it, each with reason and expiry", "FILE", **_SAID
    )
    fail_on: str = _before(
        "breaking", as_impact, "the least impact that fails: breaking, visible or additive", "IMPACT"
    )
    max_age: int | None = _before(None, as_age, "fail on what is older, such as 12h or 30d", "AGE", unset="any age")

    header_env: tuple[tuple[str, str], ...] = _access(
        (),
        as_header,
        "send a header field whose value is in a variable, such as X-Gateway-Key=GATEWAY_KEY; repeatable",
        "NAME=VARIABLE",
    )
    client_cert: str | None = _access(None, as_text, "the certificate that the suite shows to the target, PEM", "FILE")
    client_key: str | None = _access(None, as_text, "its key, PEM without a password", "FILE", unset="in the same file")
    ca_bundle: str | None = _access(
        None, as_text, "certificates to trust, PEM", "FILE", unset="those that the machine trusts"
    )
    auth_url: str | None = _access(
        None,
        as_text,
        "where SCALINGO_API_TOKEN is exchanged for a bearer token",
        "URL",
        unset="Scalingo's service, for Scalingo's hosts only",
    )
    allow_plain_http: bool = _flag(
        "accept a plain-HTTP target: the token travels in clear", group=Group.ACCESS, **_NEVER
    )

    timeout: float = _network(10.0, as_seconds, "seconds for an answer, from the first byte to the last", "SECONDS")
    deadline: float = _network(90.0, as_seconds, "seconds for the whole run", "SECONDS")
    wait: float = _network(0.0, as_pause, "seconds in which a target that starts late may begin to listen", "SECONDS")
    settle: float = _network(5.0, as_pause, "seconds before a list that changed meanwhile is observed again", "SECONDS")
    repeat: int = _network(1, _whole(1, 20), "how often the list is asked for again, 1 to 20", "N")
    retries: int = _network(4, _whole(0, 4), "retries of a request that a limit or a gateway answered, 0 to 4", "N")
    concurrency: int = _network(4, _whole(1, 16), "requests under way at once, 1 to 16; 1: one after the other", "N")
    max_requests: int | None = _network(
        None, _whole(1, 999_999), "requests that a run may send", "N", unset="those planned and some for retries"
    )
    max_body: int = _network(
        4 * 2**20, as_size, "largest body that is read, inflated; 4MiB are 40,000 categories", "SIZE"
    )
    seed: int | None = _network(
        None,
        _whole(0, 2**64 - 1),
        "what decides on the made-up token, path and parameter; the report holds it",
        "NUMBER",
        unset="a new one in each run",
        **_NEVER,
    )

    targets: str | None = _targets(None, as_text, "judge the targets of a file, each a [[target]]", "FILE")
    tag: tuple[str, ...] = _targets(
        (), as_text, "of them only those with this tag; repeatable: any of these", "TAG", unset="all"
    )
    only: tuple[str, ...] = _targets((), as_name, "of them only the one of this name; repeatable", "NAME", unset="all")
    token_variables: tuple[str, ...] = _targets(
        TOKEN_VARIABLES,
        as_pattern,
        "the variables that the file may name; * stands for any characters; repeatable",
        "PATTERN",
    )

    reports: str | None = _report("write the following but the metrics into a folder, under their usual names", "DIR")
    json: str | None = _report("write the canonical result, schemas/report.schema.json")
    junit: str | None = _report("write JUnit XML, one test case per clause, named after it")
    html: str | None = _report("write one self-contained page")
    markdown: str | None = _report("write a summary for a pull request")
    badge: str | None = _report("write a shields.io endpoint")
    har: str | None = _report("write the masked exchanges as HAR 1.2")
    bundle: str | None = _report("write all of them in one archive for `contracts audit`", "FILE.zip")
    metrics: str | None = _report("write OpenMetrics text for a node exporter's textfile folder")

    config: str | None = field(default=None, compare=False)
    origins: Mapping[str, str] = field(default_factory=dict, compare=False)
    narrowed: tuple[str, ...] = field(default=(), compare=False)

    @property
    def outputs(self) -> dict[str, str]:
        """The file of each report that was asked for by its own option, by the name of the setting."""
        names = [setting.name for setting in of(Group.REPORTS) if setting.name != "reports"]
        return {name: file for name in names if (file := getattr(self, name)) is not None}

    @property
    def inputs(self) -> tuple[str, ...]:
        """Every file that is read, that of ``--config`` included."""
        named = (getattr(self, setting.name) for setting in TABLE if setting.is_input)
        return tuple(file for file in (self.config, *named) if file)

    def shown(self) -> dict[str, tuple[str, str]]:
        """Return every setting that a run depends on as text, with its origin."""
        return {
            setting.name: (setting.show(getattr(self, setting.name)), self.origins.get(setting.name, "default"))
            for setting in OF_A_RUN
        }


#: Every setting, in the order in which they are told.
TABLE = tuple(replace(each.metadata["setting"], name=each.name) for each in fields(Settings) if each.metadata)
BY_NAME = {setting.name: setting for setting in TABLE}


def of(*groups: Group) -> tuple[Setting, ...]:
    """Return the settings of some groups."""
    return tuple(setting for setting in TABLE if setting.group in groups)


#: What a run depends on: neither where its reports go, nor which targets of a file are judged.
OF_A_RUN = of(Group.JUDGED, Group.BEFORE, Group.ACCESS, Group.NETWORK)
