"""Settings: one table for every option, and one rule of precedence: option, environment, file, default."""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from contracts.core.errors import UsageError
from contracts.event_categories.evidence import Policy

_TRUE, _FALSE = ("1", "true", "yes", "on"), ("0", "false", "no", "off", "")
_SIZE = r"(?i)([0-9]+)\s*(B|KiB|MiB|GiB)?"
_UNITS = {"b": 1, "kib": 2**10, "mib": 2**20, "gib": 2**30}


def _seconds(text: str) -> float:
    seconds = float(text)
    if not (math.isfinite(seconds) and 0 < seconds <= 3600):  # noqa: PLR2004 - an hour is more than any run needs
        raise ValueError("seconds, more than 0 and at most 3600")
    return seconds


def _count(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,6}", text) or int(text) < 1:
        raise ValueError("a whole number from 1 on")
    return int(text)


def _size(text: str) -> int:
    match = re.fullmatch(_SIZE, text)
    if not match or not int(match[1]):
        raise ValueError("a size such as 1048576, 512KiB or 32MiB")
    return int(match[1]) * _UNITS[(match[2] or "B").lower()]


def _flag(text: str) -> bool:
    if text.lower() not in _TRUE + _FALSE:
        raise ValueError("true or false")
    return text.lower() in _TRUE


def _policy(text: str) -> Policy:
    if text not in list(Policy):
        raise ValueError("either, required or public")
    return Policy(text)


def _text(text: str) -> str:
    if not text:
        raise ValueError("something")
    return text


@dataclass(frozen=True)
class Setting:
    """One setting: ``read`` turns text into its value, and says in a ValueError what it wants instead."""

    name: str
    read: Callable[[str], Any]
    default: Any
    help: str
    metavar: str | None = None
    variable: str = ""
    many: bool = False

    @property
    def option(self) -> str:
        """The option on the command line."""
        return "--" + self.name.replace("_", "-")

    @property
    def environment(self) -> str:
        """The environment variable."""
        return self.variable or f"CONTRACTS_{self.name.upper()}"

    @property
    def is_flag(self) -> bool:
        """Whether the option takes no value."""
        return self.read is _flag


TABLE: tuple[Setting, ...] = (
    Setting("target", _text, None, "the endpoint; a bare host means https", "URL", "SCALINGO_API_URL"),
    Setting("mock", _flag, default=False, help="judge the embedded mock; so does a run that names no target"),
    Setting("clause", _text, (), "judge only this clause or those with this prefix; repeatable", "ID", many=True),
    Setting("strict", _flag, default=False, help="let a breached SHOULD clause fail the run"),
    Setting(
        "auth",
        _policy,
        Policy.EITHER,
        "what requests without valid credentials must meet: either (401 or the list), required (401), public (200)",
        "POLICY",
    ),
    Setting("allow_empty", _flag, default=False, help="accept an empty list, which leaves nothing to judge in it"),
    Setting("unsafe_methods", _flag, default=False, help="also send POST, PUT, PATCH and DELETE to a live target"),
    Setting("probe_rate_limit", _flag, default=False, help="also exceed the rate limit: up to 121 requests at once"),
    Setting("timeout", _seconds, 10.0, "seconds for an answer, from first to last byte", "SECONDS"),
    Setting("deadline", _seconds, 90.0, "seconds for the whole run", "SECONDS"),
    Setting("max_requests", _count, None, "requests that a run may send; default: those planned and 16", "N"),
    Setting("max_body", _size, 32 * 2**20, "largest body that is read, inflated; default 32MiB", "SIZE"),
    Setting("ca_bundle", _text, None, "certificates to trust, a PEM file", "FILE"),
    Setting(
        "auth_url",
        _text,
        "https://auth.scalingo.com",
        "where SCALINGO_API_TOKEN is exchanged for a bearer token",
        "URL",
    ),
    Setting("deviations", _text, None, "a file of known deviations, each with reason and expiry", "FILE"),
)

BY_NAME = {setting.name: setting for setting in TABLE}


