"""Settings: one table for every option, and the value that a run is given."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from contracts.core.contract import DEFAULT
from contracts.core.policy import Policy
from contracts.settings import values


@dataclass(frozen=True)
class Setting:
    """One setting: ``read`` turns text into its value, and says in a ValueError what it wants instead.

    A file of the working directory may be anybody's, a pull request's for one. ``in_file`` says whether it may hold
    the setting, ``narrows`` whether the setting leaves less to be judged, so that a run has to say it. ``in_pytest``
    says whether the pytest plugin knows it: what fails no item would be read as a pass there.
    """

    name: str
    read: Callable[[str], Any]
    help: str
    metavar: str | None = None
    variable: str = ""
    many: bool = False
    nothing: str = "none"
    in_file: bool = True
    narrows: bool = False
    in_pytest: bool = True

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


TABLE: tuple[Setting, ...] = (
    Setting("target", values.text, "the endpoint; a bare host means https", "URL", "SCALINGO_API_URL"),
    Setting(
        "contract",
        values.text,
        "the resource whose contract is judged, such as event-types",
        "NAME",
        narrows=True,
    ),
    Setting("mock", values.flag, help="judge the embedded mock instead of a target", in_file=False),
    Setting(
        "clause",
        values.text,
        "judge only this clause or those with this prefix; repeatable",
        "ID",
        many=True,
        nothing="all",
        narrows=True,
    ),
    Setting("strict", values.flag, help="let a breached SHOULD clause fail the run"),
    Setting(
        "auth",
        values.policy,
        "what requests without valid credentials must meet: either (401 or the list), required (401), public (200)",
        "POLICY",
        narrows=True,
    ),
    Setting(
        "allow_empty",
        values.flag,
        help="accept an empty list, which leaves nothing to judge in it",
        narrows=True,
    ),
    Setting(
        "unsafe_methods",
        values.flag,
        help="also send POST, PUT, PATCH and DELETE to a live target",
        in_file=False,
    ),
    Setting(
        "probe_rate_limit",
        values.flag,
        help="also exceed the rate limit: up to 121 requests at once",
        in_file=False,
    ),
    Setting("timeout", values.seconds, "seconds for an answer, from first to last byte", "SECONDS"),
    Setting("deadline", values.seconds, "seconds for the whole run", "SECONDS"),
    Setting(
        "retries", values.retries, "retries of a request after 429, 502, 503 and 504; of a connection at most 2", "N"
    ),
    Setting("concurrency", values.concurrency, "requests under way at once, 1 to 16; 1: one after the other", "N"),
    Setting("max_requests", values.count, "requests that a run may send; default: those planned and 16", "N"),
    Setting(
        "max_body",
        values.size,
        "largest body that is read, inflated; default 4MiB, which is 40,000 categories",
        "SIZE",
    ),
    Setting(
        "allow_plain_http",
        values.flag,
        help="accept a plain-HTTP target in a private network: the token travels in clear",
        in_file=False,
    ),
    Setting(
        "header_env",
        values.header,
        "send a header field whose value is in a variable, such as X-Gateway-Key=GATEWAY_KEY; repeatable",
        "NAME=VARIABLE",
        many=True,
        in_file=False,
    ),
    Setting(
        "client_cert", values.text, "the certificate that the suite shows to the target, PEM", "FILE", in_file=False
    ),
    Setting(
        "client_key", values.text, "its key, PEM without a password; default: in the same file", "FILE", in_file=False
    ),
    Setting("ca_bundle", values.text, "certificates to trust, a PEM file", "FILE", in_file=False),
    Setting(
        "auth_url",
        values.text,
        "where SCALINGO_API_TOKEN is exchanged for a bearer token",
        "URL",
        in_file=False,
    ),
    Setting(
        "deviations",
        values.text,
        "a file of known deviations, each with reason and expiry",
        "FILE",
        narrows=True,
    ),
    Setting(
        "baseline",
        values.text,
        "a snapshot, result or bundle of before: what breaks it fails the run",
        "FILE",
        in_pytest=False,
    ),
    Setting(
        "accept",
        values.text,
        "a file of exceptions to the baseline, each with reason and expiry",
        "FILE",
        narrows=True,
        in_pytest=False,
    ),
    Setting("implementation", values.text, "vendor, product and version of what is judged, for the report", "TEXT"),
    Setting("name", values.name, "what the reports call the target", "NAME"),
    Setting("environment", values.text, "where the target runs, such as staging, for the report", "TEXT"),
)

#: Which targets of a file are judged. The file says which token goes where: no file of the working directory names it.
SEVERAL: tuple[Setting, ...] = (
    Setting("targets", values.text, "judge the targets of a file, each a [[target]]", "FILE", in_file=False),
    Setting(
        "tag",
        values.text,
        "of them only those with this tag; repeatable: any of these",
        "TAG",
        many=True,
        in_file=False,
    ),
    Setting(
        "only",
        values.name,
        "of them only the one of this name; repeatable: any of these",
        "NAME",
        many=True,
        in_file=False,
    ),
)

#: Where a command writes its reports; a run does not depend on them.
OUTPUTS: tuple[Setting, ...] = (
    Setting("metrics", values.text, "write OpenMetrics text for a node exporter's textfile folder", "FILE"),
    Setting("reports", values.text, "write all of the following into a folder, under their usual names", "DIR"),
    Setting("json", values.text, "write the canonical result, schemas/report.schema.json", "FILE"),
    Setting("junit", values.text, "write JUnit XML, a testcase a clause", "FILE"),
    Setting("html", values.text, "write one self-contained page", "FILE"),
    Setting("markdown", values.text, "write a summary for a pull request", "FILE"),
    Setting("badge", values.text, "write a shields.io endpoint", "FILE"),
    Setting("har", values.text, "write the masked exchanges as HAR 1.2", "FILE"),
    Setting("bundle", values.text, "write all of them in one archive for `contracts audit`", "FILE.zip"),
)

BY_NAME = {setting.name: setting for setting in (*TABLE, *SEVERAL, *OUTPUTS)}


@dataclass(frozen=True)
class Settings:
    """The effective settings, for each where its value came from, and those by which a file narrows the run.

    ``outputs`` holds the file of each report that was asked for, by its name in OUTPUTS, ``several`` what is given of
    SEVERAL.
    """

    target: str | None = None
    contract: str = DEFAULT
    mock: bool = False
    clause: tuple[str, ...] = ()
    strict: bool = False
    auth: Policy = Policy.EITHER
    allow_empty: bool = False
    unsafe_methods: bool = False
    probe_rate_limit: bool = False
    timeout: float = 10.0
    deadline: float = 90.0
    retries: int = 4
    concurrency: int = 4
    max_requests: int | None = None
    max_body: int = 4 * 2**20
    allow_plain_http: bool = False
    header_env: tuple[tuple[str, str], ...] = ()
    client_cert: str | None = None
    client_key: str | None = None
    ca_bundle: str | None = None
    auth_url: str = "https://auth.scalingo.com"
    deviations: str | None = None
    baseline: str | None = None
    accept: str | None = None
    implementation: str = ""
    name: str = ""
    environment: str = ""
    origins: Mapping[str, str] = field(default_factory=dict, compare=False)
    narrowed: tuple[str, ...] = field(default=(), compare=False)
    outputs: Mapping[str, str] = field(default_factory=dict, compare=False)
    several: Mapping[str, Any] = field(default_factory=dict, compare=False)

    def shown(self) -> dict[str, tuple[str, str]]:
        """Return every setting as text, with its origin."""
        return {
            setting.name: (
                _show(getattr(self, setting.name)) or setting.nothing,
                self.origins.get(setting.name, "default"),
            )
            for setting in TABLE
        }


def _show(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join("=".join(item) if isinstance(item, tuple) else item for item in value)
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) else str(value)


#: What holds of a setting that nobody gives.
DEFAULTS = {field.name: field.default for field in fields(Settings)}
