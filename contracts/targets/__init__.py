"""The file of targets, and judging all of them."""
