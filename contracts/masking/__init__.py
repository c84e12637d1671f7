"""Secrets, and the readings in which they may stand."""
