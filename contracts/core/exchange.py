"""An exchange: a request and what came of it; and the statuses by what they mean for a judgement."""

import re
from dataclasses import dataclass, field
from functools import cached_property

from contracts.core.errors import CouldNotJudge

Headers = tuple[tuple[str, str], ...]

#: What stands for a token that another program sent: no variable, which a pasted line would send to that host.
NOT_READ = "Bearer (not read)"


@dataclass(frozen=True)
class Request:
    """A request as it was sent, its secrets replaced by the names of the variables that hold them."""

    method: str
    url: str
    headers: Headers = ()


@dataclass(frozen=True)
class Response:
    """A response as it was read.

    ``body`` is the content after removal of the transfer and content codings, in bytes; ``stray`` counts bytes
    that came where none may come (a body that follows HEAD). ``notes`` tell what was odd in the bytes, and no breach.
    Of a ``decoded`` body the text is known, and not in which bytes it came.
    """

    status: int
    headers: Headers
    body: bytes
    reason: str = ""
    stray: int = 0
    notes: tuple[str, ...] = ()
    decoded: bool = False

    def all(self, name: str) -> list[str]:
        """Return every value of a header field, in order, its name in any letter case."""
        return [value.strip() for key, value in self.headers if key.lower() == name.lower()]

    def first(self, name: str) -> str | None:
        """Return the first value of a header field, or None."""
        return next(iter(self.all(name)), None)

    @cached_property
    def media_type(self) -> str:
        """The media type in lower case without parameters, or an empty string."""
        return (self.first("Content-Type") or "").partition(";")[0].strip().lower()

    @cached_property
    def is_xml(self) -> bool:
        """Whether the answer calls itself XML or begins like it."""
        kinds = [value.partition(";")[0].strip().lower() for value in self.all("Content-Type")]
        declared = any(kind in ("application/xml", "text/xml") or kind.endswith("+xml") for kind in kinds)
        return declared or re.match(rb"(?:\xef\xbb\xbf)?\s*<\?xml\b", self.body) is not None


@dataclass(frozen=True)
class Attempt:
    """An earlier try of an exchange: what came of it, and how long the suite then waited, in seconds."""

    outcome: str
    waited: float


@dataclass(frozen=True)
class Exchange:
    """A request, and the response to it or the failure that stood in its place.

    ``seconds`` is the time from the first byte sent to the last byte read, and ``began`` that since the run began. A
    burst is one exchange: its last answer, the time of all, and how many requests were ``sent``. ``observation`` is 2
    where a run that found the target unsteady observed it once more.
    """

    probe: str
    request: Request
    response: Response | None = None
    failure: CouldNotJudge | None = None
    attempts: tuple[Attempt, ...] = ()
    seconds: float = field(default=0.0, compare=False)
    sent: int = 1
    observation: int = 1
    began: float = field(default=0.0, compare=False)

    @property
    def notes(self) -> tuple[str, ...]:
        """What was odd in the bytes of the answer, each with the name of the probe."""
        return tuple(f"the answer to {self.probe}: {note}" for note in (self.response.notes if self.response else ()))

    def observed(self) -> Response:
        """Return the response.

        Raises:
            CouldNotJudge: the failure, when there is no response to judge.
        """
        if self.response is None or self.failure is not None:
            raise self.failure or CouldNotJudge(f"the {self.probe} request has no answer")
        return self.response


REDIRECTS = range(300, 400)
CLIENT_ERRORS = range(400, 500)
SERVER_ERRORS = range(500, 600)
#: What refuses the credentials of a request, or asks for some.
REFUSALS = (401, 403)
TOO_MANY = 429
#: What a gateway in front of the target says when it does not reach it.
GATEWAY_ERRORS = frozenset((502, 503, 504, *range(520, 525)))
#: What tells of the moment and not of the contract: asked again, and then could-not-judge.
UNAVAILABLE = frozenset((408, TOO_MANY)) | GATEWAY_ERRORS
#: What an intermediary says of itself, of its certificates or of a name: to ask again would change nothing.
OF_INTERMEDIARIES = frozenset((511, 525, 526, 527, 530))
#: The header fields by which an intermediary signs an answer as its own.
SIGNATURES = ("cf-mitigated", "x-amzn-waf-action")


def may_pass(response: Response) -> bool:
    """Whether an answer tells of the moment, so that it is worth to ask again: not what an intermediary signs."""
    return response.status in UNAVAILABLE and not _signature(response)


def _signature(response: Response) -> str:
    return next((name for name in SIGNATURES if response.first(name) is not None), "")


def intermediary(response: Response) -> str:
    """Return what shows that an answer is not the API's, for example ``502`` or ``403, signed cf-mitigated``.

    The text is empty where the API answered.
    """
    if name := _signature(response):
        return f"{response.status}, signed {name}"
    return str(response.status) if response.status in UNAVAILABLE | OF_INTERMEDIARIES else ""
