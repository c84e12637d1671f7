"""The table of the checks that every resource has."""

from contracts.core.check import Checks

CHECKS = Checks()
