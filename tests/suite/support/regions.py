"""Many targets on one mock: each is a path of its own, belongs to an account, and may break the contract or hang."""

import threading
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from subject import BY_NAME, SAMPLE

from contracts.mock.reply import Received, Reply
from contracts.mock.server import MockServer

#: Requests that a run sends to a target of the loopback interface, at most and as a rule.
PLANNED = 8


class Regions(MockServer):
    """A mock of the targets ``t0``, ``t1`` and so on, each below a path of its name, dealt to so many accounts.

    ``faults`` names a fault of the catalogue by target. A target that hangs answers when all targets of the other
    accounts were asked for everything, and then 503. The clock of an account counts the seconds that its runs say
    they slept: ``arrivals`` holds the time of each request by account.
    """

    def __init__(self, targets: int, accounts: int, faults: Mapping[str, str] | None = None, hanging: str = "") -> None:
        self.names = [f"t{number}" for number in range(targets)]
        self.account = {name: f"account-{number % accounts}" for number, name in enumerate(self.names)}
        self.arrivals: dict[str, list[float]] = defaultdict(list)
        self.asked: dict[str, int] = defaultdict(int)
        self.clocks: dict[str, float] = defaultdict(float)
        self.others_done = threading.Event()
        self._broken = {name: BY_NAME[fault].apply for name, fault in (faults or {}).items()}
        self._hanging = hanging
        self._own = threading.Lock()
        super().__init__(SAMPLE)

    def answer(self, method: str, target: str, headers: tuple[tuple[str, str], ...]) -> tuple[Received, Reply]:
        """Answer for the target that the path begins with."""
        _, name, rest = target.split("/", 2)
        if name == "slept":
            account, _, seconds = rest.partition("/")
            self.clocks[account] += float(seconds)
            return super().answer(method, f"/{rest}", headers)[0], Reply(200, b"", ())
        self._count(name)
        if name == self._hanging:
            self.others_done.wait(60)
        received, reply = super().answer(method, f"/{rest}", headers)
        if name == self._hanging:
            return received, Reply(503, b"", ())
        return received, self._broken[name](received, reply) if name in self._broken else reply

    def _count(self, name: str) -> None:
        account = self.account[name]
        with self._own:
            self.arrivals[account].append(self.clocks[account])
            self.asked[name] += 1
            others = (other for other in self.names if self.account[other] != self.account.get(self._hanging))
            if self._hanging and all(self.asked[other] >= PLANNED for other in others):
                self.others_done.set()

    def file(self, names: Iterable[str] | None = None, **keys: str) -> str:
        """Return a file of these targets, all of them as a rule, each with these keys; a token is its account's."""
        entries = []
        for name in names or self.names:
            variable = variable_of(self.account[name])
            own: dict[str, Any] = {"name": name, "url": f"{self.url}/{name}", "token": variable, **keys}
            entries.append("[[target]]\n" + "".join(f'{key} = "{value}"\n' for key, value in own.items()))
        return "\n".join(entries)

    @property
    def environment(self) -> dict[str, str]:
        """The token of every account."""
        return {variable_of(account): self.token for account in self.account.values()}


def variable_of(account: str) -> str:
    """The variable that holds the token of an account."""
    return f"CONTRACTS_TOKEN_{account.upper().replace('-', '_')}"


def most_within_a_minute(times: list[float]) -> int:
    """Return the largest number of these times, in seconds, that lie within 60 seconds."""
    times, most, first = sorted(times), 0, 0
    for last, time in enumerate(times):
        while time - times[first] >= 60:
            first += 1
        most = max(most, last - first + 1)
    return most
