"""What excuses for a while: known deviations and accepted differences."""
