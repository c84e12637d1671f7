"""One table of settings, and the places where their values come from."""
