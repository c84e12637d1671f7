"""``python -m contracts`` is ``contracts``."""

from contracts.cli import command

command()
