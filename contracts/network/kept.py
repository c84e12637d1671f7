"""What a run keeps of its answers: every different body once, and not without end."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import replace

from contracts.core.errors import BrokenAnswer
from contracts.core.exchange import Exchange

#: So many times the largest body: two answers of that size can still be compared with each other.
TIMES = 2


def kept(exchanges: Iterable[Exchange], cap: int) -> Iterator[Exchange]:
    """Yield the exchanges; ``cap`` is the largest body in bytes, and all different ones together hold twice as many.

    A target that answers each request with another large body would else cost a multiple of what one costs. What is
    beyond is given up, with a BrokenAnswer in its place.
    """
    left, known = TIMES * cap, set[bytes]()
    for exchange in exchanges:
        body = exchange.response.body if exchange.response else b""
        digest = hashlib.sha256(body).digest()
        if digest not in known and len(body) > left:
            failure = BrokenAnswer(
                f"the different bodies of this run hold more than {TIMES * cap:,} bytes, which is twice the largest "
                "body (--max-body): they are too many to be judged together"
            )
            yield replace(exchange, response=None, failure=failure)
            continue
        if digest not in known:
            left -= len(body)
            known.add(digest)
        yield exchange
