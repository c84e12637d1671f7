"""Schemathesis on the target, as the package has it."""

from contracts.suite.test_schemathesis import (
    embedded,
    judge,
    test_get,
    test_head,
    test_other_methods,
    test_token_is_required,
    token_required,
)

__all__ = [
    "embedded",
    "judge",
    "test_get",
    "test_head",
    "test_other_methods",
    "test_token_is_required",
    "token_required",
]
