"""A probe: one request that a run may send."""

from dataclasses import dataclass
from enum import StrEnum

JSON = "application/json"
#: The documented rate limit of every resource, in requests a minute (Rate limit).
PER_MINUTE = 60


class Authorization(StrEnum):
    """What a probe sends as Authorization."""

    GIVEN = "given"
    NONE = "none"
    MADE_UP = "made up"


@dataclass(frozen=True)
class Probe:
    """One request: ``below`` is added to the path of the list, ``query`` to the URL.

    ``path`` takes the place of the path of the list. ``plaintext`` asks the cleartext endpoint of the target,
    ``times`` is how often the request is sent at most.
    """

    name: str
    purpose: str
    method: str = "GET"
    below: str = ""
    query: str = ""
    accept: str = JSON
    authorization: Authorization = Authorization.GIVEN
    path: str = ""
    plaintext: bool = False
    times: int = 1

    @property
    def asks_for_list(self) -> bool:
        """Whether it is answered with the list that the documented request is answered with, where nothing is wrong."""
        if self.below or self.path or self.plaintext or self.times > 1:
            return False
        return self.method == "GET" and self.authorization is Authorization.GIVEN

    @property
    def is_reading(self) -> bool:
        """Whether it reads the target, once: it changes nothing, and tests neither another endpoint nor a limit."""
        return self.method in ("GET", "HEAD") and not self.plaintext and self.times == 1
