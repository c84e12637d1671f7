"""The file of targets: several endpoints in one TOML file, each a ``[[target]]``, and which of them are judged.

It holds no secret: of a token only the name of the variable that does. It says which token goes where, so it is only
read when an option or a variable names it, and may only name variables that are made for this suite, or that somebody
admits beside them (``--token-variables``).
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import fields
from fnmatch import fnmatchcase
from typing import Any

from contracts.core.contract import Contract
from contracts.core.errors import UsageError
from contracts.core.text import shorten
from contracts.network.credentials import EXCHANGE
from contracts.network.dial import parse
from contracts.reading import read_text, readable, tables
from contracts.settings.sources import value_of
from contracts.settings.table import BY_NAME, TOKEN_VARIABLES
from contracts.targets.target_entry import Entry

#: The files that stand beside the folders of the targets; on some systems a name differs from none by its case.
OVER_ALL = {"json": "results.json", "junit": "junit.xml", "html": "index.html", "markdown": "report.md"}
#: The settings that an entry may have for itself.
SETTINGS = (
    *("auth", "deviations", "baseline", "accept"),
    *("auth_url", "header_env", "ca_bundle", "client_cert", "client_key"),
)
_KEYS = (*(field.name for field in fields(Entry) if field.name != "settings"), *SETTINGS)
_VARIABLES = ("token", "api_token")
#: What environments, accounts and tags are called, in characters.
_LONGEST = 100
#: By the convention for variables of an environment: a token is hardly ever of this form.
_VARIABLE = re.compile(r"[A-Z_][A-Z0-9_]{0,63}")


def load(
    path: str, contract_of: Callable[[str], Contract], admitted: Iterable[str] = TOKEN_VARIABLES
) -> tuple[Entry, ...]:
    """Return the targets of a file; raises what :func:`read` raises, and UsageError when it cannot be opened."""
    return read(read_text(path), path, contract_of, admitted)


def read(
    text: str, name: str, contract_of: Callable[[str], Contract], admitted: Iterable[str] = TOKEN_VARIABLES
) -> tuple[Entry, ...]:
    """Return the targets of a file, in its order.

    ``contract_of`` gives the contract that an entry names, ``admitted`` are patterns for the variables that it may
    name: whatever else the environment holds is sent to no target.

    Raises:
        UsageError: it is malformed, or a target of it cannot be used; the message names entry and key, and no value
            that could be a secret.
    """
    admitted = tuple(admitted)
    with readable(name):
        targets = []
        for number, entry in enumerate(tables(text, "target", name), 1):
            place = f"{name}: entry {number}"
            targets.append(_entry(entry, place, contract_of))
            _refuse_variables(targets[-1], place, admitted)
        if not targets:
            raise UsageError(f"{name}: there is no [[target]] in it")
        _refuse_duplicates(targets, name)
        return tuple(targets)


def _entry(entry: dict[str, Any], place: str, contract_of: Callable[[str], Contract]) -> Entry:
    for key in entry:
        if key not in _KEYS:
            raise UsageError(f"{place}: there is no key {shorten(key, 80)!r}")
    for key in ("name", "url"):
        if not entry.get(key):
            raise UsageError(f"{place}: {key} is missing")
    values = {key: _value(key, value, place) for key, value in entry.items()}
    if values.get("token") and values.get("api_token"):
        raise UsageError(f"{place}: token and api_token are both given: name one variable")
    if values.get("accept") and not values.get("baseline"):
        raise UsageError(f"{place}: accept is given, and no baseline to which there could be exceptions")
    own = {key: values.pop(key) for key in SETTINGS if key in values}
    target = Entry(**values, settings=own)
    try:
        parse(target.url, contract_of(target.contract).path, what="url", allow_plain_http=True)
        if "auth_url" in own:
            parse(own["auth_url"], EXCHANGE, what="auth_url")
    except UsageError as error:
        raise UsageError(f"{place}: {error}") from None
    return target


def _value(key: str, value: Any, place: str) -> Any:
    if key == "tags":
        return _tags(value, place)
    if key == "header_env" and isinstance(value, list):
        texts = [_text(key, text, place) for text in value]
        return value_of(BY_NAME[key], texts, place)
    text = _text(key, value, place)
    return value_of(BY_NAME[key], text, place) if key in ("name", *SETTINGS) else text


def _text(key: str, value: Any, place: str) -> str:
    if not isinstance(value, str):
        raise UsageError(f"{place}: {key} must be text")
    if key in _VARIABLES:
        if not _VARIABLE.fullmatch(value):
            raise UsageError(
                f"{place}: {key} must be the name of an environment variable, in capital letters, digits and "
                "underscores; the token itself never stands in a file"
            )
    elif not value or not value.isprintable():
        raise UsageError(f"{place}: {key} must be a text of one line, not empty and without control characters")
    elif len(value) > _LONGEST and key != "url" and key not in SETTINGS:
        raise UsageError(f"{place}: {key} has {len(value):,} characters, and may have {_LONGEST}")
    return value


def _tags(value: Any, place: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(tag, str) for tag in value):
        raise UsageError(f"{place}: tags must be a list of texts")
    for tag in value:
        if not re.fullmatch(r"[A-Za-z0-9._-]{1,64}", tag):
            raise UsageError(f"{place}: tags holds {shorten(tag, 80)!r}: letters, digits, dots, dashes and underscores")
    return tuple(value)


def _refuse_variables(target: Entry, place: str, admitted: Iterable[str]) -> None:
    """Refuse a variable that is not admitted; what stands in its place may be a token, and is not shown."""
    named = {"token": target.token, "api_token": target.api_token}
    named |= {f"header_env {name}": variable for name, variable in target.settings.get("header_env", ())}
    for key, variable in named.items():
        if variable and not any(fnmatchcase(variable, pattern) for pattern in admitted):
            raise UsageError(
                f"{place}: {key} names a variable that none of {', '.join(admitted)} admits: rename it, or admit it "
                "with --token-variables"
            )


def _refuse_duplicates(targets: Iterable[Entry], name: str) -> None:
    numbers: dict[str, str] = {file.lower(): f"the file {file} over all" for file in OVER_ALL.values()}
    for number, target in enumerate(targets, 1):
        key = target.name.lower()
        if key in numbers:
            raise UsageError(f"{name}: entry {number}: name is {target.name!r}, and so is that of {numbers[key]}")
        numbers[key] = f"entry {number}"


def inputs_of(target: Entry) -> list[str]:
    """Return every file that is read for a target alone."""
    return [value for key, value in target.settings.items() if BY_NAME[key].is_input]


def chosen(targets: Iterable[Entry], tags: Iterable[str] = (), names: Iterable[str] = ()) -> list[Entry]:
    """Return the targets that have one of the tags and one of the names; where none is given, each has.

    Raises:
        UsageError: a tag or a name is that of no target, or nothing is left.
    """
    tags, names, targets = tuple(tags), tuple(names), list(targets)
    _refuse_unknown("--tag", tags, (tag for target in targets for tag in target.tags))
    _refuse_unknown("--only", names, (target.name for target in targets))
    found = [t for t in targets if (not tags or set(tags) & set(t.tags)) and (not names or t.name in names)]
    if not found:
        raise UsageError(f"--only: no target of this name has the tag {' or '.join(tags)}")
    return found


def _refuse_unknown(option: str, wanted: Iterable[str], known: Iterable[str]) -> None:
    there = sorted(set(known))
    for name in wanted:
        if name not in there:
            what = option.removeprefix("--").replace("only", "name")
            told = shorten(", ".join(there), 400) or "none"
            raise UsageError(f"{option}: no target has the {what} {shorten(name, 80)!r}; there are {told}")
