"""What a run keeps of its answers: every different body once, and not without end."""

import hashlib
from dataclasses import dataclass, field

from contracts.core.errors import BrokenAnswer

#: So many times the largest body: two answers of that size can still be compared with each other.
TIMES = 2


@dataclass
class Kept:
    """The different bodies of a run; ``cap`` is the largest one, in bytes, and all together hold twice as many.

    A target that answers each request with another large body would else cost a multiple of what one costs.
    """

    cap: int
    _bytes: int = 0
    _known: set[bytes] = field(default_factory=set, repr=False)

    def add(self, body: bytes) -> None:
        """Count a body, unless an equal one was counted.

        Raises:
            BrokenAnswer: with this one, the run would keep too much; it is not counted.
        """
        digest = hashlib.sha256(body).digest()
        if digest in self._known:
            return
        if self._bytes + len(body) > TIMES * self.cap:
            raise BrokenAnswer(
                f"the different bodies of this run hold more than {TIMES * self.cap:,} bytes, "
                "which is twice the largest body (--max-body): they are too many to be judged together"
            )
        self._bytes += len(body)
        self._known.add(digest)
