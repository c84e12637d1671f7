"""The digest of a contract, by which two reports can tell whether they were judged by the same one."""

import hashlib
from dataclasses import astuple
from functools import cache

from contracts.core.contract import Contract
from contracts.judging import schema


@cache
def digest(contract: Contract) -> str:
    """Return ``sha256:`` and the digest of a contract: of every clause and every schema."""
    content = hashlib.sha256()
    for clause in contract.clauses:
        content.update(repr(astuple(clause)).encode())
    for name in (contract.schemas.element, contract.schemas.envelope, schema.ERROR):
        content.update(repr(schema.load(name)).encode())
    return f"sha256:{content.hexdigest()}"
