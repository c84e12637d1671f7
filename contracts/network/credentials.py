"""Credentials: a bearer token, given or exchanged for a long-lived API token and renewed before its hour ends."""

import base64
import json
import re
import threading
from collections.abc import Callable
from dataclasses import astuple, dataclass, field
from functools import cache
from http import HTTPStatus
from typing import NamedTuple

from contracts.core.contract import ERROR, Contract, load
from contracts.core.errors import BrokenAnswer, Refused, Unavailable, UsageError
from contracts.core.exchange import Headers, Response
from contracts.masking.secrets import MASKED_FROM, Secrets
from contracts.network.dial import Address, parse

BEARER = "BEARER_TOKEN"
API = "SCALINGO_API_TOKEN"
EXCHANGE = "/v1/tokens/exchange"
#: The authentication service of Scalingo, to which the API tokens for the hosts of Scalingo go (Authentication).
SERVICE, _HOSTS = "https://auth.scalingo.com", ".scalingo.com"

#: No server reads a longer header field, in characters; what is longer is not looked for in every answer.
_LONGEST = 8192
#: A bearer token is valid for one hour (Authentication); it is renewed five minutes earlier, in seconds.
RENEW_AFTER = 55 * 60.0


class SecretValue(str):
    """The value of a header that nobody may read: a traceback, which shows the repr of variables, does not hold it."""

    __slots__ = ()

    def __repr__(self) -> str:
        """Return the name of this class in place of the value."""
        return f"<{type(self).__name__}>"


@dataclass(frozen=True)
class Variables:
    """The names of the variables that hold the token of a target; empty for none."""

    bearer: str = BEARER
    api: str = API


class Field(NamedTuple):
    """An additional field of every request to the target, and the variable that holds its value."""

    name: str
    variable: str
    value: SecretValue


class Credentials:
    """Where the Authorization header comes from; of this class itself, there are none.

    ``origin`` is the variable that holds the secret, or an empty string.
    """

    origin: str = ""

    def authorization(self) -> SecretValue | None:
        """Return the value of the Authorization header, or None to send none."""
        return None

    def refusal(self, status: int) -> str:
        """Return in words that the target answered a request with these credentials by this status, and what to do."""
        return f"the target asks for credentials ({status}), and there are none: set {BEARER} or {API}"

    def renew(self, refused: str | None) -> bool:  # noqa: ARG002
        """Whether there is another value of the header than one that was refused; raises what authorization raises."""
        return False


@dataclass(frozen=True)
class Bearer(Credentials):
    """A bearer token as it was given."""

    token: str = field(repr=False)
    origin: str = BEARER

    def authorization(self) -> SecretValue:
        """Return the header value."""
        return SecretValue(f"Bearer {self.token}")

    def refusal(self, status: int) -> str:
        """Return which variable holds the token that was refused, and how to get another one."""
        return (
            f"the target refused the token of {self.origin} ({status}): a bearer token is valid for one hour; "
            f"exchange a new one, or give a long-lived API token ({API}), which is exchanged and renewed for you"
        )


@dataclass
class Exchanged(Credentials):
    """Bearer tokens obtained for an API token at ``auth`` (Authentication: Exchange a token).

    ``post`` sends a request and returns the response; ``clock`` counts seconds.
    """

    api_token: str = field(repr=False)
    auth: Address
    secrets: Secrets
    post: Callable[[str, Headers], Response]
    clock: Callable[[], float]
    contract: Contract
    origin: str = API
    exchanges: int = 0
    _token: str | None = field(default=None, repr=False)
    _obtained: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def authorization(self) -> SecretValue:
        """Return the header value, with a token that is less than 55 minutes old.

        Raises:
            Refused: the API token is not accepted.
            CouldNotJudge: the authentication service cannot be reached or understood.
        """
        with self._lock:  # whoever asks meanwhile waits for the same token
            if self._token is None or self.clock() - self._obtained >= RENEW_AFTER:
                self._obtained = self.clock()
                self._token = self._exchange()
            return SecretValue(f"Bearer {self._token}")

    def refusal(self, status: int) -> str:
        """Return which variable holds the token whose bearer token was refused."""
        return (
            f"the target refused the token that was exchanged for {self.origin} ({status}): look whether the account "
            "may use this API"
        )

    def renew(self, refused: str | None) -> bool:
        """Exchange the API token anew, unless another thread has done so since; return True."""
        with self._lock:
            if refused == f"Bearer {self._token}":
                self._token = None
        return self.authorization() != refused

    def _exchange(self) -> str:
        basic = SecretValue("Basic " + base64.b64encode(f":{self.api_token}".encode()).decode())
        self.exchanges += 1
        response = self.post(
            self.auth.url,
            (("Accept", "application/json"), ("Authorization", basic), ("Content-Length", "0")),
        )
        where = f"the token exchange at {self.auth.base}"
        if response.status in (401, 403, 404):
            raise Refused(
                f"{where} refused the API token of {self.origin} ({response.status}): it may be revoked; "
                "make a new one in the dashboard and set the variable"
            )
        if response.status != 200:  # noqa: PLR2004 - the documented status
            raise Unavailable(f"{where} answered {response.status}")
        try:
            token = json.loads(response.body)["token"]
            check(token, "the token of the exchange", self.contract)
        except (ValueError, KeyError, TypeError, UsageError, RecursionError):
            raise BrokenAnswer(f"{where} answered 200 without a usable token") from None
        self.secrets.add(token, BEARER)
        return str(token)


