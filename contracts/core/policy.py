"""The policy of a run: what a request without valid credentials may meet."""

from enum import StrEnum


class Policy(StrEnum):
    """What such a request may be answered: a 401 or a conforming list, the 401 alone, or the list alone."""

    EITHER = "either"
    REQUIRED = "required"
    PUBLIC = "public"
