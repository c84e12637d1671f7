"""The table of the checks of the event categories: those that every resource has, and their own."""

from contracts.core.check import Checks
from contracts.global_information.checks import CHECKS as SHARED

CHECKS = Checks(SHARED)
