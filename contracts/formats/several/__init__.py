"""Reports over several targets, each a pure ``render(targets)`` of what became of every one."""
