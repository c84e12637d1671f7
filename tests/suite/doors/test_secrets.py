"""What the doors say and write holds no token: none that was typed in the wrong place, and none of the process."""

import json
import re
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from door import contracts, pytest_quick
from regions import Regions
from subject import BY_NAME, SAMPLE

from contracts.audit import audit
from contracts.cli import COMMANDS
from contracts.core.errors import UsageError
from contracts.mock.reply import Received, Reply
from contracts.mock.server import MockServer
from contracts.network.credentials import check, service_for
from contracts.network.dial import parse
from contracts.resources import contract_of

TYPED = "tk-us-Typed/0123456789+abc=="
BEARER, API = "canary-7f3a/9+secret==", "tk-us-other-0123456789abcdef"


def everything(folder: Path) -> dict[str, str]:
    """The text of every file below a folder, and of every member of an archive, by its name."""
    texts = {}
    for path in folder.rglob("*"):
        if path.suffix == ".zip":
            with zipfile.ZipFile(path) as archive:
                texts |= {f"{path.name}/{name}": archive.read(name).decode() for name in archive.namelist()}
        elif path.is_file():
            texts[str(path.relative_to(folder))] = path.read_text("utf-8")
    return texts


MISPLACED = (
    ("--token", TYPED),
    (f"--token={TYPED}",),
    (f"--{TYPED}",),
    (f"-t{TYPED}",),
    ("-H", f"Authorization: Bearer {TYPED}"),
    ("--header", f"Authorization: Bearer {TYPED}"),
    ("--header-env", f"X-Key={TYPED}"),
    ("--header-env", "X-Key=TypedIn0123456789"),
    ("--auth", TYPED),
    ("--token-variables", TYPED),
    ("--old-token", TYPED),
    (f"--mock={TYPED}",),
    ("--quiet", f"--summary={TYPED}"),
)


@pytest.mark.parametrize("command", COMMANDS)
def test_what_was_typed_in_the_wrong_place_is_not_shown(command: str, tmp_path: Path) -> None:
    """A person types the token where the name of its variable belongs, or an option that there is not."""
    misplaced = (*MISPLACED, ("https://api.example", TYPED)) if command in ("verify", "snapshot") else MISPLACED
    for typed in misplaced:
        done = contracts(command, *typed, folder=tmp_path)
        assert done.status == 2, typed
        assert len(done.err.splitlines()) == 1, typed
        assert not re.search("typed", done.out + done.err, re.IGNORECASE), typed


def test_what_was_typed_to_compare_is_not_shown(tmp_path: Path) -> None:
    """The variables of the two tokens are named, and never written."""
    for option in ("--old-token", "--new-token"):
        done = contracts("compare", "https://a.example", "https://b.example", option, TYPED, folder=tmp_path)
        assert done.status == 2
        assert "Typed" not in done.out + done.err


@pytest.mark.parametrize(
    "typed", [("--contract-header-env", f"X-Key={TYPED}"), ("--contract-auth", TYPED)], ids=["header", "auth"]
)
def test_what_was_typed_to_pytest_is_not_shown(typed: tuple[str, ...]) -> None:
    """The words of pytest are those of the command line."""
    asked = ("-p", "contracts.pytest_plugin", "--pyargs", "contracts.suite", "--contract-mock", *typed)
    status, output = pytest_quick(*asked)
    assert status == 4
    assert "Typed" not in output


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("--report", "did you mean --reports? see contracts verify --help"),
        ("--target", "the target is an argument; did you mean --targets, a file of targets?"),
        ("--token", "tokens come only from the environment: BEARER_TOKEN or SCALINGO_API_TOKEN"),
        ("-H", "--header-env NAME=VARIABLE"),
        ("--xyzzy", "there is no option --xyzzy; see contracts verify --help"),
    ],
)
def test_near_misses_are_told(given: str, meant: str) -> None:
    """An option that there is not leads to the one that was probably meant."""
    done = contracts("verify", given, "x")
    assert (done.status, done.out) == (2, "")
    assert meant in done.err


DEVIATION = f"""\
[[deviation]]
clause = "category.position"
reason = "told to {API}"
owner = "whoever has {BEARER}"
expires = 2030-01-31
"""
ACCEPT = f"""\
[[accept]]
rule = "element-removed"
name = "addons"
reason = "see {BEARER}"
owner = "{API}"
expires = 2030-01-31
"""


