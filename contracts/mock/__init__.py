"""The mock: a conforming endpoint, the faults that break it, and the variants that do not. It never imports a check."""
