"""The file of targets: read strictly, with no secret in it or in what is said of it."""

import re
from pathlib import Path

import pytest
from door import contracts

from contracts.core.contract import Policy
from contracts.core.errors import UsageError
from contracts.resources import contract_of
from contracts.targets.file import chosen, load, read
from contracts.targets.target_entry import Entry

FILE = """\
[[target]]
name = "osc-fr1"
url = "https://api.osc-fr1.scalingo.com"
api_token = "CONTRACTS_TOKEN_FR1"
tags = ["production", "fr"]
environment = "production"
vendor = "Example"
product = "Cloud"
version = "4.2"

[[target]]
name = "staging"
url = "https://api.staging.example"
token = "CONTRACTS_TOKEN_STAGING"
account = "qa"
auth = "required"
ca_bundle = "staging.pem"
auth_url = "https://auth.staging.example"
header_env = ["X-Key=CONTRACTS_TOKEN_GATEWAY"]
client_cert = "client.pem"
client_key = "key.pem"
deviations = "deviations.toml"
baseline = "baseline.json"
accept = "accept.toml"
tags = ["staging"]

[[target]]
name = "public"
url = "api.public.example"
contract = "event-types"
"""
SECRET = "tk-us-9f8e7d6c5b4a"


def test_a_file_is_read_in_its_order() -> None:
    """Every key arrives in the value; what is left out has its default; the account is as stated, else the token's."""
    first, second, third = read(FILE, "targets.toml", contract_of)
    assert first == Entry(
        "osc-fr1",
        "https://api.osc-fr1.scalingo.com",
        api_token="CONTRACTS_TOKEN_FR1",
        tags=("production", "fr"),
        environment="production",
        vendor="Example",
        product="Cloud",
        version="4.2",
    )
    assert first.identity.implementation == "Example Cloud 4.2"
    assert (second.settings, third.contract) == (
        {
            "auth": Policy.REQUIRED,
            "ca_bundle": "staging.pem",
            "auth_url": "https://auth.staging.example",
            "header_env": (("X-Key", "CONTRACTS_TOKEN_GATEWAY"),),
            "client_cert": "client.pem",
            "client_key": "key.pem",
            "deviations": "deviations.toml",
            "baseline": "baseline.json",
            "accept": "accept.toml",
        },
        "event-types",
    )
    assert second.variables == ("CONTRACTS_TOKEN_STAGING", "CONTRACTS_TOKEN_GATEWAY")
    assert [target.account_key for target in (first, second, third)] == ["CONTRACTS_TOKEN_FR1", "qa", "public"]


ONE = '[[target]]\nname = "a"\nurl = "https://a.example"\n'


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no .*target.* in it"),
        ("x = 1\n", "only .*target.* tables belong here, not x"),
        ("[target]\nname = 'a'\n", "only .*target.* tables belong here"),
        ("[[target]\n", "targets.toml: "),
        (ONE + 'bearer = "x"\n', "entry 1: there is no key 'bearer'"),
        (ONE + "token = 3\n", "entry 1: token must be text"),
        (ONE + 'tags = "x"\n', "entry 1: tags must be a list"),
        (ONE + 'tags = ["a b"]\n', "entry 1: tags holds 'a b'"),
        (ONE + 'auth = "maybe"\n', "entry 1: auth must be either, required or public"),
        (ONE + 'header_env = "X-Key"\n', "entry 1: header_env must be NAME=VARIABLE"),
        (ONE + 'header_env = ["Host=CONTRACTS_TOKEN_X"]\n', "entry 1: header_env must be another field than Host"),
        (ONE + "header_env = [3]\n", "entry 1: header_env must be text"),
        (ONE + "baseline = []\n", "entry 1: baseline must be text"),
        (ONE + 'accept = "a.toml"\n', "entry 1: accept is given, and no baseline"),
        (ONE + 'auth_url = "ftp://x"\n', "entry 1: .*auth_url"),
        (ONE + 'contract = "apps"\n', "entry 1: there is no contract 'apps'"),
        (ONE + 'vendor = ""\n', "entry 1: vendor must be a text"),
        (ONE + 'vendor = "a\\u001b[31m"\n', "entry 1: vendor must be a text of one line"),
        (ONE + f'vendor = "{"v" * 101}"\n', "entry 1: vendor has 101 characters"),
        (ONE + 'token = "A"\napi_token = "B"\n', "entry 1: token and api_token are both given"),
        ('[[target]]\nname = "a"\n', "entry 1: url is missing"),
        ('[[target]]\nurl = "https://a.example"\n', "entry 1: name is missing"),
        (ONE.replace("a.example", "user:pw@a.example"), "entry 1: the url holds a user name or password"),
        (ONE + ONE, "entry 2: name is 'a', and so is that of entry 1"),
        (ONE + ONE.replace('"a"', '"A"'), "entry 2: name is 'A', and so is that of entry 1"),
        (ONE.replace('"a"', '"index.html"'), "entry 1: name is 'index.html', and so is that of the file"),
    ],
)
def test_what_cannot_be_used_is_one_line(text: str, words: str) -> None:
    """What is malformed is refused in one line that names the file, the entry and the key."""
    with pytest.raises(UsageError, match=words) as refused:
        read(text, "targets.toml", contract_of)
    assert str(refused.value).startswith("targets.toml: ")
    assert str(refused.value).isprintable()


