"""Comparing what was observed twice: two releases, two regions, two vendors. Pure code; nothing here asks a target."""
