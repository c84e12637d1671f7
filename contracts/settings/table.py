"""The table of settings: one dataclass whose fields carry option, variable, help and trust."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from enum import StrEnum
from typing import Any

from contracts.core.contract import DEFAULT, Policy
from contracts.settings import values


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
        return self.read is values.flag

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
        return self.read not in (values.header, values.variables, values.policy)

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
        if self.read in (values.age, values.size) and isinstance(value, int):
            return values.in_units(value, values.AGES if self.read is values.age else values.SIZES)
        return f"{value:g}" if isinstance(value, float) else str(value)


def _setting(default: Any, read: Callable[[str], Any], text: str, metavar: str | None = None, **more: Any) -> Any:
    return field(default=default, metadata={"setting": Setting(read, text, metavar, default, **more)})


def _flag(text: str, **more: Any) -> Any:
    return _setting(False, values.flag, text, **more)  # noqa: FBT003 - what holds of a flag that nobody gives


def _report(text: str, metavar: str = "FILE") -> Any:
    return _setting(None, values.text, text, metavar, group=Group.REPORTS, trust=Trust.INSIDE)


_NEVER, _SAID = {"trust": Trust.NEVER}, {"trust": Trust.SAID}
_BEFORE, _NETWORK = {"group": Group.BEFORE}, {"group": Group.NETWORK}
_ACCESS, _TARGETS = {"group": Group.ACCESS, **_NEVER}, {"group": Group.TARGETS, **_NEVER}


@dataclass(frozen=True)
class Settings:
    """The effective settings, for each where its value came from, and those by which a file narrows the run."""

    target: str | None = _setting(
        None, values.text, "the endpoint; a bare host means https", "URL", variable="SCALINGO_API_URL"
    )
    contract: str = _setting(
        DEFAULT, values.text, "the resource whose contract is judged, such as event-types", "NAME", **_SAID
    )
    mock: bool = _flag("judge the embedded mock instead of a target", **_NEVER)
    clause: tuple[str, ...] = _setting(
        (), values.text, "judge only this clause or those with this prefix; repeatable", "ID", unset="all", **_SAID
    )
    strict: bool = _flag("let a breached SHOULD clause fail the run")
    auth: Policy = _setting(  # noqa: RUF009 - a field, as the others are
        Policy.EITHER,
        values.policy,
        "what requests without valid credentials must meet: either (401 or the list), required (401), public (200)",
        "POLICY",
        **_SAID,
    )
    allow_empty: bool = _flag("accept an empty list, which leaves nothing to judge in it", **_SAID)
    unsafe_methods: bool = _flag("also send POST, PUT, PATCH and DELETE to a live target", **_NEVER)
    probe_rate_limit: bool = _flag("also exceed the rate limit: up to 121 requests at once", **_NEVER)
    deviations: str | None = _setting(
        None, values.text, "a file of known deviations, each with reason and expiry", "FILE", **_SAID
    )
    implementation: str = _setting("", values.text, "vendor, product and version of the target, for reports", "TEXT")
    name: str = _setting("", values.name, "what the reports call the target", "NAME")
    environment: str = _setting("", values.text, "where the target runs, such as staging, for reports", "TEXT")

    baseline: str | None = _setting(
        None, values.text, "a snapshot, result or bundle of before: what breaks it fails the run", "FILE", **_BEFORE
    )
    accept: str | None = _setting(
        None, values.text, "a file of exceptions to it, each with reason and expiry", "FILE", **_BEFORE, **_SAID
    )
    fail_on: str = _setting(
        "breaking", values.impact, "the least impact that fails: breaking, visible or additive", "IMPACT", **_BEFORE
    )
    max_age: int | None = _setting(
        None, values.age, "fail on what is older, such as 12h or 30d", "AGE", unset="any age", **_BEFORE
    )

    header_env: tuple[tuple[str, str], ...] = _setting(
        (),
        values.header,
        "send a header field whose value is in a variable, such as X-Gateway-Key=GATEWAY_KEY; repeatable",
        "NAME=VARIABLE",
        **_ACCESS,
    )
    client_cert: str | None = _setting(
        None, values.text, "the certificate that the suite shows to the target, PEM", "FILE", **_ACCESS
    )
    client_key: str | None = _setting(
        None, values.text, "its key, PEM without a password", "FILE", unset="in the same file", **_ACCESS
    )
    ca_bundle: str | None = _setting(
        None, values.text, "certificates to trust, PEM", "FILE", unset="those that the machine trusts", **_ACCESS
    )
    auth_url: str | None = _setting(
        None,
        values.text,
        "where SCALINGO_API_TOKEN is exchanged for a bearer token",
        "URL",
        unset="Scalingo's service, for Scalingo's hosts only",
        **_ACCESS,
    )
    allow_plain_http: bool = _flag("accept a plain-HTTP target: the token travels in clear", **_ACCESS)

    timeout: float = _setting(
        10.0, values.seconds, "seconds for an answer, from the first byte to the last", "SECONDS", **_NETWORK
    )
    deadline: float = _setting(90.0, values.seconds, "seconds for the whole run", "SECONDS", **_NETWORK)
    wait: float = _setting(
        0.0, values.pause, "seconds in which a target that starts late may begin to listen", "SECONDS", **_NETWORK
    )
    settle: float = _setting(
        5.0, values.pause, "seconds before a list that changed meanwhile is observed again", "SECONDS", **_NETWORK
    )
    repeat: int = _setting(1, values.repeat, "how often the list is asked for again, 1 to 20", "N", **_NETWORK)
    retries: int = _setting(
        4, values.retries, "retries of a request that a limit or a gateway answered, 0 to 4", "N", **_NETWORK
    )
    concurrency: int = _setting(
        4, values.concurrency, "requests under way at once, 1 to 16; 1: one after the other", "N", **_NETWORK
    )
    max_requests: int | None = _setting(
        None, values.count, "requests that a run may send", "N", unset="those planned and some for retries", **_NETWORK
    )
    max_body: int = _setting(
        4 * 2**20, values.size, "largest body that is read, inflated; 4MiB are 40,000 categories", "SIZE", **_NETWORK
    )
    seed: int | None = _setting(
        None,
        values.seed,
        "what decides on the made-up token, path and parameter; the report holds it",
        "NUMBER",
        unset="a new one in each run",
        **_NETWORK | _NEVER,
    )

    targets: str | None = _setting(
        None, values.text, "judge the targets of a file, each a [[target]]", "FILE", **_TARGETS
    )
    tag: tuple[str, ...] = _setting(
        (), values.text, "of them only those with this tag; repeatable: any of these", "TAG", unset="all", **_TARGETS
    )
    only: tuple[str, ...] = _setting(
        (), values.name, "of them only the one of this name; repeatable", "NAME", unset="all", **_TARGETS
    )
    token_variables: tuple[str, ...] = _setting(
        values.TOKEN_VARIABLES,
        values.variables,
        "the variables that the file may name; * stands for any characters; repeatable",
        "PATTERN",
        **_TARGETS,
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
        """The file of each report that was asked for, by the name of its setting."""
        given = {setting.name: getattr(self, setting.name) for setting in of(Group.REPORTS)}
        return {name: file for name, file in given.items() if file is not None}

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
