"""Settings: one precedence for all of them, and one clear line for what cannot be used."""

from pathlib import Path

import pytest

from contracts.core.errors import UsageError
from contracts.settings import table
from contracts.settings.sources import resolve
from contracts.settings.table import BY_NAME, OF_A_RUN, TABLE, Group, Setting, Settings, Trust


def test_what_is_shown_can_be_given(tmp_path: Path) -> None:
    """A default that is shown in words of a value is that value when it is given; every setting has one option."""
    assert len({setting.option for setting in TABLE}) == len(TABLE)
    for setting in OF_A_RUN:
        if (shown := setting.show(setting.default)) != setting.unset:
            assert getattr(resolve({setting.name: shown}, {}, tmp_path), setting.name) == setting.default, setting.name
    for setting in TABLE:
        value = setting.read(EXAMPLES.get(setting.read, "2"))
        assert setting.read(setting.show((value,) if setting.is_repeatable else value)) == value, setting.name
    assert [BY_NAME["max_body"].show(size) for size in (4 * 2**20, 1025)] == ["4MiB", "1025B"]
    assert [BY_NAME["max_age"].show(table.as_age(text)) for text in ("48h", "90m")] == ["2d", "90m"]


#: A value for each kind of reader that is not the default of any setting.
EXAMPLES: dict[object, str] = {
    table.as_text: "some",
    table.as_name: "some",
    table.as_flag: "yes",
    table.as_policy: "public",
    table.as_impact: "visible",
    table.as_age: "30d",
    table.as_header: "X-Key=KEY",
    table.as_pattern: "SOME_*",
    table.as_seconds: "3",
    table.as_pause: "3",
    table.as_size: "1MiB",
}


@pytest.mark.parametrize("setting", TABLE, ids=lambda setting: setting.name)
def test_a_setting_is_what_the_table_says(setting: Setting, tmp_path: Path) -> None:
    """Each is an option and a variable with the same meaning, and in a file as far as a file is trusted."""
    text = EXAMPLES.get(setting.read, "2")
    wanted = setting.read(text)
    expected = (wanted,) if setting.is_repeatable else wanted
    beside = {"targets": "x.toml"} if setting.group is Group.TARGETS and setting.name != "targets" else {}
    assert getattr(resolve({setting.name: text, **beside}, {}, tmp_path), setting.name) == expected != setting.default
    for variable in setting.variables:
        assert getattr(resolve(beside, {variable: text}, tmp_path), setting.name) == expected
    (tmp_path / "contracts.toml").write_text(f'{setting.name} = "{text}"\n')
    if setting.trust is Trust.NEVER:
        with pytest.raises(UsageError, match="cannot be set in a file"):
            resolve(beside, {}, tmp_path)
        return
    settings = resolve(beside, {}, tmp_path)
    assert getattr(settings, setting.name) == expected
    assert (setting.name in settings.narrowed) is (setting.trust is Trust.SAID)


def test_what_a_run_depends_on_is_shown() -> None:
    """Where reports go and which targets of a file are judged is nothing that a run depends on."""
    assert {setting.group for setting in TABLE} - {setting.group for setting in OF_A_RUN} == {
        Group.TARGETS,
        Group.REPORTS,
    }
    assert list(Settings().shown()) == [setting.name for setting in OF_A_RUN]


def test_precedence(tmp_path: Path) -> None:
    """An option outranks the environment, the environment a file, a file the default; each origin is told."""
    (tmp_path / "pyproject.toml").write_text("[tool.contracts]\ntimeout = 3\ndeadline = 30\nstrict = true\n")
    environ = {"CONTRACTS_TIMEOUT": "4", "CONTRACTS_DEADLINE": "40"}
    settings = resolve({"timeout": "5"}, environ, tmp_path)
    assert (settings.timeout, settings.deadline, settings.strict, settings.max_body) == (5, 40, True, 4 * 2**20)
    shown = settings.shown()
    assert shown["timeout"] == ("5", "option --timeout")
    assert shown["deadline"] == ("40", "environment CONTRACTS_DEADLINE")
    assert shown["strict"] == ("true", "pyproject.toml [tool.contracts]")
    assert shown["max_body"][1] == "default"