@pytest.mark.parametrize("mock", [False, True], ids=["target", "mock"])
def test_a_token_in_what_somebody_says_of_a_run_shows_nowhere(*, mock: bool, tmp_path: Path) -> None:
    """In the environment, the implementation, the CI run, deviations and exceptions: masked, and the bundle agrees."""
    (tmp_path / "known.toml").write_text(DEVIATION)
    (tmp_path / "accept.toml").write_text(ACCEPT)
    tokens = {"BEARER_TOKEN": BEARER, "SCALINGO_API_TOKEN": API}
    environment = {
        **tokens,
        "GITHUB_ACTIONS": "true",
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md"),
        "CI_JOB_URL": f"https://ci.example/{BEARER}/{API}",
    }
    with MockServer(SAMPLE, auth="public", faults=(BY_NAME["position-text"].apply,)) as server:
        target = "--mock" if mock else server.url
        asked = ("snapshot", target, "--even-if-violating", "-o", "old.json", "--environment", BEARER)
        assert contracts(*asked, environment=environment, folder=tmp_path).status == 0
        done = contracts(
            *("verify", target, "--environment", f"of {BEARER}", "--implementation", f"{API} 4", "--reports", "out"),
            *("--deviations", "known.toml", "--baseline", "old.json", "--accept", "accept.toml", "--metrics", "x.prom"),
            environment=environment,
            folder=tmp_path,
        )
        shown = contracts("verify", target, "--show-config", "--environment", API, environment=tokens, folder=tmp_path)
    assert done.status == 1, done.err
    for name in ("known.toml", "accept.toml"):
        (tmp_path / name).unlink()
    texts = everything(tmp_path) | {"out": done.out, "err": done.err, "shown": shown.out}
    assert {"run.zip/result.json", "run.zip/deviations.toml", "summary.md", "old.json"} <= texts.keys()
    for name, text in texts.items():
        assert BEARER not in text, name
        assert API not in text, name
    assert "environment of $BEARER_TOKEN" in done.out
    assert audit((tmp_path / "out" / "run.zip").read_bytes(), contract_of, datetime.now(UTC)).differences == ()


def test_an_address_with_a_token_is_refused() -> None:
    """An address is printed, logged and stored: one that holds the token is asked for nothing."""
    done = contracts("verify", f"https://api.example/{BEARER}", environment={"BEARER_TOKEN": BEARER})
    assert (done.status, done.out) == (2, "")
    assert "the target holds a token" in done.err
    assert BEARER not in done.err


def test_the_tokens_of_all_targets_are_masked_in_each(tmp_path: Path) -> None:
    """A target that knows the token of another one puts it into no report: every run masks all of the process."""
    names = {f"CONTRACTS_TOKEN_{letter}": f"a-token-of-{letter}-0123456789" for letter in "ABC"}

    def tell(_: Received, reply: Reply) -> Reply:
        return Reply(reply.status, reply.body, (*reply.headers, ("X-Known", " ".join(names.values()))))

    with MockServer(SAMPLE, auth="public", faults=(tell,)) as server:
        entries = [f'[[target]]\nname = "{name[-1]}"\nurl = "{server.url}"\ntoken = "{name}"\n' for name in names]
        (tmp_path / "targets.toml").write_text("\n".join(entries))
        asked = ("verify", "--targets", "targets.toml", "--reports", "out")
        done = contracts(*asked, environment=names, folder=tmp_path)
    texts = everything(tmp_path / "out") | {"out": done.out, "err": done.err}
    for name, text in texts.items():
        assert "a-token-of-" not in text, name
    headers = json.loads(texts["A/result.json"])["exchanges"][0]["response"]["headers"]
    assert {"name": "X-Known", "value": "$BEARER_TOKEN $CONTRACTS_TOKEN_B $CONTRACTS_TOKEN_C"} in headers


