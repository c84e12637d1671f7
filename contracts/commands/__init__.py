"""The commands, a module each: ``add`` declares the options, ``run`` does the work and returns the exit status."""