@pytest.mark.parametrize(
    "name", ["..", ".", ".hidden", "a/b", "a\\\\b", "a b", "con", "NUL.txt", "a.", "-x", "é", "a\\u202eb", "n" * 65, ""]
)
def test_hostile_names_are_refused(name: str) -> None:
    """A name becomes a folder: none that leads elsewhere, that a system reads in its own way, or that nobody sees."""
    with pytest.raises(UsageError, match="entry 1: name"):
        read(f'[[target]]\nname = "{name}"\nurl = "https://a.example"\n', "targets.toml", contract_of)


@pytest.mark.parametrize("key", ["token", "api_token"])
@pytest.mark.parametrize("value", [SECRET, "eyJhbGciOi.J9", "0123456789", "a", "", "A" * 65, "$TOKEN"])
def test_a_token_never_stands_in_the_file(key: str, value: str) -> None:
    """What looks like a token, and not like the name of a variable, is refused, and the message does not show it."""
    with pytest.raises(UsageError, match=f"entry 1: {key} must be the name of an environment variable") as refused:
        read(f'{ONE}{key} = "{value}"\n', "targets.toml", contract_of)
    assert not value or value == "a" or value not in str(refused.value)


@pytest.mark.parametrize("variable", ["AWS_SECRET_ACCESS_KEY", "PATH", "CONTRACTS_TOKENS", "XCONTRACTS_TOKEN_A"])
@pytest.mark.parametrize("line", ['token = "{}"', 'api_token = "{}"', 'header_env = ["X-Key={}"]'])
def test_only_variables_that_are_admitted_are_named(line: str, variable: str) -> None:
    """What a variable holds goes to the host of the entry: those of other programs do not, unless somebody says so.

    The name is not repeated: somebody may have written the token in its place.
    """
    text = f"{ONE}{line.format(variable)}\n"
    with pytest.raises(UsageError, match=r"entry 1: .* names a variable that none of .* admits") as refused:
        read(text, "targets.toml", contract_of)
    assert variable not in str(refused.value)
    [target] = read(text, "targets.toml", contract_of, ("OTHER", f"{variable[:4]}*"))
    assert target.variables == (variable,)


def test_tags_choose_any_of() -> None:
    """A target is chosen when it has one of the tags; one that no target has is a mistake."""
    targets = read(FILE, "targets.toml", contract_of)
    assert [target.name for target in chosen(targets, ("fr", "staging"))] == ["osc-fr1", "staging"]
    assert chosen(targets) == list(targets)
    with pytest.raises(UsageError, match="no target has the tag 'us'; there are fr, production, staging"):
        chosen(targets, ("us",))


def test_names_choose_some() -> None:
    """--only chooses targets by name, within those that a tag chose; a name that no target has is a mistake."""
    targets = read(FILE, "targets.toml", contract_of)
    assert [target.name for target in chosen(targets, names=("public", "osc-fr1"))] == ["osc-fr1", "public"]
    with pytest.raises(UsageError, match="--only: no target has the name 'us'; there are osc-fr1, public, staging"):
        chosen(targets, names=("us",))
    with pytest.raises(UsageError, match="--only: no target of this name has the tag fr"):
        chosen(targets, ("fr",), ("staging",))


def test_a_file_that_is_missing_is_told() -> None:
    """A file that nobody can read is one clear line."""
    with pytest.raises(UsageError, match="cannot be read"):
        load("/nowhere/targets.toml", contract_of)


@pytest.mark.parametrize(
    ("arguments", "environment", "words"),
    [
        (("--targets", "targets.toml", "https://a.example"), {}, "are both given"),
        (("--targets", "targets.toml", "--mock"), {}, "are both given"),
        (("--targets", "targets.toml", "--name", "x"), {}, "are both given"),
        (("--targets", "targets.toml"), {"SCALINGO_API_URL": "https://a.example"}, "are both given"),
        (("--targets", "targets.toml", "--header-env", "X-Key=KEY"), {"KEY": "k"}, "it would go to every target"),
        (("--mock", "--tag", "x"), {}, "option --tag: there is nothing to choose from"),
        (("--mock", "--only", "x"), {}, "option --only: there is nothing to choose from"),
        (("--targets", "none.toml"), {}, "none.toml cannot be read"),
        (("--targets", "targets.toml", "--har", "x.har"), {}, "--har: .*--reports"),
        (("--targets", "targets.toml", "--bundle", "x.zip"), {}, "--bundle: .*--reports"),
        (("--targets", "targets.toml", "--badge", "x.json"), {}, "--badge: .*--reports"),
    ],
)
def test_usage(arguments: tuple[str, ...], environment: dict[str, str], words: str, tmp_path: Path) -> None:
    """What does not go together is exit 2 and one line."""
    (tmp_path / "targets.toml").write_text(FILE)
    done = contracts("verify", *arguments, environment=environment, folder=tmp_path)
    assert (done.status, len(done.err.splitlines())) == (2, 1)
    assert re.search(words, done.err), done.err


def test_no_file_of_the_working_directory_names_the_file_of_targets(tmp_path: Path) -> None:
    """It says which token goes where: a checkout may be anybody's."""
    (tmp_path / "targets.toml").write_text(FILE)
    (tmp_path / "contracts.toml").write_text('targets = "targets.toml"\n')
    done = contracts("verify", folder=tmp_path)
    assert done.status == 2
    assert "targets cannot be set in a file of the working directory" in done.err
