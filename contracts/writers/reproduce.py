"""The lines that reproduce a finding: the request with curl, the clause with ``contracts``."""

import shlex

from contracts.core.exchange import Request
from contracts.core.finding import Finding
from contracts.core.report import Report, Scope

#: What stands in a masked request for the token of the run.
_MASKED = ("authorization", "Bearer $BEARER_TOKEN")
_SCHEMES = ("http://", "https://")
_USUAL = Scope()


def curl(request: Request) -> str:
    """Return one line for a POSIX shell that sends the request again and prints the answer with its headers.

    The URL is one of http or https. The token is not in the line: the shell takes it from ``BEARER_TOKEN``.
    """
    words = ["curl -sS", "--head" if request.method == "HEAD" else "-i"]
    if request.method not in ("GET", "HEAD"):
        words.append(f"-X {_quote(request.method)}")
    for name, value in request.headers:
        if name.lower() == "accept-encoding":
            words.append("--compressed")  # asks for a coding as the suite did, and undoes it
        elif (name.lower(), value) == _MASKED:
            words.append(f'-H "{name}: {value}"')  # the one word in which the shell is to expand something
        else:
            # With a colon, curl takes a header without a value for one to leave out.
            words.append(f"-H {_quote(f'{name}: {value}' if value else f'{name};')}")
    if set("[]{}") & set(request.url):
        words.append("--globoff")
    return " ".join([*words, _quote(request.url)])


def of_finding(report: Report, finding: Finding) -> str | None:
    """Return the curl line for the request whose answer shows a finding, or None when it came from a file."""
    for exchange in report.exchanges:
        if exchange.probe == finding.probe and exchange.request.url.startswith(_SCHEMES):
            return curl(exchange.request)
    return None


def rerun(target: str, clause: str, scope: Scope = _USUAL) -> str:
    """Return the command that judges one clause of the target alone, or the file again when the target is one.

    Of the scope it repeats what the clause depends on: the policy, and what was sent only because it was asked for.
    """
    if not target.startswith(_SCHEMES):
        return f"contracts check {_quote('-' if target == 'standard input' else target)}"
    options = (
        (f" --auth {scope.policy}", clause.startswith("auth.") and scope.policy != _USUAL.policy),
        (" --unsafe-methods", clause == "http.method-not-allowed" and scope.unsafe),
        (" --probe-rate-limit", clause == "error.rate-limit" and scope.burst),
    )
    return f"contracts verify {_quote(target)} --clause {_quote(clause)}" + "".join(
        o for o, needed in options if needed
    )


def _quote(text: str) -> str:
    """Return the text as one word of the shell, on one line and without anything that a terminal would obey."""
    if text.isprintable():
        return shlex.quote(text)
    # The shell's $'...', which bash and zsh know, spells out what must not be pasted as it is.
    plain = text.replace("\\", "\\\\").replace("'", "\\'")
    return "$'" + "".join(c if c.isprintable() else f"\\U{ord(c):08x}" for c in plain) + "'"