@pytest.mark.parametrize(
    ("variable", "admitted", "told"),
    [
        ("AWS_SECRET_ACCESS_KEY", "", "none of BEARER_TOKEN, SCALINGO_API_TOKEN, CONTRACTS_TOKEN_* admits"),
        ("GITHUB_TOKEN", "", "or admit it with --token-variables"),
        ("TOKENINCAPITALS0123", "", "names a variable that none of"),
        ("FR1_TOKEN", "STAGING_*", "none of STAGING_* admits"),
        ("FR1_TOKEN", "FR1_*,STAGING_*", ""),
        ("CONTRACTS_TOKEN_FR1", "", ""),
    ],
)
def test_a_file_of_targets_names_only_variables_that_are_admitted(
    variable: str, admitted: str, told: str, tmp_path: Path
) -> None:
    """Whatever it names goes to the host beside it: the others of a shell go nowhere, and are not shown."""
    with Regions(1, 1) as server:
        (tmp_path / "targets.toml").write_text(re.sub("token = .*", f'token = "{variable}"', server.file()))
        option = ("--token-variables", admitted) if admitted else ()
        asked = ("verify", "--targets", "targets.toml", *option)
        done = contracts(*asked, environment={variable: server.token}, folder=tmp_path)
        assert bool(server.requests) is not bool(told)
    assert done.status == (2 if told else 0), done.err
    assert told in done.err
    assert variable not in done.err


@pytest.mark.parametrize(
    ("token", "words"),
    [
        (" ", "BEARER_TOKEN is empty"),
        ("Bearer a-token-0123456789", "BEARER_TOKEN begins with Bearer or Basic: set the token alone"),
        ("Authorization: Bearer abc", "BEARER_TOKEN begins with Bearer or Basic"),
        ("$SECRET_TOKEN", "BEARER_TOKEN is the name of a variable that nobody has expanded"),
        ("${SECRET_TOKEN}", "BEARER_TOKEN is the name of a variable that nobody has expanded"),
        ("${{ secrets.TOKEN }}", "BEARER_TOKEN is the name of a variable that nobody has expanded"),
        ("$(cat token)", "BEARER_TOKEN is the name of a variable that nobody has expanded"),
        ("a-token-0123456789\n", "BEARER_TOKEN holds a line end"),
        ("a-token-0123456789\r", "BEARER_TOKEN holds a line end"),
        ("\ufeffa-token-0123456789", "BEARER_TOKEN begins with a byte order mark"),
        ('"a-token-0123456789"', "BEARER_TOKEN stands in quotation marks"),
        ("a token", "BEARER_TOKEN holds white space"),
        ("a-token-\x00", "BEARER_TOKEN holds a control character, or one beyond ASCII"),
        ("a-tök\u00e9n", "BEARER_TOKEN holds a control character, or one beyond ASCII"),
        ("abc", "BEARER_TOKEN is too common a word to mask safely; use a longer, random token"),
        ("position", "BEARER_TOKEN is too common a word to mask safely; use a longer, random token"),
    ],
)
def test_what_is_wrong_with_a_token_has_a_sentence_of_its_own(token: str, words: str) -> None:
    """The sentence names the variable, says what to do, and does not show the value."""
    with pytest.raises(UsageError) as refused:
        check(token, "BEARER_TOKEN", contract_of("event-categories"))
    assert words in str(refused.value)
    assert token.strip() == "" or token not in str(refused.value)


@pytest.mark.parametrize("token", ["Bearer a-token-0123456789", "$FR1", "stale-token-0123456789"])
def test_the_variable_of_a_target_is_named(token: str, tmp_path: Path) -> None:
    """What is wrong with the token of a target, or that it was refused, is said of the variable that held it."""
    with Regions(1, 1) as server:
        (tmp_path / "targets.toml").write_text(server.file())
        asked = ("verify", "--targets", "targets.toml", "--quiet")
        done = contracts(*asked, environment={"CONTRACTS_TOKEN_ACCOUNT_0": token}, folder=tmp_path)
    assert done.status == 3
    assert "CONTRACTS_TOKEN_ACCOUNT_0" in done.out
    assert " BEARER_TOKEN" not in done.out.replace("BEARER_TOKEN stands here", "")
    assert token not in done.out


