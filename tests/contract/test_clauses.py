"""The clauses of the suite that travels with the package."""

from contracts.suite.test_clauses import test_clause, test_verdict

__all__ = ["test_clause", "test_verdict"]