def test_own_file_outranks_the_project(tmp_path: Path) -> None:
    """contracts.toml is read instead of pyproject.toml, and may use dashes."""
    (tmp_path / "pyproject.toml").write_text("[tool.contracts]\ntimeout = 3\n")
    (tmp_path / "contracts.toml").write_text('max-body = "1MiB"\nclause = ["json", "list"]\n')
    settings = resolve({}, {}, tmp_path)
    assert (settings.timeout, settings.max_body, settings.clause) == (10, 2**20, ("json", "list"))


@pytest.mark.parametrize(
    ("options", "environ", "file", "words"),
    [
        ({"timeout": "0"}, {}, "", "option --timeout: timeout"),
        ({"timeout": "nan"}, {}, "", "timeout"),
        ({"timeout": "soon"}, {}, "", "number of seconds"),
        ({"max_requests": "-1"}, {}, "", "whole number"),
        ({"max_body": "32 parsecs"}, {}, "", "32MiB"),
        ({"auth": "maybe"}, {}, "", "either, required or public"),
        ({}, {"CONTRACTS_STRICT": "perhaps"}, "", "environment CONTRACTS_STRICT"),
        ({}, {}, "timeouts = 3\n", "did you mean timeout"),
        ({}, {}, "bearer_token = 'x'\n", "no setting"),
        ({}, {}, "timeout = true\n", "must be a value"),
        ({}, {}, "timeout = \n", "contracts.toml: Invalid value"),
        ({"mock": True, "target": "https://api.example"}, {}, "", "both named"),
        ({"target": "https://api.example"}, {"CONTRACTS_MOCK": "yes"}, "", "both named"),
        ({"mock": True}, {}, 'target = "https://api.example"\n', "both named"),
        ({"target": " "}, {}, "", "no target"),
        ({"clause": [""]}, {}, "", "option --clause"),
        ({}, {"CONTRACTS_TIMEOUTS": "3"}, "", "did you mean CONTRACTS_TIMEOUT"),
        ({}, {"SCALINGO_API_URL": "a.example", "CONTRACTS_TARGET": "b.example"}, "", "differ"),
    ],
)
def test_refusals(options: dict[str, object], environ: dict[str, str], file: str, words: str, tmp_path: Path) -> None:
    """What cannot be used is refused in one line that names its place."""
    if file:
        (tmp_path / "contracts.toml").write_text(file)
    with pytest.raises(UsageError, match=words):
        resolve(options, environ, tmp_path)


@pytest.mark.parametrize("name", ["mock", "auth_url", "ca_bundle", "unsafe_methods", "seed", "token_variables"])
def test_a_file_leads_no_token_anywhere(name: str, tmp_path: Path) -> None:
    """Whoever can write to the checkout cannot name a host, an authority or a danger: not even beside an option."""
    assert BY_NAME[name].trust is Trust.NEVER
    (tmp_path / "contracts.toml").write_text(f'{name} = "true"\n')
    with pytest.raises(UsageError, match=f"contracts.toml: {name} cannot be set in a file"):
        resolve({"target": "https://api.example"}, {}, tmp_path)


@pytest.mark.parametrize("token", ["BEARER_TOKEN", "SCALINGO_API_TOKEN"])
def test_a_file_names_no_target_for_a_token(token: str, tmp_path: Path) -> None:
    """A file may name the target only where no token would go to it."""
    (tmp_path / "contracts.toml").write_text('target = "https://api.example"\n')
    assert resolve({}, {}, tmp_path).target == "https://api.example"
    with pytest.raises(UsageError, match=f"no file may name the target while {token} is set"):
        resolve({}, {token: "secret"}, tmp_path)
    assert resolve({"target": "https://other.example"}, {token: "secret"}, tmp_path).target == "https://other.example"


@pytest.mark.parametrize(
    ("options", "environ", "secret"),
    [
        ({"header_env": ["X-Key=KEY"]}, {}, "option --header-env"),
        ({}, {"CONTRACTS_HEADER_ENV": "X-Key=KEY"}, "environment CONTRACTS_HEADER_ENV"),
        ({"client_cert": "own.pem"}, {}, "option --client-cert"),
    ],
)
def test_a_file_leads_no_key_anywhere(
    options: dict[str, object], environ: dict[str, str], secret: str, tmp_path: Path
) -> None:
    """What opens a gateway goes to no target that a file names, as a token does not."""
    (tmp_path / "contracts.toml").write_text('target = "https://api.example"\n')
    with pytest.raises(UsageError, match=f"no file may name the target while {secret} is set"):
        resolve(options, environ, tmp_path)
    assert resolve({**options, "target": "https://other.example"}, environ, tmp_path).target == "https://other.example"


