"""The lines that reproduce a finding: the request with curl, the clause with ``contracts``.

Of evidence that somebody else observed they are literal text: no variable of whoever pastes them is in one, and no
command that would send a token to where that evidence says.
"""

import shlex
from collections.abc import Iterator

from contracts.core.contract import DEFAULT
from contracts.core.exchange import Exchange, Request
from contracts.core.finding import Finding
from contracts.core.report import Access, Report, Scope

_SCHEMES = ("http://", "https://")
_USUAL = Scope()
_DIRECT = Access()


def curl(request: Request, access: Access | None = _DIRECT) -> str:
    """Return one line for a POSIX shell that sends the request again and prints the answer with its headers.

    The URL is one of http or https. No secret is in the line: the shell takes it from the variable. Without any access
    the request is foreign: a field whose value may stand for a secret is left out.
    """
    words = ["curl -sS", "--head" if request.method == "HEAD" else "-i"]
    if request.method not in ("GET", "HEAD"):
        words.append(f"-X {_quote(request.method)}")
    own = access.headers if access else ()
    # The fields as a masked request has them: with the name of a variable for the secret.
    masked = {("Authorization", "Bearer $BEARER_TOKEN"), *((name, f"${variable}") for name, variable in own)}
    for name, value in request.headers:
        if name.lower() == "accept-encoding":
            words.append("--compressed")  # asks for a coding as the suite did, and undoes it
        elif access and (name, value) in masked:
            words.append(f'-H "{name}: {value}"')  # the words in which the shell is to expand something
        elif access or "$" not in value:
            # With a colon, curl takes a header without a value for one to leave out.
            words.append(f"-H {_quote(f'{name}: {value}' if value else f'{name};')}")
    if access and request.url.startswith("https:"):
        files = (("--cacert", access.ca_bundle), ("--cert", access.client_cert), ("--key", access.client_key))
        words += [f"{option} {_quote(file)}" for option, file in files if file]
    if set("[]{}") & set(request.url):
        words.append("--globoff")
    return " ".join([*words, _quote(request.url)])


def exchange_of(report: Report, finding: Finding) -> Exchange | None:
    """Return the exchange whose answer shows a finding: of two observations the second, where it was answered."""
    own = (exchange for exchange in report.exchanges if exchange.probe == finding.probe)
    return max(own, key=lambda exchange: (exchange.response is not None, exchange.observation), default=None)


def of_finding(report: Report, finding: Finding) -> str | None:
    """Return the curl line for the request whose answer shows a finding, or None when it came from a file."""
    exchange = exchange_of(report, finding)
    if exchange is None or not exchange.request.url.startswith(_SCHEMES):
        return None
    return curl(exchange.request, None if _is_foreign(report) else report.access)


def _is_foreign(report: Report) -> bool:
    return report.foreign or report.scope.offline


def token(report: Report) -> str | None:
    """Return the line that obtains a bearer token as the run did, or None where the run was given one."""
    if not report.access.auth_url or _is_foreign(report):
        return None
    base = report.access.auth_url if "://" in report.access.auth_url else f"https://{report.access.auth_url}"
    trusted = f" --cacert {_quote(report.access.ca_bundle)}" if report.access.ca_bundle else ""
    post = f'curl -sS -X POST{trusted} -u ":$SCALINGO_API_TOKEN" {_quote(base.rstrip("/") + "/v1/tokens/exchange")}'
    extract = r"""sed 's/.*"token" *: *"\([^"]*\)".*/\1/'"""
    return f"export BEARER_TOKEN=$({post} | {extract})"


def rerun(report: Report, *clauses: str) -> str:
    """Return the command that judges clauses of the target alone, or the file again when the target is one.

    It repeats what the clauses, or the way to the target, depend on. Of a foreign target it is empty.
    """
    if report.foreign:
        return ""
    selected = [f"--clause {_quote(clause)}" for clause in clauses]
    options = [*selected, *dict.fromkeys(option for clause in clauses for option in _options(report, clause))]
    if report.scope.embedded:
        return " ".join(["contracts verify --mock", *options])
    if report.target.startswith(_SCHEMES) and not report.scope.offline:
        return " ".join(["contracts verify", _quote(report.target), *options])
    file = "-" if report.target == "standard input" else report.target
    return " ".join(["contracts check", _quote(file), *(["--strict"] if report.strict else [])])


def _options(report: Report, clause: str) -> Iterator[str]:
    scope, access = report.scope, report.access
    for option, holds in (
        (f"--contract {report.contract.name}", report.contract.name != DEFAULT),
        ("--strict", report.strict),
        (f"--auth {scope.policy}", clause.startswith("auth.") and scope.policy != _USUAL.policy),
        ("--unsafe-methods", clause == "http.method-not-allowed" and scope.unsafe and not scope.embedded),
        ("--probe-rate-limit", clause == "error.rate-limit" and scope.burst),
        ("--allow-plain-http", access.allow_plain_http),
    ):
        if holds:
            yield option
    for option, value in (
        ("--ca-bundle", access.ca_bundle),
        ("--client-cert", access.client_cert),
        ("--client-key", access.client_key),
        ("--auth-url", access.auth_url),
        *(("--header-env", f"{name}={variable}") for name, variable in access.headers),
    ):
        if value:
            yield f"{option} {_quote(value)}"


def _quote(text: str) -> str:
    """Return the text as one word of the shell, on one line and without anything that a terminal would obey."""
    if text.isprintable():
        return shlex.quote(text)
    # The shell's $'...', which bash and zsh know, spells out what must not be pasted as it is.
    plain = text.replace("\\", "\\\\").replace("'", "\\'")
    return "$'" + "".join(c if c.isprintable() else f"\\U{ord(c):08x}" for c in plain) + "'"