def test_the_variable_of_a_side_is_named(tmp_path: Path) -> None:
    """Compare says which of the two tokens was refused, or is none, and masks both in what it writes."""
    names = {"OLD": "a-token-of-old-0123456789", "NEW": "a-token-of-new-0123456789"}

    def tell(_: Received, reply: Reply) -> Reply:
        body = reply.body.replace(b'"Addons"', b'"Addons of %s"' % names["OLD"].encode())
        return Reply(reply.status, body, reply.headers)

    with (
        MockServer(SAMPLE, auth="public") as old,
        MockServer(SAMPLE, auth="required") as refusing,
        MockServer(SAMPLE, auth="public", faults=(tell,)) as telling,
    ):
        sides = {"--old-token": "OLD", "--new-token": "NEW"}
        options = [part for pair in sides.items() for part in pair]
        refused = contracts("compare", old.url, refusing.url, *options, environment=names, folder=tmp_path)
        malformed = contracts(
            "compare", old.url, refusing.url, *options, environment={**names, "NEW": "Bearer x"}, folder=tmp_path
        )
        told = contracts("compare", old.url, telling.url, *options, "--json", "-", environment=names, folder=tmp_path)
    assert refused.status == 3
    assert "the target refused the token of NEW (401)" in " ".join((refused.out + refused.err).split())
    assert malformed.status == 2
    assert malformed.err == "contracts: NEW begins with Bearer or Basic: set the token alone\n"
    assert "Addons of $OLD" in told.out
    assert not re.search("a-token-of", refused.out + refused.err + told.out + told.err)


@pytest.mark.parametrize("option", ["--client-cert", "--client-key", "--header-env"])
def test_what_opens_one_gateway_goes_to_one_side(option: str, tmp_path: Path) -> None:
    """Compare shows no certificate and no key of one target to the other."""
    (tmp_path / "x.pem").write_text("")
    value = "X-Key=KEY" if option == "--header-env" else "x.pem"
    asked = ("compare", "https://a.example", "https://b.example", option, value)
    done = contracts(*asked, environment={"KEY": "k" * 10}, folder=tmp_path)
    assert (done.status, done.out) == (2, "")
    assert f"{option} would go to both targets" in done.err


@pytest.mark.parametrize(
    ("target", "service"),
    [
        ("api.osc-fr1.scalingo.com", "https://auth.scalingo.com/v1/tokens/exchange"),
        ("https://API.OSC-FR1.Scalingo.com./v1", "https://auth.scalingo.com/v1/tokens/exchange"),
        ("https://api.example", None),
        ("https://scalingo.com.evil.example", None),
        ("https://evilscalingo.com", None),
        ("https://my-app.osc-fr1.scalingo.io", None),
        ("http://127.0.0.1:8000", None),
    ],
)
def test_a_long_lived_token_goes_to_the_service_of_its_hosts(target: str, service: str | None) -> None:
    """The default service is for Scalingo's own hosts; for another one somebody has to say where."""
    address = parse(target)
    if service:
        assert service_for(address).url == service
    else:
        with pytest.raises(UsageError, match="is no host of Scalingo: say with --auth-url"):
            service_for(address)


def test_a_long_lived_token_goes_nowhere_unasked() -> None:
    """For another host it is not even exchanged: exit 2 before anything is sent."""
    with MockServer(SAMPLE) as server:
        done = contracts("verify", server.url, environment={"SCALINGO_API_TOKEN": server.api_token})
        assert server.requests == []
    assert (done.status, done.out) == (2, "")
    assert "say with --auth-url where a long-lived API token may be exchanged" in done.err


@pytest.mark.parametrize("ending", ["", "/", "/v1", "/v1/tokens/exchange", "/v1/tokens/exchange/"])
def test_the_address_of_the_service_may_have_its_path(ending: str, tmp_path: Path) -> None:
    """--auth-url, and the key of a target, are understood with the path of the exchange and without it."""
    with MockServer(SAMPLE) as server:
        own, service = {"SCALINGO_API_TOKEN": server.api_token}, server.auth_url + ending
        assert contracts("verify", server.url, "--auth-url", service, environment=own, folder=tmp_path).status == 0
        (tmp_path / "targets.toml").write_text(
            f'[[target]]\nname = "a"\nurl = "{server.url}"\napi_token = "SCALINGO_API_TOKEN"\nauth_url = "{service}"\n'
        )
        assert contracts("verify", "--targets", "targets.toml", environment=own, folder=tmp_path).status == 0


def test_a_certificate_is_shown_to_one_target_alone(tmp_path: Path) -> None:
    """What opens one gateway is nothing for another host: refused beside a file of targets."""
    with Regions(1, 1) as server:
        (tmp_path / "targets.toml").write_text(server.file())
    for option, value in (("--client-cert", "x.pem"), ("--client-key", "x.pem"), ("--header-env", "X-Key=KEY")):
        done = contracts("verify", "--targets", "targets.toml", option, value, folder=tmp_path)
        assert done.status == 2
        assert f"option {option}: it would go to every target of the file" in done.err
