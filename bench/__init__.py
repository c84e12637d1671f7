"""The bench: how long users wait, beside others who ask the same server; ``python -m bench`` measures and writes."""
