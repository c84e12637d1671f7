"""The writers: one file a format, each a pure ``render(report)``; none of them judges."""
