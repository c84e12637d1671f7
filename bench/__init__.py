"""The bench: how long users wait for whole runs, and what judging costs; ``python -m bench`` measures and writes."""