@dataclass(frozen=True)
class Settings:
    """The effective settings, and for each where its value came from."""

    target: str | None = None
    mock: bool = False
    clause: tuple[str, ...] = ()
    strict: bool = False
    auth: Policy = Policy.EITHER
    allow_empty: bool = False
    unsafe_methods: bool = False
    probe_rate_limit: bool = False
    timeout: float = 10.0
    deadline: float = 90.0
    max_requests: int | None = None
    max_body: int = 32 * 2**20
    ca_bundle: str | None = None
    auth_url: str = "https://auth.scalingo.com"
    deviations: str | None = None
    origins: Mapping[str, str] = field(default_factory=dict, compare=False)

    @property
    def wants_mock(self) -> bool:
        """Whether the embedded mock is judged: it was asked for, or nothing else was named."""
        return self.mock or self.target is None

    def shown(self) -> dict[str, tuple[str, str]]:
        """Return every setting as text, with its origin."""
        return {
            setting.name: (_show(getattr(self, setting.name)), self.origins.get(setting.name, "default"))
            for setting in TABLE
        }


def _show(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(value) or "all"
    if value is None:
        return "none"
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) else str(value)


def resolve(options: Mapping[str, Any], environ: Mapping[str, str], folder: Path) -> Settings:
    """Return the effective settings; ``options`` holds those given, as text, True or a list of texts.

    Raises:
        UsageError: a value cannot be used, or a file is malformed; the message names its place.
    """
    file, file_values = _from_file(folder)
    values: dict[str, Any] = {}
    origins: dict[str, str] = {}
    for setting in TABLE:
        for origin, value in (
            ("option " + setting.option if setting.name != "target" else "argument", options.get(setting.name)),
            ("environment " + setting.environment, environ.get(setting.environment) or None),
            (file, file_values.get(setting.name)),
        ):
            if value is not None and value != []:
                values[setting.name] = _read(setting, value, origin)
                origins[setting.name] = origin
                break
    if origins.get("mock", "").startswith("option") and origins.get("target") == "argument":
        raise UsageError("--mock judges the embedded mock: give either --mock or a target")
    return Settings(**values, origins=origins)


def _read(setting: Setting, value: Any, origin: str) -> Any:
    if isinstance(value, bool) and not setting.is_flag:
        raise UsageError(f"{origin}: {setting.name} is {str(value).lower()}, and must be a value")
    texts = [str(item) for item in value] if isinstance(value, list) else [str(value)]
    if setting.many:
        texts = [part for text in texts for part in re.split(r"[,\s]+", text) if part]
    try:
        read = tuple(setting.read(text) for text in texts)
    except ValueError as error:
        words = str(error) if "could not convert" not in str(error) else "a number of seconds"
        raise UsageError(f"{origin}: {setting.name} is {str(value)[:80]!r}, and must be {words}") from None
    return read if setting.many else read[0]


def _from_file(folder: Path) -> tuple[str, dict[str, Any]]:
    own, project = folder / "contracts.toml", folder / "pyproject.toml"
    if own.is_file():
        name, values = own.name, _load(own)
    elif project.is_file():
        name = "pyproject.toml [tool.contracts]"
        tool = _load(project).get("tool", {})
        values = tool.get("contracts", {}) if isinstance(tool, dict) else {}
    else:
        return "", {}
    if not isinstance(values, dict):
        raise UsageError(f"{name} is no table")
    read = {key.replace("-", "_"): value for key, value in values.items()}
    for key in read:
        if key not in BY_NAME:
            import difflib  # noqa: PLC0415 - only for a mistake

            close = difflib.get_close_matches(key, BY_NAME, 1)
            hint = f"; did you mean {close[0]}?" if close else ""
            raise UsageError(f"{name}: there is no setting {key!r}{hint}")
    return name, read


def _load(path: Path) -> dict[str, Any]:
    import tomllib  # noqa: PLC0415 - only where there is a file

    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"{path.name} cannot be read: {error}") from None
