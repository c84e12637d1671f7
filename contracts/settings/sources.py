"""Where the settings come from, by one precedence: option, environment, file, default.

A file of the working directory may be anybody's, a pull request's for one: nothing in it leads a token anywhere or
writes outside, and what it leaves unjudged is said by the run.
"""

import difflib
import re
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from contracts.core.errors import NoTarget, UsageError
from contracts.core.text import shorten
from contracts.reading import read_text, toml
from contracts.settings.table import BY_NAME, OF_A_RUN, TABLE, TOKEN_VARIABLES, Group, Setting, Settings, Trust, of

#: The variables that hold a token: while one is set, no file may name the host that would receive it.
TOKENS = ("BEARER_TOKEN", "SCALINGO_API_TOKEN")
#: The settings that hold what opens one gateway, which is nothing for another host.
KEYS = ("header_env", "client_cert", "client_key")
#: The files of the working directory in which settings may stand.
FILES = ("contracts.toml", "pyproject.toml")
_PREFIX = "CONTRACTS_"
CONFIG = "CONTRACTS_CONFIG"
#: Variables of this prefix that are no settings; the last ones hold tokens for targets.
_OTHER_VARIABLES = (CONFIG, "CONTRACTS_TRACEBACK", *TOKEN_VARIABLES)
#: What somebody may have meant by an option that there is not.
_FROM_ENVIRONMENT = "tokens come only from the environment: BEARER_TOKEN or SCALINGO_API_TOKEN"
_MEANT = {
    **dict.fromkeys(("--token", "--bearer", "--bearer-token", "--api-token", "--password"), _FROM_ENVIRONMENT),
    **dict.fromkeys(("-H", "--header"), "--header-env NAME=VARIABLE sends a field whose value is in a variable"),
    "--target": "the target is an argument; did you mean --targets, a file of targets?",
    "--url": "the target is an argument",
}
#: What is shown of an option that there is not: anything else may be a secret.
_PLAIN_OPTION = re.compile(r"--[a-z]+(?:-[a-z]+){0,3}|-[A-Za-z]")
#: More than any file of settings holds, in bytes.
_LARGEST = 2**18


def working_directory() -> Path:
    """Return the folder that the command was started in.

    Raises:
        UsageError: it is there no more.
    """
    try:
        return Path.cwd()
    except OSError:
        raise UsageError("the working directory does not exist any more: change to another one") from None


def resolve(options: Mapping[str, Any], environ: Mapping[str, str], folder: Path) -> Settings:
    """Return the effective settings; ``options`` holds those given, as text, True or a list of texts.

    The file is ``config`` of the options, that of CONTRACTS_CONFIG, contracts.toml or pyproject.toml of the folder.

    Raises:
        UsageError: a value cannot be used, comes from where it may not, or a file is malformed; the message names
            its place.
    """
    _refuse_unknown(environ)
    config = options.get("config") or environ.get(CONFIG)
    file, file_values = _from_file(folder, config)
    values: dict[str, Any] = {}
    origins: dict[str, str] = {}
    narrowed = []
    for setting in TABLE:
        for origin, value in (
            ("argument" if setting.name == "target" else f"option {setting.option}", options.get(setting.name)),
            from_environment(setting, environ),
            (file, file_values.get(setting.name)),
        ):
            if value is None or value == []:
                continue
            if origin == file:
                _refuse_in_file(setting, value, file)
            values[setting.name] = value_of(setting, value, origin)
            origins[setting.name] = origin
            if origin == file and setting.trust is Trust.SAID and values[setting.name] != setting.default:
                narrowed.append(setting.name)
            break
    if values.get("mock") and values.get("target"):
        raise UsageError(
            f"the embedded mock ({origins['mock']}) and a target ({origins['target']}) are both named: give one of them"
        )
    _check_targets(values, origins)
    if values.get("target") and origins["target"] == file:
        _refuse_to_lead(file, values, origins, environ)
    return Settings(**values, config=config, origins=origins, narrowed=tuple(narrowed))


def _check_targets(values: Mapping[str, Any], origins: Mapping[str, str]) -> None:
    """Refuse what is of one target beside a file of targets, and what chooses among targets without one."""
    if "targets" not in values:
        for setting in of(Group.TARGETS):
            if origins.get(setting.name, "").startswith("option"):
                raise UsageError(f"{origins[setting.name]}: there is nothing to choose from: name a file by --targets")
        return
    for name in KEYS:
        if values.get(name):
            raise UsageError(f"{origins[name]}: it would go to every target of the file: judge that one alone")
    for name in ("target", "mock", "name"):
        if values.get(name):
            raise UsageError(
                f"{origins['targets']} and {name} ({origins[name]}) are both given: one names several targets, the "
                "other is of a single one"
            )


