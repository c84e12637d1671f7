"""The target: everything that touches the network. No other package speaks to it."""