def test_what_a_file_narrows_is_known(tmp_path: Path) -> None:
    """What leaves less to be judged is named when it comes from a file, and not when somebody asked for it."""
    (tmp_path / "contracts.toml").write_text('clause = "json"\nauth = "either"\nallow_empty = true\ntimeout = 3\n')
    assert resolve({}, {}, tmp_path).narrowed == ("clause", "allow_empty")
    assert resolve({"clause": ["list"]}, {}, tmp_path).narrowed == ("allow_empty",)


def test_the_target_has_two_variables(tmp_path: Path) -> None:
    """CONTRACTS_TARGET works as the rule for names says, beside the documented SCALINGO_API_URL."""
    settings = resolve({}, {"CONTRACTS_TARGET": "api.example"}, tmp_path)
    assert (settings.target, settings.origins["target"]) == ("api.example", "environment CONTRACTS_TARGET")


def test_outputs_have_the_same_precedence(tmp_path: Path) -> None:
    """A report can be asked for by option, environment and file; a file may only name places below the folder."""
    (tmp_path / "contracts.toml").write_text('json = "out/result.json"\nhtml = "page.html"\n')
    settings = resolve({"html": "mine.html"}, {"CONTRACTS_JUNIT": "junit.xml"}, tmp_path)
    assert settings.outputs == {"json": "out/result.json", "html": "mine.html", "junit": "junit.xml"}
    for outside in ("/etc/passwd", "../x.json", "a/../../x.json"):
        (tmp_path / "contracts.toml").write_text(f'json = "{outside}"\n')
        with pytest.raises(UsageError, match="must stay in the working directory"):
            resolve({}, {}, tmp_path)


def test_a_file_can_be_named(tmp_path: Path) -> None:
    """--config and CONTRACTS_CONFIG name another file; one that is missing is refused."""
    (tmp_path / "contracts.toml").write_text("timeout = 3\n")
    (tmp_path / "other.toml").write_text("timeout = 4\n")
    other = str(tmp_path / "other.toml")
    assert resolve({"config": other}, {}, tmp_path).timeout == 4
    assert resolve({}, {"CONTRACTS_CONFIG": other}, tmp_path).timeout == 4
    with pytest.raises(UsageError, match="cannot be read: No such file"):
        resolve({"config": str(tmp_path / "none.toml")}, {}, tmp_path)


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("retries", "5", "a whole number from 0 to 4"),
        ("retries", "-1", "a whole number from 0 to 4"),
        ("concurrency", "0", "a whole number from 1 to 16"),
        ("concurrency", "17", "a whole number from 1 to 16"),
        ("max_requests", "0", "a whole number from 1 to 999999"),
        ("repeat", "0", "a whole number from 1 to 20"),
        ("settle", "-1", "seconds, from 0 to 3600"),
        ("wait", "nan", "seconds, from 0 to 3600"),
        ("fail_on", "unstable", "breaking, visible or additive"),
        ("max_age", "1w", "an age in days, or in minutes or hours"),
        ("seed", "1" * 21, "a whole number from 0"),
        ("max_body", "9" * 5000, "a size such as"),
    ],
)
def test_a_number_out_of_its_range_is_refused(name: str, text: str, words: str, tmp_path: Path) -> None:
    """The words say which numbers there are, wherever the setting comes from."""
    for given, environ in (({name: text}, {}), ({}, {f"CONTRACTS_{name.upper()}": text})):
        with pytest.raises(UsageError, match=words):
            resolve({"mock": True, **given}, environ, tmp_path)


def test_a_file_whose_settings_are_no_table_is_refused(tmp_path: Path) -> None:
    """The table of pyproject.toml may be anything in TOML."""
    (tmp_path / "pyproject.toml").write_text("[tool]\ncontracts = 3\n")
    with pytest.raises(UsageError, match=r"pyproject.toml \[tool.contracts\] is no table"):
        resolve({"mock": True}, {}, tmp_path)
