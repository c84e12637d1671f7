"""The table of the checks that are special to the event categories."""

from contracts.core.check import Checks

CHECKS = Checks()