def _refuse_unknown(environ: Mapping[str, str]) -> None:
    known = [variable for setting in TABLE for variable in setting.variables]
    for name in sorted(environ):
        if name.startswith(_PREFIX) and not any(fnmatchcase(name, other) for other in (*known, *_OTHER_VARIABLES)):
            raise UsageError(f"environment: there is no setting {name}{hint(name, known)}")


def hint(name: str, known: Iterable[str]) -> str:
    """Return a question for the name that was probably meant, or nothing."""
    close = difflib.get_close_matches(name, list(known), 1)
    return f"; did you mean {close[0]}?" if close else ""


def no_option(name: str, known: Iterable[str]) -> str:
    """Return in words that there is no option of a name, and which one was probably meant."""
    if name in _MEANT:
        return f"there is no option {name}: {_MEANT[name]}"
    shown = f" {name}" if _PLAIN_OPTION.fullmatch(name) else " of that name"
    return f"there is no option{shown}{hint(name, known)}"


def from_environment(setting: Setting, environ: Mapping[str, str]) -> tuple[str, str | None]:
    """Return where the environment holds the setting, and the value, None when it does not; empty is not held."""
    held = {name: environ[name] for name in setting.variables if environ.get(name)}
    if len(set(held.values())) > 1:
        raise UsageError(f"environment: {' and '.join(held)} differ: set one of them")
    for name, value in held.items():
        return f"environment {name}", value
    return "", None


def _refuse_in_file(setting: Setting, value: Any, file: str) -> None:
    if setting.trust is Trust.NEVER:
        instead = f"use {setting.option} or {setting.environment}"
        raise UsageError(f"{file}: {setting.name} cannot be set in a file of the working directory: {instead}")
    if setting.trust is Trust.INSIDE and leads_out(str(value)):
        raise UsageError(f"{file}: {setting.name} is {str(value)[:80]!r}, and must stay in the working directory")


def _refuse_to_lead(
    file: str, values: Mapping[str, Any], origins: Mapping[str, str], environ: Mapping[str, str]
) -> None:
    """Refuse a target that a file names where it would be shown a secret: a token, or what opens a gateway."""
    tokens = (name for name in TOKENS if environ.get(name))
    keys = (origins[name] for name in KEYS if values.get(name))
    for secret in (*tokens, *keys):
        raise UsageError(
            f"{file}: no file may name the target while {secret} is set, which would go there: use the URL argument or "
            f"{BY_NAME['target'].environment}"
        )


def restored(shown: Mapping[str, str], place: str) -> Settings:
    """Return the settings of a run from the texts in which its report shows them.

    Raises:
        UsageError: one is missing, or is nothing that a run would show; the message begins with the place.
    """
    values = {}
    for setting in OF_A_RUN:
        if setting.name not in shown:
            raise UsageError(f"{place}: the setting {setting.name} is missing")
        if shown[setting.name] != setting.show(setting.default):
            values[setting.name] = value_of(setting, shown[setting.name], place)
    settings = Settings(**values)
    for name, (text, _) in settings.shown().items():
        if text != shown[name]:
            raise UsageError(f"{place}: {name} is {shorten(shown[name], 80)!r}, and {shorten(text, 80)!r} is meant")
    return settings


def leads_out(file: str) -> bool:
    """Whether a file lies outside the working directory, by its name."""
    return Path(file).is_absolute() or ".." in Path(file).parts


def value_of(setting: Setting, value: Any, origin: str) -> Any:
    """Return the value of a setting that was given as text, True or a list of texts.

    Raises:
        UsageError: it cannot be used; the message begins with the origin.
    """
    if isinstance(value, bool) and not setting.is_flag:
        raise UsageError(f"{origin}: {setting.name} is {str(value).lower()}, and must be a value")
    texts = [str(item) for item in value] if isinstance(value, list) else [str(value)]
    if setting.name == "target" and not texts[0].strip():
        raise NoTarget
    if setting.is_repeatable:
        texts = [part for text in texts for part in re.split(r"[,\s]+", text) if part] or [""]
    read = tuple(_convert(setting, text, origin) for text in texts)
    return read if setting.is_repeatable else read[0]


def _convert(setting: Setting, text: str, origin: str) -> Any:
    try:
        return setting.read(text)
    except ValueError as error:
        given = f"is {text[:80]!r}, and must be" if setting.is_quoted else "must be"
        raise UsageError(f"{origin}: {setting.name} {given} {error}") from None


def _from_file(folder: Path, config: str | None) -> tuple[str, dict[str, Any]]:
    own, project = (folder / name for name in FILES)
    if config is not None:
        name, values = config, _load(Path(config))
    elif own.is_file():
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
            raise UsageError(f"{name}: there is no setting {key[:80]!r}{hint(key, BY_NAME)}")
    return name, read


def _load(path: Path) -> dict[str, Any]:
    return toml(read_text(str(path), _LARGEST), path.name)
