"""The network: the only code that speaks to a target. No other package does."""
