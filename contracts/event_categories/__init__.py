"""The contract of ``GET /v1/event_categories``, in reading order: clauses, probes, checks."""
