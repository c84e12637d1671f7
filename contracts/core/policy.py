"""The policy of a run: what a request without valid credentials may meet."""

from enum import StrEnum


class Policy(StrEnum):
    """What ``auth.missing`` and ``auth.invalid`` allow beside one another: a 401, a conforming 200."""

    EITHER = "either"
    REQUIRED = "required"
    PUBLIC = "public"
