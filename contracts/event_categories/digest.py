"""The digest of the contract, by which two reports can tell whether they judged by the same one."""

import hashlib
from dataclasses import astuple
from functools import cache

from contracts.event_categories import schema
from contracts.event_categories.clauses import CLAUSES


@cache
def digest() -> str:
    """Return ``sha256:`` and the digest of the contract: of every clause and every schema."""
    content = hashlib.sha256()
    for clause in CLAUSES:
        content.update(repr(astuple(clause)).encode())
    for name in (schema.CATEGORY, schema.ENVELOPE, schema.ERROR):
        content.update(repr(schema.load(name)).encode())
    return f"sha256:{content.hexdigest()}"
