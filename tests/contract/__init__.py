"""The contract as a suite of pytest: what ``pytest --pyargs contracts.suite`` runs against a target.

It lives at the top level, where a reader looks for it, and travels inside the package as ``contracts.suite``.
"""
