"""The vocabulary of a contract run: frozen values and one exception tree, no behaviour of the network."""