def service_for(address: Address, named: str | None = None) -> Address:
    """Return where the API token for a target is exchanged: at what is named, or at the service for Scalingo's hosts.

    Raises:
        UsageError: what is named is no address, or nothing is and the target is none of these hosts.
    """
    if named:
        return parse(named, EXCHANGE, what="auth-url")
    host = f".{address.host.rstrip('.')}"
    if not (address.scheme == "https" and host.endswith(_HOSTS)):
        raise UsageError(
            f"{address.host} is no host of Scalingo: say with --auth-url where a long-lived API token may be "
            f"exchanged, or set {BEARER} instead"
        )
    return parse(SERVICE, EXCHANGE)


#: What somebody wrote in place of a token, and what is wrong with it.
_MISTAKES = (
    (r"\s*", "is empty"),
    ("\ufeff.*", "begins with a byte order mark: save the file that it comes from without one"),
    (r".*[\r\n].*", "holds a line end: set it without one, as `$(cat FILE)` does"),
    (r"(?i)(authorization:\s*)?(bearer|basic)\s.*", "begins with Bearer or Basic: set the token alone"),
    (r"\$\w+|\$[({].*[)}]|%\w+%", "is the name of a variable that nobody has expanded: set its value"),
    (r"([\"']).*\1", "stands in quotation marks: set it without them"),
    (r".*\s.*", "holds white space"),
    (r".*[^ -~].*", "holds a control character, or one beyond ASCII: copy it anew"),
)


def mistake(value: str) -> str:
    """Return in words what is wrong with a value that is to stand in a header field, or nothing; it is not shown."""
    found = (words for pattern, words in _MISTAKES if re.fullmatch(pattern, value, re.DOTALL))
    return next(found, f"has {len(value):,} characters, more than servers read" if len(value) > _LONGEST else "")


def check(token: object, what: str, contract: Contract) -> None:
    """Refuse a token that cannot stand in a header, or cannot be masked; the message does not show it.

    Raises:
        UsageError: it is empty or too long, holds what no token does, or is a number or a word that answers and
            reports hold anyway: hiding it would rewrite what was observed.
    """
    if not isinstance(token, str):
        raise UsageError(f"{what} is no text")
    if words := mistake(token):
        raise UsageError(f"{what} {words}")
    if len(token) < MASKED_FROM or is_ordinary(token, contract):
        raise UsageError(f"{what} is too common a word to mask safely; use a longer, random token")


def is_ordinary(secret: str, contract: Contract) -> bool:
    """Whether a secret is a number, or a part of the words of the contract, of its schemas or of a report."""
    return len(secret) >= MASKED_FROM and (
        set(secret) <= set("0123456789+-.eE") or secret.lower() in _ordinary_words(contract)
    )


@cache
def _ordinary_words(contract: Contract) -> str:
    schemas = (contract.schemas.element, contract.schemas.envelope, ERROR, "report.schema.json")
    texts = [*(json.dumps(load(name)) for name in schemas), *(repr(astuple(clause)) for clause in contract.clauses)]
    texts += [status.phrase for status in HTTPStatus]
    texts += [
        "Authorization Bearer Basic Content-Type Accept WWW-Authenticate application/json; charset=utf-8 text/plain"
    ]
    return "\n".join(texts).lower()
