"""The formats: one file each, with a pure ``render(report)``; none of them judges."""
