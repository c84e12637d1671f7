"""What the global information of the documentation promises of every resource: clauses, probes, evidence, judging."""
