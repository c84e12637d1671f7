"""Retries: what may pass when it is asked again, and how long to wait before."""

import re
import time
from email.utils import mktime_tz, parsedate_tz

from contracts.core.errors import CouldNotJudge, Misdirected, ProxyFailed, ProxyRefused, Unreachable
from contracts.core.exchange import Response
from contracts.core.probe import Probe
from contracts.core.statuses import UNAVAILABLE

#: The pauses before each retry, in seconds, where the target does not ask for another one.
PAUSES = (1.0, 2.0, 4.0, 8.0)
#: A connection that breaks or is refused is tried anew this often; what answers 503 says itself that it will come back.
_CONNECTION_RETRIES = 2


def may_pass(probe: Probe, response: Response | None, failure: CouldNotJudge | None, tries: int) -> bool:
    """Whether what went wrong may pass: a status that says so, or, a few times, a connection that broke."""
    if probe.plaintext or probe.method not in ("GET", "HEAD"):
        return False
    if failure is None:
        return response is not None and response.status in UNAVAILABLE
    passing = isinstance(failure, Unreachable | ProxyFailed) and not isinstance(failure, Misdirected | ProxyRefused)
    return passing and tries < _CONNECTION_RETRIES


def pause_before(response: Response | None, pause: float) -> float:
    """Return the seconds that the target asks for (RFC 9110, section 10.2.3), or the pause where it does not."""
    asked = (response.first("Retry-After") or "") if response else ""
    if re.fullmatch("[0-9]{1,15}", asked):
        return float(asked)
    try:
        date = parsedate_tz(asked)
        return pause if date is None else max(0.0, mktime_tz(date) - time.time())
    except (ValueError, OverflowError):  # a date of no calendar
        return pause
