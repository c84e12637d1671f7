"""What excuses for a while: known deviations of a run, and accepted differences of a comparison."""
