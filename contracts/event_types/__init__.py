"""The contract of ``GET /v1/event_types``, in reading order: clauses, checks, contract."""
