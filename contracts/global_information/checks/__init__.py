"""The checks of what is promised of every resource: one small function a clause, in files named after their subject."""
